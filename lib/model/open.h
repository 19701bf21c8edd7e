/*
 * model/open.h - a model file opened: loaded, bound, its rows tried beside each
 * other, its golden rows replayed.
 */
#ifndef MODEL_OPEN_H
#define MODEL_OPEN_H

#include "model/bind.h"

/* The bytes are not needed afterwards.  ERR_UNSUPPORTED names a node that mixes
 * rows.  ERR_CORRUPT: a golden row has
 * another answer than when the model was made.  Freed with binding_free. */
int binding_open(struct binding **out, const void *bytes, size_t n,
    const struct bind_opts *o, struct err *e);

#endif
