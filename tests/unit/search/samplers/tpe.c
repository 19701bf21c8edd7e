/* The densities of the Parzen estimator are those of Optuna 5.0.0 to 1e-12,
 * on histories made by a formula that Python has, too. */
#include <math.h>
#include <stdlib.h>

#include "search/samplers/tpe.h"
#include "search/samplers/truncnorm.h"
#include "../../tap.h"

#define DIMS 6
#define POINTS 6

struct frozen {
	int maximize, n;
	double good[POINTS], rest[POINTS];
};

static const struct frozen frozen[] = {
#include "tpe_densities.h"
};

static const char space_text[] =
    "a: {type: float, low: -2, high: 3}\n"
    "b: {type: float, low: 1e-3, high: 10, log: true}\n"
    "c: {type: int, low: 1, high: 40}\n"
    "d: {type: int, low: 1, high: 200, log: true}\n"
    "e: {type: float, low: 0, high: 1, step: 0.125}\n"
    "f: {type: categorical, choices: [x, y, z]}\n";

static double
unit(int i, int k)
{
	return ((i * (7919 + k * 104) + k * 31 + i * i * 13) % 1009 + 0.5) / 1009;
}

static double
value(int dim, double u)
{
	switch (dim) {
	case 0:
		return -2 + 5 * u;
	case 1:
		return 1e-3 * ldexp(1, (int)floor(u * 13)) * (1 + u / 8);
	case 2:
		return 1 + floor(u * 40);
	case 3:
		return 1 + floor(u * u * 200);
	case 4:
		return floor(u * 9) * 0.125;
	default:
		return floor(u * 3);
	}
}

/* Pruned, running, failed and infeasible trials among complete ones. */
static void
make_past(struct past *p, struct space *space, int n, bool maximize)
{
	memset(p, 0, sizeof(*p));
	p->space = space;
	p->n_objectives = 1;
	p->maximize = maximize;
	p->trial = calloc((size_t)n, sizeof(*p->trial));
	for (int i = 0; i < n; i++) {
		double *x = arena_alloc(&p->arena, DIMS * sizeof(*x));
		double *y = arena_alloc(&p->arena, sizeof(*y)), v = unit(i + 1, 9);
		struct trial_step *last = arena_alloc(&p->arena, sizeof(*last));
		struct past_trial *t = &p->trial[p->n];

		for (int k = 0; k < DIMS; k++)
			x[k] = value(k, unit(i + 1, k));
		*y = maximize ? -v : v;
		*last = (struct trial_step){ i % 5, v };
		*t = (struct past_trial){ (size_t)i, TRIAL_COMPLETE, x, y, NULL, 0 };
		if (i % 7 == 3) {
			t->state = TRIAL_PRUNED;
			t->last = last;
		} else if (i % 11 == 5) {
			t->state = TRIAL_RUNNING;
		} else if (i % 13 == 6) {
			continue;
		} else if (i % 9 == 8) {
			t->violation = 0.1 * (i % 3);
		}
		p->n++;
		p->n_ended += t->state != TRIAL_RUNNING;
	}
}

static double
compare(const double *got, const double *want)
{
	double most = 0;

	for (int i = 0; i < POINTS; i++)
		most = fmax(most, fabs(got[i] - want[i]));
	return most;
}

static void
test_densities(const struct frozen *f)
{
	static const size_t dim[DIMS] = { 0, 1, 2, 3, 4, 5 };
	double x[POINTS * DIMS], good[POINTS], rest[POINTS];
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	struct space space;
	struct past past;
	struct tpe t;

	if (space_parse(&space, space_text, sizeof(space_text) - 1, &e) < 0)
		return;
	make_past(&past, &space, f->n, f->maximize);
	for (int i = 0; i < POINTS; i++)
		for (int k = 0; k < DIMS; k++)
			x[i * DIMS + k] = value(k, unit(500 + i, k + 3));
	tpe_build(&t, &a, &past, dim, DIMS);
	parzen_log_density(good, &a, &t.good, x, POINTS);
	parzen_log_density(rest, &a, &t.rest, x, POINTS);
	ok(compare(good, f->good) < 1e-12, "good ones of %d trials, %s: %g", f->n,
	    f->maximize ? "maximized" : "minimized", compare(good, f->good));
	ok(compare(rest, f->rest) < 1e-12, "the rest of %d trials, %s: %g", f->n,
	    f->maximize ? "maximized" : "minimized", compare(rest, f->rest));
	arena_free(&a);
	past_release(&past);
	space_release(&space);
}

static void
test_normal(void)
{
	/* mpmath, 50 digits */
	static const struct {
		double a, b, log_mass;
	} mass[] = {
		{ -1, 1, -0.381715146302126072 },
		{ -8, -7, -27.3847937007199408 },
		{ 7, 8, -27.3847937007199408 },
		{ -40, -30, -454.321243956343197 },
		{ -0.5, 0.25, -1.23729250132245024 },
	};
	struct rng r;
	double sum = 0;

	for (size_t i = 0; i < sizeof(mass) / sizeof(*mass); i++) {
		double got = log_normal_mass(mass[i].a, mass[i].b);

		ok(fabs(got / mass[i].log_mass - 1) < 1e-13,
		    "mass between %g and %g: %.17g", mass[i].a, mass[i].b, got);
	}
	rng_seed(&r, 1, 2);
	for (int i = 0; i < 20000; i++) {
		double x = draw_truncnorm(&r, 0.9, 0.5, 0, 1);

		if (x < 0 || x > 1)
			sum = NAN;
		sum += x;
	}
	/* E = mu + sigma (phi(-1.8) - phi(0.2)) / (Phi(0.2) - Phi(-1.8)) */
	ok(fabs(sum / 20000 - 0.6128) < 0.005, "draws lie within and around their mean: %g",
	    sum / 20000);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(frozen) / sizeof(*frozen); i++)
		test_densities(&frozen[i]);
	test_normal();
	return tap_done();
}
