#include "model/score.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/num.h"
#include "codec/json.h"
#include "model/meta.h"
#include "read/json_rows.h"

#define PART_ROWS 1024		/* rows that go through the graph at once */

/* Where a wanted column goes. */
struct feed {
	size_t input, place;
};

struct binding {
	struct arena arena;
	struct model *model;
	struct table_want *want;
	struct feed *feed;
	size_t n_wants;
	size_t *width;			/* by input: columns side by side */
	bool by_place;
	struct binding_column *column;
	size_t n_columns;
	const char *const *classes;
	size_t n_classes;
	size_t *out_width;		/* by output: values a row */
};

struct scorer {
	const struct binding *binding;
	struct model_run *run;
	struct tensor *in, *out;
	void **room;			/* by input */
	struct table *result;
	size_t refused, unseen;
};

/* --- planning ------------------------------------------------------------- */

static enum col_type
type_for(const struct model_port *in, const struct json *columns,
    const char *name)
{
	const char *said = columns ? json_text(columns, name, "") : "";
	enum col_type t;

	switch (in->elem) {
	case ONNX_FLOAT:
	case ONNX_DOUBLE:
		if (col_type_parse(said, &t) && (t == COL_BOOL ||
		    t == COL_DATETIME))
			return t;
		return COL_FLOAT64;
	case ONNX_BOOL:
		return COL_BOOL;
	case ONNX_TEXT:
		return COL_CATEGORY;
	default:
		return COL_INT64;
	}
}

static int
add_want(struct binding *p, size_t input, size_t place, const char *name,
    const struct json *columns, struct err *e)
{
	const struct model_port *in = model_input(p->model, input);

	for (size_t i = 0; i < p->n_wants; i++)
		if (strcmp(p->want[i].name, name) == 0)
			return err_set(e, ERR_FORMAT, "column '%s' would feed "
			    "the model twice", name);
	p->want[p->n_wants] = (struct table_want){
		.name = arena_strdup(&p->arena, name),
		.type = type_for(in, columns, name),
	};
	p->feed[p->n_wants++] = (struct feed){ input, place };
	return 0;
}

/* Columns of one input: 1, or the width of a matrix. */
static int
width_of(size_t *out, const struct binding *p, size_t i,
    const struct bind_opts *o, struct err *e)
{
	const struct model_port *in = model_input(p->model, i);

	if (in->rank > 2)
		return err_set(e, ERR_UNSUPPORTED, "input '%s' has %d "
		    "dimensions; rows of columns are needed", in->name,
		    in->rank);
	if (in->elem != ONNX_FLOAT && in->elem != ONNX_DOUBLE &&
	    in->elem != ONNX_INT64 && in->elem != ONNX_INT32 &&
	    in->elem != ONNX_BOOL && in->elem != ONNX_TEXT)
		return err_set(e, ERR_UNSUPPORTED, "input '%s' of type %s is "
		    "not supported", in->name, onnx_elem_name(in->elem));
	*out = in->rank == 2 && in->dim[1] >= 0 ? (size_t)in->dim[1] : 1;
	if (in->rank == 2 && in->dim[1] < 0) {
		if (model_inputs(p->model) > 1)
			return 0;
		if (o->n_columns == 0)
			return err_set(e, ERR_USAGE, "input '%s' does not say "
			    "how many columns it takes: name them with "
			    "--columns", in->name);
		*out = o->n_columns;
	}
	return 0;
}

static int
plan_inputs(struct binding *p, const struct bind_opts *o, struct err *e)
{
	const char *text = model_meta(p->model, META_COLUMNS);
	size_t n = model_inputs(p->model), total = 0;
	struct json *columns = NULL;
	struct err ignored;
	char name[NUM_TEXT_MAX];

	if (text && json_parse(&columns, &p->arena, text, strlen(text), 0,
	    &ignored) < 0)
		columns = NULL;
	p->width = arena_alloc(&p->arena, n * sizeof(*p->width));
	for (size_t i = 0; i < n; i++) {
		if (width_of(&p->width[i], p, i, o, e) < 0)
			return -1;
		total += p->width[i];
		if (total > 65536)
			return err_set(e, ERR_TOOBIG, "more than 65536 columns");
	}
	p->want = arena_alloc(&p->arena, (total + 1) * sizeof(*p->want));
	p->feed = arena_alloc(&p->arena, (total + 1) * sizeof(*p->feed));
	if (o->n_columns && (n != 1 || p->width[0] != o->n_columns))
		return err_set(e, ERR_USAGE, "the model takes %zu columns%s, "
		    "%zu are named", total, n == 1 ? "" : " by their names",
		    o->n_columns);
	for (size_t i = 0; i < n; i++) {
		const char *port = model_input(p->model, i)->name;

		p->by_place |= p->width[i] > 1 && o->n_columns == 0;
		if (p->width[i] == 1 && o->n_columns == 0 &&
		    add_want(p, i, 0, port, columns, e) < 0)
			return -1;
		for (size_t k = 0; (p->width[i] > 1 || o->n_columns) &&
		    k < p->width[i]; k++) {
			num_print_u64(name, k + 1);
			if (add_want(p, i, k, o->n_columns ? o->columns[k] :
			    name, columns, e) < 0)
				return -1;
		}
	}
	if (p->by_place && n > 1)
		return err_set(e, ERR_UNSUPPORTED, "the model has several "
		    "inputs, and one of them is wider than a column");
	return 0;
}

