#include "math/blas.h"

#include <cblas.h>

/* LAPACK as OpenBLAS exports it: column-major, so our row-major lower
 * triangle is its upper one. */
extern void dpotrf_(const char *, const int *, double *, const int *, int *);
extern void dpotrs_(const char *, const int *, const int *, const double *,
    const int *, double *, const int *, int *);

static void
one_thread(void)
{
	openblas_set_num_threads(1);
}

void
blas_gram(double *h, const double *a, size_t n, size_t p)
{
	one_thread();
	cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)p, (int)n, 1.0,
	    a, (int)p, 1.0, h, (int)p);
}

void
blas_cross(double *h, const double *a, const double *b, size_t n, size_t p,
    size_t q)
{
	one_thread();
	cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)p, (int)q,
	    (int)n, 1.0, a, (int)p, b, (int)q, 1.0, h, (int)q);
}

int
blas_solve(double *h, double *g, size_t p)
{
	int n = (int)p, one = 1, info = 0;

	one_thread();
	dpotrf_("U", &n, h, &n, &info);
	if (info != 0)
		return -1;
	dpotrs_("U", &n, &one, h, &n, g, &n, &info);
	return info ? -1 : 0;
}

const char *
blas_kernel(void)
{
	return openblas_get_corename();
}
