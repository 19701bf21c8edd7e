/*
 * quality/check/block.h - a block of rows looked at by itself.  Private to
 * lib/quality/check.
 */
#ifndef QUALITY_CHECK_BLOCK_H
#define QUALITY_CHECK_BLOCK_H

#include "quality/check/internal.h"

/* Of a column of numbers, by row. */
enum value_state { VALUE_NONE, VALUE_THERE, VALUE_WRONG };

/* What was found of a text of up to 16 bytes: its first and last 8. */
#define VERDICTS 512
struct verdict {
	uint64_t first, last;
	uint32_t n;			/* 0: none yet */
	uint8_t bits;
};

/* What was found of the entries of a dictionary. */
struct entry_verdicts {
	const struct intern *dict;
	uint32_t generation;
	uint8_t *bits;			/* (n) 0: none yet */
	size_t n, room;
};

/* A rule that a row of the block broke. */
struct hit {
	uint32_t row;			/* in the block */
	uint32_t rule;			/* number_of_...() */
};

/* A column of a block, or a rule about it; all for one block. */
struct block_column {
	union value *v;			/* (rows) of a column of numbers */
	uint8_t *state;			/* (rows) */
	struct verdict *verdict;	/* (VERDICTS) on short texts */
	struct entry_verdicts entry;
	uint64_t looked, missing, rows;
	size_t told;			/* missing cells among the hits */
	struct hash128 *hash;		/* (rows) of unique columns */
	struct tally *tally;
};

/* A block and what was found in it: a slot of the scan. */
struct judged {
	const struct scan_block *b;
	struct block_column *col;	/* (columns and rules about them) */
	uint8_t **holds;		/* (conditions)(rows) HOLDS_... */
	struct hash128 **hash;		/* (keys and references)(rows) */
	uint8_t **keyed;		/* ... is there one? */
	uint64_t *looked;		/* (conditions of rules) */
	struct hit *hit;
	size_t hits, room;
};

enum { HOLDS_NO, HOLDS_YES, HOLDS_MISSING };

/* What a thread works with. */
struct tools {
	struct column *one;		/* (columns) a cell read as the type */
	struct regex **pattern, **not_pattern;	/* (columns and rules) */
	struct match {			/* of conditions, compiled once */
		const char *text;
		struct regex *regex;
	} *match;
	size_t matches;
	char *room;			/* (most names) for their cells' text */
	struct buf text;
	/* the condition that is evaluated, and where */
	struct checker *k;
	const struct judged *j;
	const struct condition *x;
	size_t row;
};

/* Numbers of rules, in the order in which a row's are told. */
static inline uint32_t
number_of_cell_rule(size_t col, enum check_rule rule)
{
	return (uint32_t)(col * CELL_RULES + rule);
}
static inline uint32_t
number_of_condition(const struct checker *k, size_t i)
{
	return (uint32_t)(k->n_col * CELL_RULES + i);
}
static inline uint32_t
number_of_key(const struct checker *k, size_t i)
{
	return (uint32_t)(k->n_col * CELL_RULES + k->s->rules + i);
}

/* cells.c: the cell's text, NULL when it is missing; in `room` where it is
 * none of the block's. */
const char *cell_text(const struct scan_block *b, size_t col, size_t row,
    char room[COLUMN_PRINT_MAX], size_t *n);
/* The values of a column of numbers, for all rows of the block. */
void read_values(struct checker *k, struct judged *j, struct tools *t,
    size_t col);
struct num value_num(const struct column *one, union value v);
/* What a cell is the same by; false where it is missing.  Numbers, dates and
 * booleans by their value, so that 1.0 and 1e0 are one; text, and what is of
 * the wrong type, by its bytes. */
bool put_value(struct buf *b, const struct checker *k, const struct judged *j,
    const struct tools *t, size_t col, size_t row);
/* The same of text that is read as `one` is. */
bool put_cell_text(struct buf *b, struct column *one, const char *s, size_t n);

/* judge.c: all of a block; one more hit. */
void add_hit(struct judged *j, size_t row, uint32_t rule);
int judge_block(struct checker *k, struct judged *j, struct tools *t,
    struct err *e);

#endif
