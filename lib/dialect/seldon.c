/* Seldon's version 1: rows as an ndarray or a tensor with the names of their
 * columns beside, and an id of the request that feedback comes back with. */
#include "dialect/internal.h"

#include <stdlib.h>
#include <string.h>

#include "dialect/rows.h"
#include "table/write.h"

/* A member whose reading waits for another. */
struct late_value {
	const char *s;			/* or NULL: it did not come */
	size_t n;
};

static int
note_value(struct late_value *v, struct json_pull *p, const char *what,
    struct err *e)
{
	if (v->s)
		return err_set(e, ERR_FORMAT, "'%s' is there twice", what);
	(void)json_peek(p, &v->s);
	if (json_pull_skip(p, e) < 0)
		return -1;
	v->n = (size_t)(p->at - v->s);
	return 0;
}

/* --- tensors -------------------------------------------------------------- */

/* [rows, columns] */
static int
read_shape(int64_t dim[2], struct json_pull *p, struct err *e)
{
	int rank = 0;
	enum json_token t = json_pull(p, e);

	if (t == JSON_BAD)
		return -1;
	while (t == JSON_T_LIST && rank < 3 && (t = json_pull(p, e)) ==
	    JSON_T_NUM && p->is_int && p->i > 0) {
		if (rank < 2)
			dim[rank] = p->i;
		rank++;
		t = JSON_T_LIST;
	}
	return t == JSON_T_LIST_END && rank == 2 ? 0 : t == JSON_BAD ? -1 :
	    err_set(e, ERR_FORMAT, "a tensor's shape is [rows, columns]");
}

/* A flat list, row by row; value k of a row goes to column to[k]. */
static int
read_values(struct rows_reader *g, struct json_pull *p, const size_t *to,
    size_t n, struct err *e)
{
	enum json_token t;
	size_t k = 0;

	if (n == 0)
		return err_set(e, ERR_FORMAT, "a tensor has columns");
	if (rows_expect(p, JSON_T_LIST, "a tensor's values are a list", e) < 0)
		return -1;
	while ((t = json_pull(p, e)) != JSON_T_LIST_END) {
		size_t col = to ? to[k] : k;

		if (t == JSON_BAD || (k == 0 && rows_add(g, e) < 0))
			return -1;
		if (t == JSON_T_LIST || t == JSON_T_MAP)
			return err_set(e, ERR_FORMAT, "a tensor's values are "
			    "numbers");
		if (col != ROWS_NO_COLUMN && rows_set_value(g, p, t, col,
		    g->block->rows - 1, e) < 0)
			return err_wrap(e, "row %zu", g->block->rows);
		k = k + 1 == n ? 0 : k + 1;
	}
	return k == 0 ? 0 : err_set(e, ERR_FORMAT, "the tensor's last row has "
	    "%zu values of %zu", k, n);
}

static int
read_tensor(struct rows_reader *g, struct json_pull *p, const size_t *to,
    size_t n, struct err *e)
{
	int64_t dim[2] = { 0, (int64_t)n };
	bool shaped = false, filled = false;
	enum json_token t;
	int r = 0;

	g->r->columnar = true;		/* it goes as it came */
	if (rows_expect(p, JSON_T_MAP, "tensor is an object", e) < 0)
		return -1;
	while (r == 0 && (t = json_pull(p, e)) == JSON_KEY) {
		bool shape = json_pull_is(p, "shape");
		bool values = json_pull_is(p, "values");

		if (shape ? shaped : values && filled)
			return err_set(e, ERR_FORMAT, "a tensor has one shape "
			    "and one values");
		shaped |= shape;
		filled |= values;
		r = shape ? read_shape(dim, p, e) : values ?
		    read_values(g, p, to, n, e) : json_pull_skip(p, e);
	}
	if (r < 0 || t == JSON_BAD)
		return -1;
	if (!shaped || !filled)
		return err_set(e, ERR_FORMAT, "a tensor has a shape and values");
	if (dim[1] != (int64_t)n || dim[0] != (int64_t)g->block->rows)
		return err_set(e, ERR_FORMAT, "the tensor's shape is [%lld, "
		    "%lld], its values are %zu rows of %zu", (long long)dim[0],
		    (long long)dim[1], g->block->rows, n);
	return 0;
}

