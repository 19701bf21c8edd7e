/*
 * deploy/reload.h - loads the versions behind an endpoint, and follows the
 * names and files they come from.
 *
 * Polled again and again; a file counts as changed once two polls in a row
 * agree, as it may still be being written.  Another version is loaded and
 * checked beside the old one and then takes its place between two requests;
 * a request keeps the version it began with.  One that cannot be loaded
 * changes nothing: it is counted and reported once, and tried again after
 * 1, 2, 4 ... 60 seconds, or at once when the name moves on.
 *
 * A stable version with another contract than the one that answers
 * (model/contract.h) is not taken up: its clients would get refusals, or
 * answers they misread.  Neither is a variant that needs inputs the stable
 * model does not take, or that answers with other columns.  A version whose
 * loading takes too long is given up.  None of these is tried again before
 * the name moves or the file changes.
 *
 * Where nothing was loaded first, the first poll loads, and a stable model
 * that cannot be loaded is tried again like any other version.
 *
 * Not thread-safe: one thread loads first and polls afterwards.
 */
#ifndef DEPLOY_RELOAD_H
#define DEPLOY_RELOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/patience.h"
#include "base/progress.h"
#include "catalog/catalog.h"
#include "deploy/fingerprint.h"
#include "deploy/traffic.h"

/* Where the versions of a variant come from. */
struct reload_source {
	char *text;			/* name or path; NULL: no such variant */
	bool named;			/* a catalog name, not a path */
	struct fingerprint taken, last;	/* acted upon; of the last poll */
	/* what was polled last could not be loaded */
	bool failed;
	bool tried;			/* it was loaded once, or failed */
	bool edited;			/* by hand: it is loaded whatever the
					 * contract before it was */
	int64_t retry_us, wait_ms;
	char why[256];
};

struct reload {
	struct catalog *catalog;	/* owned */
	struct traffic *traffic;	/* these are borrowed */
	struct server_stats *stats;
	struct endpoint_stats *mine;	/* NULL: it has no name yet */
	char *label;			/* it is asked by that alone; or NULL;
					 * owned */
	const struct bind_opts *score;	/* or NULL */
	const struct filler *fill;	/* or NULL */
	const struct log *log;
	struct patience patience;	/* to load one version */
	char *name;			/* of the endpoint: given, or the stable
					 * model's */
	char *stable_name;		/* what the stable model calls itself */
	struct reload_source source[VARIANTS];
};

/* `r` holds what is borrowed, and zeros.  `folder`: whose repository
 * has the names, NULL: the current one's; `as`: the endpoint's name, or
 * NULL; `source`: by variant, a name or path, or NULL. */
int reload_init(struct reload *r, const char *folder, const char *as,
    const char *const source[VARIANTS], struct err *e);
void reload_release(struct reload *r);

/* Another name for a variant but the stable one; NULL: there is none any
 * more.  The next poll loads it; until then nobody is that variant. */
void reload_set_source(struct reload *r, enum variant variant,
    const char *text);
/* Another name, or other columns, for the stable one, which answers until
 * that is loaded.  Its contract may be another, too. */
void reload_edit_stable(struct reload *r, const char *text);

/* Load every variant that has a source.  One by an alias that is not set is
 * waited for, which is reported; one that is not there otherwise is an
 * error. */
int reload_first(struct reload *r, struct err *e);
/* `now`: do not wait for a file to settle, nor for the next try. */
void reload_poll(struct reload *r, bool now);

#endif
