/* An evaluation in pictures. */
#include <math.h>
#include <string.h>

#include "doc/plot.h"
#include "flow/card/internal.h"

#define INPUTS_SHOWN 20

void
plot_metric_ranges(struct card *k, const struct metrics *m)
{
	const struct metric *list[CARD_METRICS];
	const char *labels[CARD_METRICS];
	double y[CARD_METRICS], low[CARD_METRICS], high[CARD_METRICS];
	struct plot_series s = { .y = y, .low = low, .high = high };
	struct plot p = { .kind = PLOT_RANGES,
	    .title = "Metrics with their 95 % intervals", .series = &s,
	    .n_series = 1, .labels = labels };
	size_t n = metrics_in_order(list, CARD_METRICS, m);

	for (size_t i = 0; i < n; i++) {
		const struct metric_word *word = metric_word(list[i]->name);
		double v = list[i]->value;

		if (word == NULL || !word->share ||
		    !metric_has_interval(list[i]) || !(v >= 0 && v <= 1))
			continue;
		labels[s.n] = list[i]->name;
		low[s.n] = list[i]->low;
		high[s.n] = list[i]->high;
		y[s.n++] = v;
	}
	if (s.n > 1)
		doc_plot(&k->d, &p);
}

/* And precision against recall, which follows from the same points. */
void
plot_roc(struct card *k, const struct metrics *m)
{
	double recall[METRIC_CURVE], precision[METRIC_CURVE];
	double yes = (double)m->positives, no = (double)m->rows - yes;
	struct plot_series s = { .x = m->fpr, .y = m->tpr, .n = m->n_curve };
	struct plot_series pr = { .x = recall, .y = precision };
	struct plot p = { .kind = PLOT_LINES, .title = "ROC curve",
	    .x_label = "false positive rate", .y_label = "true positive rate",
	    .series = &s, .n_series = 1, .diagonal = true,
	    .unit_square = true };

	doc_plot(&k->d, &p);
	if (!(yes > 0 && no > 0))
		return;
	for (size_t i = 0; i < m->n_curve; i++) {
		double found = m->tpr[i] * yes, false_alarms = m->fpr[i] * no;

		if (!(found + false_alarms > 0))
			continue;
		recall[pr.n] = m->tpr[i];
		precision[pr.n++] = found / (found + false_alarms);
	}
	p.title = "Precision and recall";
	p.x_label = "recall";
	p.y_label = "precision";
	p.series = &pr;
	p.diagonal = false;
	doc_plot(&k->d, &p);
}

void
plot_reliability(struct card *k, const struct metric_bin *bin, bool truth)
{
	double x[METRIC_BINS], y[METRIC_BINS];
	struct plot_series s = { .x = x, .y = y };
	struct plot p = { .kind = PLOT_POINTS, .title = truth ?
	    "Reliability: the mean truth by mean answer" :
	    "Reliability: the share of positives by mean score",
	    .x_label = truth ? "mean answer" : "mean score",
	    .y_label = truth ? "mean truth" : "share of positives",
	    .series = &s, .n_series = 1, .diagonal = true,
	    .unit_square = !truth };

	for (size_t i = 0; i < METRIC_BINS; i++) {
		if (bin[i].n == 0)
			continue;
		x[s.n] = bin[i].score;
		y[s.n++] = bin[i].share;
	}
	doc_plot(&k->d, &p);
}

/* Each bin's share of the class's rows; false without rows. */
static bool
find_shares(double *y, const uint64_t *rows)
{
	double sum = 0;

	for (size_t i = 0; i < EVALUATE_SPREAD; i++)
		sum += (double)rows[i];
	for (size_t i = 0; sum > 0 && i < EVALUATE_SPREAD; i++)
		y[i] = (double)rows[i] / sum;
	return sum > 0;
}

void
plot_score_spread(struct card *k, const struct evaluation *v)
{
	double x[EVALUATE_SPREAD + 1], y[2][EVALUATE_SPREAD + 1];
	const char *yes = v->positive ? v->positive : "positive";
	struct plot_series s[2] = { { .name = "negative", .area = true },
	    { .name = yes, .area = true } };
	struct plot p = { .kind = PLOT_LINES,
	    .title = "How scores spread, by the true class",
	    .x_label = "score", .y_label = "share of the class's rows",
	    .series = s, .n_series = 2, .from_zero = true };

	if (!find_shares(y[0], v->spread[0]) ||
	    !find_shares(y[1], v->spread[1]))
		return;
	for (size_t i = 0; i < v->n_classes; i++)
		if (strcmp(v->classes[i], yes) != 0)
			s[0].name = v->classes[i];
	for (size_t i = 0; i <= EVALUATE_SPREAD; i++)
		x[i] = (double)i / EVALUATE_SPREAD;
	for (size_t i = 0; i < 2; i++) {
		y[i][EVALUATE_SPREAD] = 0;
		s[i].x = x;
		s[i].y = y[i];
		s[i].n = EVALUATE_SPREAD + 1;
	}
	doc_plot(&k->d, &p);
}

void
plot_importance(struct card *k, const struct importance *im)
{
	const char *labels[INPUTS_SHOWN];
	double y[INPUTS_SHOWN], low[INPUTS_SHOWN], high[INPUTS_SHOWN];
	struct plot_series s = { .y = y, .low = low, .high = high };
	struct plot p = { .kind = PLOT_BARS, .series = &s, .n_series = 1,
	    .labels = labels };

	for (; s.n < im->n && s.n < INPUTS_SHOWN; s.n++) {
		const struct importance_input *in = &im->input[s.n];
		double loss = isnan(in->loss) ? 0 : in->loss;
		double std = isnan(in->std) ? 0 : in->std;

		labels[s.n] = in->name;
		low[s.n] = loss - std > 0 ? loss - std : 0;
		high[s.n] = loss + std > 0 ? loss + std : 0;
		y[s.n] = loss > 0 ? loss : 0;
	}
	if (s.n == 0)
		return;
	p.title = arena_printf(&k->a, "Importance of the inputs: how much "
	    "worse %s gets when their values are shuffled%s", im->metric ?
	    im->metric : "the answer", im->n > s.n ? arena_printf(&k->a,
	    " (first %zu of %zu)", s.n, im->n) : "");
	doc_plot(&k->d, &p);
}
