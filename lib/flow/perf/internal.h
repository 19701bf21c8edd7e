/*
 * flow/perf/internal.h - a measurement under way.  Private to lib/flow/perf.
 */
#ifndef FLOW_PERF_INTERNAL_H
#define FLOW_PERF_INTERNAL_H

#include "flow/perf/perf.h"

/* Which columns hold what. */
struct perf_columns {
	enum task task;
	const char **class;		/* (classes), the positive one last */
	const char **score;		/* (scores) columns */
	size_t classes, scores;
	const char *answer;		/* column of the class, or NULL */
};

struct perf {
	const struct perf_opts *o;
	struct perf_found *found;
	struct perf_columns col;
	struct late *late;		/* once the columns are known */
	/* names of what a row needs: key, answer or key again, by, scores */
	const char **name;
	size_t names;
	struct late_text *text;		/* (names) of a row */
	double *score;
	uint64_t rows;
};

/* --- columns.c: from names to meanings; late is made --- */
int perf_find_columns(struct perf *p, const char *const *name, size_t n,
    struct err *e);
/* p->text is one row. */
int perf_add_row(struct perf *p, int64_t time_us, bool timed, struct err *e);

/* --- rows.c --- */
int perf_read_log(struct perf *p, struct err *e);
int perf_read_table(struct perf *p, const char *path, struct err *e);
int perf_read_labels(struct perf *p, struct err *e);

#endif
