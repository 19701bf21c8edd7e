/*
 * A Gaussian process: Matern 5/2 with a length for each parameter, fitted by
 * maximum a posteriori with Optuna's priors, and the point of the greatest
 * log expected improvement.  Sums run in one written order; nothing goes
 * through BLAS, so the next trial is the same on every machine.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/elem.h"
#include "search/sampler.h"
#include "search/samplers/rank.h"
#include "search/samplers/truncnorm.h"

enum { STARTUP, CANDIDATES };

static const struct setting gp_settings[] = {
	{ "n_startup_trials", 10, 1, 1e6, true },
	{ "n_preliminary_samples", 1024, 1, 100000, true },
	{ NULL, 0, 0, 0, false }
};

#define POINTS_MAX 200		/* the best and the newest halves of it */
#define FIT_STEPS 60
#define NOISE_MIN 1e-6
#define LOCAL 4			/* candidates that are improved */
#define ROOT5 2.23606797749978969641
#define LOG_SQRT_2PI 0.91893853320467274178

struct gp {
	struct arena arena;
	const struct space *space;
	size_t *dim, d;			/* parameters of more than one value */
	bool *word;			/* (d): a category */
	double *x, *y;			/* (n, d) in the unit cube, (n) */
	size_t n;
	double *theta;			/* (d + 2): logs of 1/length^2, scale, noise */
	double *k, *l, *inv;		/* (n, n): kernel, its root, its inverse */
	double *alpha;			/* (n): k^-1 y */
	double best;
};

static double *
new_numbers(struct gp *g, size_t n)
{
	return arena_alloc(&g->arena, (n + 1) * sizeof(double));
}

/* --- what was observed ----------------------------------------------------- */

static double
coordinate(const struct gp *g, size_t i, double v)
{
	const struct space_param *p = &g->space->param[g->dim[i]];

	if (isnan(v))
		return g->word[i] ? -1 : 0.5;
	return g->word[i] ? v : space_to_unit(p, v);
}

static void
add_point(struct gp *g, const struct past_trial *t, double y)
{
	for (size_t i = 0; i < g->d; i++)
		g->x[g->n * g->d + i] = coordinate(g, i, t->x[g->dim[i]]);
	g->y[g->n++] = y;
}

/* Mean 0, deviation 1.  By a power of two first, which no bit notices: squares
 * of what a worst value was made of go beyond the largest number. */
static void
standardise(struct gp *g)
{
	double most = 0, sum = 0, square = 0;
	int power;

	for (size_t i = 0; i < g->n; i++)
		most = fmax(most, fabs(g->y[i]));
	(void)frexp(most, &power);
	for (size_t i = 0; i < g->n; i++)
		sum += g->y[i] = ldexp(g->y[i], -power);
	sum /= (double)g->n;
	for (size_t i = 0; i < g->n; i++)
		square += (g->y[i] - sum) * (g->y[i] - sum);
	square = sqrt(square / (double)g->n);
	g->best = INFINITY;
	for (size_t i = 0; i < g->n; i++) {
		g->y[i] = (g->y[i] - sum) / (square > 0 ? square : 1);
		g->best = fmin(g->best, g->y[i]);
	}
}

/* Complete trials, the running ones as the worst. */
static void
collect_points(struct gp *g, const struct past *past)
{
	size_t *order = arena_alloc(&g->arena, (past->n + 1) * sizeof(*order));
	size_t n = rank_ended(order, past);
	bool *taken = arena_alloc(&g->arena, past->n + 1);
	double worst = -INFINITY;

	for (size_t i = 0; i < n && i < POINTS_MAX / 2; i++)
		taken[order[i]] = true;
	for (size_t i = past->n; i-- > 0 && past->n - i <= POINTS_MAX / 2;)
		taken[i] = true;
	for (size_t i = 0; i < past->n; i++) {
		const struct past_trial *t = &past->trial[i];

		if (t->state == TRIAL_COMPLETE && t->violation <= 0 && isfinite(t->y[0]))
			worst = fmax(worst, t->y[0]);
	}
	for (size_t i = 0; i < past->n && isfinite(worst); i++) {
		const struct past_trial *t = &past->trial[i];
		bool bad = t->state == TRIAL_RUNNING || t->violation > 0;

		if (taken[i] && (bad || (t->state == TRIAL_COMPLETE && isfinite(t->y[0]))))
			add_point(g, t, bad ? worst : t->y[0]);
	}
	standardise(g);
}

