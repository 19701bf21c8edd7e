/* Columns by their names bound to the inputs of a graph, its outputs named
 * as columns. */
#include "model/bind.h"

#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/mem.h"
#include "base/names.h"
#include "base/num.h"
#include "codec/json.h"
#include "model/internal.h"
#include "model/meta.h"

#define COLUMNS_MAX 65536		/* in, and out */

/* --- inputs --------------------------------------------------------------- */

/* What the metadata says of columns, by name. */
struct told {
	struct names *names;
	const char **type;		/* by place */
};

static void
told_init(struct told *t, const struct json *columns, struct arena *a)
{
	size_t n = 0;

	t->names = names_new();
	t->type = arena_alloc(a, ((columns ? columns->n : 0) + 1) *
	    sizeof(*t->type));
	if (columns == NULL || columns->type != JSON_MAP)
		return;
	for (const struct json *v = columns->child; v; v = v->next) {
		names_add(t->names, v->key);
		t->type[n++] = v->type == JSON_TEXT ? v->s : "";
	}
}

static enum col_type
input_type(const struct model_port *in, const struct told *told,
    const char *name)
{
	size_t at = names_find(told->names, name);
	const char *said = at == NAMES_NONE ? "" : told->type[at];
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
add_want(struct binding *b, struct intern *names, size_t input, size_t place,
    const char *name, const struct told *told, struct err *e)
{
	const struct model_port *in = model_input(b->model, input);

	if (intern_add(names, name, strlen(name)) != b->n_wants)
		return err_set(e, ERR_FORMAT, "column '%s' would feed the "
		    "model twice", name);
	b->want[b->n_wants] = (struct table_want){
		.name = arena_strdup(&b->arena, name),
		.type = input_type(in, told, name),
	};
	b->feed[b->n_wants++] = (struct feed){ input, place };
	return 0;
}

/* Columns of one input: 1, or the width of a matrix. */
static int
input_width(size_t *out, const struct binding *b, size_t i,
    const struct bind_opts *o, struct err *e)
{
	const struct model_port *in = model_input(b->model, i);

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
		if (model_inputs(b->model) > 1)
			return 0;
		if (o->n_columns == 0)
			return err_set(e, ERR_USAGE, "input '%s' does not say "
			    "how many columns it takes: name them with "
			    "--columns", in->name);
		*out = o->n_columns;
	}
	return 0;
}

/* The names that the metadata has for the columns of a matrix: into
 * *columns, unless the caller has named them. */
static int
find_features(struct bind_opts *o, struct binding *b, struct err *e)
{
	const char *text = model_meta(b->model, META_FEATURES);
	const char **list;
	struct json *j;

	if (text == NULL || o->n_columns || model_inputs(b->model) != 1 ||
	    model_input(b->model, 0)->rank != 2)
		return 0;
	if (json_parse(&j, &b->arena, text, strlen(text), 0, e) < 0)
		return err_wrap(e, "the model's " META_FEATURES);
	list = arena_alloc(&b->arena, (j->n + 1) * sizeof(*list));
	o->columns = list;
	if (j->type != JSON_LIST || j->n == 0)
		return err_set(e, ERR_FORMAT, "the model's " META_FEATURES
		    " is no list of names");
	for (const struct json *v = j->child; v; v = v->next) {
		if (v->type != JSON_TEXT || strlen(v->s) != v->n)
			return err_set(e, ERR_FORMAT, "the model's "
			    META_FEATURES " is no list of names");
		list[o->n_columns++] = v->s;
	}
	if (model_input(b->model, 0)->dim[1] >= 0 &&
	    model_input(b->model, 0)->dim[1] != (int64_t)o->n_columns)
		return err_set(e, ERR_FORMAT, "the model's " META_FEATURES
		    " names %zu columns, but it takes %lld", o->n_columns,
		    (long long)model_input(b->model, 0)->dim[1]);
	return 0;
}

/* Columns by the names of the inputs, by those given, or by their place. */
static int
add_wants(struct binding *b, const struct bind_opts *o,
    const struct json *columns, struct err *e)
{
	struct intern *names = intern_new();
	char name[NUM_TEXT_MAX];
	struct told told;
	int r = 0;

	told_init(&told, columns, &b->arena);
	for (size_t i = 0; i < model_inputs(b->model) && r == 0; i++) {
		const char *port = model_input(b->model, i)->name;

		b->by_place |= b->width[i] > 1 && o->n_columns == 0;
		if (b->width[i] == 1 && o->n_columns == 0)
			r = add_want(b, names, i, 0, port, &told, e);
		for (size_t k = 0; (b->width[i] > 1 || o->n_columns) &&
		    k < b->width[i] && r == 0; k++) {
			num_print_u64(name, k + 1);
			r = add_want(b, names, i, k, o->n_columns ?
			    o->columns[k] : name, &told, e);
		}
	}
	names_free(told.names);
	intern_free(names);
	return r;
}

