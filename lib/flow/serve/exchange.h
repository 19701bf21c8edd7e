/*
 * flow/serve/exchange.h - one request to a server and its answer, on its way
 * through the handlers of routes.
 */
#ifndef FLOW_SERVE_EXCHANGE_H
#define FLOW_SERVE_EXCHANGE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "codec/http.h"
#include "deploy/endpoint.h"
#include "dialect/dialect.h"
#include "flow/serve/feature_server.h"
#include "flow/serve/route.h"
#include "reqlog/reqlog.h"

struct follower;
struct mirror;

struct server {
	struct endpoint *endpoint;
	struct server_stats stats;
	bool seccomp;
	int landlock;
	struct tokens *tokens;		/* who may ask; or NULL: anybody */
	_Atomic int64_t unknown, forbidden;	/* requests: 401, 403 */
	struct reqlog *reqlog;		/* or NULL */
	const struct reqlog_policy *log_policy;	/* or NULL */
	struct shadow *shadow;		/* or NULL, as without a log */
	struct follower *follower;	/* of a rollout; or NULL */
	struct mirror *mirror;		/* of a remote; or NULL */
	struct feature_server *features;	/* or NULL */
	_Atomic bool retired;
};

struct exchange {
	struct server *server;
	const struct http_request *request;
	struct http_response *response;
	const struct dialect *dialect;	/* of the route, or NULL */
	struct route_parts path;
	/* held: the version named in the path; else NULL, and for inference
	 * whoever answers the unit */
	struct version *version;
};

/* Answer why not, in x->dialect; without one {"error": why}. */
void exchange_fail(struct exchange *x, int status, const char *why);
/* Answer the request's body with the model's answers, in x->dialect; counted
 * and logged. */
void exchange_infer(struct exchange *x);

#endif
