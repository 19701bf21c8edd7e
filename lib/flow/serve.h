/*
 * flow/serve.h - the server behind `mlv-serve http`: in which words a model
 * is asked, what is counted and logged.  Who answers is deploy/endpoint.h's.
 */
#ifndef FLOW_SERVE_H
#define FLOW_SERVE_H

#include "base/err.h"
#include "codec/http.h"
#include "deploy/endpoint.h"

struct app;

struct app_opts {
	struct endpoint_opts endpoint;	/* but for stats */
	const char *log_folder;		/* request log, or NULL */
};

/* Ready when it returns: the stable model is loaded. */
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
