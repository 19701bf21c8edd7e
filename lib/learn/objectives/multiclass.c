/* Log loss of the softmax: one score for each class. */
#include "learn/objective.h"

#include "math/elem.h"

static void
multiclass_start(double *score, const struct frame *f,
    const struct objective_settings *set)
{
	double all = 0;

	(void)set;
	for (size_t c = 0; c < f->n_classes; c++)
		score[c] = 0;
	for (size_t i = 0; i < f->rows; i++) {
		double w = f->weight ? f->weight[i] : 1;

		all += w;
		score[f->y_class[i]] += w;
	}
	for (size_t c = 0; c < f->n_classes; c++) {
		double p = score[c] / all;

		score[c] = m_log(p < 1e-15 ? 1e-15 : p > 1 - 1e-15 ?
		    1 - 1e-15 : p);
	}
}

static struct loss_sum
multiclass_pass(const struct objective_pass *p, size_t from, size_t n)
{
	const struct frame *f = p->f;
	double factor = (double)p->k / (double)(p->k - 1);
	struct loss_sum all = { 0, 0 };

	for (size_t i = from; i < from + n; i++) {
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

/* The softmax. */
static void
multiclass_link(double *score, size_t k)
{
	double top = score[0], sum = 0;

	for (size_t c = 1; c < k; c++)
		top = score[c] > top ? score[c] : top;
	for (size_t c = 0; c < k; c++) {
		score[c] = m_exp(score[c] - top);
		sum += score[c];
	}
	for (size_t c = 0; c < k; c++)
		score[c] /= sum;
}

static double
multiclass_target(const struct frame *f, size_t row, size_t k)
{
	return f->y_class[row] == k;
}

static double
multiclass_score_loss(const double *score, size_t k, const struct frame *f,
    size_t row)
{
	double top = score[0], sum = 0;

	for (size_t c = 1; c < k; c++)
		top = score[c] > top ? score[c] : top;
	for (size_t c = 0; c < k; c++)
		sum += m_exp(score[c] - top);
	return top + m_log(sum) - score[f->y_class[row]];
}

static double
multiclass_answer_loss(const double *answer, const struct frame *f, size_t row)
{
	return -m_log(answer[f->y_class[row]]);
}

static double
multiclass_curvature(const double *answer, size_t a, size_t b)
{
	return a == b ? answer[a] * (1 - answer[a]) : answer[a] * answer[b];
}

const struct objective objective_multiclass = {
	.name = "multiclass", .task = TASK_MULTICLASS, .score_per_class = true,
	.loss = "logloss", .metric = "multi_logloss", .transform = "SOFTMAX",
	.start = multiclass_start, .pass = multiclass_pass,
	.link = multiclass_link, .target = multiclass_target,
	.score_loss = multiclass_score_loss,
	.answer_loss = multiclass_answer_loss,
	.curvature = multiclass_curvature,
};
