/*
 * drift/windows.h - windows over a stream, each beside the reference: counts
 * in the reference's bins alone, so memory does not grow with the rows.
 *
 * A stream is cut into panes of rows or of time.  A window is `panes` of them
 * and ends with each: one is tumbling, several slide.  A pane of time is over
 * when a row is seen that is `late` beyond its end, or when it is closed from
 * outside; rows that come for it later are counted, and go nowhere.
 *
 * A column drifted when its score reaches the threshold and, unless that was
 * drawn for windows like this one, its q (Benjamini and Hochberg over the
 * columns) is at most `level`; with fewer than min_rows rows nothing is said.
 */
#ifndef DRIFT_WINDOWS_H
#define DRIFT_WINDOWS_H

#include "codec/json.h"
#include "drift/binned.h"

#define WINDOWS_OPEN_MAX 10000
#define WINDOWS_PANES_MAX 1000
#define WINDOWS_UNTIMED INT64_MIN
#define WINDOWS_LEVEL 0.05
#define WINDOWS_THRESHOLD 0.1

struct windows_opts {
	int64_t pane_us;		/* of time; 0: of rows */
	uint64_t pane_rows;
	size_t panes;			/* of a window; 1 is tumbling */
	int64_t late_us;
	int64_t future_us;		/* rows from there on have a wrong
					 * clock: counted; 0: none */
	double level, share;
	uint64_t min_rows;
	/* the threshold of a column in a window of so many rows, and whether
	 * it says what chance may do: then q is not asked */
	double (*threshold)(bool *calibrated, void *ctx, size_t column,
	    uint64_t rows);
	void *threshold_ctx;
	const double *weight;		/* (columns), or NULL: all the same */
};

struct windows_column {
	double score, p, q, threshold;
	uint64_t missing;
	bool calibrated, drifted;
};

struct windows_verdict {
	int64_t from_us, to_us;		/* of time */
	uint64_t first_row;		/* of rows */
	uint64_t rows;
	struct windows_column *col;	/* (columns) */
	size_t count;			/* drifted */
	double share, weighted;		/* of the columns; by weight */
	bool few, drifted;
};

struct windows_count {
	uint64_t rows, late, future, untimed, closed, drifted;
};

struct windows;

/* `b` and what `o` points to are borrowed.  `say` is told of each window. */
void windows_new(struct windows **out, const struct binned *b,
    const struct windows_opts *o, void (*say)(void *ctx,
    const struct windows_verdict *v), void *ctx);
void windows_free(struct windows *w);
/* The counts of the pane that the next row belongs to, to be added to at
 * binned_column.at + its place; NULL: the row is late, of the future, or has
 * no time, and counted.  ERR_TOOBIG: too many panes are open. */
int windows_row(uint64_t **counts, struct windows *w, int64_t time_us,
    bool timed, struct err *e);
/* As many of the n rows that follow as go where the last one went, counted;
 * times of windows of time, WINDOWS_UNTIMED: none. */
size_t windows_follow(struct windows *w, const int64_t *time_us, size_t n);
/* Panes that are over by what was seen are told of.  With `all` the open ones
 * too, as far as they have come. */
void windows_close(struct windows *w, bool all);
const struct windows_count *windows_count(const struct windows *w);

/* What is remembered, as members of a map; loading gives windows that go on.
 * ERR_FORMAT: of another reference, or other windows. */
void windows_save(struct json *to, struct arena *a, const struct windows *w);
int windows_load(struct windows *w, const struct json *from, struct err *e);

#endif
