/* A linear model's problem at given weights: value, gradient, Hessian. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/linear/internal.h"

static double
row_weight(const struct linear_problem *m, size_t i)
{
	return m->loss_scale * (m->f->weight ? m->f->weight[i] : 1);
}

/* Scores of one row, a chain in column order. */
static void
row_scores(double *out, const struct linear_problem *m, const double *w,
    size_t i)
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

double
linear_value(const struct linear_problem *m, const double *w)
{
	double sum = 0, part = 0, pen = 0;

	for (size_t i = 0; i < m->d->n; i++) {
		row_scores(m->out, m, w, i);
		part += row_weight(m, i) *
		    m->ob->score_loss(m->out, m->k, m->f, i);
		if (i % LINEAR_BLOCK == LINEAR_BLOCK - 1 || i + 1 == m->d->n) {
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
row_answers(double *prob, const struct linear_problem *m, const double *w,
    size_t from, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double *s = prob + i * m->k;

		row_scores(s, m, w, from + i);
		m->ob->link(s, m->k);
	}
}

/* Output a's part of the gradient, (q). */
static void
add_slopes(double *g, const struct linear_problem *m, const double *prob,
    size_t a, size_t from, size_t n)
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
block_curvature(double *part, const struct linear_problem *m,
    const double *prob, size_t a, size_t b, size_t from, size_t n)
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
add_curvature(double *h, const struct linear_problem *m, const double *part,
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

void
linear_quadratic(double *g, double *h, const struct linear_problem *m,
    const double *w)
{
	size_t q = m->q, all = m->k * q;
	double *prob = xalloc(LINEAR_BLOCK * m->k, sizeof(*prob));
	double *part = xalloc(q * q, sizeof(*part));

	memset(g, 0, all * sizeof(*g));
	memset(h, 0, all * all * sizeof(*h));
	for (size_t from = 0; from < m->d->n; from += LINEAR_BLOCK) {
		size_t n = m->d->n - from < LINEAR_BLOCK ? m->d->n - from : LINEAR_BLOCK;

		row_answers(prob, m, w, from, n);
		for (size_t a = 0; a < m->k; a++) {
			add_slopes(g + a * q, m, prob, a, from, n);
			for (size_t b = 0; b <= a; b++) {
				block_curvature(part, m, prob, a, b, from, n);
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

double
linear_slope(const struct linear_problem *m, const double *w, const double *g)
{
	double most = 0;

	for (size_t k = 0; k < m->k; k++)
		for (size_t j = 0; j < m->q; j++) {
			double v = g[k * m->q + j], b = w[k * m->q + j];

			if (j < m->d->p && m->l1 > 0)
				v = b > 0 ? v + m->l1 : b < 0 ? v - m->l1 :
				    soft_threshold(v, m->l1);
			most = fabs(v) > most ? fabs(v) : most;
		}
	return most;
}
