/* Versions of models out of what clients say they are. */
#include "tracking/registry/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/rng.h"
#include "catalog/put.h"
#include "store/odb.h"
#include "store/tree/tree.h"
#include "track/find.h"
#include "tracking/files.h"
#include "tracking/registry/registry.h"
#include "tracking/tree.h"

#define MODELS "models:/"
#define RUNS "runs:/"
#define PROXIED "mlflow-artifacts:"

/* ---- URIs ---- */

/* "NAME/VERSION" behind the scheme; NULL, answered or not: it is none. */
static const char *
source_of_version(struct call *k, const char *rest)
{
	const char *slash = strrchr(rest, '/');
	const struct ref_value *v;
	struct model_entry m;

	if (slash == NULL || find_model(&m, k, arena_strndup(&k->arena, rest,
	    (size_t)(slash - rest))) < 0 ||
	    (v = find_version(k, &m, slash + 1)) == NULL)
		return NULL;
	return json_text(version_doc(k, &m, v->number), "source", "");
}

const char *
model_source_location(struct call *k, const char *uri)
{
	const struct json *doc;

	if (strncmp(uri, MODELS, sizeof(MODELS) - 1) == 0) {
		doc = book_get(k->t->book, BOOK_LOGGED, uri + sizeof(MODELS) -
		    1);
		return doc ? json_text(doc, "artifact_uri", uri) : uri;
	}
	return uri;
}

static void
find_place(struct artifact_place *p, struct call *k, const char *uri)
{
	const char *at = uri + sizeof(RUNS) - 1;
	size_t n = strcspn(at, "/");

	*p = (struct artifact_place){ NULL, NULL, "" };
	if (strncmp(uri, PROXIED, sizeof(PROXIED) - 1) == 0) {
		place_parse(p, &k->arena, uri);
	} else if (strncmp(uri, RUNS, sizeof(RUNS) - 1) == 0) {
		p->run = arena_strndup(&k->arena, at, n);
		p->path = at[n] ? at + n + 1 : "";
	}
}

/* ---- bytes ---- */

static int
put_object(struct link *l, struct call *k, const char *type, const char *s,
    size_t n)
{
	struct err e = ERR_INIT;

	l->type = type;
	l->size = n;
	return odb_put(&l->id, catalog_odb(k->t->c), s, n, &e) < 0 ?
	    call_fail_err(k, &e) : 0;
}

/* One ONNX file in a folder is the model: what mlv-serve loads. */
static int
put_folder(struct source_model *s, struct call *k, const struct file_list *l,
    const char *path)
{
	const struct listed_file *model = NULL;
	struct link folder = { .rel = "folder", .type = TREE_TYPE };
	struct err e = ERR_INIT;
	size_t models = 0;

	for (size_t i = 0; i < l->n; i++)
		if (file_below(l->v[i].path, path) &&
		    strcmp(path_extension(l->v[i].path), ".onnx") == 0) {
			model = &l->v[i];
			models++;
		}
	if (files_put_tree(&folder.id, &folder.size, catalog_odb(k->t->c), l,
	    path, &e) < 0)
		return call_fail_err(k, &e);
	s->content = folder;
	if (models == 1) {
		s->folder = folder;
		s->content = (struct link){ .rel = "content",
		    .type = TYPE_ONNX, .id = model->id, .size = model->size };
	}
	return 0;
}

/* A path of the client's machine is none of ours, and none may lead up. */
static int
check_uri(struct call *k, const char *uri)
{
	const char *colon = strchr(uri, ':');

	if (colon == NULL || strncmp(uri, "file:", 5) == 0)
		return call_fail(k, CALL_INVALID, "Invalid model version "
		    "source: '%.300s'. To use a local path as a model version "
		    "source, log its files as artifacts of a run first", uri);
	if (strstr(colon, "/../") || strstr(colon, "/..") == colon +
	    strlen(colon) - 3)
		return call_fail(k, CALL_INVALID, "Invalid model version "
		    "source: '%.300s'. If supplying a source as an http, "
		    "https, local file path, ftp, objectstore, or "
		    "mlflow-artifacts uri, an absolute path must be provided "
		    "without relative path references present.", uri);
	return 0;
}

