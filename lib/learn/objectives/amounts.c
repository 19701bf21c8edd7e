/* Targets from 0 whose mean is e to the score. */
#include "learn/objectives/amounts.h"

#include "math/elem.h"

int
amounts_check(const struct frame *f, const char *objective, struct err *e)
{
	double sum = 0;

	for (size_t i = 0; i < f->rows; i++) {
		if (f->y[i] < 0)
			return err_set(e, ERR_FORMAT, "the objective %s is for "
			    "numbers from 0, but row %zu of the target '%s' "
			    "is %g", objective, i + 1, f->target, f->y[i]);
		sum += f->y[i] * (f->weight ? f->weight[i] : 1);
	}
	return sum > 0 ? 0 : err_set(e, ERR_FORMAT, "the objective %s needs a "
	    "number above 0 in the target '%s'", objective, f->target);
}

void
amounts_start(double *score, const struct frame *f,
    const struct objective_settings *set)
{
	objective_regression.start(score, f, set);
	score[0] = m_log(score[0]);
}

void
amounts_link(double *score, size_t k)
{
	(void)k;
	score[0] = m_exp(score[0]);
}
