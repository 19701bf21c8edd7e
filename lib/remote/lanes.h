/*
 * remote/lanes.h - several files carried at once, each over a connection of its
 * own.
 */
#ifndef REMOTE_LANES_H
#define REMOTE_LANES_H

#include <stddef.h>

#include "base/err.h"
#include "remote/internal.h"

/* Carry the file `i`; several threads call it at once, each with another
 * transport. */
typedef int lanes_fn(void *ctx, size_t i, struct transport *t, struct err *e);

/* All of them, though one fails: what the others carried need not be carried
 * again.  The error is that of the first that failed. */
int lanes_run(struct remote *r, size_t n, lanes_fn *fn, void *ctx,
    struct err *e);
void lanes_close(struct remote *r);

#endif
