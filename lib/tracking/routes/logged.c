/* Routes of logged models: what runs of MLflow 3 make of models. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/rng.h"
#include "catalog/put.h"
#include "store/tree/tree.h"
#include "tracking/files.h"
#include "tracking/internal.h"
#include "tracking/select.h"
#include "tracking/tree.h"

#define PARAMS_MAX 100

/* ---- telling ---- */

static void
put_model_metrics(struct buf *b, const struct json *metrics)
{
	if (metrics == NULL || metrics->type != JSON_MAP)
		return;
	put_open(b, "metrics", '[');
	for (const struct json *m = metrics->child; m; m = m->next) {
		const char *dataset = json_text(m, "dataset_name", "");
		double v = 0;

		(void)call_number(&v, json_get(m, "value"));
		put_open(b, NULL, '{');
		put_text(b, "key", json_text(m, "key", m->key));
		put_num(b, "value", v);
		put_int(b, "timestamp", json_int(m, "timestamp", 0));
		put_int(b, "step", json_int(m, "step", 0));
		put_text(b, "model_id", json_text(m, "model_id", ""));
		put_text(b, "run_id", json_text(m, "run_id", ""));
		if (*dataset) {
			put_text(b, "dataset_name", dataset);
			put_text(b, "dataset_digest", json_text(m,
			    "dataset_digest", ""));
		}
		put_close(b, '}');
	}
	put_close(b, ']');
}

static void
put_logged(struct call *k, const char *key, const char *id,
    const struct json *doc)
{
	static const char *const texts[] = { "experiment_id", "name",
	    "artifact_uri", "creator_id", "model_type", "source_run_id",
	    "status_message" };
	struct buf *b = k->out;

	put_open(b, key, '{');
	put_open(b, "info", '{');
	put_text(b, "model_id", id);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (json_get(doc, texts[i]))
			put_text(b, texts[i], json_text(doc, texts[i], ""));
	put_text(b, "status", json_text(doc, "status",
	    "LOGGED_MODEL_PENDING"));
	put_int(b, "creation_timestamp_ms", json_int(doc,
	    "creation_timestamp", 0));
	put_int(b, "last_updated_timestamp_ms", json_int(doc,
	    "last_updated_timestamp", 0));
	put_pairs(b, "tags", json_get(doc, "tags"));
	put_close(b, '}');
	put_open(b, "data", '{');
	put_pairs(b, "params", json_get(doc, "params"));
	put_model_metrics(b, json_get(doc, "metrics"));
	put_close(b, '}');
	put_close(b, '}');
}

static int
answer_logged(struct call *k, const char *id)
{
	put_open(k->out, NULL, '{');
	put_logged(k, "model", id, book_get(k->t->book, BOOK_LOGGED, id));
	put_close(k->out, '}');
	return 0;
}

static int
get_logged(struct call *k)
{
	return find_logged(k, k->part) ? answer_logged(k, k->part) : -1;
}

/* ---- making ---- */

static int
create_logged(struct call *k)
{
	const char *experiment = call_text(k, "experiment_id"), *id;
	const struct json *doc = find_experiment(k, experiment, false);
	struct json *patch = json_new(&k->arena, JSON_MAP);
	static const char *const texts[] = { "experiment_id", "name",
	    "model_type", "source_run_id" };
	struct hash128 r;
	uint8_t raw[16];
	char hex[33];

	if (doc == NULL)
		return -1;
	rng_system(raw, sizeof(raw));
	r = hash128(raw, sizeof(raw));
	memcpy(raw, &r, sizeof(raw));
	hex_encode(hex, raw, sizeof(raw));
	id = arena_printf(&k->arena, "m-%s", hex);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (*call_text(k, texts[i]))
			json_add_text(&k->arena, patch, texts[i],
			    call_text(k, texts[i]));
	if (*call_text(k, "name") == '\0')
		json_add_text(&k->arena, patch, "name", id);
	json_add_text(&k->arena, patch, "artifact_uri", arena_printf(
	    &k->arena, "%s/models/%s/artifacts", json_text(doc,
	    "artifact_location", ""), id));
	json_add_text(&k->arena, patch, "status", "LOGGED_MODEL_PENDING");
	json_add_int(&k->arena, patch, "creation_timestamp",
	    clock_wall_us() / 1000);
	json_set(&k->arena, patch, "tags", tags_to_map(&k->arena,
	    call_list(k, "tags")));
	json_set(&k->arena, patch, "params", tags_to_map(&k->arena,
	    call_list(k, "params")));
	return change_logged(k, id, patch) < 0 ? -1 : answer_logged(k, id);
}

