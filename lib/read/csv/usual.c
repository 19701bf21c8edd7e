/* Cells passed over: which of 64 bytes end a cell, are digits, are points. */
#include "read/csv/usual.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "read/csv/window.h"

#define DIGITS_MAX 18		/* they fit an integer */
#define TIME_BYTES 19
#define TEXTS 16		/* of a column, remembered */
#define COLUMNS_MAX 4096

struct usual_column {
	enum usual_kind kind;
	uint64_t text[TEXTS];	/* bytes, and above them how many; 0: none */
};

struct usual_cells {
	const struct csv_form *form;
	size_t columns;
	struct usual_column column[];
};

/* --- what is remembered ---------------------------------------------------- */

static inline size_t
text_slot(uint64_t key)
{
	return (size_t)(key * 0x9e3779b97f4a7c15u >> 60);
}

void
usual_is(struct usual_cells *u, size_t column, enum usual_kind kind)
{
	if (u != NULL)
		u->column[column].kind = kind;
}

void
usual_text(struct usual_cells *u, size_t column, const char *p,
    const char *end)
{
	size_t n = (size_t)(end - p);
	char room[8] = { 0 };
	uint64_t key;

	if (u == NULL || n > WORD_BYTES)
		return;
	memcpy(room, p, n);
	key = word_key(room, n);
	u->column[column].kind = USUAL_TEXT;
	u->column[column].text[text_slot(key)] = key;
}

/* --- passing over ---------------------------------------------------------- */

#if CSV_HAS_WINDOW
#pragma GCC push_options
#pragma GCC target("avx2,popcnt,bmi")

/* Digits are no more than fit, with a zero before them only where it is the
 * only one. */
static inline __attribute__((always_inline)) bool
digits_ok(const char *p, size_t n)
{
	return n - 1 < DIGITS_MAX && (n == 1 || *p != '0');
}

/* Are the n < 64 bytes at p, the first of the words, a plain number? */
static inline __attribute__((always_inline)) bool
is_number(const char *p, size_t n, uint64_t digits, uint64_t points,
    bool whole)
{
	uint64_t all = ((uint64_t)1 << n) - 1, other = ~digits & all;
	size_t k;

	if (other == 0)
		return digits_ok(p, n);
	/* one point, with digits on either side */
	k = (size_t)__builtin_ctzll(other);
	return !whole && other == (points & all) &&
	    (other & (other - 1)) == 0 && k < n - 1 && digits_ok(p, k);
}

static inline __attribute__((always_inline)) bool
is_usual(const struct usual_column *c, const char *p, size_t n,
    uint64_t digits, uint64_t points)
{
	int64_t us;

	switch (c->kind) {
	case USUAL_INT:
	case USUAL_FLOAT:
		return is_number(p, n, digits, points, c->kind == USUAL_INT);
	case USUAL_TIME:
		return n == TIME_BYTES && clock_parse(p, n, &us);
	case USUAL_TEXT:
		if (n <= WORD_BYTES) {
			uint64_t key = word_key(p, n);

			return c->text[text_slot(key)] == key;
		}
		return false;
	default:
		return false;
	}
}

static const char *
pass_avx2(struct usual_cells *u, size_t *column, const char *p,
    const char *end)
{
	char eol = u->form->eol;
	size_t i = *column;

	while (end - p >= 64 + 8 && i < u->columns) {
		struct window w = window_at(p, u->form);
		const char *from = p;

		while (w.ends != 0 && i < u->columns) {
			size_t at = (size_t)__builtin_ctzll(w.ends);
			size_t gone = (size_t)(p - w.p), n = at - gone;
			bool last = p[n] == eol;

			if (last != (i + 1 == u->columns) ||
			    !is_usual(&u->column[i], p, n, w.digits >> gone,
			    w.points >> gone)) {
				*column = i;
				return p;
			}
			p += n + !last;
			i++;
			w.ends &= w.ends - 1;
		}
		if (p == from)
			break;
	}
	*column = i;
	return p;
}
#pragma GCC pop_options
#else
#define pass_avx2(u, column, p, end) (p)
#endif

struct usual_cells *
usual_new(const struct csv_form *f, size_t columns)
{
	struct usual_cells *u;

	if (!window_fits(f) || columns > COLUMNS_MAX)
		return NULL;
	u = xalloc(1, sizeof(*u) + columns * sizeof(u->column[0]));
	u->form = f;
	u->columns = columns;
	return u;
}

void
usual_free(struct usual_cells *u)
{
	free(u);
}

const char *
usual_pass(struct usual_cells *u, size_t *column, const char *p,
    const char *end)
{
	return u != NULL && u->column[*column].kind != USUAL_NONE ?
	    pass_avx2(u, column, p, end) : p;
}
