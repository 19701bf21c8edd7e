/* Rows as JSON: objects, lists, columns by name. */
#include "dialect/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "table/column_set.h"
#include "table/write.h"

int
rows_init(struct rows_reader *g, struct dialect_request *r, struct err *e)
{
	struct session *s = r->session;
	const struct binding *plan = s->version->binding;

	*g = (struct rows_reader){ .r = r, .session = s, .block = s->block,
	    .seen = s->mark, .by_place = binding_by_place(plan) };
	g->want = s->version->want;
	g->n_wants = s->version->n_wants;
	if (g->n_wants == 0)
		return err_set(e, ERR_UNSUPPORTED, "the model takes no columns");
	return session_set_rows(s, 0, e);
}

int
rows_need_names(const struct rows_reader *g, struct err *e)
{
	return !g->session->version->filled ? 0 : err_set(e, ERR_FORMAT,
	    "rows without names cannot be told apart where features are joined: "
	    "send objects, or dataframe_split");
}

int
rows_none(struct err *e)
{
	return err_set(e, ERR_FORMAT, "no rows came");
}

int
rows_expect(struct json_pull *p, enum json_token want, const char *what,
    struct err *e)
{
	enum json_token t = json_pull(p, e);

	if (t == want)
		return 0;
	return t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT, "%s", what);
}

int
rows_add(struct rows_reader *g, struct err *e)
{
	if (g->block->rows == DIALECT_ROWS_MAX)
		return err_set(e, ERR_TOOBIG, "more than %d rows",
		    DIALECT_ROWS_MAX);
	return session_add_row(g->session, e);
}

/* --- bytes as text -------------------------------------------------------- */

static int
digit_of(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ?
	    c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52 : c == '+' ||
	    c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* Both alphabets; padding may be left out. */
static int
decode_base64(struct buf *out, const char *s, size_t n, struct err *e)
{
	uint32_t bits = 0;
	int have = 0;

	for (; n && s[n - 1] == '='; n--)
		continue;
	for (size_t i = 0; i < n; i++) {
		int d = digit_of(s[i]);

		if (d < 0 || n % 4 == 1)
			return err_set(e, ERR_FORMAT, "b64 is no base64");
		bits = bits << 6 | (uint32_t)d;
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_addc(out, (char)(bits >> have));
		}
	}
	return buf_check(out, e);
}

/* {"b64":"..."} behind its brace. */
static int
set_b64(struct column *c, size_t row, struct json_pull *p, struct err *e)
{
	struct buf text;
	int r;

	if (json_pull(p, e) != JSON_KEY || !json_pull_is(p, "b64") ||
	    json_pull(p, e) != JSON_T_TEXT)
		return err_set(e, ERR_FORMAT, "an object that is a value is "
		    "{\"b64\":\"...\"}");
	buf_init(&text, BUF_CAP_DOC);
	r = decode_base64(&text, p->s, p->n, e);
	if (r == 0 && !utf8_ok(text.data, text.len))
		r = err_set(e, ERR_FORMAT, "a text is not UTF-8");
	if (r == 0 && text.len == 0)
		column_set_missing(c, row);
	else if (r == 0)
		r = column_set_text(c, row, text.data, text.len, e);
	buf_free(&text);
	return r < 0 ? -1 : rows_expect(p, JSON_T_MAP_END, "b64 is alone in its "
	    "object", e);
}

/* --- cells ---------------------------------------------------------------- */

static int
set_cell(struct rows_reader *g, size_t col, size_t row, enum json_token t,
    struct json_pull *p, struct err *e)
{
	struct column *c = &g->block->col[col];
	int r;

	if (t == JSON_BAD)
		return -1;
	r = t == JSON_T_MAP && g->b64 ? set_b64(c, row, p, e) :
	    column_set_token(c, row, t, p, e);
	return r < 0 ? err_wrap(e, "column '%s'", c->name) : 0;
}

int
rows_set_value(struct rows_reader *g, struct json_pull *p, enum json_token t,
    size_t col, size_t row, struct err *e)
{
	bool wrapped = t == JSON_T_LIST;

	if (wrapped)
		t = json_pull(p, e);
	if (set_cell(g, col, row, t, p, e) < 0)
		return -1;
	return wrapped ? rows_expect(p, JSON_T_LIST_END, "a value is one value",
	    e) : 0;
}

