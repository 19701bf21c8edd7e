/* TreeEnsembleClassifier, TreeEnsembleRegressor (ai.onnx.ml 1 to 3) and
 * TreeEnsemble (5): their attributes as a tree_source, their scores. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/elem.h"
#include "engine/step.h"
#include "engine/ml/post.h"
#include "engine/forest.h"

struct ensemble {
	struct forest *forest;
	enum post post;
	const float *base;
	size_t n_base;
	/* classifiers */
	struct labels labels;
	bool one_score;			/* two classes, one weight id */
	bool positive;			/* no weight is negative */
};

/* --- versions 1 to 3 ------------------------------------------------------ */

struct v3 {
	struct step *s;
	struct model *m;
	struct err *e;
	size_t n;			/* nodes */
	const int64_t *tree, *id, *feature, *yes, *no, *tracks;
	const float *value;
	const struct text *mode;
	struct intern *places;		/* (tree, id) to node number */
	struct tree_source src;
	struct tree_source_node *node;
	struct tree_source_leaf *leaf;
	struct tree_ref *root;
	uint32_t *leaf_of;		/* node to leaf number, or UINT32_MAX */
};

static int
ints_of(const int64_t **out, struct v3 *v, const char *name, size_t n,
    bool needed)
{
	const struct onnx_attr *a = attr_list(v->s, name, ONNX_ATTR_INTS);

	*out = NULL;
	if (a == NULL && !needed)
		return 0;
	if (a == NULL || a->n != n)
		return step_bad(v->s, v->e, "%s does not have %zu entries",
		    name, n);
	*out = a->ints;
	return 0;
}

/* X, or X_as_tensor when the numbers are floats. */
static int
floats_of(const float **out, size_t *n, struct v3 *v, const char *name)
{
	const struct onnx_attr *a = attr_list(v->s, name, ONNX_ATTR_FLOATS), *t;
	char as_tensor[64];
	size_t len = strlen(name);

	memcpy(as_tensor, name, len);
	memcpy(as_tensor + len, "_as_tensor", 11);
	t = onnx_find_attr(v->s->node, as_tensor);
	*out = NULL;
	*n = 0;
	if (t && t->type == ONNX_ATTR_TENSOR) {
		if (t->t->elem != ONNX_FLOAT)
			return step_bad_type(v->s, t->t->elem, v->e);
		*out = t->t->data;
		*n = t->t->n;
	} else if (a) {
		*out = a->floats;
		*n = a->n;
	}
	return 0;
}

static uint32_t
place_of(struct v3 *v, int64_t tree, int64_t id)
{
	int64_t key[2] = { tree, id };

	return intern_find(v->places, (const char *)key, sizeof(key));
}

static int
v3_lists(struct v3 *v)
{
	const struct onnx_attr *mode = attr_list(v->s, "nodes_modes", ONNX_ATTR_TEXTS);
	size_t n_values;

	if (mode == NULL)
		return step_bad(v->s, v->e, "it has no nodes");
	v->n = mode->n;
	v->mode = mode->texts;
	if (ints_of(&v->tree, v, "nodes_treeids", v->n, true) < 0 ||
	    ints_of(&v->id, v, "nodes_nodeids", v->n, true) < 0 ||
	    ints_of(&v->feature, v, "nodes_featureids", v->n, true) < 0 ||
	    ints_of(&v->yes, v, "nodes_truenodeids", v->n, true) < 0 ||
	    ints_of(&v->no, v, "nodes_falsenodeids", v->n, true) < 0 ||
	    ints_of(&v->tracks, v, "nodes_missing_value_tracks_true", v->n,
	    false) < 0 ||
	    floats_of(&v->value, &n_values, v, "nodes_values") < 0)
		return -1;
	if (n_values != v->n)
		return step_bad(v->s, v->e, "nodes_values does not have %zu "
		    "entries", v->n);
	return 0;
}

static bool
is_leaf(const struct text *mode)
{
	return mode->n == 4 && memcmp(mode->s, "LEAF", 4) == 0;
}

static int
mode_of(enum tree_mode *out, struct v3 *v, size_t i)
{
	static const char *const names[] = { "BRANCH_LEQ", "BRANCH_LT",
	    "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ" };

	for (int k = 0; k < 6; k++)
		if (strcmp(v->mode[i].s, names[k]) == 0) {
			*out = (enum tree_mode)k;
			return 0;
		}
	return step_bad(v->s, v->e, "unknown node mode '%s'", v->mode[i].s);
}

