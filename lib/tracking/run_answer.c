/* Runs found, told as MLflow tells them, and written to. */
#include <string.h>

#include "base/clock.h"
#include "track/amend.h"
#include "tracking/internal.h"

/* ---- looking ---- */

struct tracked_run *
find_run(struct call *k, const char *id, bool any)
{
	struct tracked_run *r = runs_find(&k->t->runs, id);

	if (r == NULL) {
		call_fail(k, CALL_NOT_THERE, "Run with id=%.300s not found",
		    id);
	} else if (!any && r->deleted) {
		call_fail(k, CALL_INVALID, "The run %.300s must be in the "
		    "'active' state. Current state is deleted.", id);
		r = NULL;
	}
	return r ? runs_complete(&k->t->runs, r) : NULL;
}

const char *
run_artifact_uri(struct call *k, const struct tracked_run *r)
{
	const struct json *doc = book_get(k->t->book, BOOK_EXPERIMENT,
	    r->experiment);

	return arena_printf(&k->arena, "%s/%s/artifacts", doc ?
	    json_text(doc, "artifact_location", "") : "mlflow-artifacts:/0",
	    r->id);
}

/* ---- telling ---- */

void
put_run_info(struct call *k, const char *key, const struct tracked_run *r)
{
	struct buf *b = k->out;

	put_open(b, key, '{');
	put_text(b, "run_id", r->id);
	put_text(b, "run_uuid", r->id);
	put_text(b, "run_name", r->name ? r->name : "");
	put_text(b, "experiment_id", r->experiment);
	put_text(b, "user_id", r->user ? r->user : "");
	put_text(b, "status", tracked_status(r, clock_wall_us()));
	put_int(b, "start_time", r->start_ms);
	if (r->end_ms)
		put_int(b, "end_time", r->end_ms);
	put_text(b, "artifact_uri", run_artifact_uri(k, r));
	put_text(b, "lifecycle_stage", r->deleted ? "deleted" : "active");
	put_close(b, '}');
}

static void
put_kept(struct call *k, const char *key, const struct pair *v, size_t n)
{
	if (n == 0)
		return;
	put_open(k->out, key, '[');
	for (size_t i = 0; i < n; i++) {
		put_open(k->out, NULL, '{');
		put_text(k->out, "key", runs_key(&k->t->runs, v[i].key));
		put_text(k->out, "value", v[i].value);
		put_close(k->out, '}');
	}
	put_close(k->out, ']');
}

static void
put_metrics(struct call *k, const struct tracked_run *r)
{
	struct buf *b = k->out;

	if (r->n_metrics == 0)
		return;
	put_open(b, "metrics", '[');
	for (size_t i = 0; i < r->n_metrics; i++) {
		const struct latest *m = &r->metric[i];

		put_open(b, NULL, '{');
		put_text(b, "key", runs_key(&k->t->runs, m->key));
		put_num(b, "value", m->value);
		put_int(b, "timestamp", m->ms);
		put_int(b, "step", m->step);
		put_close(b, '}');
	}
	put_close(b, ']');
}

/* A list that is JSON already. */
static void
put_ready(struct buf *b, const char *key, const char *list)
{
	if (list == NULL)
		return;
	put_open(b, key, '[');
	buf_adds(b, list + 1);
}

void
put_run(struct call *k, const char *key, struct tracked_run *r)
{
	struct buf *b = k->out;

	r = runs_complete(&k->t->runs, r);
	put_open(b, key, '{');
	put_run_info(k, "info", r);
	put_open(b, "data", '{');
	put_metrics(k, r);
	put_kept(k, "params", r->param, r->n_params);
	put_kept(k, "tags", r->tag, r->n_tags);
	put_close(b, '}');
	put_open(b, "inputs", '{');
	put_ready(b, "dataset_inputs", r->datasets);
	put_ready(b, "model_inputs", r->model_inputs);
	put_close(b, '}');
	put_open(b, "outputs", '{');
	put_ready(b, "model_outputs", r->model_outputs);
	put_close(b, '}');
	put_close(b, '}');
}

/* ---- writing ---- */

int
write_run(struct call *k, struct tracked_run *r, struct ended *p)
{
	struct err e = ERR_INIT;
	bool sealed = r->sealed;
	int result;

	result = run_amend(&sealed, k->t->c, r->id, &p->text, &e);
	if (result == 0 && !sealed)
		r->size += p->text.len;
	if (result == 0) {
		r->sealed = sealed;
		r->heard_us = clock_wall_us();
		if (sealed)
			tracked_is_read(&k->t->runs, r);
	}
	ended_release(p);
	return result < 0 ? call_fail_err(k, &e) : 0;
}
