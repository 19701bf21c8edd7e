/* One cell: what it holds, its canonical text, and its bytes in a row. */
#include "rowdiff/cells.h"

/* Digits of a decimal: those of its whole part, its fraction, and all of
 * them as one number.  False unless that is the text and it is short enough
 * to be exact. */
struct decimal {
	uint64_t m;
	size_t whole, fraction;
};

static bool
scan_decimal(struct decimal *d, const char *p, const char *end)
{
	const char *first = p;

	d->m = 0;
	for (; p < end && (unsigned char)(*p - '0') < 10; p++)
		d->m = d->m * 10 + (uint64_t)(*p - '0');
	d->whole = (size_t)(p - first);
	d->fraction = 0;
	if (d->whole == 0 || (*first == '0' && d->whole > 1))
		return false;
	if (p == end)
		return d->whole <= 15;
	if (*p != '.')
		return false;
	for (first = ++p; p < end && (unsigned char)(*p - '0') < 10; p++)
		d->m = d->m * 10 + (uint64_t)(*p - '0');
	d->fraction = (size_t)(p - first);
	return p == end && d->fraction > 0 && d->whole + d->fraction <= 15;
}

/* A plain decimal: its canonical text is the text without zeros at the
 * fraction's end. */
static bool
look_at_decimal(struct cell_look *l, const char *s, size_t n)
{
	static const double ten[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
	    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
	size_t minus = *s == '-';
	struct decimal d;

	if (n > 17 || !scan_decimal(&d, s + minus, s + n))
		return false;
	l->kind = d.fraction ? VALUE_FLOAT : VALUE_INT;
	l->v = (double)d.m / ten[d.fraction];
	if (minus)
		l->v = -l->v;
	/* small ones are printed with an exponent, and zero has no sign */
	if ((d.m == 0 && minus) || (d.m != 0 && l->v < 1e-5 && l->v > -1e-5))
		return false;
	if (d.fraction == 0 || s[n - 1] != '0')
		return true;
	while (s[l->n - 1] == '0')
		l->n--;
	l->n -= s[l->n - 1] == '.';
	l->odd = true;
	return true;
}

static void
look_closely(struct cell_look *l, const char *s, size_t n)
{
	struct num number;
	uint8_t yes;

	l->kind = cell_kind(s, n);
	if ((l->kind & (VALUE_INT | VALUE_FLOAT)) && num_parse(s, n,
	    &number)) {
		l->n = number.whole ? num_print_i64(l->room, number.i) :
		    num_print_f64(l->room, number.d == 0 ? 0 : number.d);
		l->v = number.d;
		l->s = l->room;
	} else if (l->kind == VALUE_BOOL && cell_bool(s, n, &yes)) {
		l->s = yes ? "true" : "false";
		l->n = yes ? 4 : 5;
	}
	l->odd = l->n != n || memcmp(l->s, s, n) != 0;
}

/* By its first bytes what it cannot be is not tried. */
static void
look_at_text(struct cell_look *l, const char *s, size_t n)
{
	bool digit = (unsigned char)(*s - '0') < 10;

	if (digit && n >= 10 && s[4] == '-' && s[7] == '-')
		l->kind = cell_kind_text(s, n);
	else if (digit || (n <= 9 && memchr("-+.tTfFiInN", *s, 11) != NULL) ||
	    *s == '-' || *s == '+' || *s == '.')
		look_closely(l, s, n);
	else
		l->kind = VALUE_STRING;
}

void
cell_look(struct cell_look *l, const char *s, size_t n, bool text)
{
	l->s = s;
	l->n = n;
	l->odd = false;
	if (n == 0)
		l->kind = VALUE_STRING;
	else if (!look_at_decimal(l, s, n))
		look_at_text(l, s, n);
	if (text && l->kind != VALUE_DATE)
		l->kind = VALUE_STRING;
}

bool
cells_equal(const struct rowdiff_cell *a, const struct rowdiff_cell *b,
    bool loose)
{
	struct cell_look x, y;

	if (a->s == NULL || b->s == NULL)
		return a->s == b->s;
	if (a->n == b->n && memcmp(a->s, b->s, a->n) == 0)
		return true;
	if (!loose)
		return false;
	cell_look(&x, a->s, a->n, false);
	cell_look(&y, b->s, b->n, false);
	return x.n == y.n && memcmp(x.s, y.s, x.n) == 0;
}

const char *
cell_decode(struct rowdiff_cell *c, const char *from)
{
	unsigned char n = (unsigned char)*from++;
	uint32_t size;

	if (n == 0) {
		*c = (struct rowdiff_cell){ NULL, 0 };
		return from;
	}
	if (n < 255) {
		size = n - 1u;
	} else {
		memcpy(&size, from, sizeof(size));
		from += sizeof(size);
	}
	*c = (struct rowdiff_cell){ from, size };
	return from + size;
}