static int
v3_ref(struct tree_ref *out, struct v3 *v, size_t i, int64_t id)
{
	uint32_t at = place_of(v, v->tree[i], id);

	if (at == INTERN_NONE)
		return step_bad(v->s, v->e, "a node points to node %lld, which "
		    "is not there", (long long)id);
	out->leaf = v->leaf_of[at] != UINT32_MAX;
	out->at = out->leaf ? v->leaf_of[at] : at;
	return 0;
}

/* Number nodes and leaves; the first node of a tree is its root. */
static int
v3_places(struct v3 *v)
{
	struct arena *a = &v->m->arena;

	v->leaf_of = arena_alloc(a, v->n * sizeof(*v->leaf_of));
	for (size_t i = 0; i < v->n; i++) {
		int64_t key[2] = { v->tree[i], v->id[i] };

		if (intern_add(v->places, (const char *)key, sizeof(key)) != i)
			return step_bad(v->s, v->e, "a node stands twice");
		v->leaf_of[i] = is_leaf(&v->mode[i]) ?
		    (uint32_t)v->src.n_leaves++ : UINT32_MAX;
		if (v->feature[i] < 0 || v->feature[i] >= 1 << 24)
			return step_bad(v->s, v->e, "a bad feature number");
		if (v->leaf_of[i] == UINT32_MAX && (size_t)v->feature[i] >=
		    v->src.n_features)
			v->src.n_features = (size_t)v->feature[i] + 1;
	}
	/* trees that are leaves ask nothing, but rows are not empty */
	if (v->src.n_features == 0)
		v->src.n_features = 1;
	v->node = arena_alloc(a, (v->n + 1) * sizeof(*v->node));
	v->leaf = arena_alloc(a, (v->src.n_leaves + 1) * sizeof(*v->leaf));
	v->root = arena_alloc(a, (v->n + 1) * sizeof(*v->root));
	for (size_t i = 0; i < v->n; i++) {
		struct tree_source_node *n = &v->node[i];

		if (i == 0 || v->tree[i] != v->tree[i - 1])
			v->root[v->src.n_trees++] = (struct tree_ref){
			    v->leaf_of[i] == UINT32_MAX ? (uint32_t)i :
			    v->leaf_of[i], v->leaf_of[i] != UINT32_MAX };
		if (v->leaf_of[i] != UINT32_MAX)
			continue;
		n->feature = (uint32_t)v->feature[i];
		n->value = v->value[i];
		n->missing_true = v->tracks && v->tracks[i];
		if (mode_of(&n->mode, v, i) < 0 ||
		    v3_ref(&n->yes, v, i, v->yes[i]) < 0 ||
		    v3_ref(&n->no, v, i, v->no[i]) < 0)
			return -1;
	}
	return 0;
}

/* Weights onto their leaves: counted, then placed in the file's order. */
static int
v3_weights(struct v3 *v, const char *prefix, bool *one_id, bool *positive)
{
	char name[4][32];
	const int64_t *tree, *id, *target;
	static const char *const parts[] = { "treeids", "nodeids", "ids",
	    "weights" };
	const float *weight;
	struct tree_weight *all;
	const struct onnx_attr *a;
	size_t n, *used, at = 0;

	for (int k = 0; k < 4; k++) {
		size_t p = strlen(prefix);

		memcpy(name[k], prefix, p);
		memcpy(name[k] + p, parts[k], strlen(parts[k]) + 1);
	}
	a = attr_list(v->s, name[2], ONNX_ATTR_INTS);
	if (a == NULL)
		return step_bad(v->s, v->e, "its leaves have no weights");
	if (floats_of(&weight, &n, v, name[3]) < 0)
		return -1;
	if (n != a->n || ints_of(&tree, v, name[0], n, true) < 0 ||
	    ints_of(&id, v, name[1], n, true) < 0 ||
	    ints_of(&target, v, name[2], n, true) < 0)
		return step_bad(v->s, v->e, "weights do not agree");
	all = arena_alloc(&v->m->arena, n * sizeof(*all));
	used = arena_alloc(&v->m->arena, (v->src.n_leaves + 1) *
	    sizeof(*used));
	*one_id = *positive = true;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < n; i++) {
			uint32_t p = place_of(v, tree[i], id[i]), l;

			/* weights of inner nodes never count */
			if (p == INTERN_NONE || (l = v->leaf_of[p]) ==
			    UINT32_MAX)
				continue;
			*one_id &= target[i] == target[0];
			*positive &= weight[i] >= 0;
			if (target[i] < 0 || target[i] >= 1 << 24)
				return step_bad(v->s, v->e, "a bad target");
			if (pass == 0)
				v->leaf[l].n++;
			else
				((struct tree_weight *)(uintptr_t)
				    v->leaf[l].weight)[used[l]++] =
				    (struct tree_weight){ (uint32_t)target[i],
				    weight[i] };
		}
		for (size_t l = 0; pass == 0 && l < v->src.n_leaves; l++) {
			v->leaf[l].weight = all + at;
			at += v->leaf[l].n;
		}
	}
	return 0;
}

