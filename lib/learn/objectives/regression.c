/* Squared error: the score is the answer. */
#include "learn/objective.h"

static void
regression_start(double *score, const struct frame *f,
    const struct objective_settings *set)
{
	double all = 0, sum = 0;

	(void)set;
	for (size_t i = 0; i < f->rows; i++) {
		double w = f->weight ? f->weight[i] : 1;

		all += w;
		sum += w * f->y[i];
	}
	score[0] = sum / all;
}

static struct loss_sum
regression_pass(const struct objective_pass *p, size_t from, size_t n)
{
	const struct frame *f = p->f;
	struct loss_sum all = { 0, 0 };

	for (size_t i = from; i < from + n; i++) {
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
regression_link(double *score, size_t k)
{
	(void)score;
	(void)k;
}

static double
regression_target(const struct frame *f, size_t row, size_t k)
{
	(void)k;
	return f->y[row];
}

static double
regression_answer_loss(const double *answer, const struct frame *f, size_t row)
{
	double d = f->y[row] - answer[0];

	return d * d;
}

/* Half the square, whose gradient is the difference. */
static double
regression_score_loss(const double *score, size_t k, const struct frame *f,
    size_t row)
{
	(void)k;
	return regression_answer_loss(score, f, row) / 2;
}

static double
regression_curvature(const double *answer, size_t a, size_t b)
{
	(void)answer;
	(void)a;
	(void)b;
	return 1;
}

const struct objective objective_regression = {
	.name = "regression", .task = TASK_REGRESSION,
	.loss = "l2", .metric = "l2", .transform = "NONE",
	.start = regression_start, .pass = regression_pass,
	.link = regression_link, .target = regression_target,
	.score_loss = regression_score_loss,
	.answer_loss = regression_answer_loss,
	.curvature = regression_curvature,
};
