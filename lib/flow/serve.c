/* The server behind `mlv-serve http`: its life, its pages, its routes. */
#include "flow/serve.h"

#include <stdlib.h>
#include <string.h>

#include "access/tokens.h"
#include "base/mem.h"
#include "catalog/name.h"
#include "codec/json.h"
#include "flow/serve/announcer.h"
#include "flow/serve/exchange.h"
#include "flow/serve/feedback.h"
#include "flow/models/models.h"
#include "flow/serve/openapi.h"
#include "flow/serve/pages.h"
#include "flow/serve/permit.h"
#include "flow/serve/shadow.h"
#include "reqlog/policy.h"

/* --- life ----------------------------------------------------------------- */

/* A model of a repository may be rolled out while it is served; what was
 * given a canary here is left alone. */
static bool
may_be_rolled_out(const struct server_opts *o)
{
	const char *stable = o->endpoint.source[VARIANT_STABLE];
	struct err ignored;
	struct name n;
	bool may = o->models != NULL;

	if (stable && name_parse(&n, stable, &ignored) == 0) {
		may = name_is_ref(&n) &&
		    o->endpoint.source[VARIANT_CANARY] == NULL;
		name_free(&n);
	}
	return may && o->mirror.url == NULL;
}

static int
open_log(struct server *s, const struct server_opts *o, struct err *e)
{
	const struct reqlog_policy *p = o->log_policy;
	struct reqlog_opts ro = { .log = o->endpoint.log };

	if (p) {
		ro.segment_bytes = p->segment_bytes;
		ro.segment_ms = p->segment_ms;
		ro.keep_ms = p->keep_ms;
		ro.keep_bytes = p->keep_bytes;
		ro.before_answer = p->before_answer;
	}
	if (o->announcer) {
		if (announcer_start(o->announcer, e) < 0)
			return -1;
		s->announcer = o->announcer;
		ro.also = announcer_add;
		ro.also_ctx = o->announcer;
	}
	return reqlog_open(&s->reqlog, o->log_folder, &ro, e);
}

/* Everything that the models need, then the models. */
static int
open_server(struct server *s, const struct server_opts *o, struct err *e)
{
	const struct feature_server_opts fo = { o->features,
	    { o->feature_store, o->redis_password, 0 }, o->service,
	    o->endpoint.log };
	struct models_opts mo = { .path = o->models, .endpoint = o->endpoint,
	    .follow = may_be_rolled_out(o), .logs = o->log_folder != NULL,
	    .fleet = &s->fleet };

	s->metrics_names = o->metrics_names;
	s->max_wait_us = o->max_wait_us;
	mo.endpoint.stats = &s->stats;
	if (feedback_open(&s->feedback, o->feedback, e) < 0)
		return -1;
	if ((o->tokens && tokens_open(&s->tokens, o->tokens,
	    o->endpoint.log, e) < 0) || (o->features &&
	    feature_server_open(&s->features, &fo, e) < 0))
		return -1;
	if (o->service)
		mo.endpoint.fill = &s->features->filler;
	if (o->mirror.url) {
		mo.endpoint.folder = o->mirror.folder;
		if (mirror_open(&s->mirror, &o->mirror, mo.endpoint.source,
		    VARIANTS, e) < 0)
			return -1;
	}
	if (models_open(&s->models, &mo, e) < 0)
		return -1;
	if (o->log_folder == NULL)
		return 0;
	return open_log(s, o, e) < 0 ? -1 : shadow_start(&s->shadow,
	    s->reqlog, e);
}

int
server_new(struct server **out, const struct server_opts *o, struct err *e)
{
	struct server *s = xalloc(1, sizeof(*s));

	s->log_policy = o->log_policy;
	s->seccomp = o->seccomp;
	s->landlock = o->landlock;
	server_stats_init(&s->stats);
	costs_init(&s->costs, o->cost_per_hour);
	s->textfile = o->textfile;
	s->n_textfiles = o->n_textfiles;
	fleet_init(&s->fleet);
	if (open_server(s, o, e) < 0) {
		server_free(s);
		return -1;
	}
	*out = s;
	return 0;
}

