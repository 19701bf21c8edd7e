/* Directions in which a linear model's problem gets smaller. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/linear/internal.h"

#define NO_DIRECTION 1e-11	/* share of the largest eigenvalue */
#define SWEEPS 10000		/* of coordinate descent, at most */

/* Direction of the l2 problem: solve H d = -g.  A little is added to the
 * diagonal when columns repeat each other (one-hot beside an intercept). */
int
newton_direction(double *step, const double *g, const double *h,
    const struct linear_problem *m, struct err *e)
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
int
shortest_direction(double *step, const double *g, const double *h,
    const struct linear_problem *m, struct err *e)
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

double
soft_threshold(double v, double t)
{
	return v > t ? v - t : v < -t ? v + t : 0;
}

/* Move coordinate j to the least of the quadratic model along it; how far
 * that was, in units of the model's value. */
static double
move_coordinate(double *step, double *hd, const double *g, const double *h,
    const struct linear_problem *m, const double *w, size_t j)
{
	size_t all = m->k * m->q;
	const double *row = h + j * all;
	double a = row[j], now = w[j] + step[j], to, move;

	if (a <= 0)
		return 0;
	to = now - (g[j] + hd[j]) / a;
	if (j % m->q < m->d->p)
		to = soft_threshold(to, m->l1 / a);
	move = to - now;
	if (move == 0)
		return 0;
	step[j] += move;
	for (size_t l = 0; l < all; l++)
		hd[l] += move * row[l];
	return fabs(move) * sqrt(a);
}

/*
 * Most coefficients of such a problem are and stay zero: after each sweep
 * over all of them, those that are not are moved until they rest.  It ends
 * with a sweep over all that moves none.
 */
void
lasso_direction(double *step, const double *g, const double *h,
    const struct linear_problem *m, const double *w, double tol)
{
	size_t all = m->k * m->q;
	double *hd = xalloc(all, sizeof(*hd));	/* H d so far */
	bool whole = true;

	memset(step, 0, all * sizeof(*step));
	for (int sweep = 0; sweep < SWEEPS; sweep++) {
		double most = 0, moved;

		for (size_t j = 0; j < all; j++) {
			if (!whole && w[j] + step[j] == 0)
				continue;
			moved = move_coordinate(step, hd, g, h, m, w, j);
			most = moved > most ? moved : most;
		}
		if (most < tol * 1e-3 && whole)
			break;
		whole = most < tol * 1e-3;
	}
	free(hd);
}
