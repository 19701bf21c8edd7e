/* A join judged: from the sums and curves of each group to its metrics. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "judge/late/internal.h"
#include "stat/interval.h"

/* ---- the walk down the scores ---- */

static int
learn_estimate(struct late_report *r, struct late *l, struct err *e)
{
	const void *p;
	size_t n;
	int got;

	if (!l->o.estimate)
		return 0;
	if (sorter_sort(l->reference, e) < 0)
		return -1;
	while ((got = sorter_next(&p, &n, l->reference, e)) > 0) {
		const uint8_t *s = p;

		cbpe_learn(&l->cbpe[sorter_get_u32(s)],
		    sorter_get_falling(s + 4), s[20] != 0, s[21] != 0,
		    sorter_get_u64(s + 12), sorter_count(l->reference) /
		    l->width);
	}
	if (got < 0)
		return -1;
	r->estimated = true;
	for (size_t i = 0; i < l->width; i++) {
		r->estimated &= cbpe_done(&l->cbpe[i]);
		r->calibrated |= l->cbpe[i].calibrates;
	}
	if (!r->estimated)
		r->no_estimate = l->width == 1 ? "the labelled rows are of "
		    "one class" : "the labelled rows are not of every class";
	return r->estimated && l->rows != NULL ? classes_expect(l, e) : 0;
}

/* The curve of one class of one group ends. */
static void
end_curve(struct late *l, uint32_t group, struct ranked *curve)
{
	struct late_sums *s = &l->sums[group];
	struct ranked_auc auc;

	ranked_auc(&auc, curve);
	if (!isnan(auc.value)) {
		s->auc += auc.value;
		s->auc_low = auc.low;
		s->auc_high = auc.high;
		s->aucs++;
	}
	if (!curve->no_probability) {
		s->loss = curve->loss;
		s->brier = curve->brier;
	}
	memset(curve, 0, sizeof(*curve));
}

static int
walk_curves(struct late_report *r, struct late *l, struct err *e)
{
	struct ranked curve = { 0 };
	uint64_t now = UINT64_MAX;
	const void *p;
	size_t n;
	int got;

	if (sorter_sort(l->curves, e) < 0)
		return -1;
	while ((got = sorter_next(&p, &n, l->curves, e)) > 0) {
		const uint8_t *s = p;
		uint64_t at = sorter_get_u64(s);	/* group and class */
		double score = sorter_get_falling(s + 8);

		if (at != now && now != UINT64_MAX)
			end_curve(l, (uint32_t)(now >> 32), &curve);
		now = at;
		if (s[16] < 2)
			ranked_add(&curve, score, s[16] == 1);
		if (r->estimated && l->rows == NULL)
			cbpe_add(&l->sums[at >> 32].expected, cbpe_probability(
			    l->cbpe, score), s[17] != 0);
	}
	if (now != UINT64_MAX)
		end_curve(l, (uint32_t)(now >> 32), &curve);
	return got;
}

/* ---- metrics ---- */

static struct late_metric *
add_metric(struct late_group *g, const char *name, double value, double low,
    double high)
{
	struct late_metric *m = &g->m[g->n++];

	*m = (struct late_metric){ name, value, low, high, NAN, NAN, NAN };
	return m;
}

static void
add_share(struct late_group *g, const char *name, double k, double n)
{
	struct interval w = interval_wilson(n > 0 ? k / n : 0, n);

	add_metric(g, name, n > 0 ? k / n : 0, n > 0 ? w.low : NAN, n > 0 ?
	    w.high : NAN);
}

static void
add_mean(struct late_group *g, const char *name, const struct ranked_mean *m)
{
	double half = ranked_mean_half(m), v = m->n > 0 ? m->sum / m->n : 0;

	if (m->n > 0)
		add_metric(g, name, v, v - half < 0 ? 0 : v - half, v + half);
}

