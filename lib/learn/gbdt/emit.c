/* Boosted trees as ONNX: TreeEnsembleClassifier and -Regressor, or, where
 * trees split on sets of categories, TreeEnsemble. */
#include "learn/gbdt/emit.h"

#include <math.h>
#include <string.h>

#include "base/num.h"
#include "learn/emit.h"
#include "model/meta.h"
#include "onnx/build.h"

/* Categories become their level's number, anything else NaN. */
static const char *
tree_columns(struct arena *a, struct onnx_model *m, const struct frame *f)
{
	const char *all = emit_own(a, f, "features");
	struct onnx_node *n;

	for (size_t i = 0; i < f->n_features; i++) {
		const struct feature *x = &f->feature[i];
		float *codes;

		if (!x->category)
			continue;
		codes = arena_alloc(a, (x->n_levels + 1) * sizeof(*codes));
		for (size_t k = 0; k < x->n_levels; k++)
			codes[k] = (float)k;
		n = emit_chain(a, m, EMIT_ML, "LabelEncoder", x->name,
		    emit_own_of(a, f, "code", i));
		onnx_attr_texts(a, n, "keys_strings", emit_texts(a, x->levels,
		    x->n_levels), x->n_levels);
		onnx_attr_floats(a, n, "values_floats", codes, x->n_levels);
		onnx_attr_float(a, n, "default_float", NAN);
	}
	n = onnx_add_node(a, m, "", "Concat", all);
	for (size_t i = 0; i < f->n_features; i++)
		onnx_node_in(a, n, f->feature[i].category ?
		    emit_own_of(a, f, "code", i) : f->feature[i].name);
	onnx_node_out(a, n, all);
	onnx_attr_int(a, n, "axis", 1);
	return all;
}

static bool
has_sets(const struct gbdt_model *g)
{
	for (size_t t = 0; t < g->n_trees; t++)
		for (size_t i = 0; i < g->tree[t].n_nodes; i++)
			if (g->tree[t].node[i].category)
				return true;
	return false;
}

/* The lists of TreeEnsembleClassifier and -Regressor. */
struct ensemble3 {
	int64_t *tree, *id, *feature, *yes, *no, *tracks;
	float *value, *hits;
	struct text *mode;
	size_t n;
	int64_t *w_tree, *w_id, *w_target;
	float *weight;
	size_t n_w;
};

static void
ensemble3_node(struct ensemble3 *l, int64_t tree, int64_t id, const char *mode,
    double hits)
{
	l->tree[l->n] = tree;
	l->id[l->n] = id;
	l->mode[l->n] = (struct text){ mode, strlen(mode) };
	l->hits[l->n] = (float)hits;
}

/* Inner nodes keep their numbers, leaf k is node n_nodes + k. */
static void
ensemble3_tree(struct ensemble3 *l, const struct gbdt_tree *t, int64_t number,
    int64_t target, double sign)
{
	for (size_t i = 0; i < t->n_nodes; i++) {
		const struct gbdt_node *n = &t->node[i];

		ensemble3_node(l, number, (int64_t)i, "BRANCH_LEQ", n->count);
		l->feature[l->n] = n->feature;
		l->value[l->n] = n->threshold;
		l->tracks[l->n] = n->default_left;
		l->yes[l->n] = (int64_t)(n->left + (n->left_leaf ?
		    t->n_nodes : 0));
		l->no[l->n++] = (int64_t)(n->right + (n->right_leaf ?
		    t->n_nodes : 0));
	}
	for (size_t i = 0; i < t->n_leaves; i++) {
		int64_t id = (int64_t)(t->n_nodes + i);

		ensemble3_node(l, number, id, "LEAF", t->count[i]);
		l->n++;
		l->w_tree[l->n_w] = number;
		l->w_id[l->n_w] = id;
		l->w_target[l->n_w] = target;
		l->weight[l->n_w++] = (float)(sign * t->value[i]);
	}
}

static void
ensemble3_fill(struct ensemble3 *l, struct arena *a, const struct gbdt_model *g,
    int64_t only_target, double sign)
{
	size_t n = 1;

	for (size_t t = 0; t < g->n_trees; t++)
		n += g->tree[t].n_nodes + g->tree[t].n_leaves;
	memset(l, 0, sizeof(*l));
	l->tree = arena_alloc(a, n * sizeof(int64_t));
	l->id = arena_alloc(a, n * sizeof(int64_t));
	l->feature = arena_alloc(a, n * sizeof(int64_t));
	l->yes = arena_alloc(a, n * sizeof(int64_t));
	l->no = arena_alloc(a, n * sizeof(int64_t));
	l->tracks = arena_alloc(a, n * sizeof(int64_t));
	l->value = arena_alloc(a, n * sizeof(float));
	l->hits = arena_alloc(a, n * sizeof(float));
	l->mode = arena_alloc(a, n * sizeof(*l->mode));
	l->w_tree = arena_alloc(a, n * sizeof(int64_t));
	l->w_id = arena_alloc(a, n * sizeof(int64_t));
	l->w_target = arena_alloc(a, n * sizeof(int64_t));
	l->weight = arena_alloc(a, n * sizeof(float));
	for (size_t t = 0; t < g->n_trees; t++)
		ensemble3_tree(l, &g->tree[t], (int64_t)t, only_target >= 0 ?
		    only_target : (int64_t)g->tree[t].target, sign);
}

