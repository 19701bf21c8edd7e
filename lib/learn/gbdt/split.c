/* Where to cut: the gain of every threshold and set, from histograms. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "learn/gbdt/grow.h"

/*
 * A side's hessian begins at this, as in LightGBM: no division by zero, and
 * of cuts that are worth the same the one that LightGBM takes.
 */
#define TINY ((double)1e-15F)

static double
shrink_gradient(double g, double l1)
{
	double a = fabs(g) - l1;

	return a <= 0 ? 0 : g < 0 ? -a : a;
}

static inline double
gain_of(const struct gbdt_params *p, struct cell s, double l2)
{
	double t = p->lambda_l1 > 0 ? shrink_gradient(s.g, p->lambda_l1) : s.g;

	return t * t / (s.h + l2);
}

static double
within(double v, const struct leaf *l)
{
	return v < l->low ? l->low : v > l->high ? l->high : v;
}

double
leaf_value(const struct gbdt_params *p, struct cell s, double l2,
    const struct leaf *in)
{
	return within(-shrink_gradient(s.g, p->lambda_l1) / (s.h + l2 + TINY),
	    in);
}

#define LANE 16			/* cuts looked at together */
#define BINS_MAX (256 + LANE)

struct split_scan {
	const struct gbdt_params *p;
	const struct leaf *l;
	struct cell all;		/* the leaf's sums, and TINY of each side */
	const struct cell *hist;
	bool bound;			/* by monotone constraints */
	int direction;			/* of the feature, 1 or -1; or 0 */
	double per_hessian;		/* rows for one unit of hessian */
	double floor;			/* gain that must be beaten */
};

static inline double
rows_of(const struct split_scan *s, struct cell c)
{
	return (double)(int64_t)(c.h * s->per_hessian + 0.5);
}

/* Is a side large enough to be a leaf? */
static inline bool
side_allowed(const struct split_scan *s, struct cell side, double rows)
{
	return rows >= (double)s->p->min_data_in_leaf &&
	    side.h >= s->p->min_sum_hessian_in_leaf;
}

/* Are both? */
static bool
both_allowed(const struct split_scan *s, struct cell left, double n_left)
{
	return side_allowed(s, left, n_left) && side_allowed(s, (struct cell){ 0,
	    s->all.h - left.h }, s->l->count - n_left);
}

/* What a side's value is and what it gains, kept within the leaf's bounds. */
static double
bound_gain(double *value, const struct split_scan *s, struct cell c, double l2)
{
	double g = shrink_gradient(c.g, s->p->lambda_l1), h = c.h + l2, v;

	v = *value = within(-g / h, s->l);
	return -(2 * g * v + h * v * v);
}

/* A cut that turns the direction round gains nothing. */
static double
constrained_gain(const struct split_scan *s, struct cell one, double l2,
    bool is_left)
{
	struct cell other = { s->all.g - one.g, s->all.h - one.h };
	double v[2], gain;

	gain = bound_gain(&v[!is_left], s, one, l2);
	gain += bound_gain(&v[is_left], s, other, l2);
	return (s->direction > 0 && v[0] > v[1]) || (s->direction < 0 &&
	    v[0] < v[1]) ? -INFINITY : gain;
}

/* Of a cut that leaves `one` on one side. */
static inline double
split_gain(const struct split_scan *s, struct cell one, double l2,
    bool is_left)
{
	struct cell other = { s->all.g - one.g, s->all.h - one.h };

	if (s->bound)
		return constrained_gain(s, one, l2, is_left);
	return gain_of(s->p, one, l2) + gain_of(s->p, other, l2);
}

/* The sums of the first bins from one end, and the rows in them. */
struct bin_sums {
	double g[BINS_MAX], h[BINS_MAX], rows[BINS_MAX];
};

struct best_cut {
	double gain;
	struct cell left;
	uint32_t bin;
	bool found, default_left;
};

/* Running sums over n bins from `from`, up or down, without branches, which
 * would be mispredicted. */
static void
sum_bins(struct bin_sums *x, const struct split_scan *s, uint32_t from,
    uint32_t n, bool up)
{
	const struct cell *c = s->hist + from;
	const ptrdiff_t step = up ? 1 : -1;
	double g = 0, h = TINY, rows = 0;

	for (uint32_t k = 0; k < n; k++, c += step) {
		g += c->g;
		h += c->h;
		rows += rows_of(s, *c);
		x->g[k] = g;
		x->h[k] = h;
		x->rows[k] = rows;
	}
}

/*
 * By how much LANE cuts might exceed `best`: below zero they surely do not.
 * Computed without a division, with a margin for its rounding.  An l1 penalty
 * is left out, since it only lowers gains.  False: none can.
 */
static bool
may_beat(double over[LANE], const double *g, const double *h, struct cell all,
    double l2, double best)
{
	const double bar = best * (1 - 1e-9);
	uint64_t bits[LANE], signs = ~(uint64_t)0;

	for (int i = 0; i < LANE; i++) {
		double a = h[i] + l2, b = (all.h - h[i]) + l2;
		double far = all.g - g[i];

		over[i] = g[i] * g[i] * b + far * far * a - bar * (a * b);
	}
	memcpy(bits, over, sizeof(bits));
	for (int i = 0; i < LANE; i++)
		signs &= bits[i];
	return signs >> 63 == 0;
}

