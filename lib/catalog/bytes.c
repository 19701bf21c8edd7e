/* The bytes behind any name: files, objects, outputs of runs, request logs. */
#include "catalog/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "catalog/internal.h"
#include "catalog/resolve.h"
#include "read/delta.h"
#include "reqlog/reqlog.h"
#include "store/odb.h"
#include "store/tree/tree.h"

/* No file is called like this; data of this repository may be. */
static void
hint_at_name(struct catalog *c, const char *path, struct err *e)
{
	char *full = xprintf("data:%s", path);
	struct err ignored = ERR_INIT;
	struct catalog_item item;
	size_t n = strlen(e->msg);

	if (e->code == ERR_NOENT && c->repo && strchr(path, '/') == NULL &&
	    catalog_resolve(&item, c, full, &ignored) == 0) {
		snprintf(e->msg + n, sizeof(e->msg) - n, "; there is '%s'",
		    full);
		catalog_item_free(&item);
	}
	free(full);
}

static int
open_file(struct catalog_bytes *b, const char *path, struct err *e)
{
	struct file_map m;

	b->type = manifest_type_of_path(path);
	if (b->later)
		return 0;
	if (file_map(&m, path, e) < 0)
		return -1;
	b->data = m.data;
	b->n = m.n;
	b->mapped = m.mapped;
	b->owned = m.mapped ? NULL : (void *)(uintptr_t)m.data;
	return 0;
}

static int
open_requests(struct catalog_bytes *b, const char *path, struct err *e)
{
	struct reqlog_filter all = { 0 };
	struct buf out;
	uint64_t rows;

	buf_init(&out, BUF_CAP_DATA);
	if (reqlog_read(&out, &rows, &b->skipped, path, &all, e) < 0) {
		buf_free(&out);
		return -1;
	}
	b->owned = buf_detach(&out, &b->n);
	b->data = b->owned;
	b->type = TYPE_JSONL;
	return 0;
}

static int
open_object(struct catalog_bytes *b, struct catalog *c, const struct oid *id,
    const char *type, struct err *e)
{
	struct buf out;

	b->content = *id;
	b->type = type;
	if (b->later)
		return 0;
	buf_init(&out, BUF_CAP_DATA);
	if (odb_get(&out, repo_odb(c->repo), id, e) < 0) {
		buf_free(&out);
		return -1;
	}
	b->owned = buf_detach(&out, &b->n);
	b->data = b->owned;
	return 0;
}

/* The output of a run that was asked for, or its only one. */
static int
find_output(struct link *found, const struct catalog_bytes *b, struct err *e)
{
	struct link l;
	size_t n = 0;

	for (size_t i = 0; manifest_link_at(&l, b->manifest, i); i++) {
		if (strcmp(l.rel, "output") != 0)
			continue;
		if (b->item.path && strcmp(l.name, b->item.path) != 0)
			continue;
		*found = l;
		n++;
	}
	if (n == 1 || (n && b->item.path))
		return 0;
	if (b->item.path)
		return err_set(e, ERR_NOENT, "%s put out no '%s'",
		    b->item.label, b->item.path);
	return err_set(e, n ? ERR_USAGE : ERR_NOENT, n ?
	    "%s put out %zu files: say which, as run:ID:PATH" :
	    "%s put out no file (%zu)", b->item.label, n);
}

int
catalog_find_inside(struct oid *id, struct catalog *c,
    const struct catalog_item *item, const struct link *content,
    struct err *e)
{
	struct arena a = { NULL, 0 };
	struct tree_entry v;
	int r;

	if (content == NULL || strcmp(content->type, TREE_TYPE) != 0)
		return err_set(e, ERR_NOENT, "%s is one file; there is no '%s' "
		    "in it", item->label, item->path);
	if (item->path == NULL)
		return err_set(e, ERR_USAGE, "%s is a folder: name a file in "
		    "it, as %s:PATH", item->label, item->label);
	r = tree_find(&v, &a, repo_odb(c->repo), &content->id, item->path, e);
	if (r < 0)
		err_wrap(e, "%s", item->label);
	else if (v.kind == TREE_FOLDER || v.kind == TREE_LINK)
		r = err_set(e, ERR_USAGE, "'%s' in %s is a %s, not a file",
		    item->path, item->label, v.kind == TREE_LINK ?
		    "symbolic link" : "folder");
	*id = v.id;
	arena_free(&a);
	return r;
}

/* ---- Delta tables ---- */

