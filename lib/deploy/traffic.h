/*
 * deploy/traffic.h - the traffic split: the versions that answer now, one a
 * variant, and which of them answers a unit.
 *
 * A unit's place is hash64(name of the endpoint, unit) mod 10,000, and the
 * canary answers the places below its share.  So every replica agrees, and a
 * larger share only adds units.  In a rollout its id takes the place of the
 * name, so that it is not always the same units that try what is new.
 *
 * Every request reads it, on many threads; one thread changes it.
 */
#ifndef DEPLOY_TRAFFIC_H
#define DEPLOY_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/brlock.h"
#include "deploy/version.h"

#define SPLIT_ID_MAX 160

struct split {
	char rollout[SPLIT_ID_MAX];	/* its id; "": none */
	double percent;			/* of the units, for the canary */
};

/* How it came that a variant answers. */
struct choice {
	struct split split;		/* of that moment: no rollout where
					 * there was nothing to choose */
	uint64_t place;			/* of the unit: its hash */
};

struct traffic {
	struct brlock lock;		/* of all below */
	struct version *now[VARIANTS];	/* or NULL; the thread that changes
					 * them reads them without the lock */
	struct split split;
	uint64_t canary_places;		/* of 10,000 */
	uint64_t name_seed;		/* the endpoint's name, hashed */
	uint64_t seed;			/* that, or the rollout's id */
};

void traffic_init(struct traffic *t);
void traffic_release(struct traffic *t);

/* The endpoint's name, before the first request. */
void traffic_set_name(struct traffic *t, const char *endpoint);
/* `percent` 0 to 100. */
void traffic_set_split(struct traffic *t, const struct split *split);
/* Does anybody but the stable version hear of units? */
bool traffic_is_split(struct traffic *t);
bool traffic_is_loaded(struct traffic *t);	/* there is a stable version */
/* Requests from now on go to `fresh`, which is taken over, or NULL; returns
 * the one before, which the caller releases, or NULL. */
struct version *traffic_replace(struct traffic *t, enum variant variant,
    struct version *fresh);

/* These return a version held, which the caller releases; or NULL.  `how`
 * may be NULL. */
struct version *traffic_choose(struct traffic *t, struct choice *how,
    const char *unit, size_t n);
struct version *traffic_hold(struct traffic *t, enum variant variant);
/* By name and number, as in a path. */
struct version *traffic_find(struct traffic *t, const char *name,
    size_t n_name, const char *number, size_t n_number);

#endif