/* nodes_hitrates, one a node: NULL where there are none, or others than one
 * float a node, for no answer depends on them. */
static const float *
covers_of(const struct step *s, size_t n)
{
	const struct onnx_attr *a = onnx_find_attr(s->node, "nodes_hitrates");

	if (a == NULL)
		a = onnx_find_attr(s->node, "nodes_hitrates_as_tensor");
	if (a && a->type == ONNX_ATTR_FLOATS && a->n == n)
		return a->floats;
	if (a && a->type == ONNX_ATTR_TENSOR && a->t->elem == ONNX_FLOAT &&
	    a->t->n == n)
		return a->t->data;
	return NULL;
}

/* The list counts leaves among the nodes. */
static void
v3_covers(struct v3 *v)
{
	const float *cover = covers_of(v->s, v->n);
	float *leaf;

	if (cover == NULL)
		return;
	leaf = arena_alloc(&v->m->arena, (v->src.n_leaves + 1) *
	    sizeof(*leaf));
	for (size_t i = 0; i < v->n; i++)
		if (v->leaf_of[i] != UINT32_MAX)
			leaf[v->leaf_of[i]] = cover[i];
	v->src.node_cover = cover;
	v->src.leaf_cover = leaf;
}

static int
prepare_v3(struct step *s, struct model *m, struct err *e)
{
	struct ensemble *t = arena_alloc(&m->arena, sizeof(*t));
	struct v3 v = { .s = s, .m = m, .e = e, .places = intern_new() };
	bool classifier = s->op->arg != 0;
	enum tree_sum how = TREE_SUM;
	const char *sum = attr_text(s, "aggregate_function", "SUM");
	bool one_id = false;
	int r = -1;

	if (post_of(&t->post, s, e) < 0 || v3_lists(&v) < 0 ||
	    v3_places(&v) < 0 || v3_weights(&v, classifier ? "class_" :
	    "target_", &one_id, &t->positive) < 0 ||
	    floats_of(&t->base, &t->n_base, &v, "base_values") < 0)
		goto done;
	if (!classifier) {
		how = strcmp(sum, "AVERAGE") == 0 ? TREE_AVERAGE :
		    strcmp(sum, "MIN") == 0 ? TREE_MIN :
		    strcmp(sum, "MAX") == 0 ? TREE_MAX : TREE_SUM;
		v.src.n_targets = (size_t)attr_int(s, "n_targets", 1);
	} else {
		if (labels_of(&t->labels, s, m, e) < 0)
			goto done;
		v.src.n_targets = t->labels.n;
		t->one_score = t->labels.n == 2 && one_id;
		if (s->n_out > 1)
			step_name_output(m, s, 1, t->labels.names,
			    t->labels.n);
	}
	if (v.src.n_targets == 0 || v.src.n_targets > 1 << 20) {
		step_bad(s, e, "a bad number of targets");
		goto done;
	}
	v.src.node = v.node;
	v.src.leaf = v.leaf;
	v.src.root = v.root;
	v.src.n_nodes = v.n;
	v3_covers(&v);
	s->state = t;
	r = forest_new(&t->forest, &m->arena, &v.src, how, e);
	if (r == 0)
		step_keep_forest(m, t->forest);
done:
	intern_free(v.places);
	return r;
}

/* --- version 5 ------------------------------------------------------------ */

static int
tensor_of(const struct onnx_tensor **out, const struct step *s,
    const char *name, enum onnx_elem elem, bool needed, struct err *e)
{
	const struct onnx_attr *a = onnx_find_attr(s->node, name);

	*out = a && a->type == ONNX_ATTR_TENSOR ? a->t : NULL;
	if (*out == NULL)
		return needed ? step_bad(s, e, "it has no %s", name) : 0;
	return (*out)->elem == elem ? 0 : step_bad_type(s, (*out)->elem, e);
}

