/* Trees laid out for the cache and walked many rows at a time: the way of
 * forests that are no chains. */
#include "engine/forest/internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/intern.h"
#include "base/mem.h"

#define LANES 8		/* rows or trees walked at once */
#define BLOCK 64		/* rows whose slots are spread together */
#define NO_TARGET UINT32_MAX

/* A question that is no comparison, answered once a row: 0 for yes. */
struct question {
	uint32_t feature;
	bool not_nan;			/* else: membership */
	bool nan_yes;
	const float *set;		/* sorted */
	size_t n_set;
	const uint64_t *bits;		/* of small whole numbers, or NULL */
	size_t n_bits;
};

#define BITS_MAX 65536

/* x[slot] <= threshold leads to left, else to left + 1; a leaf leads to
 * itself.  Slots are counted in floats: LANES rows lie side by side.  A step
 * reads all three, so they share a cache line. */
struct walk_node {
	float threshold;
	uint32_t slot, left;
};

struct walk {
	struct walk_node *node;
	/* by node, for leaves: the one weight, or NO_TARGET and its list */
	uint32_t *target;
	float *value;
	const struct tree_source_leaf **leaf;
	uint32_t *root;
	struct question *question;
	size_t n_nodes, n_trees, n_questions, features, targets, slots;
	enum tree_sum how;
	bool one_weight;		/* every leaf has exactly one */
};

/* --- compiling ------------------------------------------------------------ */

enum { TO_NODE, TO_LEAF, TO_BELOW };

struct task {
	uint32_t at;			/* in the source */
	uint8_t kind;			/* TO_BELOW: the second half of EQ */
	uint32_t place;			/* in the forest */
};

struct compiler {
	const struct tree_source *src;
	struct walk *f;
	struct task *task;
	size_t n_tasks, room_tasks, room_nodes, room_questions;
	/* by node of the source: where it was compiled first, as the node and
	 * as the second half of EQ, plus 1 */
	uint32_t *first[2];
	struct intern *asked;		/* questions by what they are */
	struct buf key;
	struct arena *a;
	struct err *e;
};

static void
push_task(struct compiler *c, struct tree_ref to, uint8_t kind, uint32_t place)
{
	if (c->n_tasks == c->room_tasks) {
		c->room_tasks = c->room_tasks ? c->room_tasks * 2 : 256;
		c->task = xresize(c->task, c->room_tasks, sizeof(*c->task));
	}
	c->task[c->n_tasks++] = (struct task){ to.at, to.leaf ? TO_LEAF : kind,
	    place };
}

/* n nodes side by side. */
static int
reserve_nodes(struct compiler *c, uint32_t *at, size_t n)
{
	struct walk *f = c->f;

	if (f->n_nodes + n > TREE_NODES_MAX)
		return err_set(c->e, ERR_TOOBIG,
		    "the trees have more than %zu nodes", TREE_NODES_MAX);
	if (f->n_nodes + n > c->room_nodes) {
		c->room_nodes = c->room_nodes ? c->room_nodes * 2 : 1024;
		f->node = xresize(f->node, c->room_nodes, sizeof(*f->node));
		f->target = xresize(f->target, c->room_nodes, sizeof(uint32_t));
		f->value = xresize(f->value, c->room_nodes, sizeof(float));
		f->leaf = xresize(f->leaf, c->room_nodes, sizeof(*f->leaf));
	}
	*at = (uint32_t)f->n_nodes;
	f->n_nodes += n;
	return 0;
}

static int
by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
}

