/* Pages about a server and its models: health, metrics, what a model takes. */
#include "flow/serve/pages.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "codec/json.h"
#include "deploy/metrics.h"
#include "flow/serve/announcer.h"
#include "flow/serve/feedback.h"
#include "flow/serve/mirror.h"
#include "flow/models/models.h"
#include "flow/serve/permit.h"
#include "flow/serve/shadow.h"
#include "flow/serve/textfiles.h"

static bool
is_ready(struct server *s)
{
	return !atomic_load(&s->retired) && models_are_complete(s->models);
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
	struct buf *out = page_begin(x, "text/plain; version=0.0.4; "
	    "charset=utf-8");
	const struct metrics_about about = { .ready = is_ready(s),
	    .names = s->metrics_names,
	    .rows_logged = s->reqlog ? reqlog_rows(s->reqlog) : 0,
	    .rows_dropped = s->reqlog ? reqlog_dropped(s->reqlog) : 0,
	    .shadow_dropped = s->shadow ? shadow_dropped(s->shadow) : 0 };

	metrics_write(out, &s->stats, &about);
	permit_write(out, s);
	buf_addf(out, "# HELP mlv_sandbox How the process is confined; of "
	    "landlock the version, 0 is not.\n# TYPE mlv_sandbox gauge\n"
	    "mlv_sandbox{by=\"seccomp\"} %d\n"
	    "mlv_sandbox{by=\"landlock\"} %d\n", s->seccomp, s->landlock);
	models_write(out, s->models);
	feedback_write(out, s->feedback);
	announcer_write(out, s->announcer);
	costs_write(out, &s->costs);
	if (s->mirror)
		buf_addf(out, "# HELP mlv_remote_reachable 1 "
		    "while the remote answers.\n# TYPE mlv_remote_reachable "
		    "gauge\nmlv_remote_reachable %d\n",
		    mirror_is_reachable(s->mirror));
	textfiles_write(&x->response->body, s->textfile, s->n_textfiles);
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
	struct buf *out = page_begin(x, "application/json");
	struct fleet_entry *t;
	bool first = true;

	buf_adds(out, "{\"models\":[");
	for (size_t i = 0; (t = fleet_at(&x->server->fleet, i)); i++) {
		const char *name = endpoint_name(t->endpoint);

		if (t->label == NULL) {
			buf_adds(out, first ? "" : ",");
			json_quote(out, name, strlen(name));
			first = false;
		}
		fleet_let_go(t);
	}
	buf_adds(out, "]}");
}

/* Versions held, each number of a name once. */
struct version_list {
	struct version **v;
	size_t n;
};

static bool
is_listed(const struct version_list *l, const struct version *v)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i]->name, v->name) == 0 &&
		    strcmp(l->v[i]->number, v->number) == 0)
			return true;
	return false;
}

/* Those an endpoint answers with, of that name; NULL: of any. */
static void
add_versions(struct version_list *l, struct endpoint *p, const char *name)
{
	for (int n = 0; n < VARIANTS; n++) {
		struct version *v = endpoint_hold(p, n);

		if (v == NULL || (name && strcmp(v->name, name) != 0) ||
		    is_listed(l, v)) {
			version_release(v);
			continue;
		}
		l->v = xresize(l->v, l->n + 1, sizeof(*l->v));
		l->v[l->n++] = v;
	}
}

static void
release_versions(struct version_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		version_release(l->v[i]);
	free(l->v);
}

/* All of that name, under whatever label. */
static void
find_versions(struct version_list *l, struct fleet *fleet, const char *name)
{
	struct fleet_entry *t;

	for (size_t i = 0; (t = fleet_at(fleet, i)); i++) {
		add_versions(l, t->endpoint, name);
		fleet_let_go(t);
	}
}

