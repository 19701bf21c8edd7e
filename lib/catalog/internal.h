/* catalog/internal.h - what the files of lib/catalog share; nobody else's. */
#ifndef CATALOG_INTERNAL_H
#define CATALOG_INTERNAL_H

#include "base/intern.h"
#include "catalog/catalog.h"
#include "store/oid.h"

struct catalog_put;

struct catalog {
	struct repo *repo;	/* NULL outside a repository */
	struct repo_opts opts;
	struct intern *told;	/* files whose change was told */
	/* who hears of versions put; or NULL */
	void (*on_put)(void *ctx, const struct catalog_put *put);
	void *on_put_ctx;
};

/* May the stem `name` stand for this file?  `path` NULL: it is outside the
 * work tree, and its content decides.  ERR_EXISTS. */
int dataset_holder(struct catalog *c, const char *name, const char *path,
    const struct oid *content, struct err *e);
#endif
