/*
 * evidence/evaluation.h - how well a model answered on rows whose answer is
 * known, as a report that gates and cards read.
 */
#ifndef EVIDENCE_EVALUATION_H
#define EVIDENCE_EVALUATION_H

#include "base/arena.h"
#include "codec/json.h"
#include "model/task.h"
#include "stat/metric.h"

#define EVALUATE_SPREAD 20	/* bins of scores from 0 to 1 */
#define IMPORTANCE_REPEATS 5

struct importance_input {
	const char *name;
	double loss, std;		/* over the repeats */
};

struct importance {
	const char *metric;		/* whose loss; NULL: no result */
	size_t rows;
	struct importance_input *input;	/* (n), the largest loss first */
	size_t n;
};

struct evaluation {
	struct arena arena;
	enum task task;
	const char *target, *positive;	/* positive: NULL unless binary */
	const char *const *classes;
	size_t n_classes;
	uint64_t *confusion;		/* (truth, answer), n_classes square */
	struct metrics metrics;
	/* binary: rows by score, the negative ones and the positive ones;
	 * not known (has_spread) when scores leave [0, 1] */
	uint64_t spread[2][EVALUATE_SPREAD];
	bool has_spread;
	/* regression: means of the rows by tenth of the answers */
	struct metric_bin tenth[METRIC_BINS];	/* share: of the truth */
	struct importance importance;
};

void evaluation_free(struct evaluation *v);
/* Sentences about what the rows did not allow to be judged; how many. */
#define EVALUATION_GAPS 2
size_t evaluation_gaps(const char *out[EVALUATION_GAPS],
    const struct evaluation *v);

/* {"auc":{"value":..,"low":..,"high":..,"interval":"delong"}, ...} */
struct json *evaluation_metrics(struct arena *a, const struct evaluation *v);
/* The rest: task, target, rows, classes, roc, reliability, scores,
 * confusion, importance. */
struct json *evaluation_extra(struct arena *a, const struct evaluation *v);

#endif
