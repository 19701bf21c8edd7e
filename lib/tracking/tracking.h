/*
 * tracking/tracking.h - MLflow's REST API over the runs, models and files of
 * a repository.
 *
 * A run of MLflow is a run of ours: its journal is where `mlv-train runs`
 * looks.  What MLflow knows and we have no file for (experiments, registered
 * models' words, models logged by a run) is kept in .mlv/tracking/book.jsonl,
 * see mlv-tracking(5).  Artifacts are objects.
 *
 *	tracking_open(&t, &(struct tracking_opts){ .catalog = c }, e);
 *	... http_opts.answer calls tracking_answer(t, "ann", request, response)
 *	tracking_close(t);
 */
#ifndef TRACKING_TRACKING_H
#define TRACKING_TRACKING_H

#include <stdbool.h>
#include <stdint.h>

#include "access/scope.h"
#include "base/err.h"
#include "catalog/catalog.h"
#include "catalog/name.h"
#include "codec/http.h"

struct tracking;

struct tracking_opts {
	struct catalog *catalog;	/* of a repository; borrowed */
	int64_t lease_s;		/* a silent run is killed; 0: 6 h */
	/* Let model:NAME@ALIAS mean a version (0: none), as our rules allow;
	 * ERR_NO where they do not. */
	int (*move_alias)(void *ctx, struct catalog *c,
	    const struct name *alias, uint32_t version, const char *note,
	    struct err *e);
	void *alias_ctx;
};

/* Reads every run of the repository. */
int tracking_open(struct tracking **out, const struct tracking_opts *o,
    struct err *e);
void tracking_close(struct tracking *t);

/* What a request needs: SCOPE_READ, SCOPE_WRITE or SCOPE_PROMOTE. */
enum scope tracking_needs(const char *method, const char *path);

/* Does a route of the API have this path?  Else it is a page, or nothing. */
bool tracking_has(const char *path);
/* Answer by several threads at once.  `user` (or NULL) is who asks. */
void tracking_answer(struct tracking *t, const char *user,
    const struct http_request *request, struct http_response *response);
/* An answer as MLflow's: {"error_code":..., "message":...}. */
void tracking_refuse(struct http_response *response, int status,
    const char *why);

#endif