void
server_free(struct server *s)
{
	if (s == NULL)
		return;
	shadow_stop(s->shadow);
	models_close(s->models);
	fleet_release(&s->fleet);
	mirror_close(s->mirror);
	reqlog_close(s->reqlog);
	feature_server_close(s->features);
	feedback_close(s->feedback);
	tokens_close(s->tokens);
	costs_release(&s->costs);
	server_stats_release(&s->stats);
	free(s);
}

void
server_poll(struct server *s)
{
	if (s->mirror)
		mirror_poll(s->mirror);
	models_poll(s->models);
}

void
server_retire(struct server *s)
{
	atomic_store(&s->retired, true);
}

/* --- what is not there ---------------------------------------------------- */

/* The paths of an endpoint and of its versions. */
static void
list_paths(struct buf *out, const struct fleet_entry *t)
{
	if (t->label == NULL)
		buf_addf(out, ", /v2/models/%s/infer",
		    endpoint_name(t->endpoint));
	for (int i = 0; i < VARIANTS; i++) {
		struct version *v = endpoint_hold(t->endpoint, i);

		if (v)
			buf_addf(out, ", /v2/models/%s/versions/%s/infer",
			    v->name, v->number);
		version_release(v);
	}
}

#define PATHS_TOLD 512		/* bytes; then only that there are more */

/* Says what there is instead. */
static void
answer_not_found(struct exchange *x, const char *what)
{
	struct fleet *fleet = &x->server->fleet;
	struct fleet_entry *t, *standard = fleet_standard(fleet);
	struct buf b, paths;

	atomic_fetch_add(&x->server->stats.bad_requests, 1);
	buf_init(&b, BUF_CAP_SMALL);
	buf_init(&paths, BUF_CAP_SMALL);
	for (size_t i = 0; paths.len < PATHS_TOLD && (t = fleet_at(fleet, i));
	    i++) {
		list_paths(&paths, t);
		fleet_let_go(t);
	}
	if (paths.len >= PATHS_TOLD)
		buf_adds(&paths, " and more, as /v2/repository/index lists");
	buf_addf(&b, "%s; served here: %s%s", what, paths.len ? paths.data + 2 :
	    "", standard ? ", /invocations" : "");
	exchange_fail(x, 404, b.data);
	fleet_let_go(standard);
	buf_free(&b);
	buf_free(&paths);
}

static void
answer_no_path(struct exchange *x)
{
	answer_not_found(x, "no such path");
}

static void
answer_only_health(struct exchange *x)
{
	atomic_fetch_add(&x->server->stats.bad_requests, 1);
	exchange_fail(x, 404, "no such path; this port answers for /health, "
	    "/version and /metrics alone");
}

static void
refuse_method(struct exchange *x, const char *wanted)
{
	exchange_fail(x, 405, strcmp(wanted, "GET") == 0 ? "use GET" :
	    "use POST");
	http_add_field(x->response, "Allow", strcmp(wanted, "GET") == 0 ?
	    "GET, HEAD" : wanted);
}

static bool
is_name(const struct route_part *part, const char *name)
{
	return strlen(name) == part->n && memcmp(name, part->s, part->n) == 0;
}

/* A label is what a variant is called, or one of its own. */
static bool
find_label(struct exchange *x)
{
	const struct route_part *model = &x->path.model, *label = &x->path.label;
	struct fleet *fleet = &x->server->fleet;
	struct fleet_entry *t = fleet_find_label(fleet, model->s, model->n,
	    label->s, label->n);

	if (t) {
		fleet_let_go(x->entry);
		x->entry = t;
		x->version = endpoint_hold(t->endpoint, VARIANT_STABLE);
		return true;
	}
	for (int i = 0; i < VARIANTS; i++)
		if (is_name(label, variant_text(i)))
			x->version = endpoint_hold(x->entry->endpoint, i);
	if (x->version == NULL)
		answer_not_found(x, "no version has that label here: stable, "
		    "or canary where there is one");
	return x->version != NULL;
}

/* The model and version of the path; false, answered, when they are not
 * served. */
