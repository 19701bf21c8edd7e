/* Rows through a chain: columns of ranks, ids of leaves, sums in order. */
#include "engine/forest/kernel.h"

#include <math.h>
#include <string.h>

#define ROW_BYTES 128		/* a row's rank columns, turned round */

/* Where things lie in the scratch. */
struct room {
	int8_t *column;			/* (columns, CHAIN_BLOCK) */
	uint8_t *id;			/* (trees or parts, CHAIN_BLOCK) */
	double *sum;			/* (CHAIN_BLOCK) */
	/* of one feature, or of one row: at most 128 rank columns */
	float *x;			/* (CHAIN_BLOCK) */
	uint8_t *rank;			/* (CHAIN_BLOCK) */
	/* of one row */
	int8_t *row;			/* (ROW_BYTES) */
	uint8_t *lane;			/* (groups, CHAIN_LANES) */
	const uint64_t **answer;	/* by coded feature */
};

static size_t
room_of_block(const struct chain *c)
{
	size_t ids = c->most_parts > CHAIN_GROUP ? c->most_parts : CHAIN_GROUP;

	return CHAIN_BLOCK * (c->k.n_columns + ids + sizeof(double));
}

static size_t
room_of_row(const struct chain *c)
{
	return ROW_BYTES + (c->turned ? c->turned->n_groups : 0) * CHAIN_LANES +
	    (c->k.n_codes + 1) * sizeof(uint64_t *) + CHAIN_BLOCK *
	    (sizeof(float) + 1);
}

static void
lay_room(struct room *r, const struct chain *c, void *scratch)
{
	char *at = (char *)(((uintptr_t)scratch + 63) / 64 * 64);

	r->answer = (const uint64_t **)(void *)at;
	at += (c->k.n_codes + 1) * sizeof(uint64_t *);
	r->x = (float *)(void *)at;
	at += CHAIN_BLOCK * sizeof(float);
	r->rank = (uint8_t *)at;
	at += CHAIN_BLOCK;
	r->row = (int8_t *)at;
	at += ROW_BYTES;
	r->lane = (uint8_t *)at;
	at += (c->turned ? c->turned->n_groups : 0) * CHAIN_LANES;
	at = (char *)(((uintptr_t)at + 63) / 64 * 64);
	r->sum = (double *)(void *)at;
	at += CHAIN_BLOCK * sizeof(double);
	r->column = (int8_t *)at;
	at += CHAIN_BLOCK * c->k.n_columns;
	r->id = (uint8_t *)at;
}

/* Rows that go one by one: fewer than half a vector. */
static bool
are_few(const struct chain *c, const struct chain_kernel *how, size_t n)
{
	return c->turned && n <= how->width / 2;
}

size_t
chain_scratch(const struct chain *c, size_t n)
{
	return 128 + room_of_row(c) + (are_few(c, chain_kernel_best(), n) ? 0 :
	    room_of_block(c));
}

bool
chain_prefers_walk(const struct chain *c, size_t n)
{
	return c->turned == NULL && n <= chain_kernel_best()->width / 2;
}

/* --- columns --------------------------------------------------------------- */

/* n values of a feature, and zeros up to `padded`. */
static const float *
take_feature(float *to, const struct forest_input *in, size_t from,
    size_t feature, size_t n, size_t padded)
{
	if (in->column && n == padded)
		return in->column[feature] + from;
	if (in->column) {
		memcpy(to, in->column[feature] + from, n * sizeof(*to));
	} else {
		const float *x = in->x + from * in->stride + feature;

		for (size_t i = 0; i < n; i++)
			to[i] = x[i * in->stride];
	}
	for (size_t i = n; i < padded; i++)
		to[i] = 0;
	return to;
}

static size_t
search_rank(const struct feature_ranks *f, float x)
{
	const float *t = f->threshold;
	size_t r = 0;

	for (size_t k = f->levels; k--; )
		r += (size_t)(t[r + ((size_t)1 << k) - 1] < x) << k;
	return r;
}

