/* The learner logistic: a linear model of classes. */
#include <math.h>

#include "learn/learner.h"
#include "learn/linear/model.h"

#define AT(field) offsetof(struct linear_params, field)

static const struct hyperparam logistic_params[] = {
	{ "C", HYPER_REAL, AT(C), 1, 0, 1e100, HYPER_LOG,
	    "inverse strength of the penalty", .above_low = true,
	    .counts = linear_penalised },
	{ "penalty", HYPER_WORD, AT(penalty), PENALTY_L2, 0, 0, HYPER_LINEAR,
	    "what keeps coefficients small", .word = linear_penalties },
	{ "l1_ratio", HYPER_REAL, AT(l1_ratio), 0.5, 0, 1, HYPER_LINEAR,
	    "share of l1 in elasticnet", .counts = linear_mixed },
	{ "max_iter", HYPER_INT, AT(max_iter), 100, 1, 1e6, HYPER_LOG,
	    "most Newton steps", .like_real = true },
	{ "tol", HYPER_REAL, AT(tol), 1e-6, 0, INFINITY, HYPER_LOG,
	    "gradient at which to stop", .alias = { NULL } },
	{ "class_weight", HYPER_TEXT, AT(class_weight), 0, 0, 0, HYPER_LINEAR,
	    "balanced, or CLASS:WEIGHT,...", .alias = { NULL } },
};

static int
refuse_numbers(const struct frame *f, struct err *e)
{
	return err_set(e, ERR_USAGE, "the logistic learner is for classes, but "
	    "'%s' holds numbers: --task multiclass takes them as classes, or "
	    "use linear or gbdt", f->target);
}

const struct learner learner_logistic = {
	.name = "logistic",
	.help = "a linear model of classes, scikit-learn's",
	.tasks = LEARNER_TASK(TASK_BINARY) | LEARNER_TASK(TASK_MULTICLASS),
	.params = { logistic_params, sizeof(logistic_params) /
	    sizeof(*logistic_params) },
	.params_size = sizeof(struct linear_params),
	.refuse = refuse_numbers, .fit = linear_model_fit,
	.score = linear_model_score, .emit = linear_model_emit,
	.report = linear_model_report, .free = linear_model_free,
};
