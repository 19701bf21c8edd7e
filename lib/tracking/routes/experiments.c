/* Routes of experiments. */
#include <string.h>

#include "tracking/internal.h"
#include "tracking/select.h"

#define NAME_MAX_BYTES 500

static int
check_name(struct call *k, const char *name)
{
	if (strlen(name) > NAME_MAX_BYTES)
		return call_fail(k, CALL_INVALID, "'name' exceeds the maximum "
		    "length of %d characters", NAME_MAX_BYTES);
	if (experiment_by_name(k->t, name))
		return call_fail(k, CALL_EXISTS, "Experiment '%.500s' already "
		    "exists.", name);
	return 0;
}

static int
create_experiment(struct call *k)
{
	const char *name = call_text(k, "name"), *id;
	struct err e = ERR_INIT;

	for (const struct json *tag = call_list(k, "tags"); tag;
	    tag = tag->next)
		if (check_key(k, "tag", item_text(tag, "key")) < 0)
			return -1;
	if (check_name(k, name) < 0)
		return -1;
	if (make_experiment(k->t, &k->arena, &id, name,
	    call_text(k, "artifact_location"), tags_to_map(&k->arena,
	    call_list(k, "tags")), &e) < 0)
		return call_fail_err(k, &e);
	put_open(k->out, NULL, '{');
	put_text(k->out, "experiment_id", id);
	put_close(k->out, '}');
	return 0;
}

/* ---- telling ---- */

static void
put_experiment(struct call *k, const char *key, const char *id,
    const struct json *doc)
{
	struct buf *b = k->out;

	put_open(b, key, '{');
	put_text(b, "experiment_id", id);
	put_text(b, "name", json_text(doc, "name", ""));
	put_text(b, "artifact_location", json_text(doc, "artifact_location",
	    ""));
	put_text(b, "lifecycle_stage", json_text(doc, "lifecycle_stage",
	    "active"));
	put_int(b, "last_update_time", json_int(doc, "last_update_time", 0));
	put_int(b, "creation_time", json_int(doc, "creation_time", 0));
	put_pairs(b, "tags", json_get(doc, "tags"));
	put_close(b, '}');
}

static int
answer_experiment(struct call *k, const char *id, const struct json *doc)
{
	put_open(k->out, NULL, '{');
	put_experiment(k, "experiment", id, doc);
	put_close(k->out, '}');
	return 0;
}

static int
get_experiment(struct call *k)
{
	const char *id = call_text(k, "experiment_id");
	const struct json *doc = find_experiment(k, id, true);

	return doc ? answer_experiment(k, id, doc) : -1;
}

static int
get_by_name(struct call *k)
{
	const char *name = call_text(k, "experiment_name");
	const char *id = experiment_by_name(k->t, name);

	if (id == NULL)
		return call_fail(k, CALL_NOT_THERE, "Could not find experiment "
		    "with name '%.500s'", name);
	return answer_experiment(k, id, book_get(k->t->book, BOOK_EXPERIMENT,
	    id));
}

/* ---- changing ---- */

static int
answer_change(struct call *k, const char *id, struct json *patch)
{
	struct err e = ERR_INIT;

	if (change_experiment(k->t, &k->arena, id, patch, &e) < 0)
		return call_fail_err(k, &e);
	buf_adds(k->out, "{}");
	return 0;
}

static int
set_stage(struct call *k, const char *stage)
{
	const char *id = call_text(k, "experiment_id");
	const struct json *doc = find_experiment(k, id, true);
	struct json *patch = json_new(&k->arena, JSON_MAP);

	if (doc == NULL)
		return -1;
	if (strcmp(json_text(doc, "lifecycle_stage", "active"), stage) == 0)
		return call_fail(k, CALL_NOT_THERE, "No Experiment with "
		    "id=%.200s exists that is not %s already", id, stage);
	json_add_text(&k->arena, patch, "lifecycle_stage", stage);
	return answer_change(k, id, patch);
}

static int
delete_experiment(struct call *k)
{
	return set_stage(k, "deleted");
}

static int
restore_experiment(struct call *k)
{
	return set_stage(k, "active");
}

static int
update_experiment(struct call *k)
{
	const char *id = call_text(k, "experiment_id");
	const char *name = call_text(k, "new_name"), *other;
	const struct json *doc = find_experiment(k, id, true);
	struct json *patch = json_new(&k->arena, JSON_MAP);

	if (doc == NULL)
		return -1;
	if (!is_active(doc))
		return call_fail(k, CALL_STATE, "Cannot rename a non-active "
		    "experiment.");
	other = experiment_by_name(k->t, name);
	if ((other == NULL || strcmp(other, id) != 0) &&
	    check_name(k, name) < 0)
		return -1;
	json_add_text(&k->arena, patch, "name", name);
	return answer_change(k, id, patch);
}

static int
change_tag(struct call *k, bool set)
{
	const char *id = call_text(k, "experiment_id");
	const char *key = call_text(k, "key");
	const struct json *doc = find_experiment(k, id, false);
	struct json *patch = json_new(&k->arena, JSON_MAP), *tags;

	if (doc == NULL || check_key(k, "tag", key) < 0 || check_length(k,
	    "tag", call_text(k, "value"), TAG_MAX) < 0)
		return -1;
	if (!set && json_get(json_get(doc, "tags"), key) == NULL)
		return call_fail(k, CALL_NOT_THERE, "No tag with name: %.250s "
		    "in experiment with id %.200s", key, id);
	tags = json_add_map(&k->arena, patch, "tags");
	if (set)
		json_add_text(&k->arena, tags, key, call_text(k, "value"));
	else
		json_add_null(&k->arena, tags, key);
	return answer_change(k, id, patch);
}

