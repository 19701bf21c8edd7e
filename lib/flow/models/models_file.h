/*
 * flow/models/models_file.h - which models a server answers with, as a file
 * says, mlv-models(5).
 */
#ifndef FLOW_MODELS_MODELS_FILE_H
#define FLOW_MODELS_MODELS_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

#define MODELS_FILE_MAX ((size_t)1 << 20)	/* bytes */
#define MODELS_MAX 256				/* with those under a label */

struct models_entry {
	const char *name;
	const char *label;		/* NULL: asked by name alone */
	const char *model, *canary;	/* names or paths; canary NULL: none */
	double percent;			/* of the units, for the canary */
	const char *const *columns;	/* (n_columns) */
	size_t n_columns;
};

struct models_file {
	struct arena arena;
	struct models_entry entry[MODELS_MAX];
	size_t n;			/* at least 1 */
	size_t standard;		/* asked without a name; n: nobody */
};

/* `folder`: where relative paths begin.  ERR_FORMAT, with the line. */
int models_file_parse(struct models_file *f, const char *s, size_t n,
    const char *folder, struct err *e);
void models_file_release(struct models_file *f);

#endif
