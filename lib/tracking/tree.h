/*
 * tracking/tree.h - a list of files as a tree object.  Private to
 * lib/tracking.
 */
#ifndef TRACKING_TREE_H
#define TRACKING_TREE_H

#include "base/err.h"
#include "store/odb.h"
#include "tracking/files.h"

/* The files at or below `folder`, which must be there, as a tree; *size is its
 * object's.  ERR_FORMAT where a file stands in the way of a folder. */
int files_put_tree(struct oid *id, uint64_t *size, struct odb *odb,
    const struct file_list *files, const char *folder, struct err *e);

#endif
