/* The parameters by name, with LightGBM's aliases. */
#include <math.h>
#include <string.h>

#include "base/nearest.h"
#include "base/num.h"
#include "learn/gbdt/gbdt.h"

enum kind { WHOLE, REAL, TRUTH };

static const struct {
	const char *name;
	enum kind kind;
	size_t at;
	double low, high;
	const char *alias[4];
} known[] = {
#define P(n) offsetof(struct gbdt_params, n)
	{ "num_iterations", WHOLE, P(num_iterations), 1, 1e6,
	    { "n_estimators", "num_trees", "num_boost_round", "n_iter" } },
	{ "learning_rate", REAL, P(learning_rate), 1e-9, 1e3,
	    { "eta", "shrinkage_rate", NULL, NULL } },
	{ "num_leaves", WHOLE, P(num_leaves), 2, 131072,
	    { "max_leaves", "max_leaf_nodes", NULL, NULL } },
	{ "max_depth", WHOLE, P(max_depth), -1, 4096, { NULL } },
	{ "min_data_in_leaf", WHOLE, P(min_data_in_leaf), 0, 1e9,
	    { "min_child_samples", "min_samples_leaf", NULL, NULL } },
	{ "min_sum_hessian_in_leaf", REAL, P(min_sum_hessian_in_leaf), 0, 1e9,
	    { "min_child_weight", NULL, NULL, NULL } },
	{ "lambda_l1", REAL, P(lambda_l1), 0, 1e9,
	    { "reg_alpha", NULL, NULL, NULL } },
	{ "lambda_l2", REAL, P(lambda_l2), 0, 1e9,
	    { "reg_lambda", "l2_regularization", NULL, NULL } },
	{ "min_gain_to_split", REAL, P(min_gain_to_split), 0, 1e9,
	    { "min_split_gain", NULL, NULL, NULL } },
	{ "max_bin", WHOLE, P(max_bin), 2, 255, { "max_bins", NULL, NULL,
	    NULL } },
	{ "min_data_in_bin", WHOLE, P(min_data_in_bin), 1, 1e9, { NULL } },
	{ "bin_construct_sample_cnt", WHOLE, P(bin_construct_sample_cnt), 1,
	    1e9, { "subsample_for_bin", NULL, NULL, NULL } },
	{ "feature_fraction", REAL, P(feature_fraction), 1e-9, 1,
	    { "colsample_bytree", NULL, NULL, NULL } },
	{ "bagging_fraction", REAL, P(bagging_fraction), 1e-9, 1,
	    { "subsample", NULL, NULL, NULL } },
	{ "bagging_freq", WHOLE, P(bagging_freq), 0, 1e6,
	    { "subsample_freq", NULL, NULL, NULL } },
	{ "cat_smooth", REAL, P(cat_smooth), 0, 1e9, { NULL } },
	{ "cat_l2", REAL, P(cat_l2), 0, 1e9, { NULL } },
	{ "max_cat_threshold", WHOLE, P(max_cat_threshold), 1, 254, { NULL } },
	{ "max_cat_to_onehot", WHOLE, P(max_cat_to_onehot), 1, 254, { NULL } },
	{ "min_data_per_group", WHOLE, P(min_data_per_group), 1, 1e9,
	    { NULL } },
	{ "early_stopping_round", WHOLE, P(early_stopping_round), 0, 1e6,
	    { "early_stopping_rounds", "early_stopping", NULL, NULL } },
	{ "scale_pos_weight", REAL, P(scale_pos_weight), 1e-9, 1e9, { NULL } },
	{ "boost_from_average", TRUTH, P(boost_from_average), 0, 1, { NULL } },
	{ "seed", WHOLE, P(seed), 0, 9e15,
	    { "random_state", "random_seed", NULL, NULL } },
#undef P
};

#define N_KNOWN (sizeof(known) / sizeof(*known))

