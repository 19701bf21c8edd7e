/* MLflow's scoring requests: rows as a data frame, records, lists, columns or
 * CSV; answers as records. */
#include "dialect/dialect.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/source.h"
#include "codec/http.h"
#include "read/stream.h"
#include "table/column_set.h"
#include "table/write.h"

#define NO_COLUMN SIZE_MAX

struct mlflow_reader {
	struct dialect_request *r;
	struct session *session;
	struct table *block;		/* of the session */
	bool *seen;			/* by wanted column */
	const struct table_want *want;
	size_t n_wants;
	bool by_place;			/* columns have no names */
};

static int
no_rows(struct err *e)
{
	return err_set(e, ERR_FORMAT, "no rows came");
}

/* The token that must come next. */
static int
expect_token(struct json_pull *p, enum json_token want, const char *what,
    struct err *e)
{
	enum json_token t = json_pull(p, e);

	if (t == want)
		return 0;
	return t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT, "%s", what);
}

static int
add_row(struct mlflow_reader *g, struct err *e)
{
	if (g->block->rows == DIALECT_ROWS_MAX)
		return err_set(e, ERR_TOOBIG, "more than %d rows",
		    DIALECT_ROWS_MAX);
	return session_add_row(g->session, e);
}

static int
set_cell(struct mlflow_reader *g, size_t col, size_t row, enum json_token t,
    const struct json_pull *p, struct err *e)
{
	struct column *c = &g->block->col[col];

	if (t == JSON_BAD)
		return -1;
	return column_set_token(c, row, t, p, e) < 0 ? err_wrap(e,
	    "column '%s'", c->name) : 0;
}

/* --- rows as objects ------------------------------------------------------ */

static int
read_records(struct mlflow_reader *g, struct json_pull *p, struct err *e)
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
		return no_rows(e);
	g->r->block = json_rows_block(rows);
	return 0;
}

/* --- rows as lists -------------------------------------------------------- */

