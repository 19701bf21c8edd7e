/*
 * CMA-ES (Hansen 2016, with negative weights) on the numbers of the space, in
 * the unit cube; categories are drawn by chance.  Nothing is kept between
 * trials: what was told so far is gone through again, a generation after the
 * other by the trials' numbers.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/axes.h"
#include "math/elem.h"
#include "search/sampler.h"
#include "search/samplers/truncnorm.h"

enum { STARTUP, POPULATION };

static const struct setting cmaes_settings[] = {
	{ "n_startup_trials", 1, 0, 1e6, true },
	/* 0: 4 + 3 ln(parameters) */
	{ "popsize", 0, 0, 10000, true },
	{ NULL, 0, 0, 0, false }
};

#define SIGMA (1.0 / 6)
#define SIGMA_MAX 1e32
#define TINY 1e-8

struct cma {
	struct arena arena;
	size_t d, lambda, mu, generation;
	double *weight;			/* (lambda), falling, then below 0 */
	double mu_eff, c1, cmu, cs, ds, cc, chi;
	double *mean, *ps, *pc;		/* (d) */
	double sigma, *c;		/* (d, d) */
	double *axis, *scale;		/* (d, d) columns, (d): of c */
};

static double *
new_numbers(struct cma *k, size_t n)
{
	return arena_alloc(&k->arena, (n + 1) * sizeof(double));
}

/* --- the numbers it goes by ------------------------------------------------ */

static void
set_rates(struct cma *k, double minus_eff)
{
	double d = (double)k->d, m = k->mu_eff, least, plus = 0, minus = 0;

	k->c1 = 2 / ((d + 1.3) * (d + 1.3) + m);
	k->cmu = fmin(1 - k->c1 - 1e-8, 2 * (m - 2 + 1 / m) / ((d + 2) * (d + 2) + m));
	k->cs = (m + 2) / (d + m + 5);
	k->ds = 1 + 2 * fmax(0, sqrt((m - 1) / (d + 1)) - 1) + k->cs;
	k->cc = (4 + m / d) / (d + 4 + 2 * m / d);
	k->chi = sqrt(d) * (1 - 1 / (4 * d) + 1 / (21 * d * d));
	least = fmin(1 + k->c1 / k->cmu, fmin(1 + 2 * minus_eff / (m + 2),
	    (1 - k->c1 - k->cmu) / (d * k->cmu)));
	for (size_t i = 0; i < k->lambda; i++)
		*(k->weight[i] >= 0 ? &plus : &minus) += fabs(k->weight[i]);
	for (size_t i = 0; i < k->lambda; i++)
		k->weight[i] *= k->weight[i] >= 0 ? 1 / plus : least / minus;
}

static void
cma_begin(struct cma *k, size_t d, size_t lambda)
{
	double sum = 0, square = 0, under = 0, under_square = 0;

	memset(k, 0, sizeof(*k));
	k->d = d;
	k->lambda = lambda;
	k->mu = lambda / 2;
	k->weight = new_numbers(k, lambda);
	for (size_t i = 0; i < lambda; i++) {
		double w = m_log(((double)lambda + 1) / 2) - m_log((double)i + 1);

		k->weight[i] = w;
		*(i < k->mu ? &sum : &under) += w;
		*(i < k->mu ? &square : &under_square) += w * w;
	}
	k->mu_eff = sum * sum / square;
	set_rates(k, under * under / under_square);
	k->mean = new_numbers(k, d);
	k->ps = new_numbers(k, d);
	k->pc = new_numbers(k, d);
	k->c = new_numbers(k, d * d);
	k->axis = new_numbers(k, d * d);
	k->scale = new_numbers(k, d);
	for (size_t i = 0; i < d; i++) {
		k->mean[i] = 0.5;
		k->c[i * d + i] = k->axis[i * d + i] = k->scale[i] = 1;
	}
	k->sigma = SIGMA;
}

/* --- its axes ---------------------------------------------------------------- */

static void
find_axes(struct cma *k)
{
	size_t d = k->d;
	double *m = xalloc(d * d, sizeof(*m));

	memcpy(m, k->c, d * d * sizeof(*m));
	symmetric_axes(m, k->axis, d);
	for (size_t i = 0; i < d; i++)
		k->scale[i] = sqrt(m[i * d + i] < TINY ? TINY : m[i * d + i]);
	free(m);
}

/* out = C^-1/2 y */
static void
whiten(double *out, const struct cma *k, const double *y)
{
	size_t d = k->d;

	memset(out, 0, d * sizeof(*out));
	for (size_t j = 0; j < d; j++) {
		double along = 0;

		for (size_t i = 0; i < d; i++)
			along += k->axis[i * d + j] * y[i];
		for (size_t i = 0; i < d; i++)
			out[i] += k->axis[i * d + j] * along / k->scale[j];
	}
}

static double
norm_of(const double *v, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += v[i] * v[i];
	return sqrt(sum);
}

/* --- a generation ---------------------------------------------------------- */

static void
move_matrix(struct cma *k, double *const *y, double h, double *white)
{
	size_t d = k->d;
	double sum = 0, keep;

	for (size_t j = 0; j < k->lambda; j++)
		sum += k->weight[j];
	keep = 1 + k->c1 * (1 - h) * k->cc * (2 - k->cc) - k->c1 - k->cmu * sum;
	for (size_t i = 0; i < d * d; i++)
		k->c[i] = keep * k->c[i] + k->c1 * k->pc[i / d] * k->pc[i % d];
	for (size_t j = 0; j < k->lambda; j++) {
		double w = k->weight[j], far;

		if (w < 0) {
			whiten(white, k, y[j]);
			far = norm_of(white, d);
			w *= (double)d / (far * far + TINY);
		}
		for (size_t i = 0; i < d * d; i++)
			k->c[i] += k->cmu * w * y[j][i / d] * y[j][i % d];
	}
}

