/*
 * dialect/internal.h - the halves of a dialect.  Private to lib/dialect.
 */
#ifndef DIALECT_INTERNAL_H
#define DIALECT_INTERNAL_H

#include "dialect/dialect.h"

int mlflow_read(struct dialect_request *r, const struct dialect_body *b,
    struct err *e);
void v2_write(struct buf *out, struct dialect_request *r,
    const struct table *answers);
void v2_refuse(struct buf *out, int status, const char *why);
void v2_describe(struct buf *out, const struct version *v,
    const char *const *others);

#endif
