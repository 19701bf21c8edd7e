/*
 * deploy/inputs.h - the rows that come in, compared with those that a model was
 * trained on: by the profile that the model carries, a column at a time.
 *
 * Missing values are counted of every model.  A number outside of the range
 * that the profile saw, and a category that is not among its values where it
 * has them all, are counted where there is a profile.
 */
#ifndef DEPLOY_INPUTS_H
#define DEPLOY_INPUTS_H

#include "deploy/stats.h"
#include "model/bind.h"
#include "table/table.h"

struct inputs;

/* Of the binding's wanted columns.  A profile that cannot be read is none. */
struct inputs *inputs_new(const struct binding *b);
/* NULL is fine. */
void inputs_free(struct inputs *p);
/* Before the first row: they are counted as features of that model. */
void inputs_name(struct inputs *p, struct server_stats *stats,
    const char *model);
/* Count the rows of a block whose first columns are the wanted ones. */
void inputs_count(const struct inputs *p, const struct table *block);

#endif
