/* What is judged: which columns the model takes, which output and which
 * classes it answers with. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "judge/internal.h"

static bool
left_out(const struct evaluate_opts *o, const char *target, const char *name)
{
	if (strcmp(name, target) == 0)
		return true;
	for (size_t i = 0; i < o->n_drop; i++)
		if (strcmp(o->drop[i], name) == 0)
			return true;
	return false;
}

static int
find_named(size_t *at, const struct table *t, const struct table_want *want,
    size_t n, struct err *e)
{
	struct names *names = table_names(t);
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		at[i] = names_find(names, want[i].name);
		if (at[i] == NAMES_NONE)	/* for what it says */
			r = table_index(&at[i], t, want[i].name, e);
	}
	names_free(names);
	return r < 0 ? err_wrap(e, "the model's input") : 0;
}

int
judging_find_inputs(struct judging *g, const char *target,
    const struct evaluate_opts *o, struct err *e)
{
	size_t n, k = 0, *at = g->at;
	const struct binding *p = g->p;
	const struct table *t = g->t;
	const struct table_want *want = binding_wants(p, &n);

	if (!binding_by_place(p))
		return find_named(at, t, want, n, e);
	for (size_t i = 0; i < t->cols; i++)
		if (!left_out(o, target, t->col[i].name)) {
			if (k < n)
				at[k] = i;
			k++;
		}
	if (k != n)
		return err_set(e, ERR_FORMAT, "the model takes %zu columns, "
		    "beside the target there are %zu: leave some out with "
		    "--drop, or name them with --inputs", n, k);
	return 0;
}

int
judging_block(struct table **out, const struct judging *g, const size_t *row,
    size_t rows, struct err *e)
{
	size_t n;
	const struct table_want *want = binding_wants(g->p, &n);
	struct table picked = { g->t->rows, n, NULL };
	int r;

	picked.col = xalloc(n + 1, sizeof(*picked.col));
	for (size_t i = 0; i < n; i++)
		picked.col[i] = g->t->col[g->at[i]];
	r = table_gather(out, &picked, row, rows, e);
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = column_convert(&(*out)->col[i], want[i].type, e);
		if (r < 0)
			table_free(*out);
	}
	free(picked.col);
	return r;
}

static bool
is_float(enum col_type t)
{
	return t == COL_FLOAT32 || t == COL_FLOAT64;
}

static void
set_judged(struct judging *g, size_t first, size_t width, bool named)
{
	g->first = first;
	g->width = width;
	g->named = named;
}

/* Columns of the output that begins at column i. */
static size_t
width_at(const struct binding_column *c, size_t n, size_t i)
{
	size_t w = 1;

	while (i + w < n && c[i + w].output == c[i].output)
		w++;
	return w;
}

int
judging_find_output(struct judging *g, const char *wanted, struct err *e)
{
	size_t n, w;
	const struct binding *p = g->p;
	const struct binding_column *c = binding_columns(p, &n);
	int best = -1;

	for (size_t i = 0; i < n; i += w) {
		const char *name = model_output(binding_model(p),
		    c[i].output)->name;
		int merit;

		w = width_at(c, n, i);
		if (wanted) {
			merit = strcmp(name, wanted) == 0 ? 9 : -1;
			for (size_t k = 0; merit < 0 && k < w; k++)
				if (strcmp(c[i + k].name, wanted) == 0) {
					set_judged(g, i + k, 1, false);
					return 0;
				}
		} else {
			merit = !is_float(c[i].type) ? 0 : c[i].class_name ? 4 :
			    w > 1 ? 3 : strcmp(name, "label") != 0 ? 2 : 1;
		}
		if (merit > best) {
			best = merit;
			set_judged(g, i, w, c[i].class_name != NULL);
		}
	}
	if (best < 0)
		return err_set(e, ERR_NOENT, "the model has no output '%s'",
		    wanted ? wanted : "");
	if (col_type_is_text(c[g->first].type))
		return err_set(e, ERR_FORMAT, "output '%s' holds names, not "
		    "scores", c[g->first].name);
	return 0;
}

/* The text of a cell, which must have one. */
static int
cell_text(struct buf *b, const struct column *c, size_t i, const char *what,
    struct err *e)
{
	char room[COLUMN_PRINT_MAX];
	size_t n;
	const char *s = column_print(c, i, room, &n);

	buf_clear(b);
	if (s == NULL)
		return err_set(e, ERR_FORMAT, "row %zu has no value of the %s "
		    "'%s'", i + 1, what, c->name);
	buf_add(b, s, n);
	return 0;
}

/* Distinct values of the target: numbers by value, names by bytes. */
static int
target_values(struct evaluation *v, const struct column *c, struct err *e)
{
	struct intern *seen = intern_new();
	const char **list;
	struct buf b;
	int r = 0;
	size_t n;

	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; r == 0 && i < c->rows; i++) {
		r = cell_text(&b, c, i, "target", e);
		if (r == 0)
			intern_add(seen, b.data, b.len);
		if (r == 0 && intern_count(seen) > TASK_CLASSES_MAX)
			r = err_set(e, ERR_TOOBIG, "the target '%s' has more "
			    "than %d values; is it a number? --task "
			    "regression", c->name, TASK_CLASSES_MAX);
	}
	n = intern_count(seen);
	list = arena_alloc(&v->arena, (n + 1) * sizeof(*list));
	for (size_t i = 0; i < n; i++)
		list[i] = arena_strdup(&v->arena, intern_text(seen,
		    (uint32_t)i, NULL));
	num_sort_texts(list, n, !col_type_is_text(c->type));
	v->classes = list;
	v->n_classes = n;
	buf_free(&b);
	intern_free(seen);
	return r;
}

