/*
 * catalog/pointer.h - the files that git keeps for a data file: the pointer
 * beside it ("churn.csv.mlv") and a line of .gitignore.  Paths are relative
 * to the work tree's top.  What they mean is for resolve.h; outside
 * lib/catalog they are only read.
 */
#ifndef CATALOG_POINTER_H
#define CATALOG_POINTER_H

#include <stdint.h>

#include "base/err.h"
#include "catalog/catalog.h"
#include "store/oid.h"
#include "store/ref.h"

struct pointer {
	char *name;
	struct oid id, content;
	int64_t size, rows;		/* -1: not said */
	int64_t files;			/* of a folder, whose content is a
					 * tree and size that of all files;
					 * -1: it is a file */
};
/* Of the file at `path`.  ERR_NOENT. */
int pointer_read(struct pointer *p, struct catalog *c, const char *path,
    struct err *e);
void pointer_release(struct pointer *p);
int pointer_write(struct catalog *c, const char *path,
    const struct pointer *says, struct err *e);
/* "/NAME" as a line of the folder's .gitignore. */
int ignore_in_git(struct catalog *c, const char *path, struct err *e);

/* The pointer that stands for data:base beside the path of one of its
 * versions, the newest first.  1: *path and what it says, 0: none, -1: *path
 * of the one that cannot be read, or NULL. */
int pointer_standing(char **path, struct oid *id, struct catalog *c,
    const char *base, const struct ref *versions, struct err *e);
/* Has the work tree another meaning for data:base than the newest version?
 * *id as the pointer says; *version 0 when this repository has no number
 * for it.  Returns 1 found, 0 not, -1. */
int pointer_decides(struct oid *id, uint32_t *version, struct catalog *c,
    const char *base, const struct ref *versions, struct err *e);

/* Whoever is shown the pointers that git keeps, in order of their paths: 0 to
 * go on, else it ends the walk.  p NULL: *e says why it cannot be read. */
typedef int pointer_visit(void *ctx, const char *path,
    const struct pointer *p, struct err *e);
/* What the last visit said; 0, too, where git keeps none. */
int pointer_each(struct catalog *c, pointer_visit *visit, void *ctx,
    struct err *e);

/* The file whose pointer git keeps and that stands for data:base, relative
 * to the work tree's top; NULL when there is none. */
char *pointer_find(struct catalog *c, const char *base);

#endif
