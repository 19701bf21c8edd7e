/* Metrics as people read them: their titles, and which is asked for first. */
#include <math.h>
#include <string.h>

#include "flow/card/internal.h"

static const struct metric_word words[] = {
	{ "auc", "Area under the ROC curve", true },
	{ "average_precision", "Average precision", true },
	{ "logloss", "Log loss", false },
	{ "brier", "Brier score", true },
	{ "accuracy", "Accuracy", true },
	{ "precision", "Precision", true },
	{ "recall", "Recall", true },
	{ "f1", "F1", true },
	{ "ks", "Kolmogorov-Smirnov", true },
	{ "ece", "Expected calibration error", true },
	{ "auc_ovr", "AUC, one against the rest", true },
	{ "f1_macro", "F1, mean of classes", true },
	{ "f1_weighted", "F1, weighted by class", true },
	{ "rmse", "Root mean squared error", false },
	{ "mae", "Mean absolute error", false },
	{ "r2", "R squared", false },
	{ "median_ae", "Median absolute error", false },
	{ "pinball", "Pinball loss", false },
	{ "poisson_deviance", "Mean Poisson deviance", false },
	{ "gamma_deviance", "Mean gamma deviance", false },
};

#define N_WORDS (sizeof(words) / sizeof(*words))

const struct metric_word *
metric_word(const char *metric)
{
	for (size_t i = 0; i < N_WORDS; i++)
		if (strcmp(words[i].name, metric) == 0)
			return &words[i];
	return NULL;
}

static const struct metric *
find_metric(const struct metrics *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->m[i].name, name) == 0)
			return &m->m[i];
	return NULL;
}

size_t
metrics_in_order(const struct metric **out, size_t room,
    const struct metrics *m)
{
	const struct metric *found;
	size_t n = 0;

	for (size_t i = 0; i < N_WORDS && n < room; i++)
		if ((found = find_metric(m, words[i].name)) != NULL)
			out[n++] = found;
	for (size_t i = 0; i < m->n && n < room; i++)
		if (metric_word(m->m[i].name) == NULL)
			out[n++] = &m->m[i];
	return n;
}

bool
metric_has_interval(const struct metric *m)
{
	return !isnan(m->low) && !isnan(m->high);
}
