/* Everything below a version read through and checked, damage or not. */
#include "promote/verify.h"

#include <string.h>

#include "base/mem.h"
#include "catalog/manifest.h"
#include "promote/verify.h"
#include "store/odb.h"

#define BLOCK ((size_t)1 << 18)

struct version_walk {
	struct catalog *c;
	struct verified *out;
	void (*fn)(void *ctx, const char *what, const char *why);
	void *ctx;
	struct arena arena;
	char *block;
	struct oid *seen;
	size_t n, room;
};

static int
read_object(struct version_walk *v, const struct oid *id, struct err *e)
{
	struct source from;
	int64_t got;

	if (odb_get_source(&from, catalog_odb(v->c), id, e) < 0)
		return -1;
	do
		got = source_read(&from, v->block, BLOCK, e);
	while (got > 0);
	source_close(&from);
	return got < 0 ? -1 : 0;
}

static bool
is_first_visit(struct version_walk *v, const struct oid *id)
{
	struct oid *more;

	for (size_t i = 0; i < v->n; i++)
		if (oid_eq(&v->seen[i], id))
			return false;
	if (v->n == v->room) {
		v->room = v->room ? v->room * 2 : 32;
		more = arena_alloc(&v->arena, v->room * sizeof(*more));
		if (v->n)
			memcpy(more, v->seen, v->n * sizeof(*more));
		v->seen = more;
	}
	v->seen[v->n++] = *id;
	return true;
}

/* catalog_lineage would end at the first object that is damaged. */
static int
visit_link(struct version_walk *v, int depth, const struct link *l,
    struct err *e)
{
	struct err mine = ERR_INIT;
	const struct json *m;
	struct link next;
	int r = 0;

	if (!is_first_visit(v, &l->id))
		return 0;
	v->out->objects++;
	if (read_object(v, &l->id, &mine) < 0) {
		v->out->bad++;
		if (v->fn)
			v->fn(v->ctx, *l->name ? l->name : l->rel, mine.msg);
		return 0;
	}
	if (!manifest_is_type(l->type) || depth > JSON_DEPTH_MAX)
		return 0;
	if (catalog_manifest(&m, &v->arena, v->c, &l->id, e) < 0)
		return -1;
	for (size_t i = 0; r == 0 && manifest_link_at(&next, m, i); i++)
		r = visit_link(v, depth + 1, &next, e);
	return r;
}

int
version_verify(struct verified *out, struct catalog *c, const struct oid *id,
    void (*fn)(void *ctx, const char *what, const char *why), void *ctx,
    struct err *e)
{
	struct version_walk v = { .c = c, .out = out, .fn = fn,
	    .ctx = ctx };
	struct link root = { "manifest", TYPE_MODEL, "", *id, 0 };
	int r;

	*out = (struct verified){ 0, 0 };
	v.block = arena_alloc(&v.arena, BLOCK);
	r = visit_link(&v, 0, &root, e);
	arena_free(&v.arena);
	return r;
}
