/* Linear and logistic regression: steps until nothing improves. */
#include "learn/linear/linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/linear/internal.h"

#define HALVINGS 30		/* of one step */
#define EIGEN_MAX 2048		/* weights for which eigenvectors are sought */
#define SLOW 0.1		/* share of the slope a step may leave behind
				 * before the Hessian is taken anew */
#define SAMPLE ((size_t)16)	/* of that many rows one is in the sample */
#define SAMPLE_ROWS 32		/* of the sample for each weight, at least */
#define SAMPLE_LEAST ((size_t)4096)

/* Where the descent is, and what it needs on the way. */
struct descent {
	const struct linear_problem *m;
	const struct linear_params *p;
	size_t all;			/* weights */
	double value;			/* at w */
	double *w, *g;			/* (all) */
	double *next, *next_g, *step;	/* (all) */
	double *h;			/* (all, all) */
};

static int
find_direction(struct descent *t, struct err *e)
{
	const struct linear_problem *m = t->m;

	if (m->l1 > 0) {
		lasso_direction(t->step, t->g, t->h, m, t->w, t->p->tol);
		return 0;
	}
	if (m->l2 == 0 && t->all <= EIGEN_MAX)
		return shortest_direction(t->step, t->g, t->h, m, e);
	return newton_direction(t->step, t->g, t->h, m, e);
}

/* Go along the step, half of it, a quarter, until that is no worse.  Is it
 * better? */
static bool
take_step(struct descent *t)
{
	double before = t->value, share = 1, *was;

	for (int turn = 0; turn < HALVINGS; turn++, share /= 2) {
		double value;

		for (size_t j = 0; j < t->all; j++)
			t->next[j] = t->w[j] + share * t->step[j];
		value = linear_gradient(t->next_g, t->m, t->next);
		if (!(value <= before))
			continue;
		was = t->w, t->w = t->next, t->next = was;
		was = t->g, t->g = t->next_g, t->next_g = was;
		t->value = value;
		return value < before;
	}
	return false;
}

/*
 * The Hessian costs many times what the gradient does, and hardly changes
 * near the end: it is kept as long as the steps it gives are good ones.
 */
static int
descend_to_least(struct linear_fit *out, struct descent *t, double tol,
    const struct progress *progress, struct err *e)
{
	const struct linear_problem *m = t->m;
	double enough = tol * (1 + m->loss_scale * (double)m->f->rows *
	    1e-3);
	double slope, before = INFINITY;
	bool fresh = false, known = false;

	t->value = linear_gradient(t->g, m, t->w);
	for (int64_t it = 0; it < t->p->max_iter; it++) {
		progress_tick(progress, "fitting", (uint64_t)it,
		    (uint64_t)t->p->max_iter);
		out->iterations = it;
		slope = linear_slope(m, t->w, t->g);
		if (slope <= enough) {
			out->converged = true;
			return 0;
		}
		fresh = !known || slope > before * SLOW;
		if (fresh)
			linear_curvature(t->h, m, t->w);
		known = true;
		before = slope;
		if (find_direction(t, e) < 0)
			return -1;
		if (take_step(t))
			continue;
		/* no step improves any more: this is as good as it gets, if
		 * the Hessian was that of this place */
		known = false;
		if (fresh) {
			out->converged = true;
			return 0;
		}
	}
	return 0;
}

/*
 * Many rows say little more of where to begin than a part of them: the
 * answer for every 16th row, whose loss counts 16 times, is a few small steps
 * away from that for all.
 */
static int
begin_at_sample(struct descent *t, const struct progress *progress,
    struct err *e)
{
	const struct linear_problem *whole = t->m;
	struct linear_problem m = *whole;
	struct linear_fit unread = { 0 };
	struct frame sample;
	int r;

	if (t->p->penalty == PENALTY_NONE || m.ob->task == TASK_REGRESSION ||
	    m.f->rows / SAMPLE < SAMPLE_LEAST + SAMPLE_ROWS * t->all)
		return 0;
	sample_init(&sample, m.f, SAMPLE, m.pool);
	m.f = &sample;
	m.loss_scale *= (double)SAMPLE;
	t->m = &m;
	r = descend_to_least(&unread, t, t->p->tol * 1000, progress, e);
	t->m = whole;
	sample_release(&sample);
	return r;
}

static int
descend(struct linear_fit *out, const struct linear_problem *m,
    const struct linear_params *p, const struct progress *progress,
    struct err *e)
{
	size_t all = m->k * m->q;
	double *room = xalloc(5 * all, sizeof(*room));
	struct descent t = { .m = m, .p = p, .all = all, .w = room,
	    .g = room + all, .next = room + 2 * all,
	    .next_g = room + 3 * all, .step = room + 4 * all };
	int r = 0;

	t.h = mem_zeroed(all * all, sizeof(*t.h));
	if (t.h == NULL)
		r = err_set(e, ERR_NOMEM, "out of memory");
	if (r == 0)
		r = begin_at_sample(&t, progress, e);
	if (r == 0)
		r = descend_to_least(out, &t, p->tol, progress, e);
	memcpy(out->weight, t.w, all * sizeof(*t.w));
	free(t.h);
	free(room);
	return r;
}

static void
set_strengths(struct linear_problem *m, const struct linear_params *p)
{
	bool logistic = m->ob->task != TASK_REGRESSION;
	double strength = logistic ? 1 : p->alpha, rows = 0;
	double r = p->penalty == PENALTY_L1 ? 1 :
	    p->penalty == PENALTY_ELASTICNET ? p->l1_ratio : 0;

	m->loss_scale = logistic ? p->C : 1;
	if (p->penalty == PENALTY_NONE) {
		m->loss_scale = 1;
		return;
	}
	/* lasso and elastic net of scikit-learn average the squares */
	if (!logistic && p->penalty != PENALTY_L2) {
		for (size_t i = 0; i < m->f->rows; i++)
			rows += m->f->weight ? m->f->weight[i] : 1;
		strength *= rows;
	}
	m->l1 = strength * r;
	m->l2 = strength * (1 - r);
}

int
linear_train(struct linear_fit *out, const struct design *d,
    const struct frame *f, const struct linear_params *p, struct pool *pool,
    const struct progress *progress, struct err *e)
{
	const struct objective *ob = objective_of(f->task);
	struct linear_problem m = { .d = d, .f = f, .ob = ob, .q = d->p + 1,
	    .k = objective_scores(ob, f) };
	struct blas *blas;
	int r;

	memset(out, 0, sizeof(*out));
	set_strengths(&m, p);
	if (m.k * m.q > 8192)
		return err_set(e, ERR_TOOBIG, "%zu columns and %zu outputs are "
		    "more than Newton's method takes", d->p, m.k);
	if (blas_open(&blas, e) < 0)
		return -1;
	m.blas = blas;
	m.pool = pool;
	out->k = m.k;
	out->p = d->p;
	out->kernel = blas_kernel(blas);
	out->weight = xalloc(m.k * m.q, sizeof(double));
	r = descend(out, &m, p, progress, e);
	blas_close(blas);
	if (r < 0)
		linear_release(out);
	return r;
}

void
linear_release(struct linear_fit *fit)
{
	free(fit->weight);
	memset(fit, 0, sizeof(*fit));
}