/* A set of small whole numbers as bits, where they lie dense enough. */
static void
set_bits(struct compiler *c, struct question *q)
{
	uint64_t *bits;
	size_t words;

	for (size_t i = 0; i < q->n_set; i++)
		if (!(q->set[i] >= 0 && q->set[i] < BITS_MAX) ||
		    q->set[i] != floorf(q->set[i]))
			return;
	words = q->n_set ? (size_t)q->set[q->n_set - 1] / 64 + 1 : 0;
	if (words > 64 + q->n_set)
		return;
	bits = arena_alloc(c->a, words * sizeof(*bits));
	for (size_t i = 0; i < q->n_set; i++)
		bits[(size_t)q->set[i] / 64] |= 1ULL << ((size_t)q->set[i] % 64);
	q->bits = bits;
	q->n_bits = words * 64;
}

/* Its number; equal ones are asked once. */
static size_t
question_number(struct compiler *c, const struct question *q)
{
	uint32_t head[2] = { q->feature, (uint32_t)q->not_nan << 1 |
	    (uint32_t)q->nan_yes };

	buf_clear(&c->key);
	buf_add(&c->key, head, sizeof(head));
	if (q->n_set)
		buf_add(&c->key, q->set, q->n_set * sizeof(*q->set));
	return intern_add(c->asked, c->key.data, c->key.len);
}

static uint32_t
question_slot(struct compiler *c, const struct tree_source_node *n, bool not_nan)
{
	struct walk *f = c->f;
	struct question q = { .feature = n->feature, .not_nan = not_nan,
	    .nan_yes = n->missing_true };
	float *set;
	size_t at;

	if (!not_nan) {
		set = arena_alloc(c->a, n->n_set * sizeof(*set));
		if (n->n_set)
			memcpy(set, n->set, n->n_set * sizeof(*set));
		qsort(set, n->n_set, sizeof(*set), by_value);
		q.set = set;
		q.n_set = n->n_set;
	}
	at = question_number(c, &q);
	if (at < f->n_questions)
		return (uint32_t)(2 * f->features + 1 + at);
	if (!not_nan)
		set_bits(c, &q);
	if (f->n_questions == c->room_questions) {
		c->room_questions = c->room_questions ?
		    c->room_questions * 2 : 16;
		f->question = xresize(f->question, c->room_questions,
		    sizeof(q));
	}
	f->question[f->n_questions++] = q;
	return (uint32_t)(2 * f->features + 1 + at);
}

static void
set_node(struct walk *f, uint32_t at, float threshold, uint32_t slot,
    uint32_t left)
{
	f->node[at] = (struct walk_node){ threshold, slot * LANES, left };
}

/* Node `place` tests x[slot] <= t and leads to yes or no. */
static int
emit_test(struct compiler *c, const struct task *k, uint32_t slot, float t,
    struct tree_ref yes, uint8_t yes_kind, struct tree_ref no)
{
	uint32_t left;

	if (reserve_nodes(c, &left, 2) < 0)
		return -1;
	set_node(c->f, k->place, t, slot, left);
	c->f->target[k->place] = NO_TARGET;
	c->f->value[k->place] = 0;
	c->f->leaf[k->place] = NULL;
	push_task(c, yes, yes_kind, left);
	push_task(c, no, TO_NODE, left + 1);
	return 0;
}

/* x <= t with NaN sent to `yes` or to `no`; no number is <= a t of NaN. */
static int
emit_compare(struct compiler *c, const struct task *k,
    const struct tree_source_node *n, float t, bool nan_yes,
    struct tree_ref yes, uint8_t yes_kind, struct tree_ref no)
{
	uint32_t slot = n->feature + (nan_yes ? 0 :
	    (uint32_t)c->f->features);

	if (isnan(t) && nan_yes)
		return emit_test(c, k, question_slot(c, n, true), 0.5f, no, TO_NODE, yes);
	/* +infinity <= +infinity would take a NaN along */
	if (t == INFINITY && !nan_yes)
		return emit_test(c, k, question_slot(c, n, true), 0.5f, yes, yes_kind, no);
	return emit_test(c, k, slot, t, yes, yes_kind, no);
}

