/* The parameters of boosted trees by name, with LightGBM's aliases. */
#include "learn/gbdt/gbdt.h"

#include <string.h>

#define AT(field) offsetof(struct gbdt_params, field)

#define AUTO "auto"		/* first: not given */

const char *const gbdt_objectives[] = {
	AUTO, "binary", "multiclass", "regression", "regression_l1", "huber",
	"quantile", "poisson", "tweedie",
	/* other names of these */
	"softmax", "regression_l2", "l2", "mean_squared_error", "mse", "l1",
	"mean_absolute_error", "mae", NULL
};

const char *const gbdt_metrics[] = {
	AUTO, "l1", "l2", "rmse", "mape", "huber", "quantile", "poisson",
	"tweedie", "binary_logloss", "binary_error", "auc", "multi_logloss",
	"multi_error",
	"mae", "mse", NULL
};

static int
place_of(const char *const *words, const char *name)
{
	int i = 0;

	while (strcmp(words[i], name) != 0)
		i++;
	return i;
}

/* The name it is recorded by. */
static void
call_objective(void *params)
{
	struct gbdt_params *p = params;

	if (p->objective > 0)
		p->objective = place_of(gbdt_objectives, objective_named(
		    gbdt_objectives[p->objective])->name);
}

static void
call_metric(void *params)
{
	struct gbdt_params *p = params;
	const char *name = gbdt_metrics[p->metric];

	p->metric = place_of(gbdt_metrics, strcmp(name, "mae") == 0 ? "l1" :
	    strcmp(name, "mse") == 0 ? "l2" : name);
}

static bool
has_objective(const void *params)
{
	return ((const struct gbdt_params *)params)->objective > 0;
}

static bool
has_metric(const void *params)
{
	return ((const struct gbdt_params *)params)->metric > 0;
}

/* Is one of these asked for, as objective or as metric? */
static bool
asks_for(const void *params, const char *a, const char *b)
{
	const struct gbdt_params *p = params;
	const char *o = gbdt_objectives[p->objective];
	const char *m = gbdt_metrics[p->metric];

	return strcmp(o, a) == 0 || strcmp(m, a) == 0 || strcmp(o, b) == 0 ||
	    strcmp(m, b) == 0;
}

static bool
has_alpha(const void *params)
{
	return asks_for(params, "huber", "quantile");
}

static bool
has_power(const void *params)
{
	return asks_for(params, "tweedie", "tweedie");
}

static bool
has_step(const void *params)
{
	return asks_for(params, "poisson", "poisson");
}

static bool
is_constrained(const void *params)
{
	return ((const struct gbdt_params *)params)->monotone_constraints;
}

static bool
draws_for_splits(const void *params)
{
	return ((const struct gbdt_params *)params)->split_fraction < 1;
}

static const char *const methods[] = { "basic", NULL };