/* One row behind its bracket: value k goes to column to[k]. */
static int
read_row(struct mlflow_reader *g, struct json_pull *p,
    const size_t *to, size_t n, struct err *e)
{
	size_t row = g->block->rows - 1, k = 0;
	enum json_token t;

	while ((t = json_pull(p, e)) != JSON_T_LIST_END) {
		if (t == JSON_BAD)
			return -1;
		if (k == n)
			break;
		if (to == NULL || to[k] != NO_COLUMN) {
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

/* A list of lists; `first`: the bracket of its first row has been read. */
static int
read_rows(struct mlflow_reader *g, struct json_pull *p,
    const size_t *to, size_t n, bool first, struct err *e)
{
	enum json_token t;

	for (;;) {
		t = first ? JSON_T_LIST : json_pull(p, e);
		first = false;
		if (t != JSON_T_LIST)
			break;
		if (add_row(g, e) < 0)
			return -1;
		if (read_row(g, p, to, n, e) < 0)
			return err_wrap(e, "row %zu", g->block->rows);
	}
	if (t != JSON_T_LIST_END)
		return t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT, "row %zu "
		    "must be a list", g->block->rows + 1);
	if (g->block->rows == 0)
		return no_rows(e);
	g->r->block = g->block;
	return 0;
}

/* --- dataframe_split ------------------------------------------------------ */

static size_t
find_want(const struct mlflow_reader *g, const char *name, size_t n,
    size_t guess)
{
	for (size_t i = 0; i < g->n_wants; i++) {
		size_t k = (guess + i) % g->n_wants;

		if (strlen(g->want[k].name) == n &&
		    memcmp(g->want[k].name, name, n) == 0)
			return k;
	}
	return NO_COLUMN;
}

static int
mark_seen(struct mlflow_reader *g, size_t col, struct err *e)
{
	if (g->seen[col])
		return err_set(e, ERR_FORMAT, "column '%s' is there twice",
		    g->want[col].name);
	g->seen[col] = true;
	return 0;
}

static int
check_all_seen(const struct mlflow_reader *g, struct err *e)
{
	for (size_t i = 0; i < g->n_wants; i++)
		if (!g->seen[i] && !g->want[i].optional)
			return err_set(e, ERR_NOENT, "no column '%s'",
			    g->want[i].name);
	return 0;
}

/* Where each column goes; a model without names takes them in order. */
static int
read_columns(struct mlflow_reader *g, struct json_pull *p, size_t **to,
    size_t *n, struct err *e)
{
	size_t room = 0, guess = 0, *more;
	enum json_token t;

	memset(g->seen, 0, g->n_wants * sizeof(*g->seen));
	if (expect_token(p, JSON_T_LIST, "columns is a list", e) < 0)
		return -1;
	for (*n = 0; (t = json_pull(p, e)) != JSON_T_LIST_END; (*n)++) {
		size_t k = NO_COLUMN;

		if (t == JSON_BAD)
			return -1;
		if (t == JSON_T_LIST || t == JSON_T_MAP)
			return err_set(e, ERR_FORMAT, "a column's name is a "
			    "text");
		if (g->by_place)
			k = *n < g->n_wants ? *n : NO_COLUMN;
		else if (t == JSON_T_TEXT)
			k = find_want(g, p->s, p->n, guess);
		if (*n == room) {
			room = room ? room * 2 : 16;
			if ((more = mem_resize(*to, room, sizeof(**to))) == NULL)
				return err_set(e, ERR_NOMEM, "no memory for so "
				    "many columns");
			*to = more;
		}
		(*to)[*n] = k;
		guess = k + 1;
		if (k != NO_COLUMN && mark_seen(g, k, e) < 0)
			return -1;
	}
	if (g->by_place && *n != g->n_wants)
		return err_set(e, ERR_FORMAT, "%zu columns came, the model "
		    "takes %zu", *n, g->n_wants);
	return check_all_seen(g, e);
}

static int
read_data(struct mlflow_reader *g, struct json_pull *p,
    const size_t *to, size_t n, struct err *e)
{
	if (expect_token(p, JSON_T_LIST, "data is a list of rows", e) < 0)
		return -1;
	return read_rows(g, p, to, n, false, e);
}

/* {"columns":[...],"data":[[...],...]}, in any order */
static int
read_split(struct mlflow_reader *g, struct json_pull *p, struct err *e)
{
	size_t *to = NULL, n = 0, n_late = 0;
	const char *late = NULL;
	bool columns = false, data = false;
	enum json_token t;
	int r = 0;

	while (r == 0 && (t = json_pull(p, e)) == JSON_KEY) {
		bool is_data = json_pull_is(p, "data");

		if (is_data ? data : json_pull_is(p, "columns") && columns) {
			r = err_set(e, ERR_FORMAT, "'%s' is there twice",
			    is_data ? "data" : "columns");
		} else if (is_data && columns) {
			data = true;
			r = read_data(g, p, to, n, e);
		} else if (is_data) {
			data = true;
			(void)json_peek(p, &late);
			r = json_pull_skip(p, e);
			n_late = (size_t)(p->at - late);
		} else if (json_pull_is(p, "columns")) {
			columns = true;
			r = read_columns(g, p, &to, &n, e);
		} else {
			r = json_pull_skip(p, e);
		}
	}
	if (r == 0 && t == JSON_BAD)
		r = -1;
	if (r == 0 && !(columns && data))
		r = err_set(e, ERR_FORMAT, "dataframe_split needs columns and "
		    "data");
	if (r == 0 && late) {
		struct json_pull q;

		json_pull_init(&q, late, n_late, JSON_NAN);
		r = read_data(g, &q, to, n, e);
		json_pull_free(&q);
	}
	free(to);
	return r;
}

/* --- columns by name ------------------------------------------------------ */

/* One value, bare or as the only one of a list: [[1],[2]] is a column too. */
static int
read_value(struct mlflow_reader *g, struct json_pull *p, enum json_token t,
    size_t col, size_t row, struct err *e)
{
	bool wrapped = t == JSON_T_LIST;

	if (wrapped)
		t = json_pull(p, e);
	if (set_cell(g, col, row, t, p, e) < 0)
		return -1;
	return wrapped ? expect_token(p, JSON_T_LIST_END, "a value is one value", e) :
	    0;
}

/* The first column decides how many rows there are. */
static int
read_column(struct mlflow_reader *g, struct json_pull *p,
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
		if (t == JSON_BAD || (first && add_row(g, e) < 0))
			return -1;
		if (row == g->block->rows)
			break;
		if (read_value(g, p, t, col, row++, e) < 0)
			return err_wrap(e, "row %zu", row);
	}
	if (t != JSON_T_LIST_END || row != g->block->rows)
		return err_set(e, ERR_FORMAT, "column '%s' does not have %zu "
		    "values", g->want[col].name, g->block->rows);
	return row == 0 ? no_rows(e) : 0;
}

/* {"name":[v, ...], ...}: columns of equal length; or one value each.  A
 * matrix goes by the name of its input. */
static int
read_named_columns(struct mlflow_reader *g, struct json_pull *p, struct err *e)
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
			r = read_data(g, p, NULL, g->n_wants, e);
			first = false;
			continue;
		}
		k = g->by_place ? NO_COLUMN : find_want(g, p->s, p->n, guess);
		if (k == NO_COLUMN) {
			r = json_pull_skip(p, e);
			continue;
		}
		guess = k + 1;
		r = mark_seen(g, k, e);
		if (r == 0)
			r = read_column(g, p, k, first, e);
		first = false;
	}
	if (r < 0 || t == JSON_BAD || check_all_seen(g, e) < 0)
		return -1;
	g->r->block = g->block;
	return 0;
}

