/*
 * The cells of a block as text and as values, and what values are the same by.
 */
#include <string.h>

#include "quality/check/block.h"
#include "table/cell.h"
#include "table/column_set.h"

const char *
cell_text(const struct scan_block *b, size_t col, size_t row,
    char room[COLUMN_PRINT_MAX], size_t *n)
{
	const struct column *c = &b->t->col[col];

	if (c->type != COL_RAW)
		return column_print(c, row, room, n);
	*n = c->raw[row].n;
	return c->raw[row].s;
}

struct num
value_num(const struct column *one, union value v)
{
	return one->type == COL_INT64 || one->type == COL_DATETIME ?
	    num_of_i64(v.i) : num_of_f64(v.d);
}

/* The value in a scratch cell that is not missing. */
static union value
value_of_one(const struct column *one)
{
	union value v;

	if (one->type == COL_INT64 || one->type == COL_DATETIME)
		v.i = one->i64[0];
	else
		v.d = column_number(one, 0);
	return v;
}

static enum value_state
read_slowly(union value *v, struct column *one, const char *s, size_t n)
{
	struct err ignored = ERR_INIT;

	if (column_set_text(one, 0, s, n, &ignored) != 0)
		return VALUE_WRONG;
	if (column_missing(one, 0))
		return VALUE_NONE;		/* NaN */
	*v = value_of_one(one);
	return VALUE_THERE;
}

static bool
quick_bool(double *v, const char *s, size_t n)
{
	if (n == 4 && memcmp(s, "true", 4) == 0)
		*v = 1;
	else if (n == 5 && memcmp(s, "false", 5) == 0)
		*v = 0;
	else
		return false;
	return true;
}

/* A plain integer of less than 19 digits. */
static bool
quick_int(int64_t *v, const char *s, size_t n)
{
	size_t i = n > 0 && *s == '-';
	int64_t x = 0;

	if (n - i > 18 || n == i)
		return false;
	for (; i < n; i++) {
		unsigned digit = (unsigned)(unsigned char)s[i] - '0';

		if (digit > 9)
			return false;
		x = 10 * x + (int64_t)digit;
	}
	*v = *s == '-' ? -x : x;
	return true;
}

/* Values that have the type already, or one that becomes it without a doubt. */
static bool
take_values(union value *v, uint8_t *state, const struct column *c,
    const struct column *one)
{
	bool whole = c->type == COL_INT64 || c->type == COL_DATETIME;

	if (one->form != FORM_PLAIN || (c->type != one->type &&
	    (one->type != COL_FLOAT64 || c->type != COL_INT64)))
		return false;
	if (whole && c->type == one->type)
		memcpy(v, c->i64, c->rows * sizeof(*v));
	else if (c->type == COL_FLOAT64)
		memcpy(v, c->f64, c->rows * sizeof(*v));
	else if (c->type == COL_INT64)
		for (size_t i = 0; i < c->rows; i++)
			v[i].d = (double)c->i64[i];
	else if (c->type == COL_BOOL)
		for (size_t i = 0; i < c->rows; i++)
			v[i].d = c->b[i];
	else
		return false;
	for (size_t i = 0; i < c->rows; i++)
		state[i] = column_missing(c, i) ? VALUE_NONE : VALUE_THERE;
	return true;
}

/* Values of another type: by their text. */
static void
read_typed(union value *v, uint8_t *state, const struct judged *j,
    struct column *one, size_t col)
{
	const struct column *c = &j->b->t->col[col];
	char room[COLUMN_PRINT_MAX];
	const char *s;
	size_t n;

	if (take_values(v, state, c, one))
		return;
	for (size_t i = 0; i < c->rows; i++) {
		bool again = i > 0 && c->dict != NULL &&
		    c->code[i] == c->code[i - 1];

		if (again) {
			v[i] = v[i - 1];
			state[i] = state[i - 1];
			continue;
		}
		s = cell_text(j->b, col, i, room, &n);
		state[i] = s != NULL ? read_slowly(&v[i], one, s, n) :
		    VALUE_NONE;
	}
}

void
read_values(struct checker *k, struct judged *j, struct tools *t, size_t col)
{
	const struct raw_cell *raw = j->b->t->col[col].raw;
	struct column *one = &t->one[col];
	union value *v = j->col[col].v;
	uint8_t *state = j->col[col].state;
	bool quick = k->fast && one->form == FORM_PLAIN;
	bool ints = quick && one->type == COL_INT64;
	bool floats = quick && one->type == COL_FLOAT64;
	bool bools = quick && one->type == COL_BOOL;

	if (j->b->t->col[col].type != COL_RAW) {
		read_typed(v, state, j, one, col);
		return;
	}
	for (size_t i = 0; i < j->b->t->rows; i++) {
		const char *s = raw[i].s;
		size_t n = raw[i].n;

		if (s == NULL)
			state[i] = VALUE_NONE;
		else if ((ints && quick_int(&v[i].i, s, n)) || (floats &&
		    cell_scan_float(s, s + n, &v[i].d) == s + n) || (bools &&
		    quick_bool(&v[i].d, s, n)))
			state[i] = VALUE_THERE;
		else
			state[i] = read_slowly(&v[i], one, s, n);
	}
}

static void
put_num(struct buf *b, struct num v)
{
	v.d += 0.0;			/* -0 is 0 */
	buf_addc(b, v.whole ? 'i' : 'd');
	buf_add(b, v.whole ? (const void *)&v.i : &v.d, sizeof(v.i));
}

static void
put_bytes(struct buf *b, const char *s, size_t n)
{
	buf_addc(b, 't');
	buf_add(b, &n, sizeof(n));	/* no two run together */
	buf_add(b, s, n);
}

bool
put_cell_text(struct buf *b, struct column *one, const char *s, size_t n)
{
	enum value_state state = VALUE_WRONG;
	union value v;

	if (s == NULL)
		return false;
	if (!col_type_is_text(one->type))
		state = read_slowly(&v, one, s, n);
	if (state == VALUE_THERE)
		put_num(b, value_num(one, v));
	else if (state == VALUE_WRONG)
		put_bytes(b, s, n);
	return state != VALUE_NONE;
}

bool
put_value(struct buf *b, const struct checker *k, const struct judged *j,
    const struct tools *t, size_t col, size_t row)
{
	char room[COLUMN_PRINT_MAX];
	const char *s;
	size_t n;

	if (k->valued[col] && j->col[col].state[row] == VALUE_NONE)
		return false;
	if (k->valued[col] && j->col[col].state[row] == VALUE_THERE) {
		put_num(b, value_num(&t->one[col], j->col[col].v[row]));
		return true;
	}
	if ((s = cell_text(j->b, col, row, room, &n)) == NULL)
		return false;
	put_bytes(b, s, n);
	return true;
}
