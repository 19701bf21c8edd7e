/* Blocks of rows through a graph: columns into tensors, a part of the rows at
 * a time, and tensors back into columns. */
#include "model/score.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/internal.h"

#define PART_ROWS 1024		/* rows that go through the graph at once, */
#define PART_VALUES ((size_t)1 << 22)	/* and fewer of wide ones */

struct scorer {
	const struct binding *binding;
	struct model_run *run;
	struct tensor *in, *out;
	void **room;			/* by input, for so many rows */
	size_t room_rows, part;
	struct table *result;
	size_t refused, unseen;
};

struct scorer *
scorer_new(const struct binding *b)
{
	struct scorer *s = xalloc(1, sizeof(*s));
	size_t n_in = model_inputs(b->model);

	s->binding = b;
	s->run = model_run_new(b->model);
	s->in = xalloc(n_in + 1, sizeof(*s->in));
	s->out = xalloc(model_outputs(b->model) + 1, sizeof(*s->out));
	s->room = xalloc(n_in + 1, sizeof(*s->room));
	s->part = PART_VALUES / (b->n_wants + 1);
	s->part = s->part > PART_ROWS ? PART_ROWS : s->part;
	s->result = table_new(b->n_columns);
	for (size_t i = 0; i < b->n_columns; i++) {
		struct column *c = &s->result->col[i];

		c->name = xstrdup(b->column[i].name);
		c->type = b->column[i].type;
		if (col_type_is_text(c->type))
			c->dict = intern_new();
	}
	return s;
}

void
scorer_float_sums(struct scorer *s)
{
	model_run_float_sums(s->run);
}

void
scorer_bound(struct scorer *s)
{
	model_run_bound(s->run);
}

void
scorer_free(struct scorer *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < model_inputs(s->binding->model); i++)
		free(s->room[i]);
	free(s->room);
	free(s->in);
	free(s->out);
	model_run_free(s->run);
	table_free(s->result);
	free(s);
}

static int
refuse_missing(const struct column *c, const char *what, struct err *e)
{
	return err_set(e, ERR_FORMAT, "column '%s' is missing, and the model "
	    "takes %s there", c->name, what);
}

/* Numbers of 64 bits into floats, `w` apart. */
static int
fill_floats(float *to, size_t w, const double *from, size_t n,
    const struct column *c, struct err *e)
{
	bool beyond = false;

	if (w == 1)		/* a column of its own */
		for (size_t i = 0; i < n; i++)
			to[i] = (float)from[i];
	else
		for (size_t i = 0; i < n; i++)
			to[i * w] = (float)from[i];
	for (size_t i = 0; i < n; i++)
		beyond |= fabs(from[i]) > (double)FLT_MAX &&
		    isinf(to[i * w]) && !isinf(from[i]);
	for (size_t i = 0; beyond && i < n; i++)
		if (isinf(to[i * w]) && !isinf(from[i]))
			return err_set(e, ERR_FORMAT, "column '%s': %g is "
			    "beyond the range of the model's 32-bit floats",
			    c->name, from[i]);
	return 0;
}

