/*
 * rollout.h - what the verbs of 'mlv-serve rollout' share: their records.
 */
#ifndef MLV_SERVE_ROLLOUT_H
#define MLV_SERVE_ROLLOUT_H

#include "cli/cli.h"
#include "flow/rollout/rollout.h"

struct rollout_opts {
	const char *policy, *log, *labels, *key, *note;
	double every;
};

#define LABELS_OPTIONS \
	{ OPT_TEXT, 0, "labels", offsetof(struct rollout_opts, labels), \
	    "FILE", "what became of units: a table, read anew each time" }, \
	{ OPT_TEXT, 0, "key", offsetof(struct rollout_opts, key), "COLUMN", \
	    "its column that is a request's id, unit or an input" }

/* 0, or the status of a usage error. */
int rollout_check_name(struct cli *c, void *opts, int argc, char **argv);

/* mlv.rollout.state/1; `view` may be NULL. */
void print_rollout(struct cli *c, const struct rollout_state *s,
    const struct rollout_view *view);
/* mlv.rollout.finding/1, one each. */
void print_findings(struct cli *c, const struct rollout_view *v);
/* mlv.compared/1 and mlv.compared.size/1. */
void print_compared(struct cli *c, const struct compared *d,
    uint64_t failed);

#endif
