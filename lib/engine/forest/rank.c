/* What tests ask of a feature: thresholds in order, members of sets by code. */
#include "engine/forest/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define COLUMNS_MAX 4096
#define CODE_TABLE_MAX 65536

void
tree_test_of(struct tree_test *out, const struct tree_source_node *n)
{
	bool m = n->missing_true;
	/* x < value as x <= below; nothing is less than -infinity */
	float below = n->value == -INFINITY ? NAN : nextafterf(n->value,
	    -INFINITY);

	*out = (struct tree_test){ .t = n->value, .nan_holds = m };
	switch (n->mode) {
	case TREE_LEQ:
		break;
	case TREE_LT:
		out->t = below;
		break;
	case TREE_GT:
	case TREE_GTE:
		out->t = n->mode == TREE_GT ? n->value : below;
		out->flip = true;
		out->nan_holds = !m;
		break;
	case TREE_EQ:
	case TREE_NEQ:		/* NaN differs from everything */
		out->member = true;
		out->flip = n->mode == TREE_NEQ;
		out->nan_holds = n->mode == TREE_EQ && m;
		out->one = n->value;
		out->n_set = 1;
		return;
	default:
		out->member = true;
		out->set = n->set;
		out->n_set = n->n_set;
		return;
	}
	if (isnan(out->t)) {	/* no number is, every one is <= +infinity */
		out->t = INFINITY;
		out->flip = !out->flip;
		out->nan_holds = !out->nan_holds;
	}
}

/* --- numbers in order, by feature ------------------------------------------ */

/* Feature above, and below the number's bits, so that integers are in its
 * order; -0 is 0. */
static uint64_t
key_of(uint32_t feature, float x)
{
	uint32_t bits;

	x += 0.0f;
	memcpy(&bits, &x, sizeof(bits));
	bits = bits >> 31 ? ~bits : bits | 1u << 31;
	return (uint64_t)feature << 32 | bits;
}

static float
number_of(uint64_t key)
{
	uint32_t bits = (uint32_t)key;
	float x;

	bits = bits >> 31 ? bits & ~(1u << 31) : ~bits;
	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* v in order, by way of `other`, which has as much room; each key once. */
static size_t
sort_keys(uint64_t *v, uint64_t *other, size_t n)
{
	enum { DIGIT = 11 };
	uint64_t all = 0, *from = v, *to = other, *swap;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		all |= v[i];
	for (int shift = 0; shift < 64 && all >> shift; shift += DIGIT) {
		size_t count[1 << DIGIT] = { 0 }, sum = 0;

		for (size_t i = 0; i < n; i++)
			count[from[i] >> shift & ((1 << DIGIT) - 1)]++;
		for (size_t d = 0; d < 1 << DIGIT; d++) {
			size_t c = count[d];

			count[d] = sum;
			sum += c;
		}
		for (size_t i = 0; i < n; i++)
			to[count[from[i] >> shift & ((1 << DIGIT) - 1)]++] =
			    from[i];
		swap = from;
		from = to;
		to = swap;
	}
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || v[kept - 1] != from[i])
			v[kept++] = from[i];
	return kept;
}

struct keys {
	uint64_t *key, *other;
	size_t n, room;
};

static void
add_key(struct keys *k, uint64_t key)
{
	if (k->n == k->room) {
		k->room = k->room ? k->room * 2 : 256;
		k->key = xresize(k->key, k->room, sizeof(*k->key));
	}
	k->key[k->n++] = key;
}

static void
order_keys(struct keys *k)
{
	k->other = xalloc(k->n + 1, sizeof(*k->other));
	k->n = sort_keys(k->key, k->other, k->n);
	free(k->other);
}

/* Keys of one feature from `at` on. */
static size_t
run_of(const struct keys *k, size_t at)
{
	size_t to = at;

	while (to < k->n && k->key[to] >> 32 == k->key[at] >> 32)
		to++;
	return to - at;
}

/* --- building -------------------------------------------------------------- */

enum { NEEDS_LOW = 1, NEEDS_HIGH = 2, NEEDS_CODES = 4 };

/* What every test needs: into the two lists, and by feature. */
static void
collect(struct keys *threshold, struct keys *member, uint8_t *needs,
    const struct tree_source *src)
{
	for (size_t i = 0; i < src->n_nodes; i++) {
		const struct tree_source_node *n = &src->node[i];
		struct tree_test t;

		tree_test_of(&t, n);
		if (!t.member) {
			add_key(threshold, key_of(n->feature, t.t));
			needs[n->feature] |= t.nan_holds ? NEEDS_LOW :
			    NEEDS_HIGH;
			continue;
		}
		needs[n->feature] |= NEEDS_CODES;
		for (size_t k = 0; k < t.n_set; k++) {
			float v = t.set ? t.set[k] : t.one;

			if (!isnan(v))
				add_key(member, key_of(n->feature, v));
		}
	}
}

static void
lay_thresholds(struct feature_ranks *f, struct arena *a, const uint64_t *key)
{
	size_t room;
	float *t;

	while (f->n >= 1u << f->levels)
		f->levels++;
	room = f->levels <= 4 ? 16 : f->levels <= 8 ? 256 :
	    (size_t)1 << f->levels;
	t = arena_alloc(a, (room + 16) * sizeof(*t));
	for (size_t i = 0; i < room; i++)
		t[i] = i < f->n ? number_of(key[i]) : INFINITY;
	for (size_t i = 0; room == 256 && i < 16; i++)
		t[room + i] = t[16 * i + 15];
	f->threshold = t;
}

