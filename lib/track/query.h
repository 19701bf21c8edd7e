/*
 * track/query.h - runs that hold a condition, in an order.
 *
 * A run is seen as the tree of run_to_json (track/journal.h): id, name,
 * status, params.X, metrics.X, git.commit, usage.wall_s ...  A name a run
 * does not have is missing there, so the condition does not hold.  A name no
 * run can have is ERR_USAGE: an answer of nothing would look like one.
 */
#ifndef TRACK_QUERY_H
#define TRACK_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "catalog/catalog.h"

struct json;

struct query {
	const char *where;	/* an expression, or NULL for all */
	const char *sort;	/* a field, with '-' in front for descending, or
				 * NULL: newest first */
	const char *const *columns;	/* fields that will be printed */
	size_t n_columns;
	const char *input;	/* only runs that read this, or NULL */
	size_t limit;		/* 0: all */
	bool archived;		/* those, too */
	bool cells;		/* the columns alone are wanted */
};

struct query_rows {
	struct arena arena;
	struct json **row;	/* as run_to_json; NULL with query.cells: */
	const struct json **cell;	/* (n, n_columns), NULL: missing */
	size_t n;
	/* metrics and parameters asked for that no run at all has */
	const char **absent;
	size_t n_absent;
};

/* `input` is a name, of a dataset with or without its version, an id of 8
 * digits or more, or a file: what a run read has that name, or those bytes.
 * Runs without the sort field come last, whatever the direction; equal ones
 * newest first. */
int query_runs(struct query_rows *out, struct catalog *c,
    const struct query *q, struct err *e);
/* "metrics.auc", "git.commit" ...: a field of a row, or NULL. */
const struct json *query_field(const struct json *row, const char *name);
void query_free(struct query_rows *r);

#endif
