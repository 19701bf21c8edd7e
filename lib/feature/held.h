/*
 * feature/held.h - cells kept beyond their block, short ones in place.
 */
#ifndef FEATURE_HELD_H
#define FEATURE_HELD_H

#include <stdint.h>

#include "table/column.h"

#define HELD_INLINE 20

struct held {
	union {
		char in[HELD_INLINE];
		char *far;		/* malloc'd, when longer */
	};
	uint32_t n : 29;
	uint32_t present : 1, quoted : 1, json : 1;
};

/* Keep the cell instead of what was held; a zeroed struct holds a missing
 * one.  ERR_TOOBIG beyond 256 MiB, ERR_NOMEM. */
int held_set(struct held *h, const struct raw_cell *c, struct err *e);
/* Borrowed from h. */
struct raw_cell held_cell(const struct held *h);
void held_release(struct held *h, size_t n);

#endif
