/* Runs grouped by fields, and numbers of each group. */
#include "track/group.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "track/condition.h"

enum agg { AGG_MIN, AGG_MAX, AGG_MEAN, AGG_SUM, AGG_MEDIAN, AGG_SD, AGG_COUNT };
static const char *const words[] = { "min", "max", "mean", "sum", "median",
	"sd", "count" };
#define WORDS (sizeof(words) / sizeof(*words))

struct values {
	double *v;
	size_t n, room;
};

struct work {
	struct groups *out;
	const struct grouping *g;
	enum agg *agg;			/* (n_aggs) */
	const char **fields;		/* those of the groups, then of aggs */
	struct intern *keys;		/* a text each group */
	struct values *values;		/* (groups, n_aggs) */
	size_t room;
	/* what is sorted by */
	size_t by;			/* key, or n_by + agg, or the runs */
	int sign;			/* 0: by the keys */
};

/* ---- what is asked ---- */

static int
read_agg(enum agg *agg, const char **field, const char *text, struct err *e)
{
	const char *colon = strchr(text, ':'), *near;
	char word[16];
	size_t n = colon ? (size_t)(colon - text) : strlen(text);

	if (n < sizeof(word)) {
		memcpy(word, text, n);
		word[n] = '\0';
		for (size_t i = 0; i < WORDS; i++)
			if (strcmp(word, words[i]) == 0 && colon && colon[1]) {
				*agg = (enum agg)i;
				*field = colon + 1;
				return 0;
			}
		near = nearest_word(word, words, WORDS);
		if (near)
			return err_set(e, ERR_USAGE, "'%.200s' is no "
			    "aggregate: as in '%s:metrics.auc'", text, near);
	}
	return err_set(e, ERR_USAGE, "'%.200s' is no aggregate: min, max, mean, "
	    "sum, median, sd or count, then ':' and a field", text);
}

static int
read_sort(struct work *w, struct err *e)
{
	const struct grouping *g = w->g;
	const char *name = g->sort;

	if (name == NULL)
		return 0;
	w->sign = *name == '-' ? -1 : 1;
	name += *name == '-';
	if (strcmp(name, "runs") == 0) {
		w->by = g->n_by + g->n_aggs;
		return 0;
	}
	for (w->by = 0; w->by < g->n_by + g->n_aggs; w->by++)
		if (strcmp(name, w->by < g->n_by ? g->by[w->by] :
		    g->agg[w->by - g->n_by]) == 0)
			return 0;
	return err_set(e, ERR_USAGE, "groups are sorted by what is printed of "
	    "them, which '%.200s' is not: by 'runs', a field of --group-by or "
	    "an aggregate", name);
}

static int
read_grouping(struct work *w, struct err *e)
{
	const struct grouping *g = w->g;
	struct arena *a = &w->out->arena;

	w->agg = arena_alloc(a, (g->n_aggs + 1) * sizeof(*w->agg));
	w->fields = arena_alloc(a, (g->n_by + g->n_aggs + 1) *
	    sizeof(*w->fields));
	for (size_t i = 0; i < g->n_by; i++)
		w->fields[i] = g->by[i];
	for (size_t i = 0; i < g->n_aggs; i++)
		if (read_agg(&w->agg[i], &w->fields[g->n_by + i], g->agg[i],
		    e) < 0)
			return -1;
	return read_sort(w, e);
}

/* ---- the runs ---- */

static struct group *
group_of(struct work *w, const struct json *const *cell)
{
	size_t n_by = w->g->n_by;
	struct buf text;
	struct group *group;
	uint32_t i;

	buf_init(&text, BUF_CAP_DOC);
	for (size_t k = 0; k < n_by; k++) {
		if (cell[k])
			json_write(&text, cell[k]);
		buf_addc(&text, '\n');
	}
	i = intern_add(w->keys, text.data, text.len);
	buf_free(&text);
	if (i < w->out->n)
		return &w->out->v[i];
	if (w->out->n == w->room) {
		w->room = w->room ? w->room * 2 : 16;
		w->out->v = xresize(w->out->v, w->room, sizeof(*w->out->v));
		w->values = xresize(w->values, w->room * (w->g->n_aggs + 1),
		    sizeof(*w->values));
	}
	memset(&w->values[w->out->n * w->g->n_aggs], 0, w->g->n_aggs *
	    sizeof(*w->values));
	group = &w->out->v[w->out->n];
	*group = (struct group){ .place = w->out->n++, .by = w };
	group->key = arena_alloc(&w->out->arena, (n_by + 1) *
	    sizeof(*group->key));
	for (size_t k = 0; k < n_by; k++)
		group->key[k] = cell[k];
	return group;
}

