/*
 * serve/served.h - one version of a model while it is being served.
 *
 * Loaded and checked whole before anybody sees it (golden rows included);
 * counted by those who use it and freed by the last.  A `desk` is what one
 * request works at: a scorer and a block to put its rows in, kept for the
 * next request.
 */
#ifndef SERVE_SERVED_H
#define SERVE_SERVED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "catalog/catalog.h"
#include "model/score.h"
#include "serve/stats.h"

struct served {
	struct score_plan *plan;
	char *name;			/* the registry's, or the file's stem;
					 * what it is called in paths */
	char *version;			/* "3"; "1" for a file */
	char digest[OID_TEXT];		/* of the model file */
	char variant[16];		/* "stable" or "canary" */
	struct stats *stats;		/* outlives this */
	/* private */
	_Atomic int users;
	void *desks;
};

/* Begins with one user.  `o` may be NULL. */
int served_load(struct served **out, struct catalog *c, const char *name,
    const char *variant, const struct score_opts *o, struct err *e);
void served_hold(struct served *s);
void served_release(struct served *s);		/* NULL is fine */

struct desk {
	struct scorer *scorer;
	struct table *block;		/* the wanted columns */
	size_t room;			/* rows it has room for */
	struct table_rows *rows;	/* the same, filled from JSON objects */
	struct arena arena;		/* of this request */
	struct desk *next;
};

struct desk *desk_take(struct served *s, struct err *e);
void desk_give(struct served *s, struct desk *d);
/* Make the block n rows, every cell of which is then set. */
int desk_rows(struct desk *d, const struct served *s, size_t n,
    struct err *e);

#endif
