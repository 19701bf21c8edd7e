/*
 * flow/serve.h - the server behind `mlv-serve http`: endpoints, the routes at
 * which they are asked in one dialect or another, counters and the request
 * log.
 */
#ifndef FLOW_SERVE_H
#define FLOW_SERVE_H

#include <stdbool.h>

#include "base/err.h"
#include "codec/http.h"
#include "deploy/endpoint.h"
#include "flow/serve/mirror.h"

struct announcer;
struct reqlog_policy;
struct server;

struct server_opts {
	struct endpoint_opts endpoint;	/* but for stats */
	const char *models;		/* models.yaml, in place of its sources;
					 * or NULL */
	int metrics_names;		/* deploy/metrics.h */
	double cost_per_hour;		/* of the machine; 0: not known */
	int64_t max_wait_us;		/* a request that waited longer is
					 * refused; 0: none is */
	const char *log_folder;		/* request log, or NULL */
	const struct reqlog_policy *log_policy;	/* borrowed; or NULL */
	struct announcer *announcer;	/* of its lines; borrowed; or NULL */
	const char *tokens;		/* file of who may ask; NULL: anybody */
	const char *feedback;		/* it is appended there; or NULL */
	const char *features;		/* features.yaml, or NULL */
	const char *feature_store;	/* NULL: the repository's */
	bool seccomp;			/* how the process is confined, */
	int landlock;			/* for who asks */
	const char *redis_password;	/* of the store, or NULL */
	const char *service;		/* whose features are joined, or
					 * NULL */
	const char *const *textfile;	/* metrics of others; borrowed */
	size_t n_textfiles;
	/* the remote that has the models; url NULL: they are here */
	struct mirror_opts mirror;
};

/* Ready when it returns: the stable model is loaded; with a file of models,
 * once all of them are. */
int server_new(struct server **out, const struct server_opts *o,
    struct err *e);
/* NULL is fine. */
void server_free(struct server *s);
/* Poll for other versions now. */
void server_poll(struct server *s);
/* Not ready from now on, so that a load balancer sends no more; requests are
 * still answered. */
void server_retire(struct server *s);
/* For http_opts; `ctx` is the server.  The first says who may ask; health and
 * the version are told to anybody.  The second answers what asks about the
 * server alone: its health, version and metrics. */
bool server_admit(void *ctx, const struct http_request *request,
    struct http_response *response);
void server_answer_health(void *ctx, const struct http_request *request,
    struct http_response *response);
void server_answer(void *ctx, const struct http_request *request,
    struct http_response *response);

#endif
