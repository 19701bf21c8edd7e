/*
 * profile/distinct.h - distinct values by hash: how many, and some of them.
 * Private to lib/profile.
 *
 * hll: HyperLogLog with 4096 registers, read with Ertl's estimator (New
 * cardinality estimation algorithms, 2017), which needs no tables and no
 * logarithm.
 *
 * few: the `keep` distinct values with the smallest hashes and their exact
 * counts.  A value among them at the end was among them all the time, so
 * nothing is ever missed, and sets of parts merge into the set of the whole.
 */
#ifndef PROFILE_DISTINCT_H
#define PROFILE_DISTINCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HLL_REGISTERS 4096

static inline void
hll_add(uint8_t *reg, uint64_t hash)
{
	uint64_t rest = hash << 12 | (uint64_t)1 << 11;
	uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);
	uint8_t *r = &reg[hash >> 52];

	if (rank > *r)
		*r = rank;
}

void hll_merge(uint8_t *to, const uint8_t *from);
double hll_count(const uint8_t *reg);

struct few_entry {
	uint64_t hash, n;
	union {
		double v;
		char *s;		/* owned */
		size_t row;		/* of whatever array */
	};
	uint32_t len;			/* of s */
	bool used;
};

struct few {
	struct few_entry *slot;		/* open addressing */
	size_t mask, n, keep;
	uint64_t limit;			/* hashes above it are out */
	bool text;			/* entries own s */
	bool complete;			/* nothing was ever out */
};

void few_init(struct few *f, size_t keep, bool text);
void few_free(struct few *f);
/* Count `n` more of the value; the entry, or NULL when it is out.  *fresh:
 * it is new, and the caller fills in what the hash does not (few_set_text
 * for strings).  Entries move: use it at once. */
struct few_entry *few_add(struct few *f, uint64_t hash, uint64_t n,
    bool *fresh);
void few_set_text(struct few_entry *e, const char *s, size_t n);
/* Down to `keep` entries. */
void few_trim(struct few *f);
/* Forget hashes above `limit`: another part may have had more of them. */
void few_limit(struct few *f, uint64_t limit);
/* The entries in the order of cmp; the array is the caller's. */
const struct few_entry **few_sorted(const struct few *f,
    int (*cmp)(const void *, const void *));

#endif
