/*
 * model/contract.h - what a client must know of a model: the columns it
 * takes and their types, the columns it answers with, its classes.
 *
 * A version that takes over from another under the same name keeps its
 * contract, or its clients get refusals, or answers they misread.
 */
#ifndef MODEL_CONTRACT_H
#define MODEL_CONTRACT_H

#include <stdbool.h>

#include "base/buf.h"
#include "model/bind.h"

/*
 * Does `to` keep the contract of `from`?  What differs is appended to `why`
 * in words, the first few of it: "input 'age' is gone; output 'label' is
 * text, was int64".  Inputs of one column each have no order; columns of a
 * matrix, and classes, have one.
 */
bool contract_kept(struct buf *why, const struct binding *from,
    const struct binding *to);
/* The same of the answers and classes alone. */
bool contract_answers_kept(struct buf *why, const struct binding *from,
    const struct binding *to);

#endif
