/*
 * track/group.h - runs counted by what they have in common: `runs --group-by
 * params.lr --agg max:metrics.auc`.
 */
#ifndef TRACK_GROUP_H
#define TRACK_GROUP_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "codec/json.h"
#include "track/query.h"

struct grouping {
	const char *const *by;		/* (n_by) fields */
	size_t n_by;
	/* (n_aggs) "max:metrics.auc": min, max, mean, sum, median, sd or
	 * count, of the runs where the field is a number */
	const char *const *agg;
	size_t n_aggs;
	const char *sort;		/* one of these or "runs", '-' in front
					 * for descending; NULL: by the keys */
};

struct group {
	const struct json **key;	/* (n_by), NULL where runs have none */
	size_t runs;
	double *value;			/* (n_aggs), NaN of no number */
	/* private */
	size_t place;			/* of its first run */
	const void *by;
};

struct groups {
	struct arena arena;
	struct group *v;
	size_t n;
	const char **absent;		/* as of query_rows */
	size_t n_absent;
	struct query_rows rows;		/* private: they hold the keys */
};

/* `q` chooses the runs, its limit the groups; its columns and sort are not
 * looked at. */
int group_runs(struct groups *out, struct catalog *c, const struct query *q,
    const struct grouping *g, struct err *e);
void groups_release(struct groups *g);

#endif
