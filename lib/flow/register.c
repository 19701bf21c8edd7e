/* Registering a model: its file found, tried, and joined to its lineage. */
#include "flow/register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "catalog/resolve.h"
#include "codec/json.h"
#include "model/meta.h"
#include "model/open.h"
#include "onnx/onnx.h"
#include "store/odb.h"
#include "store/worktree.h"
#include "track/find.h"
#include "track/journal.h"

struct registration {
	struct catalog *c;
	struct arena arena;
	struct run run;
	bool has_run;
	struct catalog_model model;
	struct link *links;
	size_t n_links;
};

static bool
is_model_output(const struct link *l)
{
	return strcmp(l->rel, "output") == 0 &&
	    (strcmp(l->type, TYPE_ONNX) == 0 ||
	    strcmp(path_extension(l->name), ".onnx") == 0);
}

static int
refuse_table(const char *type, const char *source, struct err *e)
{
	if (type && (strcmp(type, TYPE_CSV) == 0 ||
	    strcmp(type, TYPE_JSONL) == 0 || strcmp(type, TYPE_PARQUET) == 0))
		return err_set(e, ERR_FORMAT, "'%.200s' is a table, not a "
		    "model", source);
	return 0;
}

/* What is called .onnx must be that: a page of an error, half a download or a
 * pointer of git-lfs is seldom what was meant. */
static int
refuse_other_format(const struct buf *b, const char *source, struct err *e)
{
	struct err why = ERR_INIT;
	struct arena a = { NULL, 0 };
	struct onnx_model *m;
	bool is_onnx = onnx_read(&m, &a, b->data, b->len, &why) == 0 ||
	    why.code == ERR_UNSUPPORTED;

	arena_free(&a);
	return is_onnx ? 0 : err_set(e, ERR_FORMAT, "'%.200s' is called .onnx, "
	    "but is none (%s): --any-format registers it as it is", source,
	    why.msg);
}

/* Load it as mlv-serve will, so that what it would refuse is told now. */
static int
try_model(struct registered_model *out, struct registration *a,
    const char *source, bool any_format, struct err *e)
{
	bool old = strncmp(source, "model:", 6) == 0;
	struct err why = ERR_INIT;
	struct binding *p;
	struct buf b;
	int r;

	if (a->model.type && strcmp(a->model.type, TYPE_ONNX) != 0)
		return 0;
	buf_init(&b, BUF_CAP_DATA);
	r = odb_get(&b, catalog_odb(a->c), &a->model.content, e);
	if (r == 0 && a->model.type && !any_format && !old)
		r = refuse_other_format(&b, source, e);
	if (r == 0 && binding_open(&p, b.data, b.len, NULL, &why) == 0)
		binding_free(p);
	else if (r == 0)
		snprintf(out->refused, sizeof(out->refused), "%s", why.msg);
	buf_free(&b);
	return r;
}

/* The run's model: the file asked for, or its only one. */
static int
find_output(struct registration *a, const char *path, struct err *e)
{
	const struct link *found = NULL, *l;
	size_t n = 0;

	for (size_t i = 0; i < a->run.n_links; i++) {
		l = &a->run.link[i];
		if (path ? strcmp(l->rel, "output") == 0 &&
		    strcmp(l->name, path) == 0 : is_model_output(l)) {
			found = l;
			n++;
		}
	}
	if (n == 0 && path)
		return err_set(e, ERR_NOENT, "run:%s put out no '%s'",
		    a->run.id, path);
	if (n == 0)
		return err_set(e, ERR_NOENT, "run:%s put out no model file",
		    a->run.id);
	if (n > 1 && !path)
		return err_set(e, ERR_USAGE, "run:%s put out %zu models: say "
		    "which, as run:%s:PATH (one is '%s')", a->run.id, n,
		    a->run.id, found->name);
	if (refuse_table(found->type, found->name, e) < 0)
		return -1;
	a->model.content = found->id;
	a->model.size = found->size;
	a->model.type = found->type;
	return 0;
}

