/* A table made ready for a learner: target, weights, features. */
#include "learn/frame.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/mapping.h"
#include "base/mem.h"
#include "base/names.h"
#include "base/num.h"
#include "base/shellword.h"

#define FRAME_REFUSALS_TOLD 4	/* an error has no room for more */

struct frame_refusals {		/* columns that cannot be used */
	struct buf told;
	const char **name;
	size_t n;
};

/* The text of any cell, or NULL when missing.  A category keeps the text it
 * was read with; numbers have one text. */
static const char *
cell_text(const struct column *c, size_t i, char room[COLUMN_PRINT_MAX],
    size_t *n)
{
	return col_type_is_text(c->type) ? column_text(c, i, n) :
	    column_print(c, i, room, n);
}

/* Are a column's values in order by value?  Names are by bytes. */
static bool
is_numeric(const struct column *c)
{
	return c->type == COL_INT64 || c->type == COL_FLOAT64 ||
	    c->type == COL_FLOAT32;
}

/* Distinct texts of a column, sorted by bytes or `numeric` by value, and each
 * row's place among them. */
static int
find_levels(struct arena *a, const char *const **levels, size_t *n_levels,
    const uint32_t **level, const struct column *c, bool numeric,
    struct err *e)
{
	struct intern *seen = intern_new();
	uint32_t *code = arena_alloc(a, (c->rows + 1) * sizeof(*code)), *place;
	char room[COLUMN_PRINT_MAX];
	const char **sorted, *s;
	size_t k, n;

	for (size_t i = 0; i < c->rows; i++) {
		s = cell_text(c, i, room, &n);
		if (s && memchr(s, '\0', n)) {
			intern_free(seen);
			return err_set(e, ERR_FORMAT, "column '%s' row %zu "
			    "holds a NUL", c->name, i + 1);
		}
		code[i] = s ? intern_add(seen, s, n) : LEVEL_MISSING;
	}
	k = intern_count(seen);
	sorted = arena_alloc(a, (k + 1) * sizeof(*sorted));
	place = xalloc(k + 1, sizeof(*place));
	for (size_t i = 0; i < k; i++)
		sorted[i] = arena_strdup(a, intern_text(seen, (uint32_t)i,
		    NULL));
	num_sort_texts(sorted, k, numeric);
	for (size_t i = 0; i < k; i++)
		place[intern_find(seen, sorted[i], strlen(sorted[i]))] =
		    (uint32_t)i;
	for (size_t i = 0; i < c->rows; i++)
		if (code[i] != LEVEL_MISSING)
			code[i] = place[code[i]];
	free(place);
	intern_free(seen);
	*levels = sorted;
	*n_levels = k;
	*level = code;
	return 0;
}

static int
place_among(const char *const *sorted, size_t n, bool numeric, const char *s,
    size_t len)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = numeric ? num_compare_text(sorted[mid],
		    strlen(sorted[mid]), s, len) : strncmp(sorted[mid], s,
		    len);

		if (!numeric && c == 0 && sorted[mid][len])
			c = 1;
		if (c == 0)
			return (int)mid;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return -1;
}

static const float *
numbers_of(struct arena *a, const struct column *c)
{
	float *v = arena_alloc(a, (c->rows + 1) * sizeof(*v));

	for (size_t i = 0; i < c->rows; i++)
		v[i] = (float)column_number(c, i);
	return v;
}