/*
 * Thresholds from one end, rows without a value at the other.  Of equal
 * cuts the one found first stays.
 */
static void
scan_from(struct best_cut *best, const struct split_scan *s,
    const struct bin_feature *f, bool up)
{
	const struct gbdt_params *p = s->p;
	uint32_t n = f->n_bins - !up, from = up ? 0 : n, k = 0, end = n;
	struct bin_sums x;

	sum_bins(&x, s, from, n, up);
	while (k < end && !side_allowed(s, (struct cell){ x.g[k], x.h[k] },
	    x.rows[k]))
		k++;
	while (end > k && !side_allowed(s, (struct cell){ 0, s->all.h -
	    x.h[end - 1] }, s->l->count - x.rows[end - 1]))
		end--;
	for (uint32_t i = n; i < end + LANE; i++)
		x.g[i] = x.h[i] = 0;
	for (; k < end; k += LANE) {
		double over[LANE];

		if (!may_beat(over, x.g + k, x.h + k, s->all, p->lambda_l2,
		    best->gain))
			continue;
		for (uint32_t i = k; i < k + LANE && i < end; i++) {
			struct cell c = { x.g[i], x.h[i] };
			double gain;

			if (over[i - k] < 0)
				continue;
			gain = split_gain(s, c, p->lambda_l2, up);
			if (!(gain > best->gain))
				continue;
			if (!up)
				c = (struct cell){ s->all.g - c.g, s->all.h -
				    c.h };
			*best = (struct best_cut){ gain, c, up ? i :
			    from - i - 1, true, !up };
		}
	}
}

/*
 * Where no training row was without a value, one that is later goes where
 * zero goes.
 */
static void
scan_numbers(struct split *out, const struct split_scan *s,
    const struct bin_feature *f)
{
	struct best_cut best = { .gain = s->floor };

	if (f->n_bins > 1)
		scan_from(&best, s, f, false);
	if (f->missing)
		scan_from(&best, s, f, true);
	if (!best.found)
		return;
	out->gain = best.gain;
	out->bin = best.bin;
	out->left = best.left;
	out->category = false;
	out->default_left = f->missing ? best.default_left :
	    f->bound[best.bin] >= 0;
}

/* Each level against all others. */
static void
scan_onehot(struct split *out, const struct split_scan *s,
    const struct bin_feature *f)
{
	for (uint32_t b = 0; b < f->n_bins; b++) {
		struct cell left = s->hist[b];
		double gain, n = rows_of(s, left);

		left.h += TINY;
		if (!both_allowed(s, left, n))
			continue;
		gain = split_gain(s, left, s->p->lambda_l2, true);
		if (gain > s->floor && gain > out->gain) {
			out->gain = gain;
			out->category = true;
			out->left = left;
			out->n_set = 1;
			out->set[0] = (uint8_t)b;
		}
	}
}

struct level_ratio {
	double v;
	uint8_t bin;
};

static int
by_ratio(const void *a, const void *b)
{
	const struct level_ratio *x = a, *y = b;

	if (x->v != y->v)
		return x->v < y->v ? -1 : 1;
	return (int)x->bin - (int)y->bin;
}

/* Levels in the order of g / (h + smooth), taken from either end. */
static void
scan_sets(struct split *out, const struct split_scan *s,
    const struct bin_feature *f)
{
	const struct gbdt_params *p = s->p;
	struct level_ratio r[256];
	uint32_t n = 0, most;

	for (uint32_t b = 0; b < f->n_bins; b++)
		if (rows_of(s, s->hist[b]) >= p->cat_smooth)
			r[n++] = (struct level_ratio){ s->hist[b].g /
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
			if (!both_allowed(s, left, n_left) ||
			    group < (double)p->min_data_per_group)
				continue;
			group = 0;
			gain = split_gain(s, left, p->lambda_l2 + p->cat_l2,
			    true);
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
	struct split_scan s = { .p = w->p, .l = l, .all = { l->sum.g,
	    l->sum.h + 2 * TINY }, .hist = l->hist + f->offset,
	    .bound = w->monotone != NULL,
	    .direction = w->monotone ? w->monotone[feature] : 0 };
	double most;

	out->gain = -INFINITY;
	out->feature = feature;
	out->default_left = false;
	out->l2 = w->p->lambda_l2;
	if (!(l->sum.g * 0 + l->sum.h * 0 == 0))
		return;		/* scores that ran away */
	/* no cell's hessian is beyond the root's: whole numbers hold */
	most = 4e18 / (w->root_h + 1);
	s.per_hessian = l->count / s.all.h;
	if (!(s.per_hessian < most))
		s.per_hessian = most;
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
	if (s.direction != 0)
		out->gain *= 1 + TINY;	/* LightGBM's penalty, 0, has one */
	out->right = (struct cell){ l->sum.g - out->left.g,
	    s.all.h - out->left.h - TINY };
	out->left.h -= TINY;
}