static int
set_tag(struct call *k)
{
	return change_tag(k, true);
}

static int
delete_tag(struct call *k)
{
	return change_tag(k, false);
}

/* ---- what their runs read ---- */

#define EXPERIMENTS_MAX 20

static const char *
context_of(const struct json *input)
{
	const struct json *tag = json_get(input, "tags");

	for (tag = tag ? tag->child : NULL; tag; tag = tag->next)
		if (strcmp(item_text(tag, "key"), "mlflow.data.context") == 0)
			return item_text(tag, "value");
	return "";
}

/* Each data set once a context. */
static void
put_datasets(struct call *k, const struct tracked_run *r, struct intern *seen)
{
	struct err ignored = ERR_INIT;
	struct json *all;

	if (r->datasets == NULL || json_parse(&all, &k->arena, r->datasets,
	    strlen(r->datasets), 0, &ignored) < 0)
		return;
	for (const struct json *d = all->child; d; d = d->next) {
		const struct json *set = json_get(d, "dataset");
		const char *key = arena_printf(&k->arena, "%s\n%s\n%s\n%s",
		    r->experiment, set ? item_text(set, "name") : "", set ?
		    item_text(set, "digest") : "", context_of(d));

		if (set == NULL || intern_find(seen, key, strlen(key)) !=
		    INTERN_NONE)
			continue;
		intern_add(seen, key, strlen(key));
		put_open(k->out, NULL, '{');
		put_text(k->out, "experiment_id", r->experiment);
		put_text(k->out, "name", item_text(set, "name"));
		put_text(k->out, "digest", item_text(set, "digest"));
		if (*context_of(d))
			put_text(k->out, "context", context_of(d));
		put_close(k->out, '}');
	}
}

static int
search_datasets(struct call *k)
{
	const struct json *ids = call_list(k, "experiment_ids"), *id;
	const struct runs *rs = &k->t->runs;
	struct intern *seen;
	size_t n = 0;

	for (id = ids; id; id = id->next)
		n++;
	if (n == 0)
		return call_fail(k, CALL_INVALID, "SearchDatasets request must "
		    "specify at least one experiment_id.");
	if (n > EXPERIMENTS_MAX)
		return call_fail(k, CALL_INVALID, "SearchDatasets request "
		    "cannot specify more than %d experiment_ids.",
		    EXPERIMENTS_MAX);
	seen = intern_new();
	put_open(k->out, NULL, '{');
	put_open(k->out, "dataset_summaries", '[');
	for (size_t i = 0; i < runs_count(rs); i++)
		for (id = ids; id; id = id->next)
			if (!rs->v[i]->deleted && id->type == JSON_TEXT &&
			    strcmp(id->s, rs->v[i]->experiment) == 0)
				put_datasets(k, rs->v[i], seen);
	put_close(k->out, ']');
	put_close(k->out, '}');
	intern_free(seen);
	return 0;
}

/* The page looks for a gateway to language models: there is none. */
static int
list_gateways(struct call *k)
{
	buf_adds(k->out, "{\"endpoints\":[]}");
	return 0;
}

/* ---- searching ---- */

static void
put_found(struct call *k, const struct selected *s)
{
	put_experiment(k, NULL, s->id, s->doc);
}

static int
search_experiments(struct call *k)
{
	struct selection all = { .usual = 1000, .most = 50000,
	    .list = "experiments", .put = put_found,
	    .order_by = "creation_time", .down = true,
	    .views = true };

	for (size_t i = 0; i < book_count(k->t->book, BOOK_EXPERIMENT); i++) {
		const char *id;
		const struct json *doc = book_at(k->t->book, BOOK_EXPERIMENT,
		    i, &id);

		selection_add(&all, k, &(struct selected){ id, doc, NULL });
	}
	return selection_answer(&all, k);
}

#define ID "experiment_id:s!"

const struct tracking_route experiment_routes[] = {
	{ "POST", "mlflow/experiments/create", create_experiment,
	    "name:s! artifact_location:s tags:a" },
	{ "GET", "mlflow/experiments/get", get_experiment, ID },
	{ "GET", "mlflow/experiments/get-by-name", get_by_name,
	    "experiment_name:s!" },
	{ "POST", "mlflow/experiments/search", search_experiments,
	    "max_results:i page_token:s filter:s order_by:t" },
	{ "GET", "mlflow/experiments/search", search_experiments,
	    "max_results:i page_token:s filter:s order_by:t" },
	{ "POST", "mlflow/experiments/search-datasets", search_datasets,
	    "experiment_ids:a" },
	{ "GET", "mlflow/gateway-proxy", list_gateways, NULL },
	{ "POST", "mlflow/experiments/delete", delete_experiment, ID },
	{ "POST", "mlflow/experiments/restore", restore_experiment, ID },
	{ "POST", "mlflow/experiments/update", update_experiment,
	    ID " new_name:s!" },
	{ "POST", "mlflow/experiments/set-experiment-tag", set_tag,
	    ID " key:s! value:s" },
	{ "POST", "mlflow/experiments/delete-experiment-tag", delete_tag,
	    ID " key:s!" },
	{ NULL, NULL, NULL, NULL }
};
