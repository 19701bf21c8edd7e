/*
 * flow/batch.h - a model over a file or a pipe, in constant memory.
 *
 * Rows are read in blocks, scored in parts by several threads, and written
 * in the order they came; the bytes do not depend on the number of threads.
 */
#ifndef FLOW_BATCH_H
#define FLOW_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/source.h"
#include "model/score.h"
#include "read/stream.h"
#include "write/rows.h"

struct batch_opts {
	struct table_read_opts read;
	const char *const *keep;	/* input columns carried through */
	size_t n_keep;
	bool keep_all;
	int threads;			/* 0: default */
	const struct log *log;		/* for warnings, or NULL */
	const struct progress *progress;
};

/* Score all of `in` into `out`, which the caller commits or drops: in the
 * input's format where `out` was told none.  *rows counts.  An input of no rows
 * gives a header alone. */
int batch_run(uint64_t *rows, struct rows_out *out,
    const struct binding *binding, struct source *in,
    const struct batch_opts *o, struct err *e);

#endif
