/* Where to cut: the gain of every threshold and set, from histograms. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "train/grow.h"

/*
 * A side's hessian begins at this, as in LightGBM: no division by zero, and
 * of cuts that are worth the same the one that LightGBM takes.
 */
#define TINY ((double)1e-15F)

static double
shrunk(double g, double l1)
{
	double a = fabs(g) - l1;

	return a <= 0 ? 0 : g < 0 ? -a : a;
}

static double
gain_of(const struct gbdt_params *p, struct cell s, double l2)
{
	double t = p->lambda_l1 > 0 ? shrunk(s.g, p->lambda_l1) : s.g;

	return t * t / (s.h + l2);
}

double
leaf_value(const struct gbdt_params *p, struct cell s, double l2)
{
	return -shrunk(s.g, p->lambda_l1) / (s.h + l2 + TINY);
}

struct scan {
	const struct gbdt_params *p;
	const struct leaf *l;
	struct cell all;		/* the leaf's sums, and TINY of each side */
	const struct cell *hist;
	double per_hessian;		/* rows for one unit of hessian */
	double floor;			/* gain that must be beaten */
};

static double
rows_of(const struct scan *s, struct cell c)
{
	double n = c.h * s->per_hessian + 0.5;

	/* a trace left by subtraction may be anything */
	return n >= 1 && n < 1e15 ? (double)(int64_t)n : 0;
}

/* Would both sides be large enough? */
static bool
allowed(const struct scan *s, struct cell left, double n_left)
{
	double n_right = s->l->count - n_left;

	return n_left >= (double)s->p->min_data_in_leaf &&
	    n_right >= (double)s->p->min_data_in_leaf &&
	    left.h >= s->p->min_sum_hessian_in_leaf &&
	    s->all.h - left.h >= s->p->min_sum_hessian_in_leaf;
}

static double
split_gain(const struct scan *s, struct cell left, double l2)
{
	struct cell right = { s->all.g - left.g, s->all.h - left.h };

	return gain_of(s->p, left, l2) + gain_of(s->p, right, l2);
}

/*
 * Thresholds from the right, rows without a value on the left; `end` is one
 * past the last bin.  Of equal cuts the one found first stays.  A bin that
 * none of the leaf's rows are in cuts as the bin before it does; what
 * subtraction leaves there is some 1e-16 of the root's sums.
 */
static void
scan_down(struct split *out, const struct scan *s, uint32_t end)
{
	double n_right = 0, trace = s->l->sum.h * 1e-12, best = s->floor;
	struct cell right = { 0, TINY }, best_left = { 0, 0 };
	uint32_t at = end;

	for (uint32_t b = end; b-- > 1;) {
		struct cell c = s->hist[b], left;
		double gain;

		if (c.h <= trace && fabs(c.g) <= trace)
			continue;
		right.g += c.g;
		right.h += c.h;
		n_right += rows_of(s, c);
		left = (struct cell){ s->all.g - right.g, s->all.h - right.h };
		if (!allowed(s, left, s->l->count - n_right))
			continue;
		gain = split_gain(s, left, s->p->lambda_l2);
		if (gain > best) {
			best = gain;
			best_left = left;
			at = b - 1;
		}
	}
	if (at == end)
		return;
	out->gain = best;
	out->bin = at;
	out->default_left = true;
	out->category = false;
	out->left = best_left;
}

/* Thresholds from the left, rows without a value on the right: taken when
 * they are better than what is in `out`. */
static void
scan_up(struct split *out, const struct scan *s, uint32_t end)
{
	double n_left = 0, trace = s->l->sum.h * 1e-12;
	double best = out->gain > s->floor ? out->gain : s->floor;
	struct cell left = { 0, TINY }, best_left = { 0, 0 };
	uint32_t at = end;

	for (uint32_t b = 0; b < end; b++) {
		struct cell c = s->hist[b];
		double gain;

		if (c.h <= trace && fabs(c.g) <= trace)
			continue;
		left.g += c.g;
		left.h += c.h;
		n_left += rows_of(s, c);
		if (!allowed(s, left, n_left))
			continue;
		gain = split_gain(s, left, s->p->lambda_l2);
		if (gain > best) {
			best = gain;
			best_left = left;
			at = b;
		}
	}
	if (at == end)
		return;
	out->gain = best;
	out->bin = at;
	out->default_left = false;
	out->category = false;
	out->left = best_left;
}

