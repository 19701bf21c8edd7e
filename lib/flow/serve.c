#include "flow/serve.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "reqlog/reqlog.h"
#include "dialect/dialect.h"
#include "table/write.h"

struct app {
	struct endpoint *endpoint;
	struct server_stats stats;
	struct reqlog *reqlog;
	_Atomic bool retired;
};

/* --- life ----------------------------------------------------------------- */

int
app_new(struct app **out, const struct app_opts *o, struct err *e)
{
	struct app *a = xalloc(1, sizeof(*a));
	const struct reqlog_opts ro = { .log = o->endpoint.log };
	struct endpoint_opts so = o->endpoint;

	so.stats = &a->stats;
	if (endpoint_open(&a->endpoint, &so, e) < 0 || (o->log_folder &&
	    reqlog_open(&a->reqlog, o->log_folder, &ro, e) < 0)) {
		app_free(a);
		return -1;
	}
	*out = a;
	return 0;
}

void
app_free(struct app *a)
{
	if (a == NULL)
		return;
	endpoint_close(a->endpoint);
	reqlog_close(a->reqlog);
	server_stats_release(&a->stats);
	free(a);
}

void
app_refresh(struct app *a)
{
	endpoint_poll(a->endpoint);
}

void
app_retire(struct app *a)
{
	atomic_store(&a->retired, true);
}

/* --- answering ------------------------------------------------------------ */

static void
fail_with(struct http_response *out, int status, const char *why)
{
	out->status = status;
	out->type = "application/json";
	buf_clear(&out->body);
	buf_adds(&out->body, "{\"error\":");
	json_quote(&out->body, why, strlen(why));
	buf_adds(&out->body, "}");
}

enum protocol { V2, INVOCATIONS };

/* Whatever a request makes go wrong is the request's fault, but for memory. */
static void
refuse(struct http_response *out, enum protocol protocol,
    const struct err *why)
{
	fail_with(out, why->code == ERR_NOMEM ? 503 : 400, why->msg);
	if (protocol != INVOCATIONS)
		return;
	buf_clear(&out->body);
	buf_adds(&out->body, "{\"error_code\":\"BAD_REQUEST\",\"message\":");
	json_quote(&out->body, why->msg, strlen(why->msg));
	buf_adds(&out->body, "}");
}

/* Each row to the request log: what came in, what went out. */
static void
log_rows(struct app *a, const struct version *s, const char *id,
    const char *unit, const struct table *in, const struct table *answers)
{
	struct reqlog_request r = { clock_wall_us(), id, unit, s->name,
	    s->number, s->digest, variant_text(s->variant) };
	const struct column **col;
	struct buf x, y;
	size_t n_in;

	(void)binding_wants(s->binding, &n_in);
	col = xalloc(n_in + answers->cols + 1, sizeof(*col));
	for (size_t i = 0; i < n_in; i++)
		col[i] = &in->col[i];
	for (size_t i = 0; i < answers->cols; i++)
		col[n_in + i] = &answers->col[i];
	buf_init(&x, BUF_CAP_DOC);
	buf_init(&y, BUF_CAP_DOC);
	for (size_t i = 0; i < answers->rows; i++) {
		buf_clear(&x);
		buf_clear(&y);
		table_write_jsonl(&x, col, n_in, i, i + 1);
		table_write_jsonl(&y, col + n_in, answers->cols, i, i + 1);
		if (x.len && y.len)	/* without the newline */
			reqlog_row(a->reqlog, &r, x.data, x.len - 1, y.data,
			    y.len - 1);
	}
	buf_free(&x);
	buf_free(&y);
	free(col);
}

static const char *
find_id(const char *body, size_t n, struct arena *arena)
{
	struct json_pull p;
	struct err ignored;
	const char *id = NULL;
	enum json_token t;

	/* only the outermost "id": a look, not a parse */
	json_pull_init(&p, body, n, JSON_NAN);
	t = json_pull(&p, &ignored);
	while (t == JSON_T_MAP || t == JSON_KEY) {
		t = json_pull(&p, &ignored);
		if (t != JSON_KEY)
			break;
		if (p.n == 2 && memcmp(p.s, "id", 2) == 0) {
			if (json_pull(&p, &ignored) == JSON_T_TEXT)
				id = arena_strndup(arena, p.s, p.n);
			break;
		}
		if (json_pull_skip(&p, &ignored) < 0)
			break;
	}
	json_pull_free(&p);
	return id;
}

/* Read, score, write; -1 with why not. */
static int
answer(struct table **answers, struct wire_request *w, struct buf *out,
    struct session *d, const struct http_request *r, enum protocol protocol,
    struct version *s, const char *name, struct err *e)
{
	bool csv = http_media_is(http_header(r, "Content-Type"), "text/csv");

