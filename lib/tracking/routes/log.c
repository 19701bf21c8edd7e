/* Routes by which runs are told of: metrics, parameters, tags, inputs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "tracking/internal.h"

#define BATCH_METRICS 1000
#define BATCH_PARAMS 100
#define BATCH_TAGS 100

/* ---- a batch: checked whole, written at once, then known ---- */

struct batch {
	struct call *k;
	struct tracked_run *run;
	const struct json *metrics, *params, *tags;	/* first items */
	struct ended lines;
};

static int
missing(struct call *k, const char *list, size_t i, const char *field)
{
	return call_fail(k, CALL_INVALID, "Missing value for required "
	    "parameter '%s[%zu].%s'. See the API docs for more information "
	    "about request parameters.", list, i, field);
}

static int
check_metrics(struct batch *b)
{
	size_t i = 0;
	int64_t whole;
	double v;

	for (const struct json *m = b->metrics; m; m = m->next, i++) {
		if (m->type != JSON_MAP || *item_text(m, "key") == '\0')
			return missing(b->k, "metrics", i, "key");
		if (json_get(m, "value") == NULL)
			return missing(b->k, "metrics", i, "value");
		if (json_get(m, "timestamp") == NULL)
			return missing(b->k, "metrics", i, "timestamp");
		if (!call_number(&v, json_get(m, "value")) ||
		    !call_whole(&whole, json_get(m, "timestamp")) ||
		    whole < INT64_MIN / 1000 || whole > INT64_MAX / 1000 ||
		    (json_get(m, "step") && !call_whole(&whole,
		    json_get(m, "step"))))
			return call_fail(b->k, CALL_INVALID, "Invalid value "
			    "for parameter 'metrics[%zu]' supplied: value is "
			    "a number, timestamp and step are whole numbers",
			    i);
		if (check_key(b->k, "metric", item_text(m, "key")) < 0)
			return -1;
		if (*item_text(m, "model_id") && find_logged(b->k,
		    item_text(m, "model_id")) == NULL)
			return -1;
	}
	return 0;
}

/* The same value again is no change. */
static int
check_param(struct batch *b, const struct json *item)
{
	const char *key = item_text(item, "key");
	const char *value = item_text(item, "value");
	const char *old = tracked_param(&b->k->t->runs, b->run, key);

	if (check_key(b->k, "param", key) < 0 ||
	    check_length(b->k, key, value, PARAM_MAX) < 0)
		return -1;
	for (const struct json *p = b->params; p != item; p = p->next)
		if (strcmp(item_text(p, "key"), key) == 0 &&
		    strcmp(item_text(p, "value"), value) != 0)
			return call_fail(b->k, CALL_INVALID, "Duplicate "
			    "parameter keys have been submitted: ['%.250s']. "
			    "Please ensure the request contains only one param "
			    "value per param key.", key);
	if (old && strcmp(old, value) != 0)
		return call_fail(b->k, CALL_INVALID, "Changing param values "
		    "is not allowed. Param with key='%.250s' was already "
		    "logged with value='%.500s' for run ID='%.300s'. Attempted "
		    "logging new value '%.500s'.", key, old, b->run->id,
		    value);
	return 0;
}

static int
check_count(struct batch *b, const char *what, const struct json *item,
    size_t most)
{
	size_t n = 0;

	for (; item; item = item->next)
		n++;
	return n <= most ? 0 : call_fail(b->k, CALL_INVALID, "A batch logging "
	    "request can contain at most %zu %s. Got %zu %s.", most, what, n,
	    what);
}

/* How many there are at first: to check parameters takes the square of it. */
static int
check_batch(struct batch *b)
{
	size_t params = 0, tags = 0;

	if (check_count(b, "metrics", b->metrics, BATCH_METRICS) < 0 ||
	    check_count(b, "params", b->params, BATCH_PARAMS) < 0 ||
	    check_count(b, "tags", b->tags, BATCH_TAGS) < 0 ||
	    check_metrics(b) < 0)
		return -1;
	for (const struct json *p = b->params; p; p = p->next, params++)
		if (*item_text(p, "key") == '\0')
			return missing(b->k, "params", params, "key");
		else if (check_param(b, p) < 0)
			return -1;
	for (const struct json *t = b->tags; t; t = t->next, tags++)
		if (*item_text(t, "key") == '\0')
			return missing(b->k, "tags", tags, "key");
		else if (check_key(b->k, "tag", item_text(t, "key")) < 0 ||
		    check_length(b->k, item_text(t, "key"), item_text(t,
		    "value"), TAG_MAX) < 0)
			return -1;
	return 0;
}

struct point {
	const char *key;
	double value;
	int64_t step, ms;
};

static struct point
point_of(const struct json *m)
{
	struct point p = { .key = item_text(m, "key") };

	(void)call_number(&p.value, json_get(m, "value"));
	(void)call_whole(&p.ms, json_get(m, "timestamp"));
	(void)call_whole(&p.step, json_get(m, "step"));
	return p;
}