struct v5 {
	const int64_t *feature, *yes, *no, *yes_leaf, *no_leaf, *tracks;
	const struct onnx_tensor *split, *mode, *weight, *members;
	struct tree_source_node *node;
	size_t n;
};

/* The sets of BRANCH_MEMBER nodes, in order, with NaN between them. */
static int
v5_sets(struct v5 *v, const struct step *s, struct err *e)
{
	const float *m = v->members ? v->members->data : NULL;
	size_t n = v->members ? v->members->n : 0, at = 0;

	for (size_t i = 0; i < v->n; i++) {
		if (v->node[i].mode != TREE_MEMBER)
			continue;
		if (at >= n)
			return step_bad(s, e, "a set of members is missing");
		v->node[i].set = m + at;
		while (at < n && !isnan(m[at]))
			at++;
		v->node[i].n_set = (size_t)(m + at - v->node[i].set);
		at++;
	}
	return 0;
}

static int
v5_nodes(struct v5 *v, struct tree_source *src, const struct step *s,
    struct err *e)
{
	for (size_t i = 0; i < v->n; i++) {
		struct tree_source_node *n = &v->node[i];
		uint8_t mode = ((const uint8_t *)v->mode->data)[i];

		if (mode > TREE_MEMBER || v->feature[i] < 0 ||
		    v->feature[i] >= 1 << 24 || v->yes[i] < 0 || v->no[i] < 0 ||
		    v->yes[i] > UINT32_MAX || v->no[i] > UINT32_MAX)
			return step_bad(s, e, "a bad node");
		n->mode = (enum tree_mode)mode;
		n->feature = (uint32_t)v->feature[i];
		n->value = ((const float *)v->split->data)[i];
		n->missing_true = v->tracks && v->tracks[i];
		n->yes = (struct tree_ref){ (uint32_t)v->yes[i],
		    v->yes_leaf[i] != 0 };
		n->no = (struct tree_ref){ (uint32_t)v->no[i],
		    v->no_leaf[i] != 0 };
		if (n->feature >= src->n_features)
			src->n_features = n->feature + 1;
	}
	return v5_sets(v, s, e);
}

static int
v5_roots(struct tree_source *src, const struct onnx_attr *roots, size_t nodes,
    const struct step *s, struct model *m, struct err *e)
{
	struct tree_ref *root = arena_alloc(&m->arena, roots->n *
	    sizeof(*root));

	for (size_t i = 0; i < roots->n; i++) {
		if (roots->ints[i] < 0 || (uint64_t)roots->ints[i] >= nodes)
			return step_bad(s, e, "a bad root");
		root[i] = (struct tree_ref){ (uint32_t)roots->ints[i], false };
	}
	src->root = root;
	src->n_trees = roots->n;
	return 0;
}

