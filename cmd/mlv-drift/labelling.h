/*
 * labelling.h - the options that say how answers meet the labels that came
 * later: perf and report have them, beside --labels and --key.
 */
#ifndef MLV_DRIFT_LABELLING_H
#define MLV_DRIFT_LABELLING_H

#include "cli/cli.h"
#include "flow/perf/perf.h"

struct labelling {
	const char *labels, *key, *label_key, *target, *score, *answer;
	const char *positive;
	bool latest;
};

#define LABELLING_OPTIONS(s, m) \
	{ OPT_TEXT, 0, "label-key", offsetof(s, m.label_key), "COLUMN", \
	    "the key in the labels, where it has another name", \
	    .with = "labels" }, \
	{ OPT_TEXT, 0, "target", offsetof(s, m.target), "COLUMN", \
	    "the truth in the labels, of several columns", \
	    .with = "labels" }, \
	{ OPT_TEXT, 0, "score", offsetof(s, m.score), "COLUMN", \
	    "the answers, instead of finding them by name", \
	    .with = "labels" }, \
	{ OPT_TEXT, 0, "answer", offsetof(s, m.answer), "COLUMN", \
	    "the class said, instead of label, or of what the score says", \
	    .with = "labels" }, \
	{ OPT_TEXT, 0, "positive", offsetof(s, m.positive), "CLASS", \
	    "the one scores are of, of two (the last)", .with = "labels" }, \
	{ OPT_FLAG, 0, "latest", offsetof(s, m.latest), NULL, \
	    "of two different labels of a key the later one counts", \
	    .with = "labels" }

#define LABELLING_BY_MAX 64	/* columns that answers are told by */
#define LABELLING_SAMPLE 1000000	/* answers that dle and weak segments go by */

/* What these options say of *p, whose other members stay. */
void labelling_fill(struct perf_opts *p, const struct labelling *l);
/* 0, or the exit status after a message. */
int labelling_check_by(struct cli *c, const struct texts *by);

#endif
