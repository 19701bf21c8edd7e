/* A percentile between two numbers of a sorted list. */
#include "learn/percentile.h"

#include <stdlib.h>

#include "base/mem.h"

struct weighed {
	double v, weight;
	size_t at;
};

static int
by_value(const void *a, const void *b)
{
	const struct weighed *x = a, *y = b;

	if (x->v != y->v)
		return x->v < y->v ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* Counted from the top, a share 1 - alpha of the way down. */
static double
plain(const struct weighed *d, size_t n, double alpha)
{
	double down = (double)(n - 1) * (1 - alpha), upper, lower;
	size_t at = down > 0 ? (size_t)down : 0;

	if (at + 1 >= n)
		return d[0].v;
	upper = d[n - 1 - at].v;
	lower = d[n - 2 - at].v;
	return upper - (upper - lower) * (down - (double)at);
}

static double
weighted(const struct weighed *d, size_t n, double alpha)
{
	double *sum = xalloc(n, sizeof(*sum)), wanted, v;
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		sum[i] = d[i].weight + (i ? sum[i - 1] : 0);
	wanted = sum[n - 1] * alpha;
	while (at + 1 < n && sum[at] <= wanted)
		at++;
	v = d[at].v;
	if (at > 0 && at + 1 < n) {
		double step = sum[at] - sum[at - 1];

		v = d[at - 1].v;
		/* a weight below 1 is no row to go part of the way to */
		if (step >= 1)
			v += (wanted - sum[at - 1]) / step * (d[at].v - v);
	}
	free(sum);
	return v;
}

double
percentile_of(const double *v, const double *weight, size_t n, double alpha)
{
	struct weighed *d = xalloc(n, sizeof(*d));
	double found;

	for (size_t i = 0; i < n; i++)
		d[i] = (struct weighed){ v[i], weight ? weight[i] : 1, i };
	qsort(d, n, sizeof(*d), by_value);
	found = n == 1 ? d[0].v : weight ? weighted(d, n, alpha) :
	    plain(d, n, alpha);
	free(d);
	return found;
}
