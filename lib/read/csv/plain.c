/* Plain cells read where they are known to end. */
#include "read/csv/plain.h"

#include <stdlib.h>

#include "base/mem.h"
#include "read/csv/window.h"
#include "table/cell.h"
#include "table/decimal.h"

#define COLUMNS_MAX 4096
#define INT_DIGITS 18		/* they fit an integer */
#define TEXTS 64		/* of a column, remembered */

enum plain_kind { PLAIN_NONE, PLAIN_FLOAT, PLAIN_INT, PLAIN_TEXT };

struct plain_word {
	uint64_t key;		/* 0: none */
	uint32_t number;
};

struct plain_column {
	enum plain_kind kind;
	union {
		double *f64;
		int64_t *i64;
		uint32_t *code;
	};
	struct plain_word *word;	/* TEXTS; each in one of two places */
};

struct plain_cells {
	const struct csv_form *form;
	size_t columns;
	struct plain_column column[];
};

struct plain_cells *
plain_new(const struct csv_form *f, size_t columns)
{
	struct plain_cells *c;

	if (!window_fits(f) || columns > COLUMNS_MAX)
		return NULL;
	c = xalloc(1, sizeof(*c) + columns * sizeof(c->column[0]));
	c->form = f;
	c->columns = columns;
	return c;
}

void
plain_free(struct plain_cells *c)
{
	for (size_t i = 0; c != NULL && i < c->columns; i++)
		free(c->column[i].word);
	free(c);
}

void
plain_floats(struct plain_cells *c, size_t column, double *to)
{
	if (c == NULL)
		return;
	c->column[column].kind = PLAIN_FLOAT;
	c->column[column].f64 = to;
}

void
plain_ints(struct plain_cells *c, size_t column, int64_t *to)
{
	if (c == NULL)
		return;
	c->column[column].kind = PLAIN_INT;
	c->column[column].i64 = to;
}

static inline size_t
word_place(uint64_t key)
{
	return (size_t)(key * 0x9e3779b97f4a7c15u >> 58);
}

void
plain_text(struct plain_cells *c, size_t column, uint32_t *to, const char *p,
    const char *end, uint32_t number)
{
	size_t n = (size_t)(end - p), at;
	struct plain_column *k;
	char room[8] = { 0 };
	uint64_t key;

	if (c == NULL || n > WORD_BYTES)
		return;
	memcpy(room, p, n);
	key = word_key(room, n);
	k = &c->column[column];
	k->kind = PLAIN_TEXT;
	k->code = to;
	if (k->word == NULL)
		k->word = xalloc(TEXTS, sizeof(*k->word));
	at = word_place(key);
	if (k->word[at].key != 0 && k->word[at ^ 1].key == 0)
		at ^= 1;
	k->word[at] = (struct plain_word){ key, number };
}

#if CSV_HAS_WINDOW
#pragma GCC push_options
#pragma GCC target("avx2,popcnt,bmi")

static inline __attribute__((always_inline)) bool
read_digits(int64_t *to, const char *p, size_t n)
{
	int64_t v = 0;

	if (n - 1 >= INT_DIGITS || (n > 1 && *p == '0'))
		return false;
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)(p[i] - '0') > 9)
			return false;
		v = v * 10 + (p[i] - '0');
	}
	*to = v;
	return true;
}

/* Of up to eight bytes, digits around one point, where the window says so. */
static inline __attribute__((always_inline)) bool
read_decimal(double *to, const char *p, size_t n, uint64_t digits,
    uint64_t points)
{
	size_t minus = *p == '-', point, k = n - minus;
	uint64_t all, bits;

	if (k - 3 > 8 - 3)
		return false;
	all = ((uint64_t)1 << k) - 1;
	points = points >> minus & all;
	point = (size_t)__builtin_ctzll(points | 1 << 8);
	/* all else is digits, of which a zero at most leads to the point */
	if ((points ^ (digits >> minus & all)) != all ||
	    (points & (points - 1)) != 0 || point - 1 >= k - 2 ||
	    (p[minus] == '0' && point > 1))
		return false;
	*to = decimal_value(decimal_word(p + minus), (unsigned)k,
	    (unsigned)point);
	memcpy(&bits, to, sizeof(bits));
	bits |= (uint64_t)minus << 63;
	memcpy(to, &bits, sizeof(bits));
	return true;
}

/* The cell of n bytes at p, behind which eight more may be read. */
static inline __attribute__((always_inline)) bool
read_cell(const struct plain_column *c, const char *p, size_t n,
    const char *end, size_t row, uint64_t digits, uint64_t points)
{
	const struct plain_word *w;
	uint64_t key;
	size_t at;

	switch (c->kind) {
	case PLAIN_FLOAT:
		return read_decimal(&c->f64[row], p, n, digits, points) ||
		    cell_scan_float(p, end, &c->f64[row]) == p + n;
	case PLAIN_INT:
		return read_digits(&c->i64[row], p, n);
	case PLAIN_TEXT:
		if (n > WORD_BYTES)
			return false;
		key = word_key(p, n);
		at = word_place(key);
		w = &c->word[c->word[at].key == key ? at : at ^ 1];
		c->code[row] = w->number;
		return w->key == key;
	default:
		return false;
	}
}

static const char *
read_avx2(struct plain_cells *c, size_t *column, const char *p,
    const char *end, size_t row)
{
	char eol = c->form->eol;
	size_t i = *column;

	while (end - p >= CSV_WINDOW_BYTES + 8 && i < c->columns) {
		struct window w = window_at(p, c->form);
		const char *from = p;

		for (; w.ends != 0 && i < c->columns; w.ends &= w.ends - 1) {
			const char *next = from + __builtin_ctzll(w.ends);
			bool last = *next == eol;

			if (last != (i + 1 == c->columns) ||
			    !read_cell(&c->column[i], p, (size_t)(next - p),
			    end, row, w.digits >> (p - from), w.points >>
			    (p - from))) {
				*column = i;
				return p;
			}
			p = next + !last;
			i++;
		}
		if (p == from)
			break;
	}
	*column = i;
	return p;
}
#pragma GCC pop_options
#else
#define read_avx2(c, column, p, end, row) (p)
#endif

const char *
plain_read(struct plain_cells *c, size_t *column, const char *p,
    const char *end, size_t row)
{
	return c != NULL && c->column[*column].kind != PLAIN_NONE ?
	    read_avx2(c, column, p, end, row) : p;
}
