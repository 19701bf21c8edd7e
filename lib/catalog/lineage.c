/* What an object was made from, by the links of manifests. */
#include "catalog/lineage.h"

#include <stdlib.h>

#include "base/mem.h"
#include "catalog/internal.h"
#include "store/odb.h"

struct lineage_walk {
	struct catalog *c;
	struct oid *seen;
	size_t n, room;
	int (*fn)(void *ctx, int depth, const struct link *l, struct err *e);
	void *ctx;
};

static bool
first_time(struct lineage_walk *w, const struct oid *id)
{
	for (size_t i = 0; i < w->n; i++)
		if (oid_eq(&w->seen[i], id))
			return false;
	if (w->n == w->room) {
		w->room = w->room ? w->room * 2 : 32;
		w->seen = xresize(w->seen, w->room, sizeof(*w->seen));
	}
	w->seen[w->n++] = *id;
	return true;
}

static int
visit_object(struct lineage_walk *w, int depth, const struct link *from, struct err *e)
{
	struct arena a = { NULL, 0 };
	const struct json *m;
	struct link l;
	int r;

	if (!first_time(w, &from->id))
		return 0;
	if ((r = w->fn(w->ctx, depth, from, e)) != 0 ||
	    !manifest_is_type(from->type))
		return r;
	if (depth >= JSON_DEPTH_MAX)
		return err_set(e, ERR_TOOBIG, "lineage is deeper than %d",
		    JSON_DEPTH_MAX);
	r = catalog_manifest(&m, &a, w->c, &from->id, e);
	for (size_t i = 0; r == 0 && manifest_link_at(&l, m, i); i++)
		r = visit_object(w, depth + 1, &l, e);
	arena_free(&a);
	return r;
}

int
catalog_lineage(struct catalog *c, const struct oid *id,
    int (*fn)(void *ctx, int depth, const struct link *l, struct err *e),
    void *ctx, struct err *e)
{
	struct lineage_walk w = { .c = c, .fn = fn, .ctx = ctx };
	struct link root = { .rel = "", .type = TYPE_MANIFEST_PREFIX,
	    .name = "", .id = *id };
	int r;

	if (catalog_need_repo(c, "lineage", e) < 0 ||
	    odb_size(&root.size, repo_odb(c->repo), id, e) < 0)
		return -1;
	r = visit_object(&w, 0, &root, e);
	free(w.seen);
	return r;
}