static bool
find_model(struct exchange *x)
{
	const struct route_part *model = &x->path.model;
	const struct route_part *version = &x->path.version;
	struct fleet *fleet = &x->server->fleet;

	x->entry = model->s ? fleet_find(fleet, model->s, model->n) :
	    fleet_standard(fleet);
	if (version->s) {
		x->version = fleet_find_version(fleet, model->s, model->n,
		    version->s, version->n);
		if (x->version == NULL)
			answer_not_found(x, "that version is not served here");
		return x->version != NULL;
	}
	if (model->s && x->entry == NULL) {
		answer_not_found(x, "that model is not served here");
		return false;
	}
	return x->path.label.s ? find_label(x) : true;
}

/* Where no path names a model, and none is the one that is meant then. */
static bool
needs_model(struct exchange *x, const struct route *r)
{
	if (x->entry || x->version || r->handle != exchange_infer)
		return false;
	answer_not_found(x, "several models are served: ask one by its name, or "
	    "name the 'default' in the file of models");
	return true;
}

/* --- features ------------------------------------------------------------- */

static void
get_features(struct exchange *x)
{
	struct http_response *out = x->response;
	struct err e = ERR_INIT;
	bool theirs;

	if (x->server->features == NULL) {
		answer_not_found(x, "no features are served here: start with "
		    "--features");
		return;
	}
	if (feature_server_answer(&out->body, x->server->features,
	    x->request->body, x->request->n, &e) == 0) {
		out->status = 200;
		out->type = "application/json";
		return;
	}
	theirs = e.code == ERR_FORMAT || e.code == ERR_USAGE ||
	    e.code == ERR_NOENT || e.code == ERR_TOOBIG;
	if (theirs)
		atomic_fetch_add(&x->server->stats.bad_requests, 1);
	exchange_fail(x, e.code == ERR_BUSY ? 503 : !theirs ? 500 :
	    e.code == ERR_NOENT ? 404 : 400, e.msg);
	if (e.code == ERR_BUSY)
		http_add_field(out, "Retry-After", "1");
}

/* --- routes --------------------------------------------------------------- */

#define MODEL "/v2/models/{model}"
#define VERSION MODEL "/versions/{version}"
#define V1 "/v1/models/{model}"
#define V1_VERSION V1 "/versions/{version}"
#define V1_LABEL V1 "/labels/{label}"

/* What can be asked at the listener for health, too. */
#define ABOUT_SERVER \
	{ "GET", "/v2/health/ready", show_ready, NULL, "200 while requests are " \
	    "welcome" }, \
	{ "GET", "/readyz", show_ready, NULL, "200 while requests are " \
	    "welcome" }, \
	{ "GET", "/v2/health/live", show_live, NULL, "200 while the server " \
	    "runs" }, \
	{ "GET", "/livez", show_live, NULL, "200 while the server runs" }, \
	{ "GET", "/ping", show_ping, NULL, "ready, as MLflow, SageMaker and " \
	    "TorchServe ask" }, \
	{ "GET", "/health", show_ping, NULL, "ready, as MLflow asks" }, \
	{ "GET", "/version", show_program_version, NULL, "of mlv" }, \
	{ "GET", "/metrics", show_metrics, NULL, "for Prometheus" }, \
	{ "GET", "/monitoring/prometheus/metrics", show_metrics, NULL, "the " \
	    "same, where TensorFlow Serving has it" }

/* Serving's three questions, by whatever stands in front of the colon. */
#define ASK_TFS(at, which) \
	{ "POST", at ":predict", exchange_infer, &dialect_tfs_predict, \
	    "TensorFlow Serving, KServe v1: predict" which }, \
	{ "POST", at ":classify", exchange_infer, &dialect_tfs_classify, \
	    "TensorFlow Serving: classify" which }, \
	{ "POST", at ":regress", exchange_infer, &dialect_tfs_regress, \
	    "TensorFlow Serving: regress" which }, \
	{ "GET", at "/metadata", show_model, &dialect_tfs_predict, \
	    "TensorFlow Serving: inputs and outputs" which }

#define ASK_SELDON(at) \
	{ "POST", at "/predictions", exchange_infer, &dialect_seldon, \
	    "Seldon, version 1" }, \
	{ "POST", at "/feedback", take_feedback, &dialect_seldon, \
	    "Seldon, version 1: a reward or the truth, later" }

static void show_openapi(struct exchange *x);