static void
put_indexed(struct buf *out, const char *name, const char *number,
    const char *why)
{
	buf_adds(out, out->len > 1 ? ",{\"name\":" : "{\"name\":");
	json_quote(out, name, strlen(name));
	if (number)
		buf_addf(out, ",\"version\":\"%s\"", number);
	buf_addf(out, ",\"state\":\"%s\",\"reason\":", number ? "READY" :
	    "UNAVAILABLE");
	json_quote(out, why, strlen(why));
	buf_addc(out, '}');
}

/* Triton's list: what answers, and what does not yet, with why. */
void
show_index(struct exchange *x)
{
	struct buf *out = page_begin(x, "application/json"), why;
	struct version_list l = { NULL, 0 };
	struct fleet_entry *t;

	buf_init(&why, BUF_CAP_SMALL);
	buf_addc(out, '[');
	for (size_t i = 0; (t = fleet_at(&x->server->fleet, i)); i++) {
		if (!endpoint_is_loaded(t->endpoint)) {
			buf_clear(&why);
			endpoint_explain(&why, t->endpoint);
			put_indexed(out, endpoint_name(t->endpoint), NULL,
			    why.data);
		}
		add_versions(&l, t->endpoint, NULL);
		fleet_let_go(t);
	}
	for (size_t i = 0; i < l.n; i++)
		put_indexed(out, l.v[i]->name, l.v[i]->number, "");
	buf_addc(out, ']');
	buf_free(&why);
	release_versions(&l);
}

static const char *
asked_name(const struct exchange *x)
{
	return x->version ? x->version->name :
	    endpoint_name(x->entry->endpoint);
}

/* Does who was asked for answer? */
static bool
answers(const struct exchange *x)
{
	return !atomic_load(&x->server->retired) && (x->version ||
	    endpoint_is_loaded(x->entry->endpoint));
}

void
show_model_ready(struct exchange *x)
{
	const char *name = asked_name(x);
	struct buf *out = page_begin(x, "application/json");
	bool ready = answers(x);

	x->response->status = ready ? 200 : 503;
	buf_adds(out, "{\"name\":");
	json_quote(out, name, strlen(name));
	buf_addf(out, ",\"ready\":%s}", ready ? "true" : "false");
}

/* Of the version in the path; else of the stable one, with the numbers of the
 * others that go by its name. */
void
show_model(struct exchange *x)
{
	struct version_list l = { NULL, 0 };
	const char **others;
	struct version *v;
	size_t n = 0;

	if (x->version == NULL) {
		x->version = endpoint_hold(x->entry->endpoint, VARIANT_STABLE);
		find_versions(&l, &x->server->fleet, asked_name(x));
	}
	if ((v = x->version) == NULL) {
		exchange_refuse_unloaded(x);
		release_versions(&l);
		return;
	}
	others = xalloc(l.n + 1, sizeof(*others));
	for (size_t i = 0; i < l.n; i++)
		if (strcmp(l.v[i]->number, v->number) != 0)
			others[n++] = l.v[i]->number;
	x->dialect->describe(page_begin(x, "application/json"), v, others);
	free(others);
	release_versions(&l);
}

static void
put_state(struct buf *out, const struct version *v, const char *comma)
{
	buf_addf(out, "%s{\"version\":\"%s\",\"state\":\"AVAILABLE\","
	    "\"status\":{\"error_code\":\"OK\",\"error_message\":\"\"}}",
	    comma, v->number);
}

/* KServe's name and readiness, TensorFlow Serving's states: one object is
 * both. */
void
show_status(struct exchange *x)
{
	const char *name = asked_name(x);
	struct buf *out = page_begin(x, "application/json");
	struct version_list l = { NULL, 0 };

	buf_adds(out, "{\"name\":");
	json_quote(out, name, strlen(name));
	buf_addf(out, ",\"ready\":%s,\"model_version_status\":[",
	    answers(x) ? "true" : "false");
	if (x->version)
		put_state(out, x->version, "");
	else
		find_versions(&l, &x->server->fleet, name);
	for (size_t i = 0; i < l.n; i++)
		put_state(out, l.v[i], i ? "," : "");
	buf_adds(out, "]}");
	release_versions(&l);
}
