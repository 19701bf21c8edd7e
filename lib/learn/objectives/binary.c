/* Log loss of the logistic function: one score, the positive class's. */
#include "learn/objective.h"

#include <math.h>
#include <string.h>

#include "math/elem.h"

#define LANE OBJECTIVE_LANE	/* rows whose exponentials are taken at once */

#define LN2_HIGH 0x1.62e42feep-1	/* times a small integer is exact */
#define LN2_LOW 0x1.a39ef35793c76p-33
#define INV_LN2 0x1.71547652b82fep+0
#define EXP_LEAST (-708.0)
#define ROUND 0x1.8p52		/* added and taken away: the nearest integer */

/*
 * e^x for EXP_LEAST <= x <= 0, relative error under 1e-12: less than m_exp's accuracy,
 * which a float gradient would not show, and no branch, so that compilers
 * take several at once.
 */
static void
exp_lanes(double out[LANE], const double x[LANE])
{
	for (int i = 0; i < LANE; i++) {
		double t, k, r, r2, r4, p, q;
		uint64_t u;

		t = x[i] * INV_LN2 + ROUND;
		k = t - ROUND;
		r = (x[i] - k * LN2_HIGH) - k * LN2_LOW;
		r2 = r * r;
		r4 = r2 * r2;
		p = (1 + r) + r2 * (1.0 / 2 + r * (1.0 / 6));
		q = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 +
		    r * (1.0 / 5040));
		p += r4 * (q + r4 * ((1.0 / 40320 + r * (1.0 / 362880)) +
		    r2 * (1.0 / 3628800)));
		/* the low bits of t are k */
		memcpy(&u, &t, sizeof(u));
		u = (u + 1023) << 52;
		memcpy(&k, &u, sizeof(k));
		out[i] = p * k;
	}
}

/* 1/(1 + e) and e/(1 + e), the probabilities of the two classes. */
static void
link_lanes(double larger[LANE], double smaller[LANE], const double e[LANE])
{
	for (int i = 0; i < LANE; i++) {
		larger[i] = 1 / (1 + e[i]);
		smaller[i] = e[i] * larger[i];
	}
}

static void
binary_start(double *score, const struct frame *f,
    const struct objective_settings *set)
{
	double all = 0, sum = 0, p;

	(void)set;
	for (size_t i = 0; i < f->rows; i++) {
		double w = f->weight ? f->weight[i] : 1;

		all += w;
		if (f->y_class[i] == f->positive)
			sum += w;
	}
	p = sum / all;
	p = p < 1e-15 ? 1e-15 : p > 1 - 1e-15 ? 1 - 1e-15 : p;
	score[0] = m_log(p / (1 - p));
}

/* Gradients and loss both need the same e^s.  A branch on a row's class
 * would be mispredicted half of the time, so there is none. */
static struct loss_sum
binary_pass(const struct objective_pass *p, size_t from, size_t n)
{
	const struct frame *f = p->f;
	const double *s = p->score + from, *w = f->weight ? f->weight + from :
	    NULL;
	const uint32_t *y = f->y_class + from, one = (uint32_t)f->positive;
	const double factor[2] = { 1, p->set.scale_pos_weight };
	const double sign[2] = { 1, -1 };
	double x[LANE] = { 0 }, e[LANE], part[2][LANE], above[LANE];
	double product = 1;
	struct gh unread[LANE], *gh = p->gh ? p->gh + from : unread;
	struct loss_sum all = { 0, 0 };

	for (size_t i = 0; i < n; i++) {
		double size = -fabs(s[i]);

		x[i] = size > EXP_LEAST ? size : EXP_LEAST;
	}
	exp_lanes(e, x);
	link_lanes(part[1], part[0], e);
	for (size_t i = 0; i < n; i++) {
		size_t is = y[i] == one;
		double z = sign[is] * s[i], scale = factor[is] *
		    (w ? w[i] : 1);

		/* p - y is p of the class that is not the row's, signed */
		gh[i] = (struct gh){ (float)(sign[is] * scale *
		    part[z > 0][i]), (float)(scale * (part[0][i] *
		    part[1][i])) };
		above[i] = (z + fabs(z)) / 2;
	}
	for (size_t i = 0; w && i < n; i++) {
		all.loss += w[i] * (above[i] + m_log1p(e[i]));
		all.weight += w[i];
	}
	if (w)
		return all;
	/* one logarithm for all */
	for (size_t i = 0; i < n; i++) {
		all.loss += above[i];
		product *= 1 + e[i];
	}
	all.loss += m_log(product);
	all.weight = (double)n;
	return all;
}

static void
binary_link(double *score, size_t k)
{
	(void)k;
	score[0] = m_sigmoid(score[0]);
}

static double
binary_target(const struct frame *f, size_t row, size_t k)
{
	(void)k;
	return f->y_class[row] == f->positive;
}

static double
binary_score_loss(const double *score, size_t k, const struct frame *f,
    size_t row)
{
	double s = score[0];

	return (s > 0 ? s : 0) + m_log1p(m_exp(-fabs(s))) -
	    binary_target(f, row, k) * s;
}

static double
binary_answer_loss(const double *answer, const struct frame *f, size_t row)
{
	return -m_log(f->y_class[row] == f->positive ? answer[0] :
	    1 - answer[0]);
}

static double
binary_curvature(const double *answer, size_t a, size_t b)
{
	(void)a;
	(void)b;
	return answer[0] * (1 - answer[0]);
}

const struct objective objective_binary = {
	.name = "binary", .task = TASK_BINARY,
	.loss = "logloss", .metric = "binary_logloss",
	.transform = "LOGISTIC",
	.start = binary_start, .pass = binary_pass,
	.link = binary_link, .target = binary_target,
	.score_loss = binary_score_loss,
	.answer_loss = binary_answer_loss,
	.curvature = binary_curvature,
};
