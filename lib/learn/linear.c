#include "learn/linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "base/num.h"
#include "math/blas.h"
#include "learn/objective.h"

#define BLOCK ((size_t)512)		/* rows summed together */
#define HALVINGS 30
#define EIGEN_MAX 2048
#define NO_DIRECTION 1e-11	/* share of the largest eigenvalue */

struct linear_params
linear_defaults(bool logistic)
{
	return (struct linear_params){ .C = 1, .alpha = 1,
	    .penalty = logistic ? PENALTY_L2 : PENALTY_NONE, .l1_ratio = 0.5,
	    .max_iter = 100, .tol = 1e-6 };
}

static const char *const penalties[] = { "l2", "l1", "elasticnet", "none" };

void
linear_record(struct json *m, struct arena *a, const struct linear_params *p,
    bool logistic)
{
	json_add_text(a, m, "penalty", penalties[p->penalty]);
	if (p->penalty != PENALTY_NONE)
		json_add_num(a, m, logistic ? "C" : "alpha", logistic ? p->C :
		    p->alpha);
	if (p->penalty == PENALTY_ELASTICNET)
		json_add_num(a, m, "l1_ratio", p->l1_ratio);
	json_add_int(a, m, "max_iter", p->max_iter);
	json_add_num(a, m, "tol", p->tol);
}

static int
set_penalty(struct linear_params *p, const char *value, struct err *e)
{
	for (int i = 0; i < 4; i++)
		if (strcmp(value, penalties[i]) == 0) {
			p->penalty = (enum penalty)i;
			return 0;
		}
	return err_set(e, ERR_USAGE, "penalty is l2, l1, elasticnet or none, "
	    "not '%s'", value);
}

int
linear_set(struct linear_params *p, bool logistic, const char *name,
    const char *value, struct err *e)
{
	enum { STRENGTH, PENALTY, L1_RATIO, MAX_ITER, TOL, KNOWN };
	const char *const known[KNOWN] = { logistic ? "C" : "alpha", "penalty",
	    "l1_ratio", "max_iter", "tol" };
	const char *const takes[KNOWN] = { logistic ? "numbers above 0" :
	    "numbers from 0", NULL, "0 to 1", "whole numbers 1 to 1e+06",
	    "numbers from 0" };
	const char *near;
	double v;
	size_t i;

	for (i = 0; i < KNOWN && strcmp(name, known[i]) != 0; i++)
		;
	if (i == KNOWN) {
		near = nearest_word(name, known, KNOWN);
		return err_set(e, ERR_USAGE, "the learner has no parameter "
		    "'%s'%s%s%s: %s, penalty, l1_ratio, max_iter and tol are "
		    "known", name, near ? "; did you mean '" : "", near ?
		    near : "", near ? "'?" : "", known[STRENGTH]);
	}
	if (i == PENALTY)
		return set_penalty(p, value, e);
	if (!num_parse_f64(value, strlen(value), &v) || !(v >= 0) || isinf(v) ||
	    (i == L1_RATIO && v > 1) ||
	    (i == MAX_ITER && (v < 1 || v > 1e6 || v != floor(v))) ||
	    (i == STRENGTH && logistic && v == 0))
		return err_set(e, ERR_USAGE, "'%s' is no value for %s, which "
		    "takes %s", value, name, takes[i]);
	if (i == STRENGTH && logistic)
		p->C = v;
	else if (i == STRENGTH)
		p->alpha = v;
	else if (i == L1_RATIO)
		p->l1_ratio = v;
	else if (i == MAX_ITER)
		p->max_iter = (int64_t)v;
	else
		p->tol = v;
	/* a strength without a kind means ridge, as in scikit-learn */
	if (i == STRENGTH && !logistic && p->penalty == PENALTY_NONE && v > 0)
		p->penalty = PENALTY_L2;
	return 0;
}

/* One problem: weights are laid out (k, p + 1), the intercept last. */
struct problem {
	struct blas *blas;
	const struct design *d;
	const struct frame *f;
	const struct objective *ob;
	bool logistic;
	size_t k, q;			/* q = p + 1 */
	double loss_scale;		/* in front of the sum of losses */
	double l2, l1;			/* in front of |b|^2 / 2 and |b|_1 */
	double *row;			/* (BLOCK, q): x and a one, scaled */
	double *out;			/* (BLOCK, k) */
};

static double
row_weight(const struct problem *m, size_t i)
{
	return m->loss_scale * (m->f->weight ? m->f->weight[i] : 1);
}

/* Scores of one row, a chain in column order. */
static void
scores(double *out, const struct problem *m, const double *w, size_t i)
{
	const float *x = m->d->x + i * m->d->p;

	for (size_t k = 0; k < m->k; k++) {
		const double *b = w + k * m->q;
		double s = 0;

		for (size_t j = 0; j < m->d->p; j++)
			s += (double)x[j] * b[j];
		out[k] = s + b[m->d->p];
	}
}