/* --- CSV ------------------------------------------------------------------ */

static int
copy_cell(struct column *to, size_t row, const struct column *from, size_t i,
    struct err *e)
{
	size_t n;
	const char *s;

	if (column_missing(from, i)) {
		column_set_missing(to, row);
		return 0;
	}
	switch (to->type) {
	case COL_FLOAT64:
		to->f64[row] = from->f64[i];
		break;
	case COL_BOOL:
		to->b[row] = from->b[i];
		break;
	case COL_CATEGORY:
	case COL_TEXT:
		s = column_text(from, i, &n);
		return column_set_text(to, row, s, n, e);
	default:
		to->i64[row] = from->i64[i];
	}
	return 0;
}

static int
copy_rows(struct mlflow_reader *g, const struct table *block, struct err *e)
{
	struct table *to = g->block;

	for (size_t i = 0; i < block->rows; i++) {
		if (add_row(g, e) < 0)
			return -1;
		for (size_t k = 0; k < g->n_wants; k++)
			if (copy_cell(&to->col[k], to->rows - 1,
			    &block->col[k], i, e) < 0)
				return -1;
	}
	return 0;
}

static int
read_csv(struct mlflow_reader *g, const char *body, size_t n, struct err *e)
{
	struct table_reader_opts o = { .read = { .name = "body",
	    .format = TABLE_CSV, .header = TABLE_HEADER_YES, .text = true },
	    .want = g->want, .n_want = g->n_wants, .by_place = g->by_place,
	    .block_rows = 1024 };
	struct source src = source_memory(body, n, "body");
	struct table_reader *rd = NULL;
	struct table *block;
	int got = table_reader_open(&rd, &src, &o, e);

	while (got == 0 && (got = table_reader_next(&block, rd, e)) > 0)
		got = copy_rows(g, block, e);
	table_reader_free(rd);
	source_close(&src);
	if (got < 0)
		return -1;
	if (g->block->rows == 0)
		return no_rows(e);
	g->r->block = g->block;
	return 0;
}

/* --- any of them ---------------------------------------------------------- */

static int
read_form(struct mlflow_reader *g, struct json_pull *p, const char *form,
    struct err *e)
{
	bool split = strcmp(form, "dataframe_split") == 0;
	bool records = strcmp(form, "dataframe_records") == 0;
	enum json_token t = json_pull(p, e);
	const char *at;

