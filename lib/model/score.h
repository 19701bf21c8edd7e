/*
 * model/score.h - rows in, answers out: the one way a model is asked.
 *
 * Evaluation, batch, stream and HTTP all score through this, so the same
 * row gets the same bits from each of them, whatever stands beside it.
 *
 * What goes in.  An input of shape [N, 1] or [N] is one raw column of that
 * name.  A model with a single wider input takes its columns in order, or
 * those named in bind_opts.columns.  How a column is read:
 *
 *	input type	column		missing becomes
 *	float, double	number		NaN
 *	int64, int32	whole number	an error that names it
 *	bool		boolean		an error that names it
 *	string		text as it	""
 *			stands
 *
 * A float input whose column the metadata (META_COLUMNS, a JSON map of
 * name to type) calls boolean or datetime reads that and takes its number.
 *
 * What comes out.  An output of shape [N] or [N, 1] is the column NAME; one
 * of shape [N, K] is NAME.CLASS where classes are named, else NAME.0,
 * NAME.1 ...
 *
 * Golden rows travel in the metadata (META_GOLDEN) and are replayed, bit by
 * bit, when a model is opened; a mismatch is ERR_CORRUPT.
 */
#ifndef MODEL_SCORE_H
#define MODEL_SCORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "engine/model.h"
#include "read/want.h"
#include "table/table.h"

struct bind_opts {
	const char *const *columns;	/* for one wide input; or NULL */
	size_t n_columns;
	bool skip_golden;		/* open without replaying them */
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

/* Load a model and bind it. The bytes are not needed afterwards. */
int binding_open(struct binding **out, const void *bytes, size_t n,
    const struct bind_opts *o, struct err *e);
void binding_free(struct binding *p);

const struct model *binding_model(const struct binding *p);
/* What to read, for table_reader_opts and json_rows_new. */
const struct table_want *binding_wants(const struct binding *p, size_t *n);
/* The wide input without names: columns are taken by their place. */
bool binding_by_place(const struct binding *p);
const struct binding_column *binding_columns(const struct binding *p,
    size_t *n);
/* Class names of the model (META_CLASSES, else an output's); *n may be 0. */
const char *const *binding_classes(const struct binding *p, size_t *n);
/* Which model input wanted column i feeds, and where in it. */
void binding_port(const struct binding *p, size_t i, size_t *input,
    size_t *place);

/* One a thread. */
struct scorer;

struct scorer *scorer_new(const struct binding *p);
void scorer_free(struct scorer *s);
/*
 * Score a block whose first columns are the wanted ones, in order.  *out
 * holds one row a row and one column a binding_column, borrowed until the
 * next call.
 */
int scorer_run(struct table **out, struct scorer *s,
    const struct table *block, struct err *e);
/* The same for rows [from, to) of it; the message does not name the row. */
int scorer_run_part(struct table **out, struct scorer *s,
    const struct table *block, size_t from, size_t to, struct err *e);
/* Which row of the block was refused last, or SIZE_MAX: none by itself. */
size_t scorer_refused(const struct scorer *s);
/* Rows it answered last that hold a category the model has never seen. */
size_t scorer_unseen(const struct scorer *s);

/* The golden rows of the first n rows of a block, as JSON for META_GOLDEN. */
int golden_write(struct buf *out, const struct binding *p,
    const struct table *block, size_t n, struct err *e);

#endif
