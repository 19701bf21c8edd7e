/* MLflow's scoring requests: rows as a data frame, records, lists, columns or
 * CSV; answers as records. */
#include "dialect/internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/source.h"
#include "codec/http.h"
#include "dialect/rows.h"
#include "read/stream.h"
#include "table/column_set.h"
#include "table/write.h"

/* --- dataframe_split ------------------------------------------------------ */

/* {"columns":[...],"data":[[...],...]}, in any order */
static int
read_split(struct rows_reader *g, struct json_pull *p, struct err *e)
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
			r = rows_read_data(g, p, to, n, e);
		} else if (is_data) {
			data = true;
			(void)json_peek(p, &late);
			r = json_pull_skip(p, e);
			n_late = (size_t)(p->at - late);
		} else if (json_pull_is(p, "columns")) {
			columns = true;
			r = rows_read_names(g, p, &to, &n, e);
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
		r = rows_read_data(g, &q, to, n, e);
		json_pull_free(&q);
	}
	free(to);
	return r;
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
copy_rows(struct rows_reader *g, const struct table *block, struct err *e)
{
	struct table *to = g->block;

	for (size_t i = 0; i < block->rows; i++) {
		if (rows_add(g, e) < 0)
			return -1;
		for (size_t k = 0; k < g->n_wants; k++)
			if (copy_cell(&to->col[k], to->rows - 1,
			    &block->col[k], i, e) < 0)
				return -1;
	}
	return 0;
}

/* "text/csv; header=absent": columns in the model's order, as SageMaker's
 * clients send them. */
static bool
has_no_header(const char *type)
{
	static const char word[] = "header=absent";
	const char *at = strchr(type, ';');

	for (; at; at = strchr(at, ';')) {
		at += 1 + strspn(at + 1, " \t");
		if (strncasecmp(at, word, sizeof(word) - 1) == 0 &&
		    strchr("; \t", at[sizeof(word) - 1]))
			return true;
	}
	return false;
}

static int
read_csv(struct rows_reader *g, const struct dialect_body *b, struct err *e)
{
	const char **names = arena_alloc(&g->session->arena, (g->n_wants + 1) *
	    sizeof(*names));
	struct table_reader_opts o = { .read = { .name = "body",
	    .format = TABLE_CSV, .header = TABLE_HEADER_YES, .text = true },
	    .want = g->want, .n_want = g->n_wants, .by_place = g->by_place,
	    .block_rows = 1024 };
	struct source src = source_memory(b->data, b->n, "body");
	struct table_reader *rd = NULL;
	struct table *block;
	int got;

	for (size_t i = 0; i < g->n_wants; i++)
		names[i] = g->want[i].name;
	if (has_no_header(b->type)) {
		o.read.header = TABLE_HEADER_NO;
		o.read.columns = g->by_place ? NULL : names;
		o.read.n_columns = g->by_place ? 0 : g->n_wants;
	}
	got = table_reader_open(&rd, &src, &o, e);
	while (got == 0 && (got = table_reader_next(&block, rd, e)) > 0)
		got = copy_rows(g, block, e);
	table_reader_free(rd);
	source_close(&src);
	if (got < 0)
		return -1;
	if (g->block->rows == 0)
		return rows_none(e);
	g->r->block = g->block;
	return 0;
}

/* --- any of them ---------------------------------------------------------- */

static int
read_form(struct rows_reader *g, struct json_pull *p, const char *form,
    struct err *e)
{
	bool split = strcmp(form, "dataframe_split") == 0;
	bool records = strcmp(form, "dataframe_records") == 0;
	enum json_token t = json_pull(p, e);
	const char *at;

	if (t == JSON_BAD)
		return -1;
	if (t == JSON_T_MAP && !records)
		return split ? read_split(g, p, e) : rows_read_columns(g, p, e);
	if (t != JSON_T_LIST || split)
		return err_set(e, ERR_FORMAT, "%s must be %s", form, split ?
		    "an object of columns and data" : "a list of rows");
	if (json_peek(p, &at) != '[')
		return rows_read_objects(g, p, e);
	if (json_pull(p, e) == JSON_BAD)
		return -1;
	if (rows_need_names(g, e) < 0)
		return -1;
	return rows_read_lists(g, p, NULL, g->n_wants, true, e);
}

/* An ONNX graph takes no parameters of a request: they are passed over, as
 * MLflow does with those of a model without a schema for them. */
static int
read_params(struct json_pull *p, struct err *e)
{
	const char *at;
	char first = json_peek(p, &at);

	if (first != '{' && first != 'n')
		return err_set(e, ERR_FORMAT, "params is an object");
	return json_pull_skip(p, e);
}

static int
read_request(struct rows_reader *g, struct json_pull *p, struct err *e)
{
	static const char *const forms[] = { "dataframe_split",
	    "dataframe_records", "instances", "inputs" };
	enum json_token t;
	int given = 0, r = 0;

	if (rows_expect(p, JSON_T_MAP, "a request is a JSON object", e) < 0)
		return -1;
	while (r == 0 && (t = json_pull(p, e)) == JSON_KEY) {
		int i = 0;

		while (i < 4 && !json_pull_is(p, forms[i]))
			i++;
		given += i < 4;
		if (given > 1)
			break;
		r = i < 4 ? read_form(g, p, forms[i], e) :
		    json_pull_is(p, "params") ? read_params(p, e) :
		    json_pull_is(p, "signature_name") ? err_set(e, ERR_FORMAT,
		    "signature_name is not understood: leave it out") :
		    json_pull_skip(p, e);
	}
	if (r < 0 || (given < 2 && (t == JSON_BAD || json_pull(p, e) ==
	    JSON_BAD)))
		return -1;
	return given == 1 ? 0 : err_set(e, ERR_FORMAT, "the request must hold "
	    "exactly one of dataframe_split, dataframe_records, instances and "
	    "inputs");
}

int
mlflow_read(struct dialect_request *r, const struct dialect_body *b,
    struct err *e)
{
	struct rows_reader g;
	struct json_pull p;
	int got;

	if (rows_init(&g, r, e) < 0)
		return -1;
	if (http_media_is(b->type, "text/csv"))
		return read_csv(&g, b, e);
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
	(void)r;
	buf_adds(out, "{\"predictions\":[");
	rows_write_answers(out, answers);
	buf_adds(out, "]}");
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
