/* Counts: the answer is e to the score, the mean of a Poisson distribution. */
#include "learn/objectives/amounts.h"
#include "math/elem.h"

static int
poisson_check(const struct frame *f, struct err *e)
{
	return amounts_check(f, "poisson", e);
}

static struct loss_sum
poisson_pass(const struct objective_pass *p, size_t from, size_t n)
{
	const struct frame *f = p->f;
	double step = m_exp(p->set.poisson_max_delta_step);
	struct loss_sum all = { 0, 0 };

	for (size_t i = from; i < from + n; i++) {
		double w = f->weight ? f->weight[i] : 1;
		double mean = m_exp(p->score[i]);

		/* less what the answer does not change */
		all.loss += w * (mean - f->y[i] * p->score[i]);
		all.weight += w;
		if (p->gh)
			p->gh[i] = (struct gh){ (float)((mean - f->y[i]) * w),
			    (float)(mean * step * w) };
	}
	return all;
}

const struct objective objective_poisson = {
	.name = "poisson", .task = TASK_REGRESSION,
	.loss = "poisson", .metric = "poisson", .transform = "NONE",
	.step = "Exp", .check = poisson_check, .start = amounts_start,
	.pass = poisson_pass, .link = amounts_link,
};