/* Byte of a rank in a window; x is NaN or has this rank. */
static inline int8_t
rank_byte(size_t rank, size_t window, float x, bool high)
{
	size_t below = window * WINDOW_RANKS;
	size_t r = rank < below ? 0 : rank - below;

	if (high && isnan(x))
		return INT8_MAX;
	return (int8_t)((int)(r < WINDOW_RANKS ? r : WINDOW_RANKS) - 128);
}

static void
rank_wide(struct room *r, const struct feature_ranks *f, const float *x,
    size_t n)
{
	size_t windows = (f->n + WINDOW_RANKS - 1) / WINDOW_RANKS;

	for (size_t i = 0; i < n; i++) {
		size_t rank = search_rank(f, x[i]);

		for (size_t w = 0; w < windows; w++) {
			if (f->low != NO_COLUMN)
				r->column[(f->low + w) * CHAIN_BLOCK + i] =
				    rank_byte(rank, w, x[i], false);
			if (f->high != NO_COLUMN)
				r->column[(f->high + w) * CHAIN_BLOCK + i] =
				    rank_byte(rank, w, x[i], true);
		}
	}
}

static void
rank_feature(struct room *r, const struct chain_kernel *how,
    const struct feature_ranks *f, const float *x, size_t n)
{
	if (f->n > WINDOW_RANKS) {
		rank_wide(r, f, x, n);
		return;
	}
	how->ranks(r->rank, x, n, f);
	how->columns(f->low == NO_COLUMN ? NULL : r->column + (size_t)f->low *
	    CHAIN_BLOCK, f->high == NO_COLUMN ? NULL : r->column +
	    (size_t)f->high * CHAIN_BLOCK, r->rank, n);
}

static void
code_feature(struct room *r, const struct feature_codes *f, const float *x,
    size_t n)
{
	size_t windows = code_windows(f);
	int8_t *to = r->column + (size_t)f->column * CHAIN_BLOCK;

	for (size_t i = 0; i < n; i++) {
		uint32_t code = code_of(f, x[i]);

		for (size_t w = 0; w < windows; w++) {
			int8_t *at = to + 2 * w * CHAIN_BLOCK + i;
			bool is = code <= f->n && code / WINDOW_CODES == w;

			at[0] = (int8_t)(code % WINDOW_CODES / 8);
			at[CHAIN_BLOCK] = is ? (int8_t)(1 << code % 8) : 0;
		}
	}
}

/* Columns of n rows from `from` on, as many as fill vectors. */
static size_t
make_columns(struct room *r, const struct chain *c,
    const struct chain_kernel *how, const struct forest_input *in,
    size_t from, size_t n)
{
	size_t padded = (n + how->width - 1) / how->width * how->width;

	for (size_t i = 0; i < c->k.n_ranks; i++) {
		const struct feature_ranks *f = &c->k.ranks[i];

		rank_feature(r, how, f, take_feature(r->x, in, from, f->feature,
		    n, padded), padded);
	}
	for (size_t i = 0; i < c->k.n_codes; i++) {
		const struct feature_codes *f = &c->k.codes[i];

		code_feature(r, f, take_feature(r->x, in, from, f->feature, n,
		    padded), padded);
	}
	return padded;
}

/* --- sums ------------------------------------------------------------------ */

/* Two floats added in double and rounded are the float sum. */
static inline double
add_value(double sum, double v, enum forest_sums sums)
{
	sum += v;
	return sums == FOREST_FLOAT ? (double)(float)sum : sum;
}

void
leaf_add(double *out, uint8_t *voted, const struct tree_source_leaf *l,
    enum tree_sum how, enum forest_sums sums)
{
	for (size_t k = 0; k < l->n; k++) {
		uint32_t t = l->weight[k].target;
		double v = (double)l->weight[k].value;

		if (how == TREE_MIN)
			out[t] = voted[t] && out[t] < v ? out[t] : v;
		else if (how == TREE_MAX)
			out[t] = voted[t] && out[t] > v ? out[t] : v;
		else
			out[t] = add_value(out[t], v, sums);
		voted[t] = 1;
	}
}