const struct hyperparam gbdt_hyperparams[GBDT_HYPERPARAMS] = {
	{ "num_iterations", HYPER_INT, AT(num_iterations), 100, 1, 1e6,
	    HYPER_LOG, "trees for each score",
	    .alias = { "n_estimators", "num_trees",
	    "num_boost_round", "n_iter" } },
	{ "learning_rate", HYPER_REAL, AT(learning_rate), 0.1, 1e-9, 1e3,
	    HYPER_LOG, "what a tree's values are multiplied by",
	    .alias = { "eta", "shrinkage_rate" } },
	{ "num_leaves", HYPER_INT, AT(num_leaves), 31, 2, 131072, HYPER_LOG,
	    "most leaves of a tree",
	    .alias = { "max_leaves", "max_leaf_nodes" } },
	{ "max_depth", HYPER_INT, AT(max_depth), -1, -1, 4096, HYPER_LINEAR,
	    "most levels of a tree; -1: no limit", .alias = { NULL } },
	{ "min_data_in_leaf", HYPER_INT, AT(min_data_in_leaf), 20, 0, 1e9,
	    HYPER_LOG, "fewest rows of a leaf",
	    .alias = { "min_child_samples", "min_samples_leaf" } },
	{ "min_sum_hessian_in_leaf", HYPER_REAL, AT(min_sum_hessian_in_leaf),
	    1e-3, 0, 1e9, HYPER_LOG, "smallest sum of hessians in a leaf",
	    .alias = { "min_child_weight" } },
	{ "lambda_l1", HYPER_REAL, AT(lambda_l1), 0, 0, 1e9, HYPER_LOG,
	    "l1 penalty of leaf values", .alias = { "reg_alpha" } },
	{ "lambda_l2", HYPER_REAL, AT(lambda_l2), 0, 0, 1e9, HYPER_LOG,
	    "l2 penalty of leaf values",
	    .alias = { "reg_lambda", "l2_regularization" } },
	{ "min_gain_to_split", HYPER_REAL, AT(min_gain_to_split), 0, 0, 1e9,
	    HYPER_LINEAR, "smallest gain worth a cut",
	    .alias = { "min_split_gain" } },
	{ "max_bin", HYPER_INT, AT(max_bin), 255, 2, 255, HYPER_LINEAR,
	    "most bins of a column", .alias = { "max_bins" } },
	{ "min_data_in_bin", HYPER_INT, AT(min_data_in_bin), 3, 1, 1e9,
	    HYPER_LINEAR, "fewest rows of a bin", .alias = { NULL } },
	{ "bin_construct_sample_cnt", HYPER_INT, AT(bin_construct_sample_cnt),
	    200000, 1, 1e9, HYPER_LOG, "rows that bins are made from",
	    .alias = { "subsample_for_bin" } },
	{ "feature_fraction", HYPER_REAL, AT(feature_fraction), 1, 1e-9, 1,
	    HYPER_LINEAR, "share of the columns drawn for a tree",
	    .alias = { "colsample_bytree" } },
	{ "bagging_fraction", HYPER_REAL, AT(bagging_fraction), 1, 1e-9, 1,
	    HYPER_LINEAR, "share of the rows drawn for a tree",
	    .alias = { "subsample" } },
	{ "bagging_freq", HYPER_INT, AT(bagging_freq), 0, 0, 1e6, HYPER_LINEAR,
	    "trees between two draws of rows; 0: never",
	    .alias = { "subsample_freq" } },
	{ "cat_smooth", HYPER_REAL, AT(cat_smooth), 10, 0, 1e9, HYPER_LOG,
	    "smooths the order of categories", .alias = { NULL } },
	{ "cat_l2", HYPER_REAL, AT(cat_l2), 10, 0, 1e9, HYPER_LOG,
	    "l2 penalty of splits by sets of categories", .alias = { NULL } },
	{ "max_cat_threshold", HYPER_INT, AT(max_cat_threshold), 32, 1, 254,
	    HYPER_LINEAR, "most categories of a set", .alias = { NULL } },
	{ "max_cat_to_onehot", HYPER_INT, AT(max_cat_to_onehot), 4, 1, 254,
	    HYPER_LINEAR, "fewer categories are split one by one",
	    .alias = { NULL } },
	{ "min_data_per_group", HYPER_INT, AT(min_data_per_group), 100, 1, 1e9,
	    HYPER_LOG, "fewest rows of a category in a set",
	    .alias = { NULL } },
	{ "early_stopping_round", HYPER_INT, AT(early_stopping_round), 0, 0,
	    1e6, HYPER_LINEAR, "rounds without improvement; 0: never stop",
	    .alias = { "early_stopping_rounds", "early_stopping" } },
	{ "objective", HYPER_WORD, AT(objective), 0, 0, 0, HYPER_LINEAR,
	    "what is minimised; by default as the target is",
	    .alias = { "application", "loss" }, .word = gbdt_objectives,
	    .counts = has_objective, .implies = call_objective },
	{ "metric", HYPER_WORD, AT(metric), 0, 0, 0, HYPER_LINEAR,
	    "what --valid is watched by; by default the objective's",
	    .word = gbdt_metrics, .counts = has_metric,
	    .implies = call_metric },
	{ "alpha", HYPER_REAL, AT(alpha), 0.9, 0, 1e9, HYPER_LINEAR,
	    "of huber where it is not squared, of quantile which",
	    .above_low = true, .counts = has_alpha },
	{ "tweedie_variance_power", HYPER_REAL, AT(tweedie_variance_power),
	    1.5, 1, 1.999999, HYPER_LINEAR, "1 is Poisson, 2 would be gamma",
	    .counts = has_power },
	{ "poisson_max_delta_step", HYPER_REAL, AT(poisson_max_delta_step),
	    0.7, 0, 100, HYPER_LINEAR, "keeps steps small", .above_low = true,
	    .counts = has_step },
	{ "monotone_constraints", HYPER_TEXT, AT(monotone_constraints), 0, 0,
	    0, HYPER_LINEAR, "1, 0 or -1 a column, or COLUMN:1,...",
	    .alias = { "mc", "monotone_constraint" } },
	{ "monotone_constraints_method", HYPER_WORD,
	    AT(monotone_constraints_method), 0, 0, 0, HYPER_LINEAR,
	    "how they are held",
	    .alias = { "mc_method", "monotone_constraining_method" },
	    .word = methods, .counts = is_constrained },
	{ "class_weight", HYPER_TEXT, AT(class_weight), 0, 0, 0, HYPER_LINEAR,
	    "balanced, or CLASS:WEIGHT,...", .alias = { NULL } },
	{ "scale_pos_weight", HYPER_REAL, AT(scale_pos_weight), 1, 1e-9, 1e9,
	    HYPER_LOG, "weight of the positive class", .alias = { NULL } },
	{ "boost_from_average", HYPER_BOOL, AT(boost_from_average), 1, 0, 1,
	    HYPER_LINEAR, "begin with the mean", .alias = { NULL } },
	{ "use_quantized_grad", HYPER_BOOL, AT(use_quantized_grad), 0, 0, 1,
	    HYPER_LINEAR, "sum gradients as whole numbers: faster, almost the "
	    "same trees", .alias = { NULL } },
	{ "split_fraction", HYPER_REAL, AT(split_fraction), 1, 1e-9, 1,
	    HYPER_LINEAR, "share of the rows that splits are chosen by",
	    .alias = { NULL }, .counts = draws_for_splits },
	{ "seed", HYPER_INT, AT(seed), 0, 0, 9e15, HYPER_LINEAR,
	    "of whatever is drawn",
	    .alias = { "random_state", "random_seed" } },
};

