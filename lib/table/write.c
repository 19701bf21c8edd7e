/*
 * Tables written as CSV and JSON Lines.
 */
#include "table/write.h"

#include <math.h>
#include <string.h>

#include "base/num.h"
#include "codec/json.h"
#include "table/cell.h"

static bool
needs_quotes(const char *s, size_t n, char d)
{
	if (n == 0)
		return true;
	if (s[0] == ' ' || s[n - 1] == ' ' || s[0] == '\t' || s[n - 1] == '\t')
		return true;
	for (size_t i = 0; i < n; i++)
		if (s[i] == d || s[i] == '"' || s[i] == '\n' || s[i] == '\r')
			return true;
	return false;
}

void
csv_quote(struct buf *out, const char *s, size_t n)
{
	const char *end = s + n, *q;

	buf_addc(out, '"');
	while (s < end && (q = memchr(s, '"', (size_t)(end - s))) != NULL) {
		buf_add(out, s, (size_t)(q + 1 - s));
		buf_addc(out, '"');
		s = q + 1;
	}
	buf_add(out, s, (size_t)(end - s));
	buf_addc(out, '"');
}

void
csv_write_cell(struct buf *out, const char *s, size_t n, char delimiter)
{
	if (needs_quotes(s, n, delimiter))
		csv_quote(out, s, n);
	else
		buf_add(out, s, n);
}

static char
delimiter_of(const struct table_write_opts *o)
{
	return o != NULL && o->delimiter != '\0' ? o->delimiter : ',';
}

void
table_write_header(struct buf *out, const struct column *const *col,
    size_t n, const struct table_write_opts *o)
{
	char d = delimiter_of(o);

	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(out, d);
		csv_write_cell(out, col[i]->name, strlen(col[i]->name), d);
	}
	buf_addc(out, '\n');
}

/* Shortest text, as num_print_f64 and _f32, but zero keeps its sign. */
static size_t
print_float(char *room, const struct column *c, size_t row)
{
	double v = c->type == COL_FLOAT64 ? c->f64[row] : (double)c->f32[row];

	if (v == 0 && signbit(v)) {
		memcpy(room, "-0.0", 5);
		return 4;
	}
	return c->type == COL_FLOAT64 ? num_print_f64(room, v) :
	    num_print_f32(room, c->f32[row]);
}

/* A number straight into the buffer. */
static bool
put_number(struct buf *out, const struct column *c, size_t row)
{
	char *room = buf_reserve(out, NUM_TEXT_MAX);

	if (room == NULL)
		return true;
	switch (c->type) {
	case COL_FLOAT64:
	case COL_FLOAT32:
		buf_grew(out, print_float(room, c, row));
		return true;
	case COL_INT64:
		buf_grew(out, num_print_i64(room, c->i64[row]));
		return true;
	default:
		return false;
	}
}

void
csv_write_value(struct buf *out, const struct column *c, size_t row)
{
	char room[COLUMN_PRINT_MAX];
	const char *s;
	size_t n;

	if (column_missing(c, row) || put_number(out, c, row))
		return;
	s = column_print(c, row, room, &n);
	buf_add(out, s, n);
}

static void
put_csv(struct buf *out, const struct column *c, size_t row, char d,
    const struct na_words *na)
{
	char room[COLUMN_PRINT_MAX];
	const char *s;
	size_t n;

	if (column_missing(c, row) || put_number(out, c, row))
		return;
	s = column_print(c, row, room, &n);
	if (col_type_is_text(c->type) && na_words_match(na, s, n, false))
		csv_quote(out, s, n);
	else if (c->type == COL_RAW && c->raw[row].quoted && n > 0 &&
	    na_words_match(na, s, n, false))
		csv_quote(out, s, n);
	else
		csv_write_cell(out, s, n, d);
}

void
table_write_csv(struct buf *out, const struct column *const *col, size_t n,
    size_t from, size_t to, const struct table_write_opts *o)
{
	char d = delimiter_of(o);
	struct na_words na;

	na_words_init(&na, NULL, 0);
	for (size_t row = from; row < to; row++) {
		for (size_t i = 0; i < n; i++) {
			if (i > 0)
				buf_addc(out, d);
			put_csv(out, col[i], row, d, &na);
		}
		/* a blank line would be no row */
		if (n == 1 && column_missing(col[0], row))
			buf_adds(out, "\"\"");
		buf_addc(out, '\n');
	}
}

/* A number as JSON writes one: no '+', no bare point, no needless zero. */
static bool
json_number(const char *s, size_t n)
{
	size_t i = n > 0 && s[0] == '-';
	double d;

	if (i == n || s[i] < '0' || s[i] > '9' || s[n - 1] < '0' ||
	    s[n - 1] > '9' || (s[i] == '0' && i + 1 < n &&
	    s[i + 1] >= '0' && s[i + 1] <= '9'))
		return false;
	for (; i < n; i++)
		if (s[i] == '.' && (s[i + 1] < '0' || s[i + 1] > '9'))
			return false;
	return num_parse_f64(s, n, &d) && isfinite(d);
}

void
json_write_cell(struct buf *out, const struct column *c, size_t row)
{
	char room[COLUMN_PRINT_MAX];
	const char *s;
	uint8_t b;
	size_t n;

	if (c->type == COL_FLOAT64 || c->type == COL_FLOAT32) {
		double v = column_number(c, row);

		if (isnan(v))
			buf_adds(out, "null");
		else if (isinf(v))
			buf_adds(out, v > 0 ? "\"Infinity\"" : "\"-Infinity\"");
		else
			(void)put_number(out, c, row);
		return;
	}
	s = column_print(c, row, room, &n);
	if (s == NULL) {
		buf_adds(out, "null");
	} else if (c->type == COL_RAW) {
		const struct raw_cell *raw = &c->raw[row];

		if (raw->json || (!raw->quoted && (json_number(s, n) ||
		    (cell_bool(s, n, &b) && (*s == 't' || *s == 'f')))))
			buf_add(out, s, n);
		else
			json_quote(out, s, n);
	} else if (c->type == COL_BOOL || c->type == COL_INT64) {
		buf_add(out, s, n);
	} else {
		json_quote(out, s, n);
	}
}

void
table_write_jsonl(struct buf *out, const struct column *const *col, size_t n,
    size_t from, size_t to)
{
	for (size_t row = from; row < to; row++) {
		for (size_t i = 0; i < n; i++) {
			buf_addc(out, i > 0 ? ',' : '{');
			json_quote(out, col[i]->name, strlen(col[i]->name));
			buf_addc(out, ':');
			json_write_cell(out, col[i], row);
		}
		buf_adds(out, n > 0 ? "}\n" : "{}\n");
	}
}

void
table_write_lists(struct buf *out, const struct column *const *col, size_t n,
    size_t from, size_t to)
{
	buf_addc(out, '{');
	for (size_t i = 0; i < n && !out->failed; i++) {
		if (i > 0)
			buf_addc(out, ',');
		json_quote(out, col[i]->name, strlen(col[i]->name));
		buf_adds(out, ":[");
		for (size_t row = from; row < to; row++) {
			if (row > from)
				buf_addc(out, ',');
			json_write_cell(out, col[i], row);
		}
		buf_addc(out, ']');
	}
	buf_addc(out, '}');
}
