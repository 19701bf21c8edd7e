/* Percentiles between two numbers, as LightGBM 4 takes them. */
#include "learn/percentile.h"

#include "../tap.h"

static void
is_at(double got, double want, const char *what)
{
	ok(fabs(got - want) < 1e-12, "%s: %g", what, got);
}

int
main(void)
{
	const double v[] = { 4, 1, 3, 2 }, one[] = { 7 };
	const double heavy[] = { 3, 1, 2, 2 }, light[] = { .5, .5, .5, .5 };

	is_at(percentile_of(one, NULL, 1, 0.9), 7, "of one number");
	is_at(percentile_of(v, NULL, 4, 0.5), 2.5, "the median of four");
	is_at(percentile_of(v, NULL, 4, 0.9), 3.7, "their 90th");
	is_at(percentile_of(v, NULL, 4, 1e-9), 1 + 3e-9, "the least");
	is_at(percentile_of(v, NULL, 4, 1), 4, "the largest");
	/* sums 1, 3, 5, 8 by value; half of it is 4 */
	is_at(percentile_of(v, heavy, 4, 0.5), 2.5, "of weights above 1");
	/* where a weight is below 1, the number before it */
	is_at(percentile_of(v, light, 4, 0.5), 2, "of weights below 1");
	is_at(percentile_of(v, heavy, 4, 0.05), 1, "the least weighed");
	return tap_done();
}
