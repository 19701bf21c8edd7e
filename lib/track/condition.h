/*
 * track/condition.h - what --where says: an expression of ours (expr/expr.h),
 * or a filter string of MLflow (track/filter.h), over the fields of a run.
 * Private to lib/track.
 */
#ifndef TRACK_CONDITION_H
#define TRACK_CONDITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "codec/json.h"
#include "expr/expr.h"
#include "track/filter.h"

struct condition {
	const char **name;		/* (n) fields it looks at */
	size_t n;
	struct expr *where;		/* or NULL, and then: */
	struct filter filter;		/* clause i is of field i */
};

/* ERR_USAGE.  Everything is the arena's. */
int condition_parse(struct condition *c, struct arena *a, const char *text,
    struct err *e);
/* `value` gives field i of the run at hand, or NULL. */
int condition_holds(bool *yes, const struct condition *c,
    const struct json *(*value)(void *ctx, size_t i), void *ctx,
    struct err *e);

/* A field as the language sees it; NULL is missing. */
void field_value(struct expr_value *v, const struct json *j);

#endif
