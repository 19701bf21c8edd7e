/*
 * flow/perf/internal.h - a measurement under way.  Private to lib/flow/perf.
 */
#ifndef FLOW_PERF_INTERNAL_H
#define FLOW_PERF_INTERNAL_H

#include "base/source.h"
#include "flow/perf/perf.h"
#include "read/stream.h"

/* Which columns hold what. */
struct perf_columns {
	enum task task;
	const char **class;		/* (classes), the positive one last */
	const char **score;		/* (scores) columns */
	size_t classes, scores;
	const char *answer;		/* column of the class, or NULL */
};

/* What an estimate of losses needs of each answer, or of each of a sample, in
 * the order they came. */
struct dle {
	size_t *row;			/* its place in the table */
	uint64_t *number;		/* among those handed on, from 1 */
	double *off;			/* the answer less the truth; NAN: of
					 * no label that teaches */
	double *seen;			/* the same of any label */
	struct table *t;
	uint32_t *group;		/* (rows, 2 + n_by) of late.h */
	size_t rows, room;
	uint64_t handed;
	unsigned halved;		/* so often: 0, all are in it */
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
	struct dle dle;
};

/* Its estimate or its search goes by all columns of the answers. */
bool perf_needs_columns(const struct perf_opts *o);

/* --- columns.c: from names to meanings; late is made --- */
int perf_find_columns(struct perf *p, const char *const *name, size_t n,
    struct err *e);
/* p->text is one row. */
int perf_add_row(struct perf *p, int64_t time_us, bool timed, struct err *e);

/* --- answers.c --- */
/* Of the answer just handed on; of a label of answer `number`. */
void dle_note(struct perf *p);
void dle_labelled(void *perf, uint64_t number, double off, bool teaches);
/* The table of the answers, which the two below go by. */
int dle_open(struct perf *p, struct err *e);
void dle_release(struct perf *p);

/* --- dle.c --- */
int dle_find_weak(struct perf *p, struct err *e);
int dle_estimate(struct late_report *r, struct perf *p, struct err *e);

/* --- raw.c --- */
/* Tables in blocks of raw cells; closed in any case. */
struct raw_reader {
	struct source in;
	struct table_reader *rd;
	struct table *block;		/* the first one, then each */
	bool open;
};

int perf_open_raw(struct raw_reader *r, const char *path,
    const struct table_read_opts *read, struct err *e);
void perf_close_raw(struct raw_reader *r);

/* --- rows.c --- */
int perf_read_log(struct perf *p, struct err *e);
int perf_read_table(struct perf *p, const char *path, struct err *e);
int perf_read_labels(struct perf *p, struct err *e);

#endif