static int
compile_node(struct compiler *c, const struct task *k)
{
	const struct tree_source_node *n = &c->src->node[k->at];
	/* x < value as x <= below; nothing is less than -infinity */
	float below = n->value == -INFINITY ? NAN : nextafterf(n->value,
	    -INFINITY);
	struct tree_ref self = { k->at, false };
	bool m = n->missing_true;

	if (k->kind == TO_BELOW)	/* x <= c holds: is it less than c? */
		return n->mode == TREE_EQ ?
		    emit_compare(c, k, n, below, false, n->no, TO_NODE, n->yes) :
		    emit_compare(c, k, n, below, false, n->yes, TO_NODE, n->no);
	switch (n->mode) {
	case TREE_LEQ:
		return emit_compare(c, k, n, n->value, m, n->yes, TO_NODE, n->no);
	case TREE_LT:
		return emit_compare(c, k, n, below, m, n->yes, TO_NODE, n->no);
	case TREE_GT:
		return emit_compare(c, k, n, n->value, !m, n->no, TO_NODE, n->yes);
	case TREE_GTE:
		return emit_compare(c, k, n, below, !m, n->no, TO_NODE, n->yes);
	case TREE_EQ:
		return emit_compare(c, k, n, n->value, m, self, TO_BELOW, n->no);
	case TREE_NEQ:		/* NaN differs from everything */
		return emit_compare(c, k, n, n->value, false, self, TO_BELOW,
		    n->yes);
	default:
		return emit_test(c, k, question_slot(c, n, false), 0.5f, n->yes, TO_NODE,
		    n->no);
	}
}

/* A node that several parents share is laid beside each one's other child,
 * but what is below it is compiled once. */
static int
compile_task(struct compiler *c, const struct task *k)
{
	struct walk *f = c->f;
	uint32_t *first = &c->first[k->kind == TO_BELOW][k->at];

	if (*first == 0) {
		*first = k->place + 1;
		return compile_node(c, k);
	}
	f->node[k->place] = f->node[*first - 1];
	f->target[k->place] = NO_TARGET;
	f->value[k->place] = 0;
	f->leaf[k->place] = NULL;
	return 0;
}

static void
compile_leaf(struct compiler *c, const struct task *k)
{
	const struct tree_source_leaf *l = &c->src->leaf[k->at];
	struct walk *f = c->f;

	/* a leaf must not read a feature: slot 2F holds 0 */
	set_node(f, k->place, INFINITY, (uint32_t)(2 * f->features),
	    k->place);
	f->leaf[k->place] = l;
	f->target[k->place] = l->n == 1 ? l->weight[0].target : NO_TARGET;
	f->value[k->place] = l->n == 1 ? l->weight[0].value : 0;
	f->one_weight &= l->n == 1;
}

static void *
move_to_arena(struct arena *a, void *p, size_t bytes)
{
	void *to = arena_alloc(a, bytes);

	if (bytes)
		memcpy(to, p, bytes);
	free(p);
	return to;
}

/* All trees, one after the other. */
static int
compile_trees(struct compiler *c)
{
	const struct tree_source *src = c->src;
	struct walk *f = c->f;
	int r = 0;

	c->asked = intern_new();
	buf_init(&c->key, BUF_CAP_DATA);
	for (int k = 0; k < 2; k++)
		c->first[k] = xalloc(src->n_nodes + 1, sizeof(*c->first[k]));
	for (size_t t = 0; t < src->n_trees && r == 0; t++) {
		r = reserve_nodes(c, &f->root[t], 1);
		if (r == 0)
			push_task(c, src->root[t], TO_NODE, f->root[t]);
		while (r == 0 && c->n_tasks) {
			struct task k = c->task[--c->n_tasks];

			if (k.kind == TO_LEAF)
				compile_leaf(c, &k);
			else
				r = compile_task(c, &k);
		}
	}
	intern_free(c->asked);
	buf_free(&c->key);
	free(c->first[0]);
	free(c->first[1]);
	free(c->task);
	return r;
}