/* Rows [from, from + n) of a column into its place in one input. */
static int
fill_column(struct scorer *s, const struct feed *f, const struct column *c,
    size_t from, size_t n, struct err *e)
{
	void *to = s->room[f->input];
	enum onnx_elem elem = s->in[f->input].elem;
	size_t w = s->binding->width[f->input], at = f->place;

	if (elem == ONNX_FLOAT && c->type == COL_FLOAT64)
		return fill_floats((float *)to + at, w, c->f64 + from, n, c, e);
	for (size_t i = from; i < from + n; i++, at += w) {
		bool gone = column_missing(c, i);
		struct text t = { "", 0 };
		double d;

		switch (elem) {
		case ONNX_FLOAT:
			d = column_number(c, i);
			((float *)to)[at] = (float)d;
			if (isinf(((float *)to)[at]) && !isinf(d))
				return err_set(e, ERR_FORMAT, "column '%s': %g "
				    "is beyond the range of the model's 32-bit "
				    "floats", c->name, d);
			break;
		case ONNX_DOUBLE:
			((double *)to)[at] = column_number(c, i);
			break;
		case ONNX_INT64:
		case ONNX_INT32:
			if (gone)
				return refuse_missing(c, "whole numbers", e);
			if (elem == ONNX_INT64)
				((int64_t *)to)[at] = c->i64[i];
			else if (c->i64[i] > INT32_MAX || c->i64[i] < INT32_MIN)
				return err_set(e, ERR_FORMAT, "column '%s' does "
				    "not fit 32 bits", c->name);
			else
				((int32_t *)to)[at] = (int32_t)c->i64[i];
			break;
		case ONNX_BOOL:
			if (gone)
				return refuse_missing(c, "booleans", e);
			((uint8_t *)to)[at] = c->b[i];
			break;
		default:
			if (!gone)
				t.s = column_text(c, i, &t.n);
			((struct text *)to)[at] = t;
		}
	}
	return 0;
}

/* Room for n rows of every input. */
static int
make_input_room(struct scorer *s, size_t n, struct err *e)
{
	const struct binding *b = s->binding;

	if (n <= s->room_rows)
		return 0;
	s->room_rows = 0;
	for (size_t i = 0; i < model_inputs(b->model); i++) {
		free(s->room[i]);
		s->room[i] = mem_zeroed(n * b->width[i] + 1,
		    onnx_elem_size(model_input(b->model, i)->elem));
		if (s->room[i] == NULL)
			return err_set(e, ERR_NOMEM, "no memory for %zu rows",
			    n);
	}
	s->room_rows = n;
	return 0;
}

static int
fill_inputs(struct scorer *s, const struct table *block, size_t from,
    size_t n, struct err *e)
{
	const struct binding *b = s->binding;

	if (make_input_room(s, n, e) < 0)
		return -1;
	for (size_t i = 0; i < model_inputs(b->model); i++) {
		const struct model_port *port = model_input(b->model, i);
		struct tensor *t = &s->in[i];

		t->elem = port->elem;
		t->rank = port->rank == 1 ? 1 : 2;
		t->dim[0] = (int64_t)n;
		t->dim[1] = (int64_t)b->width[i];
		t->n = n * b->width[i];
		t->data = s->room[i];
	}
	for (size_t i = 0; i < b->n_wants; i++)
		if (fill_column(s, &b->feed[i], &block->col[i], from, n,
		    e) < 0)
			return -1;
	return 0;
}

/* Room for `rows` rows of answers. */
static int
make_room(struct scorer *s, size_t rows, struct err *e)
{
	for (size_t i = 0; i < s->result->cols; i++) {
		struct column *c = &s->result->col[i];

		/* a model may answer with texts it was asked */
		column_clear(c, COLUMN_DICT_MAX);
		if (column_grow(c, rows, e) < 0)
			return -1;
		c->rows = rows;
	}
	s->result->rows = rows;
	return 0;
}

/* Place k of w of an output, n rows of it, into a column from `from` on. */
static int
copy_column(struct column *c, size_t from, const struct tensor *t, size_t w,
    size_t k, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = i * w + k;
		const struct text *x;

		switch (t->elem) {
		case ONNX_FLOAT:
			c->f32[from + i] = ((const float *)t->data)[at];
			break;
		case ONNX_DOUBLE:
			c->f64[from + i] = ((const double *)t->data)[at];
			break;
		case ONNX_INT64:
			c->i64[from + i] = ((const int64_t *)t->data)[at];
			break;
		case ONNX_INT32:
			c->i64[from + i] = ((const int32_t *)t->data)[at];
			break;
		case ONNX_BOOL:
			c->b[from + i] = ((const uint8_t *)t->data)[at];
			break;
		case ONNX_TEXT:
			x = (const struct text *)t->data + at;
			c->code[from + i] = intern_try(c->dict, x->s, x->n);
			if (c->code[from + i] == INTERN_NONE)
				return err_set(e, ERR_NOMEM, "no memory for "
				    "so many different answers");
			break;
		case ONNX_UINT32:
			c->i64[from + i] = ((const uint32_t *)t->data)[at];
			break;
		case ONNX_INT16:
			c->i64[from + i] = ((const int16_t *)t->data)[at];
			break;
		case ONNX_UINT16:
			c->i64[from + i] = ((const uint16_t *)t->data)[at];
			break;
		case ONNX_INT8:
			c->i64[from + i] = ((const int8_t *)t->data)[at];
			break;
		case ONNX_UINT64:	/* checked to fit */
			c->i64[from + i] = (int64_t)
			    ((const uint64_t *)t->data)[at];
			break;
		default:
			c->i64[from + i] = ((const uint8_t *)t->data)[at];
		}
	}
	return 0;
}

