/*
 * flow/stream.h - a model over lines, one answer a line, as they come.
 *
 * Each line is a JSON object; its answer is an object with the same names
 * as in a batch.  A line that cannot be answered gives {"error":"...",
 * "line":N} in its place, so that answers and questions stay in step.
 * Empty lines are passed over.  What has come is answered and written
 * before more is waited for.
 */
#ifndef FLOW_STREAM_H
#define FLOW_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/score.h"

#define STREAM_LINE_MAX ((size_t)16 << 20)

struct stream_opts {
	const char *const *keep;
	size_t n_keep;
};

struct stream_count {
	uint64_t lines, refused;
};

/* From descriptor `in` to descriptor `out` until the end of input. */
int stream_run(struct stream_count *count, const struct binding *binding,
    int in, int out, const struct stream_opts *o, struct err *e);

#endif
