/* catalog/internal.h - what the files of lib/catalog share; nobody else's. */
#ifndef CATALOG_INTERNAL_H
#define CATALOG_INTERNAL_H

#include "base/intern.h"
#include "catalog/catalog.h"
#include "store/ref.h"

struct catalog {
	struct repo *repo;	/* NULL outside a repository */
	struct repo_opts opts;
	struct intern *told;	/* files whose change was told */
};

/* The pointer file beside a data file: "churn.csv.mlv". */
struct pointer {
	char *name;
	struct oid id, content;
};
/* Of the file at `path`, relative to the work tree's top.  ERR_NOENT. */
int pointer_read(struct pointer *p, struct catalog *c, const char *path,
    struct err *e);
void pointer_free(struct pointer *p);
int pointer_write(struct catalog *c, const char *path, const char *name,
    const struct oid *id, const struct oid *content, uint64_t size,
    int64_t rows, struct err *e);
/* May the stem `name` stand for this file?  `path` NULL: it is outside the
 * work tree, and its content decides.  ERR_EXISTS. */
int dataset_holder(struct catalog *c, const char *name, const char *path,
    const struct oid *content, struct err *e);
/* "/NAME" as a line of the folder's .gitignore. */
int ignore_in_git(struct catalog *c, const char *path, struct err *e);

/* Has the work tree another meaning for data:base than the newest version?
 * *id as the pointer says; *version 0 when this repository has no number
 * for it.  Returns 1 found, 0 not, -1. */
int pointer_decides(struct oid *id, uint32_t *version, struct catalog *c,
    const char *base, const struct ref *versions, struct err *e);

/* The file whose pointer git keeps and that stands for data:base, relative
 * to the work tree's top; NULL when there is none. */
char *pointer_find(struct catalog *c, const char *base);

#endif
