/*
 * search/distribution.h - a parameter as Optuna's journals write it: a JSON
 * text with the name of a Python class and its attributes.
 */
#ifndef SEARCH_DISTRIBUTION_H
#define SEARCH_DISTRIBUTION_H

#include "search/space.h"

/* {"name": "FloatDistribution", "attributes": {...}}, without quotes around. */
void distribution_write(struct buf *out, const struct space_param *p);
/* Into *p (all but its name and condition), its choices in the arena; also
 * the older classes.  ERR_FORMAT. */
int distribution_read(struct space_param *p, struct arena *a, const char *s,
    size_t n, struct err *e);

#endif
