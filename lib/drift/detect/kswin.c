/*
 * KSWIN (Raab and others 2020): the newest values of a window against as many
 * drawn from its older ones, by Kolmogorov and Smirnov's test.
 *
 * The draw is Python's random.sample, seeded anew after each drift, so that
 * a seed gives the indices it gives with river.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/twister.h"
#include "drift/detect/internal.h"
#include "stat/ks.h"

#define WINDOW_MAX 10000

struct kswin {
	double alpha;
	int64_t window_size, stat_size, seed;
	uint64_t n;			/* values in the window */
	struct twister twister;
	double *window;			/* the newest last */
	double *old, *new;		/* two samples, sorted */
	uint64_t *pool;			/* places to draw from */
};

static const struct detect_param params[] = {
	{ "alpha", DETECT_REAL, offsetof(struct kswin, alpha), 0.005, 0, 1,
	    NULL },
	{ "window_size", DETECT_INT, offsetof(struct kswin, window_size), 100,
	    2, WINDOW_MAX, NULL },
	{ "stat_size", DETECT_INT, offsetof(struct kswin, stat_size), 30, 1,
	    WINDOW_MAX, NULL },
	{ "seed", DETECT_INT, offsetof(struct kswin, seed), 1, 0, 4294967295,
	    NULL },
};

static int
check(const void *detector, struct err *e)
{
	const struct kswin *d = detector;

	if (2 * d->stat_size <= d->window_size)
		return 0;
	return err_set(e, ERR_USAGE, "kswin compares stat_size, %lld, new "
	    "values with as many old ones: more than window_size, %lld, holds",
	    (long long)d->stat_size, (long long)d->window_size);
}

/* ---- random.sample ---- */

static uint64_t
draw_below(struct kswin *d, uint64_t n)
{
	int bits = 0;
	uint64_t r;

	while (n >> bits != 0)
		bits++;
	do
		r = twister_next(&d->twister) >> (32 - bits);
	while (r >= n);
	return r;
}

static bool
is_drawn(const uint64_t *v, uint64_t n, uint64_t x)
{
	for (uint64_t i = 0; i < n; i++)
		if (v[i] == x)
			return true;
	return false;
}

/* k of the first n places, into pool[0..k). */
static void
draw_places(struct kswin *d, uint64_t n, uint64_t k)
{
	uint64_t limit = 21, power = 1;

	while (power < 3 * k)
		power *= 4;
	if (k > 5)
		limit += power;
	if (n > limit) {		/* few of many: again when drawn twice */
		for (uint64_t i = 0; i < k; i++) {
			do
				d->pool[i] = draw_below(d, n);
			while (is_drawn(d->pool, i, d->pool[i]));
		}
		return;
	}
	/* what is drawn goes behind, the last one in its place */
	for (uint64_t i = 0; i < n; i++)
		d->pool[n + i] = i;
	for (uint64_t i = 0; i < k; i++) {
		uint64_t j = draw_below(d, n - i);

		d->pool[i] = d->pool[n + j];
		d->pool[n + j] = d->pool[n + n - i - 1];
	}
}

/* ---- the test ---- */

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The largest difference of both counts, up to any value. */
static uint64_t
largest_gap(const double *a, const double *b, uint64_t n)
{
	uint64_t i = 0, j = 0, most = 0;

	while (i < n && j < n) {
		double x = a[i] < b[j] ? a[i] : b[j];
		uint64_t gap;

		while (i < n && a[i] == x)
			i++;
		while (j < n && b[j] == x)
			j++;
		gap = i > j ? i - j : j - i;
		most = gap > most ? gap : most;
	}
	return most;
}

static void
reset(void *detector)
{
	struct kswin *d = detector;

	if (d->window == NULL) {
		d->window = xalloc((size_t)d->window_size, sizeof(double));
		d->old = xalloc((size_t)d->stat_size, sizeof(double));
		d->new = xalloc((size_t)d->stat_size, sizeof(double));
		d->pool = xalloc(2 * (size_t)d->window_size,
		    sizeof(*d->pool));
	}
	d->n = 0;
	twister_seed_python(&d->twister, (uint32_t)d->seed);
}

static enum detect_sign
update(void *detector, double x)
{
	struct kswin *d = detector;
	uint64_t size = (uint64_t)d->window_size, k = (uint64_t)d->stat_size;
	uint64_t h;

	if (d->n == size)
		memmove(d->window, d->window + 1, --d->n *
		    sizeof(*d->window));
	d->window[d->n++] = x;
	if (d->n < size)
		return DETECT_NONE;
	draw_places(d, size - k, k);
	for (uint64_t i = 0; i < k; i++)
		d->old[i] = d->window[d->pool[i]];
	memcpy(d->new, d->window + size - k, k * sizeof(*d->new));
	qsort(d->old, k, sizeof(*d->old), by_value);
	qsort(d->new, k, sizeof(*d->new), by_value);
	h = largest_gap(d->old, d->new, k);
	return (double)h / (double)k > 0.1 && ks_exact(k, k, h) <= d->alpha ?
	    DETECT_DRIFT : DETECT_NONE;
}

/* Nothing but zeros would ever come of it. */
static bool
is_stuck(const struct kswin *d)
{
	uint32_t bits = d->twister.s[0] & 0x80000000u;

	for (int i = 1; i < TWISTER_WORDS; i++)
		bits |= d->twister.s[i];
	return bits == 0;
}

static void
state(void *detector, struct state *s)
{
	struct kswin *d = detector;

	state_u64(s, "n", &d->n, (uint64_t)d->window_size);
	state_u64(s, "at", &d->twister.at, TWISTER_WORDS);
	state_f64s(s, "window", d->window, d->n);
	state_u32s(s, "twister", d->twister.s, TWISTER_WORDS);
	if (s->from != NULL && s->wrong == NULL && is_stuck(d))
		s->wrong = "twister";
}

static void
release(void *detector)
{
	struct kswin *d = detector;

	free(d->window);
	free(d->old);
	free(d->new);
	free(d->pool);
}

const struct detector detector_kswin = {
	.name = "kswin", .about = "a distribution that changed, in any numbers",
	.param = params, .params = sizeof(params) / sizeof(*params),
	.size = sizeof(struct kswin), .check = check, .reset = reset,
	.update = update, .state = state, .release = release,
};
