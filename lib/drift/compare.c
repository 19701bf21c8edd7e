/*
 * A comparison: the columns of both sides are paired, a test is chosen for
 * each and run, and the scores are held against the thresholds.
 */
#include "drift/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/names.h"
#include "base/pool.h"
#include "drift/bounds.h"
#include "drift/pair.h"
#include "drift/verdict.h"

struct column_job {
	struct drift_column *d;
	struct view ref, cur;
	bool fixed;			/* the user named a method */
	bool own;			/* ... for this column */
	char *fresh[DRIFT_NAMED];	/* until they are in the report */
	size_t n_fresh;
	struct err e;
	int failed;
};

struct drift_job {
	struct column_job *w;
	const struct drift_opts *o;
	double level;
};

/* One for the column itself comes before one for every column. */
static const struct drift_setting *
find_setting(const struct drift_setting *v, size_t n, const char *name)
{
	const struct drift_setting *found = NULL;

	for (size_t i = 0; i < n; i++) {
		if (v[i].column == NULL ? found == NULL ||
		    found->column == NULL : strcmp(v[i].column, name) == 0)
			found = &v[i];
	}
	return found;
}

/* Of tests for every column the last that fits is taken; none does: the
 * last, which will say why not. */
static const struct drift_setting *
method_for(const struct drift_opts *o, const char *name, bool numeric)
{
	const struct drift_setting *s = find_setting(o->method, o->n_method,
	    name);

	for (size_t i = o->n_method; s && s->column == NULL && i-- > 0;)
		if (o->method[i].column == NULL &&
		    ts_fits(o->method[i].method, numeric))
			return &o->method[i];
	return s;
}

static void
name_add(struct drift_report *r, struct drift_names *l, const char *s)
{
	size_t room = l->n == 0 ? 4 : 2 * l->n;
	const char **v = l->v;

	/* room doubles: there is no more where the number is 0, 4, 8, 16 .. */
	if (l->n == 0 || (l->n >= 4 && (l->n & (l->n - 1)) == 0)) {
		v = arena_alloc(&r->arena, room * sizeof(*v));
		if (l->n > 0)
			memcpy(v, l->v, l->n * sizeof(*v));
	}
	v[l->n++] = arena_strdup(&r->arena, s);
	l->v = v;
}

/* ---- one column ---- */

static void
bars_of_values(struct drift_column *d, const struct twosample *s)
{
	/* halves: a range may be wider than the largest number */
	double low = s->value != NULL ? s->value[0] / 2 : 0;
	double width = s->value != NULL ? s->value[s->k - 1] / 2 - low : 0;

	d->bars = s->numeric || s->k > DRIFT_BARS ? DRIFT_BARS : s->k;
	for (size_t i = 0; i < s->k; i++) {
		size_t b = i < DRIFT_BARS ? i : DRIFT_BARS - 1;

		if (s->numeric)
			b = width > 0 ? (size_t)((s->value[i] / 2 - low) /
			    width * (DRIFT_BARS - 0.001)) : 0;
		d->bar_ref[b] += (double)s->ref[i] / (double)s->n_ref;
		d->bar_cur[b] += (double)s->cur[i] / (double)s->n_cur;
	}
}

/* The categories that only the current side has, the most frequent first. */
static void
find_fresh(struct column_job *w, const struct pair *p)
{
	struct drift_column *d = w->d;
	size_t at[DRIFT_NAMED];

	for (size_t i = 0; i < p->s.k; i++) {
		size_t j = w->n_fresh;

		if (p->s.ref[i] > 0)
			continue;
		d->fresh_count++;
		d->fresh_rows += p->s.cur[i];
		if (j == DRIFT_NAMED && p->s.cur[i] <= p->s.cur[at[j - 1]])
			continue;
		if (j < DRIFT_NAMED)
			w->n_fresh++;
		else
			j--;
		for (; j > 0 && p->s.cur[at[j - 1]] < p->s.cur[i]; j--)
			at[j] = at[j - 1];
		at[j] = i;
	}
	for (size_t i = 0; i < w->n_fresh; i++)
		w->fresh[i] = pair_text(p, at[i], w->cur.type);
}

