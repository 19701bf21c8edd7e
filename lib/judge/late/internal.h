/*
 * judge/late/internal.h - a join under way: rows collected, joined, measured.
 * Private to lib/judge/late.
 */
#ifndef JUDGE_LATE_INTERNAL_H
#define JUDGE_LATE_INTERNAL_H

#include "base/intern.h"
#include "base/sorter.h"
#include "judge/late/cbpe.h"
#include "judge/late/late.h"
#include "stat/ranked.h"

#define LATE_NO_CLASS UINT32_MAX

enum { BY_ALL, BY_DAY, BY_COLUMN };	/* and on: the columns */

/* What answers of several classes expect: sums over the classes. */
struct late_expected {
	double n, right, f1, auc;
};

/* One group's rows, added up. */
struct late_sums {
	uint64_t predictions, labelled;
	uint64_t *confusion;	/* (truth, answer), n_classes square; or NULL */
	struct ranked_mean absolute, square, truth;	/* regression */
	/* what one walk down the scores of each class gave */
	double auc, auc_low, auc_high;	/* multiclass: sums of the classes */
	size_t aucs;
	struct ranked_mean loss, brier;
	struct cbpe_group expected;	/* binary */
	struct late_expected classes;	/* multiclass */
};

struct late {
	struct late_opts o;
	size_t width;			/* scores of a row */
	struct sorter *predictions, *labels;
	struct sorter *curves;		/* group, class, falling score */
	struct sorter *reference;	/* class, falling score, of the
					 * estimate */
	struct sorter *rows, *expected;	/* of an estimate of several classes */
	struct intern *groups, *classes;
	uint32_t *last;			/* (2 + n_by) of the last prediction */
	struct late_sums *sums;		/* (groups) */
	size_t sums_room;
	struct cbpe *cbpe;		/* (width) with an estimate */
	struct late_report *r;		/* what is counted */
	struct late_report counted;	/* before late_judge */
	struct buf record, key;
};

/* A class's number by its text, as numbers are written; LATE_NO_CLASS. */
uint32_t late_class(const struct late *l, const struct late_text *t);
/* One more of a count. */
void late_note(struct late_report *r, struct late_count *c, const char *s,
    size_t n);

/* A prediction as it is sorted. */
struct late_row {
	uint64_t number;		/* as it came */
	int64_t time_us;
	const uint8_t *group;		/* (2 + n_by) numbers */
	uint32_t answer;
	const uint8_t *score;		/* (width) falling doubles */
};

/* --- classes.c: estimates of several classes --- */
enum classes_metric { CLASSES_ACCURACY, CLASSES_F1, CLASSES_AUC };
int classes_keep(struct late *l, const struct late_row *row, struct err *e);
/* Once l->cbpe has learned: the groups' sums. */
int classes_expect(struct late *l, struct err *e);
void classes_estimate(struct late_metric *m, const struct late_expected *x,
    const struct late *l, enum classes_metric what);

/* --- join.c: sums and curves of all groups --- */
int late_join(struct late *l, struct err *e);

#endif