	if (protocol == V2 && http_header(r, "Inference-Header-Content-Length"))
		return err_set(e, ERR_UNSUPPORTED, "binary tensors are not "
		    "spoken here: send JSON alone (tritonclient: "
		    "binary_data=False)");
	if ((protocol == V2 ? wire_read_v2(w, d, r->body, r->n, e) :
	    wire_read_invocation(w, d, r->body, r->n, csv, e)) < 0 ||
	    scorer_run(answers, d->scorer, w->block, e) < 0)
		return -1;
	if (protocol == V2)
		wire_write_v2(out, w, name, s, *answers);
	else
		wire_write_predictions(out, *answers);
	if (out->failed)
		return err_set(e, ERR_TOOBIG, "the answers to so many rows do "
		    "not fit: ask for fewer at a time");
	return 0;
}

/* `name`: of the model in the answer. */
static void
infer(struct app *a, const struct http_request *r, struct http_response *out,
    enum protocol protocol, struct version *s, const char *name,
    const char *unit)
{
	int64_t begin = clock_mono_us();
	struct wire_request w;
	struct table *answers = NULL;
	struct err e = ERR_INIT;
	struct session *d = session_take(s, &e);
	int good = -1;

	out->type = "application/json";
	if (d)
		good = answer(&answers, &w, &out->body, d, r, protocol, s,
		    name, &e);
	if (good < 0)
		refuse(out, protocol, &e);
	else if (a->reqlog)
		log_rows(a, s, w.id, unit ? unit : w.id, w.block, answers);
	if (good < 0)
		version_stats_failed(s->stats, clock_mono_us() - begin);
	else
		version_stats_answered(s->stats, answers->rows,
		    scorer_unseen(d->scorer), clock_mono_us() - begin);
	if (d)
		session_give(s, d);
	out->extra[0][0] = "X-Mlv-Model";
	out->extra[0][1] = s->stats->digest;
	out->extra[1][0] = "X-Mlv-Version";
	out->extra[1][1] = s->stats->number;
	out->extra[2][0] = "X-Mlv-Variant";
	out->extra[2][1] = variant_text(s->stats->variant);
}

/* `s`: the version asked for, or NULL for whoever answers the unit. */
static void
ask(struct app *a, const struct http_request *r, struct http_response *out,
    enum protocol protocol, struct version *s)
{
	const char *unit = http_header(r, "X-Unit-Id"), *id = NULL;
	const char *by;
	struct arena arena = { 0 };

	if (unit && *unit == '\0')	/* of nobody: no unit */
		unit = NULL;

	atomic_fetch_add_explicit(&a->stats.in_flight, 1,
	    memory_order_relaxed);
	if (protocol == V2 && !unit && endpoint_is_split(a->endpoint))
		id = find_id(r->body, r->n, &arena);
	by = unit ? unit : id && *id ? id : NULL;
	if (s) {
		infer(a, r, out, protocol, s, s->name, unit);
	} else {
		s = by ? endpoint_choose(a->endpoint, by, strlen(by)) :
		    endpoint_choose(a->endpoint, r->body, r->n);
		infer(a, r, out, protocol, s, endpoint_name(a->endpoint), unit);
		version_release(s);
	}
	arena_free(&arena);
	atomic_fetch_sub_explicit(&a->stats.in_flight, 1,
	    memory_order_relaxed);
}

/* --- routes --------------------------------------------------------------- */

static bool
is_get(const struct http_request *r, struct http_response *out)
{
	if (strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0)
		return true;
	fail_with(out, 405, "use GET");
	out->extra[0][0] = "Allow";
	out->extra[0][1] = "GET, HEAD";
	return false;
}

static bool
is_post(const struct http_request *r, struct http_response *out)
{
	if (strcmp(r->method, "POST") == 0)
		return true;
	fail_with(out, 405, "use POST");
	out->extra[0][0] = "Allow";
	out->extra[0][1] = "POST";
	return false;
}

static void
say_ready(struct app *a, struct http_response *out, const char *name)
{
	bool ready = !atomic_load(&a->retired);

	out->type = "application/json";
	out->status = ready ? 200 : 503;
	if (name) {
		buf_adds(&out->body, "{\"name\":");
		json_quote(&out->body, name, strlen(name));
		buf_addf(&out->body, ",\"ready\":%s}", ready ? "true" :
		    "false");
	} else {
		buf_addf(&out->body, "{\"live\":true,\"ready\":%s}",
		    ready ? "true" : "false");
	}
}

/* Whoever asked for something else is told what there is. */
static void
not_here(struct app *a, struct http_response *out, const char *what)
{
	struct buf b;

	atomic_fetch_add(&a->stats.bad_requests, 1);
	buf_init(&b, BUF_CAP_SMALL);
	buf_addf(&b, "%s; served here: /v2/models/%s/infer", what,
	    endpoint_name(a->endpoint));
	for (int i = 0; i < VARIANTS; i++) {
		struct version *v = endpoint_hold(a->endpoint, i);

		if (v)
			buf_addf(&b, ", /v2/models/%s/versions/%s/infer",
			    v->name, v->number);
		version_release(v);
	}
	buf_adds(&b, ", /invocations");
	fail_with(out, 404, b.data);
	buf_free(&b);
}