static int
read_lineage(struct registration *a, struct err *e)
{
	const struct run *r = &a->run;
	struct arena *m = &a->arena;
	struct json *metrics = json_new(m, JSON_MAP);
	uint64_t size;

	if (r->status == RUN_FINISHED && oid_is_none(&r->manifest))
		return err_set(e, ERR_NO, "run:%s finished, but could not be "
		    "recorded: run it again", r->id);
	if (r->status != RUN_FINISHED)
		return err_set(e, ERR_NO, "run:%s is %s: only a run that "
		    "finished gives a model", r->id, run_status_text(r->status));
	if (odb_size(&size, catalog_odb(a->c), &r->manifest, e) < 0)
		return -1;
	a->links = arena_alloc(m, (r->n_links + 1) * sizeof(*a->links));
	a->links[a->n_links++] = (struct link){ "run", TYPE_RUN,
	    arena_printf(m, "run:%s", r->id), r->manifest, size };
	for (size_t i = 0; i < r->n_links; i++) {
		struct link l = r->link[i];

		if (strcmp(l.rel, "input") == 0)
			l.rel = "data";
		else if (strcmp(l.rel, "code") != 0 && !run_reads(&l))
			continue;
		a->links[a->n_links++] = l;
	}
	for (size_t i = 0; i < r->n_metrics; i++)
		json_add_num(m, metrics, r->metric[i].name,
		    r->metric[i].summary);
	a->model.metrics = metrics;
	a->model.params = r->params;
	a->model.code = json_get(r->facts, "git");
	return 0;
}

static int
register_run(struct registration *a, const char *source, struct err *e)
{
	const char *path = NULL;
	struct name n = { .text = NULL };
	int r;

	if (strncmp(source, "run:", 4) == 0) {
		if (name_parse(&n, source, e) < 0)
			return -1;
		path = n.path;
	}
	r = run_read(&a->run, a->c, source, e);
	if (r < 0 && e->code == ERR_NOENT && !n.text)
		err_set(e, ERR_NOENT, "there is no file and no run '%.200s'",
		    source);
	if (r == 0) {
		a->has_run = true;
		r = find_output(a, path, e);
	}
	name_free(&n);
	return r == 0 ? read_lineage(a, e) : -1;
}

/* A file, or bytes already stored; lineage when a run made them. */
static int
register_file(struct registration *a, const char *path, struct err *e)
{
	struct err mine = ERR_INIT;

	a->model.type = manifest_type_of_path(path);
	if (refuse_table(a->model.type, path, e) < 0)
		return -1;
	if (worktree_put_file(&a->model.content, &a->model.size,
	    catalog_repo(a->c), path, e) < 0)
		return -1;
	if (run_read_by_output(&a->run, a->c, &a->model.content, &mine) < 0) {
		if (mine.code == ERR_NOENT)
			return 0;
		*e = mine;
		return -1;
	}
	a->has_run = true;
	return read_lineage(a, e);
}

static int
register_version(struct registration *a, const struct catalog_item *item,
    struct err *e)
{
	const struct json *m;
	struct link l;
	size_t n = 0;

	if (catalog_manifest(&m, &a->arena, a->c, &item->id, e) < 0)
		return -1;
	while (manifest_link_at(&l, m, n))
		n++;
	a->links = arena_alloc(&a->arena, (n + 1) * sizeof(*a->links));
	for (size_t i = 0; i < n; i++) {
		manifest_link_at(&l, m, i);
		if (strcmp(l.rel, "content") == 0) {
			a->model.content = l.id;
			a->model.size = l.size;
			a->model.type = l.type;
		} else {
			a->links[a->n_links++] = l;
		}
	}
	a->model.metrics = json_get(m, "metrics");
	a->model.params = json_get(m, "params");
	a->model.code = json_get(m, "code");
	return 0;
}