/* --- rows as objects ------------------------------------------------------ */

int
rows_read_names(struct rows_reader *g, struct json_pull *p, size_t **to,
    size_t *n, struct err *e)
{
	size_t room = 0, guess = 0, *more;
	enum json_token t;

	memset(g->seen, 0, g->n_wants * sizeof(*g->seen));
	if (rows_expect(p, JSON_T_LIST, "columns is a list", e) < 0)
		return -1;
	for (*n = 0; (t = json_pull(p, e)) != JSON_T_LIST_END; (*n)++) {
		size_t k = ROWS_NO_COLUMN;

		if (t == JSON_BAD)
			return -1;
		if (t == JSON_T_LIST || t == JSON_T_MAP)
			return err_set(e, ERR_FORMAT, "a column's name is a "
			    "text");
		if (g->by_place)
			k = *n < g->n_wants ? *n : ROWS_NO_COLUMN;
		else if (t == JSON_T_TEXT)
			k = rows_find_want(g, p->s, p->n, guess);
		if (*n == room) {
			room = room ? room * 2 : 16;
			if ((more = mem_resize(*to, room, sizeof(**to))) == NULL)
				return err_set(e, ERR_NOMEM, "no memory for so "
				    "many columns");
			*to = more;
		}
		(*to)[*n] = k;
		guess = k + 1;
		if (k != ROWS_NO_COLUMN && rows_mark_seen(g, k, e) < 0)
			return -1;
	}
	if (g->by_place && *n != g->n_wants)
		return err_set(e, ERR_FORMAT, "%zu columns came, the model "
		    "takes %zu", *n, g->n_wants);
	return rows_check_all_seen(g, e);
}

int
rows_read_objects(struct rows_reader *g, struct json_pull *p, struct err *e)
{
	struct json_rows *rows = g->session->rows;
	enum json_token t;
	size_t n = 0;

	if (g->by_place)
		return err_set(e, ERR_FORMAT, "the model's columns have no "
		    "names: send lists, or serve it with --columns");
	json_rows_clear(rows);
	while ((t = json_pull(p, e)) == JSON_T_MAP) {
		if (++n > DIALECT_ROWS_MAX)
			return err_set(e, ERR_TOOBIG, "more than %d rows",
			    DIALECT_ROWS_MAX);
		if (json_rows_add_members(rows, p, e) < 0)
			return err_wrap(e, "row %zu", n);
	}
	if (t != JSON_T_LIST_END)
		return t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT, "row %zu "
		    "must be an object", n + 1);
	if (n == 0)
		return rows_none(e);
	g->r->block = json_rows_block(rows);
	return 0;
}

/* --- rows as lists -------------------------------------------------------- */

int
rows_read_row(struct rows_reader *g, struct json_pull *p,
    const size_t *to, size_t n, struct err *e)
{
	size_t row = g->block->rows - 1, k = 0;
	enum json_token t;

	while ((t = json_pull(p, e)) != JSON_T_LIST_END) {
		if (t == JSON_BAD)
			return -1;
		if (k == n)
			break;
		if (to == NULL || to[k] != ROWS_NO_COLUMN) {
			if (set_cell(g, to ? to[k] : k, row, t, p, e) < 0)
				return -1;
		} else if (t == JSON_T_LIST || t == JSON_T_MAP) {
			return err_set(e, ERR_FORMAT, "a list or object is no "
			    "cell");
		}
		k++;
	}
	if (t != JSON_T_LIST_END || k != n)
		return err_set(e, ERR_FORMAT, "it does not have %zu values", n);
	return 0;
}

int
rows_read_lists(struct rows_reader *g, struct json_pull *p,
    const size_t *to, size_t n, bool first, struct err *e)
{
	enum json_token t;

	for (;;) {
		t = first ? JSON_T_LIST : json_pull(p, e);
		first = false;
		if (t != JSON_T_LIST)
			break;
		if (rows_add(g, e) < 0)
			return -1;
		if (rows_read_row(g, p, to, n, e) < 0)
			return err_wrap(e, "row %zu", g->block->rows);
	}
	if (t != JSON_T_LIST_END)
		return t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT, "row %zu "
		    "must be a list", g->block->rows + 1);
	if (g->block->rows == 0)
		return rows_none(e);
	g->r->block = g->block;
	return 0;
}

