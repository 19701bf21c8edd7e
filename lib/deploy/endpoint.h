/*
 * deploy/endpoint.h - which versions are being served: the stable one, and
 * perhaps a canary that gets a share of the units.
 *
 * A unit's place is hash64(name of the endpoint, unit) mod 10,000, and the
 * canary answers the places below its share.  So every replica agrees, and a
 * larger share only adds units.
 *
 * A thread looks five times a second whether the names point elsewhere (or
 * the share's file changed); a file counts as changed once two looks in a
 * row agree, so that one still being written is let be.  Another version is
 * loaded and checked beside the old one and then takes its place between two
 * requests; a request keeps the version it began with.  One that cannot be
 * loaded changes nothing: it is counted and said once, and tried again after
 * 1, 2, 4 ... 60 seconds, or at once when the name moves on.
 *
 * A canary that needs inputs the stable model does not take is one that
 * cannot be loaded.  A stable version that needs more than the one before it
 * is followed with a warning; a canary that then asks for too much ends.
 *
 * The endpoint has one name, that of the stable slot, whatever the canary
 * is: `as`, else the registry's, else the file's stem.  A canary by another
 * name is only asked for under that name by its version.
 */
#ifndef DEPLOY_ENDPOINT_H
#define DEPLOY_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/progress.h"
#include "deploy/version.h"
#include "deploy/stats.h"

struct slots;

struct slots_opts {
	const char *model;		/* name or path */
	const char *as;			/* name of the endpoint, or NULL */
	const char *canary;		/* name or path, or NULL */
	double share;			/* percent of units, 0 to 100 */
	const char *share_file;		/* holds the percent, read again when it
					 * changes; or NULL */
	const struct bind_opts *score;	/* or NULL */
	const struct log *log;
	struct stats_all *stats;	/* outlives this */
};

/* The stable model is loaded when it returns.  A canary by an alias that is
 * not set is waited for, which is said; one that is not there otherwise, or
 * that needs inputs the stable model does not take, is an error.  Everything
 * in `o` is borrowed. */
int slots_open(struct slots **out, const struct slots_opts *o,
    struct err *e);
/* Nobody asks any more. */
void slots_close(struct slots *s);
/* Look for other versions now. */
void slots_look(struct slots *s);

const char *slots_name(const struct slots *s);
/* Is there a canary to choose between?  Then units matter. */
bool slots_split(struct slots *s);
/* What follows gives a version held: served_release it. */
struct served *slots_choose(struct slots *s, const char *unit, size_t n);
struct served *slots_stable(struct slots *s);
struct served *slots_canary(struct slots *s);	/* or NULL */
/* By name and number, as in a path; NULL when it is not served. */
struct served *slots_version(struct slots *s, const char *name, size_t n_name,
    const char *version, size_t n_version);

#endif
