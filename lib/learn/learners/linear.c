/* The learner linear: a linear model of a number. */
#include <math.h>

#include "learn/learner.h"
#include "learn/linear/model.h"

#define AT(field) offsetof(struct linear_params, field)

/* A strength without a kind means ridge, as in scikit-learn. */
static void
strength_means_ridge(void *params)
{
	struct linear_params *p = params;

	if (p->penalty == PENALTY_NONE && p->alpha > 0)
		p->penalty = PENALTY_L2;
}

static const struct hyperparam linear_params[] = {
	{ "alpha", HYPER_REAL, AT(alpha), 1, 0, INFINITY, HYPER_LOG,
	    "strength of the penalty", .counts = linear_penalised,
	    .implies = strength_means_ridge },
	{ "penalty", HYPER_WORD, AT(penalty), PENALTY_NONE, 0, 0,
	    HYPER_LINEAR, "what keeps coefficients small",
	    .word = linear_penalties },
	{ "l1_ratio", HYPER_REAL, AT(l1_ratio), 0.5, 0, 1, HYPER_LINEAR,
	    "share of l1 in elasticnet", .counts = linear_mixed },
	{ "max_iter", HYPER_INT, AT(max_iter), 100, 1, 1e6, HYPER_LOG,
	    "most Newton steps", .like_real = true },
	{ "tol", HYPER_REAL, AT(tol), 1e-6, 0, INFINITY, HYPER_LOG,
	    "gradient at which to stop", .alias = { NULL } },
};

static int
refuse_classes(const struct frame *f, struct err *e)
{
	(void)f;
	return err_set(e, ERR_USAGE, "the linear learner is for numbers; for "
	    "classes there are logistic and gbdt");
}

const struct learner learner_linear = {
	.name = "linear",
	.help = "a linear model of a number, scikit-learn's",
	.tasks = LEARNER_TASK(TASK_REGRESSION),
	.params = { linear_params, sizeof(linear_params) /
	    sizeof(*linear_params) },
	.params_size = sizeof(struct linear_params),
	.refuse = refuse_classes, .fit = linear_model_fit,
	.score = linear_model_score, .emit = linear_model_emit,
	.report = linear_model_report, .free = linear_model_free,
};
