/*
 * model/score.h - rows in, answers out: the one way a model is asked.
 *
 * Evaluation, batch, stream and HTTP all score through this, so the same
 * row gets the same bits from each of them, whatever stands beside it.
 */
#ifndef MODEL_SCORE_H
#define MODEL_SCORE_H

#include <stddef.h>

#include "base/err.h"
#include "model/bind.h"
#include "table/table.h"

/* One a thread. */
struct scorer;

struct scorer *scorer_new(const struct binding *b);
void scorer_free(struct scorer *s);
/* Forests answer from now on as versions before added them up. */
void scorer_float_sums(struct scorer *s);
/* All it is asked from now on may take no more work than a load. */
void scorer_bound(struct scorer *s);
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

#endif
