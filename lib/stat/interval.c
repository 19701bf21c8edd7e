/* Intervals of shares in closed form: Wilson's, and Newcombe's of an AUC. */
#include "stat/interval.h"

#include <math.h>
#include <stdbool.h>

struct interval
interval_wilson(double p, double n)
{
	double z2 = Z95 * Z95, d = n + z2, mid, half;
	struct interval w = { 0, 1 };

	if (!(n > 0))
		return w;
	mid = (n * p + z2 / 2) / d;
	half = Z95 / d * sqrt(n * p * (1 - p) + z2 / 4);
	/* its ends are exact where all are, or none is */
	w.low = p <= 0 || mid - half < 0 ? 0 : mid - half;
	w.high = p >= 1 || mid + half > 1 ? 1 : mid + half;
	return w;
}

/* Does the area seen lie beyond 95 % of those that a true one of a gives? */
static bool
too_far(double a, double seen, double P, double N)
{
	double more = (P + N) / 2 - 1;
	double variance = a * (1 - a) * (1 + more * (1 - a) / (2 - a) +
	    more * a / (1 + a)) / (P * N);

	return fabs(a - seen) > Z95 * sqrt(variance);
}

/* Halving finds where areas from `far` on towards `seen` are near enough. */
static double
nearest_end(double far, double seen, double P, double N)
{
	double near = seen, mid;

	for (int i = 0; i < 60; i++) {
		mid = (far + near) / 2;
		if (too_far(mid, seen, P, N))
			far = mid;
		else
			near = mid;
	}
	return near;
}

struct interval
interval_newcombe(double auc, double P, double N)
{
	struct interval w = { nearest_end(0, auc, P, N),
	    nearest_end(1, auc, P, N) };

	return w;
}
