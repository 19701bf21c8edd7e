/* OpenBLAS, loaded at first use and held to one thread. */
#include "math/blas.h"

#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"

struct blas {
	void *library;
	/* LAPACK as OpenBLAS exports it: column-major, so our row-major
	 * lower triangle is its upper one. */
	void (*potrf)(const char *, const int *, double *, const int *, int *);
	void (*potrs)(const char *, const int *, const int *, const double *,
	    const int *, double *, const int *, int *);
	void (*pocon)(const char *, const int *, const double *, const int *,
	    const double *, double *, double *, int *, int *);
	void (*syevd)(const char *, const char *, const int *, double *,
	    const int *, double *, double *, const int *, int *, const int *,
	    int *);
	void (*threads)(int);
	char *(*kernel)(void);
};

/* A function's address; ISO C has no cast for it. */
static int
find_symbol(void *to, size_t n, void *library, const char *name, struct err *e)
{
	void *p = dlsym(library, name);

	if (p == NULL)
		return err_set(e, ERR_UNSUPPORTED, "the OpenBLAS library has "
		    "no '%s'", name);
	memcpy(to, &p, n);
	return 0;
}

static void *
load_blas(void)
{
	static const char *const names[] = { "libopenblas.so.0",
	    "libopenblas.so.3", "libopenblas.so" };
	void *library = NULL;
	sigset_t before;

	thread_block_signals(&before);
	for (int i = 0; i < 3 && library == NULL; i++)
		library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	thread_allow_signals(&before);
	return library;
}

int
blas_open(struct blas **out, struct err *e)
{
	struct blas *b = xalloc(1, sizeof(*b));

	b->library = load_blas();
	if (b->library == NULL) {
		free(b);
		return err_set(e, ERR_UNSUPPORTED, "linear learners need the "
		    "OpenBLAS library (Debian: libopenblas0-pthread)");
	}
	if (find_symbol(&b->potrf, sizeof(b->potrf), b->library, "dpotrf_", e) < 0 ||
	    find_symbol(&b->potrs, sizeof(b->potrs), b->library, "dpotrs_", e) < 0 ||
	    find_symbol(&b->pocon, sizeof(b->pocon), b->library, "dpocon_", e) < 0 ||
	    find_symbol(&b->syevd, sizeof(b->syevd), b->library, "dsyevd_", e) < 0 ||
	    find_symbol(&b->threads, sizeof(b->threads), b->library,
	    "openblas_set_num_threads", e) < 0 ||
	    find_symbol(&b->kernel, sizeof(b->kernel), b->library,
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

/* The largest sum of a row's magnitudes. */
static double
norm_of(const double *h, size_t p)
{
	double *sum = xalloc(p + 1, sizeof(*sum)), top = 0;

	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j <= i; j++) {
			sum[i] += fabs(h[i * p + j]);
			sum[j] += j < i ? fabs(h[i * p + j]) : 0;
		}
	for (size_t i = 0; i < p; i++)
		top = sum[i] > top ? sum[i] : top;
	free(sum);
	return top;
}

int
blas_solve_well(const struct blas *b, double *h, double *g, size_t p,
    double least)
{
	double norm = norm_of(h, p), inverse = 0, *work;
	int n = (int)p, one = 1, info = 0, *place;

	b->potrf("U", &n, h, &n, &info);
	if (info != 0)
		return -1;
	work = xalloc(3 * p + 1, sizeof(*work));
	place = xalloc(p + 1, sizeof(*place));
	b->pocon("U", &n, h, &n, &norm, &inverse, work, place, &info);
	free(work);
	free(place);
	if (info != 0 || !(inverse > least))
		return -1;
	b->potrs("U", &n, &one, h, &n, g, &n, &info);
	return info ? -1 : 0;
}

int
blas_eigen(const struct blas *b, double *h, double *value, size_t p)
{
	int n = (int)p, room = -1, places = -1, best_places = 0, info = 0;
	double best = 0, *work;
	int *place;

	b->syevd("V", "U", &n, h, &n, value, &best, &room, &best_places,
	    &places, &info);
	if (info != 0 || !(best >= 1 && best < 1e9) || best_places < 1)
		return -1;
	room = (int)best;
	places = best_places;
	work = xalloc((size_t)room, sizeof(*work));
	place = xalloc((size_t)places, sizeof(*place));
	b->syevd("V", "U", &n, h, &n, value, work, &room, place, &places,
	    &info);
	free(work);
	free(place);
	return info ? -1 : 0;
}

const char *
blas_kernel(const struct blas *b)
{
	return b->kernel();
}
