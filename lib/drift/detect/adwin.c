/*
 * ADWIN (Bifet and Gavalda 2007): a window over the newest values, as an
 * exponential histogram; where the means of two parts of it differ by more
 * than chance, it has drifted.  River cuts the window then and begins anew
 * with the next value, so the cut itself is not made here.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "drift/detect/internal.h"
#include "math/elem.h"

#define ROWS_MAX 53			/* of buckets of 1, 2, 4 .. values */

struct adwin {
	double delta;
	int64_t clock, max_buckets, min_window_length, grace_period;
	uint64_t ticks, width, rows;
	double total, variance;		/* of the window; not divided */
	uint64_t used[ROWS_MAX];
	double *sum;			/* (ROWS_MAX, max_buckets + 1), in each
					 * row the oldest first */
};

static const struct detect_param params[] = {
	{ "delta", DETECT_REAL, offsetof(struct adwin, delta), 0.002, 1e-300,
	    1, NULL },
	{ "clock", DETECT_INT, offsetof(struct adwin, clock), 32, 1, 1e9,
	    NULL },
	{ "max_buckets", DETECT_INT, offsetof(struct adwin, max_buckets), 5,
	    2, 1000, NULL },
	{ "min_window_length", DETECT_INT, offsetof(struct adwin,
	    min_window_length), 5, 1, 1e9, NULL },
	{ "grace_period", DETECT_INT, offsetof(struct adwin, grace_period),
	    10, 0, 1e9, NULL },
};

static double *
bucket_row(const struct adwin *d, uint64_t row)
{
	return d->sum + row * ((uint64_t)d->max_buckets + 1);
}

static void
reset(void *detector)
{
	struct adwin *d = detector;

	if (d->sum == NULL)
		d->sum = xalloc(ROWS_MAX * ((size_t)d->max_buckets + 1),
		    sizeof(*d->sum));
	d->ticks = d->width = 0;
	d->rows = 1;
	d->total = d->variance = 0;
	memset(d->used, 0, sizeof(d->used));
}

/* The two oldest of a row that is full become one of the next. */
static void
compress(struct adwin *d)
{
	for (uint64_t i = 0; i + 1 < ROWS_MAX; i++) {
		double *row = bucket_row(d, i);

		if (d->used[i] <= (uint64_t)d->max_buckets)
			return;
		if (i + 1 == d->rows)
			d->rows++;
		bucket_row(d, i + 1)[d->used[i + 1]++] = row[0] + row[1];
		d->used[i] -= 2;
		memmove(row, row + 2, d->used[i] * sizeof(*row));
	}
}

static void
insert(struct adwin *d, double x)
{
	bucket_row(d, 0)[d->used[0]++] = x;
	d->width++;
	if (d->width > 1) {
		double before = (double)d->width - 1;
		double gap = x - d->total / before;

		d->variance += before * gap * gap / (double)d->width;
	}
	d->total += x;
	compress(d);
}

/* Does the mean of the n0 oldest values, of sum u0, differ from the rest's? */
static bool
is_cut(const struct adwin *d, uint64_t n0, double u0)
{
	uint64_t n1 = d->width - n0, least = (uint64_t)d->min_window_length;
	double w = (double)d->width, m, l, gap;

	if (n0 < least || n1 < least)
		return false;
	gap = u0 / (double)n0 - (d->total - u0) / (double)n1;
	l = m_log(2 * m_log(w) / d->delta);
	m = 1 / (double)(n0 - least + 1) + 1 / (double)(n1 - least + 1);
	return fabs(gap) > sqrt(2 * m * (d->variance / w) * l) + 2 / 3.0 * l *
	    m;
}

static enum detect_sign
update(void *detector, double x)
{
	struct adwin *d = detector;
	uint64_t n0 = 0;
	double u0 = 0;

	d->ticks++;
	insert(d, x);
	if (d->ticks % (uint64_t)d->clock != 0 ||
	    d->width <= (uint64_t)d->grace_period)
		return DETECT_NONE;
	for (uint64_t i = d->rows; i-- > 0;) {
		for (uint64_t k = 0; k < d->used[i]; k++) {
			n0 += UINT64_C(1) << i;
			u0 += bucket_row(d, i)[k];
			if (n0 < d->width && is_cut(d, n0, u0))
				return DETECT_DRIFT;
		}
	}
	return DETECT_NONE;
}

static void
state(void *detector, struct state *s)
{
	static const char *const name[] = { "used", "sums" };
	struct adwin *d = detector;
	const uint64_t most = UINT64_C(1) << ROWS_MAX;
	uint64_t width = 0;

	state_u64(s, "ticks", &d->ticks, most);
	state_u64(s, "width", &d->width, most);
	state_f64(s, "total", &d->total);
	state_f64(s, "variance", &d->variance);
	state_u64(s, "rows", &d->rows, ROWS_MAX);
	for (uint64_t i = 0; i < d->rows && s->wrong == NULL; i++) {
		char key[2][16];

		for (int k = 0; k < 2; k++) {
			size_t n = strlen(name[k]);

			memcpy(key[k], name[k], n);
			key[k][n] = (char)('0' + i / 10);
			key[k][n + 1] = (char)('0' + i % 10);
			key[k][n + 2] = '\0';
		}
		state_u64(s, key[0], &d->used[i], (uint64_t)d->max_buckets);
		state_f64s(s, key[1], bucket_row(d, i), d->used[i]);
		width += d->used[i] << i;
	}
	if (s->from != NULL && s->wrong == NULL && (width != d->width ||
	    d->rows == 0))
		s->wrong = "width";
}

static void
release(void *detector)
{
	struct adwin *d = detector;

	free(d->sum);
}

const struct detector detector_adwin = {
	.name = "adwin", .about = "a mean that changed, in any numbers",
	.param = params, .params = sizeof(params) / sizeof(*params),
	.size = sizeof(struct adwin), .reset = reset, .update = update,
	.state = state, .release = release,
};
