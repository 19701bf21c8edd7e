/* Confidence-based performance estimation. */
#include "judge/late/cbpe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "judge/late/holdout.h"

#define SAMPLE_MAX 50000	/* rows that decide whether to calibrate */
#define SPLITS 10
#define ECE_BINS 10
#define AUC_SURE 0.999		/* scores this good are left as they are */
#define BAND 3			/* sampling errors */

enum { AUC, ACCURACY, PRECISION, RECALL, SPECIFICITY, F1 };

const char *const cbpe_names[CBPE_METRICS] = {
	"auc", "accuracy", "precision", "recall", "specificity", "f1"
};

void
cbpe_init(struct cbpe *c)
{
	memset(c, 0, sizeof(*c));
	isotonic_init(&c->calibrated);
}

void
cbpe_release(struct cbpe *c)
{
	isotonic_release(&c->calibrated);
	free(c->sample);
	c->sample = NULL;
}

void
cbpe_learn(struct cbpe *c, double score, bool yes, bool answer,
    uint64_t row, uint64_t n)
{
	uint64_t one_in = (n + SAMPLE_MAX - 1) / SAMPLE_MAX;

	isotonic_add(&c->calibrated, score, yes);
	ranked_add(&c->ranked, score, yes);
	c->n++;
	c->counts[yes][answer]++;
	if (rng_mix(row) % one_in != 0)
		return;
	if (c->sampled == c->room) {
		c->room = c->room ? 2 * c->room : 1024;
		c->sample = xresize(c->sample, c->room, sizeof(*c->sample));
	}
	c->sample[c->sampled++] = (struct cbpe_row){ score, row, yes };
}

/* ---- does it help to calibrate? ---- */

static int
by_score(const void *a, const void *b)
{
	const struct cbpe_row *x = a, *y = b;

	return (x->score > y->score) - (x->score < y->score);
}

/* Rows of one score count as their mean: which of them stand on which side of
 * a bin's end would be chance. */
static void
level_ties(double *gap, const struct cbpe_row *r, size_t n)
{
	for (size_t i = 0, to; i < n; i = to) {
		double sum = 0;

		for (to = i; to < n && r[to].score == r[i].score; to++)
			sum += r[to].yes;
		for (size_t k = i; k < to; k++)
			gap[k] = r[i].score - sum / (double)(to - i);
	}
}

/* Expected calibration error over bins of equal count. */
static double
calibration_error(struct cbpe_row *r, size_t n)
{
	size_t bins = n <= 2 * ECE_BINS ? n / 2 : ECE_BINS, wide;
	double sum = 0, *gaps;

	if (bins == 0)
		return 0;
	wide = n / bins;
	gaps = xalloc(n, sizeof(*gaps));
	qsort(r, n, sizeof(*r), by_score);
	level_ties(gaps, r, n);
	for (size_t b = 0; b < bins; b++) {
		size_t to = b + 1 == bins ? n : (b + 1) * wide;
		double gap = 0;

		for (size_t i = b * wide; i < to; i++)
			gap += gaps[i];
		sum += fabs(gap);
	}
	free(gaps);
	return sum / (double)n;
}

static int
by_row(const void *a, const void *b)
{
	const struct cbpe_row *const *x = a, *const *y = b;

	return ((*x)->row > (*y)->row) - ((*x)->row < (*y)->row);
}

/* The sample as it came: place[i] is where its i-th by falling score was. */
static void
find_places(size_t *place, bool *yes, const struct cbpe *c)
{
	const struct cbpe_row **v = xalloc(c->sampled + 1, sizeof(*v));

	for (size_t i = 0; i < c->sampled; i++)
		v[i] = &c->sample[i];
	qsort(v, c->sampled, sizeof(*v), by_row);
	for (size_t i = 0; i < c->sampled; i++) {
		place[v[i] - c->sample] = i;
		yes[i] = v[i]->yes;
	}
	free(v);
}

/* A tenth of the sample is held out, ten times: scores of the held out rows
 * as they are, and as the others calibrate them. */
