/* Everything that an object leads to. */
#include "remote/closure.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/intern.h"
#include "base/mem.h"
#include "catalog/manifest.h"
#include "store/odb.h"
#include "store/tree/tree.h"

struct item {
	struct oid id;
	enum closure_kind kind;
};

struct list {
	struct item *v;
	size_t n, room;
};

struct closure {
	struct catalog *c;
	closure_fn *have;
	void *ctx;
	struct intern *seen;	/* kind and id: a text may be a manifest, too */
	struct list todo, waiting;
};

struct closure *
closure_new(struct catalog *c, closure_fn *have, void *ctx)
{
	struct closure *k = xalloc(1, sizeof(*k));

	k->c = c;
	k->have = have;
	k->ctx = ctx;
	k->seen = intern_new();
	return k;
}

void
closure_free(struct closure *k)
{
	if (k == NULL)
		return;
	intern_free(k->seen);
	free(k->todo.v);
	free(k->waiting.v);
	free(k);
}

static void
append_item(struct list *l, const struct item *i)
{
	if (l->n == l->room) {
		l->room = l->room ? l->room * 2 : 64;
		l->v = xresize(l->v, l->room, sizeof(*l->v));
	}
	l->v[l->n++] = *i;
}

void
closure_add(struct closure *k, const struct oid *id, enum closure_kind kind)
{
	struct item i = { *id, kind };
	size_t before = intern_count(k->seen);
	char key[OID_BYTES + 1];

	memcpy(key, id->b, OID_BYTES);
	key[OID_BYTES] = (char)kind;
	intern_add(k->seen, key, sizeof(key));
	if (intern_count(k->seen) > before)
		append_item(&k->todo, &i);
}

static enum closure_kind
kind_of_type(const char *type)
{
	return manifest_is_type(type) ? CLOSURE_MANIFEST :
	    strcmp(type, TREE_TYPE) == 0 ? CLOSURE_TREE : CLOSURE_BYTES;
}

static int
look_into_manifest(struct closure *k, const struct oid *id, struct err *e)
{
	struct arena a = { NULL, 0 };
	const struct json *m, *links;
	struct link l;
	int r = catalog_manifest(&m, &a, k->c, id, e);

	if (r == 0 && (links = json_get(m, "links")) &&
	    links->type == JSON_LIST)
		for (size_t i = 0; manifest_link_at(&l, m, i); i++)
			closure_add(k, &l.id, kind_of_type(l.type));
	arena_free(&a);
	return r;
}

static int
look_into_tree(struct closure *k, const struct oid *id, struct err *e)
{
	struct tree t = { .n = 0 };
	int r = tree_load(&t, catalog_odb(k->c), id, e);

	for (size_t i = 0; r == 0 && i < t.n; i++) {
		if (t.v[i].kind == TREE_FOLDER)
			closure_add(k, &t.v[i].id, CLOSURE_TREE);
		else if (t.v[i].kind != TREE_LINK)
			closure_add(k, &t.v[i].id, CLOSURE_BYTES);
	}
	tree_release(&t);
	return r;
}

static int
visit_item(struct closure *k, const struct item *i, struct err *e)
{
	int r = k->have(k->ctx, &i->id, i->kind, e);

	if (r < 0)
		return -1;
	if (r == 0)
		append_item(&k->waiting, i);
	if (r == 1 && i->kind == CLOSURE_MANIFEST)
		return look_into_manifest(k, &i->id, e);
	if (r == 1 && i->kind == CLOSURE_TREE)
		return look_into_tree(k, &i->id, e);
	return 0;
}

int
closure_walk(size_t *waiting, struct closure *k, struct err *e)
{
	struct list again = k->waiting;
	int r = 0;

	k->waiting = (struct list){ NULL, 0, 0 };
	for (size_t i = 0; i < again.n; i++)
		append_item(&k->todo, &again.v[i]);
	free(again.v);
	while (r == 0 && k->todo.n) {
		struct item i = k->todo.v[--k->todo.n];

		r = visit_item(k, &i, e);
	}
	*waiting = k->waiting.n;
	return r;
}
