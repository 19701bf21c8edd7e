/*
 * serve/app.h - the server behind `mlv-serve http`: which model answers,
 * which words it is asked in, what is counted and logged.
 *
 * A stable model, and perhaps a canary that gets a share of the units.  A
 * unit is the header X-Unit-Id, else the id of the request, else the bytes
 * of its body; its place is hash64(name of the model, unit) mod 10,000, and
 * the canary answers the places below its share.  So every replica agrees,
 * and a larger share only adds units.
 *
 * A thread looks five times a second whether the names point elsewhere (or
 * the share's file changed).  Another version is loaded and checked beside
 * the old one and then takes its place between two requests; a request
 * keeps the version it began with.  One that cannot be loaded changes
 * nothing but a counter.
 */
#ifndef SERVE_APP_H
#define SERVE_APP_H

#include <stdbool.h>

#include "base/err.h"
#include "base/progress.h"
#include "codec/http.h"

struct app;

struct app_opts {
	const char *model;		/* name or path */
	const char *as;			/* name to serve it under, or NULL */
	const char *canary;		/* name or path, or NULL */
	double share;			/* percent of units, 0 to 100 */
	const char *share_file;		/* holds the percent, read again when it
					 * changes; or NULL */
	const char *log_folder;		/* request log, or NULL */
	const struct log *log;
};

/* Ready when it returns: the stable model is loaded.  A canary that is not
 * there yet is waited for. */
int app_new(struct app **a, const struct app_opts *o, struct err *e);
void app_free(struct app *a);
/* Look for other versions now. */
void app_refresh(struct app *a);
/* No longer ready: what a load balancer asks for before the end. */
void app_retire(struct app *a);
/* For http_opts. */
void app_answer(void *app, const struct http_request *r,
    struct http_response *out);

#endif
