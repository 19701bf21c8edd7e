#include "math/blas.h"

#include <cblas.h>
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct blas {
	void *library;
	void (*syrk)(enum CBLAS_ORDER, enum CBLAS_UPLO, enum CBLAS_TRANSPOSE,
	    int, int, double, const double *, int, double, double *, int);
	/* LAPACK as OpenBLAS exports it: column-major, so our row-major
	 * lower triangle is its upper one. */
	void (*potrf)(const char *, const int *, double *, const int *, int *);
	void (*potrs)(const char *, const int *, const int *, const double *,
	    const int *, double *, const int *, int *);
	void (*syev)(const char *, const char *, const int *, double *,
	    const int *, double *, double *, const int *, int *);
	void (*threads)(int);
	char *(*kernel)(void);
};

/* A function's address; ISO C has no cast for it. */
static int
find(void *to, size_t n, void *library, const char *name, struct err *e)
{
	void *p = dlsym(library, name);

	if (p == NULL)
		return err_set(e, ERR_UNSUPPORTED, "the OpenBLAS library has "
		    "no '%s'", name);
	memcpy(to, &p, n);
	return 0;
}

static void *
load(void)
{
	static const char *const names[] = { "libopenblas.so.0",
	    "libopenblas.so.3", "libopenblas.so" };
	void *library = NULL;
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	for (int i = 0; i < 3 && library == NULL; i++)
		library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return library;
}

int
blas_open(struct blas **out, struct err *e)
{
	struct blas *b = xalloc(1, sizeof(*b));

	b->library = load();
	if (b->library == NULL) {
		free(b);
		return err_set(e, ERR_UNSUPPORTED, "linear learners need the "
		    "OpenBLAS library (Debian: libopenblas0-pthread)");
	}
	if (find(&b->syrk, sizeof(b->syrk), b->library, "cblas_dsyrk",
	    e) < 0 ||
	    find(&b->potrf, sizeof(b->potrf), b->library, "dpotrf_", e) < 0 ||
	    find(&b->potrs, sizeof(b->potrs), b->library, "dpotrs_", e) < 0 ||
	    find(&b->syev, sizeof(b->syev), b->library, "dsyev_", e) < 0 ||
	    find(&b->threads, sizeof(b->threads), b->library,
	    "openblas_set_num_threads", e) < 0 ||
	    find(&b->kernel, sizeof(b->kernel), b->library,
	    "openblas_get_corename", e) < 0) {
		blas_close(b);
		return -1;
	}
	b->threads(1);
	*out = b;
	return 0;
}

void
blas_close(struct blas *b)
{
	/* the library stays: it may not be unloaded under its threads */
	free(b);
}

void
blas_gram(const struct blas *b, double *h, const double *a, size_t n,
    size_t p)
{
	b->syrk(CblasRowMajor, CblasLower, CblasTrans, (int)p, (int)n, 1.0, a,
	    (int)p, 1.0, h, (int)p);
}

int
blas_solve(const struct blas *b, double *h, double *g, size_t p)
{
	int n = (int)p, one = 1, info = 0;

	b->potrf("U", &n, h, &n, &info);
	if (info != 0)
		return -1;
	b->potrs("U", &n, &one, h, &n, g, &n, &info);
	return info ? -1 : 0;
}

int
blas_eigen(const struct blas *b, double *h, double *value, size_t p)
{
	int n = (int)p, room = -1, info = 0;
	double best = 0, *work;

	b->syev("V", "U", &n, h, &n, value, &best, &room, &info);
	if (info != 0 || !(best >= 1 && best < 1e9))
		return -1;
	room = (int)best;
	work = xalloc((size_t)room, sizeof(*work));
	b->syev("V", "U", &n, h, &n, value, work, &room, &info);
	free(work);
	return info ? -1 : 0;
}

const char *
blas_kernel(const struct blas *b)
{
	return b->kernel();
}
