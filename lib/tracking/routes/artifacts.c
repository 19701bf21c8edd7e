/* Routes of artifacts: files of runs and of logged models, as objects. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "catalog/manifest.h"
#include "store/odb.h"
#include "tracking/files.h"
#include "tracking/internal.h"

/* ---- listed ---- */

/* Names directly below a path, folders once; `whole`: with the path. */
static void
put_files(struct call *k, const struct file_list *l, const char *path,
    bool whole)
{
	struct intern *seen = intern_new();
	size_t n = strlen(path);

	put_open(k->out, "files", '[');
	for (size_t i = 0; i < l->n; i++) {
		const char *at = file_below(l->v[i].path, path), *name;
		size_t step;

		if (at == NULL || *at == '\0')
			continue;
		step = strcspn(at, "/");
		if (intern_find(seen, at, step) != INTERN_NONE)
			continue;
		intern_add(seen, at, step);
		name = arena_printf(&k->arena, "%s%s%.*s", whole ? path : "",
		    whole && n ? "/" : "", (int)step, at);
		put_open(k->out, NULL, '{');
		put_text(k->out, "path", name);
		put_bool(k->out, "is_dir", at[step] == '/');
		if (at[step] == '\0')
			put_int(k->out, "file_size", (int64_t)l->v[i].size);
		put_close(k->out, '}');
	}
	put_close(k->out, ']');
	intern_free(seen);
}

static const char *
without_slash(struct arena *a, const char *path)
{
	size_t n = strlen(path);

	while (n && path[n - 1] == '/')
		n--;
	return arena_strndup(a, path, n);
}

static int
list_of_run(struct call *k)
{
	struct tracked_run *r = find_run(k, call_text(k, "run_id"), true);
	const char *path = without_slash(&k->arena, call_text(k, "path"));
	struct file_list l;

	if (r == NULL || check_artifact_path(k, path) < 0 ||
	    files_at(&l, k, &(struct artifact_place){ r->id, NULL, path }) < 0)
		return -1;
	put_open(k->out, NULL, '{');
	put_text(k->out, "root_uri", run_artifact_uri(k, r));
	put_files(k, &l, path, true);
	put_close(k->out, '}');
	return 0;
}

static int
list_of_logged(struct call *k)
{
	const char *path = without_slash(&k->arena, call_text(k,
	    "artifact_directory_path"));
	struct file_list l;

	if (check_artifact_path(k, path) < 0 || files_at(&l, k,
	    &(struct artifact_place){ NULL, k->part, path }) < 0)
		return -1;
	put_open(k->out, NULL, '{');
	put_files(k, &l, path, true);
	put_close(k->out, '}');
	return 0;
}

static int
list_proxied(struct call *k)
{
	const char *path = without_slash(&k->arena, call_text(k, "path"));
	struct artifact_place p;
	struct file_list l;

	if (check_artifact_path(k, path) < 0)
		return -1;
	place_parse(&p, &k->arena, path);
	if (files_at(&l, k, &p) < 0)
		return -1;
	put_open(k->out, NULL, '{');
	put_files(k, &l, p.path, false);
	put_close(k->out, '}');
	return 0;
}

/* ---- read ---- */

static int
get_proxied(struct call *k)
{
	struct artifact_place p;

	if (check_artifact_path(k, k->part) < 0)
		return -1;
	place_parse(&p, &k->arena, k->part);
	return send_artifact(k, &p);
}

/* The page's own links: "get-artifact?run_uuid=ID&path=P". */
static int
get_of_run(struct call *k)
{
	const char *path = call_text(k, "path");

	if (check_artifact_path(k, path) < 0)
		return -1;
	return send_artifact(k, &(struct artifact_place){ call_text(k, "run_id"),
	    NULL, path });
}

static int
get_of_logged(struct call *k)
{
	const char *path = call_text(k, "artifact_file_path");

	if (check_artifact_path(k, path) < 0)
		return -1;
	return send_artifact(k, &(struct artifact_place){ NULL, k->part, path });
}

/* ---- written ---- */

static int
keep_in_run(struct call *k, const char *id, const struct link *l)
{
	struct tracked_run *r = find_run(k, id, false);
	struct ended p;

	if (r == NULL)
		return -1;
	ended_lines(&p);
	ended_drop(&p, l->name);
	ended_link(&p, l);
	return write_run(k, r, &p);
}