static int
test_counted(struct column_job *w, const struct drift_opts *o, struct err *e)
{
	struct drift_column *d = w->d;
	struct pair p;
	int r;

	if (pair_init(&p, &w->ref, &w->cur, d->numeric, e) != 0)
		return -1;
	d->n_ref = p.s.n_ref;
	d->n_cur = p.s.n_cur;
	if (!w->fixed)
		d->method = ts_auto(d->numeric, p.s.n_ref, p.s.k);
	if (p.s.n_ref == 0 || p.s.n_cur == 0) {
		r = 0;
	} else {
		if (!d->numeric)
			find_fresh(w, &p);
		/* a chi-square asked of few-valued numbers, as by auto */
		if (d->method == TS_CHISQUARE || d->method == TS_Z)
			p.s.numeric = false;
		r = ts_run(&d->score, &p.s, d->method, e);
		if (r == 0 && !o->evidently)
			r = ts_chance(&d->chance, &p.s, d->method, d->score,
			    e);
		p.s.numeric = d->numeric;
		bars_of_values(d, &p.s);
	}
	d->low = d->high = d->score;
	pair_release(&p);
	return r;
}

static int
test_bounded(struct column_job *w, struct err *e)
{
	struct drift_column *d = w->d;

	if (!w->ref.p.is_number || !w->cur.p.is_number)
		return bounds_test(d, &w->ref, &w->cur, e);
	d->n_ref = w->ref.p.finite;
	d->n_cur = w->cur.p.finite;
	if (!w->fixed)
		d->method = ts_auto(true, d->n_ref, PROFILE_VALUES + 1);
	if (d->n_ref == 0 || d->n_cur == 0)
		return 0;
	return bounds_test(d, &w->ref, &w->cur, e);
}

/* One side has rows, but not one value: its type says nothing either. */
static void
score_without_values(struct column_job *w)
{
	struct drift_column *d = w->d;

	d->n_ref = w->ref.rows - w->ref.missing;
	d->n_cur = w->cur.rows - w->cur.missing;
	if (!w->fixed)
		d->method = ts_auto(d->numeric, d->n_ref, UINT64_MAX);
}

static int
test_column(struct column_job *w, const struct drift_opts *o, struct err *e)
{
	if (w->d->by == DRIFT_BY_GONE || w->d->by == DRIFT_BY_TYPE)
		return 0;
	if (w->d->date || view_empty(&w->ref) || view_empty(&w->cur)) {
		score_without_values(w);
		return 0;
	}
	return view_complete(&w->ref) && view_complete(&w->cur) ?
	    test_counted(w, o, e) : test_bounded(w, e);
}

static void
compare_column(void *ctx, size_t part, int worker)
{
	struct drift_job *j = ctx;
	struct column_job *w = &j->w[part];
	struct drift_column *d = w->d;
	const struct drift_setting *s = find_setting(j->o->threshold,
	    j->o->n_threshold, d->name);

	(void)worker;
	w->failed = test_column(w, j->o, &w->e);
	if (w->failed != 0) {
		d->score = d->low = d->high = NAN;
		d->by = DRIFT_BY_FAILURE;
	}
	if (d->by != DRIFT_BY_GONE && d->by != DRIFT_BY_TYPE)
		d->threshold = s != NULL ? s->threshold :
		    ts_threshold(d->method);
	judge_column(d, j->o, j->level);
}

/* ---- all of them ---- */

static bool
is_wanted(const struct drift_opts *o, const char *name)
{
	return (o->n_only == 0 || name_is_listed(name, o->only, o->n_only)) &&
	    !name_is_listed(name, o->exclude, o->n_exclude);
}

static void
column_begin(struct column_job *w, struct drift_report *r,
    const struct drift_opts *o, const char *name)
{
	struct drift_column *d = w->d;

	memset(d, 0, sizeof(*d));
	d->name = arena_strdup(&r->arena, name);
	d->role = o->target != NULL && strcmp(name, o->target) == 0 ?
	    "target" : o->prediction != NULL && strcmp(name, o->prediction) ==
	    0 ? "prediction" : "feature";
	d->missing_ref = w->ref.missing;
	d->missing_cur = w->cur.missing;
	d->rows_ref = w->ref.rows;
	d->rows_cur = w->cur.rows;
	d->type_ref = w->ref.type;
	d->type_cur = w->cur.type;
	d->score = d->low = d->high = d->threshold = d->chance = NAN;
}

