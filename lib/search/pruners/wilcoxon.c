/* Stop a trial that a signed-rank test finds worse than the best one at the
 * same steps, as those of cross-validation. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "search/front.h"
#include "search/pruner.h"
#include "stat/special.h"

enum { P_THRESHOLD, STARTUP };

#define EXACT_MAX 50		/* beyond it, as scipy, the normal distribution */
#define FLIPS_MAX 13		/* 2^13 signs are tried where there are ties */

static const struct setting wilcoxon_settings[] = {
	{ "p_threshold", 0.1, 0, 1, false },
	{ "n_startup_steps", 2, 0, 1e6, true },
	{ NULL, 0, 0, 0, false }
};

struct ranked {
	double size, rank;		/* of a difference, without its sign */
	int sign;
};

struct ranks {
	struct ranked *d;		/* (n), rising */
	size_t n;
	bool tied;			/* equal ones, or zeros */
	double tie_sum;			/* of t^3 - t */
	double plus;			/* ranks above 0, zeros by half */
};

static int
compare_sizes(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return (x->size > y->size) - (x->size < y->size);
}

static void
rank_sizes(struct ranks *r)
{
	qsort(r->d, r->n, sizeof(*r->d), compare_sizes);
	for (size_t i = 0, k; i < r->n; i = k) {
		double t;

		for (k = i + 1; k < r->n && r->d[k].size == r->d[i].size; k++)
			;
		t = (double)(k - i);
		r->tied |= k - i > 1 || r->d[i].size == 0;
		r->tie_sum += t * t * t - t;
		for (size_t j = i; j < k; j++) {
			r->d[j].rank = (double)(i + k + 1) / 2;
			r->plus += r->d[j].sign > 0 ? r->d[j].rank :
			    r->d[j].sign == 0 ? r->d[j].rank / 2 : 0;
		}
	}
}

/* P(ranks above 0 sum to at least `plus`), each subset as likely. */
static double
exact_upper(size_t n, double plus)
{
	size_t most = n * (n + 1) / 2;
	double *count = xalloc(most + 1, sizeof(*count)), sum = 0;

	count[0] = 1;
	for (size_t i = 1; i <= n; i++)
		for (size_t k = most; k >= i; k--)
			count[k] += count[k - i];
	for (size_t k = (size_t)plus; k <= most; k++)
		sum += count[k];
	free(count);
	return sum / exp2((double)n);
}

/* The same by all signs, where ranks are tied. */
static double
flipped_upper(const struct ranks *r)
{
	unsigned all = 1u << r->n, above = 0;

	for (unsigned m = 0; m < all; m++) {
		double plus = 0;

		for (size_t i = 0; i < r->n; i++)
			plus += r->d[i].sign == 0 ? r->d[i].rank / 2 :
			    m >> i & 1 ? r->d[i].rank : 0;
		above += plus >= r->plus * (1 - 1e-14);
	}
	return (double)above / all;
}

static double
normal_upper(const struct ranks *r)
{
	double n = (double)r->n, mean = n * (n + 1) / 4;
	double se = sqrt((n * (n + 1) * (2 * n + 1) - r->tie_sum / 2) / 24);

	return normal_sf((r->plus - mean) / se);
}

/* How likely are differences as much above 0, if they are around 0? */
static double
signed_rank_p(double *d, size_t n)
{
	struct ranks r = { .d = xalloc(n, sizeof(*r.d)), .n = n };
	double p;

	for (size_t i = 0; i < n; i++)
		r.d[i] = (struct ranked){ fabs(d[i]), 0, (d[i] > 0) - (d[i] < 0) };
	rank_sizes(&r);
	p = n > EXACT_MAX || (r.tied && n > FLIPS_MAX) ? normal_upper(&r) :
	    r.tied ? flipped_upper(&r) : exact_upper(n, r.plus);
	free(r.d);
	return p;
}

static bool
is_finite_trial(const struct trial *t)
{
	for (size_t i = 0; i < t->n_steps; i++)
		if (!isfinite(t->step[i].value))
			return false;
	return t->n_steps > 0;
}

static double
mean_of(const struct trial *t)
{
	double sum = 0;

	for (size_t i = 0; i < t->n_steps; i++)
		sum += t->step[i].value;
	return sum / (double)t->n_steps;
}

/* How much worse a is than b, at the steps both have. */
static size_t
find_differences(double *d, const struct trial *a, const struct trial *b,
    double sign)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n_steps; i++)
		for (size_t k = 0; k < b->n_steps; k++)
			if (a->step[i].step == b->step[k].step)
				d[n++] = sign * (a->step[i].value - b->step[k].value);
	return n;
}

static void
judge_wilcoxon(struct verdict *v, const struct study *s, size_t number,
    const double *set)
{
	const struct trial *t = &s->trial[number], *best;
	double sign = s->maximize[0] ? -1 : 1, *d;
	struct arena a = { NULL, 0 };
	const size_t *front;
	size_t n = study_front(&front, &a, s);

	best = n ? &s->trial[front[0]] : NULL;
	arena_free(&a);
	if (best == NULL || !is_finite_trial(t) || !is_finite_trial(best))
		return;
	d = xalloc(t->n_steps, sizeof(*d));
	n = find_differences(d, t, best, sign);
	/* where the average says otherwise the test is not believed */
	if (n >= 2 && (double)n >= set[STARTUP] &&
	    signed_rank_p(d, n) < set[P_THRESHOLD])
		v->prune = !(sign * mean_of(best) >= sign * mean_of(t));
	free(d);
}

const struct pruner pruner_wilcoxon = {
	.name = "wilcoxon", .settings = wilcoxon_settings,
	.judge = judge_wilcoxon,
};