static double
objective_value(const struct problem *m, const double *w)
{
	double sum = 0, part = 0, pen = 0;

	for (size_t i = 0; i < m->d->n; i++) {
		scores(m->out, m, w, i);
		part += row_weight(m, i) *
		    m->ob->score_loss(m->out, m->k, m->f, i);
		if (i % BLOCK == BLOCK - 1 || i + 1 == m->d->n) {
			sum += part;
			part = 0;
		}
	}
	for (size_t k = 0; k < m->k; k++)
		for (size_t j = 0; j < m->d->p; j++) {
			double b = w[k * m->q + j];

			pen += m->l2 * b * b / 2 + m->l1 * fabs(b);
		}
	return sum + pen;
}

/* What the model says of rows from .. from + n: (n, k). */
static void
answers(double *prob, const struct problem *m, const double *w, size_t from,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double *s = prob + i * m->k;

		scores(s, m, w, from + i);
		m->ob->link(s, m->k);
	}
}

/* Output a's part of the gradient, (q). */
static void
add_slopes(double *g, const struct problem *m, const double *prob, size_t a,
    size_t from, size_t n)
{
	size_t p = m->d->p;

	for (size_t i = 0; i < n; i++) {
		const float *x = m->d->x + (from + i) * p;
		double t = m->ob->target(m->f, from + i, a);
		double r = row_weight(m, from + i) * (prob[i * m->k + a] - t);

		for (size_t j = 0; j < p; j++)
			g[j] += r * (double)x[j];
		g[p] += r;
	}
}

/* The curvature between outputs a and b, its lower triangle in part (q, q);
 * between two outputs it is negative. */
static void
curvature(double *part, const struct problem *m, const double *prob, size_t a,
    size_t b, size_t from, size_t n)
{
	size_t q = m->q, p = m->d->p;

	for (size_t i = 0; i < n; i++) {
		const float *x = m->d->x + (from + i) * p;
		double v = m->ob->curvature(prob + i * m->k, a, b);
		double root = sqrt(v * row_weight(m, from + i));

		for (size_t j = 0; j < p; j++)
			m->row[i * q + j] = root * (double)x[j];
		m->row[i * q + p] = root;
	}
	memset(part, 0, q * q * sizeof(*part));
	blas_gram(m->blas, part, m->row, n, q);
}

/* Block (a, b) of the Hessian, of which the lower triangle is kept. */
static void
add_curvature(double *h, const struct problem *m, const double *part,
    size_t a, size_t b)
{
	size_t q = m->q, all = m->k * q;
	double sign = a == b ? 1 : -1;

	for (size_t j = 0; j < q; j++)
		for (size_t l = 0; l <= j; l++) {
			double v = sign * part[j * q + l];

			h[(a * q + j) * all + b * q + l] += v;
			if (a != b && l < j)
				h[(a * q + l) * all + b * q + j] += v;
		}
}

/* Gradient g (k q) of the smooth part and its Hessian h (k q, k q), lower
 * triangle. */
static void
quadratic(double *g, double *h, const struct problem *m, const double *w)
{
	size_t q = m->q, all = m->k * q;
	double *prob = xalloc(BLOCK * m->k, sizeof(*prob));
	double *part = xalloc(q * q, sizeof(*part));

	memset(g, 0, all * sizeof(*g));
	memset(h, 0, all * all * sizeof(*h));
	for (size_t from = 0; from < m->d->n; from += BLOCK) {
		size_t n = m->d->n - from < BLOCK ? m->d->n - from : BLOCK;

		answers(prob, m, w, from, n);
		for (size_t a = 0; a < m->k; a++) {
			add_slopes(g + a * q, m, prob, a, from, n);
			for (size_t b = 0; b <= a; b++) {
				curvature(part, m, prob, a, b, from, n);
				add_curvature(h, m, part, a, b);
			}
		}
	}
	for (size_t a = 0; a < m->k; a++)
		for (size_t j = 0; j < m->d->p; j++) {
			g[a * q + j] += m->l2 * w[a * q + j];
			h[(a * q + j) * all + a * q + j] += m->l2;
		}
	free(prob);
	free(part);
}

/* Direction of the l2 problem: solve H d = -g.  A little is added to the
 * diagonal when columns repeat each other (one-hot beside an intercept). */
