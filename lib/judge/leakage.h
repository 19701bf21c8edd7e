/*
 * judge/leakage.h - did the model learn from these rows?
 *
 * Every run that put out the model's bytes says what it read, by content, and
 * so do the runs that put out what those read: a copy or a conversion hides
 * nothing.  Of a fit that is the training data and then the validation data;
 * of any other command, all of it may have been learned from.  So may what
 * these datasets were split from or made of.
 */
#ifndef JUDGE_LEAKAGE_H
#define JUDGE_LEAKAGE_H

#include "base/err.h"
#include "catalog/bytes.h"
#include "catalog/catalog.h"

enum seen {
	SEEN_NOT,		/* or not known: there is no run */
	SEEN_VALID,		/* judged by while it was made */
	SEEN_TRAIN
};

struct seen_data {
	enum seen seen;
	char run[160];		/* "run:ID", or "" */
};

/* Outside a repository SEEN_NOT. */
int seen_data(struct seen_data *out, struct catalog *c,
    struct catalog_bytes *model, struct catalog_bytes *data, struct err *e);
/* "test", "valid", "train": what such evidence is called. */
const char *seen_label(enum seen s);

#endif
