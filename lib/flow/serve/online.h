/*
 * flow/serve/online.h - features from the online store, asked in the words
 * of Feast's feature server.
 */
#ifndef FLOW_SERVE_ONLINE_H
#define FLOW_SERVE_ONLINE_H

#include "base/buf.h"
#include "base/err.h"

#define FEATURE_ROWS_MAX 10000		/* keys of a request */

struct feature_server;

/* features.yaml at `path`; `store` NULL: of the repository around. */
int feature_server_open(struct feature_server **out, const char *path,
    const char *store, struct err *e);
/* NULL is fine. */
void feature_server_close(struct feature_server *f);

/* The body of POST /get-online-features; ERR_FORMAT, ERR_USAGE, ERR_NOENT and
 * ERR_TOOBIG are the client's.  By several threads, one after the other. */
int feature_server_answer(struct buf *out, struct feature_server *f,
    const char *body, size_t n, struct err *e);

#endif