int
model_source_read(struct source_model *s, struct call *k, const char *uri,
    const char *model_id, const char *run_id)
{
	struct artifact_place p;
	struct file_list l;
	bool there = false;

	memset(s, 0, sizeof(*s));
	s->uri = uri;
	if (check_uri(k, uri) < 0)
		return -1;
	if (*model_id)
		uri = arena_printf(&k->arena, MODELS "%s", model_id);
	if (strncmp(uri, MODELS, sizeof(MODELS) - 1) == 0 &&
	    book_get(k->t->book, BOOK_LOGGED, uri + sizeof(MODELS) - 1) ==
	    NULL && (uri = source_of_version(k, uri + sizeof(MODELS) - 1)) ==
	    NULL)
		return k->response->status == 200 ? call_fail(k,
		    CALL_NOT_THERE, "there is no model '%.300s'", s->uri) : -1;
	find_place(&p, k, model_source_location(k, uri));
	if (p.run && runs_find(&k->t->runs, p.run) == NULL)
		p.run = NULL;		/* a run of another server */
	s->logged = p.logged;
	s->run = *run_id ? run_id : p.run;
	if (p.logged && s->run == NULL)
		s->run = json_text(book_get(k->t->book, BOOK_LOGGED,
		    p.logged), "source_run_id", NULL);
	if ((p.run || p.logged) && files_at(&l, k, &p) < 0)
		return -1;
	for (size_t i = 0; (p.run || p.logged) && i < l.n; i++) {
		const char *at = file_below(l.v[i].path, p.path);

		there |= at && *at;
	}
	/* bytes that are elsewhere are named, not held */
	return there ? put_folder(s, k, &l, p.path) : put_object(&s->content,
	    k, TYPE_TEXT, s->uri, strlen(s->uri));
}

/* ---- the version ---- */

struct version_parts {
	struct link link[3];
	size_t n;
	struct json *metrics, *params;
};

/* What the run recorded, and which it was where it is sealed. */
static int
add_run(struct version_parts *v, struct call *k, const char *id)
{
	char *name = xprintf("run:%s", id);
	struct err e = ERR_INIT;
	struct run r;
	int result = run_read(&r, k->t->c, name, &e);

	free(name);
	if (result < 0)
		return e.code == ERR_NOENT ? 0 : call_fail_err(k, &e);
	v->metrics = json_new(&k->arena, JSON_MAP);
	for (size_t i = 0; i < r.n_metrics; i++)
		if (r.metric[i].summary - r.metric[i].summary == 0)
			json_add_num(&k->arena, v->metrics, r.metric[i].name,
			    r.metric[i].summary);
	v->params = json_copy(&k->arena, r.params);
	if (!oid_is_none(&r.manifest)) {
		struct link *l = &v->link[v->n];

		*l = (struct link){ .rel = "run", .type = TYPE_RUN,
		    .name = arena_printf(&k->arena, "run:%s", id),
		    .id = r.manifest };
		if (odb_size(&l->size, catalog_odb(k->t->c), &r.manifest,
		    &e) == 0)
			v->n++;
	}
	run_free(&r);
	return 0;
}

/* What was asked for is kept, so that the same model registered twice is two
 * versions, as clients expect. */
static int
add_request(struct version_parts *v, struct call *k,
    const struct source_model *s)
{
	struct json *j = json_new(&k->arena, JSON_MAP);
	uint32_t chance;
	struct buf b;
	int r;

	rng_system(&chance, sizeof(chance));
	json_add_text(&k->arena, j, "source", s->uri);
	json_add_int(&k->arena, j, "us", clock_wall_us());
	json_add_int(&k->arena, j, "nonce", chance);
	if (k->user)
		json_add_text(&k->arena, j, "user", k->user);
	buf_init(&b, BUF_CAP_SMALL);
	json_write(&b, j);
	v->link[v->n] = (struct link){ .rel = "request", .name = "" };
	r = put_object(&v->link[v->n++], k, "application/json", b.data,
	    b.len);
	buf_free(&b);
	return r;
}

int
model_source_put(struct source_model *s, struct call *k, const char *base)
{
	struct version_parts v = { .n = 0 };
	struct err e = ERR_INIT;
	struct catalog_model m = { .name = base, .content = s->content.id,
	    .size = s->content.size, .type = s->content.type };
	struct catalog_put put;

	if (s->folder.size) {
		v.link[v.n] = s->folder;
		v.link[v.n++].name = "";
	}
	if ((s->run && add_run(&v, k, s->run) < 0) ||
	    add_request(&v, k, s) < 0)
		return -1;
	m.metrics = v.metrics;
	m.params = v.params;
	m.links = v.link;
	m.n_links = v.n;
	if (catalog_put_model(&put, k->t->c, &m, &e) < 0)
		return call_fail_err(k, &e);
	s->number = put.version;
	return 0;
}
