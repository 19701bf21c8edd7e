/* Huber's error: squared up to alpha, absolute beyond it. */
#include "learn/objective.h"

#include <math.h>

static void
huber_start(double *score, const struct frame *f,
    const struct objective_settings *set)
{
	objective_regression.start(score, f, set);
}

static struct loss_sum
huber_pass(const struct objective_pass *p, size_t from, size_t n)
{
	const struct frame *f = p->f;
	double alpha = p->set.alpha;
	struct loss_sum all = { 0, 0 };

	for (size_t i = from; i < from + n; i++) {
		double w = f->weight ? f->weight[i] : 1;
		double d = p->score[i] - f->y[i], far = fabs(d);
		double g = far <= alpha ? d : d > 0 ? alpha : -alpha;

		all.loss += w * (far <= alpha ? d * d / 2 :
		    alpha * (far - alpha / 2));
		all.weight += w;
		if (p->gh)
			p->gh[i] = (struct gh){ (float)(g * w), (float)w };
	}
	return all;
}

static void
huber_link(double *score, size_t k)
{
	(void)score;
	(void)k;
}

const struct objective objective_huber = {
	.name = "huber", .task = TASK_REGRESSION,
	.loss = "huber", .metric = "huber", .transform = "NONE",
	.start = huber_start, .pass = huber_pass, .link = huber_link,
};
