/* Marking: manifests by their links, trees by their entries, lists of parts. */
#include "store/gc/marks.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/intern.h"
#include "base/mem.h"
#include "codec/json.h"
#include "store/internal.h"
#include "store/odb.h"
#include "store/pack/packs.h"
#include "store/tree/tree.h"

#define MANIFEST_PREFIX "application/vnd.mlv."

struct marks {
	struct repo *repo;
	struct intern *ids;	/* by raw id */
	struct oid *queue;	/* manifests to follow */
	size_t n, room;
};

struct marks *
marks_new(struct repo *repo)
{
	struct marks *m = xalloc(1, sizeof(*m));

	m->repo = repo;
	m->ids = intern_new();
	return m;
}

void
marks_free(struct marks *m)
{
	if (m == NULL)
		return;
	intern_free(m->ids);
	free(m->queue);
	free(m);
}

bool
marks_has(const struct marks *m, const struct oid *id)
{
	return intern_find(m->ids, (const char *)id->b, OID_BYTES) !=
	    INTERN_NONE;
}

static bool
first_time(struct marks *m, const struct oid *id)
{
	size_t before = intern_count(m->ids);

	intern_add(m->ids, (const char *)id->b, OID_BYTES);
	return intern_count(m->ids) > before;
}

/* The bytes, whatever they are, with the parts that they are kept in. */
static int
mark_bytes(struct marks *m, const struct oid *id, struct err *e)
{
	struct pack_entry t;
	struct pack_part part;
	struct buf list;
	int r = 0;

	if (!first_time(m, id) || !packs_entry(&t, m->repo->packs, id) ||
	    t.encoding != PACK_PARTS)
		return 0;
	buf_init(&list, PACK_STORED_MAX);
	r = packs_stored(&t, &list, m->repo->packs, id, e);
	for (size_t i = 0; r == 0 && i < pack_part_count(&t); i++) {
		pack_part_at(&part, list.data, i);
		first_time(m, &part.id);
	}
	buf_free(&list);
	return r;
}

static int
mark_tree(struct marks *m, const struct oid *id, int depth, struct err *e)
{
	struct tree t;
	int r;

	if (marks_has(m, id))
		return 0;
	if (depth > TREE_DEPTH)
		return err_set(e, ERR_TOOBIG, "a tree is more than %d folders "
		    "deep", TREE_DEPTH);
	if (mark_bytes(m, id, e) < 0)
		return -1;
	r = tree_load(&t, m->repo->odb, id, e);
	for (size_t i = 0; r == 0 && i < t.n; i++) {
		if (t.v[i].kind == TREE_FOLDER)
			r = mark_tree(m, &t.v[i].id, depth + 1, e);
		else if (t.v[i].kind != TREE_LINK)
			r = mark_bytes(m, &t.v[i].id, e);
	}
	tree_release(&t);
	return r;
}

static int
mark_link(struct marks *m, const struct json *link, struct err *e)
{
	const char *type = json_text(link, "type", "");
	struct oid id;

	if (oid_parse(&id, json_text(link, "id", ""), e) < 0)
		return -1;
	if (strcmp(type, TREE_TYPE) == 0)
		return mark_tree(m, &id, 0, e);
	if (strncmp(type, MANIFEST_PREFIX, sizeof(MANIFEST_PREFIX) - 1) != 0)
		return mark_bytes(m, &id, e);
	if (marks_has(m, &id))
		return 0;
	if (m->n == m->room) {
		m->room = m->room ? 2 * m->room : 64;
		m->queue = xresize(m->queue, m->room, sizeof(*m->queue));
	}
	m->queue[m->n++] = id;
	return 0;
}

static int
follow_manifest(struct marks *m, const struct oid *id, struct err *e)
{
	struct arena a = { NULL, 0 };
	const struct json *links;
	struct json *j;
	struct buf b;
	int r;

	if (marks_has(m, id))
		return 0;
	buf_init(&b, BUF_CAP_DOC);
	r = mark_bytes(m, id, e);
	if (r == 0)
		r = odb_get(&b, m->repo->odb, id, e);
	if (r == 0)
		r = json_parse(&j, &a, b.data, b.len, 0, e);
	if (r == 0 && (links = json_get(j, "links")) != NULL &&
	    links->type == JSON_LIST)
		for (const struct json *l = links->child; r == 0 && l;
		    l = l->next)
			r = mark_link(m, l, e);
	buf_free(&b);
	arena_free(&a);
	return r;
}

int
marks_add_manifest(struct marks *m, const struct oid *id, struct err *e)
{
	int r = follow_manifest(m, id, e);

	while (r == 0 && m->n) {
		struct oid next = m->queue[--m->n];

		r = follow_manifest(m, &next, e);
	}
	return r;
}

/* A manifest is JSON with links; a tree has its header. */
int
marks_add_unknown(struct marks *m, const struct oid *id, struct err *e)
{
	struct err ignored = ERR_INIT;
	struct source from;
	char head[16] = "";
	uint64_t size;
	int64_t got = 0;

	if (marks_has(m, id) || odb_size(&size, m->repo->odb, id,
	    &ignored) < 0)
		return 0;
	if (odb_get_source(&from, m->repo->odb, id, &ignored) == 0) {
		got = source_read_full(&from, head, sizeof(head), &ignored);
		source_close(&from);
	}
	if (got >= 8 && memcmp(head, "MLVT", 4) == 0 &&
	    mark_tree(m, id, 0, &ignored) == 0)
		return 0;
	if (got > 0 && head[0] == '{' && size <= BUF_CAP_DOC &&
	    marks_add_manifest(m, id, &ignored) == 0)
		return 0;
	return mark_bytes(m, id, e);
}

int
marks_add_text(struct marks *m, const char *text, size_t n, struct err *e)
{
	const char *at = text, *end = text + n;
	struct oid id;
	int r = 0;

	while (r == 0 && end - at >= 7 + OID_HEX &&
	    (at = memchr(at, 's', (size_t)(end - at))) != NULL) {
		if (end - at >= 7 + OID_HEX && memcmp(at, "sha256:", 7) == 0 &&
		    hex_decode(id.b, OID_BYTES, at + 7, OID_HEX) == 0)
			r = marks_add_unknown(m, &id, e);
		at++;
	}
	return r;
}