/* --- the kernel ------------------------------------------------------------ */

static double
gap_square(const struct gp *g, size_t i, double a, double b)
{
	return g->word[i] ? a != b : (a - b) * (a - b);
}

static double
distance_square(const struct gp *g, const double *weight, const double *a,
    const double *b)
{
	double r = 0;

	for (size_t i = 0; i < g->d; i++)
		r += weight[i] * gap_square(g, i, a[i], b[i]);
	return r;
}

static double
matern(double r2)
{
	double r = ROOT5 * sqrt(r2);

	return (1 + r + r * r / 3) * m_exp(-r);
}

/* Its derivative by the square of the distance. */
static double
matern_slope(double r2)
{
	double r = ROOT5 * sqrt(r2);

	return -5.0 / 6 * (1 + r) * m_exp(-r);
}

static void
find_weights(const struct gp *g, double *weight)
{
	for (size_t i = 0; i < g->d + 2; i++)
		weight[i] = m_exp(g->theta[i]);
}

/* l l' = k; -1 when k is not positive definite. */
static int
factor(double *l, const double *k, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++) {
			double sum = k[i * n + j];

			for (size_t m = 0; m < j; m++)
				sum -= l[i * n + m] * l[j * n + m];
			if (i == j && !(sum > 0))
				return -1;
			l[i * n + j] = i == j ? sqrt(sum) : sum / l[j * n + j];
		}
	return 0;
}

/* v = l^-1 v */
static void
solve_lower(const double *l, double *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t m = 0; m < i; m++)
			v[i] -= l[i * n + m] * v[m];
		v[i] /= l[i * n + i];
	}
}

/* v = l'^-1 v */
static void
solve_upper(const double *l, double *v, size_t n)
{
	for (size_t i = n; i-- > 0;) {
		v[i] /= l[i * n + i];
		for (size_t m = 0; m < i; m++)
			v[m] -= l[i * n + m] * v[i];
	}
}

/* Kernel, root and weights of the points; the log posterior, or -INFINITY. */
static double
evaluate(struct gp *g)
{
	size_t n = g->n, d = g->d;
	double *w = xalloc(d + 2, sizeof(*w)), sum = 0, noise;

	find_weights(g, w);
	noise = w[d + 1] + NOISE_MIN;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++)
			g->k[i * n + j] = g->k[j * n + i] = w[d] * matern(
			    distance_square(g, w, g->x + i * d, g->x + j * d)) +
			    (i == j ? noise : 0);
	if (factor(g->l, g->k, n) < 0) {
		free(w);
		return -INFINITY;
	}
	memcpy(g->alpha, g->y, n * sizeof(*g->y));
	solve_lower(g->l, g->alpha, n);
	solve_upper(g->l, g->alpha, n);
	for (size_t i = 0; i < n; i++)
		sum -= 0.5 * g->y[i] * g->alpha[i] + m_log(g->l[i * n + i]);
	/* Optuna's priors */
	for (size_t i = 0; i < d; i++)
		sum -= 0.1 / w[i] + 0.1 * w[i];
	sum += g->theta[d] - w[d] + 0.1 * m_log(noise) - 30 * noise;
	free(w);
	return sum;
}

