/* The server behind `mlv-serve track`. */
#include "flow/tracking/server.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tracking/tracking.h"

struct track_server {
	struct track_server_opts o;
	struct tracking *tracking;
};

int
track_server_new(struct track_server **out, const struct track_server_opts *o,
    struct err *e)
{
	struct track_server *s = xalloc(1, sizeof(*s));
	const struct tracking_opts to = { .catalog = o->catalog,
	    .lease_s = o->lease_s };

	s->o = *o;
	if (tracking_open(&s->tracking, &to, e) < 0) {
		track_server_free(s);
		return -1;
	}
	*out = s;
	return 0;
}

void
track_server_free(struct track_server *s)
{
	if (s == NULL)
		return;
	tracking_close(s->tracking);
	free(s);
}

/* What is asked without being known: is it there, which version is it?  The
 * client of MLflow reads a version that it knows. */
static bool
answer_open(const char *path, struct http_response *response)
{
	if (strcmp(path, "/health") == 0)
		buf_adds(&response->body, "OK");
	else if (strcmp(path, "/version") == 0)
		buf_adds(&response->body, "2.22.0");
	else
		return false;
	response->type = "text/plain";
	return true;
}

void
track_server_answer(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct track_server *s = ctx;

	if (answer_open(request->path, response))
		return;
	if (tracking_has(request->path))
		tracking_answer(s->tracking, NULL, request, response);
	else
		tracking_refuse(response, 404, "there is nothing here");
}
