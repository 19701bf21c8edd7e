/*
 * model/internal.h - what a binding holds.  Private to lib/model.
 */
#ifndef MODEL_INTERNAL_H
#define MODEL_INTERNAL_H

#include "base/arena.h"
#include "model/bind.h"

/* Where a wanted column goes: an input, and the column within it. */
struct feed {
	size_t input, place;
};

struct binding {
	struct arena arena;
	struct model *model;		/* owned */
	struct table_want *want;	/* (n_wants) */
	struct feed *feed;		/* (n_wants) */
	size_t n_wants;
	size_t *width;			/* by input: columns side by side */
	bool by_place;
	struct binding_column *column;	/* (n_columns) */
	size_t n_columns;
	const char *const *classes;
	size_t n_classes;
	size_t *out_width;		/* by output: values a row */
};

/* The type of a column that answers with such elements. */
enum col_type binding_type(enum onnx_elem elem);

#endif
