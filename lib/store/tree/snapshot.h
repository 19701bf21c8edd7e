/*
 * store/tree/snapshot.h - folders of the work tree as trees, and trees
 * compared: with each other, and with a folder.
 *
 * What a folder holds is described in store/tree/folder.h.  Files that the
 * stat cache knows unchanged are not read.
 */
#ifndef STORE_TREE_SNAPSHOT_H
#define STORE_TREE_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/repo.h"
#include "store/tree/tree.h"

struct tree_total {
	uint64_t files, bytes;	/* links are files of no bytes */
	uint64_t object;	/* bytes of the tree's own object */
};

/* Store the folder at `path` (from the work tree's top) with all below it, in
 * one transaction that an outer one may hold open. */
int tree_put_folder(struct oid *id, struct tree_total *total,
    struct repo *repo, const char *path, struct err *e);
/* The id that it would have; nothing is stored. */
int tree_hash_folder(struct oid *id, struct tree_total *total,
    struct repo *repo, const char *path, struct err *e);

/* A difference: old NULL was added, now NULL was removed.  Folders are told
 * only where they are empty on a side. */
struct tree_change {
	const char *path;	/* below what is compared; a folder's ends in
				 * "/" */
	const struct tree_entry *old, *now;
};
typedef int (*tree_change_fn)(void *ctx, const struct tree_change *c,
    struct err *e);

/* Every difference between two trees, in order of their paths; what is the
 * same is not looked into.  fn returns 0 to go on. */
int tree_diff(struct odb *o, const struct oid *old, const struct oid *now,
    tree_change_fn fn, void *ctx, struct err *e);
/* The same from a tree to the folder at `path`; one that is not there is
 * empty. */
int tree_diff_folder(struct repo *repo, const struct oid *old,
    const char *path, tree_change_fn fn, void *ctx, struct err *e);

#endif