static bool
add_ranks(struct ranking *k, struct arena *a, const uint8_t *needs,
    const struct keys *threshold)
{
	for (size_t at = 0; at < threshold->n; ) {
		uint32_t feature = (uint32_t)(threshold->key[at] >> 32);
		struct feature_ranks *f = &k->ranks[k->n_ranks++];
		uint32_t windows;

		f->feature = feature;
		f->n = (uint32_t)run_of(threshold, at);
		windows = (f->n + WINDOW_RANKS - 1) / WINDOW_RANKS;
		f->low = f->high = NO_COLUMN;
		if (needs[feature] & NEEDS_LOW) {
			f->low = (uint32_t)k->n_columns;
			k->n_columns += windows;
		}
		if (needs[feature] & NEEDS_HIGH) {
			f->high = (uint32_t)k->n_columns;
			k->n_columns += windows;
		}
		if (k->n_columns > COLUMNS_MAX)
			return false;
		lay_thresholds(f, a, threshold->key + at);
		k->ranks_of[feature] = (uint32_t)k->n_ranks;
		at += f->n;
	}
	k->n_rank_columns = k->n_columns;
	return true;
}

/* Codes of small whole numbers are looked up. */
static void
lay_codes(struct feature_codes *f, struct arena *a, const uint64_t *key)
{
	float *member = arena_alloc(a, (f->n + 1) * sizeof(*member));
	uint16_t *code;
	bool whole = true;

	for (size_t i = 0; i < f->n; i++) {
		member[i] = number_of(key[i]);
		whole &= member[i] >= 0 && member[i] < CODE_TABLE_MAX &&
		    member[i] == floorf(member[i]);
	}
	f->member = member;
	if (!whole || f->n == 0 ||
	    member[f->n - 1] > 1024 + 16 * (float)f->n)
		return;
	f->n_code = (size_t)member[f->n - 1] + 1;
	code = arena_alloc(a, f->n_code * sizeof(*code));
	for (size_t i = 0; i < f->n_code; i++)
		code[i] = (uint16_t)(f->n + 1);
	for (size_t i = 0; i < f->n; i++)
		code[(size_t)member[i]] = (uint16_t)i;
	f->code = code;
}

static bool
add_codes(struct ranking *k, struct arena *a, const uint8_t *needs,
    const struct keys *member, size_t n_features)
{
	size_t at = 0;

	for (size_t i = 0; i < n_features; i++) {
		struct feature_codes *f;

		if (!(needs[i] & NEEDS_CODES))
			continue;
		f = &k->codes[k->n_codes++];
		f->feature = (uint32_t)i;
		if (at < member->n && member->key[at] >> 32 == i)
			f->n = (uint32_t)run_of(member, at);
		f->column = (uint32_t)k->n_columns;
		k->n_columns += 2 * code_windows(f);
		if (f->n > CODES_MAX || k->n_columns > COLUMNS_MAX)
			return false;
		lay_codes(f, a, member->key + at);
		k->codes_of[i] = (uint32_t)k->n_codes;
		at += f->n;
	}
	return true;
}

/* Features with and without thresholds or sets. */
static void
count_needs(size_t *ranks, size_t *codes, const uint8_t *needs, size_t n)
{
	*ranks = *codes = 0;
	for (size_t i = 0; i < n; i++) {
		*ranks += (needs[i] & (NEEDS_LOW | NEEDS_HIGH)) != 0;
		*codes += (needs[i] & NEEDS_CODES) != 0;
	}
}

bool
ranking_build(struct ranking *k, struct arena *a,
    const struct tree_source *src)
{
	struct keys threshold = { 0 }, member = { 0 };
	uint8_t *needs = xalloc(src->n_features + 1, 1);
	size_t ranks, codes;
	bool r = false;

	memset(k, 0, sizeof(*k));
	collect(&threshold, &member, needs, src);
	count_needs(&ranks, &codes, needs, src->n_features);
	if (ranks + codes > COLUMNS_MAX)
		goto done;
	order_keys(&threshold);
	order_keys(&member);
	k->ranks = arena_alloc(a, (ranks + 1) * sizeof(*k->ranks));
	k->codes = arena_alloc(a, (codes + 1) * sizeof(*k->codes));
	k->ranks_of = arena_alloc(a, src->n_features * sizeof(*k->ranks_of));
	k->codes_of = arena_alloc(a, src->n_features * sizeof(*k->codes_of));
	r = add_ranks(k, a, needs, &threshold) &&
	    add_codes(k, a, needs, &member, src->n_features);
done:
	free(threshold.key);
	free(member.key);
	free(needs);
	return r;
}

/* --- looking up ------------------------------------------------------------ */

void
ranking_place(uint32_t *column, int8_t *rank, const struct ranking *k,
    uint32_t feature, float t, bool nan_holds)
{
	const struct feature_ranks *f = &k->ranks[k->ranks_of[feature] - 1];
	size_t low = 0, high = f->n - 1;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (f->threshold[mid] < t)
			low = mid + 1;
		else
			high = mid;
	}
	*column = (nan_holds ? f->low : f->high) +
	    (uint32_t)(low / WINDOW_RANKS);
	*rank = (int8_t)((int)(low % WINDOW_RANKS) - 128);
}

uint32_t
code_of(const struct feature_codes *f, float x)
{
	size_t low = 0, high = f->n;

	if (isnan(x))
		return f->n;
	if (f->code) {
		size_t k = x >= 0 && x < (float)f->n_code ? (size_t)x :
		    f->n_code;

		return k < f->n_code && (float)k == x ? f->code[k] : f->n + 1;
	}
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (f->member[mid] < x)
			low = mid + 1;
		else
			high = mid;
	}
	return low < f->n && f->member[low] == x ? (uint32_t)low : f->n + 1;
}