#define EACH_ROW(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)

/* Values of n_trees trees onto the sums of n rows (a multiple of 8), whose
 * ids lie `apart`; every row's in the order of the trees. */
static inline __attribute__((always_inline)) void
add_trees(double *sum, const uint8_t *id, const struct chain_tree *tree,
    size_t n_trees, size_t n, enum forest_sums sums)
{
	for (size_t i = 0; i < n; i += 8) {
#define TAKE(q) double s##q = sum[i + q];
#define ADD(q) s##q = add_value(s##q, v[at[q]], sums);
#define GIVE(q) sum[i + q] = s##q;
		EACH_ROW(TAKE)
		for (size_t t = 0; t < n_trees; t++) {
			const uint8_t *at = id + t * CHAIN_BLOCK + i;
			const double *v = tree[t].value;

			EACH_ROW(ADD)
		}
		EACH_ROW(GIVE)
#undef TAKE
#undef ADD
#undef GIVE
	}
}

/* Ids of n rows in all parts of a tree, CHAIN_BLOCK apart. */
static void
find_ids(struct room *r, const struct chain *c, const struct chain_kernel *how,
    const struct chain_tree *t, size_t n)
{
	for (size_t k = 0; k < t->n_parts; k++)
		how->rows(r->id + k * CHAIN_BLOCK, &c->part[t->first + k],
		    r->column, n);
}

/* The place of a row whose ids in the tree's parts lie `apart`.  A row that is
 * at a leaf early stays, so that all rows take the same steps. */
static inline __attribute__((always_inline)) size_t
place_of(const struct chain_tree *t, const uint8_t *id, size_t apart)
{
	size_t place = *id;

	for (uint32_t k = 0; k < t->hops; k++) {
		size_t part = t->exit[place];

		place = CHAIN_LEAVES * part + id[part * apart];
	}
	return place;
}

static void
add_parts(double *sum, const uint8_t *id, const struct chain_tree *t, size_t n,
    enum forest_sums sums)
{
	for (size_t i = 0; i < n; i++)
		sum[i] = add_value(sum[i], t->value[place_of(t, id + i,
		    CHAIN_BLOCK)], sums);
}

/* Trees from t on that are whole and of one target, as many as go together. */
static size_t
group_of(const struct chain *c, size_t t)
{
	size_t n = 0;

	while (n < CHAIN_GROUP && t + n < c->n_trees &&
	    c->tree[t + n].target == c->tree[t].target &&
	    c->tree[t + n].n_parts == 1)
		n++;
	return n;
}

/* The sums of one target's trees: those from *t on. */
static void
sum_target(struct room *r, const struct chain *c,
    const struct chain_kernel *how, size_t *t, size_t n, enum forest_sums sums)
{
	uint32_t target = c->tree[*t].target;

	for (size_t i = 0; i < n; i++)
		r->sum[i] = 0;
	while (*t < c->n_trees && c->tree[*t].target == target) {
		const struct chain_tree *tree = &c->tree[*t];
		size_t k = group_of(c, *t);

		if (k == 0) {
			find_ids(r, c, how, tree, n);
			add_parts(r->sum, r->id, tree, n, sums);
			++*t;
			continue;
		}
		for (size_t i = 0; i < k; i++)
			how->rows(r->id + i * CHAIN_BLOCK, &c->part[
			    tree[i].first], r->column, n);
		if (sums == FOREST_DOUBLE)
			add_trees(r->sum, r->id, tree, k, n, FOREST_DOUBLE);
		else
			add_trees(r->sum, r->id, tree, k, n, FOREST_FLOAT);
		*t += k;
	}
}

static void
run_block(const struct chain *c, const struct chain_kernel *how, double *out,
    uint8_t *voted, const struct forest_input *in, size_t from, size_t n,
    enum forest_sums sums, struct room *r)
{
	size_t T = c->targets, padded = make_columns(r, c, how, in, from, n);