static int
by_whole(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Whole numbers that float32 rounds. */
static bool
is_rounded(const struct column *c)
{
	for (size_t i = 0; c->type == COL_INT64 && i < c->rows; i++)
		if (!column_missing(c, i) && (c->i64[i] > 1 << 24 ||
		    c->i64[i] < -(1 << 24)))
			return true;
	return false;
}

/* Does nearly every row have a value of its own? */
static bool
holds_keys(const struct column *c)
{
	int64_t *v = xalloc(c->rows + 1, sizeof(*v));
	size_t n = 0, distinct = 0;

	for (size_t i = 0; i < c->rows; i++)
		if (!column_missing(c, i))
			v[n++] = c->i64[i];
	qsort(v, n, sizeof(*v), by_whole);
	for (size_t i = 0; i < n; i++)
		distinct += i == 0 || v[i] != v[i - 1];
	free(v);
	return (double)distinct >= FRAME_KEY_SHARE * (double)n;
}

/* A graph's inputs and outputs share one namespace. */
static bool
names_output(const struct frame *f, const char *name)
{
	if (f->task == TASK_REGRESSION)
		return strcmp(name, "prediction") == 0;
	return strcmp(name, "label") == 0 || strcmp(name, "probabilities") == 0;
}

static int
check_feature(struct frame *f, const struct column *c, bool category,
    bool numeric, struct err *e)
{
	if (names_output(f, c->name))
		return err_set(e, ERR_FORMAT, "column '%s' is called as the "
		    "model's output is: rename it, or leave it out with "
		    "--drop %s", c->name, c->name);
	if (category && numeric)
		return err_set(e, ERR_USAGE, "column '%s' cannot be both "
		    "--categorical and --numeric", c->name);
	if (numeric && c->type == COL_CATEGORY)
		return err_set(e, ERR_FORMAT, "column '%s' holds names, which "
		    "--numeric cannot take as numbers", c->name);
	if (c->type == COL_TEXT && !category)
		return err_set(e, ERR_FORMAT, "column '%s' is free text: "
		    "--drop %s leaves it out, --categorical %s takes it as a "
		    "category", c->name, c->name, c->name);
	if (c->type == COL_DATETIME && !numeric)
		return err_set(e, ERR_FORMAT, "column '%s' is a date-time: "
		    "--drop %s leaves it out, --numeric %s takes its "
		    "microseconds", c->name, c->name, c->name);
	if (category || numeric || !is_rounded(c))
		return 0;
	if (holds_keys(c))
		return err_set(e, ERR_FORMAT, "column '%s' holds whole numbers "
		    "beyond 2^24, nearly all of them different, which are "
		    "keys: --drop %s leaves it out, --numeric %s rounds them "
		    "to float32", c->name, c->name, c->name);
	if (f->n_rounded < FRAME_ROUNDED_TOLD)
		f->rounded[f->n_rounded] = arena_strdup(&f->arena, c->name);
	f->n_rounded++;
	return 0;
}

static int
take_feature(struct frame *f, const struct column *c,
    const struct frame_opts *o, struct err *e)
{
	struct feature *x = &f->feature[f->n_features];
	bool category = name_is_listed(c->name, o->categorical, o->n_categorical);
	bool numeric = name_is_listed(c->name, o->numeric, o->n_numeric);

	if (check_feature(f, c, category, numeric, e) < 0)
		return -1;
	x->name = arena_strdup(&f->arena, c->name);
	x->category = category || c->type == COL_CATEGORY;
	x->read_as = x->category ? COL_CATEGORY : c->type == COL_BOOL ||
	    c->type == COL_DATETIME ? c->type : COL_FLOAT64;
	f->n_features++;
	if (!x->category) {
		x->number = o->mapped && c->type == COL_FLOAT32 ? c->f32 :
		    numbers_of(&f->arena, c);
		x->mapped = x->number == c->f32;
		return 0;
	}
	if (find_levels(&f->arena, &x->levels, &x->n_levels, &x->level, c,
	    false, e) < 0)
		return -1;
	if (x->n_levels > FRAME_LEVELS_MAX)
		return err_set(e, ERR_TOOBIG, "column '%s' has %zu levels, more "
		    "than %d: --drop %s leaves it out", c->name, x->n_levels,
		    FRAME_LEVELS_MAX, c->name);
	return 0;
}

/* Several columns that cannot be used, and the words that drop them all. */
static void
tell_refused(const struct frame_refusals *r, struct err *e)
{
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	buf_adds(&b, r->told.data);
	if (r->n > FRAME_REFUSALS_TOLD)
		buf_addf(&b, "; and %zu more", r->n - FRAME_REFUSALS_TOLD);
	buf_adds(&b, "; all of them are left out with --drop ");
	shellword_add_list(&b, r->name, r->n);
	err_set(e, ERR_FORMAT, "%s", b.data);
	buf_free(&b);
}

/* Every column but the target, the weight and the dropped ones.  All that
 * cannot be used are told together. */
static int
take_features(struct frame *f, const struct table *t, size_t target,
    size_t weight, const struct frame_opts *o, struct err *e)
{
	struct frame_refusals r = { .name = arena_alloc(&f->arena,
	    (t->cols + 1) * sizeof(*r.name)) };
	struct err one = ERR_INIT;

	buf_init(&r.told, BUF_CAP_SMALL);
	for (size_t i = 0; i < t->cols; i++) {
		if (i == target || i == weight ||
		    name_is_listed(t->col[i].name, o->drop, o->n_drop) ||
		    take_feature(f, &t->col[i], o, &one) == 0)
			continue;
		if (r.n == 0)
			*e = one;
		if (r.n < FRAME_REFUSALS_TOLD)
			buf_addf(&r.told, "%s%s", r.n ? "; " : "", one.msg);
		r.name[r.n++] = t->col[i].name;
	}
	if (r.n > 1)
		tell_refused(&r, e);
	buf_free(&r.told);
	return r.n == 0 ? 0 : -1;
}

/* Names, booleans or exactly two values are classes, other numbers are
 * regressed. */
static enum task
guess_task(const struct column *c, size_t distinct)
{
	if (distinct <= 2)
		return TASK_BINARY;
	return col_type_is_text(c->type) ? TASK_MULTICLASS : TASK_REGRESSION;
}

static int
take_classes(struct frame *f, const struct column *c,
    const struct frame_opts *o, struct err *e)
{
	if (f->n_classes < 2)
		return err_set(e, ERR_FORMAT, "the target '%s' has one value "
		    "only%s%s: nothing can be told apart", c->name,
		    f->n_classes ? ", " : "", f->n_classes ? f->classes[0] :
		    "");
	if (f->task == TASK_BINARY && f->n_classes > 2)
		return err_set(e, ERR_FORMAT, "the target '%s' has %zu classes,"
		    " not two", c->name, f->n_classes);
	if (f->n_classes > TASK_CLASSES_MAX)
		return err_set(e, ERR_TOOBIG, "the target '%s' has %zu classes; "
		    "is it a number? --task regression", c->name,
		    f->n_classes);
	f->positive = f->n_classes - 1;
	if (o->positive) {
		int at = place_among(f->classes, f->n_classes,
		    f->numeric_classes, o->positive,
		    strlen(o->positive));

		if (at < 0)
			return err_set(e, ERR_USAGE, "the target '%s' has no "
			    "class '%s'", c->name, o->positive);
		f->positive = (size_t)at;
	}
	return 0;
}

static int
refuse_unanswered(const struct column *c, struct err *e)
{
	size_t gone = 0;

	for (size_t i = 0; i < c->rows; i++)
		gone += column_missing(c, i) || (!col_type_is_text(c->type) &&
		    isnan(column_number(c, i)));
	return gone == 0 ? 0 : err_set(e, ERR_FORMAT, "%zu of %zu rows have no "
	    "value of the target '%s': --drop-missing-target leaves them out",
	    gone, c->rows, c->name);
}

/* Has a column of numbers more than two of them? */
static bool
many_numbers(const struct column *c)
{
	double seen[2];
	size_t n = 0, k;

	for (size_t i = 0; i < c->rows; i++) {
		double v = column_number(c, i);

		for (k = 0; k < n && v != seen[k]; k++)
			;
		if (k < n || isnan(v))
			continue;
		if (n == 2)
			return true;
		seen[n++] = v;
	}
	return false;
}

static int
take_target(struct frame *f, const struct column *c,
    const struct frame_opts *o, struct err *e)
{
	bool text = col_type_is_text(c->type);
	double *y;

	f->target = arena_strdup(&f->arena, c->name);
	f->task = o->task;
	if (refuse_unanswered(c, e) < 0)
		return -1;
	/* spares making the texts of a million numbers */
	if (f->task == TASK_AUTO && !text && many_numbers(c))
		f->task = TASK_REGRESSION;
	f->numeric_classes = is_numeric(c);
	if ((f->task != TASK_REGRESSION || text) && find_levels(&f->arena,
	    &f->classes, &f->n_classes, &f->y_class, c, f->numeric_classes,
	    e) < 0)
		return -1;
	if (f->task == TASK_AUTO)
		f->task = guess_task(c, f->n_classes);
	if (o->positive && f->task != TASK_BINARY)
		return err_set(e, ERR_USAGE, "--positive is for two classes, "
		    "but '%s' is learned as %s", c->name,
		    task_name(f->task));
	if (f->task != TASK_REGRESSION)
		return take_classes(f, c, o, e);
	if (text)
		return err_set(e, ERR_FORMAT, "the target '%s' holds names, "
		    "which cannot be regressed", c->name);
	if (c->type == COL_DATETIME && !name_is_listed(c->name, o->numeric,
	    o->n_numeric))
		return err_set(e, ERR_FORMAT, "the target '%s' is a date-time: "
		    "--numeric %s takes its microseconds", c->name, c->name);
	f->n_classes = 0;
	y = arena_alloc(&f->arena, (c->rows + 1) * sizeof(*y));
	for (size_t i = 0; i < c->rows; i++) {
		y[i] = column_number(c, i);
		/* the model answers in floats */
		if (!(fabs(y[i]) <= (double)FLT_MAX))
			return err_set(e, ERR_FORMAT, "row %zu: the target '%s' "
			    "is %g, beyond what a float holds", i + 1, c->name,
			    y[i]);
	}
	f->y = y;
	return 0;
}

static int
take_weight(struct frame *f, const struct column *c, struct err *e)
{
	double *w = arena_alloc(&f->arena, (c->rows + 1) * sizeof(*w));
	double sum = 0;

	if (col_type_is_text(c->type))
		return err_set(e, ERR_FORMAT, "the weight column '%s' holds "
		    "words, not numbers", c->name);
	for (size_t i = 0; i < c->rows; i++) {
		w[i] = column_number(c, i);
		/* gradients, which it scales, are floats */
		if (!(w[i] >= 0 && w[i] <= (double)FLT_MAX))
			return err_set(e, ERR_FORMAT, "row %zu has no weight in "
			    "'%s'", i + 1, c->name);
		sum += w[i];
	}
	if (sum == 0)
		return err_set(e, ERR_FORMAT, "every weight in '%s' is 0",
		    c->name);
	f->weight = w;
	return 0;
}

static int
check_names(const struct table *t, const char *const *list, size_t n,
    struct err *e)
{
	size_t at;

	for (size_t i = 0; i < n; i++)
		if (table_index(&at, t, list[i], e) < 0)
			return -1;
	return 0;
}

int
frame_init(struct frame *f, const struct table *t,
    const struct frame_opts *o, struct err *e)
{
	size_t target, weight = SIZE_MAX;

	memset(f, 0, sizeof(*f));
	f->rows = t->rows;
	if (table_index(&target, t, o->target, e) < 0 ||
	    (o->weight && table_index(&weight, t, o->weight, e) < 0) ||
	    check_names(t, o->drop, o->n_drop, e) < 0 ||
	    check_names(t, o->categorical, o->n_categorical, e) < 0 ||
	    check_names(t, o->numeric, o->n_numeric, e) < 0)
		return -1;
	if (name_is_listed(o->target, o->drop, o->n_drop))
		return err_set(e, ERR_USAGE, "'%s' cannot be both the target "
		    "and dropped", o->target);
	if (t->rows == 0)
		return err_set(e, ERR_FORMAT, "there are no rows to learn from");
	if (weight == target)
		return err_set(e, ERR_USAGE, "'%s' cannot be both the target "
		    "and the weight", o->target);
	f->feature = arena_alloc(&f->arena, (t->cols + 1) *
	    sizeof(*f->feature));
	if (take_target(f, &t->col[target], o, e) < 0 ||
	    (o->weight && take_weight(f, &t->col[weight], e) < 0))
		goto fail;
	if (take_features(f, t, target, weight, o, e) < 0)
		goto fail;
	if (f->n_features == 0) {
		err_set(e, ERR_FORMAT, "there is no column to learn from");
		goto fail;
	}
	return 0;
fail:
	frame_release(f);
	return -1;
}

/* Places of a column's texts among known, sorted ones. */
static const uint32_t *
level_places(struct arena *a, const struct column *c, const char *const *known,
    size_t n_known, bool numeric)
{
	uint32_t *out = arena_alloc(a, (c->rows + 1) * sizeof(*out));
	char room[COLUMN_PRINT_MAX];

	for (size_t i = 0; i < c->rows; i++) {
		size_t n;
		const char *s = cell_text(c, i, room, &n);
		int at = s ? place_among(known, n_known, numeric, s, n) : -1;

		out[i] = at < 0 ? LEVEL_MISSING : (uint32_t)at;
	}
	return out;
}

static int
weigh_known(struct frame *f, const struct column *c, struct err *e)
{
	uint32_t *y = arena_alloc(&f->arena, (c->rows + 1) * sizeof(*y));
	double *w = arena_alloc(&f->arena, (c->rows + 1) * sizeof(*w));
	size_t known = 0;

	for (size_t i = 0; i < c->rows; i++) {
		bool is = f->y_class[i] != LEVEL_MISSING;

		y[i] = is ? f->y_class[i] : 0;
		w[i] = is;
		known += is;
	}
	if (known == 0)
		return err_set(e, ERR_FORMAT, "no value of the target '%s' is "
		    "one of the classes of the training data", c->name);
	if (known < c->rows) {
		f->y_class = y;
		f->weight = w;
	}
	return 0;
}

static int
like_target(struct frame *f, const struct frame *like, const struct column *c,
    struct err *e)
{
	const char *numeric[1] = { c->name };
	struct frame_opts o = { .task = TASK_REGRESSION, .numeric = numeric,
	    .n_numeric = 1 };

	f->target = like->target;
	f->task = like->task;
	if (like->task == TASK_REGRESSION)
		return take_target(f, c, &o, e);
	f->classes = like->classes;
	f->n_classes = like->n_classes;
	f->numeric_classes = like->numeric_classes;
	f->positive = like->positive;
	if (refuse_unanswered(c, e) < 0)
		return -1;
	f->y_class = level_places(&f->arena, c, like->classes, like->n_classes,
	    like->numeric_classes);
	return weigh_known(f, c, e);
}

int
frame_init_like(struct frame *f, const struct frame *like,
    const struct table *t, struct err *e)
{
	size_t at;

	memset(f, 0, sizeof(*f));
	f->rows = t->rows;
	f->feature = arena_alloc(&f->arena, (like->n_features + 1) *
	    sizeof(*f->feature));
	if (table_index(&at, t, like->target, e) < 0 ||
	    like_target(f, like, &t->col[at], e) < 0)
		goto fail;
	for (size_t i = 0; i < like->n_features; i++) {
		const struct feature *l = &like->feature[i];
		struct feature *x = &f->feature[f->n_features++];

		if (table_index(&at, t, l->name, e) < 0)
			goto fail;
		*x = *l;
		x->mapped = false;
		if (l->category) {
			x->level = level_places(&f->arena, &t->col[at], l->levels,
			    l->n_levels, false);
		} else if (col_type_is_text(t->col[at].type) &&
		    t->col[at].missing < t->rows) {
			err_set(e, ERR_FORMAT, "column '%s' holds numbers in "
			    "the training data, but text here", l->name);
			goto fail;
		} else {
			x->number = numbers_of(&f->arena, &t->col[at]);
		}
	}
	return 0;
fail:
	frame_release(f);
	return -1;
}

void
frame_release(struct frame *f)
{
	arena_free(&f->arena);
}

/* Pages come in windows of this many bytes, which reach back into rows that
 * were let go. */
#define WINDOW_BYTES ((size_t)64 << 10)

void
frame_let_go_of(const struct frame *f, size_t k, size_t from, size_t to)
{
	const struct feature *x = &f->feature[k];
	size_t back = WINDOW_BYTES / sizeof(*x->number);

	if (!x->mapped)
		return;
	from = from > back ? from - back : 0;
	mapping_let_go(x->number + from, (to - from) * sizeof(*x->number));
}

void
frame_let_go(const struct frame *f, size_t from, size_t to)
{
	for (size_t k = 0; k < f->n_features; k++)
		frame_let_go_of(f, k, from, to);
}
