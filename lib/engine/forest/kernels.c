/* The chain's loops for each instruction set, from one source; all of them
 * give the same ids and ranks. */
#include "engine/forest/kernel.h"

#include <math.h>
#include <string.h>

#include "base/machine.h"

/* --- any CPU: vectors of 16 bytes, or what the compiler makes of them ------ */

#define WIDTH 16
#define NAME(x) base_##x
#define ROW_PARTS(DO) DO(0) DO(1) DO(2) DO(3)
#define TREE_PARTS(DO) DO(0) DO(1) DO(2) DO(3)
#define LOOKUP(sixteen, v) base_lookup(sixteen, v)
#define SPREAD(bits, q) base_spread((bits) >> 16 * (q))
#define PICK(row, pieces, v) ((void)(pieces), base_pick(row, v))

typedef int8_t bytes16 __attribute__((vector_size(16)));

static inline bytes16
base_lookup(const uint8_t sixteen[16], bytes16 v)
{
	bytes16 table;

	memcpy(&table, sixteen, sizeof(table));
	return __builtin_shuffle(table, v);
}

static inline bytes16
base_spread(uint64_t bits)
{
	uint64_t half[2];
	bytes16 v;

	for (int i = 0; i < 2; i++)
		half[i] = (bits >> 8 * i & 0xff) * 0x0101010101010101ULL &
		    0x8040201008040201ULL;
	for (size_t i = 0; i < 16; i++)
		((uint8_t *)&v)[i] = (uint8_t)(half[i / 8] >> i % 8 * 8);
	return v != 0;
}

static inline bytes16
base_pick(const int8_t *row, bytes16 v)
{
	int8_t x[16];

	for (size_t i = 0; i < 16; i++)
		x[i] = row[((const uint8_t *)&v)[i]];
	memcpy(&v, x, sizeof(v));
	return v;
}

static bool
base_usable(void)
{
	return true;
}

#define BASE_HALVE(q) \
	r##q += (size_t)(t[r##q + ((size_t)1 << k) - 1] < x[i + q]) << k;
#define BASE_GIVE(q) rank[i + q] = (uint8_t)(r##q | (size_t)-isnan(x[i + q]));

/* Four searches in step. */
static void
base_ranks(uint8_t *rank, const float *x, size_t n,
    const struct feature_ranks *f)
{
	const float *t = f->threshold;
	size_t i = 0;

	for (; i + 4 <= n; i += 4) {
		size_t r0 = 0, r1 = 0, r2 = 0, r3 = 0;

		for (size_t k = f->levels; k--; ) {
			BASE_HALVE(0) BASE_HALVE(1) BASE_HALVE(2) BASE_HALVE(3)
		}
		BASE_GIVE(0) BASE_GIVE(1) BASE_GIVE(2) BASE_GIVE(3)
	}
	for (; i < n; i++) {
		size_t r0 = 0;

		for (size_t k = f->levels; k--; ) {
			BASE_HALVE(0)
		}
		BASE_GIVE(0)
	}
}

static void
base_row_ranks(uint8_t *rank, const float *x, size_t n,
    const struct feature_ranks *f)
{
	for (size_t i = 0; i < n; i++)
		if (f[i].n <= WINDOW_RANKS)
			base_ranks(rank + i, x + i, 1, &f[i]);
}

#include "engine/forest/lanes.inc"

#undef WIDTH
#undef NAME
#undef ROW_PARTS
#undef TREE_PARTS
#undef LOOKUP
#undef SPREAD
#undef PICK

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

/* --- AVX2 ------------------------------------------------------------------ */

#pragma GCC push_options
#pragma GCC target("avx2,popcnt")
#define WIDTH 32
#define NAME(x) avx2_##x
#define ROW_PARTS(DO) DO(0) DO(1) DO(2) DO(3)
#define TREE_PARTS(DO) DO(0) DO(1)
#define LOOKUP(sixteen, v) (avx2_v)_mm256_shuffle_epi8( \
    _mm256_broadcastsi128_si256(_mm_loadu_si128( \
    (const __m128i *)(const void *)(sixteen))), (__m256i)(v))
#define SPREAD(bits, q) (avx2_v)avx2_spread((uint32_t)((bits) >> 32 * (q)))
#define PICK(row, pieces, v) (avx2_v)avx2_pick(row, pieces, (__m256i)(v))

static inline __attribute__((always_inline)) __m256i
avx2_spread(uint32_t bits)
{
	const __m256i byte = _mm256_setr_epi64x(0, 0x0101010101010101,
	    0x0202020202020202, 0x0303030303030303);
	const __m256i bit = _mm256_set1_epi64x((int64_t)0x8040201008040201);
	__m256i v = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), byte);

	return _mm256_cmpeq_epi8(_mm256_and_si256(v, bit), bit);
}

