/*
 * track/stdin.h - metrics as they come down a pipe.
 *
 * One line is one step: either words "loss=0.31 auc=0.82 step=3" or a JSON
 * object {"step":3,"loss":0.31}; words without '=' are passed over.  "step",
 * else "iteration", else "epoch" sets the step where it is a whole number,
 * otherwise the step is one more than the last; what does not set it is a
 * metric like any other, but "step" never is.  A value that is no number
 * (0,31) and a step that is none (2.7) are refused: counted, the first one
 * kept, and nothing stands in their place.
 *
 * A first line of names parted by TABs is the heading of a table: the lines
 * that have as many cells are its rows, an empty cell or \N is no point.
 * Bytes that begin as an event file of TensorBoard are one: its scalars are
 * the points, with the steps and times they have there.
 */
#ifndef TRACK_STDIN_H
#define TRACK_STDIN_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "track/journal.h"

struct metric_stream {
	struct journal *j;
	int64_t next_step;	/* when a line names none */
	uint64_t lines, points, skipped;
	uint64_t refused;	/* values; the first one and its line: */
	uint64_t first_line;
	char first[80];
	/* private */
	struct buf out;		/* events that are not in the journal yet */
	int64_t us;		/* when what is being read came */
	struct metric_points *found;	/* in the line at hand */
	struct arena arena;	/* of the line */
	char **column;		/* (n) of a table; NULL: there is none */
	size_t n_columns;
};

void metric_stream_init(struct metric_stream *s, struct journal *j);
void metric_stream_release(struct metric_stream *s);
/* One line without its newline.  A line with no metric is counted in
 * `skipped`, not an error. */
int metric_stream_line(struct metric_stream *s, const char *line, size_t n,
    struct err *e);
/* One point as it is; a name of more than 250 bytes is passed over. */
int metric_stream_point(struct metric_stream *s, const char *name, size_t n,
    int64_t step, double value, int64_t us, struct err *e);
/* What was taken is in the journal. */
int metric_stream_flush(struct metric_stream *s, struct err *e);
/* All of descriptor `fd`; with `copy` every byte also goes to descriptor
 * `copy_to`.  What came is in the journal before more is waited for.  Lines
 * beyond 1 MiB are an error. */
int metric_stream_read(struct metric_stream *s, int fd, int copy_to, struct err *e);

#endif