static void
ensemble3_put(struct arena *a, struct onnx_node *n, const struct ensemble3 *l,
    const char *prefix)
{
	onnx_attr_ints(a, n, "nodes_treeids", l->tree, l->n);
	onnx_attr_ints(a, n, "nodes_nodeids", l->id, l->n);
	onnx_attr_ints(a, n, "nodes_featureids", l->feature, l->n);
	onnx_attr_ints(a, n, "nodes_truenodeids", l->yes, l->n);
	onnx_attr_ints(a, n, "nodes_falsenodeids", l->no, l->n);
	onnx_attr_ints(a, n, "nodes_missing_value_tracks_true", l->tracks,
	    l->n);
	onnx_attr_floats(a, n, "nodes_values", l->value, l->n);
	onnx_attr_floats(a, n, "nodes_hitrates", l->hits, l->n);
	onnx_attr_texts(a, n, "nodes_modes", l->mode, l->n);
	onnx_attr_ints(a, n, arena_printf(a, "%streeids", prefix), l->w_tree,
	    l->n_w);
	onnx_attr_ints(a, n, arena_printf(a, "%snodeids", prefix), l->w_id,
	    l->n_w);
	onnx_attr_ints(a, n, arena_printf(a, "%sids", prefix), l->w_target,
	    l->n_w);
	onnx_attr_floats(a, n, arena_printf(a, "%sweights", prefix),
	    l->weight, l->n_w);
}

/* Scores before any tree go into each output's first tree: of two classes
 * onnxruntime adds a single base value to the class that has no weights. */
static void
fold_start(struct ensemble3 *l, const struct gbdt_model *g, double sign)
{
	size_t at = 0;

	for (size_t t = 0; t < g->n_trees && t < g->n_outputs; t++)
		for (size_t i = 0; i < g->tree[t].n_leaves; i++)
			l->weight[at++] = (float)(sign * (g->tree[t].value[i] +
			    g->start[g->tree[t].target]));
}

static void
emit_ensemble3(struct arena *a, struct onnx_model *m, const struct frame *f,
    const struct gbdt_model *g, const char *features)
{
	bool classes = f->task != TASK_REGRESSION;
	const char *step = g->objective->step;
	const char *number = step ? emit_own(a, f, "scores") : "prediction";
	double sign = f->task == TASK_BINARY && f->positive == 0 ? -1 : 1;
	/* of two classes one weight id, 0: with 1 onnxruntime calls the
	 * other class 0.5 */
	int64_t only = f->task == TASK_MULTICLASS ? -1 : 0;
	struct onnx_node *n = onnx_add_node(a, m, EMIT_ML, classes ?
	    "TreeEnsembleClassifier" : "TreeEnsembleRegressor", "trees");
	struct ensemble3 l;

	onnx_node_in(a, n, features);
	onnx_node_out(a, n, classes ? "label" : number);
	ensemble3_fill(&l, a, g, only, sign);
	if (g->n_trees >= g->n_outputs && classes)
		fold_start(&l, g, sign);
	ensemble3_put(a, n, &l, classes ? "class_" : "target_");
	if (g->n_trees < g->n_outputs || !classes)
		onnx_attr_floats(a, n, "base_values", emit_floats(a, g->start,
		    g->n_outputs, sign), g->n_outputs);
	if (!classes) {
		onnx_attr_int(a, n, "n_targets", 1);
		onnx_attr_text(a, n, "post_transform",
		    g->objective->transform);
		if (step)
			emit_chain(a, m, "", step, number, "prediction");
		return;
	}
	onnx_node_out(a, n, "probabilities");
	onnx_attr_texts(a, n, "classlabels_strings", emit_texts(a, f->classes,
	    f->n_classes), f->n_classes);
	onnx_attr_text(a, n, "post_transform", g->objective->transform);
}

