/* Trees written, read and searched. */
#include "store/tree/tree.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEAD "MLVT\1\0\0\0"
#define HEAD_BYTES 8
#define NAME_MAX_BYTES 255
#define TARGET_MAX 4096
#define OBJECT_MAX ((size_t)1 << 34)

struct tree_entry *
tree_add(struct tree *t, const struct tree_entry *entry)
{
	struct tree_entry *at;

	t->v = arena_grow(&t->arena, t->v, t->n, &t->room, sizeof(*t->v));
	at = &t->v[t->n++];
	*at = *entry;
	at->name = arena_strndup(&t->arena, entry->name, entry->n);
	if (entry->kind == TREE_LINK)
		at->target = arena_strndup(&t->arena, entry->target,
		    entry->target_n);
	return at;
}

void
tree_release(struct tree *t)
{
	arena_free(&t->arena);
	*t = (struct tree){ .v = NULL };
}

static unsigned char
byte_after(const struct tree_entry *a, size_t n)
{
	return n < a->n ? (unsigned char)a->name[n] :
	    n == a->n && a->kind == TREE_FOLDER ? '/' : 0;
}

int
tree_compare(const struct tree_entry *a, const struct tree_entry *b)
{
	size_t n = a->n < b->n ? a->n : b->n;
	int order = memcmp(a->name, b->name, n);
	unsigned char x, y;

	if (order)
		return order;
	x = byte_after(a, n);
	y = byte_after(b, n);
	if (x != y)
		return x < y ? -1 : 1;
	/* "a/" is a folder: nothing but its own name goes on from there */
	return (a->n > b->n) - (a->n < b->n);
}

static int
compare_entries(const void *a, const void *b)
{
	return tree_compare(a, b);
}

void
tree_sort(struct tree *t)
{
	if (t->n)
		qsort(t->v, t->n, sizeof(*t->v), compare_entries);
}

bool
tree_same(const struct tree_entry *a, const struct tree_entry *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == TREE_LINK)
		return a->target_n == b->target_n &&
		    memcmp(a->target, b->target, a->target_n) == 0;
	return oid_eq(&a->id, &b->id);
}

void
tree_sum(uint64_t *files, uint64_t *bytes, const struct tree *t)
{
	*files = *bytes = 0;
	for (size_t i = 0; i < t->n; i++) {
		*files += t->v[i].files;
		*bytes += t->v[i].bytes;
	}
}

/* --- written --------------------------------------------------------------- */

int
tree_write(struct buf *out, const struct tree *t, struct err *e)
{
	buf_add(out, HEAD, HEAD_BYTES);
	for (size_t i = 0; i < t->n; i++) {
		const struct tree_entry *v = &t->v[i];

		if (v->n > NAME_MAX_BYTES || v->target_n > TARGET_MAX)
			return err_set(e, ERR_TOOBIG, "the name or target of "
			    "'%.100s' is too long", v->name);
		buf_addc(out, (char)v->kind);
		buf_le16(out, (uint16_t)v->n);
		buf_add(out, v->name, v->n);
		if (v->kind == TREE_LINK) {
			buf_le16(out, (uint16_t)v->target_n);
			buf_add(out, v->target, v->target_n);
			continue;
		}
		if (v->kind == TREE_FOLDER)
			buf_le64(out, v->files);
		buf_le64(out, v->bytes);
		buf_add(out, v->id.b, OID_BYTES);
	}
	return buf_check(out, e);
}

/* --- read ------------------------------------------------------------------ */

/* A name that stays in its folder and is not what git or we keep. */
static bool
is_name_safe(const char *name, size_t n)
{
	if (n == 0 || n > NAME_MAX_BYTES || memchr(name, '/', n) ||
	    memchr(name, '\0', n))
		return false;
	if (name[0] == '.' && (n == 1 || (n == 2 && name[1] == '.')))
		return false;
	return n != 4 || (strncasecmp(name, ".git", 4) != 0 &&
	    strncasecmp(name, ".mlv", 4) != 0);
}

