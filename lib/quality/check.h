/*
 * quality/check.h - rows held against a schema, in one pass.
 *
 * Cells are read as the schema's types would read them; a missing cell
 * breaks no rule but `min_fraction`.  A rule on cells or rows is kept when
 * at least `mostly` of those it looked at are good (none looked at: kept).
 */
#ifndef QUALITY_CHECK_H
#define QUALITY_CHECK_H

#include "base/buf.h"
#include "quality/schema.h"

#define CHECK_ROWS 10		/* row numbers named in a finding */
#define CHECK_EXAMPLES 5
#define CHECK_MEMORY ((size_t)1 << 30)

enum check_rule {
	CHECK_ABSENT,		/* a column is not there */
	CHECK_NEW,		/* ... is there, but not in the schema */
	CHECK_ORDER,		/* columns stand in another order */
	CHECK_ROW_COUNT,
	CHECK_BROKEN,		/* rows that are none, passed on */
	CHECK_MISSING,		/* min_fraction */
	CHECK_TYPE, CHECK_RANGE, CHECK_VALUES, CHECK_LENGTH, CHECK_PATTERN,
	CHECK_UNIQUE, CHECK_EXPR,
	CHECK_REFERENCE,
	CHECK_AGGREGATE, CHECK_FRESHNESS, CHECK_TREND
};

/* "column_absent" "column_new" "column_order" "rows" "broken" "missing" "type"
 * "range" "values" "length" "pattern" "unique" "expr" "reference" "aggregate"
 * "freshness" "trend" */
const char *check_rule_name(enum check_rule rule);

struct finding {
	enum check_rule rule;
	const char *column;	/* or a key's columns, a rule's name or text */
	enum severity severity;
	uint64_t hits;		/* rows, or columns, that broke it */
	uint64_t looked;	/* at so many */
	uint64_t row[CHECK_ROWS];	/* the first, from 1 */
	char *example[CHECK_EXAMPLES];	/* different texts, shortened */
	size_t rows, examples;
	char what[200];		/* for people */
	/* What TensorFlow Data Validation calls it, "SCHEMA_NEW_COLUMN"; NULL:
	 * it has no name for it. */
	const char *anomaly;
};

/* What was looked at of a column, or by a rule about one. */
struct check_seen {
	uint64_t looked, missing;	/* values; cells without one */
};

struct check {
	struct finding *f;	/* those broken, in the schema's order */
	size_t n;
	uint64_t rows;		/* read */
	uint64_t broken;	/* of them: no rows */
	struct check_seen *seen;	/* (columns and rules about them) */
};

/* Another table, which the schema refers to. */
struct check_other {
	const char *bytes;
	size_t n;
	const struct table_read_opts *read;	/* or NULL */
};

/* What a profile of an earlier version says of a column, or of the rows. */
struct check_past {
	uint64_t rows;
	struct check_past_column {
		const char *name;
		double mean, missing;		/* missing: a share; NaN */
	} *col;
	size_t cols;
};

struct typed_rows;
struct check_input {
	const char *bytes;
	size_t n;
	/* Instead of bytes rows that have types, from the first one at each
	 * call; or NULL. */
	int (*open_rows)(void *ctx, struct typed_rows *r, struct err *e);
	void *rows_ctx;
	size_t memory;			/* that the keys of rows may take
					 * before they go to disk; 0:
					 * CHECK_MEMORY */
	/* What the user says of how to read, over what the schema does; or
	 * NULL. */
	const struct table_read_opts *read;
	const struct check_other *others;	/* for each reference */
	size_t n_others;
	const struct check_past *past;		/* for the trend, any order */
	size_t n_past;
	bool has_now;
	int64_t now;				/* for freshness */
	const char *folder;			/* for what memory does not
						 * hold; NULL: FILE_SCRATCH_FOLDER */
};

/*
 * Where rows go as they are read, `mostly` aside: those that broke a rule on
 * rows of severity error to `bad`, with two cells more, their number and the
 * rules (_row, _reason); all others, as the bytes they are, to `good`.  Each
 * gets the header first.  Either may be NULL.
 *
 * What cannot be cut into cells goes to `bad` too, its text as the first cell
 * (of JSON Lines, as _raw), and breaks the rule "broken"; without `bad` it ends
 * the check.
 */
struct check_rows {
	int (*good)(void *ctx, const char *s, size_t n, struct err *e);
	int (*bad)(void *ctx, const char *s, size_t n, struct err *e);
	/* First: how they are written.  Or NULL. */
	void (*text)(void *ctx, bool bad, const struct table_read_opts *how);
	void *ctx;
};

/* 0 even when rules are broken; -1 when the input cannot be read at all, or
 * a row not be passed on.  `to` may be NULL. */
int check_table(struct check *out, const struct check_rows *to,
    const struct check_input *in, const struct schema *s, struct err *e);
void check_release(struct check *c);
/* Is any of severity error broken? */
bool check_failed(const struct check *c);

#endif
