/* How scores lie: by class, by tenth of the answers. */
#include <stdlib.h>

#include "base/mem.h"
#include "judge/internal.h"

double
positive_score(const struct scores *s, size_t i, size_t at)
{
	return s->width == 2 ? s->score[2 * i + at] : at == 1 ? s->score[i] :
	    1 - s->score[i];
}

size_t
first_largest(const double *score, size_t k)
{
	size_t best = 0;

	for (size_t c = 1; c < k; c++)
		if (score[c] > score[best])
			best = c;
	return best;
}

void
spread_scores(struct evaluation *v, const double *p, const uint8_t *yes,
    size_t n)
{
	v->has_spread = true;
	for (size_t i = 0; i < n; i++) {
		size_t bin;

		if (!(p[i] >= 0 && p[i] <= 1)) {
			v->has_spread = false;
			return;
		}
		bin = (size_t)(p[i] * EVALUATE_SPREAD);
		v->spread[yes[i] == 1][bin < EVALUATE_SPREAD ? bin :
		    EVALUATE_SPREAD - 1]++;
	}
}

struct answered {
	double said, truth;
};

static int
by_answer(const void *a, const void *b)
{
	const struct answered *x = a, *y = b;

	if (x->said != y->said)
		return x->said < y->said ? -1 : 1;
	return (x->truth > y->truth) - (x->truth < y->truth);
}

int
spread_tenths(struct evaluation *v, const double *score, const double *y,
    size_t n, struct err *e)
{
	struct answered *a = mem_array(n + 1, sizeof(*a));

	if (a == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++)
		a[i] = (struct answered){ score[i], y[i] };
	qsort(a, n, sizeof(*a), by_answer);
	for (size_t b = 0; b < METRIC_BINS; b++) {
		size_t from = b * n / METRIC_BINS, to = (b + 1) * n /
		    METRIC_BINS;
		struct metric_bin *bin = &v->tenth[b];

		bin->n = to - from;
		for (size_t i = from; i < to; i++) {
			bin->score += a[i].said / (double)bin->n;
			bin->share += a[i].truth / (double)bin->n;
		}
	}
	free(a);
	return 0;
}