int
walk_new(struct walk **out, struct arena *a, const struct tree_source *src,
    enum tree_sum how, struct err *e)
{
	struct walk *f = arena_alloc(a, sizeof(*f));
	struct compiler c = { .src = src, .f = f, .a = a, .e = e };
	int r;

	f->features = src->n_features;
	f->targets = src->n_targets;
	f->n_trees = src->n_trees;
	f->how = how;
	f->one_weight = true;
	f->root = arena_alloc(a, src->n_trees * sizeof(*f->root));
	r = compile_trees(&c);
	f->node = move_to_arena(a, f->node, f->n_nodes * sizeof(*f->node));
	f->target = move_to_arena(a, f->target, f->n_nodes * sizeof(*f->target));
	f->value = move_to_arena(a, f->value, f->n_nodes * sizeof(*f->value));
	f->leaf = move_to_arena(a, (void *)f->leaf, f->n_nodes * sizeof(*f->leaf));
	f->question = move_to_arena(a, f->question, f->n_questions *
	    sizeof(*f->question));
	f->slots = 2 * f->features + 1 + f->n_questions;
	if (r == 0 && f->slots > UINT32_MAX / LANES / 2)
		r = err_set(e, ERR_TOOBIG, "the trees test too many things");
	*out = f;
	return r;
}

size_t
walk_slots(const struct walk *f)
{
	return f->slots;
}

size_t
walk_scratch(const struct walk *f, size_t n)
{
	size_t rows = n < BLOCK ? (n + LANES - 1) / LANES * LANES : BLOCK;

	return rows * f->slots * sizeof(float) + 64;
}

/* --- walking -------------------------------------------------------------- */

static float
answer_question(const struct question *q, float x)
{
	size_t low = 0, high = q->n_set;

	if (isnan(x))
		return q->not_nan || !q->nan_yes ? 1 : 0;
	if (q->not_nan)
		return 0;
	if (q->bits) {
		size_t k = x >= 0 && x < BITS_MAX ? (size_t)x : BITS_MAX;

		return k < q->n_bits && (float)k == x &&
		    q->bits[k / 64] >> (k % 64) & 1 ? 0 : 1;
	}
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (q->set[mid] < x)
			low = mid + 1;
		else
			high = mid;
	}
	return low < q->n_set && q->set[low] == x ? 0 : 1;
}

/* One row's slots, LANES floats apart. */
static void
fill_lane(const struct walk *f, float *s, const struct forest_input *in,
    size_t row)
{
	size_t n = f->features;

	for (size_t i = 0; i < n; i++) {
		float x = value_at(in, row, i);
		bool gone = isnan(x);

		s[i * LANES] = gone ? -INFINITY : x;
		s[(n + i) * LANES] = gone ? INFINITY : x;
	}
	s[2 * n * LANES] = 0;
	for (size_t i = 0; i < f->n_questions; i++)
		s[(2 * n + 1 + i) * LANES] = answer_question(&f->question[i],
		    value_at(in, row, f->question[i].feature));
}

#define EACH_LANE(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)

/*
 * From at[] to the leaves, four levels for all lanes until every one stands
 * on a leaf.  Lane q reads what is q * apart behind its slot: 1 for as many
 * rows in one tree, 0 for one row in as many trees.  Spelled lane by lane
 * so that all of them are in registers.
 */
