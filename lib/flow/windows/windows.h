/*
 * flow/windows/windows.h - a growing request log, or a stream of rows, beside
 * a reference, window by window, with a state that outlives the process
 * (mlv-windows(5)).
 *
 * A log is read from where the state's run ended, segment by segment; windows
 * are closed when all of it has been read, so the order of segments does not
 * matter, and new ones, removed ones and several that grow at once do neither.
 * A stream closes a window as soon as a row is seen beyond it.
 *
 * The state is replaced, whole or not at all, after the windows that it has
 * seen were handed on: whoever is killed in between says a window twice, the
 * same way, never not at all.
 */
#ifndef FLOW_WINDOWS_WINDOWS_H
#define FLOW_WINDOWS_WINDOWS_H

#include "drift/windows.h"
#include "read/options.h"
#include "reqlog/reqlog.h"

#define WINDOWS_SCHEMA "mlv.drift.windows/1"

struct windows_run {
	const struct table *reference;
	const char *path;		/* a log, a table, "-" */
	struct table_read_opts read;	/* of a table */
	const char *time;		/* its column, or NULL */
	const char *const *only, *const *exclude;
	size_t n_only, n_exclude;
	const char *state;		/* a path, or NULL */
	bool from_start;	/* a table begins with rows already seen */
	struct windows_opts windows;	/* but for what follows */
	/* Once the columns are known: thresholds and weights; then each
	 * window, and make sure that all are out. */
	int (*begin)(void *ctx, const struct binned *b,
	    struct windows_opts *o, struct err *e);
	void (*say)(void *ctx, const struct windows_verdict *v);
	int (*flush)(void *ctx, struct err *e);
	void *ctx;
	/* filled */
	struct windows_count count;
	uint64_t skipped;		/* lines of the log that are none */
	uint64_t strange;		/* cells that are no number: missing */
	bool empty;			/* there was no row yet */
};

/* ERR_FORMAT: the state is of another reference, or none; ERR_MOVED: a
 * segment got shorter than what was read of it. */
int windows_run(struct windows_run *r, struct err *e);

#endif
