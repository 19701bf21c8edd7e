/*
 * model/golden.h - golden rows: rows and the answers they had when the model
 * was made.
 *
 * They travel in the metadata (META_GOLDEN) and are replayed, bit by bit,
 * when a model is opened.  Versions before added the leaf values of forests in
 * float: rows that agree with that sum pass, too.
 */
#ifndef MODEL_GOLDEN_H
#define MODEL_GOLDEN_H

#include "base/buf.h"
#include "model/bind.h"
#include "read/json_rows.h"

/* Score the first n rows of a block, whose first columns are the wanted
 * ones; append them with their answers as JSON for META_GOLDEN. */
int golden_write(struct buf *out, const struct binding *b,
    const struct table *block, size_t n, struct err *e);
/* The golden rows as they were asked, their first columns the wanted ones;
 * NULL when the model has none.  Freed with json_rows_free. */
int golden_asked(struct json_rows **out, const struct binding *b,
    struct err *e);
/* Replay the golden rows of the model, if it has any: ERR_CORRUPT names the
 * first answer that is another one. */
int golden_check(const struct binding *b, struct err *e);

#endif