static int
prepare_v5(struct step *s, struct model *m, struct err *e)
{
	struct ensemble *t = arena_alloc(&m->arena, sizeof(*t));
	struct v3 lists = { .s = s, .m = m, .e = e };
	const struct onnx_attr *f = attr_list(s, "nodes_featureids", ONNX_ATTR_INTS);
	const struct onnx_attr *roots = attr_list(s, "tree_roots", ONNX_ATTR_INTS);
	const struct onnx_attr *ids = attr_list(s, "leaf_targetids", ONNX_ATTR_INTS);
	struct tree_source src = { 0 };
	struct tree_source_leaf *leaf;
	struct tree_weight *weight;
	struct v5 v = { 0 };

	if (f == NULL || roots == NULL || ids == NULL)
		return step_bad(s, e, "it has no nodes, roots or leaves");
	v.n = f->n;
	if (ints_of(&v.feature, &lists, "nodes_featureids", v.n, true) < 0 ||
	    ints_of(&v.yes, &lists, "nodes_truenodeids", v.n, true) < 0 ||
	    ints_of(&v.no, &lists, "nodes_falsenodeids", v.n, true) < 0 ||
	    ints_of(&v.yes_leaf, &lists, "nodes_trueleafs", v.n, true) < 0 ||
	    ints_of(&v.no_leaf, &lists, "nodes_falseleafs", v.n, true) < 0 ||
	    ints_of(&v.tracks, &lists, "nodes_missing_value_tracks_true", v.n,
	    false) < 0 ||
	    tensor_of(&v.split, s, "nodes_splits", ONNX_FLOAT, true, e) < 0 ||
	    tensor_of(&v.mode, s, "nodes_modes", ONNX_UINT8, true, e) < 0 ||
	    tensor_of(&v.weight, s, "leaf_weights", ONNX_FLOAT, true, e) < 0 ||
	    tensor_of(&v.members, s, "membership_values", ONNX_FLOAT, false,
	    e) < 0)
		return -1;
	if (v.split->n != v.n || v.mode->n != v.n || v.weight->n != ids->n)
		return step_bad(s, e, "its lists do not agree");
	v.node = arena_alloc(&m->arena, v.n * sizeof(*v.node));
	if (v5_nodes(&v, &src, s, e) < 0)
		return -1;
	leaf = arena_alloc(&m->arena, ids->n * sizeof(*leaf));
	weight = arena_alloc(&m->arena, ids->n * sizeof(*weight));
	for (size_t i = 0; i < ids->n; i++) {
		if (ids->ints[i] < 0 || ids->ints[i] >= 1 << 24)
			return step_bad(s, e, "a bad target");
		weight[i] = (struct tree_weight){ (uint32_t)ids->ints[i],
		    ((const float *)v.weight->data)[i] };
		leaf[i] = (struct tree_source_leaf){ &weight[i], 1 };
	}
	if (v5_roots(&src, roots, v.n, s, m, e) < 0)
		return -1;
	/* leaves have no entry of their own here */
	src.node_cover = covers_of(s, v.n);
	src.node = v.node;
	src.leaf = leaf;
	src.n_nodes = v.n;
	src.n_leaves = ids->n;
	src.n_targets = (size_t)attr_int(s, "n_targets", 1);
	if (src.n_targets == 0 || src.n_targets > 1 << 20)
		return step_bad(s, e, "a bad number of targets");
	t->post = (enum post)attr_int(s, "post_transform", 0);
	/* its numbers: none, softmax, logistic, softmax zero, probit */
	t->post = t->post == 1 ? POST_SOFTMAX : t->post == 2 ? POST_LOGISTIC :
	    t->post;
	s->state = t;
	if (forest_new(&t->forest, &m->arena, &src,
	    (enum tree_sum)(attr_int(s, "aggregate_function", 1) & 3), e) < 0)
		return -1;
	step_keep_forest(m, t->forest);
	return 0;
}

/* --- scores --------------------------------------------------------------- */

/* What a Concat would put side by side, as columns; false where they are no
 * columns of floats. */
static bool
columns_of(struct forest_input *in, size_t *n, size_t *f, struct model_run *r,
    const struct step *s)
{
	const struct step *c = s->deferred;
	const struct tensor *first = step_in(r, c, 0);
	int64_t axis = attr_int(c, "axis", 1);
	const float **column;
	struct err e = ERR_INIT;

	if (first == NULL || (axis != 1 && axis != -1))
		return false;
	for (size_t i = 0; i < c->n_in; i++) {
		const struct tensor *t = step_in(r, c, i);

		if (t == NULL || t->elem != ONNX_FLOAT || t->rank != 2 ||
		    t->dim[0] != first->dim[0] || t->dim[1] != 1)
			return false;
	}
	column = step_room(r, s, c->n_in, sizeof(*column), &e);
	if (column == NULL)
		return false;
	for (size_t i = 0; i < c->n_in; i++)
		column[i] = step_in(r, c, i)->data;
	*in = (struct forest_input){ .column = column };
	*n = (size_t)first->dim[0];
	*f = c->n_in;
	return true;
}

static int
rows_of(struct forest_input *in, size_t *n, size_t *f, struct model_run *r,
    const struct step *s, struct err *e)
{
	if (s->deferred && columns_of(in, n, f, r, s))
		return 0;
	if (s->deferred && run_step(r, s->deferred, e) < 0)
		return -1;
	*in = (struct forest_input){ 0 };
	if (rows_of_floats(&in->x, n, f, r, s, e) < 0)
		return -1;
	in->stride = *f;
	return 0;
}

/* Sums of the leaves and what targets they named, in the run's memory. */
static int
sum_leaves(double **sums, uint8_t **voted, struct model_run *r,
    const struct step *s, const struct forest_input *in, size_t n, size_t f,
    struct err *e)
{
	size_t rows = n * forest_targets(((const struct ensemble *)
	    s->state)->forest);
	const struct ensemble *t = s->state;
	void *scratch;

