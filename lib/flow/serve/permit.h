/*
 * flow/serve/permit.h - may somebody ask this?
 */
#ifndef FLOW_SERVE_PERMIT_H
#define FLOW_SERVE_PERMIT_H

#include <stdbool.h>

#include "base/buf.h"
#include "flow/serve/exchange.h"

/* Where a server has tokens: true when the request's has the scope, or none is
 * needed; else the exchange is answered, in the dialect that is found then. */
bool exchange_is_permitted(struct exchange *x,
    void (*find_dialect)(struct exchange *x));
/* What was refused, for Prometheus. */
void permit_write(struct buf *out, struct server *s);

#endif
