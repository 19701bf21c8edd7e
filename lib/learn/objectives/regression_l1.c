/* Absolute error: the score is the answer, a median. */
#include "learn/objective.h"

#include <math.h>

#include "learn/percentile.h"

static double
l1_percentile(const struct objective_settings *set)
{
	(void)set;
	return 0.5;
}

static void
l1_start(double *score, const struct frame *f,
    const struct objective_settings *set)
{
	score[0] = (double)(float)percentile_of(f->y, f->weight, f->rows,
	    l1_percentile(set));
}

static struct loss_sum
l1_pass(const struct objective_pass *p, size_t from, size_t n)
{
	const struct frame *f = p->f;
	struct loss_sum all = { 0, 0 };

	for (size_t i = from; i < from + n; i++) {
		double w = f->weight ? f->weight[i] : 1;
		double d = p->score[i] - f->y[i];

		all.loss += w * fabs(d);
		all.weight += w;
		if (p->gh)
			p->gh[i] = (struct gh){ (float)(((d > 0) - (d < 0)) *
			    w), (float)w };
	}
	return all;
}

static void
l1_link(double *score, size_t k)
{
	(void)score;
	(void)k;
}

const struct objective objective_regression_l1 = {
	.name = "regression_l1", .task = TASK_REGRESSION,
	.loss = "l1", .metric = "l1", .transform = "NONE",
	.start = l1_start, .percentile = l1_percentile, .pass = l1_pass,
	.link = l1_link,
};
