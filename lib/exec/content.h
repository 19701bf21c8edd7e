/*
 * exec/content.h - what a command reads and makes, a file or a folder: its
 * content stored, compared, put back, removed.
 */
#ifndef EXEC_CONTENT_H
#define EXEC_CONTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/oid.h"
#include "store/repo.h"
#include "track/run.h"

struct content {
	struct oid id;		/* of the bytes, of a folder's tree */
	uint64_t size;		/* of the object */
	const char *type;	/* static */
};

/* What lies at `path`; with `put` it is stored.  A folder's tree is
 * described in store/tree/tree.h. */
int content_of_path(struct content *out, struct repo *s, const char *path,
    bool put, struct err *e);
/* Is what lies at the link's path what it says? */
bool content_in_place(struct repo *s, const struct link *l);
/* Put it there, unless it is; `program`: a file that may be executed. */
int content_put_back(struct repo *s, const struct link *l, bool program,
    struct err *e);
/* A file, a link, or a folder with all in it; none is no error. */
int content_remove(const char *path, struct err *e);

#endif
