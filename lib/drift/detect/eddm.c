/* EDDM (Baena-Garcia and others 2006): errors that come closer together. */
#include <math.h>

#include "drift/detect/internal.h"

struct eddm {
	int64_t warm_start;
	double alpha, beta;
	struct running distance;	/* between two errors */
	double squares;			/* of deviations from its mean */
	double n, last, most;		/* values; the last error's place; the
					 * largest mean + 2 deviations */
	bool warning;
};

static const struct detect_param params[] = {
	{ "warm_start", DETECT_INT, offsetof(struct eddm, warm_start), 30, 0,
	    1e9, NULL },
	{ "alpha", DETECT_REAL, offsetof(struct eddm, alpha), 0.95, 0, 1,
	    NULL },
	{ "beta", DETECT_REAL, offsetof(struct eddm, beta), 0.9, 0, 1, NULL },
};

static int
check(const void *detector, struct err *e)
{
	const struct eddm *d = detector;

	if (d->alpha >= d->beta)
		return 0;
	return err_set(e, ERR_USAGE, "eddm warns below alpha, %g, before it "
	    "drifts below beta, %g: alpha is the larger", d->alpha, d->beta);
}

static void
reset(void *detector)
{
	struct eddm *d = detector;

	d->distance = (struct running){ 0, 0 };
	d->squares = d->n = d->last = 0;
	d->most = -1;
	d->warning = false;
}

static void
add_distance(struct eddm *d, double x)
{
	double before = d->distance.mean;

	running_add(&d->distance, x);
	d->squares += (x - before) * (x - d->distance.mean);
}

static enum detect_sign
update(void *detector, double x)
{
	struct eddm *d = detector;
	double now, level;

	d->n++;
	if (x != 1)
		return d->warning ? DETECT_WARNING : DETECT_NONE;
	add_distance(d, d->n - d->last);
	d->last = d->n;
	if (d->n > (double)d->warm_start) {
		now = d->distance.mean + 2 * (d->distance.n > 1 ?
		    sqrt(d->squares / (d->distance.n - 1)) : 0);
		if (now > d->most) {
			d->most = now;
		} else if (d->distance.n > (double)d->warm_start) {
			level = now / d->most;
			if (level < d->beta)
				return DETECT_DRIFT;
			d->warning = level < d->alpha;
		}
	}
	return d->warning ? DETECT_WARNING : DETECT_NONE;
}

static void
state(void *detector, struct state *s)
{
	struct eddm *d = detector;

	state_f64(s, "errors", &d->distance.n);
	state_f64(s, "mean", &d->distance.mean);
	state_f64(s, "squares", &d->squares);
	state_f64(s, "n", &d->n);
	state_f64(s, "last", &d->last);
	state_f64(s, "most", &d->most);
	state_bool(s, "warning", &d->warning);
}

const struct detector detector_eddm = {
	.name = "eddm", .about = "an error rate that rises slowly",
	.param = params, .params = sizeof(params) / sizeof(*params),
	.size = sizeof(struct eddm), .errors = true, .check = check,
	.reset = reset, .update = update, .state = state,
};