	if (f < forest_features(t->forest))
		return step_bad(s, e, "%zu features came, %zu are needed", f,
		    forest_features(t->forest));
	if (step_work(r, s, n, forest_work(t->forest), e) < 0)
		return -1;
	if ((*sums = step_room(r, s, rows, sizeof(**sums), e)) == NULL ||
	    (*voted = step_room(r, s, rows, 1, e)) == NULL ||
	    (scratch = step_room(r, s, 1, forest_scratch(t->forest, n), e)) ==
	    NULL)
		return -1;
	forest_run(t->forest, *sums, *voted, in, n, r->float_sums ?
	    FOREST_FLOAT : FOREST_DOUBLE, scratch);
	return 0;
}

static int
run_regressor(struct model_run *r, const struct step *s, struct err *e)
{
	const struct ensemble *t = s->state;
	size_t n, f, T = forest_targets(t->forest);
	struct tensor *out;
	uint8_t *voted;
	double *sums;
	struct forest_input in;
	int64_t dim[2];

	if (rows_of(&in, &n, &f, r, s, e) < 0)
		return -1;
	dim[0] = (int64_t)n;
	dim[1] = (int64_t)T;
	if ((out = step_out(r, s, 0, ONNX_FLOAT, 2, dim, e)) == NULL ||
	    sum_leaves(&sums, &voted, r, s, &in, n, f, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		float *v = (float *)out->data + i * T;

		for (size_t k = 0; k < T; k++)
			v[k] = (float)(t->n_base && (T == 1 || voted[i * T +
			    k]) ? sums[i * T + k] + (double)t->base[t->n_base ==
			    T ? k : 0] : sums[i * T + k]);
		/* with one target only PROBIT counts, as in onnxruntime */
		if (T > 1 || t->post == POST_PROBIT)
			post_apply(t->post, v, T);
	}
	return 0;
}

/* Two classes from the votes for one: see the table in the tests. */
static size_t
one_score(float *v, const struct ensemble *t, float sum)
{
	size_t which = t->positive ? sum > 0.5f : sum > 0;

	if (t->post == POST_LOGISTIC) {
		/* of x and of -x: the greater, and what is left of 1 */
		float p = m_sigmoidf(fabsf(sum));

		v[0] = sum > 0 ? 1 - p : p;
		v[1] = sum < 0 ? 1 - p : p;
	} else {
		v[0] = t->positive ? 1 - sum : -sum;
		v[1] = sum;
	}
	return which;
}

static size_t
many_scores(float *v, const double *sums, const struct ensemble *t,
    uint8_t *voted, size_t T)
{
	size_t best = T;

	for (size_t k = 0; k < T; k++) {
		v[k] = (float)(t->n_base == T ? sums[k] + (double)t->base[k] :
		    sums[k]);
		if (t->n_base == T)
			voted[k] = 1;
		if (voted[k] && (best == T || v[k] > v[best]))
			best = k;
	}
	/* two classes with votes of their own: the sign of the second */
	if (T == 2)
		best = v[1] > 0;
	post_apply(t->post, v, T);
	return best == T ? 0 : best;
}

static int
run_classifier(struct model_run *r, const struct step *s, struct err *e)
{
	const struct ensemble *t = s->state;
	size_t n, f, T = t->labels.n;
	struct tensor *label, *out;
	uint8_t *voted;
	double *sums;
	struct forest_input in;
	int64_t dim[2];

	if (rows_of(&in, &n, &f, r, s, e) < 0)
		return -1;
	dim[0] = (int64_t)n;
	dim[1] = (int64_t)T;
	label = labels_out(r, s, &t->labels, n, e);
	out = label ? step_out(r, s, 1, ONNX_FLOAT, 2, dim, e) : NULL;
	if (out == NULL || sum_leaves(&sums, &voted, r, s, &in, n, f, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		float *v = (float *)out->data + i * T;
		const double *from = sums + i * T;
		size_t which;

		if (t->one_score)	/* one of them is zero */
			which = one_score(v, t, (float)(from[0] + from[1] +
			    (t->n_base ? (double)t->base[t->n_base - 1] : 0)));
		else
			which = many_scores(v, from, t, voted + i * T, T);
		labels_set(label, i, &t->labels, which);
	}
	return 0;
}

#define ML "ai.onnx.ml"
const struct op ops_tree[] = {
	{ ML, "TreeEnsembleClassifier", 1, 0, prepare_v3, run_classifier, 1,
	    true },
	{ ML, "TreeEnsembleRegressor", 1, 0, prepare_v3, run_regressor, 0,
	    true },
	{ ML, "TreeEnsemble", 5, 0, prepare_v5, run_regressor, 0, true },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
