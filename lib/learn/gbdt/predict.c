/* Rows sent down the trees, by value and by bin. */
#include "learn/gbdt/predict.h"

#include <math.h>
#include <string.h>

static bool
value_goes_left(const struct gbdt_model *m, const struct gbdt_node *n,
    const struct feature *x, size_t row)
{
	if (!n->category)
		return isnan(x->number[row]) ? n->default_left :
		    x->number[row] <= n->threshold;
	if (x->level[row] == LEVEL_MISSING)
		return n->default_left;
	for (uint32_t k = 0; k < n->n_set; k++)
		if (m->set[n->set + k] == x->level[row])
			return true;
	return false;
}

void
gbdt_predict(double *score, const struct gbdt_model *m, const struct frame *f,
    size_t row)
{
	memcpy(score, m->start, m->n_outputs * sizeof(*score));
	for (size_t t = 0; t < m->n_trees; t++) {
		const struct gbdt_tree *tree = &m->tree[t];
		bool leaf = tree->n_nodes == 0;
		uint32_t at = 0;

		while (!leaf) {
			const struct gbdt_node *n = &tree->node[at];
			bool left = value_goes_left(m, n,
			    &f->feature[n->feature], row);

			at = left ? n->left : n->right;
			leaf = left ? n->left_leaf : n->right_leaf;
		}
		score[tree->target] += tree->value[at];
	}
}

static bool
bin_goes_left(const struct gbdt_model *m, const struct gbdt_node *n,
    const struct bin_feature *f, uint32_t bin)
{
	if (bin == f->n_bins)
		return !n->category && n->default_left;
	if (!n->category)
		return f->bound[bin] <= n->threshold;
	for (uint32_t k = 0; k < n->n_set; k++)
		if (f->of_level[m->set[n->set + k]] == bin)
			return true;
	return false;
}

void
gbdt_predict_bins(double *score, const struct gbdt_model *m,
    const struct gbdt_tree *t, const struct bins *b, const uint32_t *rows,
    size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		size_t row = rows ? rows[i] : i;
		const uint8_t *r = b->row + row * b->stride;
		bool leaf = t->n_nodes == 0;
		uint32_t at = 0;

		while (!leaf) {
			const struct gbdt_node *n = &t->node[at];
			bool left = bin_goes_left(m, n,
			    &b->feature[n->feature], r[n->feature]);

			leaf = left ? n->left_leaf : n->right_leaf;
			at = left ? n->left : n->right;
		}
		score[row] += t->value[at];
	}
}