/* A shuffle takes 0 where bit 7 is set: v + 112 has it for all from 16 on. */
static inline __attribute__((always_inline)) __m256i
avx2_pick(const int8_t *row, size_t pieces, __m256i v)
{
	const __m256i past = _mm256_set1_epi8(112);
	const __m128i *piece = (const __m128i *)(const void *)row;
	__m256i x = _mm256_setzero_si256();

#pragma GCC unroll 8
	for (size_t i = 0; i < pieces; i++) {
		x = _mm256_or_si256(x, _mm256_shuffle_epi8(
		    _mm256_broadcastsi128_si256(_mm_loadu_si128(piece + i)),
		    _mm256_adds_epu8(v, past)));
		v = _mm256_sub_epi8(v, _mm256_set1_epi8(16));
	}
	return x;
}

/* How many of sixteen are below x: all, of NaN. */
static inline __attribute__((always_inline)) unsigned
avx2_below(const float *sixteen, __m256 x)
{
	__m256i a = _mm256_castps_si256(_mm256_cmp_ps(_mm256_loadu_ps(sixteen),
	    x, _CMP_NGE_UQ));
	__m256i b = _mm256_castps_si256(_mm256_cmp_ps(_mm256_loadu_ps(sixteen +
	    8), x, _CMP_NGE_UQ));

	return (unsigned)_mm_popcnt_u32((unsigned)_mm256_movemask_epi8(
	    _mm256_packs_epi32(a, b))) / 2;
}

/* Of up to 15 and of up to 254 thresholds. */
static inline __attribute__((always_inline)) uint8_t
avx2_rank_small(const float *t, float x)
{
	unsigned r = avx2_below(t, _mm256_set1_ps(x));

	return (uint8_t)(r | (0 - (r >> 4)));
}

static inline __attribute__((always_inline)) uint8_t
avx2_rank(const float *t, float x)
{
	__m256 v = _mm256_set1_ps(x);
	unsigned at = 16 * avx2_below(t + 256, v);
	unsigned r = at + avx2_below(t + at, v);

	return (uint8_t)(r < 255 ? r : 255);
}

static void
avx2_ranks(uint8_t *rank, const float *x, size_t n,
    const struct feature_ranks *f)
{
	if (f->levels <= 4)
		for (size_t i = 0; i < n; i++)
			rank[i] = avx2_rank_small(f->threshold, x[i]);
	else
		for (size_t i = 0; i < n; i++)
			rank[i] = avx2_rank(f->threshold, x[i]);
}

static void
avx2_row_ranks(uint8_t *rank, const float *x, size_t n,
    const struct feature_ranks *f)
{
	for (size_t i = 0; i < n; i++)
		if (f[i].levels <= 4)
			rank[i] = avx2_rank_small(f[i].threshold, x[i]);
		else if (f[i].n <= WINDOW_RANKS)
			rank[i] = avx2_rank(f[i].threshold, x[i]);
}

#include "engine/forest/lanes.inc"

#undef WIDTH
#undef NAME
#undef ROW_PARTS
#undef TREE_PARTS
#undef LOOKUP
#undef SPREAD
#undef PICK
#pragma GCC pop_options

/* --- AVX-512 --------------------------------------------------------------- */

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512vbmi,avx2,popcnt")
#define WIDTH 64
#define NAME(x) avx512_##x
#define ROW_PARTS(DO) DO(0) DO(1) DO(2) DO(3)
#define TREE_PARTS(DO) DO(0)
#define LOOKUP(sixteen, v) (avx512_v)_mm512_shuffle_epi8( \
    _mm512_broadcast_i32x4(_mm_loadu_si128( \
    (const __m128i *)(const void *)(sixteen))), (__m512i)(v))
#define SPREAD(bits, q) (avx512_v)_mm512_movm_epi8((__mmask64)(bits))
#define PICK(row, pieces, v) avx512_pick(row, pieces, v)

typedef int8_t bytes64 __attribute__((vector_size(64)));

/* At most 128 columns: two registers. */
static inline __attribute__((always_inline)) bytes64
avx512_pick(const int8_t *row, size_t pieces, bytes64 v)
{
	bytes64 low, high;

	memcpy(&low, row, sizeof(low));
	if (pieces <= 4)
		return __builtin_shuffle(low, v);
	memcpy(&high, row + 64, sizeof(high));
	return __builtin_shuffle(low, high, v);
}

static bool
avx512_usable(void)
{
	return __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512vl") &&
	    __builtin_cpu_supports("avx512vbmi") && machine_has_avx2();
}

#include "engine/forest/lanes.inc"
#pragma GCC pop_options
#endif

static const struct chain_kernel kernels[] = {
#if defined(__x86_64__) && defined(__GNUC__)
	{ "avx512", 64, avx512_usable, avx512_rows, avx512_trees,
	    avx512_columns, avx2_ranks, avx2_row_ranks },
	{ "avx2", 32, machine_has_avx2, avx2_rows, avx2_trees, avx2_columns,
	    avx2_ranks, avx2_row_ranks },
#endif
	{ "base", 16, base_usable, base_rows, base_trees, base_columns,
	    base_ranks, base_row_ranks },
};

const struct chain_kernel *
chain_kernel_at(size_t n)
{
	return n < sizeof(kernels) / sizeof(*kernels) ? &kernels[n] : NULL;
}

const struct chain_kernel *
chain_kernel_best(void)
{
	const struct chain_kernel *k = kernels;

	while (!k->usable())
		k++;
	return k;
}
