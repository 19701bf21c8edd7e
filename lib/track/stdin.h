/*
 * track/stdin.h - metrics as they come down a pipe.
 *
 * One line is one step: either words "loss=0.31 auc=0.82 step=3" or a JSON
 * object {"step":3,"loss":0.31}; numbers that are not metrics and words
 * without '=' are passed over.  "step" (or "epoch" or "iteration") sets the
 * step, otherwise it is one more than the last.
 */
#ifndef TRACK_STDIN_H
#define TRACK_STDIN_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "track/journal.h"

struct metric_stream {
	struct journal *j;
	int64_t next_step;	/* when a line names none */
	uint64_t lines, points, skipped;
};

/* One line without its newline.  A line with no metric is counted in
 * `skipped`, not an error. */
int metric_stream_line(struct metric_stream *s, const char *line, size_t n,
    struct err *e);
/* All of descriptor `fd`; with `copy` every line also goes to descriptor
 * `copy_to`.  Lines beyond 1 MiB are an error. */
int metric_stream_read(struct metric_stream *s, int fd, int copy_to, struct err *e);

#endif
