/*
 * table/column.h - one typed column: its storage and how to read a cell of it.
 *
 * A column is one array:
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
 * column_release frees name, arrays and dict (unless borrowed).  A block that
 * is filled again and again uses column_track_missing once, column_grow for
 * more rows and column_clear between two fillings.
 */
#ifndef TABLE_COLUMN_H
#define TABLE_COLUMN_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/intern.h"
#include "table/col_type.h"

/* Entries of a dict after which column_clear begins a new one. */
#define COLUMN_DICT_MAX 65536

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
	/* Changes when column_clear starts a new dict: whoever remembers
	 * things by code forgets them then. */
	uint32_t dict_generation;
	size_t room;		/* rows the arrays have space for */
	enum cell_form form;	/* of the text that is yet to be set */
};

/* Words of `valid` for so many rows: never none. */
static inline size_t
column_valid_words(size_t room)
{
	return room / 64 + 1;
}

/* Name (copied), type and zeroed arrays of `rows` rows (at least one is
 * allocated); a dict for category and text.  ERR_NOMEM. */
int column_init(struct column *c, const char *name, enum col_type type,
    size_t rows, struct err *e);
void column_release(struct column *c);
/* Make `valid` now, not when the first missing cell comes (raw: never). */
int column_track_missing(struct column *c, struct err *e);
/* Room for `room` rows or more; cells and bits already set stay, new cells
 * are undefined, not missing.  `rows` is as before.  ERR_NOMEM leaves the
 * column as it was, or with more room in some of its arrays. */
int column_grow(struct column *c, size_t room, struct err *e);
/* Empty, to be filled again in the same room: no rows, nothing missing.  A
 * dict of more than `dict_max` entries is begun anew, with a new
 * dict_generation; a smaller one stays. */
void column_clear(struct column *c, size_t dict_max);

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

/* Those of rows [from, from + n); looks at the type once. */
void column_numbers(double *to, const struct column *c, size_t from, size_t n);

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
