/* One tree, grown leaf by leaf: histograms, splits, partitions of rows. */
#include "learn/gbdt/grow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define PART ((size_t)8192)	/* rows of one piece of a partition */
#define AHEAD 24		/* rows fetched before they are needed */

int
grower_init(struct grower *w, const struct bins *b,
    const struct gbdt_params *p, struct pool *pool, struct err *e)
{
	size_t leaves = (size_t)p->num_leaves, cells = 0;

	memset(w, 0, sizeof(*w));
	/* no more room than rows could fill */
	if (leaves > b->rows)
		leaves = b->rows;
	w->most = leaves;
	w->b = b;
	w->p = p;
	w->pool = pool;
	w->order = mem_array(b->rows, sizeof(*w->order));
	w->spare = mem_array(b->rows, sizeof(*w->spare));
	w->goes_left = mem_array(b->rows / 64 + 2, sizeof(*w->goes_left));
	w->gathered = mem_array(b->rows, sizeof(*w->gathered));
	w->leaf = xalloc(leaves + 1, sizeof(*w->leaf));
	w->use = xalloc(b->n_features + 1, sizeof(*w->use));
	w->found = xalloc(2 * b->n_features + 1, sizeof(*w->found));
	if (p->use_quantized_grad && quantized_init(&w->quantized, b, leaves,
	    pool, e) < 0) {
		grower_release(w);
		return -1;
	}
	w->histograms = size_mul(&cells, leaves + 1, b->total) ?
	    mem_aligned(64, cells, sizeof(*w->histograms)) : NULL;
	/* features are fewer than bins */
	w->worth = mem_array((leaves + 1) * (b->n_features + 1),
	    sizeof(*w->worth));
	if (!w->order || !w->spare || !w->goes_left || !w->gathered || !w->histograms ||
	    !w->worth) {
		grower_release(w);
		return err_set(e, ERR_NOMEM, "out of memory");
	}
	/* columns a tree does not use are subtracted too, unread */
	memset(w->histograms, 0, cells * sizeof(*w->histograms));
	return 0;
}

void
grower_release(struct grower *w)
{
	free(w->order);
	free(w->spare);
	free(w->goes_left);
	free(w->gathered);
	free(w->leaf);
	free(w->use);
	free(w->worth);
	free(w->found);
	free(w->histograms);
	quantized_release(&w->quantized);
	memset(w, 0, sizeof(*w));
}

/* --- histograms ----------------------------------------------------------- */

struct hist_job {
	struct grower *w;
	const struct gh *gh;		/* by place in the leaf */
	const uint32_t *order;		/* rows, or NULL: 0, 1, 2 ... */
	size_t n;
	struct cell *hist, sum;
	size_t width;			/* features of one part */
};

/* A row's gradient and hessian into the cells of n features, whose bins
 * are at r; `place` tells which of them when not all are in use. */
static inline __attribute__((always_inline)) void
add_row(struct cell *const *at, const uint8_t *r, const uint8_t *place,
    size_t n, double g, double h)
{
	struct cell *a, *b, *c, *d;
	size_t k = 0;

	for (; place && k < n; k++) {
		a = at[k] + r[place[k]];
		a->g += g;
		a->h += h;
	}
	for (; k + 4 <= n; k += 4) {
		a = at[k] + r[k];
		b = at[k + 1] + r[k + 1];
		a->g += g;
		a->h += h;
		c = at[k + 2] + r[k + 2];
		b->g += g;
		b->h += h;
		d = at[k + 3] + r[k + 3];
		c->g += g;
		c->h += h;
		d->g += g;
		d->h += h;
	}
	for (; k < n; k++) {
		a = at[k] + r[k];
		a->g += g;
		a->h += h;
	}
}

