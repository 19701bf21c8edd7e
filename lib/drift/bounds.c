/*
 * Bounds on the scores of tests, from how many values are in each bucket:
 * they hold wherever inside its bucket a value was.
 */
#include "drift/bounds.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "stat/ks.h"

/* Both distribution functions at one edge, from below and above. */
struct edge {
	double x, f_low, f_high, g_low, g_high;
};

static int
by_place(const void *a, const void *b)
{
	double x = ((const struct edge *)a)->x, y = ((const struct edge *)b)->x;

	return (x > y) - (x < y);
}

/* Up the values of one side: those at or below x are counted once. */
struct walk {
	const struct profile_column *c;
	size_t at;			/* first bucket, or value, above */
	uint64_t below;
};

/* x never falls. */
static void
share_below(struct walk *w, double x, double *low, double *high)
{
	const struct profile_column *c = w->c;
	uint64_t maybe = 0;
	double from, to;

	if (x < c->min || x >= c->max) {
		*low = *high = x >= c->max;
		return;
	}
	for (; c->complete && w->at < c->numbers && c->number[w->at].v <= x;
	    w->at++)
		w->below += c->number[w->at].n;
	for (size_t i = w->at; !c->complete && i < c->buckets; i++) {
		profile_bucket_edges(c->bucket[i].key, &from, &to);
		if (i == w->at && to <= x) {
			w->below += c->bucket[i].n;
			w->at++;
		} else if (from <= x) {
			maybe += c->bucket[i].n;
		} else {
			break;
		}
	}
	*low = (double)w->below / (double)c->finite;
	*high = (double)(w->below + maybe) / (double)c->finite;
}

static size_t
add_edges(struct edge *v, size_t n, const struct profile_column *c,
    double min, double max)
{
	for (size_t i = 0; i < c->buckets; i++) {
		double low, high;

		profile_bucket_edges(c->bucket[i].key, &low, &high);
		v[n++].x = low < min ? min : low > max ? max : low;
		v[n++].x = high < min ? min : high > max ? max : high;
	}
	v[n++].x = c->min;
	v[n++].x = c->max;
	return n;
}

static double
max_of(double a, double b)
{
	return a > b ? a : b;
}

struct gaps {
	double area_low, area_high;	/* of |F - G| */
	double most_low, most_high;	/* its maximum */
	double root;			/* of sqrt(H (1 - H)), H of both sides
					 * together; about */
};

static void
measure_gaps(struct gaps *g, const struct profile_column *f,
    const struct profile_column *c)
{
	double share = (double)f->finite / ((double)f->finite +
	    (double)c->finite);
	double min = f->min < c->min ? f->min : c->min;
	double max = max_of(f->max, c->max);
	struct edge *v = xalloc(2 * (f->buckets + c->buckets) + 4,
	    sizeof(*v));
	struct walk below_f = { f, 0, 0 }, below_c = { c, 0, 0 };
	size_t n = add_edges(v, 0, f, min, max);

	n = add_edges(v, n, c, min, max);
	qsort(v, n, sizeof(*v), by_place);
	*g = (struct gaps){ 0, 0, 0, 0, 0 };
	for (size_t i = 0; i < n; i++) {
		share_below(&below_f, v[i].x, &v[i].f_low, &v[i].f_high);
		share_below(&below_c, v[i].x, &v[i].g_low, &v[i].g_high);
		g->most_low = max_of(g->most_low, max_of(v[i].f_low -
		    v[i].g_high, v[i].g_low - v[i].f_high));
		g->most_high = max_of(g->most_high, max_of(v[i].f_high -
		    v[i].g_low, v[i].g_high - v[i].f_low));
	}
	for (size_t i = 0; i + 1 < n; i++) {
		const struct edge *a = &v[i], *b = &v[i + 1];
		double width = b->x - a->x, near, far, h;

		if (width == 0)
			continue;
		/* both functions rise inside [a, b) */
		far = max_of(b->f_high - a->g_low, b->g_high - a->f_low);
		near = max_of(0, max_of(a->f_low - b->g_high, a->g_low -
		    b->f_high));
		h = share * (a->f_low + b->f_high) / 2 +
		    (1 - share) * (a->g_low + b->g_high) / 2;
		g->root += sqrt(h * (1 - h)) * width;
		g->area_low += near * width;
		g->area_high += far * width;
		g->most_high = max_of(g->most_high, far);
	}
	free(v);
}

static double
ks_p(uint64_t m, uint64_t n, double d)
{
	double a = (double)m, b = (double)n;
	uint64_t g = m, r = n;

	while (r != 0) {
		uint64_t t = g % r;

		g = r;
		r = t;
	}
	if (m <= 10000 && n <= 10000)
		return ks_exact(m, n, (uint64_t)llround(d * (a / (double)g) *
		    b));
	return ks_one_sf((uint64_t)nearbyint(a * b / (a + b)), d);
}

/* The standard deviation of both sides together. */
static double
joint_std(const struct profile_column *f, const struct profile_column *c)
{
	double a = (double)f->finite, b = (double)c->finite, n = a + b;
	double gap = f->mean - c->mean;

	return sqrt((a * f->std * f->std + b * c->std * c->std) / n +
	    a / n * (b / n) * gap * gap);
}

int
bounds_test(struct drift_column *d, const struct view *ref,
    const struct view *cur, struct err *e)
{
	struct gaps g;
	double std = ref->p.std > 0.001 ? ref->p.std : 0.001;

	if (!ref->p.is_number || !cur->p.is_number)
		return err_set(e, ERR_UNSUPPORTED, "more values than a profile "
		    "keeps (%d): compare rows, or --exclude it",
		    PROFILE_VALUES);
	if (d->method != TS_WASSERSTEIN && d->method != TS_KS)
		return err_set(e, ERR_UNSUPPORTED, "'%s' needs rows: these "
		    "profiles do not hold all values (wasserstein and ks "
		    "can be bounded)", ts_name(d->method));
	measure_gaps(&g, &ref->p, &cur->p);
	if (d->method == TS_WASSERSTEIN) {
		d->low = g.area_low / std;
		d->high = g.area_high / std;
		d->chance = ts_area_chance(g.area_low, g.root,
		    joint_std(&ref->p, &cur->p), d->n_ref, d->n_cur);
	} else {
		d->low = ks_p(d->n_ref, d->n_cur, g.most_high);
		d->high = ks_p(d->n_ref, d->n_cur, g.most_low);
		d->chance = d->high;
	}
	d->score = (d->low + d->high) / 2;
	return 0;
}