/* The names of a tree's entries, as folder_names gives those of a folder. */
static int
list_tree_log(void *ctx, char ***names, size_t *n, struct err *e)
{
	const struct catalog_bytes *b = ctx;
	struct odb *o = repo_odb(b->c->repo);
	struct arena a = { NULL, 0 };
	struct tree_entry log;
	struct tree t = { 0 };
	int r;

	*names = NULL;
	*n = 0;
	r = tree_find(&log, &a, o, &b->tree, "_delta_log", e);
	if (r == 0 && (r = tree_load(&t, o, &log.id, e)) == 0) {
		*names = xalloc(t.n + 1, sizeof(**names));
		for (; *n < t.n; ++*n)
			(*names)[*n] = xstrdup(t.v[*n].name);
	}
	tree_release(&t);
	arena_free(&a);
	return r;
}

static int
read_in_tree(void *ctx, struct buf *out, const char *path, struct err *e)
{
	const struct catalog_bytes *b = ctx;
	struct odb *o = repo_odb(b->c->repo);
	struct arena a = { NULL, 0 };
	struct tree_entry v;
	int r = tree_find(&v, &a, o, &b->tree, path, e);

	if (r == 0)
		r = v.kind == TREE_FILE || v.kind == TREE_EXEC ?
		    odb_get(out, o, &v.id, e) : err_set(e, ERR_CORRUPT,
		    "'%s' is no file", path);
	arena_free(&a);
	return r;
}

static struct delta_files
delta_files(const struct catalog_bytes *b)
{
	if (oid_is_none(&b->tree))
		return delta_files_of(b->item.base);
	return (struct delta_files){ b->item.label, list_tree_log,
	    read_in_tree, (void *)(uintptr_t)b };
}

/* Is the version of a folder one? */
static bool
tree_is_delta(struct catalog *c, const struct oid *id)
{
	struct err ignored = ERR_INIT;
	struct arena a = { NULL, 0 };
	struct tree_entry log;
	bool is = tree_find(&log, &a, repo_odb(c->repo), id, "_delta_log",
	    &ignored) == 0 && log.kind == TREE_FOLDER;

	arena_free(&a);
	return is;
}

static int
need_snapshot(struct catalog_bytes *b, const struct delta_files *files,
    struct err *e)
{
	return b->snapshot != NULL ? 0 : delta_snapshot_read(&b->snapshot,
	    files, e);
}

int
catalog_delta_text(struct catalog_bytes *b, struct err *e)
{
	const struct delta_files files = delta_files(b);
	struct buf out;

	buf_init(&out, BUF_CAP_DATA);
	if (need_snapshot(b, &files, e) < 0 || delta_table_read(&out,
	    b->snapshot, &files, e) < 0) {
		buf_free(&out);
		return -1;
	}
	b->owned = buf_detach(&out, &b->n);
	b->data = b->owned;
	b->delta = false;
	return 0;
}

/* A table in a folder of its own. */
static int
open_delta(struct catalog_bytes *b, struct err *e)
{
	b->delta = b->typed;
	b->type = TYPE_CSV;
	b->later = false;
	return b->typed ? 0 : catalog_delta_text(b, e);
}

int
catalog_delta_rows(struct typed_rows *r, struct catalog_bytes *b,
    struct err *e)
{
	const struct delta_files files = delta_files(b);

	if (need_snapshot(b, &files, e) < 0)
		return -1;
	delta_rows_open(r, b->snapshot, &files);
	return 0;
}

static int
open_ref(struct catalog_bytes *b, struct catalog *c, struct err *e)
{
	struct link content;
	struct oid inside;

	if (catalog_manifest(&b->manifest, &b->arena, c, &b->item.id, e) < 0)
		return -1;
	if (b->item.kind == NAME_RUN) {
		if (find_output(&content, b, e) < 0)
			return -1;
	} else if (!manifest_find(&content, b->manifest, "content", NULL)) {
		if (b->item.path)
			return catalog_find_inside(&inside, c, &b->item, NULL,
			    e);
		return open_object(b, c, &b->item.id, "application/json", e);
	} else if (b->item.path == NULL && !b->later && strcmp(content.type,
	    TREE_TYPE) == 0 && tree_is_delta(c, &content.id)) {
		b->tree = b->content = content.id;
		return open_delta(b, e);
	} else if (b->item.path || (strcmp(content.type, TREE_TYPE) == 0 &&
	    !b->later)) {
		if (catalog_find_inside(&inside, c, &b->item, &content, e) < 0)
			return -1;
		return open_object(b, c, &inside,
		    manifest_type_of_path(b->item.path), e);
	}
	return open_object(b, c, &content.id, content.type, e);
}