/* An F1 is 2 J / (1 + J) of the share J of hits among hits and misses. */
static void
add_f1(struct late_group *g, double tp, double wrong)
{
	struct interval w = interval_wilson(tp + wrong > 0 ? tp / (tp + wrong)
	    : 0, tp + wrong);
	bool any = tp + wrong > 0;

	add_metric(g, "f1", any ? 2 * tp / (2 * tp + wrong) : 0, any ? 2 *
	    w.low / (1 + w.low) : NAN, any ? 2 * w.high / (1 + w.high) : NAN);
}

static void
measure_binary(struct late_group *g, const struct late_sums *s)
{
	double tn = (double)s->confusion[0], fp = (double)s->confusion[1];
	double fn = (double)s->confusion[2], tp = (double)s->confusion[3];

	add_metric(g, "auc", s->aucs ? s->auc : NAN, s->aucs ? s->auc_low :
	    NAN, s->aucs ? s->auc_high : NAN);
	add_share(g, "accuracy", tp + tn, tp + tn + fp + fn);
	add_share(g, "precision", tp, tp + fp);
	add_share(g, "recall", tp, tp + fn);
	add_share(g, "specificity", tn, tn + fp);
	add_f1(g, tp, fp + fn);
	add_mean(g, "logloss", &s->loss);
	add_mean(g, "brier", &s->brier);
}

static void
measure_classes(struct late_group *g, const struct late_sums *s, size_t k)
{
	double right = 0, all = 0, f1 = 0, seen = 0, present = 0;

	for (size_t i = 0; i < k; i++) {
		double truth = 0, said = 0, hit = (double)s->confusion[i * k +
		    i];

		for (size_t j = 0; j < k; j++) {
			truth += (double)s->confusion[i * k + j];
			said += (double)s->confusion[j * k + i];
		}
		right += hit;
		all += truth;
		present += truth > 0;
		seen += truth + said > 0;
		f1 += truth + said > 0 ? 2 * hit / (truth + said) : 0;
	}
	add_share(g, "accuracy", right, all);
	add_metric(g, "f1_macro", seen > 0 ? f1 / seen : NAN, NAN, NAN);
	add_metric(g, "auc_ovr", s->aucs == k && present == (double)k ?
	    s->auc / (double)k : NAN, NAN, NAN);
}

static void
measure_numbers(struct late_group *g, const struct late_sums *s)
{
	double half = ranked_mean_half(&s->square), mse, low;

	if (s->square.n == 0) {
		add_metric(g, "rmse", NAN, NAN, NAN);
		add_metric(g, "mae", NAN, NAN, NAN);
		add_metric(g, "r2", NAN, NAN, NAN);
		return;
	}
	mse = s->square.sum / s->square.n;
	low = mse - half < 0 ? 0 : mse - half;
	add_metric(g, "rmse", sqrt(mse), sqrt(low), sqrt(mse + half));
	add_mean(g, "mae", &s->absolute);
	add_metric(g, "r2", s->truth.m2 > 0 ? 1 - mse * s->square.n /
	    s->truth.m2 : NAN, NAN, NAN);
}

static void
add_estimates(struct late_group *g, const struct late_sums *s,
    const struct late *l)
{
	const struct cbpe *c = l->cbpe;

	if (l->rows != NULL) {		/* as measure_classes has them */
		classes_estimate(&g->m[0], &s->classes, l, CLASSES_ACCURACY);
		classes_estimate(&g->m[1], &s->classes, l, CLASSES_F1);
		classes_estimate(&g->m[2], &s->classes, l, CLASSES_AUC);
		return;
	}
	for (size_t i = 0; i < CBPE_METRICS; i++)
		for (size_t k = 0; k < g->n; k++)
			if (strcmp(g->m[k].name, cbpe_names[i]) == 0)
				cbpe_estimate(&g->m[k].estimate,
				    &g->m[k].estimate_low,
				    &g->m[k].estimate_high, &s->expected, c,
				    i);
}

