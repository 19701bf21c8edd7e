/*
 * profile/bottomk.h - some of the distinct values, with exact counts.
 * Private to lib/profile.
 *
 * A bottom-k sample: the `keep` distinct values with the smallest hashes.  A
 * value among them at the end was among them all the time, so its count
 * misses nothing, and samples of parts merge into the sample of the whole.
 */
#ifndef PROFILE_BOTTOMK_H
#define PROFILE_BOTTOMK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bottomk_entry {
	uint64_t hash, n;
	union {
		double v;
		char *s;		/* owned */
		size_t row;		/* of whatever array */
	};
	uint32_t len;			/* of s */
	bool used;
};

struct bottomk {
	struct bottomk_entry *slot;		/* open addressing */
	size_t mask, n, keep;
	uint64_t limit;			/* hashes above it are out */
	bool text;			/* entries own s */
	bool complete;			/* nothing was ever out */
};

void bottomk_init(struct bottomk *f, size_t keep, bool text);
void bottomk_release(struct bottomk *f);
/* Count `n` more of the value; the entry, or NULL when it is out.  *fresh:
 * it is new, and the caller fills in what the hash does not (bottomk_set_text
 * for strings).  Entries move: use it at once. */
struct bottomk_entry *bottomk_add(struct bottomk *f, uint64_t hash, uint64_t n,
    bool *fresh);
void bottomk_set_text(struct bottomk_entry *e, const char *s, size_t n);
/* Down to `keep` entries. */
void bottomk_trim(struct bottomk *f);
/* Forget hashes above `limit`: another part may have had more of them. */
void bottomk_limit(struct bottomk *f, uint64_t limit);
/* The entries in the order of cmp; the array is the caller's. */
const struct bottomk_entry **bottomk_sorted(const struct bottomk *f,
    int (*cmp)(const void *, const void *));

#endif