static inline void
walk_lanes(const struct walk *f, uint32_t at[LANES], const float *s, size_t apart)
{
	const struct walk_node *node = f->node;
#define TAKE(q) uint32_t i##q = at[q];
#define STEP(q) i##q = node[i##q].left + \
	!(s[node[i##q].slot + q * apart] <= node[i##q].threshold);
#define MOVES(q) moves |= node[i##q].left ^ i##q;
#define GIVE(q) at[q] = i##q;
	EACH_LANE(TAKE)
	uint32_t moves;

	do {
		for (int level = 0; level < 4; level++) {
			EACH_LANE(STEP)
		}
		moves = 0;
		EACH_LANE(MOVES)
	} while (moves);
	EACH_LANE(GIVE)
#undef TAKE
#undef STEP
#undef MOVES
#undef GIVE
}

/* Two floats added in double and rounded are the float sum. */
static inline void
add_value(double *out, float v, enum forest_sums sums)
{
	*out += (double)v;
	if (sums == FOREST_FLOAT)
		*out = (double)(float)*out;
}

static inline void
take_leaf(const struct walk *f, double *out, uint8_t *voted, uint32_t at,
    enum forest_sums sums)
{
	if (f->leaf[at])
		leaf_add(out, voted, f->leaf[at], f->how, sums);
}

/* Eight rows down tree t. */
static inline void
walk_rows(const struct walk *f, size_t t, double *out, uint8_t *voted,
    const float *s, enum forest_sums sums)
{
	size_t T = f->targets;
	bool plain = f->one_weight && f->how <= TREE_SUM;
	uint32_t at[LANES];

	for (int q = 0; q < LANES; q++)
		at[q] = f->root[t];
	walk_lanes(f, at, s, 1);
	for (size_t q = 0; q < LANES; q++) {
		if (plain) {
			size_t k = q * T + f->target[at[q]];

			add_value(&out[k], f->value[at[q]], sums);
			voted[k] = 1;
		} else {
			take_leaf(f, out + q * T, voted + q * T, at[q], sums);
		}
	}
}

/* One row down eight trees at once, then their leaves in order. */
static inline void
walk_trees(const struct walk *f, double *out, uint8_t *voted, const float *s,
    enum forest_sums sums)
{
	bool plain = f->one_weight && f->how <= TREE_SUM;

	for (size_t t = 0; t < f->n_trees; t += LANES) {
		size_t n = f->n_trees - t < LANES ? f->n_trees - t : LANES;
		uint32_t at[LANES];

		for (size_t q = 0; q < LANES; q++)
			at[q] = f->root[t + (q < n ? q : 0)];
		walk_lanes(f, at, s, 0);
		for (size_t q = 0; q < n; q++) {
			if (plain) {
				add_value(&out[f->target[at[q]]],
				    f->value[at[q]], sums);
				voted[f->target[at[q]]] = 1;
			} else {
				take_leaf(f, out, voted, at[q], sums);
			}
		}
	}
}

static inline void
run_blocks(const struct walk *f, double *out, uint8_t *voted,
    const struct forest_input *in, size_t n, enum forest_sums sums, float *s)
{
	size_t T = f->targets;

	for (size_t from = 0; from < n; from += BLOCK) {
		size_t rows = n - from < BLOCK ? n - from : BLOCK, i;

		for (size_t k = 0; k < rows; k++)
			fill_lane(f, s + k / LANES * LANES * f->slots + k % LANES,
			    in, from + k);
		/* a tree stays in the nearest cache for all rows of a block */
		for (size_t t = 0; t < f->n_trees; t++)
			for (i = 0; i + LANES <= rows; i += LANES)
				walk_rows(f, t, out + (from + i) * T, voted +
				    (from + i) * T, s + i * f->slots, sums);
		for (i = rows / LANES * LANES; i < rows; i++)
			walk_trees(f, out + (from + i) * T, voted + (from + i) *
			    T, s + i / LANES * LANES * f->slots + i % LANES,
			    sums);
	}
}

void
walk_run(const struct walk *f, double *out, uint8_t *voted,
    const struct forest_input *in, size_t n, enum forest_sums sums,
    void *scratch)
{
	/* spelled twice, so that each is compiled for its way */
	if (sums == FOREST_DOUBLE)
		run_blocks(f, out, voted, in, n, FOREST_DOUBLE, scratch);
	else
		run_blocks(f, out, voted, in, n, FOREST_FLOAT, scratch);
}