static enum pair_kind
broad_kind(const struct view *v)
{
	return v->type == COL_DATETIME ? PAIR_TIME : col_type_is_text(v->type)
	    ? PAIR_TEXT : PAIR_NUMBER;
}

/* 1: to be compared; 0: not; -1: refused. */
static int
plan_column(struct column_job *w, struct drift_report *r,
    const struct drift_opts *o, const struct drift_side *ref,
    const struct drift_side *cur, const char *name, struct err *e)
{
	const struct drift_setting *s;
	struct drift_column *d = w->d;
	enum pair_kind kind;

	if (!is_wanted(o, name))
		return 0;
	side_view(&w->ref, ref, name);
	if (!side_view(&w->cur, cur, name)) {
		name_add(r, &r->gone, name);
		if (o->partial || o->evidently)
			return 0;
		column_begin(w, r, o, name);
		d->by = DRIFT_BY_GONE;
		d->numeric = broad_kind(&w->ref) == PAIR_NUMBER;
		return 1;
	}
	if (!view_empty(&w->ref) && !view_empty(&w->cur) &&
	    broad_kind(&w->ref) != broad_kind(&w->cur)) {
		column_begin(w, r, o, name);
		d->by = DRIFT_BY_TYPE;
		d->numeric = broad_kind(&w->ref) == PAIR_NUMBER;
		return 1;
	}
	kind = view_kind(view_empty(&w->cur) ? &w->ref : &w->cur);
	/* a few rows hardly repeat: what the reference has as names is names */
	if (kind == PAIR_TEXT && !view_empty(&w->ref) &&
	    view_kind(&w->ref) == PAIR_CATEGORY)
		kind = PAIR_CATEGORY;
	if (kind == PAIR_TIME || w->ref.type == COL_DATETIME) {
		column_begin(w, r, o, name);
		d->date = true;
		return 1;
	}
	s = method_for(o, name, kind == PAIR_NUMBER);
	if (kind == PAIR_TEXT && (s == NULL || s->column == NULL))
		return err_set(e, ERR_UNSUPPORTED, "column '%s' is text: "
		    "--texts compares its length and new words, --exclude %s "
		    "leaves it out, --method %s=jensenshannon takes it for "
		    "categories", name, name, name);
	column_begin(w, r, o, name);
	d->numeric = kind == PAIR_NUMBER;
	w->fixed = s != NULL;
	w->own = s != NULL && s->column != NULL;
	if (s != NULL)
		d->method = s->method;
	return 1;
}

static int
check_known(const struct drift_side *ref, const struct drift_side *cur,
    const char *name, const char *option, struct err *e)
{
	struct view v;

	if (name == NULL || side_view(&v, ref, name) ||
	    side_view(&v, cur, name))
		return 0;
	return err_set(e, ERR_NOENT, "no column '%s' (%s) on either side",
	    name, option);
}

static int
check_all_known(const struct drift_side *ref, const struct drift_side *cur,
    const struct drift_opts *o, struct err *e)
{
	int r = check_known(ref, cur, o->target, "--target", e);

	if (r == 0)
		r = check_known(ref, cur, o->prediction, "--prediction", e);
	for (size_t i = 0; r == 0 && i < o->n_only; i++)
		r = check_known(ref, cur, o->only[i], "--only", e);
	for (size_t i = 0; r == 0 && i < o->n_exclude; i++)
		r = check_known(ref, cur, o->exclude[i], "--exclude", e);
	for (size_t i = 0; r == 0 && i < o->n_method; i++)
		r = check_known(ref, cur, o->method[i].column, "--method", e);
	for (size_t i = 0; r == 0 && i < o->n_threshold; i++)
		r = check_known(ref, cur, o->threshold[i].column,
		    "--threshold", e);
	return r;
}

static bool
has_few_rows(const struct drift_side *s, const struct drift_opts *o)
{
	struct view v;

	return !o->evidently && side_view(&v, s, side_name(s, 0)) &&
	    v.rows < o->min_rows;
}

static int
check_has_rows(const struct drift_side *s, const char *which, struct err *e)
{
	struct view v;

	if (side_cols(s) > 0 && side_view(&v, s, side_name(s, 0)) &&
	    v.rows > 0)
		return 0;
	return err_set(e, ERR_UNSUPPORTED, "no rows in the %s", which);
}

/* A test that cannot be run is that column's matter, unless the user asked
 * for what cannot be, or no column could be tested. */
