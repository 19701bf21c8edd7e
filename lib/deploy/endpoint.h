/*
 * deploy/endpoint.h - one name that clients ask, and the versions behind it:
 * the stable one, and perhaps a canary that answers a share of the units
 * (deploy/traffic.h).
 *
 * A thread polls five times a second whether the names point elsewhere or a
 * file changed (deploy/reload.h), and reads the share's file.
 *
 * One that is `patient` opens before its model is loaded, which its thread
 * does: until then nobody answers.  What it serves may be edited.
 *
 * The endpoint has one name, that of the stable variant, whatever the others
 * are: `as`, else the registry's, else the file's stem.  A canary by another
 * name is only asked for under that name by its version.
 */
#ifndef DEPLOY_ENDPOINT_H
#define DEPLOY_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/progress.h"
#include "base/stop.h"
#include "deploy/stats.h"
#include "deploy/traffic.h"
#include "deploy/version.h"

struct endpoint;

#define FOLLOWED_SOURCE_MAX 320

/* A rollout as whoever keeps it tells it. */
struct followed {
	struct split split;
	char source[FOLLOWED_SOURCE_MAX];	/* the candidate's name; "" */
	bool shadow;			/* it is VARIANT_SHADOW */
};

struct endpoint_opts {
	const char *source[VARIANTS];	/* name or path; NULL: no such variant,
					 * but there is a stable one */
	const char *folder;		/* whose repository has the names; NULL:
					 * the current one's */
	const char *as;			/* name of the endpoint, or NULL */
	const char *label;		/* it is asked by that alone, beside
					 * another of its name; or NULL */
	bool patient;			/* it has a name given, and its model
					 * may come later */
	double share;			/* percent of units for the canary */
	const char *share_file;		/* holds the percent, read again when it
					 * changes; or NULL */
	/* What there is of a rollout, asked again with every poll: 0, or -1
	 * and nothing changes.  In the place of a canary; or NULL. */
	int (*follow)(void *ctx, struct followed *out, const char *endpoint,
	    struct err *e);
	void *follow_ctx;
	const struct bind_opts *score;	/* or NULL */
	const struct filler *fill;	/* or NULL */
	const struct log *log;
	int64_t load_ms;		/* for loading one version; 0: 120 s */
	const struct stop *stop;	/* gives up the first load; or NULL */
	struct server_stats *stats;	/* outlives the endpoint */
};

/* A name of an endpoint is one step of a path, and a label of counters: `what`
 * tells whose it is in the error, ERR_USAGE. */
#define ENDPOINT_NAME_MAX 128
int endpoint_check_name(const char *name, const char *what, struct err *e);

/* Where it is not patient, the stable model is loaded when it returns.  A
 * canary by an alias that is not set is waited for, which is reported; one that
 * is not there otherwise, or that does not fit the stable model
 * (deploy/reload.h), is an error; ERR_STOPPED when `stop` came first.
 * Everything in `o` is borrowed. */
int endpoint_open(struct endpoint **out, const struct endpoint_opts *o,
    struct err *e);
/* After the last request.  NULL is fine. */
void endpoint_close(struct endpoint *p);
/* Poll for other versions now. */
void endpoint_poll(struct endpoint *p);
/* Other sources, columns or share for a patient one, without the files and
 * functions of `o`; copied, and taken up by its thread.  The model that answers
 * does so until the other one is loaded. */
void endpoint_edit(struct endpoint *p, const struct endpoint_opts *o);
/* Does somebody answer? */
bool endpoint_is_loaded(struct endpoint *p);
/* Why nobody does, as far as it is known; appended. */
void endpoint_explain(struct buf *out, struct endpoint *p);

const char *endpoint_name(const struct endpoint *p);
/* Is there more than one variant that hears of units?  Then they matter. */
bool endpoint_is_split(struct endpoint *p);
/* These return a version held, which the caller releases; NULL where nobody
 * answers. */
struct version *endpoint_choose(struct endpoint *p, struct choice *how,
    const char *unit, size_t n);
struct version *endpoint_hold(struct endpoint *p, enum variant v); /* or NULL */
/* By name and number, as in a path; NULL when it is not served. */
struct version *endpoint_find(struct endpoint *p, const char *name,
    size_t n_name, const char *number, size_t n_number);

#endif
