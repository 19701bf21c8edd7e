/* Folders put as trees; trees and folders merged to find what differs. */
#define _POSIX_C_SOURCE 200809L
#include "store/tree/snapshot.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "store/internal.h"
#include "store/statcache.h"
#include "store/tree/folder.h"

#define OBJECT_MAX ((size_t)1 << 34)

static int
err_deep(const char *path, struct err *e)
{
	return err_set(e, ERR_TOOBIG, "'%s' lies more than %d folders deep",
	    path, TREE_DEPTH);
}

/* --- put or hashed --------------------------------------------------------- */

struct snapshot {
	struct folder_reader *reader;
	struct repo *repo;
	bool put;
};

static int
name_tree(struct oid *id, struct tree_total *total, struct snapshot *s,
    const struct tree *t, struct err *e)
{
	struct buf b;
	int r;

	buf_init(&b, OBJECT_MAX);
	r = tree_write(&b, t, e);
	if (r == 0 && s->put)
		r = odb_put(id, s->repo->odb, b.data, b.len, e);
	else if (r == 0)
		oid_of(id, b.data, b.len);
	total->object = b.len;
	tree_sum(&total->files, &total->bytes, t);
	buf_free(&b);
	return r;
}

static int
visit_folder(struct oid *id, struct tree_total *total, struct snapshot *s,
    int fd, struct folder_scope *scope, const char *path, int depth,
    struct err *e)
{
	struct folder_scope *inner;
	struct tree_total below;
	struct tree t;
	int in, r = folder_list(&t, s->reader, fd, scope, path, e);

	if (r == 0 && depth > TREE_DEPTH)
		r = err_deep(path, e);
	for (size_t i = 0; r == 0 && i < t.n; i++) {
		char *full;

		if (t.v[i].kind != TREE_FOLDER)
			continue;
		full = path_join(path, t.v[i].name);
		r = folder_open_in(&in, &inner, scope, fd, t.v[i].name, full,
		    e);
		if (r == 0) {
			r = visit_folder(&t.v[i].id, &below, s, in, inner,
			    full, depth + 1, e);
			t.v[i].files = below.files;
			t.v[i].bytes = below.bytes;
			folder_scope_free(inner);
			close(in);
		}
		free(full);
	}
	if (r == 0)
		r = name_tree(id, total, s, &t, e);
	tree_release(&t);
	return r;
}

static int
visit_root(struct oid *id, struct tree_total *total, struct repo *repo,
    const char *path, bool put, struct err *e)
{
	struct snapshot s = { folder_reader_new(repo, put), repo, put };
	struct folder_scope *scope;
	int fd, r;

	r = folder_open(&fd, &scope, s.reader, path, e);
	if (r == 0) {
		r = visit_folder(id, total, &s, fd, scope, path, 0, e);
		if (r == 0)
			stat_cache_drop_rest(repo->cache, path);
		folder_scope_free(scope);
		close(fd);
	}
	folder_reader_free(s.reader);
	return r;
}

int
tree_put_folder(struct oid *id, struct tree_total *total, struct repo *repo,
    const char *path, struct err *e)
{
	struct odb_transaction *t = odb_begin_bulk(repo->odb);
	int r = objects_hold(repo, e);

	if (r == 0)
		r = visit_root(id, total, repo, path, true, e);
	if (r == 0)
		r = odb_commit(t, e);
	else
		odb_abandon(t);
	return r;
}

int
tree_hash_folder(struct oid *id, struct tree_total *total, struct repo *repo,
    const char *path, struct err *e)
{
	return visit_root(id, total, repo, path, false, e);
}

/* --- compared -------------------------------------------------------------- */

/* One side: a tree in the store, or a folder (reader set); or nothing. */
struct side {
	const struct oid *id;
	struct folder_reader *reader;
	struct folder_scope *scope;
	int fd;			/* < 0: no folder */
};

struct comparison {
	struct odb *odb;
	const char *top;	/* of the folder, from the work tree's */
	tree_change_fn fn;
	void *ctx;
};

static char *
join_below(const char *folder, const char *name)
{
	return *folder ? path_join(folder, name) : xstrdup(name);
}

static int
load_side(struct tree *t, struct comparison *c, const struct side *s,
    const char *path, struct err *e)
{
	char *full;
	int r;

	*t = (struct tree){ .v = NULL };
	if (s->id)
		return tree_load(t, c->odb, s->id, e);
	if (s->reader == NULL || s->fd < 0)
		return 0;
	full = *path ? path_join(c->top, path) : xstrdup(c->top);
	r = folder_list(t, s->reader, s->fd, s->scope, full, e);
	free(full);
	return r;
}

