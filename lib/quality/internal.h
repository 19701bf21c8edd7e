/*
 * quality/internal.h - a check in progress, shared by check.c (columns, the
 * walk over the rows), check_rows.c (cells, rows), pass.c (rows passed on) and
 * check_findings.c (what is found, in the end and in words).  Private to lib/quality.
 */
#ifndef QUALITY_INTERNAL_H
#define QUALITY_INTERNAL_H

#include "codec/regex.h"
#include "expr/expr.h"
#include "quality/check.h"
#include "quality/key_set.h"
#include "read/scan.h"
#include "table/table.h"

struct checked_column {
	const struct schema_column *c;
	bool there;		/* in the input */
	struct column one;	/* a cell read as the type */
	struct intern *values;
	struct regex *regex;
	uint8_t *verdict;	/* by code of the block's dict */
	size_t verdicts;
	uint32_t generation;
	struct key_set seen;
	struct finding *f[CHECK_UNIQUE + 1];	/* by rule; NULL: kept */
	uint64_t looked;	/* at so many values */
	uint64_t missing;
};

struct checked_rule {
	const struct schema_rule *r;
	struct expr *x;
	size_t *col;		/* by number of the name */
	struct finding f;
	struct checker *owner;
};

struct checked_key {			/* columns that are unique together */
	size_t *col;
	struct key_set seen;
	struct finding f;
};

struct checker {
	const struct schema *s;
	struct arena arena;
	struct intern *names;	/* of the schema's columns, by number */
	struct checked_column *col;
	struct checked_rule *rule;
	struct checked_key *key;
	struct finding whole[CHECK_MISSING];	/* of the table */
	struct check *out;
	const struct table *block;
	size_t row;		/* in the block */
	uint64_t at;		/* number of that row, from 1 */
	bool row_bad;
	bool named;		/* the input says what columns it has */
	struct buf text;	/* of a row that broke a rule, of a key */
	struct pattern {	/* of conditions, compiled once */
		const char *text;
		struct regex *regex;
	} *pattern;
	size_t patterns;
	struct check_rows to;	/* where rows go */
	struct buf passed;	/* rows on their way */
	struct buf reason;	/* the rules that the row broke */
};

/* check_findings.c: a broken rule with nothing found yet; one more row that
 * broke it, with the text that shows it; a text alone. */
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
/* ... those that count go to k->out, in the schema's order. */
void conclude_check(struct checker *k);

/* pass.c: the header, a row, or what is none, to where they go. */
int pass_header(struct checker *k, const struct scan *scan, struct err *e);
int pass_row(struct checker *k, const struct scan *scan,
    const struct record *rec, struct err *e);
int pass_broken(struct checker *k, const struct scan *scan,
    const struct record *rec, const char *why, struct err *e);
/* Bytes of its text without the line end. */
size_t record_text(const struct record *rec);

/* check_rows.c: row k->row of k->block, number k->at. */
int check_row(struct checker *k, struct err *e);

#endif