void
gbdt_defaults(struct gbdt_params *p)
{
	*p = (struct gbdt_params){
		.num_iterations = 100, .learning_rate = 0.1, .num_leaves = 31,
		.max_depth = -1, .min_data_in_leaf = 20,
		.min_sum_hessian_in_leaf = 1e-3, .max_bin = 255,
		.min_data_in_bin = 3, .bin_construct_sample_cnt = 200000,
		.feature_fraction = 1, .bagging_fraction = 1,
		.cat_smooth = 10, .cat_l2 = 10, .max_cat_threshold = 32,
		.max_cat_to_onehot = 4, .min_data_per_group = 100,
		.scale_pos_weight = 1, .boost_from_average = true,
	};
}

static bool
is_called(size_t i, const char *name)
{
	if (strcmp(known[i].name, name) == 0)
		return true;
	for (int k = 0; k < 4 && known[i].alias[k]; k++)
		if (strcmp(known[i].alias[k], name) == 0)
			return true;
	return false;
}

const char *
gbdt_param_name(const char *name)
{
	for (size_t i = 0; i < N_KNOWN; i++)
		if (is_called(i, name))
			return known[i].name;
	return NULL;
}

void
gbdt_record(struct json *m, struct arena *a, const struct gbdt_params *p)
{
	for (size_t i = 0; i < N_KNOWN; i++) {
		const char *name = known[i].name;
		const void *at = (const char *)p + known[i].at;

		if (known[i].kind == TRUTH)
			json_add_bool(a, m, name, *(const bool *)at);
		else if (known[i].kind == WHOLE)
			json_add_int(a, m, name, *(const int64_t *)at);
		else
			json_add_num(a, m, name, *(const double *)at);
	}
}

static int
unknown(const char *name, struct err *e)
{
	const char *words[N_KNOWN * 5], *near;
	size_t n = 0;

	for (size_t k = 0; k < N_KNOWN; k++) {
		words[n++] = known[k].name;
		for (int j = 0; j < 4 && known[k].alias[j]; j++)
			words[n++] = known[k].alias[j];
	}
	near = nearest_word(name, words, n);
	return err_set(e, ERR_USAGE, "the learner has no parameter '%s'%s%s%s",
	    name, near ? "; did you mean '" : "", near ? near : "", near ?
	    "'?" : ": 'mlv-train fit --help' names them");
}

static int
set_truth(bool *at, const char *name, const char *value, struct err *e)
{
	static const char *const words[] = { "false", "true", "0", "1" };

	for (int k = 0; k < 4; k++)
		if (strcmp(value, words[k]) == 0) {
			*at = k % 2;
			return 0;
		}
	return err_set(e, ERR_USAGE, "'%s' is no value for %s, which takes true "
	    "or false", value, name);
}

int
gbdt_set(struct gbdt_params *p, const char *name, const char *value,
    struct err *e)
{
	size_t i, n = strlen(value);
	int64_t w = 0;
	double v = 0;
	bool good;
	void *at;

	for (i = 0; i < N_KNOWN && !is_called(i, name); i++)
		;
	if (i == N_KNOWN)
		return unknown(name, e);
	at = (char *)p + known[i].at;
	if (known[i].kind == TRUTH)
		return set_truth(at, known[i].name, value, e);
	if (known[i].kind == WHOLE) {
		good = num_parse_i64(value, n, &w);
		v = (double)w;
	} else {
		good = num_parse_f64(value, n, &v);
	}
	if (!good || !(v >= known[i].low && v <= known[i].high))
		return err_set(e, ERR_USAGE, "'%s' is no value for %s, which "
		    "takes %s%g to %g", value, known[i].name,
		    known[i].kind == WHOLE ? "whole numbers " : "",
		    known[i].low, known[i].high);
	if (known[i].kind == WHOLE)
		*(int64_t *)at = w;
	else
		*(double *)at = v;
	return 0;
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
