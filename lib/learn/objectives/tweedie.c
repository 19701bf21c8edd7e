/* Amounts of which many are 0, as claims are: the answer is e to the score,
 * the mean of a Tweedie distribution whose variance grows with a power of it
 * from 1 (Poisson) up to 2 (gamma). */
#include "learn/objectives/amounts.h"
#include "math/elem.h"

static int
tweedie_check(const struct frame *f, struct err *e)
{
	return amounts_check(f, "tweedie", e);
}

static struct loss_sum
tweedie_pass(const struct objective_pass *p, size_t from, size_t n)
{
	const struct frame *f = p->f;
	double rho = p->set.tweedie_variance_power;
	struct loss_sum all = { 0, 0 };

	for (size_t i = from; i < from + n; i++) {
		double w = f->weight ? f->weight[i] : 1;
		double low = m_exp((1 - rho) * p->score[i]);
		double high = m_exp((2 - rho) * p->score[i]);
		double y = f->y[i];

		all.loss += w * (high / (2 - rho) - (rho > 1 ? y * low /
		    (1 - rho) : y * p->score[i]));
		all.weight += w;
		if (p->gh)
			p->gh[i] = (struct gh){ (float)((high - y * low) * w),
			    (float)((y * (rho - 1) * low + (2 - rho) * high) *
			    w) };
	}
	return all;
}

const struct objective objective_tweedie = {
	.name = "tweedie", .task = TASK_REGRESSION,
	.loss = "tweedie", .metric = "tweedie", .transform = "NONE",
	.step = "Exp", .check = tweedie_check, .start = amounts_start,
	.pass = tweedie_pass, .link = amounts_link,
};
