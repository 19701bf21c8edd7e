/* HDDM_W (Frias-Blanco and others 2015): fading means, McDiarmid's bound. */
#include <math.h>

#include "drift/detect/internal.h"
#include "math/elem.h"

/* A mean whose weights fade, and the sum of their squares. */
struct fading {
	bool begun;
	double mean, squares;
};

/* Before a cut point, and after it. */
struct cut {
	double bound;			/* the lowest of mean + eps; for a fall
					 * the highest of mean - eps */
	struct fading before, after;
};

struct hddm_w {
	double drift_confidence, warning_confidence, lambda;
	bool two_sided;
	struct fading all;
	struct cut rise, fall;
};

static const struct detect_param params[] = {
	{ "drift_confidence", DETECT_REAL, offsetof(struct hddm_w,
	    drift_confidence), 0.001, 1e-300, 1, NULL },
	{ "warning_confidence", DETECT_REAL, offsetof(struct hddm_w,
	    warning_confidence), 0.005, 1e-300, 1, NULL },
	{ "lambda_val", DETECT_REAL, offsetof(struct hddm_w, lambda), 0.05, 0,
	    1, NULL },
	{ "two_sided_test", DETECT_BOOL, offsetof(struct hddm_w, two_sided),
	    0, 0, 1, NULL },
};

static const struct fading nothing = { false, 0, 1 };

static void
reset(void *detector)
{
	struct hddm_w *d = detector;

	d->all = nothing;
	d->rise = (struct cut){ INFINITY, nothing, nothing };
	d->fall = (struct cut){ -INFINITY, nothing, nothing };
}

static void
fading_add(struct fading *f, double x, double lambda)
{
	f->mean = f->begun ? lambda * x + (1 - lambda) * f->mean : x;
	f->begun = true;
	f->squares = lambda * lambda + (1 - lambda) * (1 - lambda) *
	    f->squares;
}

static double
mcdiarmid(double squares, double confidence)
{
	return sqrt(squares * m_log(1 / confidence) / 2);
}

static void
cut_add(struct cut *c, const struct hddm_w *d, double x, bool moves,
    double bound)
{
	if (moves) {
		c->bound = bound;
		c->before = d->all;
		c->after = nothing;
	} else {
		fading_add(&c->after, x, d->lambda);
	}
}

static bool
is_beyond(const struct cut *c, double gap, double confidence)
{
	return c->before.begun && c->after.begun && gap > mcdiarmid(
	    c->before.squares + c->after.squares, confidence);
}

static enum detect_sign
judge(const struct hddm_w *d, const struct cut *c, double gap)
{
	if (is_beyond(c, gap, d->drift_confidence))
		return DETECT_DRIFT;
	return is_beyond(c, gap, d->warning_confidence) ? DETECT_WARNING :
	    DETECT_NONE;
}

static enum detect_sign
update(void *detector, double x)
{
	struct hddm_w *d = detector;
	enum detect_sign rise, fall = DETECT_NONE;
	double eps;

	fading_add(&d->all, x, d->lambda);
	eps = mcdiarmid(d->all.squares, d->drift_confidence);
	cut_add(&d->rise, d, x, d->all.mean + eps < d->rise.bound,
	    d->all.mean + eps);
	rise = judge(d, &d->rise, d->rise.after.mean - d->rise.before.mean);
	if (d->two_sided) {
		cut_add(&d->fall, d, x, d->all.mean - eps > d->fall.bound,
		    d->all.mean - eps);
		fall = judge(d, &d->fall, d->fall.before.mean -
		    d->fall.after.mean);
	}
	return rise > fall ? rise : fall;
}

static void
state_fading(struct state *s, const char *const name[3], struct fading *f)
{
	state_bool(s, name[0], &f->begun);
	state_f64(s, name[1], &f->mean);
	state_f64(s, name[2], &f->squares);
}

static void
state(void *detector, struct state *s)
{
	static const char *const name[5][3] = {
		{ "begun", "mean", "squares" },
		{ "rise_begun", "rise_mean", "rise_squares" },
		{ "risen_begun", "risen_mean", "risen_squares" },
		{ "fall_begun", "fall_mean", "fall_squares" },
		{ "fallen_begun", "fallen_mean", "fallen_squares" },
	};
	struct hddm_w *d = detector;

	state_fading(s, name[0], &d->all);
	state_bound(s, "rise", &d->rise.bound);
	state_fading(s, name[1], &d->rise.before);
	state_fading(s, name[2], &d->rise.after);
	state_bound(s, "fall", &d->fall.bound);
	state_fading(s, name[3], &d->fall.before);
	state_fading(s, name[4], &d->fall.after);
}

const struct detector detector_hddm_w = {
	.name = "hddm_w", .about = "an error rate that moves slowly",
	.param = params, .params = sizeof(params) / sizeof(*params),
	.size = sizeof(struct hddm_w), .errors = true, .reset = reset,
	.update = update, .state = state,
};
