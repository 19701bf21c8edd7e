/* Stratified shuffles of two classes, drawn as numpy and scikit-learn do. */
#include "judge/late/holdout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
holdout_init(struct holdout *h, const bool *yes, size_t n)
{
	memset(h, 0, sizeof(*h));
	twister_seed_numpy(&h->t, 42);
	h->yes = yes;
	h->n = n;
	h->row[0] = xalloc(n + 1, sizeof(*h->row[0]));
	h->row[1] = xalloc(n + 1, sizeof(*h->row[1]));
	h->order = xalloc(n + 1, sizeof(*h->order));
	for (size_t i = 0; i < n; i++)
		h->row[yes[i]][h->of[yes[i]]++] = i;
}

void
holdout_release(struct holdout *h)
{
	free(h->row[0]);
	free(h->row[1]);
	free(h->order);
}

static size_t
draw_up_to(struct twister *t, size_t most)
{
	uint32_t mask = (uint32_t)most, v;

	for (int by = 1; by < 32; by *= 2)
		mask |= mask >> by;
	do
		v = twister_next(t) & mask;
	while (v > most);
	return v;
}

/* h->order = 0 .. n - 1 in a drawn order. */
static void
permute(struct holdout *h, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h->order[i] = i;
	for (size_t i = n; i-- > 1;) {
		size_t j = draw_up_to(&h->t, i), v = h->order[i];

		h->order[i] = h->order[j];
		h->order[j] = v;
	}
}

/* How many of `draws` fall to each class: their shares rounded down, and
 * what is left to the larger remainder, of equal ones to a drawn one. */
static void
share_out(struct holdout *h, size_t out[2], const size_t count[2],
    size_t draws)
{
	double rest[2];
	size_t left = draws;

	for (int c = 0; c < 2; c++) {
		double v = (double)count[c] / (double)(count[0] + count[1]) *
		    (double)draws;

		out[c] = (size_t)floor(v);
		rest[c] = v - floor(v);
		left -= out[c];
	}
	if (left == 0)
		return;
	if (left == 1 && rest[0] == rest[1]) {
		permute(h, 2);
		out[h->order[0]]++;
	} else if (left == 1) {
		out[rest[1] > rest[0]]++;
	} else {
		out[0]++;
		out[1]++;
	}
}

void
holdout_next(struct holdout *h, bool *held)
{
	size_t test = (size_t)ceil(0.1 * (double)h->n), train = h->n - test;
	size_t kept[2], out[2], left[2];

	memset(held, 0, h->n * sizeof(*held));
	share_out(h, kept, h->of, train);
	left[0] = h->of[0] - kept[0];
	left[1] = h->of[1] - kept[1];
	share_out(h, out, left, test);
	for (int c = 0; c < 2; c++) {
		permute(h, h->of[c]);
		for (size_t i = 0; i < out[c]; i++)
			held[h->row[c][h->order[kept[c] + i]]] = true;
	}
	/* both parts are shuffled once more there: draws that count */
	permute(h, train);
	permute(h, test);
}
