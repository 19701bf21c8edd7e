/*
 * deploy/load.h - a version loaded from a catalog name or a path, in bounded
 * time.
 *
 * The bytes are read here; the model is compiled and its golden rows are
 * replayed in a thread of their own, which is given up when it takes too
 * long.  What comes of it then is thrown away.
 */
#ifndef DEPLOY_LOAD_H
#define DEPLOY_LOAD_H

#include "base/err.h"
#include "base/patience.h"
#include "deploy/version.h"

/* `fill`: or NULL.  ERR_TOOBIG: it took too long; ERR_STOPPED: p->cancel_fd is readable. */
int version_load(struct version **out, struct catalog *c, const char *name,
    enum variant variant, const struct bind_opts *score,
    const struct filler *fill, const struct patience *p, struct err *e);

#endif