static int
check_failures(struct drift_report *r, struct column_job *w,
    const struct drift_opts *o, struct err *e)
{
	const struct column_job *first = NULL;
	size_t tested = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct drift_column *d = w[i].d;

		tested += w[i].failed == 0 && !d->date;
		if (w[i].failed == 0)
			continue;
		d->why = arena_strdup(&r->arena, w[i].e.msg);
		if (first == NULL)
			first = &w[i];
		if (w[i].own || o->evidently || !ts_fits(d->method,
		    d->numeric) || w[i].e.code != ERR_UNSUPPORTED)
			return err_set(e, w[i].e.code, "column '%s': %s",
			    d->name, w[i].e.msg);
	}
	if (first != NULL && tested == 0)
		return err_set(e, first->e.code, "column '%s': %s",
		    first->d->name, first->e.msg);
	return 0;
}

/* New categories move into the report; dates without a verdict leave it. */
static void
settle_columns(struct drift_report *r, struct column_job *w)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct drift_column *d = &r->col[i];

		for (size_t k = 0; k < w[i].n_fresh; k++) {
			name_add(r, &d->fresh, w[i].fresh[k]);
			free(w[i].fresh[k]);
		}
		if (d->date && !d->drifted)
			name_add(r, &r->skipped, d->name);
		else
			r->col[n++] = *d;
	}
	r->n = n;
}

static int
compare_columns(struct drift_report *r, struct column_job *w,
    const struct drift_opts *o, struct err *e)
{
	struct drift_job j = { w, o, DRIFT_LEVEL / (double)(r->n + !r->n) };
	struct pool *pool;
	size_t gone = o->partial || o->evidently ? 0 : r->gone.n;
	int status;

	pool = pool_new(o->threads);
	pool_run(pool, r->n, compare_column, &j);
	pool_free(pool);
	status = check_failures(r, w, o, e);
	settle_columns(r, w);
	if (status != 0)
		return status;
	if (r->n == gone)
		return err_set(e, ERR_UNSUPPORTED, "no column to compare: %zu "
		    "only in the reference, %zu only in the current data, "
		    "%zu of dates", r->gone.n, r->added.n, r->skipped.n);
	return judge_dataset(r, o, e);
}

static int
compare_sides(struct drift_report *r, const struct drift_side *ref,
    const struct drift_side *cur, const struct drift_opts *o, struct err *e)
{
	size_t cols = side_cols(ref);
	struct column_job *w = xalloc(cols + 1, sizeof(*w));
	struct view v;
	int status;

	status = check_has_rows(ref, "reference", e);
	if (status == 0)
		status = check_has_rows(cur, "current data", e);
	if (status == 0)
		status = check_all_known(ref, cur, o, e);
	if (status == 0)
		r->few = has_few_rows(ref, o) || has_few_rows(cur, o);
	for (size_t i = 0; status >= 0 && i < cols; i++) {
		w[r->n].d = &r->col[r->n];
		status = plan_column(&w[r->n], r, o, ref, cur,
		    side_name(ref, i), e);
		r->n += status == 1;
	}
	for (size_t i = 0; status >= 0 && i < side_cols(cur); i++)
		if (is_wanted(o, side_name(cur, i)) &&
		    !side_view(&v, ref, side_name(cur, i)))
			name_add(r, &r->added, side_name(cur, i));
	if (status >= 0)
		status = compare_columns(r, w, o, e);
	free(w);
	return status;
}

int
drift_compare(struct drift_report *r, const struct drift_side *ref,
    const struct drift_side *cur, const struct drift_opts *o, struct err *e)
{
	struct drift_side a = { .t = ref->t, .p = ref->p };
	struct drift_side b = { .t = cur->t, .p = cur->p };
	int status;

	memset(r, 0, sizeof(*r));
	r->col = arena_alloc(&r->arena, (side_cols(ref) + 1) *
	    sizeof(*r->col));
	a.names = a.t ? table_names(a.t) : NULL;
	b.names = b.t ? table_names(b.t) : NULL;
	status = compare_sides(r, &a, &b, o, e);
	names_free(a.names);
	names_free(b.names);
	if (status != 0)
		drift_release(r);
	return status;
}

void
drift_release(struct drift_report *r)
{
	arena_free(&r->arena);
	memset(r, 0, sizeof(*r));
}
