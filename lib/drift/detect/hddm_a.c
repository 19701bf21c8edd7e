/* HDDM_A (Frias-Blanco and others 2015): means of errors, Hoeffding's bound. */
#include <math.h>

#include "drift/detect/internal.h"
#include "math/elem.h"

struct hddm_a {
	double drift_confidence, warning_confidence;
	bool two_sided;
	struct running all, low, high;	/* all values; up to the cut points
					 * where the mean was lowest, highest */
};

static const struct detect_param params[] = {
	{ "drift_confidence", DETECT_REAL, offsetof(struct hddm_a,
	    drift_confidence), 0.001, 1e-300, 1, NULL },
	{ "warning_confidence", DETECT_REAL, offsetof(struct hddm_a,
	    warning_confidence), 0.005, 1e-300, 1, NULL },
	{ "two_sided_test", DETECT_BOOL, offsetof(struct hddm_a, two_sided),
	    0, 0, 1, NULL },
};

static void
reset(void *detector)
{
	struct hddm_a *d = detector;

	d->all = d->low = d->high = (struct running){ 0, 0 };
}

static double
bound(const struct hddm_a *d, double n)
{
	return sqrt(1 / (2 * n) * m_log(1 / d->drift_confidence));
}

/* Is `gap` between the mean up to a cut and that of all beyond the bound? */
static bool
is_beyond(const struct hddm_a *d, const struct running *cut, double gap,
    double confidence)
{
	double m = (d->all.n - cut->n) / cut->n * (1 / d->all.n);

	return cut->n != d->all.n && gap >= sqrt(m / 2 * m_log(2 /
	    confidence));
}

static enum detect_sign
judge(const struct hddm_a *d, const struct running *cut, double gap)
{
	if (is_beyond(d, cut, gap, d->drift_confidence))
		return DETECT_DRIFT;
	return is_beyond(d, cut, gap, d->warning_confidence) ?
	    DETECT_WARNING : DETECT_NONE;
}

static enum detect_sign
update(void *detector, double x)
{
	struct hddm_a *d = detector;
	enum detect_sign rise, fall = DETECT_NONE;
	double eps;

	running_add(&d->all, x);
	if (d->low.n == 0)
		d->low = d->high = d->all;
	eps = bound(d, d->all.n);
	if (d->low.mean + bound(d, d->low.n) >= d->all.mean + eps)
		d->low = d->all;
	if (d->high.mean - bound(d, d->high.n) <= d->all.mean - eps)
		d->high = d->all;
	rise = judge(d, &d->low, d->all.mean - d->low.mean);
	if (d->two_sided)
		fall = judge(d, &d->high, d->high.mean - d->all.mean);
	return rise > fall ? rise : fall;
}

static void
state(void *detector, struct state *s)
{
	struct hddm_a *d = detector;

	state_f64(s, "n", &d->all.n);
	state_f64(s, "mean", &d->all.mean);
	state_f64(s, "low_n", &d->low.n);
	state_f64(s, "low_mean", &d->low.mean);
	state_f64(s, "high_n", &d->high.n);
	state_f64(s, "high_mean", &d->high.mean);
}

const struct detector detector_hddm_a = {
	.name = "hddm_a", .about = "an error rate that moved, abruptly",
	.param = params, .params = sizeof(params) / sizeof(*params),
	.size = sizeof(struct hddm_a), .errors = true, .reset = reset,
	.update = update, .state = state,
};