/* The slope of that by each theta, after evaluate. */
static void
find_slope(struct gp *g, double *slope)
{
	size_t n = g->n, d = g->d;
	double *w = xalloc(d + 2, sizeof(*w));

	find_weights(g, w);
	memset(g->inv, 0, n * n * sizeof(*g->inv));
	for (size_t i = 0; i < n; i++) {
		g->inv[i * n + i] = 1;		/* a row is a column: symmetric */
		solve_lower(g->l, g->inv + i * n, n);
		solve_upper(g->l, g->inv + i * n, n);
	}
	memset(slope, 0, (d + 2) * sizeof(*slope));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++) {
			double a = g->alpha[i] * g->alpha[j] - g->inv[i * n + j], r2, m;
			const double *p = g->x + i * d, *q = g->x + j * d;

			a *= i == j ? 0.5 : 1;
			r2 = distance_square(g, w, p, q);
			m = a * w[d] * matern_slope(r2);
			for (size_t k = 0; k < d; k++)
				slope[k] += m * w[k] * gap_square(g, k, p[k], q[k]);
			slope[d] += a * w[d] * matern(r2);
			slope[d + 1] += i == j ? a * w[d + 1] : 0;
		}
	for (size_t k = 0; k < d; k++)
		slope[k] += 0.1 / w[k] - 0.1 * w[k];
	slope[d] += 1 - w[d];
	slope[d + 1] += (0.1 / (w[d + 1] + NOISE_MIN) - 30) * w[d + 1];
	free(w);
}

/* By the signs of the slope (Rprop), the best point kept. */
static int
fit(struct gp *g)
{
	size_t m = g->d + 2;
	double *slope = new_numbers(g, m), *last = new_numbers(g, m);
	double *step = new_numbers(g, m), *kept = new_numbers(g, m);
	double most = -INFINITY;

	for (size_t i = 0; i < m; i++)
		step[i] = 0.2;
	g->theta[g->d + 1] = m_log(0.01);
	for (int t = 0; t < FIT_STEPS; t++) {
		double v = evaluate(g);

		if (v > most) {
			most = v;
			memcpy(kept, g->theta, m * sizeof(*kept));
		}
		if (isinf(v)) {			/* back, and more careful */
			memcpy(g->theta, kept, m * sizeof(*kept));
			for (size_t i = 0; i < m; i++)
				step[i] *= 0.5;
			if (t == 0)
				return -1;
			continue;
		}
		find_slope(g, slope);
		for (size_t i = 0; i < m; i++) {
			double turn = slope[i] * last[i];

			step[i] = fmin(fmax(step[i] * (turn > 0 ? 1.2 : turn < 0 ?
			    0.5 : 1), 1e-4), 1);
			last[i] = turn < 0 ? 0 : slope[i];
			g->theta[i] += last[i] > 0 ? step[i] : last[i] < 0 ? -step[i] : 0;
			g->theta[i] = fmin(fmax(g->theta[i], -12), 12);
		}
	}
	memcpy(g->theta, kept, m * sizeof(*kept));
	return isinf(evaluate(g)) ? -1 : 0;
}

/* --- the next point -------------------------------------------------------- */

static double
log_improvement(double z)
{
	double pdf = m_exp(-0.5 * z * z - LOG_SQRT_2PI);

	if (z > -8)
		return m_log(pdf + z * normal_below(z));
	return -0.5 * z * z - LOG_SQRT_2PI - 2 * m_log(-z);
}

/* x in the unit cube; v and w are room for n and d + 2. */
static double
rate_point(const struct gp *g, const double *x, double *v, const double *w)
{
	double mean = 0, var = w[g->d];

	for (size_t i = 0; i < g->n; i++) {
		v[i] = w[g->d] * matern(distance_square(g, w, x, g->x + i * g->d));
		mean += v[i] * g->alpha[i];
	}
	solve_lower(g->l, v, g->n);
	for (size_t i = 0; i < g->n; i++)
		var -= v[i] * v[i];
	var = sqrt(fmax(var, 1e-12));
	return log_improvement((g->best - mean) / var) + m_log(var);
}

/* Where the space has a point near u. */
static double
snap(const struct gp *g, size_t i, double u)
{
	const struct space_param *p = &g->space->param[g->dim[i]];
	double v = space_from_unit(p, fmin(fmax(u, 0), 1 - 1e-12));

	return coordinate(g, i, v);
}