	if (t == JSON_BAD)
		return -1;
	if (t == JSON_T_MAP && !records)
		return split ? read_split(g, p, e) : read_named_columns(g, p, e);
	if (t != JSON_T_LIST || split)
		return err_set(e, ERR_FORMAT, "%s must be %s", form, split ?
		    "an object of columns and data" : "a list of rows");
	if (json_peek(p, &at) != '[')
		return read_records(g, p, e);
	if (json_pull(p, e) == JSON_BAD)
		return -1;
	if (g->session->version->filled)
		return err_set(e, ERR_FORMAT, "rows without names cannot be "
		    "told apart where features are joined: send objects, or "
		    "dataframe_split");
	return read_rows(g, p, NULL, g->n_wants, true, e);
}

static int
read_request(struct mlflow_reader *g, struct json_pull *p, struct err *e)
{
	static const char *const forms[] = { "dataframe_split",
	    "dataframe_records", "instances", "inputs" };
	enum json_token t;
	int given = 0, r = 0;

	if (expect_token(p, JSON_T_MAP, "a request is a JSON object", e) < 0)
		return -1;
	while (r == 0 && (t = json_pull(p, e)) == JSON_KEY) {
		int i = 0;

		while (i < 4 && !json_pull_is(p, forms[i]))
			i++;
		given += i < 4;
		if (given > 1)
			break;
		r = i < 4 ? read_form(g, p, forms[i], e) : json_pull_skip(p, e);
	}
	if (r < 0 || (given < 2 && (t == JSON_BAD || json_pull(p, e) ==
	    JSON_BAD)))
		return -1;
	return given == 1 ? 0 : err_set(e, ERR_FORMAT, "the request must hold "
	    "exactly one of dataframe_split, dataframe_records, instances and "
	    "inputs");
}

static int
mlflow_read(struct dialect_request *r, const struct dialect_body *b,
    struct err *e)
{
	struct session *s = r->session;
	const struct binding *plan = s->version->binding;
	struct mlflow_reader g = { .r = r, .session = s, .block = s->block,
	    .seen = s->mark, .by_place = binding_by_place(plan) };
	struct json_pull p;
	int got;

	g.want = s->version->want;
	g.n_wants = s->version->n_wants;
	if (g.n_wants == 0)
		return err_set(e, ERR_UNSUPPORTED, "the model takes no columns");
	if (session_set_rows(s, 0, e) < 0)
		return -1;
	if (http_media_is(b->type, "text/csv"))
		return read_csv(&g, b->data, b->n, e);
	json_pull_init(&p, b->data, b->n, JSON_NAN);
	got = read_request(&g, &p, e);
	json_pull_free(&p);
	return got;
}

/* --- writing -------------------------------------------------------------- */

static void
mlflow_write(struct buf *out, struct dialect_request *r,
    const struct table *answers)
{
	const struct column **col = xalloc(answers->cols + 1, sizeof(*col));
	size_t from;

	(void)r;
	for (size_t i = 0; i < answers->cols; i++)
		col[i] = &answers->col[i];
	buf_adds(out, "{\"predictions\":[");
	from = out->len;
	table_write_jsonl(out, col, answers->cols, 0, answers->rows);
	/* lines become elements: inside them there is no newline */
	for (size_t i = from; i < out->len; i++)
		if (out->data[i] == '\n')
			out->data[i] = ',';
	if (out->len > from)
		out->len--;
	buf_adds(out, "]}");
	free(col);
}

static void
mlflow_refuse(struct buf *out, int status, const char *why)
{
	buf_addf(out, "{\"error_code\":\"%s\",\"message\":", status == 503 ?
	    "TEMPORARILY_UNAVAILABLE" : "BAD_REQUEST");
	json_quote(out, why, strlen(why));
	buf_adds(out, "}");
}

static const char *const mlflow_types[] = {
	"application/json", "text/csv", NULL
};

const struct dialect dialect_mlflow = {
	.name = "mlflow",
	.types = mlflow_types,
	.read = mlflow_read,
	.write = mlflow_write,
	.refuse = mlflow_refuse,
};
