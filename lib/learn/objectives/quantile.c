/* The quantile alpha: what lies above the answer costs alpha for each unit,
 * what lies below it 1 - alpha. */
#include "learn/objective.h"

#include "learn/percentile.h"

/* LightGBM keeps it as a float. */
static double
quantile_percentile(const struct objective_settings *set)
{
	return (double)(float)set->alpha;
}

static void
quantile_start(double *score, const struct frame *f,
    const struct objective_settings *set)
{
	score[0] = (double)(float)percentile_of(f->y, f->weight, f->rows,
	    quantile_percentile(set));
}

static struct loss_sum
quantile_pass(const struct objective_pass *p, size_t from, size_t n)
{
	const struct frame *f = p->f;
	double alpha = quantile_percentile(&p->set);
	struct loss_sum all = { 0, 0 };

	for (size_t i = from; i < from + n; i++) {
		double w = f->weight ? f->weight[i] : 1;
		double d = p->score[i] - f->y[i];

		all.loss += w * (d > 0 ? (1 - alpha) * d : -alpha * d);
		all.weight += w;
		if (p->gh)
			p->gh[i] = (struct gh){ (float)((double)((float)d >= 0 ?
			    1 - (float)alpha : -(float)alpha) * w), (float)w };
	}
	return all;
}

static void
quantile_link(double *score, size_t k)
{
	(void)score;
	(void)k;
}

const struct objective objective_quantile = {
	.name = "quantile", .task = TASK_REGRESSION,
	.loss = "quantile", .metric = "quantile", .transform = "NONE",
	.start = quantile_start, .percentile = quantile_percentile,
	.pass = quantile_pass, .link = quantile_link,
};
