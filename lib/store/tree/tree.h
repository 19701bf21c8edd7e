/*
 * store/tree/tree.h - a tree: the object that says what is in a folder.
 *
 *	0	"MLVT", version 1, three zero bytes
 *	8	the entries, ordered by name, a folder's as if it ended in "/":
 *		kind, 1; length of the name, 2; the name; then
 *		f, x	a file, an executable one: its size, 8; SHA-256, 32
 *		d	a folder: files below it, 8; their bytes, 8; the
 *			SHA-256 of its tree, 32
 *		l	a symbolic link: length of its target, 2; the target
 *
 * Integers are little-endian, names are bytes.  A tree has no times, owners or
 * other modes, so the same folder has the same id everywhere.
 */
#ifndef STORE_TREE_TREE_H
#define STORE_TREE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "store/odb.h"
#include "store/oid.h"

#define TREE_TYPE "application/x-mlv-tree"	/* of a link to one */
#define TREE_DEPTH 128

enum tree_kind {
	TREE_FILE = 'f', TREE_EXEC = 'x', TREE_LINK = 'l', TREE_FOLDER = 'd'
};

struct tree_entry {
	const char *name;	/* ends in NUL, too */
	size_t n;
	enum tree_kind kind;
	struct oid id;		/* of a file's bytes, of a folder's tree */
	uint64_t files, bytes;	/* all below */
	const char *target;	/* of a link, ends in NUL, too */
	size_t target_n;
};

/* Zeroed it is empty. */
struct tree {
	struct arena arena;	/* the strings and the list */
	struct tree_entry *v;
	size_t n, room;
};

/* Strings are copied. */
struct tree_entry *tree_add(struct tree *t, const struct tree_entry *entry);
void tree_sort(struct tree *t);
/* Below, at or above, in a tree's order. */
int tree_compare(const struct tree_entry *a, const struct tree_entry *b);
/* Do they stand for the same bytes under the same mode? */
bool tree_same(const struct tree_entry *a, const struct tree_entry *b);
/* All files below and their bytes, summed over the entries. */
void tree_sum(uint64_t *files, uint64_t *bytes, const struct tree *t);
void tree_release(struct tree *t);

/* The object's bytes, of entries that are sorted. */
int tree_write(struct buf *out, const struct tree *t, struct err *e);
/* Of an object: names that lead elsewhere, disorder and odd bytes are
 * ERR_CORRUPT.  Release *t also on failure. */
int tree_parse(struct tree *t, const void *p, size_t n, struct err *e);
int tree_load(struct tree *t, struct odb *o, const struct oid *id,
    struct err *e);
/* The entry at `path`, below the tree `id`: "a/b.png".  ERR_NOENT. */
int tree_find(struct tree_entry *found, struct arena *a, struct odb *o,
    const struct oid *id, const char *path, struct err *e);

#endif