static void
say_metadata(struct app *a, struct http_response *out, struct version *s)
{
	struct version *first = s ? s : endpoint_hold(a->endpoint, VARIANT_STABLE);
	struct version *other = s ? NULL : endpoint_hold(a->endpoint, VARIANT_CANARY);
	bool both = other && strcmp(first->name, other->name) == 0 &&
	    strcmp(first->number, other->number) != 0;

	out->type = "application/json";
	wire_write_metadata(&out->body, first, both ? other->number : NULL);
	version_release(other);
	if (s == NULL)
		version_release(first);
}

/* What follows /v2/models/NAME[/versions/V]; `s` is that version. */
static void
model_verb(struct app *a, const struct http_request *r,
    struct http_response *out, const char *what, struct version *s)
{
	if (strcmp(what, "/infer") == 0) {
		if (is_post(r, out))
			ask(a, r, out, V2, s);
	} else if (strcmp(what, "/ready") == 0) {
		if (is_get(r, out))
			say_ready(a, out, s ? s->name : endpoint_name(a->endpoint));
	} else if (*what == '\0') {
		if (is_get(r, out))
			say_metadata(a, out, s);
	} else {
		not_here(a, out, "no such path");
	}
}

static void
model_route(struct app *a, const struct http_request *r,
    struct http_response *out, const char *rest)
{
	const char *name = endpoint_name(a->endpoint), *what = rest + strcspn(rest, "/");
	size_t n = (size_t)(what - rest), n_version;
	const char *version;
	struct version *s;

	if (strncmp(what, "/versions/", 10) == 0) {
		version = what + 10;
		n_version = strcspn(version, "/");
		s = endpoint_find(a->endpoint, rest, n, version, n_version);
		if (s)
			model_verb(a, r, out, version + n_version, s);
		else
			not_here(a, out, "that version is not served here");
		version_release(s);
	} else if (strlen(name) == n && memcmp(name, rest, n) == 0) {
		model_verb(a, r, out, what, NULL);
	} else {
		not_here(a, out, "that model is not served here");
	}
}

static void
list_models(struct app *a, struct http_response *out)
{
	const char *name = endpoint_name(a->endpoint);

	out->type = "application/json";
	buf_adds(&out->body, "{\"models\":[");
	json_quote(&out->body, name, strlen(name));
	buf_adds(&out->body, "]}");
}

static void
metrics(struct app *a, struct http_response *out)
{
	out->type = "text/plain; version=0.0.4; charset=utf-8";
	server_stats_write(&out->body, &a->stats, !atomic_load(&a->retired),
	    a->reqlog ? reqlog_rows(a->reqlog) : 0,
	    a->reqlog ? reqlog_dropped(a->reqlog) : 0);
}

static bool
takes_body(const struct http_request *r)
{
	const char *type = http_header(r, "Content-Type");

	return type == NULL || http_media_is(type, "application/json") ||
	    http_media_is(type, "text/csv");
}

static void
invocations(struct app *a, const struct http_request *r,
    struct http_response *out)
{
	if (!is_post(r, out))
		return;
	if (takes_body(r)) {
		ask(a, r, out, INVOCATIONS, NULL);
		return;
	}
	out->status = 415;
	out->type = "text/plain";
	buf_adds(&out->body, "application/json or text/csv is needed\n");
}

void
app_answer(void *app, const struct http_request *r,
    struct http_response *out)
{
	struct app *a = app;
	const char *p = r->path;

	if (strncmp(p, "/v2/models/", 11) == 0) {
		model_route(a, r, out, p + 11);
	} else if (strcmp(p, "/invocations") == 0) {
		invocations(a, r, out);
	} else if (strcmp(p, "/v2/health/ready") == 0 ||
	    strcmp(p, "/readyz") == 0) {
		if (is_get(r, out))
			say_ready(a, out, NULL);
	} else if (strcmp(p, "/v2/health/live") == 0 ||
	    strcmp(p, "/livez") == 0) {
		if (is_get(r, out)) {
			out->type = "application/json";
			buf_adds(&out->body, "{\"live\":true}");
		}
	} else if (strcmp(p, "/ping") == 0 || strcmp(p, "/health") == 0) {
		if (is_get(r, out)) {
			out->status = atomic_load(&a->retired) ? 503 : 200;
			buf_adds(&out->body, "\n");
		}
	} else if (strcmp(p, "/version") == 0) {
		if (is_get(r, out)) {
			out->type = "text/plain";
			buf_adds(&out->body, MLV_VERSION "\n");
		}
	} else if (strcmp(p, "/metrics") == 0) {
		if (is_get(r, out))
			metrics(a, out);
	} else if (strcmp(p, "/v2/models") == 0) {
		if (is_get(r, out))
			list_models(a, out);
	} else if (strcmp(p, "/v2") == 0) {
		if (is_get(r, out)) {
			out->type = "application/json";
			buf_adds(&out->body, "{\"name\":\"mlv-serve\","
			    "\"version\":\"" MLV_VERSION "\",\"extensions\":[]}");
		}
	} else {
		not_here(a, out, "no such path");
	}
}