/* A column holds whole numbers up to 2^63 - 1. */
static bool
fits_column(const struct tensor *t)
{
	for (size_t i = 0; t->elem == ONNX_UINT64 && i < t->n; i++)
		if (((const uint64_t *)t->data)[i] > INT64_MAX)
			return false;
	return true;
}

static int
copy_outputs(struct scorer *s, size_t from, size_t n, struct err *e)
{
	const struct binding *b = s->binding;

	for (size_t i = 0; i < b->n_columns; i++) {
		const struct binding_column *o = &b->column[i];
		const struct tensor *t = &s->out[o->output];
		size_t w = b->out_width[o->output];

		/* the shape of one value a row is not checked: some files
		 * declare their labels wrongly */
		if (t->rank < 1 || t->n != n * w || (w > 1 && (t->rank != 2 ||
		    t->dim[0] != (int64_t)n)) || binding_type(t->elem) != o->type)
			return err_set(e, ERR_FORMAT, "output '%s' does not "
			    "give one answer a row", o->name);
		if (!fits_column(t))
			return err_set(e, ERR_FORMAT, "output '%s' is beyond "
			    "2^63", o->name);
		if (copy_column(&s->result->col[i], from, t, w, o->place, n,
		    e) < 0)
			return -1;
	}
	return 0;
}

/* n rows from `from` on, to be rows of the answer from `to` on. */
static int
score_rows(struct scorer *s, const struct table *block, size_t from, size_t n,
    size_t to, struct err *e)
{
	if (fill_inputs(s, block, from, n, e) < 0 ||
	    model_run(s->run, s->in, s->out, e) < 0 ||
	    copy_outputs(s, to, n, e) < 0)
		return -1;
	s->unseen += model_run_unseen(s->run);
	return 0;
}

/* After n rows were refused together: the first that is refused alone. */
static void
find_refused(struct scorer *s, const struct table *block, size_t from,
    size_t n, struct err *e)
{
	struct err why = ERR_INIT;

	for (size_t i = from; i < from + n; i++)
		if (score_rows(s, block, i, 1, 0, &why) < 0) {
			*e = why;
			s->refused = i;
			return;
		}
}

int
scorer_run_part(struct table **out, struct scorer *s,
    const struct table *block, size_t from, size_t to, struct err *e)
{
	s->refused = SIZE_MAX;
	s->unseen = 0;
	if (make_room(s, to - from, e) < 0)
		return -1;
	for (size_t at = from; at < to; at += s->part) {
		size_t n = to - at < s->part ? to - at : s->part;

		if (score_rows(s, block, at, n, at - from, e) < 0) {
			if (e->code == ERR_FORMAT)
				find_refused(s, block, at, n, e);
			return -1;
		}
	}
	*out = s->result;
	return 0;
}

size_t
scorer_refused(const struct scorer *s)
{
	return s->refused;
}

size_t
scorer_unseen(const struct scorer *s)
{
	return s->unseen;
}

int
scorer_run(struct table **out, struct scorer *s, const struct table *block,
    struct err *e)
{
	int r = scorer_run_part(out, s, block, 0, block->rows, e);

	if (r < 0 && s->refused != SIZE_MAX && block->rows > 1)
		err_wrap(e, "row %zu", s->refused + 1);
	return r;
}
