/*
 * flow/serve/openapi.h - the routes of a server as an OpenAPI document.
 */
#ifndef FLOW_SERVE_OPENAPI_H
#define FLOW_SERVE_OPENAPI_H

#include "base/buf.h"
#include "flow/serve/route.h"

/* Those that have a doc line, in their order; routes of one pattern lie beside
 * each other. */
void openapi_write(struct buf *out, const struct route *routes, size_t n);

#endif