static int
bind_inputs(struct binding *b, const struct bind_opts *o, struct err *e)
{
	const char *text = model_meta(b->model, META_COLUMNS);
	size_t n = model_inputs(b->model), total = 0;
	struct json *columns = NULL;
	struct err ignored;

	if (text && json_parse(&columns, &b->arena, text, strlen(text), 0,
	    &ignored) < 0)
		columns = NULL;
	b->width = arena_alloc(&b->arena, n * sizeof(*b->width));
	for (size_t i = 0; i < n; i++) {
		if (input_width(&b->width[i], b, i, o, e) < 0)
			return -1;
		total += b->width[i];
		if (total > COLUMNS_MAX)
			return err_set(e, ERR_TOOBIG, "more than %d columns",
			    COLUMNS_MAX);
	}
	b->want = arena_alloc(&b->arena, (total + 1) * sizeof(*b->want));
	b->feed = arena_alloc(&b->arena, (total + 1) * sizeof(*b->feed));
	if (o->n_columns && (n != 1 || b->width[0] != o->n_columns))
		return err_set(e, ERR_USAGE, "the model takes %zu columns%s, "
		    "%zu are named", total, n == 1 ? "" : " by their names",
		    o->n_columns);
	if (add_wants(b, o, columns, e) < 0)
		return -1;
	if (b->by_place && n > 1)
		return err_set(e, ERR_UNSUPPORTED, "the model has several "
		    "inputs, and one of them is wider than a column");
	return 0;
}

/* --- outputs -------------------------------------------------------------- */

enum col_type
binding_type(enum onnx_elem elem)
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
read_classes(struct binding *b)
{
	const char *text = model_meta(b->model, META_CLASSES);
	const char **list;
	struct err ignored;
	struct json *j;

	if (text == NULL || json_parse(&j, &b->arena, text, strlen(text), 0,
	    &ignored) < 0 || j->type != JSON_LIST)
		return;
	list = arena_alloc(&b->arena, (j->n + 1) * sizeof(*list));
	b->classes = list;
	for (j = j->child; j; j = j->next)
		list[b->n_classes++] = j->type == JSON_TEXT ? j->s : "";
}

/* Names of an output's columns, *n of them, or NULL: the classes where
 * there are as many, else those of the graph, which then are the classes of
 * a model that lists none. */
static const char *const *
output_names(size_t *n, struct binding *b, const struct model_port *o)
{
	const char *const *names = o->names;

	*n = o->n_names;
	if (b->n_classes && o->rank == 2 && o->dim[1] ==
	    (int64_t)b->n_classes) {
		names = b->classes;
		*n = b->n_classes;
	}
	if (b->n_classes == 0 && names && o->rank == 2) {
		b->classes = names;
		b->n_classes = *n;
	}
	return names;
}

static int
bind_outputs(struct binding *b, struct err *e)
{
	size_t n = model_outputs(b->model), total = 0, k;
	size_t *width = arena_alloc(&b->arena, (n + 1) * sizeof(*width));
	const char *why = model_trial_why(b->model);

	for (size_t i = 0; i < n; i++) {
		const struct model_port *o = model_output(b->model, i);

		if (o->rank < 1 || o->rank > 2 || (o->rank == 2 &&
		    (o->dim[1] < 0 || o->dim[1] > COLUMNS_MAX)))
			return err_set(e, ERR_UNSUPPORTED, "output '%s' is not "
			    "one value, or a fixed number of them, a row%s%s",
			    o->name, why ? ": " : "", why ? why : "");
		width[i] = o->rank == 2 ? (size_t)o->dim[1] : 1;
		total += width[i];
		if (total > COLUMNS_MAX)
			return err_set(e, ERR_TOOBIG, "the model answers with "
			    "more than %d columns", COLUMNS_MAX);
	}
	read_classes(b);
	b->out_width = width;
	b->column = arena_alloc(&b->arena, (total + 1) * sizeof(*b->column));
	for (size_t i = 0; i < n; i++) {
		const struct model_port *o = model_output(b->model, i);
		const char *const *names = output_names(&k, b, o);
		bool named = names && k == width[i] && width[i] > 1;

		for (k = 0; k < width[i]; k++) {
			struct binding_column *c = &b->column[b->n_columns++];

			c->output = i;
			c->place = k;
			c->type = binding_type(o->elem);
			c->class_name = named ? names[k] : NULL;
			c->name = width[i] == 1 ? o->name : named ?
			    arena_printf(&b->arena, "%s.%s", o->name,
			    names[k]) :
			    arena_printf(&b->arena, "%s.%zu", o->name, k);
		}
	}
	return 0;
}

/* --- bindings ------------------------------------------------------------- */

int
binding_new(struct binding **out, struct model *m, const struct bind_opts *o,
    struct err *e)
{
	struct bind_opts with = { 0 };
	struct binding *b = xalloc(1, sizeof(*b));

	if (o)
		with = *o;
	b->model = m;
	if (find_features(&with, b, e) < 0 || bind_inputs(b, &with, e) < 0 ||
	    bind_outputs(b, e) < 0) {
		b->model = NULL;	/* still the caller's */
		binding_free(b);
		return -1;
	}
	*out = b;
	return 0;
}

void
binding_free(struct binding *b)
{
	if (b == NULL)
		return;
	model_free(b->model);
	arena_free(&b->arena);
	free(b);
}

const struct model *
binding_model(const struct binding *b)
{
	return b->model;
}

const char *const *
binding_classes(const struct binding *b, size_t *n)
{
	*n = b->n_classes;
	return b->classes;
}

const struct table_want *
binding_wants(const struct binding *b, size_t *n)
{
	*n = b->n_wants;
	return b->want;
}

bool
binding_by_place(const struct binding *b)
{
	return b->by_place;
}

const struct binding_column *
binding_columns(const struct binding *b, size_t *n)
{
	*n = b->n_columns;
	return b->column;
}

void
binding_port(const struct binding *b, size_t i, size_t *input,
    size_t *place)
{
	*input = b->feed[i].input;
	*place = b->feed[i].place;
}
