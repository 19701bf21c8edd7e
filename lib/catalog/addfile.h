/*
 * catalog/addfile.h - put a file under version control: what mlv-data add does.
 */
#ifndef CATALOG_ADDFILE_H
#define CATALOG_ADDFILE_H

#include <stdint.h>

#include "base/err.h"
#include "catalog/put.h"
#include "read/whole.h"

struct catalog_added {
	struct catalog_put put;
	uint64_t bytes;		/* of the file, of all files of a folder */
	uint64_t stored;	/* bytes on disk that this took */
	int64_t rows;		/* -1: it is no table */
	int64_t files;		/* -1: it is a file */
};

/*
 * `name` NULL: from the stem; "-" is standard input and needs one.  Counts
 * rows (with a warning when it should be a table and is none) and remembers
 * `read`.  A file that the stat cache knows unchanged is not read, any other
 * once.  A folder is one version: see store/tree/folder.h.
 */
int catalog_add_file(struct catalog_added *added, struct catalog *c,
    const char *path, const char *name, const struct table_read_opts *read,
    struct err *e);

/* A file or folder whose content is in the store already: what its path has
 * now, if anything, is not looked at.  `tree` NULL: a file. */
struct tree_total;
int catalog_add_stored(struct catalog_added *added, struct catalog *c,
    const char *path, const char *name, const struct oid *content,
    uint64_t size, const struct tree_total *tree, struct err *e);

#endif
