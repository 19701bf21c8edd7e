/*
 * study.h - what the verbs of 'mlv-train search' share: where a study lies,
 * and the record of a trial.
 */
#ifndef MLV_TRAIN_STUDY_H
#define MLV_TRAIN_STUDY_H

#include "cli/cli.h"
#include "search/study/study.h"

#define STUDY_AT(s, m) \
	{ OPT_TEXT, 0, "journal", offsetof(s, m), "FILE", \
	    "the study's journal, instead of the repository's" }

/* "/x/.mlv/studies/NAME.journal" or `journal`; on the invocation's arena.
 * With `make` the folder is made. */
int study_place_find(struct study_place *out, struct cli *c,
    const char *journal, const char *name, bool make, struct err *e);
/* Opened, and there: ERR_NOENT when the journal has no such study. */
int study_open_there(struct study **out, struct cli *c, const char *journal,
    const char *name, struct err *e);
/* Where an open one lies, to be opened again. */
struct study_place study_place_of(struct cli *c, const struct study *s);
/* One name a direction, or none where there is one direction; 0, or the exit
 * status after a message.  It is warned where the study looks for the worst. */
int study_check_metrics(struct cli *c, const struct study *s,
    const struct texts *metrics);
/* "12" */
int study_read_number(int64_t *out, const char *text, struct err *e);

/* Its parameters by name, as a map. */
struct json *study_params_json(struct arena *a, const struct study *s,
    size_t number);
/* mlv.trial/1 */
void print_trial(struct cli *c, const struct study *s, size_t number);

#endif
