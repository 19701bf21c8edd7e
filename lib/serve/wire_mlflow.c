/* MLflow's scoring requests: rows as a data frame, records or columns. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/source.h"
#include "serve/wire.h"
#include "table/reader.h"
#include "table/write.h"

#define ROWS_MAX 1000000

static int
add_record(struct desk *d, const struct json *record, struct err *e)
{
	struct buf b;
	int r;

	if (record->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "a row must be an object");
	buf_init(&b, BUF_CAP_DOC);
	json_write(&b, record);
	r = table_rows_add_text(d->rows, b.data, b.len, e);
	buf_free(&b);
	return r;
}

static int
from_records(struct wire_request *r, struct desk *d, const struct json *list,
    struct err *e)
{
	size_t n = 0;

	for (const struct json *j = list->child; j; j = j->next, n++)
		if (add_record(d, j, e) < 0)
			return err_wrap(e, "row %zu", n + 1);
	if (n == 0)
		return err_set(e, ERR_FORMAT, "no rows came");
	r->block = table_rows_block(d->rows);
	return 0;
}

/* One JSON value as the cell it stands for, through a one-member object. */
static struct json *
member(struct arena *a, struct json *row, const char *name,
    const struct json *v)
{
	struct json *copy = json_new(a, v->type);

	*copy = *v;
	copy->next = NULL;
	return json_add(a, row, name, copy);
}

/* {"columns":[...],"data":[[...],...]} */
static int
from_split(struct wire_request *r, struct desk *d, const struct json *frame,
    struct err *e)
{
	const struct json *columns = json_get(frame, "columns");
	const struct json *data = json_get(frame, "data"), *row, *v, *c;
	struct json *record;
	size_t n = 0;

	if (columns == NULL || columns->type != JSON_LIST || data == NULL ||
	    data->type != JSON_LIST)
		return err_set(e, ERR_FORMAT,
		    "dataframe_split needs columns and data");
	for (row = data->child; row; row = row->next, n++) {
		record = json_new(&d->arena, JSON_MAP);
		if (row->type != JSON_LIST || row->n != columns->n)
			return err_set(e, ERR_FORMAT, "row %zu does not have "
			    "%zu values", n + 1, columns->n);
		for (v = row->child, c = columns->child; v; v = v->next,
		    c = c->next)
			if (c->type == JSON_TEXT)
				member(&d->arena, record, c->s, v);
		if (add_record(d, record, e) < 0)
			return err_wrap(e, "row %zu", n + 1);
	}
	if (n == 0)
		return err_set(e, ERR_FORMAT, "no rows came");
	r->block = table_rows_block(d->rows);
	return 0;
}

/* {"name":[v, ...], ...}: columns of equal length; or one value each. */
static int
from_columns(struct wire_request *r, struct desk *d, const struct json *map,
    struct err *e)
{
	size_t n = map->child && map->child->type == JSON_LIST ?
	    map->child->n : 1;
	const struct json **at = arena_alloc(&d->arena, (map->n + 1) *
	    sizeof(*at)), *c;
	size_t k = 0;

	for (c = map->child; c; c = c->next) {
		if ((c->type == JSON_LIST ? c->n : 1) != n)
			return err_set(e, ERR_FORMAT, "column '%s' does not "
			    "have %zu values", c->key, n);
		at[k++] = c->type == JSON_LIST ? c->child : c;
	}
	for (size_t i = 0; i < n; i++) {
		struct json *record = json_new(&d->arena, JSON_MAP);

		for (c = map->child, k = 0; c; c = c->next, k++) {
			const struct json *v = at[k];

			/* [[1],[2]] is a column too */
			member(&d->arena, record, c->key,
			    v->type == JSON_LIST && v->n == 1 ? v->child : v);
			at[k] = at[k]->next;
		}
		if (add_record(d, record, e) < 0)
			return err_wrap(e, "row %zu", i + 1);
	}
	if (n == 0)
		return err_set(e, ERR_FORMAT, "no rows came");
	r->block = table_rows_block(d->rows);
	return 0;
}