/* A number where it is written as we write it, so that --where compares it as
 * one; else the text, so that it comes back as it was sent. */
static const struct json *
param_value(struct arena *a, const char *text)
{
	struct json *v = journal_value(a, text);
	char again[NUM_TEXT_MAX];

	if (v->type == JSON_INT)
		num_print_i64(again, v->i);
	else if (v->type == JSON_REAL)
		num_print_f64(again, v->d);
	else if (v->type == JSON_TEXT)
		return v;
	if ((v->type == JSON_INT || v->type == JSON_REAL) &&
	    strcmp(again, text) == 0)
		return v;
	v->type = JSON_TEXT;
	v->s = arena_strdup(a, text);
	v->n = strlen(text);
	return v;
}

static int
write_batch(struct batch *b)
{
	struct runs *rs = &b->k->t->runs;

	ended_lines(&b->lines);
	for (const struct json *m = b->metrics; m; m = m->next) {
		struct point p = point_of(m);

		ended_metric(&b->lines, p.key, p.step, p.value, p.ms * 1000);
	}
	for (const struct json *p = b->params; p; p = p->next)
		if (tracked_param(rs, b->run, item_text(p, "key")) == NULL)
			ended_param(&b->lines, item_text(p, "key"),
			    param_value(&b->k->arena, item_text(p, "value")));
	for (const struct json *t = b->tags; t; t = t->next)
		ended_tag(&b->lines, item_text(t, "key"),
		    item_text(t, "value"));
	for (const struct json *t = b->tags; t; t = t->next)
		if (strcmp(item_text(t, "key"), "mlflow.runName") == 0)
			ended_rename(&b->lines, item_text(t, "value"));
	if (b->lines.text.len == 0) {
		ended_release(&b->lines);
		return 0;
	}
	return write_run(b->k, b->run, &b->lines);
}

static void
keep_batch(struct batch *b)
{
	struct runs *rs = &b->k->t->runs;

	for (const struct json *m = b->metrics; m; m = m->next) {
		struct point p = point_of(m);

		tracked_add_point(rs, b->run, p.key, p.step, p.ms, p.value);
	}
	for (const struct json *p = b->params; p; p = p->next)
		tracked_set_param(rs, b->run, item_text(p, "key"),
		    item_text(p, "value"));
	for (const struct json *t = b->tags; t; t = t->next) {
		tracked_set_tag(rs, b->run, item_text(t, "key"),
		    item_text(t, "value"));
		if (strcmp(item_text(t, "key"), "mlflow.runName") == 0)
			tracked_set_text(&b->run->name, item_text(t, "value"));
	}
}

static int
log_all(struct batch *b)
{
	struct call *k = b->k;

	b->run = find_run(k, call_text(k, "run_id"), false);
	if (b->run == NULL || check_batch(b) < 0 || write_batch(b) < 0)
		return -1;
	keep_batch(b);
	if (note_model_metrics(k, b->run, b->metrics) < 0)
		return -1;
	buf_adds(k->out, "{}");
	return 0;
}

static int
log_batch(struct call *k)
{
	struct batch b = { .k = k, .metrics = call_list(k, "metrics"),
	    .params = call_list(k, "params"), .tags = call_list(k, "tags") };

	return log_all(&b);
}

static int
log_metric(struct call *k)
{
	struct batch b = { .k = k, .metrics = k->q };

	return log_all(&b);
}

static int
log_param(struct call *k)
{
	struct batch b = { .k = k, .params = k->q };

	return log_all(&b);
}

static int
set_tag(struct call *k)
{
	struct batch b = { .k = k, .tags = k->q };

	return log_all(&b);
}

static int
delete_tag(struct call *k)
{
	struct tracked_run *r = find_run(k, call_text(k, "run_id"), false);
	const char *key = call_text(k, "key");
	struct ended p;

	if (r == NULL)
		return -1;
	if (tracked_tag(&k->t->runs, r, key) == NULL)
		return call_fail(k, CALL_NOT_THERE, "No tag with name: %.250s "
		    "in run with id %.300s", key, r->id);
	ended_lines(&p);
	ended_tag(&p, key, NULL);
	if (write_run(k, r, &p) < 0)
		return -1;
	tracked_set_tag(&k->t->runs, r, key, NULL);
	buf_adds(k->out, "{}");
	return 0;
}

/* ---- lists that grow: inputs and outputs ---- */

/* Append items to a list that is kept as JSON text and as a fact. */
static int
grow_list(struct call *k, struct tracked_run *r, char **list,
    const char *fact, const struct json *items)
{
	struct err e = ERR_INIT;
	struct json *all = NULL;
	struct ended p;
	struct buf b;

	if (items == NULL)
		return 0;
	if (*list && json_parse(&all, &k->arena, *list, strlen(*list), 0, &e) <
	    0)
		return call_fail_err(k, &e);
	if (all == NULL)
		all = json_new(&k->arena, JSON_LIST);
	for (; items; items = items->next)
		json_add(&k->arena, all, NULL, json_copy(&k->arena, items));
	ended_lines(&p);
	ended_fact(&p, fact, all);
	if (write_run(k, r, &p) < 0)
		return -1;
	buf_init(&b, BUF_CAP_DOC);
	json_write(&b, all);
	tracked_set_text(list, b.data);
	buf_free(&b);
	return 0;
}

