/* Small equations with answers known by hand: one solution, hardly one, and
 * eigenvectors. */
#include "math/blas.h"
#include "../tap.h"

#define ON 1e-9

static void
test_solve(const struct blas *b)
{
	/* 4 x + 2 y = 10, 2 x + 3 y = 11; what is above the diagonal is not
	 * looked at */
	double h[] = { 4, 99, 2, 3 }, g[] = { 10, 11 };
	double close[] = { 1, 99, 1, 1 + 1e-12 }, same[] = { 1, 99, 1, 1 };
	double k[] = { 5, 7 };

	ok(blas_solve_well(b, h, g, 2, ON) == 0, "two equations");
	is_near(g[0], 1, 1e-14, "x");
	is_near(g[1], 3, 1e-14, "y");
	ok(blas_solve_well(b, close, k, 2, ON) < 0, "nearly one equation");
	ok(blas_solve_well(b, same, k, 2, ON) < 0, "one equation");
	ok(k[0] == 5 && k[1] == 7, "which change nothing");
}

static void
test_eigen(const struct blas *b)
{
	double h[] = { 2, 99, 1, 2 }, value[2];

	ok(blas_eigen(b, h, value, 2) == 0, "eigenvalues");
	is_near(value[0], 1, 1e-14, "the smaller first");
	is_near(value[1], 3, 1e-14, "and the larger");
	is_near(fabs(h[2] + h[3]), sqrt(2), 1e-14, "whose vector is the second "
	    "row");
	is_near(h[0] + h[1], 0, 1e-14, "and square to the first");
}

int
main(void)
{
	struct blas *b = NULL;
	struct err e = ERR_INIT;

	if (!ok(blas_open(&b, &e) == 0, "the library: %s", e.msg))
		return tap_done();
	test_solve(b);
	test_eigen(b);
	blas_close(b);
	return tap_done();
}