/* A list of lists for a model with one matrix input. */
static int
from_matrix(struct wire_request *r, struct desk *d, const struct served *s,
    const struct json *list, struct err *e)
{
	size_t n_wants, row = 0;

	(void)score_wants(s->plan, &n_wants);
	if (desk_rows(d, s, list->n, e) < 0)
		return -1;
	for (const struct json *j = list->child; j; j = j->next, row++) {
		size_t k = 0;

		if (j->type != JSON_LIST || j->n != n_wants)
			return err_set(e, ERR_FORMAT, "row %zu does not have "
			    "%zu values", row + 1, n_wants);
		for (const struct json *v = j->child; v; v = v->next, k++) {
			if (wire_set_cell(&d->block->col[k], row, v, e) < 0)
				return err_wrap(e, "row %zu", row + 1);
		}
	}
	r->block = d->block;
	return 0;
}

static int
from_csv(struct wire_request *r, struct desk *d, const struct served *s,
    const char *body, size_t n, struct err *e)
{
	struct table_reader_opts o = { .read = { .name = "body",
	    .header = TABLE_HEADER_YES }, .by_place = score_by_place(s->plan),
	    .block_rows = 1024 };
	struct source src = source_memory(body, n, "body");
	struct table_reader *rd = NULL;
	struct table *block;
	int got = -1;

	o.want = score_wants(s->plan, &o.n_want);
	if (table_reader_open(&rd, &src, &o, e) < 0)
		goto done;
	/* each row goes by its JSON, as any other row of a request does */
	while ((got = table_reader_next(&block, rd, e)) > 0) {
		const struct column **col = xalloc(block->cols + 1,
		    sizeof(*col));
		struct buf b;

		buf_init(&b, BUF_CAP_DOC);
		for (size_t i = 0; i < block->cols; i++)
			col[i] = &block->col[i];
		for (size_t i = 0; got > 0 && i < block->rows; i++) {
			buf_clear(&b);
			table_write_jsonl(&b, col, block->cols, i, i + 1);
			if (table_rows_add_text(d->rows, b.data, b.len, e) < 0)
				got = -1;
		}
		buf_free(&b);
		free(col);
		if (got < 0)
			break;
	}
	if (got == 0) {
		r->block = table_rows_block(d->rows);
		if (r->block->rows == 0)
			got = err_set(e, ERR_FORMAT, "no rows came");
	}
	table_reader_free(rd);
done:
	source_close(&src);
	return got < 0 ? -1 : 0;
}

int
wire_read_invocation(struct wire_request *r, struct desk *d,
    const struct served *s, const char *body, size_t n, bool csv,
    struct err *e)
{
	static const char *const forms[] = { "dataframe_split",
	    "dataframe_records", "instances", "inputs" };
	const struct json *form[4], *f = NULL;
	struct json *j;
	int given = 0, which = 0;

	memset(r, 0, sizeof(*r));
	if (csv)
		return from_csv(r, d, s, body, n, e);
	if (json_parse(&j, &d->arena, body, n, JSON_NAN, e) < 0)
		return -1;
	for (int i = 0; i < 4; i++) {
		form[i] = json_get(j, forms[i]);
		if (form[i]) {
			given++;
			which = i;
			f = form[i];
		}
	}
	if (given != 1)
		return err_set(e, ERR_FORMAT, "the request must hold exactly "
		    "one of dataframe_split, dataframe_records, instances and "
		    "inputs");
	if (f->type == JSON_MAP)
		return which == 0 ? from_split(r, d, f, e) :
		    from_columns(r, d, f, e);
	if (f->type != JSON_LIST || f->n > ROWS_MAX)
		return err_set(e, ERR_FORMAT, "%s must be a list of rows",
		    forms[which]);
	if (f->child && f->child->type == JSON_LIST)
		return from_matrix(r, d, s, f, e);
	return from_records(r, d, f, e);
}

void
wire_write_predictions(struct buf *out, const struct table *answers)
{
	const struct column **col = xalloc(answers->cols + 1, sizeof(*col));
	size_t from;

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
