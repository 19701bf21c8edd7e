/*
 * table/table.h - typed columns of a table, in memory.
 *
 * A table is a list of columns of equal length.  A column is one array:
 *
 *	type		array	holds			where missing
 *	COL_INT64	i64	the integer		0
 *	COL_FLOAT64	f64	the number		NaN
 *	COL_FLOAT32	f32	the number		NaN
 *	COL_BOOL	b	0 or 1			0
 *	COL_DATETIME	i64	microseconds since	0
 *				1970, UTC
 *	COL_CATEGORY	code	number of the text in	INTERN_NONE
 *	COL_TEXT	code	dict (base/intern.h)	INTERN_NONE
 *	COL_RAW		raw	the cell as it stood	s == NULL
 *
 * `valid` has bit i (valid[i / 64] >> (i % 64)) set where row i has a value;
 * NULL means no value is missing.  It is there for every type but COL_RAW,
 * and a NaN in a float column is always missing.  `missing` counts them.
 *
 * Category and text are both strings; the reader calls a column text when
 * its values hardly repeat (read/whole.h), so that a learner can refuse it.
 * dict numbers run in order of first appearance down the column.
 *
 * A table owns its columns, names, arrays and dicts (except a borrowed
 * dict); table_free frees all.  NULL is accepted by the free functions.
 */
#ifndef TABLE_TABLE_H
#define TABLE_TABLE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/intern.h"

enum col_type {
	COL_INT64, COL_FLOAT64, COL_BOOL, COL_DATETIME, COL_CATEGORY,
	COL_TEXT,
	COL_FLOAT32,		/* model outputs; never inferred */
	COL_RAW			/* cells carried through; only from a reader */
};

/* A cell carried through as it was. */
struct raw_cell {
	const char *s;		/* NULL: missing (an empty cell, a null) */
	uint32_t n;
	bool quoted;		/* stood in quotes: text, even if "12" */
	bool json;		/* a list or object, as JSON text */
};

struct column {
	char *name;
	enum col_type type;
	size_t rows;
	union {
		int64_t *i64;
		double *f64;
		float *f32;
		uint8_t *b;
		uint32_t *code;
		struct raw_cell *raw;
		void *data;
	};
	uint64_t *valid;
	size_t missing;
	struct intern *dict;	/* category, text */
	bool dict_borrowed;	/* somebody else frees it */
	/* Changes when a reader starts a new dict: whoever remembers things
	 * by code forgets them then. */
	uint32_t dict_generation;
};

struct table {
	size_t rows, cols;
	struct column *col;
};

/* "int64" "float64" "boolean" "datetime" "category" "text" "float32" "raw" */
const char *col_type_name(enum col_type type);
/* The type a column can be read as: the first six, and int, float, double,
 * number, float32 (all float64), bool, date, string.  False for others. */
bool col_type_parse(const char *s, enum col_type *type);
size_t col_type_size(enum col_type type);	/* bytes a row */
bool col_type_is_number(enum col_type type);	/* int64, floats, boolean */
bool col_type_is_text(enum col_type type);	/* category, text */

/* `cols` columns without names or arrays, to be filled by column_init. */
struct table *table_new(size_t cols);
void table_free(struct table *t);
/* Name (copied), type and zeroed arrays of `rows` rows (at least one is
 * allocated); a dict for category and text.  ERR_NOMEM. */
int column_init(struct column *c, const char *name, enum col_type type,
    size_t rows, struct err *e);
void column_clear(struct column *c);

/* The column of that name, or NULL. */
struct column *table_find(const struct table *t, const char *name);
/* Its place; ERR_NOENT names it and the nearest known one. */
int table_index(size_t *out, const struct table *t, const char *name,
    struct err *e);
/* Keep only these columns, in this order; or all but these. ERR_NOENT. */
int table_select(struct table *t, const char *const *names, size_t n,
    struct err *e);
int table_drop(struct table *t, const char *const *names, size_t n,
    struct err *e);
/* A new table of rows row[0..n) of t.  Dicts are borrowed from t, which
 * must live longer. */
int table_gather(struct table **out, const struct table *t, const size_t *row,
    size_t n, struct err *e);
/* Bytes held by arrays and names; dicts are not counted. */
size_t table_bytes(const struct table *t);

/* The column as another type, in place: any number to float64, integral
 * floats to int64, anything to category or text (numbers by their shortest
 * text), category and text into each other.  ERR_FORMAT names the first row
 * (from 1) that cannot be; the column is then unchanged. */
int column_convert(struct column *c, enum col_type type, struct err *e);

static inline bool
column_missing(const struct column *c, size_t i)
{
	if (c->type == COL_RAW)
		return c->raw[i].s == NULL;
	return c->valid != NULL && !(c->valid[i >> 6] >> (i & 63) & 1);
}

/* A number, boolean (0, 1) or date-time (microseconds) as a double; NaN
 * when missing or text. */
static inline double
column_number(const struct column *c, size_t i)
{
	if (column_missing(c, i))
		return NAN;
	switch (c->type) {
	case COL_INT64:
	case COL_DATETIME:
		return (double)c->i64[i];
	case COL_FLOAT64:
		return c->f64[i];
	case COL_FLOAT32:
		return (double)c->f32[i];
	case COL_BOOL:
		return c->b[i];
	default:
		return NAN;
	}
}

/* The text of a category or text cell (borrowed), or NULL when missing. */
static inline const char *
column_text(const struct column *c, size_t i, size_t *n)
{
	if (c->code[i] == INTERN_NONE) {
		*n = 0;
		return NULL;
	}
	return intern_text(c->dict, c->code[i], n);
}

/* Any cell but raw as text, at most COLUMN_PRINT_MAX bytes for numbers and
 * dates; borrowed from the column or written to `room`.  Missing: NULL. */
#define COLUMN_PRINT_MAX 48
const char *column_print(const struct column *c, size_t i,
    char room[COLUMN_PRINT_MAX], size_t *n);

#endif
