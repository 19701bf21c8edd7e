/*
 * flow/windows/internal.h - a run over a stream under way.  Private to
 * lib/flow/windows.
 */
#ifndef FLOW_WINDOWS_INTERNAL_H
#define FLOW_WINDOWS_INTERNAL_H

#include "flow/windows/windows.h"

/* How far a segment was read. */
struct windows_segment {
	char *name;
	uint64_t at;
};

struct windows_watch {
	struct windows_run *r;
	struct binned b;
	bool binned;
	struct windows *w;
	struct windows_segment *seg;	/* by name */
	size_t n_seg;
	uint64_t rows;			/* of a table, over all runs */
	int64_t saved_us;
};

/* --- state.c --- */
int windows_state_load(struct windows_watch *s, struct err *e);
/* What was told is out; then the state is replaced. */
int windows_state_keep(struct windows_watch *s, struct err *e);
void windows_segments_release(struct windows_watch *s);

/* --- begin.c --- */
/* The columns of the stream are known: bins, thresholds, state.  A column that
 * is left out is not wanted. */
bool windows_wants(const struct windows_run *r, const char *name);
int windows_begin(struct windows_watch *s, const char *const *name, size_t n,
    struct err *e);

/* --- log.c, table.c --- */
int windows_read_log(struct windows_watch *s, struct err *e);
int windows_read_table(struct windows_watch *s, struct err *e);

#endif