/* "orders.zip:may.csv": a file in an archive, where no file has that name. */
static void
split_member(struct catalog_item *item)
{
	char *colon = strchr(item->base, ':');
	struct stat st;

	for (; colon != NULL; colon = strchr(colon + 1, ':')) {
		*colon = '\0';
		if (colon[1] != '\0' && stat(item->base, &st) == 0 &&
		    S_ISREG(st.st_mode)) {
			item->path = xstrdup(colon + 1);
			return;
		}
		*colon = ':';
	}
}

/* What may be opened again and gives the same is read later. */
static int
open_path(struct catalog_bytes *b, struct err *e)
{
	const char *path = b->item.base;
	struct stat st;
	bool there = stat(path, &st) == 0;

	if (!there && b->item.path == NULL) {
		split_member(&b->item);
		there = b->item.path != NULL && stat(path, &st) == 0;
	}

	if (there && (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)) &&
	    reqlog_is(path))
		return open_requests(b, path, e);
	if (there && S_ISDIR(st.st_mode) && delta_table_is(path))
		return open_delta(b, e);
	b->later = b->later && there && S_ISREG(st.st_mode);
	return open_file(b, path, e);
}

static int
open_name(struct catalog_bytes *b, struct catalog *c, const char *name,
    struct err *e)
{
	int r;

	b->c = c;
	if (catalog_resolve(&b->item, c, name, e) < 0)
		return -1;
	switch (b->item.kind) {
	case NAME_STDIO:
		b->later = false;
		r = open_file(b, "-", e);
		break;
	case NAME_PATH:
		if ((r = open_path(b, e)) < 0)
			hint_at_name(c, b->item.base, e);
		break;
	case NAME_OBJECT:
		r = open_object(b, c, &b->item.id, TYPE_BYTES, e);
		break;
	default:
		catalog_warn_changed(c, &b->item);
		r = open_ref(b, c, e);
		break;
	}
	if (r < 0)
		catalog_bytes_close(b);
	return r;
}

int
catalog_open_bytes(struct catalog_bytes *b, struct catalog *c,
    const char *name, struct err *e)
{
	memset(b, 0, sizeof(*b));
	return open_name(b, c, name, e);
}

int
catalog_open_typed(struct catalog_bytes *b, struct catalog *c,
    const char *name, struct err *e)
{
	memset(b, 0, sizeof(*b));
	b->typed = true;
	return open_name(b, c, name, e);
}

int
catalog_find_bytes(struct catalog_bytes *b, struct catalog *c,
    const char *name, struct err *e)
{
	memset(b, 0, sizeof(*b));
	b->later = true;
	return open_name(b, c, name, e);
}

int
catalog_bytes_source(struct source *s, const struct catalog_bytes *b,
    struct catalog *c, struct err *e)
{
	if (b->data != NULL) {
		*s = source_memory(b->data, b->n, b->item.label);
		return 0;
	}
	if (b->item.kind != NAME_PATH)
		return odb_get_source(s, repo_odb(c->repo), &b->content, e);
	if (source_open(s, b->item.base, e) == 0)
		return 0;
	hint_at_name(c, b->item.base, e);
	return -1;
}

int
catalog_bytes_load(struct catalog_bytes *b, struct catalog *c, struct err *e)
{
	if (b->data != NULL)
		return 0;
	b->later = false;
	if (b->item.kind != NAME_PATH)
		return open_object(b, c, &b->content, b->type, e);
	if (open_file(b, b->item.base, e) == 0)
		return 0;
	hint_at_name(c, b->item.base, e);
	return -1;
}

void
catalog_bytes_close(struct catalog_bytes *b)
{
	struct file_map m = { b->data, b->n, true };

	if (b->mapped)
		file_unmap(&m);
	free(b->owned);
	delta_snapshot_free(b->snapshot);
	catalog_item_free(&b->item);
	arena_free(&b->arena);
	memset(b, 0, sizeof(*b));
}

const struct oid *
catalog_bytes_id(struct catalog_bytes *b)
{
	struct err ignored = ERR_INIT;

	if (!oid_is_none(&b->content))
		return &b->content;
	if (b->delta)
		(void)catalog_delta_text(b, &ignored);
	oid_of(&b->content, b->data != NULL ? b->data : "", b->n);
	return &b->content;
}
