/* Rows told apart: by a cut into the sides of a leaf, and by a draw. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "learn/gbdt/grow.h"

#define PART ((size_t)8192)	/* rows of one piece */

/* Some rows, those that go left first or those that do not behind them. */
struct side_job {
	const uint32_t *from;		/* (n) */
	size_t n;
	uint64_t *goes_left;		/* (n / 64 + 1) */
	size_t *n_left;			/* by piece, then where it begins */
	uint32_t *left, *right;		/* where they go */
	/* by bin of a column, 1 goes left; or, without, by a draw */
	const uint8_t *column, *bin_left;
	uint32_t key, limit;
};

/* A row's draw, evenly spread; the finaliser of MurmurHash3. */
static inline uint32_t
draw_of(uint32_t row, uint32_t key)
{
	uint32_t h = row * 0x9e3779b1u ^ key;

	h = (h ^ h >> 16) * 0x85ebca6bu;
	h = (h ^ h >> 13) * 0xc2b2ae35u;
	return h ^ h >> 16;
}

static uint64_t
bits_by_bin(const struct side_job *j, const uint32_t *row, size_t n)
{
	const uint8_t *column = j->column;
	uint64_t bits = 0;

	for (size_t k = 0; k < n; k++)
		bits |= (uint64_t)j->bin_left[column[row[k]]] << k;
	return bits;
}

static uint64_t
bits_by_draw(const struct side_job *j, const uint32_t *row, size_t n)
{
	uint8_t drawn[64];
	uint64_t bits = 0;

	for (size_t k = 0; k < n; k++)
		drawn[k] = draw_of(row[k], j->key) < j->limit;
	for (size_t k = 0; k < n; k++)
		bits |= (uint64_t)drawn[k] << k;
	return bits;
}

/* Which rows go left, as bits, and how many. */
static void
tell_part(void *ctx, size_t part, int worker)
{
	const struct side_job *j = ctx;
	size_t i = part * PART, end = i + PART < j->n ? i + PART : j->n;
	uint64_t *goes_left = j->goes_left + i / 64;
	size_t all = 0;

	(void)worker;
	while (i < end) {
		size_t n = end - i < 64 ? end - i : 64;
		uint64_t bits = j->column ? bits_by_bin(j, j->from + i, n) :
		    bits_by_draw(j, j->from + i, n);

		all += (size_t)__builtin_popcountll(bits);
		*goes_left++ = bits;
		i += n;
	}
	j->n_left[part] = all;
}

/* Rows to their sides, in their order. */
static void
move_part(void *ctx, size_t part, int worker)
{
	const struct side_job *j = ctx;
	size_t i = part * PART, end = i + PART < j->n ? i + PART : j->n;
	const uint64_t *goes_left = j->goes_left + i / 64;
	uint32_t *left = j->left + j->n_left[part];
	uint32_t *right = j->right + (i - j->n_left[part]);
	const uint32_t *row = j->from;

	(void)worker;
	while (i < end) {
		size_t n = end - i < 64 ? end - i : 64, a = 0, b = 0;
		uint64_t bits = *goes_left++;
		uint32_t to_left[64], to_right[64];

		/* both are written; the one that counts stays */
		for (size_t k = 0; k < n; k++) {
			size_t is = bits >> k & 1;

			to_left[a] = to_right[b] = row[i + k];
			a += is;
			b += 1 - is;
		}
		memcpy(left, to_left, a * sizeof(*left));
		memcpy(right, to_right, b * sizeof(*right));
		left += a;
		right += b;
		i += n;
	}
}

/* How many go left. */
static size_t
tell_sides(struct side_job *j, struct pool *pool)
{
	size_t parts = (j->n + PART - 1) / PART, at = 0;

	j->n_left = xalloc(parts + 1, sizeof(*j->n_left));
	pool_run(pool, parts, tell_part, j);
	for (size_t k = 0; k < parts; k++) {
		size_t n = j->n_left[k];

		j->n_left[k] = at;
		at += n;
	}
	return at;
}

static void
move_rows(struct side_job *j, struct pool *pool, uint32_t *left,
    uint32_t *right)
{
	j->left = left;
	j->right = right;
	pool_run(pool, (j->n + PART - 1) / PART, move_part, j);
	free(j->n_left);
}

/* By bin: 1 goes left. */
static void
list_bins(uint8_t left[256], const struct grower *w, const struct split *s)
{
	memset(left, 0, 256);
	if (s->category) {
		for (uint32_t k = 0; k < s->n_set; k++)
			left[s->set[k]] = 1;
		return;
	}
	memset(left, 1, s->bin + 1);
	left[w->b->feature[s->feature].n_bins] = s->default_left;
}

void
partition_leaf(struct leaf *left, struct leaf *right, struct grower *w,
    const struct leaf *l, const struct split *s)
{
	uint8_t bin_left[256];
	const uint32_t *from = leaf_rows(w, l);
	uint32_t *to = (l->in_spare ? w->order : w->spare) + l->from;
	struct side_job drawn = { .from = from, .n = l->drawn,
	    .goes_left = w->goes_left, .bin_left = bin_left,
	    .column = w->b->column + s->feature * w->b->rows };
	struct side_job others = drawn;
	size_t a, b;

	list_bins(bin_left, w, s);
	others.from += l->drawn;
	others.n = l->n - l->drawn;
	others.goes_left += l->drawn / 64 + 1;
	a = tell_sides(&drawn, w->pool);
	b = tell_sides(&others, w->pool);
	move_rows(&drawn, w->pool, to, to + a + b);
	move_rows(&others, w->pool, to + a, to + a + b + (l->drawn - a));
	left->from = l->from;
	left->n = a + b;
	left->drawn = a;
	right->from = l->from + left->n;
	right->n = l->n - left->n;
	right->drawn = l->drawn - a;
	left->in_spare = right->in_spare = !l->in_spare;
}

void
partition_draw(struct leaf *root, struct grower *w, double share,
    uint64_t tree)
{
	struct side_job j = { .from = w->order, .n = root->n,
	    .goes_left = w->goes_left,
	    .key = (uint32_t)rng_mix(rng_mix((uint64_t)w->p->seed ^
	    0x73706c6974730000ULL) + tree),
	    .limit = (uint32_t)(share * 4294967295.0) };

	root->drawn = tell_sides(&j, w->pool);
	move_rows(&j, w->pool, w->spare, w->spare + root->drawn);
	root->in_spare = true;
}
