/* Page-Hinkley (Page 1954): the fading sum of deviations from the mean. */
#include <math.h>

#include "drift/detect/internal.h"

enum { MODE_UP, MODE_DOWN, MODE_BOTH };

struct page_hinkley {
	int64_t min_instances;
	double delta, threshold, alpha;
	int mode;
	struct running mean;
	double up, up_min, down, down_max;
};

static const char *const modes[] = { "up", "down", "both", NULL };

static const struct detect_param params[] = {
	{ "min_instances", DETECT_INT, offsetof(struct page_hinkley,
	    min_instances), 30, 0, 1e9, NULL },
	{ "delta", DETECT_REAL, offsetof(struct page_hinkley, delta), 0.005,
	    0, 1e300, NULL },
	{ "threshold", DETECT_REAL, offsetof(struct page_hinkley, threshold),
	    50, 0, 1e300, NULL },
	{ "alpha", DETECT_REAL, offsetof(struct page_hinkley, alpha),
	    1 - 0.0001, 0, 1, NULL },
	{ "mode", DETECT_WORD, offsetof(struct page_hinkley, mode), MODE_BOTH,
	    0, 0, modes },
};

static void
reset(void *detector)
{
	struct page_hinkley *d = detector;

	d->mean = (struct running){ 0, 0 };
	d->up = d->down = 0;
	d->up_min = INFINITY;
	d->down_max = -1;
}

static enum detect_sign
update(void *detector, double x)
{
	struct page_hinkley *d = detector;
	double gap;

	running_add(&d->mean, x);
	gap = x - d->mean.mean;
	d->up = d->alpha * d->up + gap - d->delta;
	d->down = d->alpha * d->down + gap + d->delta;
	if (d->up < d->up_min)
		d->up_min = d->up;
	if (d->down > d->down_max)
		d->down_max = d->down;
	if (d->mean.n < (double)d->min_instances)
		return DETECT_NONE;
	if (d->mode != MODE_DOWN && d->up - d->up_min > d->threshold)
		return DETECT_DRIFT;
	return d->mode != MODE_UP && d->down_max - d->down > d->threshold ?
	    DETECT_DRIFT : DETECT_NONE;
}

static void
state(void *detector, struct state *s)
{
	struct page_hinkley *d = detector;

	state_f64(s, "n", &d->mean.n);
	state_f64(s, "mean", &d->mean.mean);
	state_f64(s, "up", &d->up);
	state_bound(s, "up_min", &d->up_min);
	state_f64(s, "down", &d->down);
	state_f64(s, "down_max", &d->down_max);
}

const struct detector detector_page_hinkley = {
	.name = "page_hinkley", .about = "a mean that changed, in any numbers",
	.param = params, .params = sizeof(params) / sizeof(*params),
	.size = sizeof(struct page_hinkley), .reset = reset,
	.update = update, .state = state,
};