/* --- requests ------------------------------------------------------------- */

static int
read_rows(struct rows_reader *g, const struct late_value *v, bool tensor,
    const size_t *to, size_t n, struct err *e)
{
	struct json_pull p;
	int r;

	json_pull_init(&p, v->s, v->n, JSON_NAN);
	r = tensor ? read_tensor(g, &p, to, n, e) :
	    rows_read_data(g, &p, to, n, e);
	json_pull_free(&p);
	g->r->block = g->block;
	return r < 0 || g->block->rows ? r : rows_none(e);
}

static int
read_named(struct rows_reader *g, const struct late_value *names,
    const struct late_value *rows, bool tensor, struct err *e)
{
	size_t *to = NULL, n = g->n_wants;
	struct json_pull p;
	int r;

	if (names->s == NULL)
		return rows_need_names(g, e) < 0 ? -1 :
		    read_rows(g, rows, tensor, NULL, n, e);
	json_pull_init(&p, names->s, names->n, 0);
	r = rows_read_names(g, &p, &to, &n, e);
	json_pull_free(&p);
	if (r == 0)
		r = read_rows(g, rows, tensor, to, n, e);
	free(to);
	return r;
}

static int
read_data(struct rows_reader *g, struct json_pull *p, struct err *e)
{
	struct late_value names = { NULL, 0 }, ndarray = names, tensor = names;
	enum json_token t;
	int r = 0;

	if (rows_expect(p, JSON_T_MAP, "data is an object", e) < 0)
		return -1;
	while (r == 0 && (t = json_pull(p, e)) == JSON_KEY)
		r = json_pull_is(p, "names") ? note_value(&names, p, "names",
		    e) : json_pull_is(p, "ndarray") ? note_value(&ndarray, p,
		    "ndarray", e) : json_pull_is(p, "tensor") ?
		    note_value(&tensor, p, "tensor", e) : json_pull_skip(p, e);
	if (r < 0 || t == JSON_BAD)
		return -1;
	if ((ndarray.s != NULL) == (tensor.s != NULL))
		return err_set(e, ERR_FORMAT, "data must hold exactly one of "
		    "ndarray and tensor");
	return read_named(g, &names, tensor.s ? &tensor : &ndarray, tensor.s !=
	    NULL, e);
}

/* The id, which goes back with the answer. */
static int
read_meta(struct dialect_request *r, struct json_pull *p, struct err *e)
{
	struct buf *id = &r->session->id;
	enum json_token t;

	if (rows_expect(p, JSON_T_MAP, "meta is an object", e) < 0)
		return -1;
	while ((t = json_pull(p, e)) == JSON_KEY) {
		if (!json_pull_is(p, "puid")) {
			if (json_pull_skip(p, e) < 0)
				return -1;
			continue;
		}
		if (json_pull(p, e) != JSON_T_TEXT || p->n > DIALECT_ID_MAX ||
		    memchr(p->s, '\0', p->n))
			return err_set(e, ERR_FORMAT, "meta.puid is a text of at "
			    "most %d bytes", DIALECT_ID_MAX);
		buf_clear(id);
		buf_add(id, p->s, p->n);
		r->id = p->n ? id->data : NULL;
		r->n_id = id->len;
	}
	return t == JSON_BAD ? -1 : 0;
}

static int
read_request(struct rows_reader *g, struct json_pull *p, struct err *e)
{
	bool data = false;
	enum json_token t;
	int r = 0;

	if (rows_expect(p, JSON_T_MAP, "a request is a JSON object", e) < 0)
		return -1;
	while (r == 0 && (t = json_pull(p, e)) == JSON_KEY) {
		if (json_pull_is(p, "data") && data)
			return err_set(e, ERR_FORMAT, "'data' is there twice");
		if (json_pull_is(p, "data")) {
			data = true;
			r = read_data(g, p, e);
		} else if (json_pull_is(p, "meta")) {
			r = read_meta(g->r, p, e);
		} else {
			r = json_pull_skip(p, e);
		}
	}
	if (r < 0 || t == JSON_BAD || json_pull(p, e) == JSON_BAD)
		return -1;
	return data ? 0 : err_set(e, ERR_FORMAT, "the request has no data: "
	    "jsonData, strData and binData are not understood here");
}