/* Rounded as LightGBM does it, in this order. */
static void
set_rest(struct cell *hist, const struct bin_feature *f, struct cell sum)
{
	for (uint32_t b = 0; b < f->n_bins + f->missing; b++) {
		if (b == f->rest)
			continue;
		sum.g -= hist[b].g;
		sum.h -= hist[b].h;
	}
	hist[f->rest] = sum;
}

/* All rows of the leaf, in their order, whose bins are from `from` on. */
static inline __attribute__((always_inline)) void
add_places(const struct hist_job *j, const uint8_t *from,
    struct cell *const *at, const uint8_t *place, size_t n)
{
	size_t stride = j->w->b->stride, rows = j->n, ahead, i;
	const uint32_t *order = j->order;
	const struct gh *gh = j->gh;

	if (order == NULL) {
		for (i = 0; i < rows; i++)
			add_row(at, from + i * stride, place, n,
			    (double)gh[i].g, (double)gh[i].h);
		return;
	}
	ahead = rows > AHEAD ? rows - AHEAD : 0;
	for (i = 0; i < ahead; i++) {
		__builtin_prefetch(from + order[i + AHEAD] * stride);
		add_row(at, from + order[i] * stride, place, n,
		    (double)gh[i].g, (double)gh[i].h);
	}
	for (; i < rows; i++)
		add_row(at, from + order[i] * stride, place, n,
		    (double)gh[i].g, (double)gh[i].h);
}

/* Features [part * width, ...). */
static void
add_rows(void *ctx, size_t part, int worker)
{
	const struct hist_job *j = ctx;
	const struct bins *b = j->w->b;
	size_t first = part * j->width, last = first + j->width, k, n = 0;
	struct cell *at[256];
	uint8_t place[256];

	(void)worker;
	if (last > b->n_features)
		last = b->n_features;
	for (k = first; k < last; k++) {
		struct cell *h = j->hist + b->feature[k].offset;

		if (!j->w->use[k])
			continue;
		memset(h, 0, (b->feature[k].n_bins + 1) * sizeof(*h));
		at[n] = h;
		place[n++] = (uint8_t)(k - first);
	}
	/* spelled twice, so that each is compiled for its way */
	if (n < last - first)
		add_places(j, b->row + first, at, place, n);
	else
		add_places(j, b->row + first, at, NULL, n);
}

static void
hist_part(void *ctx, size_t part, int worker)
{
	const struct hist_job *j = ctx;
	const struct bins *b = j->w->b;
	size_t k = part * j->width, last = k + j->width;

	add_rows(ctx, part, worker);
	for (; k < last && k < b->n_features; k++)
		if (j->w->use[k] && b->feature[k].rest > 0)
			set_rest(j->hist + b->feature[k].offset,
			    &b->feature[k], j->sum);
}

static void
make_histogram(struct grower *w, struct leaf *l, const struct gh *gh,
    bool all_rows)
{
	struct hist_job j = { .w = w, .gh = gh, .n = l->n, .hist = l->hist,
	    .sum = l->sum, .order = all_rows ? NULL : leaf_rows(w, l) };
	size_t threads = (size_t)pool_threads(w->pool), parts;

	/* waking threads costs more than a small leaf */
	if (l->n < 2048)
		threads = 1;
	parts = threads;
	j.width = (w->b->n_features + parts - 1) / parts;
	if (j.width > 256)
		j.width = 256;
	parts = (w->b->n_features + j.width - 1) / j.width;
	if (threads == 1)
		for (size_t k = 0; k < parts; k++)
			hist_part(&j, k, 0);
	else
		pool_run(w->pool, parts, hist_part, &j);
}

struct gather_job {
	struct grower *w;
	const struct gh *gh;
	const uint32_t *order;
	size_t n;
};

static void
gather_part(void *ctx, size_t part, int worker)
{
	struct gather_job *j = ctx;
	size_t i = part * PART, end = i + PART;
	const uint32_t *order = j->order;
	struct gh *to = j->w->gathered;

	(void)worker;
	if (end > j->n)
		end = j->n;
	for (; i < end; i++)
		to[i] = j->gh[order[i]];
}

