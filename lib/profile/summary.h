/*
 * profile/summary.h - the inside of a profile.  Private to lib/profile.
 */
#ifndef PROFILE_SUMMARY_H
#define PROFILE_SUMMARY_H

#include <string.h>

#include "base/names.h"
#include "base/rng.h"
#include "profile/bottomk.h"
#include "profile/exactsum.h"
#include "profile/histogram.h"
#include "profile/hll.h"
#include "profile/profile.h"

/* The seed of hashes of texts.  A split hashes with another one: with the
 * same seed all keys of a part would have hashes in one range, and those
 * with the smallest would be no fair sample. */
#define TEXT_SEED 0x70726f66696c6531u

struct summary {			/* of one column */
	char *name;
	enum col_type type;
	bool number, words;		/* numbers; strings whose words count */
	uint64_t missing;
	uint64_t finite, infinite, zeros, negatives;
	double min, max;		/* of finite values, if any */
	/* of whole numbers exactly, if `whole`: doubles are not beyond 2^53 */
	int64_t least, most;
	bool whole;
	struct exact sum, squares;
	struct histogram histogram;	/* of numbers */
	struct bottomk values;
	uint8_t hll[HLL_REGISTERS];
	uint64_t min_length, max_length, length;
	/* made when the profile is read; dropped when it changes */
	struct profile_bucket *bucket;
	struct profile_number *numbers, *samples;
	struct profile_word *word;
	size_t n_bucket, n_number, n_sample, n_word;
};

struct profile {
	uint64_t rows;
	size_t cols;
	struct summary *col;
	struct names *names;		/* made when it is read */
	struct bottomk sample;		/* rows by hash; .row into `value` */
	double *value;			/* rows x cols; NaN where none */
	size_t sampled, room;
	bool sealed;
};

#define DOUBLE_EXACT 9007199254740992.0	/* to here every whole number is one */

static inline uint64_t
number_hash(double v)
{
	uint64_t u;

	memcpy(&u, &v, sizeof(u));
	return rng_mix(u);
}

bool type_is_number(enum col_type type);
struct profile *profile_empty(size_t cols);
void summary_init(struct summary *s, const char *name, enum col_type type);
/* At most EXACT_LANE numbers, finite or not, none of them NaN; v is written
 * over. */
void summary_numbers(struct summary *s, double *v, size_t n);
void summary_word(struct summary *s, const char *w, size_t len, uint64_t n);
/* One row more in the sample; its values are written where the answer
 * points (cols of them), unless it is NULL. */
double *sample_add(struct profile *p, uint64_t hash, uint64_t n);
void profile_seal(struct profile *p);
void profile_unseal(struct profile *p);
uint64_t summary_distinct(const struct summary *s);

#endif