static void
add_value(struct values *v, const struct json *cell)
{
	if (cell == NULL || (cell->type != JSON_INT && cell->type != JSON_REAL))
		return;
	if (v->n == v->room) {
		v->room = v->room ? v->room * 2 : 8;
		v->v = xresize(v->v, v->room, sizeof(*v->v));
	}
	v->v[v->n++] = cell->d;
}

/* ---- numbers of a group ---- */

static int
by_number(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Of values in order: the same whatever the runs' order was. */
static double
aggregate(enum agg agg, struct values *v)
{
	double sum = 0, square = 0, mean;

	if (agg == AGG_COUNT)
		return (double)v->n;
	if (v->n == 0)
		return NAN;
	qsort(v->v, v->n, sizeof(*v->v), by_number);
	for (size_t i = 0; i < v->n; i++)
		sum += v->v[i];
	mean = sum / (double)v->n;
	switch (agg) {
	case AGG_MIN:
		return v->v[0];
	case AGG_MAX:
		return v->v[v->n - 1];
	case AGG_SUM:
		return sum;
	case AGG_MEDIAN:
		return v->n % 2 ? v->v[v->n / 2] : v->v[v->n / 2 - 1] / 2 +
		    v->v[v->n / 2] / 2;
	case AGG_SD:
		for (size_t i = 0; i < v->n; i++)
			square += (v->v[i] - mean) * (v->v[i] - mean);
		return v->n > 1 ? sqrt(square / (double)(v->n - 1)) : NAN;
	default:
		return mean;
	}
}

/* ---- in order ---- */

static int
order_keys(const struct json *a, const struct json *b)
{
	struct expr_value x, y;
	int c;

	field_value(&x, a);
	field_value(&y, b);
	if (x.type == EXPR_MISSING || y.type == EXPR_MISSING)
		return (x.type == EXPR_MISSING) - (y.type == EXPR_MISSING);
	c = expr_order(&x, &y);
	return c == 2 ? (x.type == EXPR_TEXT) - (y.type == EXPR_TEXT) : c;
}

static int
order_numbers(double a, double b, int sign)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return ((a > b) - (a < b)) * sign;
}

static int
in_order(const void *x, const void *y)
{
	const struct group *a = x, *b = y;
	const struct work *w = a->by;
	size_t n_by = w->g->n_by;
	int c = 0;

	if (w->sign && w->by < n_by)
		c = order_keys(a->key[w->by], b->key[w->by]) * w->sign;
	else if (w->sign && w->by < n_by + w->g->n_aggs)
		c = order_numbers(a->value[w->by - n_by],
		    b->value[w->by - n_by], w->sign);
	else if (w->sign)
		c = order_numbers((double)a->runs, (double)b->runs, w->sign);
	for (size_t k = 0; c == 0 && k < n_by; k++)
		c = order_keys(a->key[k], b->key[k]);
	return c ? c : a->place < b->place ? -1 : 1;
}

static void
finish(struct work *w, size_t limit)
{
	struct groups *out = w->out;
	size_t n_aggs = w->g->n_aggs;

	for (size_t i = 0; i < out->n; i++) {
		out->v[i].value = arena_alloc(&out->arena, (n_aggs + 1) *
		    sizeof(*out->v[i].value));
		for (size_t k = 0; k < n_aggs; k++)
			out->v[i].value[k] = aggregate(w->agg[k],
			    &w->values[i * n_aggs + k]);
	}
	for (size_t i = 0; i < out->n * n_aggs; i++)
		free(w->values[i].v);
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), in_order);
	if (limit && out->n > limit)
		out->n = limit;
}

int
group_runs(struct groups *out, struct catalog *c, const struct query *q,
    const struct grouping *g, struct err *e)
{
	struct work w = { .out = out, .g = g };
	struct query all = *q;
	struct query_rows rows;
	int r;

	memset(out, 0, sizeof(*out));
	if (read_grouping(&w, e) < 0)
		return -1;
	all.columns = w.fields;
	all.n_columns = g->n_by + g->n_aggs;
	all.sort = NULL;
	all.limit = 0;
	all.cells = true;
	w.keys = intern_new();
	r = query_runs(&rows, c, &all, e);
	for (size_t i = 0; r == 0 && i < rows.n; i++) {
		const struct json **cell = rows.cell + i * all.n_columns;
		struct group *group = group_of(&w, cell);

		group->runs++;
		for (size_t k = 0; k < g->n_aggs; k++)
			add_value(&w.values[(size_t)(group - out->v) *
			    g->n_aggs + k], cell[g->n_by + k]);
	}
	if (r == 0) {
		finish(&w, q->limit);
		/* the cells stay, as long as the groups */
		out->absent = rows.absent;
		out->n_absent = rows.n_absent;
		out->rows = rows;
	} else {
		query_free(&rows);
	}
	free(w.values);
	intern_free(w.keys);
	return r;
}

void
groups_release(struct groups *g)
{
	free(g->v);
	query_free(&g->rows);
	arena_free(&g->arena);
}
