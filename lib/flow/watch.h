/*
 * flow/watch.h - detectors over the rows of a stream, as they come, with a
 * state that outlives the process (mlv-watch(5)).
 *
 * The state is replaced, whole or not at all, after the signs of the rows it
 * has seen were handed on: whoever is killed in between says a sign twice,
 * never not at all.
 */
#ifndef FLOW_WATCH_H
#define FLOW_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/param.h"
#include "base/source.h"
#include "drift/detect.h"
#include "read/options.h"

#define WATCH_SCHEMA "mlv.drift.watch/1"

struct watch_sign {
	const char *column;
	enum detect_sign sign;		/* a drift; or a warning begins */
	uint64_t index;			/* of the row, from 0, over all runs */
	double value;
};

struct watch_opts {
	struct table_read_opts read;
	const char *detector;
	const struct param *set;	/* its parameters */
	size_t n_set;
	const char *const *column;	/* numbers, true or false */
	size_t n_columns;
	const char *state;		/* a path, or NULL */
	bool from_start;		/* the input begins with the rows that
					 * the state has seen */
	/* Take one sign; make sure that all so far are out. */
	void (*say)(void *ctx, const struct watch_sign *sign);
	int (*flush)(void *ctx, struct err *e);
	void *ctx;
};

struct watch_count {
	uint64_t rows, missing, drifts;	/* of this run; cells missing */
};

/* To the end of `in`.  ERR_BUSY: another watch has the state; ERR_FORMAT: the
 * state is of another watch, or none;
 * ERR_UNSUPPORTED: a cell is no number, with its row. */
int watch_run(struct watch_count *count, struct source *in,
    const struct watch_opts *o, struct err *e);

#endif
