/* Isotonic regression, beside what scikit-learn 1.9 gives. */
#include "stat/isotonic.h"

#include "../tap.h"

static void
steps(void)
{
	/* IsotonicRegression(out_of_bounds="clip").fit(x, y) of these */
	static const double x[] = { 9, 8, 7, 7, 5, 4, 3, 2, 1 };
	static const double y[] = { 1, 1, 0, 1, 1, 0, 0, 1, 0 };
	static const double at[] = { 0, 1, 1.5, 2, 4, 4.5, 5, 6, 7, 7.25, 7.5,
	    8, 20 };
	static const double want[] = { 0, 0, 1 / 6.0, 1 / 3.0, 1 / 3.0,
	    0.5, 2 / 3.0, 2 / 3.0, 2 / 3.0, 0.75, 5 / 6.0, 1, 1 };
	struct isotonic f;
	int good = 1;

	isotonic_init(&f);
	for (size_t i = 0; i < 9; i++)
		isotonic_add(&f, x[i], y[i]);
	isotonic_done(&f);
	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++)
		if (fabs(isotonic_value(&f, at[i]) - want[i]) > 1e-15) {
			printf("# at %g: %.17g, not %.17g\n", at[i],
			    isotonic_value(&f, at[i]), want[i]);
			good = 0;
		}
	ok(good, "steps, lines between them, ends beyond");
	ok(f.n == 4, "violators are pooled, and points of one x");
	isotonic_release(&f);
}

static void
nothing(void)
{
	struct isotonic f;

	isotonic_init(&f);
	isotonic_done(&f);
	ok(isotonic_value(&f, 0.3) == 0.3, "without points x is its own value");
	isotonic_release(&f);
}

int
main(void)
{
	steps();
	nothing();
	return tap_done();
}
