/* Values of features: expressions of a row, folds of a window. */
#include "feature/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/mem.h"
#include "table/cell.h"

const char *
feature_status_name(enum feature_status s)
{
	static const char *const names[] = { "PRESENT", "NULL_VALUE",
	    "NOT_FOUND", "OUTSIDE_MAX_AGE" };

	return names[s];
}

void
number_cell(struct raw_cell *out, struct arena *a, double v)
{
	char text[NUM_TEXT_MAX];
	size_t n;

	memset(out, 0, sizeof(*out));
	if (isnan(v))
		return;
	n = num_print_f64(text, v);
	out->s = arena_strndup(a, text, n);
	out->n = (uint32_t)n;
}

/* ---- a row ---- */

struct row {
	const struct feature *f;
	struct feature_row cells;
};

static struct raw_cell
row_cell(const struct feature_row *r, size_t i)
{
	return r->held != NULL ? held_cell(&r->held[i]) : r->raw[i];
}

static int
value_of_name(void *ctx, size_t i, struct expr_value *v, struct err *e)
{
	const struct row *r = ctx;
	const struct raw_cell c = row_cell(&r->cells, r->f->name_at[i]);
	uint8_t b;

	(void)e;
	memset(v, 0, sizeof(*v));
	v->type = EXPR_MISSING;
	if (c.s == NULL)
		return 0;
	v->s = c.s;
	v->n = c.n;
	v->type = EXPR_TEXT;
	if (!c.quoted && num_parse(c.s, c.n, &v->num)) {
		v->type = EXPR_NUM;
	} else if (!c.quoted && cell_bool(c.s, c.n, &b)) {
		v->type = EXPR_BOOL;
		v->b = b != 0;
	}
	return 0;
}

static int
value_of_expr(struct raw_cell *out, struct arena *a, const struct row *r,
    struct err *e)
{
	const struct expr_env env = { value_of_name, NULL, (void *)r };
	struct expr_value v;
	char text[NUM_TEXT_MAX];

	memset(out, 0, sizeof(*out));
	if (expr_eval(&v, r->f->expr, &env, e) < 0)
		return err_wrap(e, "feature '%.100s'", r->f->name);
	switch (v.type) {
	case EXPR_NUM:
		if (!v.num.whole) {
			number_cell(out, a, v.num.d);
			return 0;
		}
		out->n = (uint32_t)num_print_i64(text, v.num.i);
		out->s = arena_strndup(a, text, out->n);
		return 0;
	case EXPR_BOOL:
		out->s = v.b ? "true" : "false";
		out->n = v.b ? 4 : 5;
		return 0;
	case EXPR_TEXT:
		out->s = arena_strndup(a, v.s, v.n);
		out->n = (uint32_t)v.n;
		out->quoted = true;
		return 0;
	default:
		return 0;
	}
}

int
feature_value(struct raw_cell *out, struct arena *a, const struct feature *f,
    struct feature_row row, struct err *e)
{
	const struct row r = { f, row };

	if (f->expr != NULL)
		return value_of_expr(out, a, &r, e);
	*out = row_cell(&row, f->column);
	return 0;
}

/* ---- a window ---- */

int
window_number(double *out, const struct feature *f, const struct raw_cell *c,
    struct err *e)
{
	if (num_parse_f64(c->s, c->n, out) && isfinite(*out))
		return 0;
	return err_set(e, ERR_FORMAT, "feature '%.100s': '%.*s' is not a "
	    "finite number", f->name, (int)(c->n < 60 ? c->n : 60), c->s);
}

void
window_sum_add(struct window_sum *s, const double *v, size_t n)
{
	for (size_t i = 0, some; i < n; i += some) {
		some = n - i < EXACT_LANE ? n - i : EXACT_LANE;
		exact_add(&s->sum, &s->squares, v + i, some);
	}
	s->n += n;
}

void
window_sum_remove(struct window_sum *s, double v)
{
	exact_remove(&s->sum, &s->squares, v);
	s->n--;
}

double
window_sum_value(const struct window_sum *s, enum feature_agg agg)
{
	double n = (double)s->n;

	if (s->n == 0 || (agg == AGG_STD && s->n < 2))
		return NAN;
	return agg == AGG_SUM ? exact_value(&s->sum) : agg == AGG_MEAN ?
	    exact_mean(&s->sum, s->n) : exact_std(&s->sum, &s->squares,
	    s->n) * sqrt(n / (n - 1));
}

