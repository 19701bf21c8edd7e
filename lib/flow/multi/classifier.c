/* Can boosted trees tell two tables apart? */
#include <stdlib.h>

#include "base/mem.h"
#include "flow/multi/boosted.h"
#include "flow/multi/multi.h"
#include "stat/ranked.h"

#define FOLDS 5

/* Which fold each row is held out in: scikit-learn's StratifiedKFold without a
 * draw, of two classes one behind the other. */
static void
hold_out(uint8_t *fold, size_t rows, size_t all)
{
	for (size_t class = 0; class < 2; class++) {
		size_t at = class == 0 ? 0 : rows, end = class == 0 ? rows :
		    all;

		for (size_t f = 0; f < FOLDS; f++) {
			/* places f, f + 5 ... that are of the class */
			size_t first = class == 0 ? 0 : rows, n;

			first += (f + FOLDS - first % FOLDS) % FOLDS;
			n = first < end ? (end - first + FOLDS - 1) / FOLDS :
			    0;
			for (; n > 0 && at < end; n--)
				fold[at++] = (uint8_t)f;
		}
	}
}

/* The scores of the rows of one fold, by what the others teach. */
static int
score_fold(double *score, const struct table *t, const uint8_t *fold,
    size_t f, size_t rows, struct err *e)
{
	size_t n = 0, held = 0;
	size_t *learn = xalloc(t->rows + 1, sizeof(*learn));
	size_t *ask = xalloc(t->rows + 1, sizeof(*ask));
	double *y = xalloc(t->rows + 1, sizeof(*y));
	double *got = xalloc(t->rows + 1, sizeof(*got));
	struct boosted *m = NULL;
	int r;

	for (size_t i = 0; i < t->rows; i++) {
		if (fold[i] == f) {
			ask[held++] = i;
			continue;
		}
		y[n] = i >= rows;
		learn[n++] = i;
	}
	r = boosted_fit(&m, t, learn, y, n, TASK_BINARY, e);
	if (r == 0)
		r = boosted_scores(got, m, t, ask, held, e);
	for (size_t i = 0; r == 0 && i < held; i++)
		score[ask[i]] = got[i];
	boosted_free(m);
	free(learn);
	free(ask);
	free(y);
	free(got);
	return r;
}

struct scored {
	double score;
	bool current;
};

static int
by_falling(const void *a, const void *b)
{
	const struct scored *x = a, *y = b;

	return (x->score < y->score) - (x->score > y->score);
}

static void
measure(struct multi_score *out, const double *score, size_t rows, size_t n)
{
	struct scored *v = xalloc(n, sizeof(*v));
	struct ranked ranked = { 0 };
	struct ranked_auc auc;

	for (size_t i = 0; i < n; i++)
		v[i] = (struct scored){ score[i], i >= rows };
	qsort(v, n, sizeof(*v), by_falling);
	for (size_t i = 0; i < n; i++)
		ranked_add(&ranked, v[i].score, v[i].current);
	ranked_auc(&auc, &ranked);
	out->score = auc.value;
	out->low = auc.low;
	out->high = auc.high;
	free(v);
}

int
multi_classifier(struct multi_score *out, const struct table *ref,
    const struct table *cur, const struct multi_opts *o, struct err *e)
{
	struct table *t;
	uint8_t *fold = NULL;
	double *score = NULL;
	size_t rows;
	int r = multi_join(&t, &rows, ref, cur, o, true, e);

	*out = (struct multi_score){ .method = "classifier", .threshold_low =
	    NAN, .threshold = o->threshold };
	if (r < 0)
		goto done;
	out->columns = t->cols;
	fold = xalloc(t->rows, sizeof(*fold));
	score = xalloc(t->rows, sizeof(*score));
	hold_out(fold, rows, t->rows);
	for (size_t f = 0; r == 0 && f < FOLDS; f++)
		r = score_fold(score, t, fold, f, rows, e);
	if (r == 0) {
		measure(out, score, rows, t->rows);
		/* one that is not surely above 0.5 tells nothing */
		out->drifted = out->score >= o->threshold && out->low > 0.5;
	}
done:
	table_free(t);
	free(fold);
	free(score);
	return r;
}