static bool
helps(const struct cbpe *c)
{
	size_t n = c->sampled, found = 0;
	struct cbpe_row *raw = xalloc(SPLITS * n + 1, sizeof(*raw));
	struct cbpe_row *put = xalloc(SPLITS * n + 1, sizeof(*put));
	size_t *place = xalloc(n + 1, sizeof(*place));
	bool *yes = xalloc(n + 1, 1), *held = xalloc(n + 1, 1), better;
	struct holdout h;

	find_places(place, yes, c);
	holdout_init(&h, yes, n);
	for (int split = 0; split < SPLITS; split++) {
		struct isotonic f;

		holdout_next(&h, held);
		isotonic_init(&f);
		for (size_t i = 0; i < n; i++)
			if (!held[place[i]])
				isotonic_add(&f, c->sample[i].score,
				    c->sample[i].yes);
		isotonic_done(&f);
		for (size_t i = 0; i < n; i++)
			if (held[place[i]] && found < SPLITS * n) {
				put[found] = raw[found] = c->sample[i];
				put[found].score = isotonic_value(&f,
				    c->sample[i].score);
				found++;
			}
		isotonic_release(&f);
	}
	better = calibration_error(raw, found) > calibration_error(put, found);
	holdout_release(&h);
	free(raw);
	free(put);
	free(place);
	free(yes);
	free(held);
	return better;
}

/* ---- sampling error ---- */

static double
bernoulli(double k, double n)
{
	return n > 0 ? sqrt(k / n * (1 - k / n)) : NAN;
}

double
cbpe_rare(const struct cbpe *c)
{
	double yes = c->counts[1][0] + c->counts[1][1];

	return (yes <= c->n - yes ? yes : c->n - yes) / c->n;
}

static void
learn_spread(struct cbpe *c, double placed)
{
	double tp = c->counts[1][1], fp = c->counts[0][1];
	double fn = c->counts[1][0], tn = c->counts[0][0], wrong = fp + fn;

	c->placed = c->spread[AUC] = placed;
	c->share[AUC] = cbpe_rare(c);
	c->spread[ACCURACY] = bernoulli(tp + tn, c->n);
	c->share[ACCURACY] = 1;
	c->spread[PRECISION] = bernoulli(tp, tp + fp);
	c->share[PRECISION] = (tp + fp) / c->n;
	c->spread[RECALL] = bernoulli(tp, tp + fn);
	c->share[RECALL] = (tp + fn) / c->n;
	c->spread[SPECIFICITY] = bernoulli(tn, tn + fp);
	c->share[SPECIFICITY] = (tn + fp) / c->n;
	c->spread[F1] = bernoulli(tp, tp + wrong) * (tp + wrong) /
	    (wrong / 2 + tp);
	c->share[F1] = (tp + wrong) / c->n;
}

bool
cbpe_done(struct cbpe *c)
{
	struct ranked_auc auc;

	isotonic_done(&c->calibrated);
	ranked_auc(&auc, &c->ranked);
	if (isnan(auc.value))
		return false;
	c->calibrates = auc.value <= AUC_SURE && helps(c);
	learn_spread(c, auc.placed);
	return true;
}

/* ---- estimates ---- */

static double
round5(double v)
{
	return rint(v * 1e5) / 1e5;
}

double
cbpe_probability(const struct cbpe *c, double score)
{
	return c->calibrates ? isotonic_value(&c->calibrated, score) : score;
}

void
cbpe_add(struct cbpe_group *g, double p, bool answer)
{
	double tp, fp;

	g->n++;
	g->p += p;
	tp = round5(g->p);
	fp = round5(g->n - g->p);
	g->area += (fp - g->fp) * (tp + g->tp) / 2;
	g->tp = tp;
	g->fp = fp;
	g->sum[1][answer] += p;
	g->sum[0][answer] += 1 - p;
}

double
cbpe_area(const struct cbpe_group *g)
{
	return g->tp > 0 && g->fp > 0 ? g->area / (g->tp * g->fp) : NAN;
}

static double
ratio(double a, double b)
{
	return b != 0 ? a / b : 0;
}

void
cbpe_estimate(double *value, double *low, double *high,
    const struct cbpe_group *g, const struct cbpe *c, size_t i)
{
	double tp = g->sum[1][1], fp = g->sum[0][1];
	double fn = g->sum[1][0], tn = g->sum[0][0], half;
	const double v[CBPE_METRICS] = {
		cbpe_area(g), ratio(tp + tn, g->n), ratio(tp, tp + fp),
		ratio(tp, tp + fn),
		ratio(tn, tn + fp), ratio(2 * tp, 2 * tp + fp + fn)
	};

	half = BAND * c->spread[i] / sqrt(g->n * c->share[i]);
	*value = g->n > 0 ? v[i] : NAN;
	*low = *value - half < 0 ? 0 : *value - half;
	*high = *value + half > 1 ? 1 : *value + half;
}
