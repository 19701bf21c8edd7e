/*
 * train/query.h - runs that hold a condition, in an order.
 *
 * A run is seen as the tree of run_to_json (catalog/journal.h): id, name,
 * status, params.X, metrics.X, git.commit, usage.wall_s ...  A name a run
 * does not have is missing there, so the condition does not hold.
 */
#ifndef TRAIN_QUERY_H
#define TRAIN_QUERY_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "catalog/catalog.h"

struct json;

struct query {
	const char *where;	/* an expression, or NULL for all */
	const char *sort;	/* a field, with '-' in front for descending, or
				 * NULL: newest first */
	size_t limit;		/* 0: all */
};

struct query_rows {
	struct arena arena;
	struct json **row;	/* as run_to_json */
	size_t n;
};

/* Runs without the sort field come last, whatever the direction; equal ones
 * newest first. */
int query_runs(struct query_rows *out, struct catalog *c,
    const struct query *q, struct err *e);
/* "metrics.auc", "git.commit" ...: a field of a row, or NULL. */
const struct json *query_field(const struct json *row, const char *name);
void query_free(struct query_rows *r);

#endif