static const struct gh *
gather_gradients(struct grower *w, const struct gh *gh, const struct leaf *l)
{
	struct gather_job j = { w, gh, leaf_rows(w, l), l->n };

	pool_run(w->pool, (l->n + PART - 1) / PART, gather_part, &j);
	return w->gathered;
}

/* larger = parent - smaller, in the parent's place */
static void
subtract_histogram(struct cell *parent, const struct cell *smaller, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		parent[i].g -= smaller[i].g;
		parent[i].h -= smaller[i].h;
	}
}

/* --- finding splits ------------------------------------------------------- */

struct find_job {
	struct grower *w;
	struct leaf *l[2];
	size_t width;			/* features of one part */
	size_t per_leaf;		/* parts */
};

static void
find_part(void *ctx, size_t part, int worker)
{
	struct find_job *j = ctx;
	struct grower *w = j->w;
	size_t side = part / j->per_leaf, n = w->b->n_features;
	size_t k = part % j->per_leaf * j->width, end = k + j->width;

	(void)worker;
	for (; k < end && k < n; k++) {
		struct split *s = &w->found[side * n + k];
		bool *worth = &w->worth[(size_t)(j->l[side] - w->leaf) * n + k];

		s->gain = -INFINITY;
		if (!*worth)
			continue;
		split_feature(s, w, j->l[side], (uint32_t)k);
		*worth = s->gain > -INFINITY;
	}
}

static bool
may_split(const struct grower *w, const struct leaf *l)
{
	return l->n >= 2 * (size_t)w->p->min_data_in_leaf && l->n >= 2 &&
	    (w->p->max_depth <= 0 || l->depth < w->p->max_depth);
}

/* The best split of one leaf or two (b may be NULL). */
static void
find_splits(struct grower *w, struct leaf *a, struct leaf *b)
{
	struct find_job j = { .w = w };
	size_t sides = 0, n = w->b->n_features;

	a->best.gain = -INFINITY;
	if (may_split(w, a))
		j.l[sides++] = a;
	if (b) {
		b->best.gain = -INFINITY;
		if (may_split(w, b))
			j.l[sides++] = b;
	}
	/* about a thousand bins are worth a part of their own */
	j.width = n * 1024 / (w->b->total + 1) + 1;
	j.per_leaf = (n + j.width - 1) / j.width;
	if (sides)
		pool_run(w->pool, sides * j.per_leaf, find_part, &j);
	/* of equal gains the first feature */
	for (size_t s = 0; s < sides; s++)
		for (size_t k = 0; k < n; k++)
			if (w->found[s * n + k].gain > j.l[s]->best.gain)
				j.l[s]->best = w->found[s * n + k];
}

/* --- growing -------------------------------------------------------------- */

static void
add_set(struct grower *w, struct gbdt_node *n, const struct split *s)
{
	const struct bin_feature *f = &w->b->feature[s->feature];

	if (*w->n_set + s->n_set > *w->room_set) {
		*w->room_set = (*w->room_set + s->n_set) * 2;
		*w->set = xresize(*w->set, *w->room_set, sizeof(**w->set));
	}
	n->set = (uint32_t)*w->n_set;
	n->n_set = s->n_set;
	for (uint32_t k = 0; k < s->n_set; k++)
		(*w->set)[(*w->n_set)++] = f->level[s->set[k]];
}

