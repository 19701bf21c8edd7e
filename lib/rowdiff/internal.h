/* rowdiff/internal.h - what the files of lib/rowdiff share; nobody else's. */
#ifndef ROWDIFF_INTERNAL_H
#define ROWDIFF_INTERNAL_H

#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/thread.h"
#include "rowdiff/rowdiff.h"
#include "rowdiff/spill.h"
#include "table/cell.h"

#define PARTS 256			/* by eight bits of a hash */
#define SHARES 4096			/* hashes that values are counted by */
#define DEPTH_MAX 3			/* parts of parts of parts */

/* ---- a cell (cells.c) ---- */

/* Numbers and booleans have one canonical text, whatever they were written
 * as: "1.50" is "1.5", "True" is "true".  Others are their own. */
struct cell_look {
	enum value_kind kind;
	double v;			/* of a number */
	const char *s;			/* canonical; n bytes */
	size_t n;
	bool odd;			/* it is not the text given */
	char room[NUM_TEXT_MAX];
};
/* `text`: it was a JSON string or more, so no number by type. */
void cell_look(struct cell_look *l, const char *s, size_t n, bool text);
/* Equal in a column where canonical texts count? */
bool cells_equal(const struct rowdiff_cell *a, const struct rowdiff_cell *b,
    bool loose);

/* memcpy of the few bytes that most cells have. */
static inline void
copy_text(char *to, const char *s, size_t n)
{
	uint64_t a, b;
	uint32_t c, d;

	if (n > 16) {
		memcpy(to, s, n);
	} else if (n >= 8) {
		memcpy(&a, s, 8);
		memcpy(&b, s + n - 8, 8);
		memcpy(to, &a, 8);
		memcpy(to + n - 8, &b, 8);
	} else if (n >= 4) {
		memcpy(&c, s, 4);
		memcpy(&d, s + n - 4, 4);
		memcpy(to, &c, 4);
		memcpy(to + n - 4, &d, 4);
	} else {
		for (size_t i = 0; i < n; i++)
			to[i] = s[i];
	}
}

/* A cell as bytes: its length in one byte or five, then the text; s NULL:
 * missing. */
#define CELL_HEAD_MAX 5
static inline char *
cell_encode(char *to, const char *s, size_t n)
{
	uint32_t size = (uint32_t)n;

	if (s == NULL) {
		*to = 0;
		return to + 1;
	}
	if (n < 254) {
		*to++ = (char)(n + 1);
	} else {
		*to++ = (char)255;
		memcpy(to, &size, sizeof(size));
		to += sizeof(size);
	}
	copy_text(to, s, n);
	return to + n;
}
const char *cell_decode(struct rowdiff_cell *c, const char *from);

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
