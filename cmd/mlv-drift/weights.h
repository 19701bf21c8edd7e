/* weights.h - how much each column matters, as a file says. */
#ifndef MLV_DRIFT_WEIGHTS_H
#define MLV_DRIFT_WEIGHTS_H

#include "base/arena.h"
#include "drift/compare.h"

/* A table of two columns, a name and a weight of 0 or more, into *out (n, in
 * a).  ERR_FORMAT: it is none. */
int weights_read(const struct drift_weight **out, size_t *n, struct arena *a,
    const char *path, struct err *e);

#endif