static void
measure_group(struct late_group *g, const struct late_sums *s,
    const struct late *l, bool estimated)
{
	g->predictions = s->predictions;
	g->labelled = s->labelled;
	if (l->o.task == TASK_BINARY)
		measure_binary(g, s);
	else if (l->o.task == TASK_MULTICLASS)
		measure_classes(g, s, l->o.n_classes);
	else
		measure_numbers(g, s);
	if (s->labelled == 0)
		for (size_t i = 0; i < g->n; i++)
			g->m[i].value = g->m[i].low = g->m[i].high = NAN;
	if (estimated)
		add_estimates(g, s, l);
}

/* ---- which group is worse than all ---- */

static bool
is_weak(const struct late_group *g, const struct late_group *all,
    enum task task)
{
	const char *name = task == TASK_BINARY ? "auc" : task ==
	    TASK_MULTICLASS ? "accuracy" : "mae";

	for (size_t i = 0; i < g->n && g->labelled >= LATE_FEW; i++)
		for (size_t k = 0; k < all->n; k++)
			if (strcmp(g->m[i].name, name) == 0 &&
			    strcmp(all->m[k].name, name) == 0)
				return task == TASK_REGRESSION ?
				    g->m[i].low > all->m[k].high :
				    g->m[i].high < all->m[k].low;
	return false;
}

/* ---- order ---- */

struct placed {
	uint32_t group;
	size_t by;
	const char *s;			/* NULL: missing, comes last */
	size_t n;
};

static int
by_place(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->by != y->by)
		return x->by < y->by ? -1 : 1;
	if (x->s == NULL || y->s == NULL)
		return (x->s == NULL) - (y->s == NULL);
	return num_compare_text(x->s, x->n, y->s, y->n);
}

static struct placed *
place_groups(size_t *n, const struct late *l)
{
	size_t count = intern_count(l->groups), days = 0;
	struct placed *v = xalloc(count + 1, sizeof(*v));

	*n = 0;
	for (uint32_t i = 0; i < count; i++) {
		size_t len;
		const char *s = intern_text(l->groups, i, &len);
		struct placed *p = &v[(*n)++];

		*p = (struct placed){ i, (size_t)(s[0] - 'A') + 26 *
		    (size_t)(s[1] - 'A'), len > 2 ? s + 3 : NULL, len > 2 ?
		    len - 3 : 0 };
		days += p->by == BY_DAY;
	}
	qsort(v, *n, sizeof(*v), by_place);
	/* rows without a time, all of them: there are no days */
	if (days == 1 && *n > 1 && v[1].s == NULL) {
		memmove(v + 1, v + 2, (*n - 2) * sizeof(*v));
		--*n;
	}
	return v;
}

static int
measure(struct late_report *r, struct late *l, struct err *e)
{
	struct placed *v;

	if (learn_estimate(r, l, e) < 0 || walk_curves(r, l, e) < 0)
		return -1;
	v = place_groups(&r->n, l);
	r->group = arena_alloc(&r->arena, (r->n + 1) * sizeof(*r->group));
	for (size_t i = 0; i < r->n; i++) {
		struct late_group *g = &r->group[i];

		g->by = v[i].by == BY_ALL ? "all" : v[i].by == BY_DAY ? "day" :
		    arena_strdup(&r->arena, l->o.by[v[i].by - BY_COLUMN]);
		g->value = v[i].s == NULL ? NULL : arena_strndup(&r->arena,
		    v[i].s, v[i].n);
		g->id = v[i].group;
		measure_group(g, &l->sums[v[i].group], l, r->estimated);
		g->weak = i > 0 && is_weak(g, &r->group[0], l->o.task);
	}
	free(v);
	return 0;
}

int
late_judge(struct late_report *r, struct late *l, struct err *e)
{
	*r = l->counted;
	memset(&l->counted, 0, sizeof(l->counted));
	l->r = r;
	if (late_join(l, e) < 0)
		return -1;
	return measure(r, l, e);
}
