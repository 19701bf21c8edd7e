/* Regressions judged by what they were made to minimise. */
#include <string.h>

#include "base/num.h"
#include "judge/internal.h"
#include "model/meta.h"

static void
judge_quantile(struct evaluation *v, const char *alpha, const double *score,
    const double *truth, size_t n)
{
	double a;

	if (alpha == NULL || !num_parse_f64(alpha, strlen(alpha), &a) ||
	    !(a > 0 && a < 1)) {
		v->unjudged = "the model's " META_ALPHA " is no number between "
		    "0 and 1, so there is no pinball";
		return;
	}
	v->alpha = a;
	metrics_add_pinball(&v->metrics, score, truth, n, a);
}

/* Tweedie's lies between the Poisson's and the gamma deviance: both. */
void
judge_objective(struct evaluation *v, const struct judging *g,
    const double *score, const double *truth, size_t n)
{
	const struct model *m = binding_model(g->p);
	const char *name = model_meta(m, META_OBJECTIVE);
	bool poisson, gamma, both;

	if (name == NULL)
		return;
	if (strcmp(name, "quantile") == 0)
		judge_quantile(v, model_meta(m, META_ALPHA), score, truth, n);
	both = strcmp(name, "tweedie") == 0;
	poisson = both || strcmp(name, "poisson") == 0;
	gamma = both || strcmp(name, "gamma") == 0;
	if (poisson && !metrics_add_poisson(&v->metrics, score, truth, n))
		v->unjudged = "there are answers that are not above 0, or "
		    "targets below it, so there is no poisson_deviance";
	/* amounts that are often 0 are what tweedie is for: not worth a word */
	if (gamma && !metrics_add_gamma(&v->metrics, score, truth, n) && !both)
		v->unjudged = "there are answers or targets that are not above "
		    "0, so there is no gamma_deviance";
}