static int
newton_direction(double *step, const double *g, const double *h,
    const struct problem *m, struct err *e)
{
	size_t all = m->k * m->q;
	double *copy = xalloc(all * all, sizeof(*copy)), largest = 0, ridge;
	int r = -1;

	for (size_t j = 0; j < all; j++)
		largest = h[j * all + j] > largest ? h[j * all + j] : largest;
	ridge = largest * 1e-12;
	for (int turn = 0; turn < 8 && r < 0; turn++, ridge *= 100) {
		memcpy(copy, h, all * all * sizeof(*copy));
		for (size_t j = 0; j < all; j++) {
			copy[j * all + j] += ridge;
			step[j] = -g[j];
		}
		r = blas_solve(m->blas, copy, step, all);
	}
	free(copy);
	return r < 0 ? err_set(e, ERR_FORMAT, "the columns cannot be told "
	    "apart: the equations have no solution") : 0;
}

/*
 * The x of S x = -g that is shortest, from S's eigenvectors; what is less
 * than float rounding is no direction.  Where all of them count there is but
 * one x, which Cholesky finds many times as fast.
 */
static int
shortest_solution(double *x, const double *S, const double *g, size_t n,
    const struct blas *blas, struct err *e)
{
	double *s = xalloc(n * n + 1, sizeof(*s));
	double *value = xalloc(n + 1, sizeof(*value)), top, sum;
	int r = 0;

	memcpy(s, S, n * n * sizeof(*s));
	for (size_t j = 0; j < n; j++)
		x[j] = -g[j];
	if (n == 0 || blas_solve_well(blas, s, x, n, NO_DIRECTION * 100) == 0)
		goto done;
	memcpy(s, S, n * n * sizeof(*s));
	memset(x, 0, n * sizeof(*x));
	if (blas_eigen(blas, s, value, n) < 0) {
		r = err_set(e, ERR_FORMAT, "the equations have no solution");
		goto done;
	}
	top = value[n - 1];
	for (size_t i = 0; i < n; i++) {
		const double *u = s + i * n;

		if (!(value[i] > top * NO_DIRECTION))
			continue;
		sum = 0;
		for (size_t j = 0; j < n; j++)
			sum += u[j] * g[j];
		for (size_t j = 0; j < n; j++)
			x[j] -= sum / value[i] * u[j];
	}
done:
	free(s);
	free(value);
	return r;
}

/*
 * Direction where nothing is penalised: of all solutions of H d = -g the one
 * whose coefficients are shortest, as scikit-learn's LinearRegression has
 * it.  With one output the intercept does not count as length: it is
 * eliminated first.
 */
static int
shortest_direction(double *step, const double *g, const double *h,
    const struct problem *m, struct err *e)
{
	size_t all = m->k * m->q, n = m->k == 1 ? all - 1 : all;
	const double *last = h + n * all;	/* the intercept's, if k = 1 */
	double d = m->k == 1 ? last[n] : 0, sum;
	double *s = xalloc(n * n + 1, sizeof(*s));
	double *rest = xalloc(n + 1, sizeof(*rest));
	int r;

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j <= i; j++)
			s[i * n + j] = h[i * all + j] - (d > 0 ? last[i] *
			    last[j] / d : 0);
		rest[i] = g[i] - (d > 0 ? last[i] * g[n] / d : 0);
	}
	memset(step, 0, all * sizeof(*step));
	r = shortest_solution(step, s, rest, n, m->blas, e);
	if (d > 0) {
		sum = g[n];
		for (size_t j = 0; j < n; j++)
			sum += last[j] * step[j];
		step[n] = -sum / d;
	}
	free(s);
	free(rest);
	return r;
}

static double
soft(double v, double t)
{
	return v > t ? v - t : v < -t ? v + t : 0;
}

/* Direction of the l1 problem: coordinate descent on the quadratic model
 * g'd + d'Hd/2 + l1 |w + d|. */
static void
lasso_direction(double *step, const double *g, const double *h,
    const struct problem *m, const double *w, double tol)
{
	size_t all = m->k * m->q;
	double *hd = xalloc(all, sizeof(*hd));	/* H d so far */

	memset(step, 0, all * sizeof(*step));
	for (int sweep = 0; sweep < 1000; sweep++) {
		double most = 0;

		for (size_t j = 0; j < all; j++) {
			double a = h[j * all + j], now = w[j] + step[j], to, move;

			if (a <= 0)
				continue;
			to = now - (g[j] + hd[j]) / a;
			if (j % m->q < m->d->p)
				to = soft(to, m->l1 / a);
			move = to - now;
			if (move == 0)
				continue;
			step[j] += move;
			for (size_t l = 0; l < all; l++)
				hd[l] += move * (l <= j ? h[j * all + l] :
				    h[l * all + j]);
			if (fabs(move) * sqrt(a) > most)
				most = fabs(move) * sqrt(a);
		}
		if (most < tol * 1e-3)
			break;
	}
	free(hd);
}