static const struct route routes[] = {
	{ "POST", MODEL "/infer", exchange_infer, &dialect_v2,
	    "Open Inference Protocol v2" },
	{ "POST", VERSION "/infer", exchange_infer, &dialect_v2,
	    "Open Inference Protocol v2, one version" },
	{ "POST", "/invocations", exchange_infer, &dialect_mlflow,
	    "MLflow, SageMaker" },
	{ "POST", "/get-online-features", get_features, NULL,
	    "Feast's feature server" },
	{ "GET", MODEL, show_model, &dialect_v2,
	    "what the model takes and answers" },
	{ "GET", VERSION, show_model, &dialect_v2,
	    "what the version takes and answers" },
	{ "GET", MODEL "/ready", show_model_ready, &dialect_v2,
	    "200 while the model answers" },
	{ "GET", VERSION "/ready", show_model_ready, &dialect_v2,
	    "200 while the version answers" },
	ASK_TFS(V1, ""),
	ASK_TFS(V1_VERSION, ", one version"),
	ASK_TFS(V1_LABEL, ", stable or canary"),
	{ "GET", V1, show_status, &dialect_tfs_predict,
	    "TensorFlow Serving, KServe v1: versions and their state" },
	{ "GET", V1_VERSION, show_status, &dialect_tfs_predict,
	    "TensorFlow Serving: the state of one version" },
	{ "GET", V1_LABEL, show_status, &dialect_tfs_predict,
	    "TensorFlow Serving: the state of stable or canary" },
	{ "POST", "/predictions/{model}", exchange_infer,
	    &dialect_torchserve, "TorchServe" },
	{ "PUT", "/predictions/{model}", exchange_infer,
	    &dialect_torchserve, "TorchServe, as curl -T sends" },
	{ "POST", "/predictions/{model}/{version}", exchange_infer,
	    &dialect_torchserve, "TorchServe, one version" },
	{ "PUT", "/predictions/{model}/{version}", exchange_infer,
	    &dialect_torchserve, "TorchServe, one version, as curl -T sends" },
	ASK_SELDON("/api/v1.0"),
	ASK_SELDON("/api/v0.1"),
	/* a model that is not served is said before a path that is none */
	{ NULL, VERSION "{rest}", answer_no_path, NULL, NULL },
	{ NULL, MODEL "{rest}", answer_no_path, NULL, NULL },
	{ "GET", "/v2/models", list_models, NULL, "names of the models" },
	{ "GET", "/v1/models", list_models, NULL, "names of the models, KServe "
	    "v1" },
	{ "POST", "/v2/repository/index", show_index, NULL, "models, versions "
	    "and their state, as Triton lists them" },
	{ "GET", "/v2", show_server, NULL, "name, version and extensions" },
	{ "GET", "/openapi.json", show_openapi, NULL, "these paths, as OpenAPI" },
	ABOUT_SERVER,
	{ NULL, "{rest}", answer_no_path, NULL, NULL },
};

static const struct route health_routes[] = {
	ABOUT_SERVER,
	{ NULL, "{rest}", answer_only_health, NULL, NULL },
};

static void
show_openapi(struct exchange *x)
{
	openapi_write(page_begin(x, "application/json"), routes,
	    sizeof(routes) / sizeof(routes[0]));
}

static void
answer_by(const struct route *r, struct exchange *x)
{
	x->dialect = r->dialect;
	if (find_model(x)) {
		if (!route_takes(r, x->request->method))
			refuse_method(x, r->method);
		else if (!needs_model(x, r))
			r->handle(x);
	}
	version_release(x->version);
	fleet_let_go(x->entry);
}

static void
find_dialect(struct exchange *x)
{
	x->dialect = route_find(routes, sizeof(routes) / sizeof(routes[0]),
	    x->request->method, x->request->path, &x->path)->dialect;
}

bool
server_admit(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct exchange x = { .server = ctx, .request = request,
	    .response = response };

	return exchange_is_permitted(&x, find_dialect);
}

void
server_answer_health(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct exchange x = { .server = ctx, .request = request,
	    .response = response };

	answer_by(route_find(health_routes, sizeof(health_routes) /
	    sizeof(health_routes[0]), request->method, request->path,
	    &x.path), &x);
}

void
server_answer(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct exchange x = { .server = ctx, .request = request,
	    .response = response };

	answer_by(route_find(routes, sizeof(routes) / sizeof(routes[0]),
	    request->method, request->path, &x.path), &x);
}