static int
find_source(struct registration *a, const char *source, struct err *e)
{
	struct catalog_item item;
	struct name n;
	enum name_kind kind;
	int r;

	if (name_parse(&n, source, e) < 0)
		return -1;
	kind = n.kind;
	name_free(&n);
	if (kind == NAME_RUN)
		return register_run(a, source, e);
	if (kind == NAME_PATH)
		return access(source, F_OK) == 0 ? register_file(a, source, e) :
		    register_run(a, source, e);
	if (kind != NAME_MODEL && kind != NAME_OBJECT)
		return err_set(e, ERR_USAGE, "'%s' is neither a run nor a model",
		    source);
	if (catalog_resolve(&item, a->c, source, e) < 0)
		return -1;
	if (kind == NAME_MODEL) {
		r = register_version(a, &item, e);
	} else {
		a->model.content = item.id;
		r = odb_size(&a->model.size, catalog_odb(a->c), &item.id, e);
	}
	catalog_item_free(&item);
	return r;
}

/* The names as META_FEATURES, behind the file in b. */
static void
append_columns(struct buf *b, struct arena *a, const struct register_opts *o)
{
	struct json *list = json_new(a, JSON_LIST);
	struct buf text;

	buf_init(&text, BUF_CAP_DOC);
	for (size_t i = 0; i < o->n_columns; i++)
		json_add_text(a, list, NULL, o->columns[i]);
	json_write(&text, list);
	onnx_append_meta(b, META_FEATURES, text.data, text.len);
	buf_free(&text);
}

/* Is b a model that takes these columns, one matrix of them? */
static int
check_columns(const struct buf *b, const struct register_opts *o,
    struct err *e)
{
	const struct bind_opts so = { .columns = o->columns,
	    .n_columns = o->n_columns };
	struct binding *p;
	const char *own;
	int r = 0;

	if (binding_open(&p, b->data, b->len, &so, e) < 0)
		return -1;
	own = model_meta(binding_model(p), META_FEATURES);
	if (own)
		r = err_set(e, ERR_USAGE, "the model says itself which columns "
		    "it takes: %.200s", own);
	else if (model_input(binding_model(p), 0)->rank != 2)
		r = err_set(e, ERR_USAGE, "the model takes one column, '%s', "
		    "and no matrix", model_input(binding_model(p), 0)->name);
	binding_free(p);
	return r;
}

/* The model to be registered is a copy that names its columns.  Not of what
 * a run put out: nobody would know any more what the copy was learned from. */
static int
name_columns(struct registration *a, const struct register_opts *o,
    struct err *e)
{
	struct err mine = ERR_INIT;
	struct buf b;
	int r;

	if (!a->has_run && run_read_by_output(&a->run, a->c,
	    &a->model.content, &mine) == 0)
		a->has_run = true;
	else if (!a->has_run && mine.code != ERR_NOENT) {
		*e = mine;
		return -1;
	}
	if (a->has_run)
		return err_set(e, ERR_USAGE, "run:%s put this model out, and "
		    "its lineage is of these bytes: let it write the columns "
		    "into the metadata as " META_FEATURES, a->run.id);
	buf_init(&b, BUF_CAP_DATA);
	r = odb_get(&b, catalog_odb(a->c), &a->model.content, e);
	if (r == 0)
		r = check_columns(&b, o, e);
	if (r == 0) {
		append_columns(&b, &a->arena, o);
		a->model.size = b.len;
		r = catalog_put_bytes(&a->model.content, a->c, b.data, b.len,
		    e);
	}
	buf_free(&b);
	return r;
}

int
model_register(struct registered_model *out, struct catalog *c,
    const char *name, const char *source, const struct register_opts *o,
    struct err *e)
{
	struct registration a = { .c = c };
	int r;

	memset(out, 0, sizeof(*out));
	if (!name_base_ok(name))
		return err_set(e, ERR_USAGE, "'%.200s' is no name for a model: "
		    "lower-case letters, digits, '.', '_' and '-'", name);
	r = find_source(&a, source, e);
	if (r == 0 && o->n_columns)
		r = name_columns(&a, o, e);
	if (r == 0)
		r = try_model(out, &a, source, o->any_format, e);
	if (r == 0) {
		a.model.name = name;
		a.model.links = a.links;
		a.model.n_links = a.n_links;
		r = catalog_put_model(&out->put, c, &a.model, e);
		out->size = a.model.size;
		if (a.has_run)
			snprintf(out->run, sizeof(out->run), "run:%s",
			    a.run.id);
	}
	run_free(&a.run);
	arena_free(&a.arena);
	return r;
}