	for (size_t t = 0; c->plain && t < c->n_trees; ) {
		uint32_t target = c->tree[t].target;

		sum_target(r, c, how, &t, padded, sums);
		for (size_t i = 0; i < n; i++) {
			out[i * T + target] = r->sum[i];
			voted[i * T + target] = 1;
		}
	}
	for (size_t t = 0; !c->plain && t < c->n_trees; t++) {
		const struct chain_tree *k = &c->tree[t];

		find_ids(r, c, how, k, padded);
		for (size_t i = 0; i < n; i++)
			leaf_add(out + i * T, voted + i * T, &c->src->leaf[
			    k->leaf[place_of(k, r->id + i, CHAIN_BLOCK)]],
			    c->how, sums);
	}
}

/* --- one row --------------------------------------------------------------- */

/* A row's rank columns. */
static void
rank_row(struct room *r, const struct chain *c, const struct chain_kernel *how,
    const struct forest_input *in, size_t row)
{
	const struct feature_ranks *f = c->k.ranks;

	for (size_t i = 0; i < c->k.n_ranks; i++)
		r->x[i] = value_at(in, row, f[i].feature);
	how->row_ranks(r->rank, r->x, c->k.n_ranks, f);
	for (size_t i = 0; i < c->k.n_ranks; i++, f++) {
		unsigned byte = r->rank[i];
		size_t rank;

		if (f->n <= WINDOW_RANKS) {
			if (f->low != NO_COLUMN)
				r->row[f->low] = (int8_t)((byte & (byte - 255)
				    >> 8) ^ 0x80);
			if (f->high != NO_COLUMN)
				r->row[f->high] = (int8_t)(byte ^ 0x80);
			continue;
		}
		rank = search_rank(f, r->x[i]);
		for (size_t w = 0; w * WINDOW_RANKS < f->n; w++) {
			if (f->low != NO_COLUMN)
				r->row[f->low + w] = rank_byte(rank, w,
				    r->x[i], false);
			if (f->high != NO_COLUMN)
				r->row[f->high + w] = rank_byte(rank, w,
				    r->x[i], true);
		}
	}
}

static void
run_row(const struct chain *c, const struct chain_kernel *how, double *out,
    uint8_t *voted, const struct forest_input *in, size_t row,
    enum forest_sums sums, struct room *r)
{
	const uint64_t *const *answer = c->turned->answer;

	rank_row(r, c, how, in, row);
	for (size_t i = 0; i < c->k.n_codes; i++) {
		const struct feature_codes *f = &c->k.codes[i];

		r->answer[i] = answer[code_of(f, value_at(in, row,
		    f->feature))];
		answer += f->n + 2;
	}
	how->trees(r->lane, c->turned, r->row, r->answer);
	for (size_t t = 0; c->plain && t < c->n_trees; ) {
		uint32_t target = c->tree[t].target;
		double sum = 0;

		for (; t < c->n_trees && c->tree[t].target == target; t++)
			sum = add_value(sum, c->tree[t].value[place_of(
			    &c->tree[t], r->lane + c->tree[t].first, 1)], sums);
		out[target] = sum;
		voted[target] = 1;
	}
	for (size_t t = 0; !c->plain && t < c->n_trees; t++) {
		const struct chain_tree *k = &c->tree[t];

		leaf_add(out, voted, &c->src->leaf[k->leaf[place_of(k, r->lane +
		    k->first, 1)]], c->how, sums);
	}
}

void
chain_run(const struct chain *c, const struct chain_kernel *how, double *out,
    uint8_t *voted, const struct forest_input *in, size_t n,
    enum forest_sums sums, void *scratch)
{
	size_t T = c->targets;
	struct room r;

	lay_room(&r, c, scratch);
	for (size_t from = 0; from < n; ) {
		size_t rows = n - from < CHAIN_BLOCK ? n - from : CHAIN_BLOCK;

		if (are_few(c, how, rows)) {
			run_row(c, how, out + from * T, voted + from * T, in,
			    from, sums, &r);
			from++;
			continue;
		}
		run_block(c, how, out + from * T, voted + from * T, in, from,
		    rows, sums, &r);
		from += rows;
	}
}