/* Its files are named by a manifest from now on, so that they stay. */
static int
keep_logged(struct call *k, const char *id)
{
	struct json *m = manifest_new(&k->arena, "mlv.report/1");
	struct err e = ERR_INIT;
	struct catalog_put put;
	struct file_list l;
	struct oid tree;
	uint64_t size;

	if (files_at(&l, k, &(struct artifact_place){ NULL, id, "" }) < 0)
		return -1;
	if (l.n == 0)
		return 0;
	if (files_put_tree(&tree, &size, catalog_odb(k->t->c), &l, "", &e) < 0)
		return call_fail_err(k, &e);
	json_add_text(&k->arena, m, "about", "logged-model");
	json_add_text(&k->arena, m, "model_id", id);
	manifest_link(&k->arena, m, "content", TREE_TYPE, NULL, &tree, size);
	return catalog_put_manifest(&put, k->t->c, NAME_REPORT, id, m, NULL,
	    &e) < 0 ? call_fail_err(k, &e) : 0;
}

static int
finish_logged(struct call *k)
{
	const char *status = call_text(k, "status");
	struct json *patch = json_new(&k->arena, JSON_MAP);

	if (find_logged(k, k->part) == NULL)
		return -1;
	json_add_text(&k->arena, patch, "status", status);
	if (strcmp(status, "LOGGED_MODEL_READY") == 0 &&
	    keep_logged(k, k->part) < 0)
		return -1;
	return change_logged(k, k->part, patch) < 0 ? -1 : answer_logged(k, k->part);
}

static int
set_map(struct call *k, const char *member, const char *field)
{
	struct json *patch = json_new(&k->arena, JSON_MAP);

	if (find_logged(k, k->part) == NULL)
		return -1;
	json_set(&k->arena, patch, member, tags_to_map(&k->arena,
	    call_list(k, field)));
	return change_logged(k, k->part, patch) < 0 ? -1 : answer_logged(k, k->part);
}

static int
set_logged_tags(struct call *k)
{
	return set_map(k, "tags", "tags");
}

static int
set_logged_params(struct call *k)
{
	return set_map(k, "params", "params");
}

static int
delete_logged_tag(struct call *k)
{
	const struct json *doc = find_logged(k, k->part);
	struct json *patch = json_new(&k->arena, JSON_MAP);

	if (doc == NULL)
		return -1;
	if (json_get(json_get(doc, "tags"), k->tail) == NULL)
		return call_fail(k, CALL_NOT_THERE, "No tag with key '%.250s' "
		    "found for model with ID '%.200s'.", k->tail, k->part);
	json_add_null(&k->arena, json_add_map(&k->arena, patch, "tags"),
	    k->tail);
	if (change_logged(k, k->part, patch) < 0)
		return -1;
	buf_adds(k->out, "{}");
	return 0;
}

static int
delete_logged(struct call *k)
{
	struct json *patch = json_new(&k->arena, JSON_MAP);

	if (find_logged(k, k->part) == NULL)
		return -1;
	json_add_bool(&k->arena, patch, "gone", true);
	if (change_logged(k, k->part, patch) < 0)
		return -1;
	buf_adds(k->out, "{}");
	return 0;
}

/* ---- searching ---- */

static void
put_found(struct call *k, const struct selected *s)
{
	put_logged(k, NULL, s->id, s->doc);
}

static int
search_logged(struct call *k)
{
	struct selection all = { .usual = 50, .most = 1000, .list = "models",
	    .put = put_found, .order_by = "creation_timestamp",
	    .down = true };

	for (size_t i = 0; i < book_count(k->t->book, BOOK_LOGGED); i++) {
		const char *id;
		const struct json *doc = book_at(k->t->book, BOOK_LOGGED, i,
		    &id);
		const struct json *asked = call_list(k, "experiment_ids");

		while (asked && (asked->type != JSON_TEXT || strcmp(asked->s,
		    json_text(doc, "experiment_id", "")) != 0))
			asked = asked->next;
		if (asked && !json_bool(doc, "gone", false))
			selection_add(&all, k, &(struct selected){ id, doc,
			    NULL });
	}
	return selection_answer(&all, k);
}

const struct tracking_route logged_routes[] = {
	{ "POST", "mlflow/logged-models", create_logged, "experiment_id:s! "
	    "name:s model_type:s source_run_id:s params:a tags:a" },
	{ "POST", "mlflow/logged-models/search", search_logged,
	    "experiment_ids:a filter:s max_results:i order_by:a "
	    "page_token:s" },
	{ "GET", "mlflow/logged-models/{id}", get_logged, "" },
	{ "PATCH", "mlflow/logged-models/{id}", finish_logged, "status:s!" },
	{ "DELETE", "mlflow/logged-models/{id}", delete_logged, "" },
	{ "POST", "mlflow/logged-models/{id}/params", set_logged_params,
	    "params:a" },
	{ "PATCH", "mlflow/logged-models/{id}/tags", set_logged_tags,
	    "tags:a" },
	{ "DELETE", "mlflow/logged-models/{id}/tags/{key}", delete_logged_tag,
	    "" },
	{ NULL, NULL, NULL, NULL }
};
