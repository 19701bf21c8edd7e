/* Pages about a server and its models: health, metrics, what a model takes. */
#include "flow/serve/pages.h"

#include <string.h>

#include "codec/json.h"
#include "flow/serve/follow.h"
#include "flow/serve/mirror.h"
#include "flow/serve/permit.h"
#include "flow/serve/shadow.h"

static bool
is_ready(struct server *s)
{
	return !atomic_load(&s->retired);
}

/* --- pages about the server ----------------------------------------------- */

struct buf *
page_begin(struct exchange *x, const char *type)
{
	x->response->type = type;
	return &x->response->body;
}

void
show_ping(struct exchange *x)
{
	bool ready = is_ready(x->server);

	x->response->status = ready ? 200 : 503;
	buf_addf(page_begin(x, "application/json"), "{\"status\":\"%s\"}\n",
	    ready ? "Healthy" : "Unhealthy");
}

void
show_live(struct exchange *x)
{
	buf_adds(page_begin(x, "application/json"), "{\"live\":true}");
}

void
show_ready(struct exchange *x)
{
	bool ready = is_ready(x->server);

	x->response->status = ready ? 200 : 503;
	buf_addf(page_begin(x, "application/json"),
	    "{\"live\":true,\"ready\":%s}", ready ? "true" : "false");
}

void
show_program_version(struct exchange *x)
{
	buf_adds(page_begin(x, "text/plain"), MLV_VERSION "\n");
}

void
show_metrics(struct exchange *x)
{
	struct server *s = x->server;

	server_stats_write(page_begin(x, "text/plain; version=0.0.4; "
	    "charset=utf-8"), &s->stats, is_ready(s),
	    s->reqlog ? reqlog_rows(s->reqlog) : 0,
	    s->reqlog ? reqlog_dropped(s->reqlog) : 0,
	    s->shadow ? shadow_dropped(s->shadow) : 0);
	permit_write(&x->response->body, s);
	buf_addf(&x->response->body, "# HELP mlv_sandbox How the process is "
	    "confined; of landlock the version, 0 is not.\n# TYPE mlv_sandbox "
	    "gauge\nmlv_sandbox{by=\"seccomp\"} %d\n"
	    "mlv_sandbox{by=\"landlock\"} %d\n", s->seccomp, s->landlock);
	if (s->follower)
		follower_write(&x->response->body, s->follower);
	if (s->mirror)
		buf_addf(&x->response->body, "# HELP mlv_remote_reachable 1 "
		    "while the remote answers.\n# TYPE mlv_remote_reachable "
		    "gauge\nmlv_remote_reachable %d\n",
		    mirror_is_reachable(s->mirror));
}

void
show_server(struct exchange *x)
{
	buf_adds(page_begin(x, "application/json"), "{\"name\":\"mlv-serve\","
	    "\"version\":\"" MLV_VERSION "\",\"extensions\":"
	    "[\"binary_tensor_data\"]}");
}

/* --- pages about models --------------------------------------------------- */

void
list_models(struct exchange *x)
{
	const char *name = endpoint_name(x->server->endpoint);
	struct buf *out = page_begin(x, "application/json");

	buf_adds(out, "{\"models\":[");
	json_quote(out, name, strlen(name));
	buf_adds(out, "]}");
}

void
show_model_ready(struct exchange *x)
{
	const char *name = x->version ? x->version->name :
	    endpoint_name(x->server->endpoint);
	struct buf *out = page_begin(x, "application/json");
	bool ready = is_ready(x->server);

	x->response->status = ready ? 200 : 503;
	buf_adds(out, "{\"name\":");
	json_quote(out, name, strlen(name));
	buf_addf(out, ",\"ready\":%s}", ready ? "true" : "false");
}

/* Of the version in the path; else of the stable one, with the canary's
 * number where it goes by the same name. */
void
show_model(struct exchange *x)
{
	struct endpoint *endpoint = x->server->endpoint;
	struct version *canary = NULL, *v;
	bool both;

	if (x->version == NULL) {
		x->version = endpoint_hold(endpoint, VARIANT_STABLE);
		canary = endpoint_hold(endpoint, VARIANT_CANARY);
	}
	v = x->version;
	both = canary && strcmp(v->name, canary->name) == 0 &&
	    strcmp(v->number, canary->number) != 0;
	x->dialect->describe(page_begin(x, "application/json"), v, both ?
	    canary->number : NULL);
	version_release(canary);
}

/* KServe's name and readiness, TensorFlow Serving's states: one object is
 * both. */
void
show_status(struct exchange *x)
{
	const char *name = x->version ? x->version->name :
	    endpoint_name(x->server->endpoint);
	struct buf *out = page_begin(x, "application/json");
	bool ready = is_ready(x->server), first = true;

	buf_adds(out, "{\"name\":");
	json_quote(out, name, strlen(name));
	buf_addf(out, ",\"ready\":%s,\"model_version_status\":[", ready ?
	    "true" : "false");
	for (int i = 0; i < VARIANTS; i++) {
		struct version *v = endpoint_hold(x->server->endpoint, i);

		if (v && (x->version ? v == x->version :
		    strcmp(v->name, name) == 0)) {
			buf_addf(out, "%s{\"version\":\"%s\",\"state\":"
			    "\"AVAILABLE\",\"status\":{\"error_code\":\"OK\","
			    "\"error_message\":\"\"}}", first ? "" : ",",
			    v->number);
			first = false;
		}
		version_release(v);
	}
	buf_adds(out, "]}");
}
