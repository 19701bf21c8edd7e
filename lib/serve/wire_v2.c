/* Open Inference Protocol v2: tensors by name. */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "serve/wire.h"

#define ROWS_MAX 1000000

static const char *
datatype_of(enum onnx_elem e)
{
	switch (e) {
	case ONNX_FLOAT:
		return "FP32";
	case ONNX_DOUBLE:
		return "FP64";
	case ONNX_INT64:
		return "INT64";
	case ONNX_INT32:
		return "INT32";
	case ONNX_BOOL:
		return "BOOL";
	case ONNX_TEXT:
		return "BYTES";
	default:
		return "INT64";
	}
}

static const struct json *
find_input(const struct json *inputs, const char *name)
{
	for (const struct json *j = inputs->child; j; j = j->next)
		if (strcmp(json_text(j, "name", ""), name) == 0)
			return j;
	return NULL;
}

/* Rows of a tensor of shape [n], [n, 1] or [n, width]. */
static int
rows_of(size_t *rows, const struct json *in, size_t width, struct err *e)
{
	const struct json *shape = json_get(in, "shape"), *j;
	const char *name = json_text(in, "name", "");

	if (shape == NULL || shape->type != JSON_LIST || shape->n < 1 ||
	    shape->n > 2)
		return err_set(e, ERR_FORMAT, "input '%s': the shape must be "
		    "[n] or [n, %zu]", name, width);
	for (j = shape->child; j; j = j->next) {
		if (j->type != JSON_INT || j->i < 0 || j->i > ROWS_MAX)
			return err_set(e, ERR_FORMAT, "input '%s': a bad shape",
			    name);
	}
	if (shape->n == 1 ? width != 1 : shape->last->i != (int64_t)width)
		return err_set(e, ERR_FORMAT, "input '%s': the shape must be "
		    "[n, %zu]", name, width);
	*rows = (size_t)shape->child->i;
	return 0;
}

int
wire_set_cell(struct column *c, size_t i, const struct json *v,
    struct err *e)
{
	switch (v->type) {
	case JSON_NULL:
		column_set_missing(c, i);
		return 0;
	case JSON_TEXT:
		return column_set_text(c, i, v->s, v->n, e);
	case JSON_BOOL:
		return column_set_text(c, i, v->b ? "true" : "false",
		    v->b ? 4 : 5, e);
	case JSON_INT:
		if (c->type == COL_INT64) {	/* all 64 bits of it */
			char text[NUM_TEXT_MAX];
			size_t n = num_print_i64(text, v->i);

			return column_set_text(c, i, text, n, e);
		}
		return column_set_number(c, i, v->d, e);
	case JSON_REAL:
		return column_set_number(c, i, v->d, e);
	default:
		return err_set(e, ERR_FORMAT, "a list or object is no value");
	}
}

struct filler {
	struct column *col;		/* the first of `width` columns */
	size_t width, at, all;
};

/* Data nested or flat, in row-major order. */
static int
fill(struct filler *f, const struct json *data, int depth, struct err *e)
{
	for (const struct json *j = data->child; j; j = j->next) {
		if (j->type == JSON_LIST && depth < 4) {
			if (fill(f, j, depth + 1, e) < 0)
				return -1;
			continue;
		}
		if (f->at == f->all)
			return err_set(e, ERR_FORMAT, "more values than the "
			    "shape has room for");
		if (wire_set_cell(&f->col[f->at % f->width], f->at / f->width, j,
		    e) < 0)
			return -1;
		f->at++;
	}
	return 0;
}

static int
take_input(struct desk *d, const struct json *in, size_t first, size_t width,
    size_t rows, struct err *e)
{
	struct filler f = { &d->block->col[first], width, 0, rows * width };
	const struct json *data = json_get(in, "data");

	if (data == NULL || data->type != JSON_LIST)
		return err_set(e, ERR_FORMAT, "input '%s' has no data",
		    json_text(in, "name", ""));
	if (fill(&f, data, 0, e) < 0)
		return err_wrap(e, "input '%s'", json_text(in, "name", ""));
	if (f.at != f.all)
		return err_set(e, ERR_FORMAT, "input '%s': %zu values came, "
		    "the shape says %zu", json_text(in, "name", ""), f.at,
		    f.all);
	return 0;
}

static int
check_outputs(const struct json *outputs, const struct served *s,
    struct err *e)
{
	const struct model *m = score_model(s->plan);

	for (const struct json *j = outputs ? outputs->child : NULL; j;
	    j = j->next) {
		const char *name = json_text(j, "name", "");
		size_t i = 0;

		while (i < model_outputs(m) &&
		    strcmp(model_output(m, i)->name, name) != 0)
			i++;
		if (i == model_outputs(m))
			return err_set(e, ERR_FORMAT, "no output '%s'", name);
	}
	return 0;
}