/* Node for the split of leaf l, whose left part keeps the leaf's number. */
static uint32_t
add_node(struct grower *w, uint32_t at, uint32_t fresh)
{
	struct gbdt_tree *t = w->tree;
	struct leaf *l = &w->leaf[at];
	uint32_t k = (uint32_t)t->n_nodes++;
	struct gbdt_node *n = &t->node[k];
	const struct split *s = &l->best;

	*n = (struct gbdt_node){ .feature = s->feature, .gain = s->gain,
	    .category = s->category, .default_left = s->default_left,
	    .count = (double)l->n, .left = at, .right = fresh,
	    .left_leaf = true, .right_leaf = true };
	if (s->category)
		add_set(w, n, s);
	else
		n->threshold = w->b->feature[s->feature].bound[s->bin];
	if (k > 0) {
		struct gbdt_node *up = &t->node[l->parent];

		if (l->is_left) {
			up->left = k;
			up->left_leaf = false;
		} else {
			up->right = k;
			up->right_leaf = false;
		}
	}
	return k;
}

/* Values of what grows below keep to their side of the mean of both. */
static void
bound_children(const struct grower *w, struct leaf *l, struct leaf *r,
    const struct split *s)
{
	double mid = (l->value + r->value) / 2;
	int direction = w->monotone && !s->category ?
	    w->monotone[s->feature] : 0;

	r->low = l->low;
	r->high = l->high;
	if (direction > 0) {
		l->high = mid < l->high ? mid : l->high;
		r->low = mid > r->low ? mid : r->low;
	} else if (direction < 0) {
		l->low = mid > l->low ? mid : l->low;
		r->high = mid < r->high ? mid : r->high;
	}
}

/* The histograms of two leaves: that of the larger is what the smaller leaves
 * of their parent's. */
static void
sum_whole(struct grower *w, struct leaf *small, struct leaf *large)
{
	struct quantized *q = &w->quantized;

	quantized_add(q, small->at, w->use, leaf_rows(w, small), small->drawn);
	quantized_subtract(q, large->at, small->at);
	small->hist = w->histograms;
	large->hist = w->histograms + w->b->total;
	quantized_sums(small->hist, q, small->at);
	quantized_sums(large->hist, q, large->at);
}

static void
take_rows(struct leaf *to, const struct leaf *side)
{
	to->from = side->from;
	to->n = side->n;
	to->drawn = side->drawn;
	to->in_spare = side->in_spare;
}

static void
split_leaf(struct grower *w, uint32_t at, const struct gh *gh)
{
	uint32_t fresh = (uint32_t)w->n_leaves, node;
	struct leaf *l = &w->leaf[at], *r = &w->leaf[fresh], *small, *large;
	struct leaf left, right;
	struct split s = l->best;
	struct cell *parent = l->hist, *free_one;

	partition_leaf(&left, &right, w, l, &s);
	/* After subtraction, rounding may leave a sum in a bin without
	 * rows; no leaf is made of that. */
	if (left.drawn == 0 || right.drawn == 0) {
		l->best.gain = -INFINITY;
		return;
	}
	node = add_node(w, at, fresh);
	w->n_leaves++;
	take_rows(l, &left);
	take_rows(r, &right);
	r->value = leaf_value(w->p, s.right, s.l2, l);
	l->value = leaf_value(w->p, s.left, s.l2, l);
	bound_children(w, l, r, &s);
	r->sum = s.right;
	l->sum = s.left;
	l->l2 = r->l2 = s.l2;
	l->count = (double)l->n;
	r->count = (double)r->n;
	l->depth++;
	r->depth = l->depth;
	l->parent = r->parent = node;
	l->is_left = true;
	r->is_left = false;
	free_one = w->histograms + (size_t)fresh * w->b->total;
	small = l->drawn < r->drawn ? l : r;
	large = small == l ? r : l;
	small->hist = free_one;
	large->hist = parent;
	large->at = l->at;
	small->at = fresh;
	memcpy(w->worth + (size_t)fresh * w->b->n_features, w->worth +
	    (size_t)at * w->b->n_features, w->b->n_features *
	    sizeof(*w->worth));
	/* nobody would ask these histograms */
	if (w->n_leaves == w->most || !(may_split(w, l) || may_split(w, r))) {
		l->best.gain = r->best.gain = -INFINITY;
		return;
	}
	if (w->whole_numbers) {
		sum_whole(w, small, large);
	} else {
		make_histogram(w, small, gather_gradients(w, gh, small), false);
		subtract_histogram(parent, small->hist, w->b->total);
	}
	find_splits(w, l, r);
}