/* Does it hold 0 to k - 1 only? */
static bool
counts_up(const struct column *c, size_t k)
{
	if (c->type != COL_INT64)
		return false;
	for (size_t i = 0; i < c->rows; i++)
		if (c->i64[i] < 0 || (uint64_t)c->i64[i] >= k)
			return false;
	return true;
}

/* Classes of scores without names: what the labels beside them tell, else
 * counted from 0, else the values of the target. */
static int
unnamed_classes(struct evaluation *v, const char **list,
    const struct judging *g, struct err *e)
{
	const struct column *y = &g->t->col[g->target];
	size_t width = v->n_classes;
	bool count = counts_up(y, width), told;
	char text[NUM_TEXT_MAX];

	if ((!count || g->label != SIZE_MAX) && target_values(v, y, e) < 0)
		return -1;
	told = labels_name(list, &v->arena, g, v->classes, v->n_classes);
	if (!told && !count)
		return v->n_classes == width ? 0 : err_set(e, ERR_FORMAT,
		    "the model tells %zu classes apart, the target '%s' has "
		    "%zu values", width, y->name, v->n_classes);
	for (size_t i = 0; !told && i < width; i++) {
		num_print_u64(text, i);
		list[i] = arena_strdup(&v->arena, text);
	}
	v->classes = list;
	v->n_classes = width;
	return 0;
}

int
judging_find_classes(struct evaluation *v, const struct judging *g,
    struct err *e)
{
	size_t n, width = g->width < 2 ? 2 : g->width;
	const struct binding_column *c = binding_columns(g->p, &n);
	const char *const *known = binding_classes(g->p, &n);
	const char **list = arena_alloc(&v->arena, width * sizeof(*list));

	v->n_classes = width;
	v->classes = list;
	if (!g->named && n != width)
		return unnamed_classes(v, list, g, e);
	for (size_t i = 0; i < width; i++)
		list[i] = g->named ? c[g->first + i].class_name : known[i];
	return 0;
}

int
true_classes(uint32_t *out, const struct evaluation *v,
    const struct column *y, struct err *e)
{
	struct intern *known = intern_new();
	struct buf b;
	uint32_t code;
	int r = 0;
	/* elsewhere booleans are learned as 0 and 1 */
	bool count = y->type == COL_BOOL && v->n_classes == 2 &&
	    strcmp(v->classes[0], "0") == 0 && strcmp(v->classes[1], "1") == 0;

	buf_init(&b, BUF_CAP_SMALL);
	for (size_t k = 0; k < v->n_classes; k++)
		if (intern_add(known, v->classes[k], strlen(v->classes[k])) !=
		    k)
			r = err_set(e, ERR_FORMAT, "the model names the class "
			    "'%s' twice", v->classes[k]);
	for (size_t i = 0; r == 0 && i < y->rows; i++) {
		r = cell_text(&b, y, i, "target", e);
		code = r < 0 ? 0 : count ? column_number(y, i) > 0 :
		    intern_find(known, b.data, b.len);
		out[i] = code == INTERN_NONE ? (uint32_t)v->n_classes : code;
	}
	buf_free(&b);
	intern_free(known);
	return r;
}

int
count_unknown(struct evaluation *v, const uint32_t *truth,
    const struct column *y, struct err *e)
{
	size_t n = 0, first = 0, len;
	char room[COLUMN_PRINT_MAX];
	const char *text;

	for (size_t i = 0; i < y->rows; i++)
		if (truth[i] == v->n_classes && n++ == 0)
			first = i;
	v->unknown_rows = n;
	if (n == 0)
		return 0;
	text = col_type_is_text(y->type) ? column_text(y, first, &len) :
	    column_print(y, first, room, &len);
	if (n == y->rows)
		return err_set(e, ERR_FORMAT, "row %zu: the target '%s' is "
		    "'%.*s', none of the model's classes ('%s', '%s'%s), nor is "
		    "one of any other row", first + 1, y->name, len < 100 ?
		    (int)len : 100, text, v->classes[0], v->classes[1],
		    v->n_classes > 2 ? " ..." : "");
	v->unknown = arena_printf(&v->arena, "%zu row%s of a class that the "
	    "model does not know, as '%.*s' in row %zu, count%s as wrong", n,
	    n == 1 ? "" : "s", len < 100 ? (int)len : 100, text, first + 1,
	    n == 1 ? "s" : "");
	return 0;
}

enum task
judging_guess_task(const struct judging *g)
{
	const struct column *y = &g->t->col[g->target];
	size_t n;

	if (g->named || g->width > 1 || binding_classes(g->p, &n) ||
	    y->type == COL_BOOL || col_type_is_text(y->type) || counts_up(y,
	    2))
		return TASK_BINARY;
	return TASK_REGRESSION;
}
