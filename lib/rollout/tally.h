/*
 * rollout/tally.h - what was seen of a rollout in the request log, counted so
 * that it may be judged at any moment.
 *
 * A unit counts once a measure, so that one busy client is not a thousand
 * witnesses: events (errors, slow requests, mistakes, a class) by the first
 * one a unit has, means by a unit's first request, rows of a request by the
 * first row; a rate is the share of a side's units that ever had an event
 * there.  Under the null hypothesis a unit's place, which decides who
 * answers it, has nothing to do with what happens to it; so its first event
 * is the candidate's with the chance that the share had then.
 *
 * Of a shadow both sides answer the same rows, and the candidate's rates are
 * of all of them.
 */
#ifndef ROLLOUT_TALLY_H
#define ROLLOUT_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "reqlog/entry.h"
#include "rollout/compared.h"
#include "rollout/policy.h"
#include "stat/sequential/eprocess.h"

#define TALLY_CLASSES 16	/* of a shift; the last one holds all others */

enum side { SIDE_CHAMPION, SIDE_CANDIDATE, SIDES };

/* Of one measure. */
struct measure_tally {
	const struct rollout_measure *measure;
	uint64_t units[SIDES];		/* that were looked at there */
	uint64_t events[SIDES];		/* that had one there */
	struct share_count *event;	/* (n_shares) by share */
	/* shift: classes in order of appearance, events of each */
	char *name[TALLY_CLASSES];
	struct share_count *class_event[TALLY_CLASSES];	/* (n_shares) each */
	uint64_t of_class[TALLY_CLASSES][SIDES];
	size_t n_classes;
	/* the mean of what is bad: 1 for an event, a value upside down */
	struct seq_difference difference;
	bool unplaced;			/* a value beyond low and high was seen */
};

/* What becomes known of a unit later, by a key. */
struct tally_labels {
	const char *key;		/* "id", "unit" or an input */
	/* The text in `column` for that key; NULL: not known (yet). */
	const char *(*find)(void *ctx, const char *key, size_t n,
	    const char *column);
	void *ctx;
};

struct tally {
	const struct rollout_policy *policy;
	struct tally_labels labels;	/* find NULL: there are none */
	double *share;			/* (n_shares) that were seen */
	size_t n_shares, room;
	struct share_count *unit;	/* (n_shares) units by first sight */
	uint64_t units[SIDES];
	uint64_t requests[SIDES];
	struct measure_tally *measure;	/* (n_guards + 1), the goal last */
	struct compared compared;	/* of a shadow: row by row */
	uint64_t shadow_failed;
	struct unit_set *known;		/* private */
};

/* `p` is borrowed. */
void tally_init(struct tally *t, const struct rollout_policy *p,
    const struct tally_labels *labels);
void tally_release(struct tally *t);
/* One line of the rollout; for reqlog_each_entry. */
int tally_entry(void *tally, const struct reqlog_entry *entry,
    struct err *e);
/* Units of that side that came first at this share, per cent; of a shadow all
 * there were. */
uint64_t tally_step_units(const struct tally *t, enum side side,
    double share);
/* The goal's. */
const struct measure_tally *tally_goal(const struct tally *t);

#endif