/*
 * Where no training row was without a value, one that is later goes where
 * zero goes.
 */
static void
scan_numbers(struct split *out, const struct scan *s,
    const struct bin_feature *f)
{
	scan_down(out, s, f->n_bins);
	if (f->missing)
		scan_up(out, s, f->n_bins);
	else if (out->gain > -INFINITY)
		out->default_left = f->bound[out->bin] >= 0;
}

/* Each level against all others. */
static void
scan_onehot(struct split *out, const struct scan *s,
    const struct bin_feature *f)
{
	for (uint32_t b = 0; b < f->n_bins; b++) {
		struct cell left = s->hist[b];
		double gain, n = rows_of(s, left);

		left.h += TINY;
		if (!allowed(s, left, n))
			continue;
		gain = split_gain(s, left, s->p->lambda_l2);
		if (gain > s->floor && gain > out->gain) {
			out->gain = gain;
			out->category = true;
			out->left = left;
			out->n_set = 1;
			out->set[0] = (uint8_t)b;
		}
	}
}

struct ratio {
	double v;
	uint8_t bin;
};

static int
by_ratio(const void *a, const void *b)
{
	const struct ratio *x = a, *y = b;

	if (x->v != y->v)
		return x->v < y->v ? -1 : 1;
	return (int)x->bin - (int)y->bin;
}

/* Levels in the order of g / (h + smooth), taken from either end. */
static void
scan_sets(struct split *out, const struct scan *s,
    const struct bin_feature *f)
{
	const struct gbdt_params *p = s->p;
	struct ratio r[256];
	uint32_t n = 0, most;

	for (uint32_t b = 0; b < f->n_bins; b++)
		if (rows_of(s, s->hist[b]) >= p->cat_smooth)
			r[n++] = (struct ratio){ s->hist[b].g /
			    (s->hist[b].h + p->cat_smooth), (uint8_t)b };
	qsort(r, n, sizeof(*r), by_ratio);
	most = (n + 1) / 2 < (uint32_t)p->max_cat_threshold ? (n + 1) / 2 :
	    (uint32_t)p->max_cat_threshold;
	for (int end = 0; end < 2; end++) {
		struct cell left = { 0, TINY };
		double n_left = 0, group = 0;

		for (uint32_t i = 0; i < n && i < most; i++) {
			uint8_t b = r[end ? n - 1 - i : i].bin;
			double c = rows_of(s, s->hist[b]), gain, n_right;

			left.g += s->hist[b].g;
			left.h += s->hist[b].h;
			n_left += c;
			group += c;
			n_right = s->l->count - n_left;
			if (n_right < (double)p->min_data_per_group)
				break;
			if (!allowed(s, left, n_left) ||
			    group < (double)p->min_data_per_group)
				continue;
			group = 0;
			gain = split_gain(s, left, p->lambda_l2 + p->cat_l2);
			if (gain <= s->floor || gain <= out->gain)
				continue;
			out->gain = gain;
			out->category = true;
			out->left = left;
			out->l2 = p->lambda_l2 + p->cat_l2;
			out->n_set = i + 1;
			for (uint32_t k = 0; k <= i; k++)
				out->set[k] = r[end ? n - 1 - k : k].bin;
		}
	}
}

void
split_feature(struct split *out, const struct grower *w,
    const struct leaf *l, uint32_t feature)
{
	const struct bin_feature *f = &w->b->feature[feature];
	struct scan s = { w->p, l, { l->sum.g, l->sum.h + 2 * TINY },
	    l->hist + f->offset, 0, 0 };

	out->gain = -INFINITY;
	out->feature = feature;
	out->default_left = false;
	out->l2 = w->p->lambda_l2;
	s.per_hessian = l->count / s.all.h;
	s.floor = gain_of(w->p, s.all, w->p->lambda_l2) +
	    w->p->min_gain_to_split;
	if (f->category && f->n_bins < (uint32_t)w->p->max_cat_to_onehot)
		scan_onehot(out, &s, f);
	else if (f->category)
		scan_sets(out, &s, f);
	else
		scan_numbers(out, &s, f);
	if (out->gain == -INFINITY)
		return;
	out->gain -= s.floor - w->p->min_gain_to_split;
	out->left.h -= TINY;
}
