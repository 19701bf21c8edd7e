/* Linear and logistic regression: steps until nothing improves. */
#include "learn/linear/linear.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/linear/internal.h"

#define HALVINGS 30		/* of one step */
#define EIGEN_MAX 2048		/* weights for which eigenvectors are sought */

static int
descend_to_least(struct linear_fit *out, const struct linear_problem *m,
    const struct linear_params *p, double *w, const struct progress *progress,
    struct err *e)
{
	size_t all = m->k * m->q;
	double *g = xalloc(all, sizeof(*g)), *step = xalloc(all, sizeof(*step));
	double *h = mem_zeroed(all * all, sizeof(*h));
	double *next = xalloc(all, sizeof(*next));
	double before = linear_value(m, w), after = before, t;
	int r = h ? 0 : err_set(e, ERR_NOMEM, "out of memory");

	for (int64_t it = 0; r == 0 && it < p->max_iter; it++) {
		progress_tick(progress, "fitting", (uint64_t)it,
		    (uint64_t)p->max_iter);
		linear_quadratic(g, h, m, w);
		out->iterations = it;
		if (linear_slope(m, w, g) <= p->tol * (1 + m->loss_scale *
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
			after = linear_value(m, next);
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
set_strengths(struct linear_problem *m, const struct linear_params *p)
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
	struct linear_problem m = { .d = d, .f = f, .ob = ob, .q = d->p + 1,
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
	m.row = xalloc(LINEAR_BLOCK * m.q, sizeof(*m.row));
	m.out = xalloc(m.k, sizeof(*m.out));
	w = xalloc(m.k * m.q, sizeof(*w));
	r = descend_to_least(out, &m, p, w, progress, e);
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
		linear_release(out);
	return r;
}

void
linear_release(struct linear_fit *fit)
{
	free(fit->coef);
	free(fit->intercept);
	memset(fit, 0, sizeof(*fit));
}
