/*
 * search/pruner.h - who decides that a trial is not worth going on with: a
 * struct of a name, its settings and one function, and a file each under
 * pruners/.  Each gives the verdicts of Optuna's pruner of the same name on
 * the same journal.
 */
#ifndef SEARCH_PRUNER_H
#define SEARCH_PRUNER_H

#include <stdbool.h>

#include "base/err.h"
#include "search/setting.h"
#include "search/study/study.h"

#define RUNGS_MAX 64

/* What a pruner wants remembered of the trial: "completed_rung_K". */
struct verdict {
	bool prune;
	size_t n_rungs;
	struct {
		size_t rung;
		double value;
	} rung[RUNGS_MAX];
};

struct pruner {
	const char *name;
	const struct setting *settings;	/* or NULL */
	/* On the trial's last report; v is zeroed. */
	void (*judge)(struct verdict *v, const struct study *s, size_t number,
	    const double *set);
};

#define PRUNERS(P) P(none) P(asha) P(hyperband) P(median) P(percentile) \
	P(patient) P(wilcoxon)
#define P(name) extern const struct pruner pruner_##name;
PRUNERS(P)
#undef P

const struct pruner *pruner_find(const char *name);
void pruner_names(struct buf *b);	/* "one two ..." */

#endif
