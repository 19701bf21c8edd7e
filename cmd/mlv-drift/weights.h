/* weights.h - how much each column matters, as a file or a model says. */
#ifndef MLV_DRIFT_WEIGHTS_H
#define MLV_DRIFT_WEIGHTS_H

#include "cli/cli.h"
#include "drift/compare.h"

/* From a table of two columns, a name and a weight of 0 or more, or from the
 * trees of a model by its name (judge/gain.h); both NULL: none.  Into *out (n,
 * in c->arena).  ERR_FORMAT: no such table; ERR_UNSUPPORTED: a model whose trees
 * do not say it, or that has none. */
int weights_read(const struct drift_weight **out, size_t *n, struct cli *c,
    const char *table, const char *model, struct err *e);

#endif
