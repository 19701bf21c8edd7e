/* The parameters of boosted trees by name, with LightGBM's aliases. */
#include "learn/gbdt/gbdt.h"

#define AT(field) offsetof(struct gbdt_params, field)

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
	{ "scale_pos_weight", HYPER_REAL, AT(scale_pos_weight), 1, 1e-9, 1e9,
	    HYPER_LOG, "weight of the positive class", .alias = { NULL } },
	{ "boost_from_average", HYPER_BOOL, AT(boost_from_average), 1, 0, 1,
	    HYPER_LINEAR, "begin with the mean", .alias = { NULL } },
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
	/* LightGBM would go on without a word */
	if (p->bagging_fraction < 1 && p->bagging_freq == 0)
		return err_set(e, ERR_USAGE, "bagging_fraction draws no rows "
		    "while bagging_freq is 0: --set bagging_freq=1 draws for "
		    "every tree");
	return 0;
}