/* The lists of TreeEnsemble, version 5. */
struct ensemble5 {
	int64_t *feature, *yes, *no, *yes_leaf, *no_leaf, *tracks, *target;
	int64_t *root;
	float *split, *hits, *weight, *member;
	uint8_t *mode;
	size_t n, n_leaves, n_members, n_roots;
};

static void
ensemble5_tree(struct ensemble5 *l, const struct gbdt_model *g,
    const struct gbdt_tree *t)
{
	size_t base = l->n, leaf = l->n_leaves;
	bool alone = t->n_nodes == 0;

	l->root[l->n_roots++] = (int64_t)base;
	for (size_t i = 0; i < t->n_nodes; i++) {
		const struct gbdt_node *n = &t->node[i];
		size_t at = l->n++;

		l->feature[at] = n->feature;
		l->split[at] = n->category ? 0 : n->threshold;
		l->mode[at] = n->category ? 6 : 0;
		l->tracks[at] = n->default_left;
		l->hits[at] = (float)n->count;
		l->yes_leaf[at] = n->left_leaf;
		l->no_leaf[at] = n->right_leaf;
		l->yes[at] = (int64_t)(n->left + (n->left_leaf ? leaf : base));
		l->no[at] = (int64_t)(n->right + (n->right_leaf ? leaf : base));
		for (uint32_t k = 0; n->category && k < n->n_set; k++)
			l->member[l->n_members++] = (float)g->set[n->set + k];
		if (n->category)
			l->member[l->n_members++] = NAN;
	}
	if (alone) {			/* a node whose branches agree */
		l->yes[l->n] = l->no[l->n] = (int64_t)leaf;
		l->yes_leaf[l->n] = l->no_leaf[l->n] = 1;
		l->n++;
	}
	for (size_t i = 0; i < t->n_leaves; i++) {
		l->target[l->n_leaves] = t->target;
		l->weight[l->n_leaves++] = (float)t->value[i];
	}
}

static void
ensemble5_fill(struct ensemble5 *l, struct arena *a, const struct gbdt_model *g)
{
	size_t n = 1, leaves = 1, members = g->n_set;

	for (size_t t = 0; t < g->n_trees; t++) {
		n += g->tree[t].n_nodes + 1;
		leaves += g->tree[t].n_leaves;
	}
	members += n;
	memset(l, 0, sizeof(*l));
	l->feature = arena_alloc(a, n * sizeof(int64_t));
	l->yes = arena_alloc(a, n * sizeof(int64_t));
	l->no = arena_alloc(a, n * sizeof(int64_t));
	l->yes_leaf = arena_alloc(a, n * sizeof(int64_t));
	l->no_leaf = arena_alloc(a, n * sizeof(int64_t));
	l->tracks = arena_alloc(a, n * sizeof(int64_t));
	l->target = arena_alloc(a, leaves * sizeof(int64_t));
	l->root = arena_alloc(a, (g->n_trees + 1) * sizeof(int64_t));
	l->split = arena_alloc(a, n * sizeof(float));
	l->hits = arena_alloc(a, n * sizeof(float));
	l->weight = arena_alloc(a, leaves * sizeof(float));
	l->member = arena_alloc(a, members * sizeof(float));
	l->mode = arena_alloc(a, n);
	for (size_t t = 0; t < g->n_trees; t++)
		ensemble5_tree(l, g, &g->tree[t]);
	if (l->n_members)
		l->n_members--;		/* no NaN behind the last set */
}

static void
ensemble5_put(struct arena *a, struct onnx_node *n, const struct ensemble5 *l,
    size_t targets)
{
	int64_t k = (int64_t)l->n, leaves = (int64_t)l->n_leaves;
	int64_t members = (int64_t)l->n_members;

	onnx_attr_ints(a, n, "nodes_featureids", l->feature, l->n);
	onnx_attr_ints(a, n, "nodes_truenodeids", l->yes, l->n);
	onnx_attr_ints(a, n, "nodes_falsenodeids", l->no, l->n);
	onnx_attr_ints(a, n, "nodes_trueleafs", l->yes_leaf, l->n);
	onnx_attr_ints(a, n, "nodes_falseleafs", l->no_leaf, l->n);
	onnx_attr_ints(a, n, "nodes_missing_value_tracks_true", l->tracks,
	    l->n);
	onnx_attr_tensor(a, n, "nodes_splits", ONNX_FLOAT, 1, &k, l->split);
	onnx_attr_tensor(a, n, "nodes_hitrates", ONNX_FLOAT, 1, &k, l->hits);
	onnx_attr_tensor(a, n, "nodes_modes", ONNX_UINT8, 1, &k, l->mode);
	onnx_attr_ints(a, n, "tree_roots", l->root, l->n_roots);
	onnx_attr_ints(a, n, "leaf_targetids", l->target, l->n_leaves);
	onnx_attr_tensor(a, n, "leaf_weights", ONNX_FLOAT, 1, &leaves,
	    l->weight);
	if (members)
		onnx_attr_tensor(a, n, "membership_values", ONNX_FLOAT, 1,
		    &members, l->member);
	onnx_attr_int(a, n, "n_targets", (int64_t)targets);
	onnx_attr_int(a, n, "aggregate_function", 1);
	onnx_attr_int(a, n, "post_transform", 0);
}

