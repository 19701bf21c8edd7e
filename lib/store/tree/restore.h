/*
 * store/tree/restore.h - a tree put into the work tree, in place of the folder
 * that lies there.
 */
#ifndef STORE_TREE_RESTORE_H
#define STORE_TREE_RESTORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/repo.h"
#include "store/tree/tree.h"

struct tree_restored {
	uint64_t written, removed;	/* files and links */
};

/*
 * Make the folder at `path` (from the work tree's top) what the tree `id`
 * says; `path` may lead below a tree's own folder, when `id` is what is to be
 * there.  Files that are right already are not touched.  What would be
 * replaced or removed must be stored: else nothing is done (ERR_EXISTS) unless
 * `force`.  What .mlvignore names stays.  Every file is whole when it gets
 * its name, and what is there at the end survives a power cut: where that
 * cannot be said ERR_UNPROVEN.
 */
int tree_restore(struct tree_restored *done, struct repo *repo,
    const struct oid *id, const char *path, bool force, struct err *e);
/* The same for one file or link of a tree. */
int tree_restore_entry(struct tree_restored *done, struct repo *repo,
    const struct tree_entry *want, const char *path, bool force,
    struct err *e);

#endif
