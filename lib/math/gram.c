/* Products of columns with each other, a tile of cells at a time. */
#include "math/gram.h"

#include <math.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

#define L GRAM_LANES

/* A tile is TALL x WIDE cells, whose chains stay in registers.  At the edge
 * the last column stands for those there are not, and what that gives is not
 * added. */
struct tile {
	const double *row[4], *col[6];
	double sum[4][6][GRAM_LANES];
};

typedef void tile_sums(struct tile *t, size_t n);

#define SUMS(name, TALL, WIDE, V, SPAN, ZERO, LOAD, FMA, STORE) \
static void \
name(struct tile *t, size_t n) \
{ \
	V s[TALL][WIDE][L / SPAN]; \
	_Pragma("GCC unroll 8") \
	for (size_t i = 0; i < (TALL); i++) \
		_Pragma("GCC unroll 8") \
		for (size_t j = 0; j < (WIDE); j++) \
			_Pragma("GCC unroll 8") \
			for (size_t v = 0; v < L / SPAN; v++) \
				s[i][j][v] = ZERO(); \
	for (size_t k = 0; k < n; k += L) { \
		_Pragma("GCC unroll 8") \
		for (size_t v = 0; v < L / SPAN; v++) { \
			V b[WIDE]; \
			_Pragma("GCC unroll 8") \
			for (size_t j = 0; j < (WIDE); j++) \
				b[j] = LOAD(t->col[j] + k + v * SPAN); \
			_Pragma("GCC unroll 8") \
			for (size_t i = 0; i < (TALL); i++) { \
				V a = LOAD(t->row[i] + k + v * SPAN); \
				_Pragma("GCC unroll 8") \
				for (size_t j = 0; j < (WIDE); j++) \
					s[i][j][v] = FMA(a, b[j], s[i][j][v]); \
			} \
		} \
	} \
	_Pragma("GCC unroll 8") \
	for (size_t i = 0; i < (TALL); i++) \
		_Pragma("GCC unroll 8") \
		for (size_t j = 0; j < (WIDE); j++) \
			_Pragma("GCC unroll 8") \
			for (size_t v = 0; v < L / SPAN; v++) \
				STORE(t->sum[i][j] + v * SPAN, s[i][j][v]); \
}

static void
sums_plain(struct tile *t, size_t n)
{
	double s[GRAM_LANES] = { 0 };

	for (size_t k = 0; k < n; k += L)
		for (size_t l = 0; l < L; l++)
			s[l] = fma(t->row[0][k + l], t->col[0][k + l], s[l]);
	for (size_t l = 0; l < L; l++)
		t->sum[0][0][l] = s[l];
}

static void
add_tiles(double *h, const double *a, size_t p, size_t n, tile_sums *sums,
    size_t tall, size_t wide)
{
	struct tile t;

	for (size_t top = 0; top < p; top += tall) {
		for (size_t i = 0; i < tall; i++)
			t.row[i] = a + (top + i < p ? top + i : p - 1) * n;
		for (size_t left = 0; left < top + tall && left < p;
		    left += wide) {
			for (size_t j = 0; j < wide; j++)
				t.col[j] = a + (left + j < p ? left + j :
				    p - 1) * n;
			sums(&t, n);
			for (size_t i = top; i < top + tall && i < p; i++)
				for (size_t j = left; j < left + wide &&
				    j <= i; j++) {
					const double *s = t.sum[i - top]
					    [j - left];
					double sum = s[0];

					for (size_t l = 1; l < L; l++)
						sum += s[l];
					h[i * p + j] += sum;
				}
		}
	}
}

#if defined(__x86_64__) && defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx2,fma")
SUMS(sums_avx2, 2, 3, __m256d, 4, _mm256_setzero_pd, _mm256_loadu_pd,
    _mm256_fmadd_pd, _mm256_storeu_pd)
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f")
SUMS(sums_avx512, 4, 6, __m512d, 8, _mm512_setzero_pd, _mm512_loadu_pd,
    _mm512_fmadd_pd, _mm512_storeu_pd)
#pragma GCC pop_options
#endif

void
gram_f64(double *h, const double *a, size_t p, size_t n)
{
#if defined(__x86_64__) && defined(__GNUC__)
	if (__builtin_cpu_supports("avx512f")) {
		add_tiles(h, a, p, n, sums_avx512, 4, 6);
		return;
	}
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
		add_tiles(h, a, p, n, sums_avx2, 2, 3);
		return;
	}
#endif
	add_tiles(h, a, p, n, sums_plain, 1, 1);
}