/* label = the class with the largest probability, the first of equals */
static void
label_steps(struct arena *a, struct onnx_model *m, const struct frame *f)
{
	struct text *names = emit_texts(a, f->classes, f->n_classes);
	int64_t *numbers = arena_alloc(a, f->n_classes * sizeof(*numbers));
	const char *which = emit_own(a, f, "which");
	struct onnx_node *n = emit_chain(a, m, "", "ArgMax", "probabilities",
	    which);

	onnx_attr_int(a, n, "axis", 1);
	onnx_attr_int(a, n, "keepdims", 0);
	for (size_t i = 0; i < f->n_classes; i++)
		numbers[i] = (int64_t)i;
	n = emit_chain(a, m, EMIT_ML, "LabelEncoder", which, "label");
	onnx_attr_ints(a, n, "keys_int64s", numbers, f->n_classes);
	onnx_attr_texts(a, n, "values_strings", names, f->n_classes);
	onnx_attr_text(a, n, "default_string", f->classes[0]);
}

static void
emit_ensemble5(struct arena *a, struct onnx_model *m, const struct frame *f,
    const struct gbdt_model *g, const char *features)
{
	int64_t k = (int64_t)g->n_outputs, one = 1;
	float whole = 1;
	const char *sums = emit_own(a, f, "sums"), *start = emit_own(a, f, "start");
	const char *scores = emit_own(a, f, "scores"), *unit = emit_own(a, f, "one");
	const char *yes = emit_own(a, f, "yes"), *no = emit_own(a, f, "no");
	struct onnx_node *n;
	struct ensemble5 l;

	onnx_set_opset(a, m, EMIT_ML, 5);
	ensemble5_fill(&l, a, g);
	n = emit_chain(a, m, EMIT_ML, "TreeEnsemble", features, sums);
	ensemble5_put(a, n, &l, g->n_outputs);
	onnx_add_initializer(a, m, start, ONNX_FLOAT, 1, &k, emit_floats(a,
	    g->start, g->n_outputs, 1));
	n = emit_chain(a, m, "", "Add", sums, f->task == TASK_REGRESSION &&
	    !g->objective->step ? "prediction" : scores);
	onnx_node_in(a, n, start);
	if (g->objective->step)
		emit_chain(a, m, "", g->objective->step, scores,
		    "prediction");
	if (f->task == TASK_REGRESSION)
		return;
	if (f->task == TASK_MULTICLASS) {
		n = emit_chain(a, m, "", "Softmax", scores, "probabilities");
		onnx_attr_int(a, n, "axis", 1);
	} else {
		emit_chain(a, m, "", "Sigmoid", scores, yes);
		onnx_add_initializer(a, m, unit, ONNX_FLOAT, 1, &one, &whole);
		n = emit_chain(a, m, "", "Sub", unit, no);
		onnx_node_in(a, n, yes);
		n = emit_chain(a, m, "", "Concat", f->positive ? no : yes,
		    "probabilities");
		onnx_node_in(a, n, f->positive ? yes : no);
		onnx_attr_int(a, n, "axis", 1);
	}
	label_steps(a, m, f);
}

/* What eval is to judge it by, beside the errors of any regression. */
static void
say_objective(struct arena *a, struct onnx_model *m, const struct gbdt_model *g)
{
	const char *name = g->objective->name;
	bool quantile = strcmp(name, "quantile") == 0;
	char alpha[NUM_TEXT_MAX];

	if (!quantile && strcmp(name, "poisson") != 0 && strcmp(name,
	    "tweedie") != 0)
		return;
	onnx_add_meta(a, m, META_OBJECTIVE, name, strlen(name));
	if (quantile)
		onnx_add_meta(a, m, META_ALPHA, alpha, num_print_f64(alpha,
		    g->alpha));
}

void
gbdt_emit(struct arena *a, struct onnx_model *m, const struct frame *f,
    const struct gbdt_model *g)
{
	const char *features = tree_columns(a, m, f);

	say_objective(a, m, g);
	if (has_sets(g))
		emit_ensemble5(a, m, f, g, features);
	else
		emit_ensemble3(a, m, f, g, features);
}