int
wire_read_v2(struct wire_request *r, struct desk *d, const struct served *s,
    const char *body, size_t n, struct err *e)
{
	const struct model *m = score_model(s->plan);
	const struct json *inputs, *in;
	struct json *j;
	size_t first = 0, n_wants, rows = 0, these = 0;

	(void)score_wants(s->plan, &n_wants);
	memset(r, 0, sizeof(*r));
	if (json_parse(&j, &d->arena, body, n, JSON_NAN, e) < 0)
		return -1;
	r->id = json_text(j, "id", NULL);
	r->outputs = json_get(j, "outputs");
	inputs = json_get(j, "inputs");
	if (inputs == NULL || inputs->type != JSON_LIST || inputs->n == 0)
		return err_set(e, ERR_FORMAT, "the request has no inputs");
	if (check_outputs(r->outputs, s, e) < 0)
		return -1;
	for (size_t i = 0; i < model_inputs(m); i++) {
		const char *name = model_input(m, i)->name;
		size_t width = 0, at, place;

		while (first + width < n_wants) {
			score_want_port(s->plan, first + width, &at, &place);
			if (at != i)
				break;
			width++;
		}
		in = find_input(inputs, name);
		if (in == NULL)
			return err_set(e, ERR_FORMAT, "input '%s' is missing",
			    name);
		if (rows_of(&these, in, width, e) < 0)
			return -1;
		if (i == 0) {
			rows = these;
			if (rows == 0)
				return err_set(e, ERR_FORMAT, "no rows came");
			if (desk_rows(d, s, rows, e) < 0)
				return -1;
		} else if (these != rows) {
			return err_set(e, ERR_FORMAT, "input '%s' has %zu rows,"
			    " others have %zu", name, these, rows);
		}
		if (take_input(d, in, first, width, rows, e) < 0)
			return -1;
		first += width;
	}
	r->block = d->block;
	return 0;
}

static void
put_value(struct buf *out, const struct column *c, size_t i)
{
	char room[COLUMN_PRINT_MAX];
	size_t n;
	const char *s = column_print(c, i, room, &n);

	if (s == NULL || (c->type == COL_FLOAT32 && !isfinite(c->f32[i])) ||
	    (c->type == COL_FLOAT64 && !isfinite(c->f64[i])))
		buf_adds(out, "null");
	else if (col_type_is_text(c->type))
		json_quote(out, s, n);
	else
		buf_add(out, s, n);
}

static bool
wanted(const struct json *outputs, const char *name)
{
	if (outputs == NULL || outputs->n == 0)
		return true;
	for (const struct json *j = outputs->child; j; j = j->next)
		if (strcmp(json_text(j, "name", ""), name) == 0)
			return true;
	return false;
}

void
wire_write_v2(struct buf *out, const struct wire_request *r,
    const char *name, const struct served *s, const struct table *answers)
{
	const struct model *m = score_model(s->plan);
	const struct score_column *col;
	size_t n, at = 0, rows = answers->rows;
	bool first = true;

	col = score_columns(s->plan, &n);
	buf_adds(out, "{\"model_name\":");
	json_quote(out, name, strlen(name));
	buf_addf(out, ",\"model_version\":\"%s\"", s->version);
	if (r->id) {
		buf_adds(out, ",\"id\":");
		json_quote(out, r->id, strlen(r->id));
	}
	buf_adds(out, ",\"outputs\":[");
	for (size_t i = 0; i < model_outputs(m); i++) {
		const struct model_port *p = model_output(m, i);
		size_t width = 0;

		while (at + width < n && col[at + width].output == i)
			width++;
		if (wanted(r->outputs, p->name)) {
			buf_adds(out, first ? "{\"name\":" : ",{\"name\":");
			first = false;
			json_quote(out, p->name, strlen(p->name));
			buf_addf(out, ",\"datatype\":\"%s\",\"shape\":[%zu",
			    datatype_of(p->elem), rows);
			if (p->rank == 2)
				buf_addf(out, ",%zu", width);
			buf_adds(out, "],\"data\":[");
			for (size_t k = 0; k < rows; k++)
				for (size_t w = 0; w < width; w++) {
					if (k || w)
						buf_addc(out, ',');
					put_value(out, &answers->col[at + w],
					    k);
				}
			buf_adds(out, "]}");
		}
		at += width;
	}
	buf_adds(out, "]}");
}

static void
put_port(struct buf *out, const struct model_port *p, size_t width)
{
	buf_adds(out, "{\"name\":");
	json_quote(out, p->name, strlen(p->name));
	buf_addf(out, ",\"datatype\":\"%s\",\"shape\":[-1", datatype_of(p->elem));
	if (p->rank != 1)
		buf_addf(out, ",%zu", width);
	buf_adds(out, "]}");
}

void
wire_write_metadata(struct buf *out, const struct served *s,
    const char *other)
{
	const struct model *m = score_model(s->plan);

	buf_adds(out, "{\"name\":");
	json_quote(out, s->name, strlen(s->name));
	buf_addf(out, ",\"versions\":[\"%s\"", s->version);
	if (other)
		buf_addf(out, ",\"%s\"", other);
	buf_adds(out, "],\"platform\":\"onnx_onnxv1\",\"inputs\":[");
	for (size_t i = 0; i < model_inputs(m); i++) {
		const struct model_port *p = model_input(m, i);

		if (i)
			buf_addc(out, ',');
		put_port(out, p, p->rank == 2 && p->dim[1] > 0 ?
		    (size_t)p->dim[1] : 1);
	}
	buf_adds(out, "],\"outputs\":[");
	for (size_t i = 0; i < model_outputs(m); i++) {
		const struct model_port *p = model_output(m, i);

		if (i)
			buf_addc(out, ',');
		put_port(out, p, p->rank == 2 ? (size_t)p->dim[1] : 1);
	}
	buf_addf(out, "],\"parameters\":{\"digest\":\"%s\"}}", s->digest);
}