/* What stands behind a folder's entry on one side; none: nothing. */
static int
enter_side(struct side *in, struct comparison *c, const struct side *s,
    const struct tree_entry *v, const char *path, struct err *e)
{
	char *full;
	int r;

	*in = (struct side){ .fd = -1 };
	if (v == NULL || v->kind != TREE_FOLDER)
		return 0;
	if (s->id) {
		in->id = &v->id;
		return 0;
	}
	in->reader = s->reader;
	full = path_join(c->top, path);
	r = folder_open_in(&in->fd, &in->scope, s->scope, s->fd, v->name,
	    full, e);
	if (r < 0)
		in->fd = -1;
	free(full);
	return r;
}

static void
leave_side(struct side *in)
{
	if (in->fd >= 0) {
		folder_scope_free(in->scope);
		close(in->fd);
	}
}

static int compare_sides(struct comparison *c, const struct side *a,
    const struct side *b, const char *path, int depth, struct err *e);

static int
tell_change(struct comparison *c, const char *path,
    const struct tree_entry *old, const struct tree_entry *now,
    struct err *e)
{
	return c->fn(c->ctx, &(struct tree_change){ path, old, now }, e);
}

/* A folder on one side or both. */
static int
compare_folders(struct comparison *c, const struct side *a,
    const struct side *b, const struct tree_entry *old,
    const struct tree_entry *now, const char *path, int depth, struct err *e)
{
	struct side in_a, in_b = { .fd = -1 };
	char *slash;
	int r;

	if (old && now && a->id && b->id && oid_eq(&old->id, &now->id))
		return 0;
	if (depth > TREE_DEPTH)
		return err_deep(path, e);
	r = enter_side(&in_a, c, a, old, path, e);
	if (r == 0)
		r = enter_side(&in_b, c, b, now, path, e);
	if (r == 0 && (old == NULL || now == NULL)) {
		slash = xprintf("%s/", path);
		r = tell_change(c, slash, old, now, e);
		free(slash);
	}
	if (r == 0)
		r = compare_sides(c, &in_a, &in_b, path, depth, e);
	leave_side(&in_a);
	leave_side(&in_b);
	return r;
}

static int
compare_entry(struct comparison *c, const struct side *a,
    const struct side *b, const struct tree_entry *old,
    const struct tree_entry *now, const char *path, int depth, struct err *e)
{
	const struct tree_entry *any = old ? old : now;
	char *full = join_below(path, any->name);
	int r = 0;

	if (any->kind == TREE_FOLDER)
		r = compare_folders(c, a, b, old, now, full, depth, e);
	else if (old == NULL || now == NULL || !tree_same(old, now))
		r = tell_change(c, full, old, now, e);
	free(full);
	return r;
}

static int
compare_sides(struct comparison *c, const struct side *a,
    const struct side *b, const char *path, int depth, struct err *e)
{
	struct tree x = { .v = NULL }, y = { .v = NULL };
	size_t i = 0, k = 0;
	int r = load_side(&x, c, a, path, e);

	if (r == 0)
		r = load_side(&y, c, b, path, e);
	while (r == 0 && (i < x.n || k < y.n)) {
		int order = i == x.n ? 1 : k == y.n ? -1 :
		    tree_compare(&x.v[i], &y.v[k]);

		r = compare_entry(c, a, b, order <= 0 ? &x.v[i] : NULL,
		    order >= 0 ? &y.v[k] : NULL, path, depth + 1, e);
		i += order <= 0;
		k += order >= 0;
	}
	tree_release(&x);
	tree_release(&y);
	return r;
}

int
tree_diff(struct odb *o, const struct oid *old, const struct oid *now,
    tree_change_fn fn, void *ctx, struct err *e)
{
	struct comparison c = { o, "", fn, ctx };
	const struct side a = { .id = old, .fd = -1 };
	const struct side b = { .id = now, .fd = -1 };

	return oid_eq(old, now) ? 0 : compare_sides(&c, &a, &b, "", 0, e);
}

int
tree_diff_folder(struct repo *repo, const struct oid *old, const char *path,
    tree_change_fn fn, void *ctx, struct err *e)
{
	struct folder_reader *reader = folder_reader_new(repo, false);
	struct comparison c = { repo->odb, path, fn, ctx };
	const struct side a = { .id = old, .fd = -1 };
	struct side b = { .reader = reader, .fd = -1 };
	struct err mine = ERR_INIT;
	int r = folder_open(&b.fd, &b.scope, reader, path, &mine);

	if (r < 0) {
		b.fd = -1;
		if (mine.code == ERR_NOENT)
			r = 0;
		else
			*e = mine;
	}
	if (r == 0)
		r = compare_sides(&c, &a, &b, "", 0, e);
	leave_side(&b);
	folder_reader_free(reader);
	return r;
}