int
rows_read_data(struct rows_reader *g, struct json_pull *p, const size_t *to,
    size_t n, struct err *e)
{
	if (rows_expect(p, JSON_T_LIST, "data is a list of rows", e) < 0)
		return -1;
	return rows_read_lists(g, p, to, n, false, e);
}

/* --- columns by name ------------------------------------------------------ */

size_t
rows_find_want(const struct rows_reader *g, const char *name, size_t n,
    size_t guess)
{
	for (size_t i = 0; i < g->n_wants; i++) {
		size_t k = (guess + i) % g->n_wants;

		if (strlen(g->want[k].name) == n &&
		    memcmp(g->want[k].name, name, n) == 0)
			return k;
	}
	return ROWS_NO_COLUMN;
}

int
rows_mark_seen(struct rows_reader *g, size_t col, struct err *e)
{
	if (g->seen[col])
		return err_set(e, ERR_FORMAT, "column '%s' is there twice",
		    g->want[col].name);
	g->seen[col] = true;
	return 0;
}

int
rows_check_all_seen(const struct rows_reader *g, struct err *e)
{
	for (size_t i = 0; i < g->n_wants; i++)
		if (!g->seen[i] && !g->want[i].optional)
			return err_set(e, ERR_NOENT, "no column '%s'",
			    g->want[i].name);
	return 0;
}

/* The first column decides how many rows there are. */
static int
read_column(struct rows_reader *g, struct json_pull *p,
    size_t col, bool first, struct err *e)
{
	enum json_token t = json_pull(p, e);
	bool list = t == JSON_T_LIST;
	size_t row = 0;

	if (t == JSON_BAD)
		return -1;
	if (list)
		t = json_pull(p, e);
	for (; t != JSON_T_LIST_END; t = list ? json_pull(p, e) :
	    JSON_T_LIST_END) {
		if (t == JSON_BAD || (first && rows_add(g, e) < 0))
			return -1;
		if (row == g->block->rows)
			break;
		if (rows_set_value(g, p, t, col, row++, e) < 0)
			return err_wrap(e, "row %zu", row);
	}
	if (t != JSON_T_LIST_END || row != g->block->rows)
		return err_set(e, ERR_FORMAT, "column '%s' does not have %zu "
		    "values", g->want[col].name, g->block->rows);
	return row == 0 ? rows_none(e) : 0;
}

int
rows_read_columns(struct rows_reader *g, struct json_pull *p, struct err *e)
{
	const char *port = g->session->version->port[0].name;
	enum json_token t;
	bool first = true;
	size_t guess = 0;
	int r = 0;

	memset(g->seen, 0, g->n_wants * sizeof(*g->seen));
	while (r == 0 && (t = json_pull(p, e)) == JSON_KEY) {
		size_t k;

		if (g->by_place && first && json_pull_is(p, port)) {
			memset(g->seen, 1, g->n_wants *
			    sizeof(*g->seen));
			r = rows_read_data(g, p, NULL, g->n_wants, e);
			first = false;
			continue;
		}
		k = g->by_place ? ROWS_NO_COLUMN : rows_find_want(g, p->s, p->n, guess);
		if (k == ROWS_NO_COLUMN) {
			r = json_pull_skip(p, e);
			continue;
		}
		guess = k + 1;
		r = rows_mark_seen(g, k, e);
		if (r == 0)
			r = read_column(g, p, k, first, e);
		first = false;
	}
	if (r < 0 || t == JSON_BAD || rows_check_all_seen(g, e) < 0)
		return -1;
	g->r->block = g->block;
	return 0;
}

/* --- answers -------------------------------------------------------------- */

void
rows_write_answers(struct buf *out, const struct table *answers)
{
	const struct column **col = xalloc(answers->cols + 1, sizeof(*col));
	size_t from = out->len;

	for (size_t i = 0; i < answers->cols; i++)
		col[i] = &answers->col[i];
	table_write_jsonl(out, col, answers->cols, 0, answers->rows);
	/* lines become elements: inside them there is no newline */
	for (size_t i = from; i < out->len; i++)
		if (out->data[i] == '\n')
			out->data[i] = ',';
	if (out->len > from)
		out->data[--out->len] = '\0';
	free(col);
}