static enum col_type
type_of(enum onnx_elem elem)
{
	switch (elem) {
	case ONNX_FLOAT:
		return COL_FLOAT32;
	case ONNX_DOUBLE:
		return COL_FLOAT64;
	case ONNX_BOOL:
		return COL_BOOL;
	case ONNX_TEXT:
		return COL_CATEGORY;
	default:
		return COL_INT64;
	}
}

/* The classes that the metadata lists. */
static void
read_classes(struct binding *p)
{
	const char *text = model_meta(p->model, META_CLASSES);
	const char **list;
	struct err ignored;
	struct json *j;

	if (text == NULL || json_parse(&j, &p->arena, text, strlen(text), 0,
	    &ignored) < 0 || j->type != JSON_LIST)
		return;
	list = arena_alloc(&p->arena, (j->n + 1) * sizeof(*list));
	p->classes = list;
	for (j = j->child; j; j = j->next)
		list[p->n_classes++] = j->type == JSON_TEXT ? j->s : "";
}

/* Names of an output's columns, *n of them, or NULL: the classes where
 * there are as many, else those of the graph, which then are the classes of
 * a model that lists none. */
static const char *const *
output_names(size_t *n, struct binding *p, const struct model_port *o)
{
	const char *const *names = o->names;

	*n = o->n_names;
	if (p->n_classes && o->rank == 2 && o->dim[1] ==
	    (int64_t)p->n_classes) {
		names = p->classes;
		*n = p->n_classes;
	}
	if (p->n_classes == 0 && names && o->rank == 2) {
		p->classes = names;
		p->n_classes = *n;
	}
	return names;
}

static int
plan_outputs(struct binding *p, struct err *e)
{
	size_t n = model_outputs(p->model), total = 0, k;
	size_t *width = arena_alloc(&p->arena, (n + 1) * sizeof(*width));
	const char *why = model_trial_why(p->model);

	for (size_t i = 0; i < n; i++) {
		const struct model_port *o = model_output(p->model, i);

		if (o->rank < 1 || o->rank > 2 || (o->rank == 2 &&
		    (o->dim[1] < 0 || o->dim[1] > 65536)))
			return err_set(e, ERR_UNSUPPORTED, "output '%s' is not "
			    "one value, or a fixed number of them, a row%s%s",
			    o->name, why ? ": " : "", why ? why : "");
		width[i] = o->rank == 2 ? (size_t)o->dim[1] : 1;
		total += width[i];
	}
	read_classes(p);
	p->out_width = width;
	p->column = arena_alloc(&p->arena, (total + 1) * sizeof(*p->column));
	for (size_t i = 0; i < n; i++) {
		const struct model_port *o = model_output(p->model, i);
		const char *const *names = output_names(&k, p, o);
		bool named = names && k == width[i] && width[i] > 1;

		for (k = 0; k < width[i]; k++) {
			struct binding_column *c = &p->column[p->n_columns++];

			c->output = i;
			c->place = k;
			c->type = type_of(o->elem);
			c->class_name = named ? names[k] : NULL;
			c->name = width[i] == 1 ? o->name : named ?
			    arena_printf(&p->arena, "%s.%s", o->name,
			    names[k]) :
			    arena_printf(&p->arena, "%s.%zu", o->name, k);
		}
	}
	return 0;
}

static int check_golden(const struct binding *p, struct err *e);

int
binding_open(struct binding **out, const void *bytes, size_t n,
    const struct bind_opts *o, struct err *e)
{
	static const struct bind_opts none;
	struct binding *p = xalloc(1, sizeof(*p));

	if (o == NULL)
		o = &none;
	if (model_load(&p->model, bytes, n, e) < 0 ||
	    plan_inputs(p, o, e) < 0 || plan_outputs(p, e) < 0 ||
	    (!o->skip_golden && check_golden(p, e) < 0)) {
		binding_free(p);
		return -1;
	}
	*out = p;
	return 0;
}

void
binding_free(struct binding *p)
{
	if (p == NULL)
		return;
	model_free(p->model);
	arena_free(&p->arena);
	free(p);
}

const struct model *
binding_model(const struct binding *p)
{
	return p->model;
}

