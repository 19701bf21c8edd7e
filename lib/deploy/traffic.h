/*
 * deploy/traffic.h - the traffic split: the versions that answer now, one a
 * variant, and which of them answers a unit.
 *
 * A unit's place is hash64(name of the endpoint, unit) mod 10,000, and the
 * canary answers the places below its share.  So every replica agrees, and a
 * larger share only adds units.
 *
 * Every request reads it, on many threads; one thread changes it.
 */
#ifndef DEPLOY_TRAFFIC_H
#define DEPLOY_TRAFFIC_H

#include <stddef.h>
#include <stdint.h>

#include "base/brlock.h"
#include "deploy/version.h"

struct traffic {
	struct brlock lock;		/* of all below but the seed */
	struct version *now[VARIANTS];	/* or NULL; the thread that changes
					 * them reads them without the lock */
	uint64_t canary_places;		/* of 10,000 */
	uint64_t seed;			/* the endpoint's name, hashed */
};

void traffic_init(struct traffic *t);
void traffic_release(struct traffic *t);

/* The endpoint's name, before the first request. */
void traffic_set_name(struct traffic *t, const char *endpoint);
/* `percent` 0 to 100: of the units, for the canary. */
void traffic_set_share(struct traffic *t, double percent);
/* Requests from now on go to `fresh`, which is taken over, or NULL; returns
 * the one before, which the caller releases, or NULL. */
struct version *traffic_replace(struct traffic *t, enum variant variant,
    struct version *fresh);

/* These return a version held, which the caller releases; or NULL. */
struct version *traffic_choose(struct traffic *t, const char *unit, size_t n);
struct version *traffic_hold(struct traffic *t, enum variant variant);
/* By name and number, as in a path. */
struct version *traffic_find(struct traffic *t, const char *name,
    size_t n_name, const char *number, size_t n_number);

#endif
