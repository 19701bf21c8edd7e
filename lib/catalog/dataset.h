/*
 * catalog/dataset.h - a file or bytes as a version of data:NAME, with the pointer file and
 * the .gitignore line that git keeps in its place.
 */
#ifndef CATALOG_DATASET_H
#define CATALOG_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "catalog/put.h"

/*
 * A dataset.  Exactly one of `path` and `data` gives the bytes.  With
 * `path` inside the work tree the pointer file and the .gitignore entry are
 * written too (unless no_pointer), and the name must be free or already
 * mean this path (ERR_EXISTS).  `rows` < 0: not a table.
 */
struct tree_total;
struct catalog_dataset {
	const char *name;		/* NULL: from the path's stem */
	const char *path;
	const void *data;
	const struct oid *content;	/* the path's bytes, stored already */
	size_t n;			/* of data, or of the content */
	const struct tree_total *tree;	/* the content is a tree of that */
	const char *type;		/* NULL: by extension */
	int64_t rows;
	const struct json *columns;	/* [{name, type}], or NULL */
	const struct json *read;	/* how to read it: see open_table.h */
	const struct json *extra;	/* further members, or NULL */
	const struct link *from;	/* what it was derived from */
	size_t n_from;
	bool no_pointer;
};
int catalog_put_dataset(struct catalog_put *put, struct catalog *c,
    const struct catalog_dataset *d, struct err *e);
/* Several that have names and bytes, no path: everything is stored first, in
 * one transaction, then all names are moved under one lock.  After an error
 * those whose put has a version stand. */
int catalog_put_datasets(struct catalog_put *put, struct catalog *c,
    const struct catalog_dataset *d, size_t n, struct err *e);

#endif
