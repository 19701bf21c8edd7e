/* Where trees of many leaves are cut, so that an id in each part is a byte. */
#include "engine/forest/internal.h"

#include <stdlib.h>

#include "base/mem.h"

struct cutter {
	const struct tree_source *src;
	bool *begins, *seen;		/* by node */
	uint32_t *ids;			/* by node: of its part, below it */
	uint32_t *order;		/* of one tree: parents first */
};

static bool
add_child(struct cutter *c, size_t *n, struct tree_ref r)
{
	if (r.leaf)
		return true;
	if (c->seen[r.at])
		return false;
	c->seen[r.at] = true;
	c->order[(*n)++] = r.at;
	return true;
}

/* Level by level; false where two ways lead to a node. */
static bool
order_nodes(struct cutter *c, size_t *n, struct tree_ref root)
{
	*n = 0;
	if (!add_child(c, n, root))
		return false;
	for (size_t i = 0; i < *n; i++) {
		const struct tree_source_node *node =
		    &c->src->node[c->order[i]];

		if (!add_child(c, n, node->yes) || !add_child(c, n, node->no))
			return false;
	}
	return true;
}

static uint32_t
ids_of(const struct cutter *c, struct tree_ref r)
{
	return r.leaf || c->begins[r.at] ? 1 : c->ids[r.at];
}

/* From the leaves up: where both sides are too many for one part, the larger
 * becomes one, which has at least half as many ids as a part can have. */
static size_t
cut_tree(struct cutter *c, size_t n)
{
	size_t parts = 1;

	while (n--) {
		uint32_t at = c->order[n];
		const struct tree_source_node *node = &c->src->node[at];
		uint32_t yes = ids_of(c, node->yes), no = ids_of(c, node->no);

		while (yes + no > CHAIN_LEAVES) {
			struct tree_ref larger = yes > no ? node->yes :
			    node->no;

			c->begins[larger.at] = true;
			*(yes > no ? &yes : &no) = 1;
			parts++;
		}
		c->ids[at] = yes + no;
	}
	return parts;
}

bool
parts_cut(bool *begins, const struct tree_source *src)
{
	struct cutter c = { .src = src, .begins = begins };
	bool r = true;
	size_t n;

	c.seen = xalloc(src->n_nodes + 1, sizeof(*c.seen));
	c.ids = xalloc(src->n_nodes + 1, sizeof(*c.ids));
	c.order = xalloc(src->n_nodes + 1, sizeof(*c.order));
	for (size_t t = 0; t < src->n_trees && r; t++)
		r = order_nodes(&c, &n, src->root[t]) &&
		    cut_tree(&c, n) <= CHAIN_PARTS;
	free(c.seen);
	free(c.ids);
	free(c.order);
	return r;
}
