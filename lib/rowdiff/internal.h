/* rowdiff/internal.h - what the files of lib/rowdiff share; nobody else's. */
#ifndef ROWDIFF_INTERNAL_H
#define ROWDIFF_INTERNAL_H

#include "base/hash.h"
#include "base/thread.h"
#include "rowdiff/cells.h"
#include "rowdiff/rowdiff.h"
#include "rowdiff/spill.h"

#define PARTS 256			/* by eight bits of a hash */
#define SHARES 4096			/* hashes that values are counted by */
#define DEPTH_MAX 3			/* parts of parts of parts */

/* ---- a side (side.c) ---- */

struct side_column {
	char *name;
	size_t partner;			/* the other side's column; SIZE_MAX */
	size_t shared;			/* its number among the shared ones */
	unsigned kinds;
	uint64_t missing, words, numbers, finite;
	double pivot, sum, squares;	/* of finite numbers, less the pivot */
	uint32_t *share;		/* (SHARES), of words */
};

/* A row in a part, followed by its cells in the side's order; padded so that
 * the next one is aligned. */
struct row_head {
	struct hash128 by;		/* of the key; without one of `same` */
	uint64_t same;			/* of the cells of shared columns */
	uint64_t row;			/* from 1 */
	uint32_t n;			/* bytes of cells */
	uint32_t odd;			/* canonical texts that are not the
					 * text: ODD_BIT of their columns */
};
#define ODD_BIT(shared) (UINT32_C(1) << ((shared) % 32))
#define ROW_SIZE(n) (sizeof(struct row_head) + (((size_t)(n) + 7) & ~(size_t)7))

struct side {
	const struct rowdiff_input *in;
	size_t cols;
	struct side_column *col;
	const char **names;
	size_t *shared;			/* own place of a shared column */
	size_t n_shared;
	size_t *key;			/* own places of the key */
	size_t n_key;
	bool plain;			/* shared are all, in this order */
	const bool *loose;		/* a shared column: canonical texts */
	uint32_t strict;		/* ODD_BITs of the others */
	uint64_t rows;
	struct spill part;
	struct err e;
	bool failed;
};
/* The names, from the input. */
int side_open(struct side *s, const struct rowdiff_input *in, struct err *e);
void side_release(struct side *s);
/* All rows into s->part; hashes are of canonical texts. */
int side_read(struct side *s, struct err *e);

/* ---- hashes of a row ---- */

/* A row's cells put together to be hashed. */
struct row_line {
	char *s;
	size_t room;
};
char *row_line_room(struct row_line *l, size_t n);

/* ---- rows matched (match.c) ---- */

/* A row that differs, in a run: then the cells of both sides. */
struct diff_head {
	uint64_t order;			/* of its place */
	uint64_t row_old, row_new;
	uint32_t n_old, n_new;		/* bytes of cells */
};
#define DIFF_SIZE(h) ((sizeof(struct diff_head) + (size_t)(h)->n_old + \
    (size_t)(h)->n_new + 7) & ~(size_t)7)

struct rowdiff {
	struct side side[2];
	bool *loose;			/* (n_shared) */
	struct rowdiff_column *column;
	size_t columns;
	struct rowdiff_total total;
	uint64_t memory;
	const char *folder;
	struct mutex lock;		/* of what follows, while matching */
	struct spill run;		/* rows that differ, by place */
	uint64_t *changed;		/* (n_shared) */
	struct err e;
	bool failed;
};

/* Match part `part` of both sides; what differs becomes a run. */
void match_part(struct rowdiff *d, size_t part);

#endif
