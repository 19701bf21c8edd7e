/*
 * quality/check/tally.h - a column as a whole: its sum, its least and greatest
 * value, how many distinct ones, quantiles.  Private to lib/quality/check.
 *
 * Sums are exact, so blocks may be added in any cut; quantiles are of the
 * sorted values, distinct values are counted by 128 bits of hash.  Both go to
 * disk where there are too many for memory.
 */
#ifndef QUALITY_CHECK_TALLY_H
#define QUALITY_CHECK_TALLY_H

#include "base/hash.h"
#include "base/num.h"
#include "quality/schema.h"

struct tally;

/* With what the aggregates of the column need; NULL: it has none.  `folder` is
 * borrowed: where what is too much for memory goes; NULL: of one block, to be
 * taken over.  `mean`: that is needed, too. */
struct tally *tally_new(const struct schema_column *c, const char *folder,
    bool mean);
void tally_free(struct tally *t);
/* Of a block: nothing yet. */
void tally_clear(struct tally *t);
void tally_missing(struct tally *t);
/* A value that is no number (an infinity, too). */
void tally_text(struct tally *t, const struct hash128 *h);
/* Does it want the hash of each value? */
bool tally_hashes(const struct tally *t);
void tally_number(struct tally *t, const struct num *v,
    const struct hash128 *h);
/* What a block saw, which is then empty. */
int tally_take(struct tally *to, struct tally *block, struct err *e);
/* The value of an aggregate: false where there is none, for want of values. */
bool tally_value(struct num *v, struct tally *t,
    const struct schema_aggregate *g, int *failed, struct err *e);

/* NaN where there is none. */
double tally_mean(const struct tally *t);

#endif
