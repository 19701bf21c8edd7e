/* Pearson's chi-square of three moments. */
#include "drift/law.h"

#include <math.h>

#include "stat/special.h"

#define DF_MIN 0.5
#define DF_MAX 1000
#define STEPS 200

struct law
law_fit(const double *draw, size_t n)
{
	struct law l = { 0, 1, 0 };
	double mean = 0, second = 0, third = 0;

	for (size_t i = 0; i < n; i++)
		mean += draw[i] * draw[i] / (double)n;
	for (size_t i = 0; i < n; i++) {
		double d = draw[i] * draw[i] - mean;

		second += d * d / (double)n;
		third += d * d * d / (double)n;
	}
	if (!(second > 0))
		return l;
	l.df = third > 0 ? 8 * second * second * second / (third * third) :
	    DF_MAX;
	l.df = l.df < DF_MIN ? DF_MIN : l.df > DF_MAX ? DF_MAX : l.df;
	l.scale = sqrt(second / (2 * l.df));
	l.shift = mean - l.scale * l.df;
	return l;
}

double
law_sf(const struct law *l, double distance)
{
	double square = distance * distance - l->shift;

	if (!(distance > 0) || (l->scale > 0 && !(square > 0)))
		return 1;
	return l->scale > 0 ? chi2_sf(square / l->scale, l->df) : 0;
}

double
law_quantile(const struct law *l, double p)
{
	double low = 0, high = 1e-6;

	if (!(l->scale > 0))
		return 0;
	while (law_sf(l, high) > p && high < 1e150)
		high *= 2;
	for (int i = 0; i < STEPS; i++) {
		double mid = low + (high - low) / 2;

		if (mid <= low || mid >= high)
			break;
		if (law_sf(l, mid) > p)
			low = mid;
		else
			high = mid;
	}
	return high;
}