static int
seldon_read(struct dialect_request *r, const struct dialect_body *b,
    struct err *e)
{
	struct rows_reader g;
	struct json_pull p;
	int got;

	if (rows_init(&g, r, e) < 0)
		return -1;
	json_pull_init(&p, b->data, b->n, JSON_NAN);
	got = read_request(&g, &p, e);
	json_pull_free(&p);
	return got;
}

/* Reads to meta.puid and no further. */
static const char *
seldon_find_id(const char *body, size_t n, struct arena *a)
{
	struct json_pull p;
	struct err ignored;
	const char *id = NULL;
	bool meta = false;

	json_pull_init(&p, body, n, JSON_NAN);
	if (json_pull(&p, &ignored) == JSON_T_MAP)
		while (json_pull(&p, &ignored) == JSON_KEY) {
			if (!meta && json_pull_is(&p, "meta")) {
				meta = true;
				if (json_pull(&p, &ignored) != JSON_T_MAP)
					break;
			} else if (meta && json_pull_is(&p, "puid")) {
				if (json_pull(&p, &ignored) == JSON_T_TEXT)
					id = arena_strndup(a, p.s, p.n);
				break;
			} else if (json_pull_skip(&p, &ignored) < 0) {
				break;
			}
		}
	json_pull_free(&p);
	return id;
}

/* --- answers -------------------------------------------------------------- */

static bool
are_numbers(const struct table *answers)
{
	for (size_t i = 0; i < answers->cols; i++)
		if (col_type_is_text(answers->col[i].type) ||
		    answers->col[i].type == COL_BOOL)
			return false;
	return true;
}

static void
put_cells(struct buf *out, const struct table *answers, bool flat)
{
	for (size_t row = 0; row < answers->rows && !out->failed; row++) {
		buf_adds(out, row ? "," : "");
		buf_adds(out, flat ? "" : "[");
		for (size_t k = 0; k < answers->cols; k++) {
			buf_adds(out, k ? "," : "");
			json_write_cell(out, &answers->col[k], row);
		}
		buf_adds(out, flat ? "" : "]");
	}
}

static void
seldon_write(struct buf *out, struct dialect_request *r,
    const struct table *answers)
{
	const struct version *v = r->session->version;
	bool tensor = r->columnar && are_numbers(answers);

	buf_adds(out, "{\"data\":{\"names\":[");
	for (size_t i = 0; i < answers->cols; i++) {
		buf_adds(out, i ? "," : "");
		json_quote(out, answers->col[i].name,
		    strlen(answers->col[i].name));
	}
	if (tensor)
		buf_addf(out, "],\"tensor\":{\"shape\":[%zu,%zu],\"values\":[",
		    answers->rows, answers->cols);
	else
		buf_adds(out, "],\"ndarray\":[");
	put_cells(out, answers, tensor);
	buf_adds(out, tensor ? "]}},\"meta\":{" : "]},\"meta\":{");
	if (r->id) {
		buf_adds(out, "\"puid\":");
		json_quote(out, r->id, r->n_id);
		buf_addc(out, ',');
	}
	buf_addf(out, "\"tags\":{\"version\":\"%s\",\"variant\":\"%s\"}}}",
	    v->number, variant_text(v->variant));
}

static void
seldon_refuse(struct buf *out, int status, const char *why)
{
	buf_addf(out, "{\"status\":{\"code\":%d,\"info\":", status);
	json_quote(out, why, strlen(why));
	buf_addf(out, ",\"reason\":\"%s\",\"status\":\"FAILURE\"}}",
	    status >= 500 ? "MICROSERVICE_UNAVAILABLE" :
	    "MICROSERVICE_BAD_DATA");
}

const struct dialect dialect_seldon = {
	.name = "seldon",
	.find_id = seldon_find_id,
	.read = seldon_read,
	.write = seldon_write,
	.refuse = seldon_refuse,
};