void
window_begin(struct window *w, const struct feature *f)
{
	w->f = f;
	w->n = 0;
}

void
window_release(struct window *w)
{
	free(w->v);
	free(w->text);
}

static int
window_grow(struct window *w, struct err *e)
{
	size_t room = w->room ? w->room * 2 : 64;
	void *v = mem_resize(w->v, room, sizeof(*w->v)), *t;

	if (v != NULL)
		w->v = v;
	if ((t = mem_resize(w->text, room, sizeof(*w->text))) != NULL)
		w->text = t;
	if (v == NULL || t == NULL)
		return err_set(e, ERR_NOMEM, "no memory for the %zu events of "
		    "a window", room);
	w->room = room;
	return 0;
}

int
window_add(struct window *w, const struct raw_cell *c, struct err *e)
{
	const struct feature *f = w->f;

	if (f->counts_rows) {
		w->n++;
		return 0;
	}
	if (c->s == NULL)
		return 0;
	if (f->agg == AGG_COUNT) {
		w->n++;
		return 0;
	}
	if (w->n == w->room && window_grow(w, e) < 0)
		return -1;
	w->text[w->n] = *c;
	if (f->agg != AGG_DISTINCT && f->agg != AGG_LAST &&
	    window_number(&w->v[w->n], f, c, e) < 0)
		return -1;
	w->n++;
	return 0;
}

static double
fold_numbers(const struct window *w)
{
	struct window_sum s = { 0 };
	double low, high;

	if (w->n == 0)
		return NAN;
	if (w->f->agg != AGG_MIN && w->f->agg != AGG_MAX) {
		window_sum_add(&s, w->v, w->n);
		return window_sum_value(&s, w->f->agg);
	}
	low = high = w->v[0];
	for (size_t i = 0; i < w->n; i++) {
		low = w->v[i] < low ? w->v[i] : low;
		high = w->v[i] > high ? w->v[i] : high;
	}
	return w->f->agg == AGG_MIN ? low : high;
}

static size_t
count_distinct(const struct window *w)
{
	struct intern *t = intern_new();
	size_t n;

	for (size_t i = 0; i < w->n; i++)
		intern_add(t, w->text[i].s, w->text[i].n);
	n = intern_count(t);
	intern_free(t);
	return n;
}

static int
list_last(struct raw_cell *out, struct arena *a, const struct window *w,
    struct err *e)
{
	size_t from = w->n > w->f->last ? w->n - w->f->last : 0;
	char text[NUM_TEXT_MAX];
	struct num v;
	struct buf b;
	int r;

	memset(out, 0, sizeof(*out));
	if (w->n == 0)
		return 0;
	buf_init(&b, BUF_CAP_DOC);
	buf_addc(&b, '[');
	for (size_t i = from; i < w->n; i++) {
		const struct raw_cell *c = &w->text[i];

		if (i > from)
			buf_addc(&b, ',');
		if (c->json)
			buf_add(&b, c->s, c->n);
		else if (!c->quoted && num_parse(c->s, c->n, &v) &&
		    isfinite(v.d))
			buf_add(&b, text, v.whole ? num_print_i64(text, v.i) :
			    num_print_f64(text, v.d));
		else
			json_quote(&b, c->s, c->n);
	}
	buf_addc(&b, ']');
	if ((r = buf_check(&b, e)) == 0) {
		out->s = arena_strndup(a, b.data, b.len);
		out->n = (uint32_t)b.len;
		out->json = true;
	}
	buf_free(&b);
	return r;
}

int
window_end(struct raw_cell *out, struct arena *a, struct window *w,
    struct err *e)
{
	switch (w->f->agg) {
	case AGG_COUNT:
		number_cell(out, a, (double)w->n);
		return 0;
	case AGG_DISTINCT:
		number_cell(out, a, (double)count_distinct(w));
		return 0;
	case AGG_LAST:
		return list_last(out, a, w, e);
	default:
		number_cell(out, a, fold_numbers(w));
		return 0;
	}
}