/* One parameter after the other, with smaller and smaller steps. */
static double
improve_point(const struct gp *g, double *x, double rate, double *v,
    const double *w, struct rng *rng)
{
	for (double step = 0.2; step > 1e-3; step *= 0.5)
		for (size_t i = 0; i < g->d; i++)
			for (int side = -1; side <= 1; side += 2) {
				double was = x[i], now;

				x[i] = g->word[i] ? snap(g, i, rng_f64(rng)) :
				    snap(g, i, was + side * step);
				now = rate_point(g, x, v, w);
				if (now > rate)
					rate = now;
				else
					x[i] = was;
			}
	return rate;
}

/* The best of many draws, and of a few of them improved. */
static void
find_point(struct gp *g, double *out, size_t candidates, struct rng *rng)
{
	size_t d = g->d;
	double *w = new_numbers(g, d + 2), *v = new_numbers(g, g->n);
	double *top = new_numbers(g, LOCAL * d), *x = new_numbers(g, d);
	double rate[LOCAL], most = -INFINITY;

	find_weights(g, w);
	for (size_t k = 0; k < LOCAL; k++)
		rate[k] = -INFINITY;
	for (size_t c = 0; c < candidates; c++) {
		size_t least = 0;
		double now;

		for (size_t i = 0; i < d; i++)
			x[i] = snap(g, i, rng_f64(rng));
		now = rate_point(g, x, v, w);
		for (size_t k = 1; k < LOCAL; k++)
			least = rate[k] < rate[least] ? k : least;
		if (now > rate[least]) {
			rate[least] = now;
			memcpy(top + least * d, x, d * sizeof(*x));
		}
	}
	for (size_t k = 0; k < LOCAL; k++) {
		if (isinf(rate[k]))
			continue;
		rate[k] = improve_point(g, top + k * d, rate[k], v, w, rng);
		if (rate[k] > most) {
			most = rate[k];
			memcpy(out, top + k * d, d * sizeof(*out));
		}
	}
}

static void
gp_begin(struct gp *g, const struct past *past)
{
	const struct space *space = past->space;
	size_t most = past->n < POINTS_MAX ? past->n : POINTS_MAX;

	memset(g, 0, sizeof(*g));
	g->space = space;
	g->dim = arena_alloc(&g->arena, (space->n + 1) * sizeof(*g->dim));
	g->word = arena_alloc(&g->arena, space->n + 1);
	for (size_t i = 0; i < space->n; i++)
		if (!space_is_single(&space->param[i])) {
			g->word[g->d] = space->param[i].kind == SPACE_CATEGORICAL;
			g->dim[g->d++] = i;
		}
	g->x = new_numbers(g, most * g->d);
	g->y = new_numbers(g, most);
	g->alpha = new_numbers(g, most);
	g->k = new_numbers(g, most * most);
	g->l = new_numbers(g, most * most);
	g->inv = new_numbers(g, most * most);
	g->theta = new_numbers(g, g->d + 2);
}

static int
draw_gp(double *x, struct sampling *s, struct err *e)
{
	const struct space *space = s->past->space;
	struct gp g;
	double *u;

	(void)e;
	space_draw(x, space, &s->rng);
	if ((double)s->past->n_ended < s->set[STARTUP])
		return 0;
	gp_begin(&g, s->past);
	collect_points(&g, s->past);
	u = new_numbers(&g, g.d);
	if (g.d > 0 && g.n >= 2 && fit(&g) == 0) {
		find_point(&g, u, (size_t)s->set[CANDIDATES], &s->rng);
		for (size_t i = 0; i < g.d; i++)
			x[g.dim[i]] = g.word[i] ? u[i] : space_from_unit(
			    &space->param[g.dim[i]], fmin(u[i], 1 - 1e-12));
	}
	arena_free(&g.arena);
	return 0;
}

static int
check_gp(const struct space *space, size_t n_objectives, struct err *e)
{
	(void)space;
	return n_objectives == 1 ? 0 : err_set(e, ERR_USAGE, "gp takes one "
	    "direction, not %zu; nsga2 and tpe take several", n_objectives);
}

const struct sampler sampler_gp = {
	.name = "gp", .settings = gp_settings, .check = check_gp, .draw = draw_gp,
};