/* One entry of n bytes at p: how many it takes, 0 when it is none. */
static size_t
parse_entry(struct tree_entry *v, const char *p, size_t n)
{
	size_t at = 3, rest;

	memset(v, 0, sizeof(*v));
	if (n < 3 || (v->n = get_le16(p + 1)) > n - 3)
		return 0;
	v->kind = (enum tree_kind)(unsigned char)p[0];
	v->name = p + 3;
	if (!is_name_safe(v->name, v->n))
		return 0;
	at += v->n;
	rest = n - at;
	switch (v->kind) {
	case TREE_LINK:
		if (rest < 2 || (v->target_n = get_le16(p + at)) > rest - 2 ||
		    v->target_n > TARGET_MAX || v->target_n == 0 ||
		    memchr(p + at + 2, '\0', v->target_n))
			return 0;
		v->target = p + at + 2;
		v->files = 1;
		return at + 2 + v->target_n;
	case TREE_FOLDER:
		if (rest < 16 + OID_BYTES)
			return 0;
		v->files = get_le64(p + at);
		at += 8;
		break;
	case TREE_FILE:
	case TREE_EXEC:
		if (rest < 8 + OID_BYTES)
			return 0;
		v->files = 1;
		break;
	default:
		return 0;
	}
	v->bytes = get_le64(p + at);
	memcpy(v->id.b, p + at + 8, OID_BYTES);
	return at + 8 + OID_BYTES;
}

int
tree_parse(struct tree *t, const void *p, size_t n, struct err *e)
{
	const char *at = p, *end = at + n;
	struct tree_entry v;
	size_t took;

	if (n < HEAD_BYTES || memcmp(at, "MLVT", 4) != 0)
		return err_set(e, ERR_CORRUPT, "no tree header");
	if (memcmp(at, HEAD, HEAD_BYTES) != 0)
		return err_set(e, ERR_UNSUPPORTED,
		    "a tree of a version that this mlv does not know");
	for (at += HEAD_BYTES; at < end; at += took) {
		took = parse_entry(&v, at, (size_t)(end - at));
		if (took == 0)
			return err_set(e, ERR_CORRUPT, "entry %zu of a tree is "
			    "malformed", t->n + 1);
		if (t->n && tree_compare(&t->v[t->n - 1], &v) >= 0)
			return err_set(e, ERR_CORRUPT, "entry %zu of a tree is "
			    "out of order", t->n + 1);
		tree_add(t, &v);
	}
	return 0;
}

int
tree_load(struct tree *t, struct odb *o, const struct oid *id, struct err *e)
{
	char text[OID_TEXT];
	struct buf b;
	int r;

	*t = (struct tree){ .v = NULL };
	buf_init(&b, OBJECT_MAX);
	r = odb_get(&b, o, id, e);
	if (r == 0 && (r = tree_parse(t, b.data, b.len, e)) < 0)
		err_wrap(e, "object %s", oid_print(text, id));
	buf_free(&b);
	return r;
}

int
tree_find(struct tree_entry *found, struct arena *a, struct odb *o,
    const struct oid *id, const char *path, struct err *e)
{
	const char *at = path;
	struct oid here = *id;
	struct tree t;

	for (;;) {
		size_t n = strcspn(at, "/");
		bool last = at[n] == '\0';
		const struct tree_entry *v = NULL;

		if (tree_load(&t, o, &here, e) < 0) {
			tree_release(&t);
			return -1;
		}
		for (size_t i = 0; v == NULL && i < t.n; i++)
			if (t.v[i].n == n && memcmp(t.v[i].name, at, n) == 0)
				v = &t.v[i];
		if (v == NULL || (!last && v->kind != TREE_FOLDER)) {
			tree_release(&t);
			return err_set(e, ERR_NOENT, "there is no '%.300s' in "
			    "it", path);
		}
		here = v->id;
		if (last) {
			*found = *v;
			found->name = arena_strndup(a, v->name, v->n);
			if (v->kind == TREE_LINK)
				found->target = arena_strndup(a, v->target,
				    v->target_n);
			tree_release(&t);
			return 0;
		}
		tree_release(&t);
		at += n + 1;
	}
}
