/*
 * quality/check/repeats.h - keys of which there may be more than memory holds.
 * Private to lib/quality/check.
 *
 * Before the rows go their way they are walked once for their keys alone: hash
 * and row number of each are sorted, on disk where need be, and the rows whose
 * key was there before, or is in no other table, are marked.  So a row is
 * judged when it comes all the same.
 */
#ifndef QUALITY_CHECK_REPEATS_H
#define QUALITY_CHECK_REPEATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

struct checker;
struct judged;

/* Rows by number. */
struct marked_rows {
	uint64_t *bit;
	size_t words;
};

bool row_is_marked(const struct marked_rows *m, uint64_t row);

/* Which keys do not fit, at so many rows or fewer: `spilled` of their column or
 * key says so.  False: all do. */
bool choose_spilled(struct checker *k, uint64_t rows);
/* Are there keys at all? */
bool has_keys(const struct checker *k);
/* Those of a block. */
int spill_keys(struct checker *k, const struct judged *j, struct err *e);
/* Key i of another table; those that it gave so far, which are then spilled. */
int spill_their_key(struct checker *k, size_t i, struct hash128 h,
    struct err *e);
int spill_their_keys(struct checker *k, size_t i, struct err *e);
/* All keys were given: the rows that break their rules are marked. */
int mark_rows(struct checker *k, struct err *e);

#endif
