#include "learn/gbdt/objective.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/elem.h"

#define PART ((size_t)8192)
#define LANE 64			/* rows whose exponentials are taken at once */

#define LN2_HIGH 0x1.62e42feep-1	/* times a small integer is exact */
#define LN2_LOW 0x1.a39ef35793c76p-33
#define INV_LN2 0x1.71547652b82fep+0
#define ROUND 0x1.8p52		/* added and taken away: the nearest integer */

/*
 * e^x for x <= 0, relative error under 1e-12: less than m_exp's accuracy,
 * which a float gradient would not show, and no branch, so that compilers
 * take several at once.
 */
static void
exp_lanes(double out[LANE], const double x[LANE])
{
	for (int i = 0; i < LANE; i++) {
		double v = x[i] > -708 ? x[i] : -708, t, k, r, r2, r4, p, q;
		uint64_t u;

		t = v * INV_LN2 + ROUND;
		k = t - ROUND;
		r = (v - k * LN2_HIGH) - k * LN2_LOW;
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

struct sums {
	double loss, weight;
};

struct pass {
	struct gh *gh;
	const struct frame *f;
	const double *score;
	size_t k;
	double scale_pos_weight;
	struct sums *sum;		/* by part */
};

/* Rows [from, from + m), m <= LANE.  Rows' classes are like coin tosses,
 * so nothing here branches on them. */
static struct sums
binary_lanes(const struct pass *p, size_t from, size_t m)
{
	const struct frame *f = p->f;
	const double *s = p->score + from, *w = f->weight ? f->weight + from :
	    NULL;
	const uint32_t *y = f->y_class + from, one = (uint32_t)f->positive;
	const double factor[2] = { 1, p->scale_pos_weight };
	const double sign[2] = { 1, -1 };
	double x[LANE] = { 0 }, e[LANE], product = 1;
	struct gh unread[LANE], *gh = p->gh ? p->gh + from : unread;
	struct sums all = { 0, 0 };

	for (size_t i = 0; i < m; i++)
		x[i] = -fabs(s[i]);
	exp_lanes(e, x);
	for (size_t i = 0; i < m; i++) {
		size_t is = y[i] == one;
		double z = sign[is] * s[i], above = (z + fabs(z)) / 2;
		double v = 1 / (1 + e[i]), far = e[i] * v;
		double scale = factor[is] * (w ? w[i] : 1), far_z[2] = { far,
		    v };

		/* p - y is p of the class that is not the row's, signed */
		gh[i] = (struct gh){ (float)(sign[is] * scale * far_z[z > 0]),
		    (float)(scale * (far * v)) };
		if (w) {
			all.loss += w[i] * (above + m_log1p(e[i]));
			all.weight += w[i];
		} else {
			/* one logarithm for all, below */
			all.loss += above;
			product *= 1 + e[i];
		}
	}
	if (w == NULL) {
		all.loss += m_log(product);
		all.weight = (double)m;
	}
	return all;
}

static struct sums
class_lanes(const struct pass *p, size_t from, size_t m)
{
	const struct frame *f = p->f;
	double factor = (double)p->k / (double)(p->k - 1);
	struct sums all = { 0, 0 };

	for (size_t i = from; i < from + m; i++) {
		const double *s = p->score + i;
		double top = s[0], sum = 0, w = f->weight ? f->weight[i] : 1;

		for (size_t c = 1; c < p->k; c++)
			top = s[c * f->rows] > top ? s[c * f->rows] : top;
		for (size_t c = 0; c < p->k; c++)
			sum += m_exp(s[c * f->rows] - top);
		all.loss += w * (top + m_log(sum) - s[f->y_class[i] * f->rows]);
		all.weight += w;
		for (size_t c = 0; p->gh && c < p->k; c++) {
			double q = m_exp(s[c * f->rows] - top) / sum;
			double y = c == f->y_class[i];

			p->gh[c * f->rows + i] = (struct gh){
			    (float)((q - y) * w),
			    (float)(factor * q * (1 - q) * w) };
		}
	}
	return all;
}

static struct sums
number_lanes(const struct pass *p, size_t from, size_t m)
{
	const struct frame *f = p->f;
	struct sums all = { 0, 0 };

	for (size_t i = from; i < from + m; i++) {
		double w = f->weight ? f->weight[i] : 1;
		double d = p->score[i] - f->y[i];

		all.loss += w * (d * d);
		all.weight += w;
		if (p->gh)
			p->gh[i] = (struct gh){ (float)(d * w), (float)w };
	}
	return all;
}

static void
pass_part(void *ctx, size_t part, int worker)
{
	struct pass *p = ctx;
	size_t i = part * PART, end = i + PART;
	struct sums all = { 0, 0 };

	(void)worker;
	if (end > p->f->rows)
		end = p->f->rows;
	for (; i < end; i += LANE) {
		size_t m = end - i < LANE ? end - i : LANE;
		struct sums s = p->f->task == TASK_BINARY ?
		    binary_lanes(p, i, m) : p->f->task == TASK_MULTICLASS ?
		    class_lanes(p, i, m) : number_lanes(p, i, m);

		all.loss += s.loss;
		all.weight += s.weight;
	}
	p->sum[part] = all;
}

double
loss_pass(struct gh *gh, const struct frame *f, const double *score,
    size_t k, double scale_pos_weight, struct pool *pool)
{
	size_t parts = (f->rows + PART - 1) / PART;
	struct pass p = { gh, f, score, k, scale_pos_weight,
	    xalloc(parts + 1, sizeof(*p.sum)) };
	struct sums all = { 0, 0 };

	pool_run(pool, parts, pass_part, &p);
	for (size_t i = 0; i < parts; i++) {
		all.loss += p.sum[i].loss;
		all.weight += p.sum[i].weight;
	}
	free(p.sum);
	return all.loss / all.weight;
}