static int
keep_in_logged(struct call *k, const char *id, const struct link *l)
{
	struct json *patch = json_new(&k->arena, JSON_MAP), *file;
	struct err e = ERR_INIT;
	char text[OID_TEXT];

	if (book_get(k->t->book, BOOK_LOGGED, id) == NULL)
		return call_fail(k, CALL_NOT_THERE, "Logged model with ID "
		    "'%.200s' not found.", id);
	file = json_add_map(&k->arena, json_add_map(&k->arena, patch, "files"),
	    l->name);
	json_add_text(&k->arena, file, "id", oid_print(text, &l->id));
	json_add_int(&k->arena, file, "size", (int64_t)l->size);
	return book_change(k->t->book, BOOK_LOGGED, id, patch, &e) < 0 ?
	    call_fail_err(k, &e) : 0;
}

static int
put_proxied(struct call *k)
{
	struct artifact_place p;
	struct err e = ERR_INIT;
	struct link l = { .rel = "output" };

	if (check_artifact_path(k, k->part) < 0)
		return -1;
	place_parse(&p, &k->arena, k->part);
	if (*p.path == '\0')
		return call_fail(k, CALL_INVALID, "an artifact is of a run or "
		    "a logged model: EXPERIMENT/RUN/artifacts/PATH");
	l.name = p.path;
	l.type = manifest_type_of_path(p.path);
	l.size = k->http->n;
	if (odb_put(&l.id, catalog_odb(k->t->c), k->http->body, k->http->n,
	    &e) < 0)
		return call_fail_err(k, &e);
	if ((p.run ? keep_in_run(k, p.run, &l) :
	    keep_in_logged(k, p.logged, &l)) < 0)
		return -1;
	buf_adds(k->out, "{}");
	return 0;
}

/* As the page sends a file: its run and path are in the query. */
static int
upload_file(struct call *k)
{
	struct link l = { .rel = "output", .name = call_text(k, "path") };
	const char *id = call_text(k, "run_id");
	struct err e = ERR_INIT;

	if (*id == '\0')
		return call_fail(k, CALL_INVALID, "Request must specify "
		    "run_uuid.");
	if (*l.name == '\0')
		return call_fail(k, CALL_INVALID, "Request must specify path.");
	if (check_artifact_path(k, l.name) < 0)
		return -1;
	if (k->http->n == 0)
		return call_fail(k, CALL_INVALID, "Request must specify data.");
	l.type = manifest_type_of_path(l.name);
	l.size = k->http->n;
	if (odb_put(&l.id, catalog_odb(k->t->c), k->http->body, k->http->n,
	    &e) < 0)
		return call_fail_err(k, &e);
	if (keep_in_run(k, id, &l) < 0)
		return -1;
	buf_adds(k->out, "{}");
	return 0;
}

static int
delete_proxied(struct call *k)
{
	struct artifact_place p;
	struct tracked_run *r;
	struct file_list l;
	struct ended lines;

	if (check_artifact_path(k, k->part) < 0)
		return -1;
	place_parse(&p, &k->arena, k->part);
	if (p.run == NULL)
		return call_fail(k, CALL_INVALID, "artifacts of runs alone "
		    "can be deleted");
	r = find_run(k, p.run, true);
	if (r == NULL || files_at(&l, k, &p) < 0)
		return -1;
	ended_lines(&lines);
	for (size_t i = 0; i < l.n; i++)
		if (file_below(l.v[i].path, p.path))
			ended_drop(&lines, l.v[i].path);
	if (lines.text.len == 0)
		ended_release(&lines);
	else if (write_run(k, r, &lines) < 0)
		return -1;
	buf_adds(k->out, "{}");
	return 0;
}

const struct tracking_route artifact_routes[] = {
	{ "GET", "mlflow/artifacts/list", list_of_run,
	    "run_id:s! path:s page_token:s" },
	{ "GET", "mlflow-artifacts/artifacts", list_proxied, "path:s" },
	{ "GET", "mlflow-artifacts/artifacts/{rest}", get_proxied, NULL },
	{ "PUT", "mlflow-artifacts/artifacts/{rest}", put_proxied, NULL },
	{ "DELETE", "mlflow-artifacts/artifacts/{rest}", delete_proxied,
	    NULL },
	{ "POST", "mlflow/upload-artifact", upload_file, "?" },
	{ "GET", "mlflow/get-artifact", get_of_run, "run_id:s! path:s!" },
	{ "GET", "mlflow/logged-models/{id}/artifacts/files", get_of_logged,
	    "artifact_file_path:s!" },
	{ "GET", "mlflow/logged-models/{id}/artifacts/directories",
	    list_of_logged, "artifact_directory_path:s" },
	{ NULL, NULL, NULL, NULL }
};
