/*
 * catalog/catalog.h - a repository seen through names, where there is one.
 *
 * Plain paths and "-" need no repository, so catalog_open always succeeds
 * and catalog_repo says whether there is one.  What a name means is in
 * catalog/resolve.h, the bytes behind it in catalog/bytes.h, tables in
 * catalog/open_table.h; versions are made by catalog/put.h and
 * catalog/dataset.h.
 */
#ifndef CATALOG_CATALOG_H
#define CATALOG_CATALOG_H

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "codec/json.h"
#include "store/oid.h"
#include "store/repo.h"

struct catalog;

/* Open the repository around `from` (NULL: the current folder), if any.
 * Fails only when there is one and it cannot be read. */
int catalog_open(struct catalog **c, const char *from,
    const struct repo_opts *o, struct err *e);
/* The same, but ERR_NOENT without a repository ("run mlv-data init"). */
int catalog_open_repository(struct catalog **c, const char *from,
    const struct repo_opts *o, struct err *e);
void catalog_close(struct catalog *c);
/* NULL outside a repository. */
struct repo *catalog_repo(const struct catalog *c);
/* Its objects; NULL outside a repository. */
struct odb *catalog_odb(const struct catalog *c);
/* Where words to the user go; may be NULL. */
const struct log *catalog_log(const struct catalog *c);
/* ERR_NOENT with advice unless there is a repository. */
int catalog_need_repo(struct catalog *c, const char *what, struct err *e);

/* The manifest with this id as a tree in the arena; ERR_FORMAT when the
 * object is not one. */
int catalog_manifest(const struct json **m, struct arena *a, struct catalog *c,
    const struct oid *id, struct err *e);

#endif
