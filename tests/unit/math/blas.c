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

	ok(blas_solve_well(b, h, g, 2, ON) == 0, "two equations have a solution");
	is_near(g[0], 1, 1e-14, "the solution's x");
	is_near(g[1], 3, 1e-14, "the solution's y");
	ok(blas_solve_well(b, close, k, 2, ON) < 0,
	    "two equations that are nearly one are refused");
	ok(blas_solve_well(b, same, k, 2, ON) < 0, "one equation twice is refused");
	ok(k[0] == 5 && k[1] == 7, "a refused system changes nothing");
}

static void
test_eigen(const struct blas *b)
{
	double h[] = { 2, 99, 1, 2 }, value[2];

	ok(blas_eigen(b, h, value, 2) == 0, "a symmetric matrix has eigenvalues");
	is_near(value[0], 1, 1e-14, "the smaller eigenvalue is first");
	is_near(value[1], 3, 1e-14, "the larger eigenvalue is second");
	is_near(fabs(h[2] + h[3]), sqrt(2), 1e-14, "the second row is the larger "
	    "one's vector");
	is_near(h[0] + h[1], 0, 1e-14, "the first vector is square to the second");
}

int
main(void)
{
	struct blas *b = NULL;
	struct err e = ERR_INIT;

	if (!ok(blas_open(&b, &e) == 0, "the library opens: %s", e.msg))
		return tap_done();
	test_solve(b);
	test_eigen(b);
	blas_close(b);
	return tap_done();
}