static struct cell
sum_rows(const struct gh *gh, const uint32_t *order, size_t n)
{
	struct cell all = { 0, 0 };

	for (size_t i = 0; i < n; i++) {
		const struct gh *x = &gh[order ? order[i] : i];

		all.g += (double)x->g;
		all.h += (double)x->h;
	}
	return all;
}

/* The root's sums and histogram, of whole numbers; false: floats are needed. */
static bool
begin_whole(struct grower *w, struct leaf *root, const struct gh *gh,
    uint64_t tree)
{
	struct quantized *q = &w->quantized;
	bool all = root->n == w->b->rows;

	if (!w->p->use_quantized_grad || !quantized_round(q, gh, all ? NULL :
	    w->order, root->n))
		return false;
	if (w->p->split_fraction < 1)
		partition_draw(root, w, w->p->split_fraction, tree);
	if (root->drawn == 0) {
		root->in_spare = false;
		root->drawn = root->n;
	}
	all &= root->drawn == root->n;
	quantized_add(q, 0, w->use, all ? NULL : leaf_rows(w, root),
	    root->drawn);
	q->scale = (double)root->n / (double)root->drawn;
	root->sum = quantized_total(q, 0, w->use);
	quantized_sums(root->hist, q, 0);
	return true;
}

/* Splits are chosen by the rows that are drawn, values are of all. */
static void
value_leaves(struct grower *w)
{
	for (size_t k = 0; k < w->n_leaves; k++) {
		struct leaf *l = &w->leaf[k];

		l->sum = quantized_sum_rows(&w->quantized, leaf_rows(w, l),
		    l->n);
		l->value = leaf_value(w->p, l->sum, l->l2, l);
	}
}

void
grower_run(struct grower *w, struct gbdt_tree *out, const struct gh *gh,
    size_t n, uint64_t tree)
{
	size_t most = w->most;
	bool all = n == w->b->rows;
	struct leaf *root = &w->leaf[0];

	memset(out, 0, sizeof(*out));
	w->tree = out;
	out->node = xalloc(most, sizeof(*out->node));
	*root = (struct leaf){ .n = n, .drawn = n, .count = (double)n,
	    .hist = w->histograms, .l2 = w->p->lambda_l2, .low = -INFINITY,
	    .high = INFINITY };
	w->n_leaves = 1;
	memcpy(w->worth, w->use, w->b->n_features * sizeof(*w->worth));
	w->whole_numbers = begin_whole(w, root, gh, tree);
	if (!w->whole_numbers) {
		root->sum = sum_rows(gh, all ? NULL : w->order, n);
		make_histogram(w, root, all ? gh : gather_gradients(w, gh,
		    root), all);
	}
	w->root_h = root->sum.h;
	find_splits(w, root, NULL);
	while (w->n_leaves < most) {
		uint32_t best = 0;

		for (uint32_t k = 1; k < w->n_leaves; k++)
			if (w->leaf[k].best.gain > w->leaf[best].best.gain)
				best = k;
		if (!(w->leaf[best].best.gain > 0))
			break;
		split_leaf(w, best, gh);
	}
	if (w->whole_numbers && w->p->split_fraction < 1)
		value_leaves(w);
	out->n_leaves = w->n_leaves;
	out->value = xalloc(w->n_leaves, sizeof(double));
	out->count = xalloc(w->n_leaves, sizeof(double));
	for (size_t k = 0; k < w->n_leaves; k++) {
		out->value[k] = w->n_leaves > 1 ? w->leaf[k].value :
		    leaf_value(w->p, root->sum, root->l2, root);
		out->count[k] = (double)w->leaf[k].n;
	}
}
