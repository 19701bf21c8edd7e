/*
 * quality/check/internal.h - a check in progress.  Private to
 * lib/quality/check.
 *
 *	walk.c		what is checked is prepared; the walk over the blocks
 *	judge.c		a block looked at by itself, by any thread: cells,
 *			conditions, the hashes of keys
 *	cells.c		... its cells: as text, as values, what is the same
 *	merge.c		what blocks found, one after the other; what was seen
 *			before
 *	tally.c		columns as a whole: sums, quantiles, distinct values
 *	reference.c	the keys that other tables have
 *	repeats.c	keys that memory does not hold: a walk ahead
 *	findings.c	what is found
 *	conclude.c	... in the end and in words
 *	trend.c		... beside earlier versions
 *	pass.c		rows passed on
 */
#ifndef QUALITY_CHECK_INTERNAL_H
#define QUALITY_CHECK_INTERNAL_H

#include "codec/regex.h"
#include "expr/expr.h"
#include "quality/check.h"
#include "quality/check/key_set.h"
#include "quality/check/repeats.h"
#include "quality/check/tally.h"
#include "read/scan.h"
#include "table/table.h"

#define CELL_RULES (CHECK_UNIQUE + 1)
#define NO_CONDITION SIZE_MAX

struct judged;			/* quality/check/block.h */
struct tools;

/* A row condition: that of rules, or which rows a rule looks at. */
struct condition {
	const char *text;
	struct expr *x;
	size_t *col;			/* by number of the name */
};

/* A value of a column of numbers. */
union value {
	int64_t i;			/* integers, microseconds */
	double d;			/* floats, booleans */
};

/* What a column's values must be, or a further rule about one. */
struct checked_column {
	const struct schema_column *c;
	size_t at;			/* column of the block */
	size_t when;			/* condition, or NO_CONDITION */
	struct intern *values, *not_values;
	struct schema_bounds range;	/* made ready: of a column of numbers
					 * with doubles, doubles */
	bool plain;			/* no rule looks at its text */
	enum { QUICK_NOT, QUICK_INTS, QUICK_FLOATS } quick;
	union value least, most;	/* the range, if it is quick */
	struct key_set seen;
	bool spilled;			/* instead: */
	struct marked_rows marked;	/* whose values were there before */
	struct finding *f[CELL_RULES];	/* by rule; NULL: kept */
	uint64_t looked;		/* at so many values */
	uint64_t missing, rows;
	struct tally *tally;		/* or NULL: no aggregate */
};

struct checked_rule {
	const struct schema_rule *r;
	size_t condition, when;
	struct finding f;
};

/* Columns that are unique together, or must be in another table. */
struct checked_key {
	const char *const *columns;
	size_t n;
	size_t *col;
	size_t when;
	enum key_skip skip;
	double mostly;
	struct key_set seen;		/* of a reference: theirs */
	bool spilled;			/* instead: */
	struct marked_rows marked;	/* that break it */
	struct finding f;
};

struct checker {
	const struct schema *s;
	const struct check_input *in;
	struct table_read_opts read;	/* how it is read */
	struct arena arena;
	struct intern *names;		/* of the schema's columns, by number */
	struct checked_column *col;	/* columns, then rules about them */
	size_t n_col;
	bool *there;			/* (columns) in the input */
	bool *valued;			/* (columns) of numbers: values kept */
	struct condition *condition;
	size_t conditions;
	struct checked_rule *rule;
	struct checked_key *key;	/* keys, then references */
	size_t keys, n_key;
	int64_t *newest;		/* (freshness) */
	struct finding whole[CHECK_MISSING];	/* of the table */
	struct judged *judged;		/* (slots) */
	size_t slots, rows;
	struct tools *tools;		/* (workers) */
	size_t workers;
	struct check *out;
	uint64_t at;			/* number of the row, from 1 */
	bool row_bad;
	bool named;			/* the input says what columns it has */
	bool fast;			/* cells are bytes of the input */
	struct buf text;
	struct check_rows to;		/* where rows go */
	struct buf passed;		/* rows on their way */
	struct buf row_text;		/* of one that was no text */
	struct buf reason;		/* the rules that the row broke */
	size_t memory;			/* that keys may take */
	const char *folder;		/* for what it does not hold */
	struct sorter *spill;		/* keys; or NULL */
	bool ahead;			/* only keys are looked at */
};

/* merge.c: what it found, in order; the rows are passed on. */
int merge_block(struct checker *k, struct judged *j, const struct scan *scan,
    struct err *e);

/* reference.c: the keys of another table, read as the columns are. */
int read_reference(struct checker *k, size_t i, struct err *e);

/* findings.c: a broken rule with nothing found yet; one more row that broke
 * it, with the text that shows it; a text alone. */
void finding_init(struct finding *f, enum check_rule rule, const char *column,
    enum severity severity);
void finding_release(struct finding *f);
/* Of a column's rule, made when it is first needed: a schema may have tens
 * of thousands of columns that nothing breaks. */
struct finding *column_finding(struct checked_column *w, enum check_rule rule);
void finding_hit(struct checker *k, struct finding *f, const char *s,
    size_t n);
/* The row broke a rule of severity error. */
void mark_row_bad(struct checker *k, enum check_rule rule,
    const char *column);
void finding_example(struct finding *f, const char *s, size_t n);
/* Into the answer; its examples go with it. */
void keep_finding(struct check *out, struct finding *f);

/* conclude.c: those that count go to k->out, in the schema's order. */
int conclude_check(struct checker *k, struct err *e);

/* trend.c: rows, means and missing cells beside those of earlier versions. */
void conclude_trend(struct checker *k);

#endif
