/*
 * track/diff.h - the fields of several runs, in columns.
 */
#ifndef TRACK_DIFF_H
#define TRACK_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "catalog/catalog.h"

struct run_diff_line {
	const char *field;		/* "run", "params.lr", "output model.onnx" */
	const char **text;		/* (runs); NULL: the run lacks it */
	struct json *values;		/* a list of the same, typed */
	bool differs;
};

struct run_diff {
	struct arena arena;
	struct run_diff_line *line;	/* "run" first, then by field */
	size_t n_lines;
};

int run_diff_read(struct run_diff *out, struct catalog *c,
    const char *const *runs, size_t n, struct err *e);
void run_diff_release(struct run_diff *t);

#endif