void
gbdt_defaults(struct gbdt_params *p)
{
	const struct hyperparams t = { gbdt_hyperparams, GBDT_HYPERPARAMS };

	hyperparams_preset(p, &t);
}

int
gbdt_check(const struct gbdt_params *p, bool watched, struct err *e)
{
	if (p->early_stopping_round > 0 && !watched)
		return err_set(e, ERR_USAGE, "stopping early needs rows to "
		    "watch: give --valid");
	if (p->metric > 0 && !watched)
		return err_set(e, ERR_USAGE, "metric is what validation rows "
		    "are watched by: give --valid");
	if (strcmp(gbdt_objectives[p->objective], "quantile") == 0 &&
	    p->alpha >= 1)
		return err_set(e, ERR_USAGE, "alpha of a quantile is between 0 "
		    "and 1, not %g", p->alpha);
	if (p->split_fraction < 1 && !p->use_quantized_grad)
		return err_set(e, ERR_USAGE, "split_fraction is of sums of whole "
		    "numbers: --set use_quantized_grad=true");
	/* LightGBM would go on without a word */
	if (p->bagging_fraction < 1 && p->bagging_freq == 0)
		return err_set(e, ERR_USAGE, "bagging_fraction draws no rows "
		    "while bagging_freq is 0: --set bagging_freq=1 draws for "
		    "every tree");
	return 0;
}
