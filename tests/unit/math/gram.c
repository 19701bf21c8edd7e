/* Products of columns with each other are the written order's bits, whatever
 * the number of columns is to the size of a tile. */
#include "math/gram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"

#define ROWS ((size_t)40)
#define MOST ((size_t)27)

/* As the header says it. */
static double
cell_of(double from, const double *a, const double *b)
{
	double lane[GRAM_LANES] = { 0 }, sum;

	for (size_t i = 0; i < ROWS; i++)
		lane[i % GRAM_LANES] = fma(a[i], b[i], lane[i % GRAM_LANES]);
	sum = lane[0];
	for (size_t l = 1; l < GRAM_LANES; l++)
		sum += lane[l];
	return from + sum;
}

static void
test_columns(const double *a, size_t p)
{
	double *h = malloc(p * p * sizeof(*h));
	size_t wrong = 0, touched = 0;

	for (size_t i = 0; i < p * p; i++)
		h[i] = (double)i / 7;
	gram_f64(h, a, p, ROWS);
	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j < p; j++) {
			double was = (double)(i * p + j) / 7;

			if (j <= i)
				wrong += h[i * p + j] != cell_of(was, a + i * ROWS,
				    a + j * ROWS);
			else
				touched += h[i * p + j] != was;
		}
	is_int((long long)wrong, 0, "%zu columns: every cell is the chains' sum", p);
	is_int((long long)touched, 0, "%zu columns: above the diagonal nothing is touched", p);
	free(h);
}

int
main(void)
{
	double *a = malloc(MOST * ROWS * sizeof(*a));
	unsigned long long r = 1;

	for (size_t i = 0; i < MOST * ROWS; i++) {
		r = r * 6364136223846793005ULL + 1442695040888963407ULL;
		a[i] = (double)(r >> 11) / 4503599627370496.0 - 1;
	}
	for (size_t p = 1; p <= 13; p++)
		test_columns(a, p);
	test_columns(a, MOST);
	free(a);
	return tap_done();
}