const char *const *
binding_classes(const struct binding *p, size_t *n)
{
	*n = p->n_classes;
	return p->classes;
}

const struct table_want *
binding_wants(const struct binding *p, size_t *n)
{
	*n = p->n_wants;
	return p->want;
}

bool
binding_by_place(const struct binding *p)
{
	return p->by_place;
}

const struct binding_column *
binding_columns(const struct binding *p, size_t *n)
{
	*n = p->n_columns;
	return p->column;
}

void
binding_port(const struct binding *p, size_t i, size_t *input,
    size_t *place)
{
	*input = p->feed[i].input;
	*place = p->feed[i].place;
}

/* --- scoring -------------------------------------------------------------- */

struct scorer *
scorer_new(const struct binding *p)
{
	struct scorer *s = xalloc(1, sizeof(*s));
	size_t n_in = model_inputs(p->model);

	s->binding = p;
	s->run = model_run_new(p->model);
	s->in = xalloc(n_in + 1, sizeof(*s->in));
	s->out = xalloc(model_outputs(p->model) + 1, sizeof(*s->out));
	s->room = xalloc(n_in + 1, sizeof(*s->room));
	for (size_t i = 0; i < n_in; i++)
		s->room[i] = xalloc(PART_ROWS * p->width[i] + 1,
		    onnx_elem_size(model_input(p->model, i)->elem));
	s->result = table_new(p->n_columns);
	for (size_t i = 0; i < p->n_columns; i++) {
		struct column *c = &s->result->col[i];

		c->name = xstrdup(p->column[i].name);
		c->type = p->column[i].type;
		if (col_type_is_text(c->type))
			c->dict = intern_new();
	}
	return s;
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
missing(const struct column *c, const char *what, struct err *e)
{
	return err_set(e, ERR_FORMAT, "column '%s' is missing, and the model "
	    "takes %s there", c->name, what);
}

/* Column `c`, rows [from, from + n), into place k of w of one input. */
static int
fill(void *to, enum onnx_elem elem, size_t w, size_t k,
    const struct column *c, size_t from, size_t n, struct err *e)
{
	size_t at = k;

	for (size_t i = from; i < from + n; i++, at += w) {
		bool gone = column_missing(c, i);
		struct text t = { "", 0 };

		switch (elem) {
		case ONNX_FLOAT:
			((float *)to)[at] = c->type == COL_FLOAT64 ?
			    (float)c->f64[i] : (float)column_number(c, i);
			break;
		case ONNX_DOUBLE:
			((double *)to)[at] = column_number(c, i);
			break;
		case ONNX_INT64:
		case ONNX_INT32:
			if (gone)
				return missing(c, "whole numbers", e);
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
				return missing(c, "booleans", e);
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

static int
fill_inputs(struct scorer *s, const struct table *block, size_t from,
    size_t n, struct err *e)
{
	const struct binding *p = s->binding;

	for (size_t i = 0; i < model_inputs(p->model); i++) {
		const struct model_port *port = model_input(p->model, i);
		struct tensor *t = &s->in[i];

		t->elem = port->elem;
		t->rank = port->rank == 1 ? 1 : 2;
		t->dim[0] = (int64_t)n;
		t->dim[1] = (int64_t)p->width[i];
		t->n = n * p->width[i];
		t->data = s->room[i];
	}
	for (size_t i = 0; i < p->n_wants; i++) {
		const struct feed *f = &p->feed[i];

		if (fill(s->room[f->input], s->in[f->input].elem,
		    p->width[f->input], f->place, &block->col[i], from, n,
		    e) < 0)
			return -1;
	}
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

static void
take_column(struct column *c, size_t from, const struct tensor *t, size_t w,
    size_t k, size_t n)
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
			c->code[from + i] = intern_add(c->dict, x->s, x->n);
			break;
		default:
			c->i64[from + i] = ((const uint8_t *)t->data)[at];
		}
	}
}

static int
take_outputs(struct scorer *s, size_t from, size_t n, struct err *e)
{
	const struct binding *p = s->binding;

	for (size_t i = 0; i < p->n_columns; i++) {
		const struct binding_column *o = &p->column[i];
		const struct tensor *t = &s->out[o->output];
		size_t w = p->out_width[o->output];

		/* one value a row is one in any shape: some labels lie */
		if (t->rank < 1 || t->n != n * w || (w > 1 && (t->rank != 2 ||
		    t->dim[0] != (int64_t)n)) || type_of(t->elem) != o->type)
			return err_set(e, ERR_FORMAT, "output '%s' does not "
			    "give one answer a row", o->name);
		take_column(&s->result->col[i], from, t, w, o->place, n);
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
	    take_outputs(s, to, n, e) < 0)
		return -1;
	s->unseen += model_run_unseen(s->run);
	return 0;
}

/* Whose fault it was: the first of n rows that is refused when alone. */
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
	for (size_t at = from; at < to; at += PART_ROWS) {
		size_t n = to - at < PART_ROWS ? to - at : PART_ROWS;

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

/* --- golden rows ---------------------------------------------------------- */

/* A cell so that it reads back to the same bits. */
static void
put_cell(struct buf *out, const struct column *c, size_t i)
{
	char room[COLUMN_PRINT_MAX];
	const char *s;
	size_t n;

	s = column_print(c, i, room, &n);
	if (s == NULL) {
		buf_adds(out, "null");
	} else if (col_type_is_text(c->type) || c->type == COL_DATETIME ||
	    (n && (s[n - 1] == 'N' || s[n - 1] == 'y'))) {
		json_quote(out, s, n);	/* NaN, Infinity: as text */
	} else {
		buf_add(out, s, n);
	}
}

static void
put_row(struct buf *out, const char *name, const struct table *t, size_t cols,
    size_t row)
{
	buf_addf(out, "\"%s\":{", name);
	for (size_t k = 0; k < cols; k++) {
		if (k)
			buf_addc(out, ',');
		json_quote(out, t->col[k].name, strlen(t->col[k].name));
		buf_addc(out, ':');
		put_cell(out, &t->col[k], row);
	}
	buf_addc(out, '}');
}

int
golden_write(struct buf *out, const struct binding *p,
    const struct table *block, size_t n, struct err *e)
{
	struct scorer *s = scorer_new(p);
	struct table *got;
	int r;

	if (n > block->rows)
		n = block->rows;
	r = scorer_run_part(&got, s, block, 0, n, e);
	buf_adds(out, "{\"rows\":[");
	for (size_t i = 0; r == 0 && i < n; i++) {
		buf_adds(out, i ? ",{" : "{");
		put_row(out, "in", block, p->n_wants, i);
		buf_addc(out, ',');
		put_row(out, "out", got, got->cols, i);
		buf_addc(out, '}');
	}
	buf_adds(out, "]}");
	scorer_free(s);
	return r < 0 ? -1 : buf_check(out, e);
}

static int
check_row(const struct table *got, size_t row, const struct json *want,
    struct err *e)
{
	for (size_t k = 0; k < got->cols; k++) {
		const struct json *w = json_get(want, got->col[k].name);
		struct buf a, b;
		bool same;

		if (w == NULL)
			return err_set(e, ERR_CORRUPT, "golden row %zu does "
			    "not have '%s'", row + 1, got->col[k].name);
		buf_init(&a, BUF_CAP_SMALL);
		buf_init(&b, BUF_CAP_SMALL);
		put_cell(&a, &got->col[k], row);
		/* a float's text is not a double's: compare as read back */
		if (got->col[k].type == COL_FLOAT32 && w->type != JSON_TEXT) {
			float f = (float)w->d;

			same = memcmp(&f, &got->col[k].f32[row], 4) == 0;
		} else {
			json_write(&b, w);
			same = strcmp(a.data, b.data) == 0;
		}
		if (!same)
			err_set(e, ERR_CORRUPT, "golden row %zu: the model says "
			    "%s = %.100s, not what it said when it was made",
			    row + 1, got->col[k].name, a.data);
		buf_free(&a);
		buf_free(&b);
		if (!same)
			return -1;
	}
	return 0;
}

static int
check_golden(const struct binding *p, struct err *e)
{
	const char *text = model_meta(p->model, META_GOLDEN);
	struct json_rows *rows = NULL;
	struct scorer *s = NULL;
	struct arena a = { 0 };
	const struct json *j, *row;
	struct json *all;
	struct table *got;
	size_t i = 0;
	int r = -1;

	if (text == NULL)
		return 0;
	if (json_parse(&all, &a, text, strlen(text), 0, e) < 0) {
		err_wrap(e, "golden rows");
		goto done;
	}
	j = json_get(all, "rows");
	if (json_rows_new(&rows, p->want, p->n_wants, NULL, 0, e) < 0)
		goto done;
	for (row = j ? j->child : NULL; row; row = row->next) {
		const struct json *in = json_get(row, "in");
		struct buf b;

		buf_init(&b, BUF_CAP_SMALL);
		if (in)
			json_write(&b, in);
		r = json_rows_add_text(rows, b.data, b.len, e);
		buf_free(&b);
		if (r < 0) {
			err_wrap(e, "golden rows");
			goto done;
		}
	}
	s = scorer_new(p);
	r = scorer_run(&got, s, json_rows_block(rows), e);
	for (row = j ? j->child : NULL; r == 0 && row; row = row->next)
		r = check_row(got, i++, json_get(row, "out"), e);
done:
	scorer_free(s);
	json_rows_free(rows);
	arena_free(&a);
	return r;
}