static int
check_datasets(struct call *k)
{
	size_t i = 0;

	for (const struct json *d = call_list(k, "datasets"); d;
	    d = d->next, i++) {
		const struct json *set = json_get(d, "dataset");

		if (set == NULL || set->type != JSON_MAP)
			return call_fail(k, CALL_INVALID, "Dataset input must "
			    "have a dataset associated with it.");
		if (*item_text(set, "name") == '\0' ||
		    *item_text(set, "digest") == '\0')
			return missing(k, "datasets", i, *item_text(set,
			    "name") ? "dataset.digest" : "dataset.name");
		if (check_length(k, "name", item_text(set, "name"), 500) < 0 ||
		    check_length(k, "digest", item_text(set, "digest"), 36) <
		    0)
			return -1;
	}
	return 0;
}

static int
log_inputs(struct call *k)
{
	struct tracked_run *r;

	if (json_get(k->q, "datasets") == NULL &&
	    json_get(k->q, "models") == NULL)
		return call_fail(k, CALL_INVALID, "Missing value for required "
		    "parameter 'datasets'. See the API docs for more "
		    "information about request parameters.");
	r = find_run(k, call_text(k, "run_id"), false);
	if (r == NULL || check_datasets(k) < 0 ||
	    grow_list(k, r, &r->datasets, "datasets", call_list(k,
	    "datasets")) < 0 ||
	    grow_list(k, r, &r->model_inputs, "model_inputs", call_list(k,
	    "models")) < 0)
		return -1;
	buf_adds(k->out, "{}");
	return 0;
}

static int
log_outputs(struct call *k)
{
	struct tracked_run *r = find_run(k, call_text(k, "run_id"), false);

	if (r == NULL || grow_list(k, r, &r->model_outputs, "model_outputs",
	    call_list(k, "models")) < 0)
		return -1;
	buf_adds(k->out, "{}");
	return 0;
}

/* A client of MLflow 2 tells of a model so: its description joins a tag that
 * lists them. */
static int
log_model(struct call *k)
{
	static const char tag[] = "mlflow.log-model.history";
	struct tracked_run *r = find_run(k, call_text(k, "run_id"), false);
	struct json *model, *all = NULL;
	struct err e = ERR_INIT;
	const char *old;
	struct ended p;
	struct buf b;

	if (r == NULL)
		return -1;
	old = tracked_tag(&k->t->runs, r, tag);
	if (json_parse(&model, &k->arena, call_text(k, "model_json"),
	    strlen(call_text(k, "model_json")), JSON_NAN, &e) < 0)
		return call_fail(k, CALL_INVALID, "Malformed model info. "
		    "'model_json' is not JSON: %s", e.msg);
	for (int i = 0; i < 3; i++) {
		static const char *const needed[] = { "artifact_path",
		    "flavors", "utc_time_created" };

		if (model->type != JSON_MAP || !json_get(model, needed[i]))
			return call_fail(k, CALL_INVALID, "Model json is "
			    "missing mandatory fields: {'%s'}", needed[i]);
	}
	if (old == NULL || json_parse(&all, &k->arena, old, strlen(old), 0,
	    &e) < 0 || all->type != JSON_LIST)
		all = json_new(&k->arena, JSON_LIST);
	json_add(&k->arena, all, NULL, model);
	buf_init(&b, BUF_CAP_DOC);
	json_write(&b, all);
	ended_lines(&p);
	ended_tag(&p, tag, b.data);
	if (write_run(k, r, &p) == 0) {
		tracked_set_tag(&k->t->runs, r, tag, b.data);
		buf_adds(k->out, "{}");
	}
	buf_free(&b);
	return k->response->status == 200 ? 0 : -1;
}

const struct tracking_route log_routes[] = {
	{ "POST", "mlflow/runs/log-metric", log_metric, "run_id:s! key:s! "
	    "value:d! timestamp:i! step:i" },
	{ "POST", "mlflow/runs/log-batch", log_batch,
	    "run_id:s! metrics:a params:a tags:a" },
	{ "POST", "mlflow/runs/log-parameter", log_param,
	    "run_id:s! key:s! value:s" },
	{ "POST", "mlflow/runs/set-tag", set_tag, "run_id:s! key:s! value:s" },
	{ "POST", "mlflow/runs/delete-tag", delete_tag, "run_id:s! key:s!" },
	{ "POST", "mlflow/runs/log-inputs", log_inputs,
	    "run_id:s! datasets:a models:a" },
	{ "POST", "mlflow/runs/outputs", log_outputs, "run_id:s! models:a" },
	{ "POST", "mlflow/runs/log-model", log_model,
	    "run_id:s! model_json:s!" },
	{ NULL, NULL, NULL, NULL }
};