/* The largest slope that is left, subgradients counted. */
static double
slope(const struct problem *m, const double *w, const double *g)
{
	double most = 0;

	for (size_t k = 0; k < m->k; k++)
		for (size_t j = 0; j < m->q; j++) {
			double v = g[k * m->q + j], b = w[k * m->q + j];

			if (j < m->d->p && m->l1 > 0)
				v = b > 0 ? v + m->l1 : b < 0 ? v - m->l1 :
				    soft(v, m->l1);
			most = fabs(v) > most ? fabs(v) : most;
		}
	return most;
}

static int
descend(struct linear_fit *out, const struct problem *m,
    const struct linear_params *p, double *w, const struct progress *progress,
    struct err *e)
{
	size_t all = m->k * m->q;
	double *g = xalloc(all, sizeof(*g)), *step = xalloc(all, sizeof(*step));
	double *h = mem_zeroed(all * all, sizeof(*h));
	double *next = xalloc(all, sizeof(*next));
	double before = objective_value(m, w), after = before, t;
	int r = h ? 0 : err_set(e, ERR_NOMEM, "out of memory");

	for (int64_t it = 0; r == 0 && it < p->max_iter; it++) {
		progress_tick(progress, "fitting", (uint64_t)it,
		    (uint64_t)p->max_iter);
		quadratic(g, h, m, w);
		out->iterations = it;
		if (slope(m, w, g) <= p->tol * (1 + m->loss_scale *
		    (double)m->d->n * 1e-3)) {
			out->converged = true;
			break;
		}
		if (m->l1 > 0)
			lasso_direction(step, g, h, m, w, p->tol);
		else if (m->l2 == 0 && all <= EIGEN_MAX)
			r = shortest_direction(step, g, h, m, e);
		else
			r = newton_direction(step, g, h, m, e);
		t = 1;
		for (int turn = 0; r == 0 && turn < HALVINGS; turn++, t /= 2) {
			for (size_t j = 0; j < all; j++)
				next[j] = w[j] + t * step[j];
			after = objective_value(m, next);
			if (after <= before)
				break;
		}
		if (r < 0)
			break;
		/* no step improves any more: this is as good as it gets */
		if (!(after < before)) {
			if (after == before)
				memcpy(w, next, all * sizeof(*w));
			out->converged = true;
			break;
		}
		memcpy(w, next, all * sizeof(*w));
		before = after;
	}
	free(g);
	free(h);
	free(step);
	free(next);
	return r;
}

static void
set_strengths(struct problem *m, const struct linear_params *p)
{
	double strength = m->logistic ? 1 : p->alpha, rows = 0;
	double r = p->penalty == PENALTY_L1 ? 1 :
	    p->penalty == PENALTY_ELASTICNET ? p->l1_ratio : 0;

	m->loss_scale = m->logistic ? p->C : 1;
	if (p->penalty == PENALTY_NONE) {
		m->loss_scale = 1;
		return;
	}
	/* lasso and elastic net of scikit-learn average the squares */
	if (!m->logistic && p->penalty != PENALTY_L2) {
		for (size_t i = 0; i < m->d->n; i++)
			rows += m->f->weight ? m->f->weight[i] : 1;
		strength *= rows;
	}
	m->l1 = strength * r;
	m->l2 = strength * (1 - r);
}

int
linear_train(struct linear_fit *out, const struct design *d,
    const struct frame *f, const struct linear_params *p,
    const struct progress *progress, struct err *e)
{
	const struct objective *ob = objective_of(f->task);
	struct problem m = { .d = d, .f = f, .ob = ob, .q = d->p + 1,
	    .logistic = f->task != TASK_REGRESSION,
	    .k = objective_scores(ob, f) };
	double *w;
	int r;

	memset(out, 0, sizeof(*out));
	set_strengths(&m, p);
	if (m.k * m.q > 8192)
		return err_set(e, ERR_TOOBIG, "%zu columns and %zu outputs are "
		    "more than Newton's method takes", d->p, m.k);
	if (blas_open(&m.blas, e) < 0)
		return -1;
	m.row = xalloc(BLOCK * m.q, sizeof(*m.row));
	m.out = xalloc(m.k, sizeof(*m.out));
	w = xalloc(m.k * m.q, sizeof(*w));
	r = descend(out, &m, p, w, progress, e);
	out->k = m.k;
	out->p = d->p;
	out->coef = xalloc(m.k * d->p + 1, sizeof(double));
	out->intercept = xalloc(m.k, sizeof(double));
	for (size_t k = 0; k < m.k; k++) {
		memcpy(out->coef + k * d->p, w + k * m.q, d->p *
		    sizeof(double));
		out->intercept[k] = w[k * m.q + d->p];
	}
	out->kernel = blas_kernel(m.blas);
	blas_close(m.blas);
	free(m.row);
	free(m.out);
	free(w);
	if (r < 0)
		linear_free(out);
	return r;
}

void
linear_free(struct linear_fit *fit)
{
	free(fit->coef);
	free(fit->intercept);
	memset(fit, 0, sizeof(*fit));
}