/* lambda points, best first. */
static void
cma_tell(struct cma *k, double *const *x)
{
	size_t d = k->d;
	double *white = xalloc(2 * d, sizeof(*white)), *step = white + d;
	double rate = sqrt(k->cs * (2 - k->cs) * k->mu_eff), h, far;

	for (size_t j = 0; j < k->lambda; j++)
		for (size_t i = 0; i < d; i++)
			x[j][i] = (x[j][i] - k->mean[i]) / k->sigma;
	for (size_t j = 0; j < k->mu; j++)
		for (size_t i = 0; i < d; i++)
			step[i] += k->weight[j] * x[j][i];
	whiten(white, k, step);
	for (size_t i = 0; i < d; i++) {
		k->mean[i] += k->sigma * step[i];
		k->ps[i] = (1 - k->cs) * k->ps[i] + rate * white[i];
	}
	far = norm_of(k->ps, d);
	k->generation++;
	h = far / sqrt(1 - m_pow(1 - k->cs, 2 * ((double)k->generation + 1))) <
	    (1.4 + 2 / ((double)d + 1)) * k->chi;
	for (size_t i = 0; i < d; i++)
		k->pc[i] = (1 - k->cc) * k->pc[i] +
		    h * sqrt(k->cc * (2 - k->cc) * k->mu_eff) * step[i];
	move_matrix(k, x, h, white);
	k->sigma = fmin(k->sigma * m_exp(k->cs / k->ds * (far / k->chi - 1)), SIGMA_MAX);
	find_axes(k);
	free(white);
}

static bool
cma_draw(double *x, const struct cma *k, struct rng *rng)
{
	bool inside = true;
	size_t d = k->d;

	memcpy(x, k->mean, d * sizeof(*x));
	for (size_t j = 0; j < d; j++) {
		double z = k->sigma * k->scale[j] * draw_normal(rng);

		for (size_t i = 0; i < d; i++)
			x[i] += k->axis[i * d + j] * z;
	}
	for (size_t i = 0; i < d; i++)
		inside &= x[i] >= 0 && x[i] <= 1;
	return inside;
}

/* --- the sampler ----------------------------------------------------------- */

struct member {
	double y;
	size_t i;
};

static int
compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	if (x->y != y->y)
		return x->y < y->y ? -1 : 1;
	return (x->i > y->i) - (x->i < y->i);
}

/* Of one generation, best first, and told. */
static void
tell_generation(struct cma *k, const struct past *past, struct member *m,
    const size_t *dim)
{
	double **x = xalloc(k->lambda, sizeof(*x));

	qsort(m, k->lambda, sizeof(*m), compare_members);
	for (size_t j = 0; j < k->lambda; j++) {
		x[j] = new_numbers(k, k->d);
		for (size_t i = 0; i < k->d; i++)
			x[j][i] = space_to_unit(&past->space->param[dim[i]],
			    past->trial[m[j].i].x[dim[i]]);
	}
	cma_tell(k, x);
	free(x);
}

static void
replay_past(struct cma *k, const struct past *past, const size_t *dim,
    size_t startup)
{
	struct member *m = xalloc(k->lambda, sizeof(*m));
	size_t n = 0, skipped = 0;

	for (size_t t = 0; t < past->n; t++) {
		bool whole = past->trial[t].state == TRIAL_COMPLETE;

		for (size_t i = 0; i < k->d; i++)
			whole &= !isnan(past->trial[t].x[dim[i]]);
		if (!whole || skipped++ < startup)
			continue;
		m[n++] = (struct member){ past->trial[t].y[0], t };
		if (n == k->lambda) {
			tell_generation(k, past, m, dim);
			n = 0;
		}
	}
	free(m);
}

/* Numbers that are always there and have more than one value. */
static size_t
find_dims(size_t *dim, const struct space *space)
{
	size_t n = 0;

	for (size_t i = 0; i < space->n; i++)
		if (space->param[i].kind != SPACE_CATEGORICAL &&
		    space->param[i].n_when == 0 && !space_is_single(&space->param[i]))
			dim[n++] = i;
	return n;
}

static int
draw_cmaes(double *x, struct sampling *s, struct err *e)
{
	const struct space *space = s->past->space;
	size_t *dim = xalloc(space->n, sizeof(*dim)), d = find_dims(dim, space);
	size_t startup = (size_t)s->set[STARTUP], lambda = (size_t)s->set[POPULATION];
	struct cma k;
	double *u;

	(void)e;
	space_draw(x, space, &s->rng);
	if (d == 0 || s->past->n_ended < startup)
		goto done;
	if (lambda == 0)
		lambda = 4 + (size_t)floor(3 * m_log((double)d));
	cma_begin(&k, d, lambda < 4 ? 4 : lambda);
	replay_past(&k, s->past, dim, startup);
	u = new_numbers(&k, d);
	for (size_t i = 0; i < 10 * d && !cma_draw(u, &k, &s->rng); i++)
		;
	for (size_t i = 0; i < d; i++)
		x[dim[i]] = space_from_unit(&space->param[dim[i]],
		    fmin(fmax(u[i], 0), 1 - 1e-12));
	arena_free(&k.arena);
done:
	free(dim);
	return 0;
}

static int
check_cmaes(const struct space *space, size_t n_objectives, struct err *e)
{
	(void)space;
	return n_objectives == 1 ? 0 : err_set(e, ERR_USAGE, "cmaes takes one "
	    "direction, not %zu; nsga2 and tpe take several", n_objectives);
}

const struct sampler sampler_cmaes = {
	.name = "cmaes", .settings = cmaes_settings, .check = check_cmaes,
	.draw = draw_cmaes,
};
