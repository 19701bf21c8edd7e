/*
 * model/bind.h - a model bound to named columns.
 *
 * What goes in.  An input of shape [N, 1] or [N] is one raw column of that
 * name.  A model with a single wider input takes those named in
 * bind_opts.columns, else those its metadata names (META_FEATURES), else its
 * columns in order.  How a column is read:
 *
 *	input type	column		missing becomes
 *	float, double	number		NaN
 *	int64, int32	whole number	an error that names it
 *	bool		boolean		an error that names it
 *	string		text as it	""
 *			stands
 *
 * A float input whose column the metadata (META_COLUMNS) calls boolean or
 * datetime reads that and takes its number.
 *
 * What comes out.  An output of shape [N] or [N, 1] is the column NAME; one
 * of shape [N, K] is NAME.CLASS where classes are named, else NAME.0,
 * NAME.1 ...
 */
#ifndef MODEL_BIND_H
#define MODEL_BIND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "engine/model.h"
#include "read/stream.h"
#include "table/table.h"

struct bind_opts {
	const char *const *columns;	/* for one wide input; or NULL */
	size_t n_columns;
	bool skip_golden;		/* binding_open: do not replay */
};

/* Immutable and shared by threads. */
struct binding;

struct binding_column {
	const char *name;		/* "probabilities.Yes" */
	enum col_type type;
	size_t output;			/* which of model_output */
	size_t place;			/* within its last dimension */
	const char *class_name;		/* or NULL */
};

/* On success the binding owns the model; else the caller still does.
 * o: NULL for the defaults.  (model/open.h opens a file.) */
int binding_new(struct binding **out, struct model *m,
    const struct bind_opts *o, struct err *e);
void binding_free(struct binding *b);

const struct model *binding_model(const struct binding *b);
/* What to read, for table_reader_opts and json_rows_new. */
const struct table_want *binding_wants(const struct binding *b, size_t *n);
/* The wide input without names: columns are taken by their place. */
bool binding_by_place(const struct binding *b);
const struct binding_column *binding_columns(const struct binding *b,
    size_t *n);
/* Class names of the model (META_CLASSES, else an output's); *n may be 0. */
const char *const *binding_classes(const struct binding *b, size_t *n);
/* Which model input wanted column i feeds, and where in it. */
void binding_port(const struct binding *b, size_t i, size_t *input,
    size_t *place);

#endif
