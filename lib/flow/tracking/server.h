/*
 * flow/tracking/server.h - the server behind `mlv-serve track`: MLflow's API
 * (tracking/tracking.h), who may ask, and the pages of a web interface.
 */
#ifndef FLOW_TRACKING_SERVER_H
#define FLOW_TRACKING_SERVER_H

#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "catalog/catalog.h"
#include "codec/http.h"

struct track_server;

struct track_server_opts {
	struct catalog *catalog;	/* of a repository; borrowed */
	const char *pages;		/* folder of the interface, or NULL */
	const char *tokens;		/* file of users, or NULL: anybody */
	const char *gate;		/* policy that aliases obey, or NULL */
	const struct log *log;		/* borrowed; or NULL */
	int64_t lease_s;
};

int track_server_new(struct track_server **out,
    const struct track_server_opts *o, struct err *e);
/* NULL is fine. */
void track_server_free(struct track_server *s);
/* For http_opts; `ctx` is the server. */
void track_server_answer(void *ctx, const struct http_request *request,
    struct http_response *response);

#endif
