/*
 * table/cell.h - the text of one cell: is it missing, and what can it be
 * read as?
 */
#ifndef TABLE_CELL_H
#define TABLE_CELL_H

#include "codec/csv.h"
#include "table/column.h"

/* What values a column was seen to hold; bits. */
enum value_kind {
	VALUE_INT = 1, VALUE_FLOAT = 2, VALUE_BOOL = 4, VALUE_DATE = 8,
	VALUE_STRING = 16
};

/* The words that mean missing. */
struct na_words {
	const char *const *user;
	size_t n_user;
	uint8_t first[256];	/* 1: a word starts so */
	bool numeric;		/* one of them looks like a number */
};

/* `user`: words besides the usual ones, borrowed; or NULL. */
void na_words_init(struct na_words *w, const char *const *user, size_t n);
/* One of NA N/A NaN nan null NULL None? */
bool na_usual(const char *s, size_t n);
bool na_words_match(const struct na_words *w, const char *s, size_t n,
    bool quoted);

static inline bool
cell_missing(const struct na_words *w, const struct csv_cell *c)
{
	return c->n == 0 || (w->first[(unsigned char)*c->s] &&
	    na_words_match(w, c->s, c->n, c->quoted));
}

/* What a value that is not missing can be read as.  cell_kind_text: one that
 * was a JSON string, so a date or a string and nothing else. */
enum value_kind cell_kind(const char *s, size_t n);
enum value_kind cell_kind_text(const char *s, size_t n);
/* The type of a column with these kinds; strings are COL_CATEGORY. */
enum col_type kinds_type(unsigned kinds);

/* Is it an integer without leading zeros, so that the number prints as the
 * same text? */
bool cell_int(const char *s, size_t n, int64_t *v);
bool cell_float(const char *s, size_t n, double *v);
bool cell_bool(const char *s, size_t n, uint8_t *v);
bool cell_date(const char *s, size_t n, int64_t *us);

/* What a column that shall have this type is read as. */
static inline enum col_type
readable_type(enum col_type type)
{
	return type == COL_FLOAT32 ? COL_FLOAT64 : type == COL_RAW ? COL_TEXT :
	    type;
}

/* A column of strings: COL_TEXT when most of its values are different, else
 * COL_CATEGORY. */
enum col_type strings_type(size_t distinct, size_t values);

/*
 * A plain decimal at p, read in one go: at most 19 digits whose value is
 * exact.  Returns its end, or NULL when the slow way must be taken.  The
 * bytes must be followed, before `end`, by something that is no part of a
 * number.
 */
const char *cell_scan_float(const char *p, const char *end, double *v);
/* Past a plain number at p, in text that ends in something else: at most 18
 * digits, then, unless `whole`, perhaps a '.' and more.  NULL: there is none,
 * or one that must be looked at. */
const char *cell_skip_number(const char *p, bool whole);

/* A cell of a file: a byte that is no digit follows it. */
static inline bool
cell_quick_float(const struct csv_cell *c, double *v)
{
	return cell_scan_float(c->s, c->s + c->n, v) == c->s + c->n;
}

#endif
