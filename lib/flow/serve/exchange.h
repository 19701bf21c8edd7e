/*
 * flow/serve/exchange.h - one request to a server and its answer, on its way
 * through the handlers of routes.
 */
#ifndef FLOW_SERVE_EXCHANGE_H
#define FLOW_SERVE_EXCHANGE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "codec/http.h"
#include "deploy/fleet.h"
#include "dialect/dialect.h"
#include "flow/online/server.h"
#include "flow/serve/costs.h"
#include "flow/serve/route.h"
#include "reqlog/reqlog.h"

struct announcer;
struct feedback;
struct mirror;
struct models;

struct server {
	struct fleet fleet;		/* the endpoints */
	struct models *models;		/* who keeps them */
	struct server_stats stats;
	bool seccomp;
	int landlock;
	struct tokens *tokens;		/* who may ask; or NULL: anybody */
	_Atomic int64_t unknown, forbidden;	/* requests: 401, 403 */
	struct reqlog *reqlog;		/* or NULL */
	const struct reqlog_policy *log_policy;	/* or NULL */
	struct announcer *announcer;	/* of its lines; borrowed; or NULL */
	struct shadow *shadow;		/* or NULL, as without a log */
	struct mirror *mirror;		/* of a remote; or NULL */
	struct feedback *feedback;
	struct feature_server *features;	/* or NULL */
	const char *const *textfile;	/* metrics of others */
	size_t n_textfiles;
	struct costs costs;
	int metrics_names;		/* deploy/metrics.h */
	int64_t max_wait_us;		/* of a request; 0: no bound */
	_Atomic bool retired;
};

struct exchange {
	struct server *server;
	const struct http_request *request;
	struct http_response *response;
	const struct dialect *dialect;	/* of the route, or NULL */
	struct route_parts path;
	/* held: that of the path, or where it names none the server's; NULL
	 * where a path names a version that goes by another name */
	struct fleet_entry *entry;
	/* held: the version named in the path; else NULL, and for inference
	 * whoever answers the unit */
	struct version *version;
};

/* Answer why not, in x->dialect; without one {"error": why}. */
void exchange_fail(struct exchange *x, int status, const char *why);
/* Answer that the model of x->entry is known, and nobody answers yet. */
void exchange_refuse_unloaded(struct exchange *x);
/* Answer the request's body with the model's answers, in x->dialect; counted
 * and logged. */
void exchange_infer(struct exchange *x);

#endif
