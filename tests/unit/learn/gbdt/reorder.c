/* Rows moved to lie as the leaves of a tree hold them. */
#include <stdlib.h>

#include "../../tap.h"
#include "learn/gbdt/reorder.h"

#define ROWS 40000u

/* Three leaves: rows divisible by 3, then the others by parity, the last of
 * them in the other buffer. */
static void
lay_leaves(struct grower *w)
{
	size_t at = 0;

	for (unsigned k = 0; k < 3; k++) {
		struct leaf *l = &w->leaf[k];

		l->from = at;
		l->in_spare = k == 2;
		for (unsigned i = 0; i < ROWS; i++)
			if ((i % 3 == 0 ? 0u : 1 + i % 2) == k)
				(k == 2 ? w->spare : w->order)[at++] = i;
		l->n = at - l->from;
	}
}

static bool
lies_by_leaf(const uint32_t *item)
{
	unsigned seen = 0;

	for (unsigned k = 0; k < 3; k++)
		for (unsigned i = 0; i < ROWS; i++)
			if ((i % 3 == 0 ? 0u : 1 + i % 2) == k &&
			    item[seen++] != i * 7)
				return false;
	return seen == ROWS;
}

int
main(void)
{
	struct bins b = { .rows = ROWS, .n_features = 3, .stride = 12 };
	struct leaf leaf[3] = { { .n = 0 } };
	struct grower w = { .b = &b, .leaf = leaf, .n_leaves = 3 };
	uint32_t *item = malloc(ROWS * sizeof(*item));
	double *wide = malloc(ROWS * sizeof(*wide));
	bool paired = true;
	struct reorder o;

	w.pool = pool_new(3);
	w.order = malloc(ROWS * sizeof(*w.order));
	w.spare = malloc(ROWS * sizeof(*w.spare));
	b.row = malloc((size_t)ROWS * b.stride);
	b.column = malloc((size_t)ROWS * b.n_features);
	lay_leaves(&w);
	for (uint32_t i = 0; i < ROWS; i++) {
		item[i] = i * 7;
		wide[i] = (double)i * 7;
		for (uint32_t k = 0; k < 3; k++)
			b.row[i * b.stride + k] = b.column[k * ROWS + i] =
			    (uint8_t)(i * 7 >> k);
	}
	ok(reorder_init(&o, &w), "places of 40,000 rows");
	reorder_items(&o, item, sizeof(*item));
	reorder_items(&o, wide, sizeof(*wide));
	reorder_items(&o, NULL, 8);
	reorder_bins(&o, &b);
	reorder_release(&o);
	ok(lies_by_leaf(item), "leaf after leaf, each in its order");
	for (uint32_t i = 0; i < ROWS; i++) {
		paired = paired && wide[i] == (double)item[i];
		for (uint32_t k = 0; k < 3; k++)
			paired = paired && b.row[i * b.stride + k] ==
			    (uint8_t)(item[i] >> k) && b.column[k * ROWS + i] ==
			    (uint8_t)(item[i] >> k);
	}
	ok(paired, "bins by row and by column and doubles go with them");
	pool_free(w.pool);
	free(w.order);
	free(w.spare);
	free(b.row);
	free(b.column);
	free(item);
	free(wide);
	return tap_done();
}
