/*
 * judge/internal.h - an evaluation under way, and its parts.  Private to
 * lib/judge.
 */
#ifndef JUDGE_INTERNAL_H
#define JUDGE_INTERNAL_H

#include "judge/evaluate.h"

/* A model, the rows it is judged on, and which of its answers. */
struct judging {
	const struct binding *p;
	const struct table *t;
	size_t *at;			/* columns of t that the model takes */
	size_t target;			/* a column of t */
	size_t first, width;		/* the judged columns of the answers */
	bool named;			/* classes are named in them */
	/* the answer that is a label, or SIZE_MAX; where no classes are named
	 * what it said (width) when each score was the largest, else how
	 * often it was another class than that */
	size_t label, otherwise;
	const char **said;
	bool unclear;			/* not the same each time */
	struct arena *arena;		/* of all that */
};

/* Scores of some rows, (rows, width), row-major. */
struct scores {
	const double *score;
	size_t rows, width;
};

/* --- subject.c: what is judged --- */

/* Fills g->at, (number of inputs). */
int judging_find_inputs(struct judging *g, const char *target,
    const struct evaluate_opts *o, struct err *e);
/* Fills first, width, named. */
int judging_find_output(struct judging *g, const char *wanted, struct err *e);
/* Rows row[0..rows) as the block the scorer takes. */
int judging_block(struct table **out, const struct judging *g,
    const size_t *row, size_t rows, struct err *e);
/* Names of the classes in the order of the judged columns. */
int judging_find_classes(struct evaluation *v, const struct judging *g,
    struct err *e);
/* What is being judged, when neither user nor model says. */
enum task judging_guess_task(const struct judging *g);
/* The class of each row of the target; n_classes for one that the model does
 * not know. */
int true_classes(uint32_t *out, const struct evaluation *v,
    const struct column *y, struct err *e);
/* Counts those, and fails where there are no others. */
int count_unknown(struct evaluation *v, const uint32_t *truth,
    const struct column *y, struct err *e);

/* --- labels.c: class names that only the labels of the answers tell --- */

/* Finds the label. */
void labels_find(struct judging *g);
/* Row `row` of the labels c stands beside these scores. */
void labels_note(struct judging *g, const double *score,
    const struct column *c, size_t row);
/* Tells whether the labels were those of the largest scores. */
void labels_tell(struct evaluation *v, const struct judging *g);
/* list (width) = the names, if labels and the n values of the target tell
 * them; a class that neither has is "class 2". */
bool labels_name(const char **list, struct arena *a, const struct judging *g,
    const char *const *target, size_t n);

/* --- spread.c: how scores lie, for plots --- */

/* The positive class's share of the scores of row i; one score alone is the
 * last class's.  `at` is the positive class. */
double positive_score(const struct scores *s, size_t i, size_t at);
size_t first_largest(const double *score, size_t k);
/* Two classes: rows by score; yes is 1 for the positive ones. */
void spread_scores(struct evaluation *v, const double *p, const uint8_t *yes,
    size_t n);
/* Numbers: means by tenth of the answers. */
int spread_tenths(struct evaluation *v, const double *score, const double *y,
    size_t n, struct err *e);

/* --- objective.c: what the model was made to minimise --- */

/* Adds that to the metrics; answers and truth (n). */
void judge_objective(struct evaluation *v, const struct judging *g,
    const double *score, const double *truth, size_t n);

/* --- weigh.c: what the answers hang on --- */

int weigh_inputs(struct evaluation *v, const struct judging *g, uint64_t seed,
    struct err *e);

#endif
