/* DDM (Gama and others 2004): an error rate that rose above its lowest. */
#include <math.h>

#include "drift/detect/internal.h"

struct ddm {
	int64_t warm_start;
	double warning_threshold, drift_threshold;
	struct running p;
	double p_min, s_min;		/* where their sum was the lowest */
};

static const struct detect_param params[] = {
	{ "warm_start", DETECT_INT, offsetof(struct ddm, warm_start), 30, 0,
	    1e9, NULL },
	{ "warning_threshold", DETECT_REAL, offsetof(struct ddm,
	    warning_threshold), 2, 0, 1e6, NULL },
	{ "drift_threshold", DETECT_REAL, offsetof(struct ddm,
	    drift_threshold), 3, 0, 1e6, NULL },
};

static void
reset(void *detector)
{
	struct ddm *d = detector;

	d->p = (struct running){ 0, 0 };
	d->p_min = INFINITY;
	d->s_min = 0;
}

static enum detect_sign
update(void *detector, double x)
{
	struct ddm *d = detector;
	double p, s;

	running_add(&d->p, x);
	p = d->p.mean;
	s = sqrt(p * (1 - p) / d->p.n);
	if (d->p.n <= (double)d->warm_start)
		return DETECT_NONE;
	if (p + s <= d->p_min + d->s_min) {
		d->p_min = p;
		d->s_min = s;
	}
	if (p + s > d->p_min + d->drift_threshold * d->s_min)
		return DETECT_DRIFT;
	return p + s > d->p_min + d->warning_threshold * d->s_min ?
	    DETECT_WARNING : DETECT_NONE;
}

static void
state(void *detector, struct state *s)
{
	struct ddm *d = detector;

	state_f64(s, "n", &d->p.n);
	state_f64(s, "p", &d->p.mean);
	state_bound(s, "p_min", &d->p_min);
	state_f64(s, "s_min", &d->s_min);
}

const struct detector detector_ddm = {
	.name = "ddm", .about = "an error rate that rose, abruptly",
	.param = params, .params = sizeof(params) / sizeof(*params),
	.size = sizeof(struct ddm), .errors = true, .reset = reset,
	.update = update, .state = state,
};
