/*
 * deploy/session.h - what one request works with: a scorer, and a block for
 * its rows; kept for the next request to the same version.
 *
 * A block in use again holds what the request before put there: whoever adds
 * a row sets every cell of it that a request must bring.
 */
#ifndef DEPLOY_SESSION_H
#define DEPLOY_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/score.h"
#include "read/json_rows.h"
#include "deploy/version.h"

struct session {
	const struct version *version;
	struct scorer *scorer;
	struct table *block;		/* the version's wanted columns */
	size_t room;			/* rows it has room for */
	struct json_rows *rows;	/* the same, filled from JSON objects */
	/* of this request, for the dialect */
	bool *mark;			/* by wanted column or output; not
					 * cleared */
	struct buf id;
	struct arena arena;
	struct session *next;
};

struct session_pool *session_pool_new(void);
void session_pool_free(struct session_pool *all);

/* NULL and *e without memory. */
struct session *session_take(struct version *v, struct err *e);
void session_give(struct version *v, struct session *s);

/* Make the block n rows; the cells are still to be set. */
int session_set_rows(struct session *s, size_t n, struct err *e);
/* One more row behind those there are: its number is block->rows - 1. */
int session_add_row(struct session *s, struct err *e);

#endif
