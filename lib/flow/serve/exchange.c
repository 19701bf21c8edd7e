/* Inference: from the body of a request to the body of its answer. */
#include "flow/serve/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "codec/json.h"
#include "deploy/inputs.h"
#include "flow/serve/deadline.h"
#include "flow/serve/shadow.h"
#include "reqlog/policy.h"
#include "table/write.h"

/* For what a request needs of small things: session, headers, log line. */
#define RESERVE_BYTES ((size_t)4 << 20)

/* What inference adds to an exchange. */
struct inference {
	struct exchange *x;
	struct dialect_request request;
	struct table *answers;		/* of the session's scorer */
	struct joined joined;		/* features; where there are any */
	bool store_failed;		/* it is not the client's fault */
	const char *unit;		/* X-Unit-Id, or NULL */
	struct choice how;		/* it came that x->version answers */
	int64_t micros;			/* until it was answered */
	int64_t mark_ns;		/* when the phase before ended */
	struct stats_times times;
	struct deadline deadline;
	int late;			/* the status of what came too late */
	enum stats_failure failure;	/* where it would fail now */
};

void
exchange_fail(struct exchange *x, int status, const char *why)
{
	struct http_response *out = x->response;

	out->status = status;
	out->type = "application/json";
	buf_clear(&out->body);
	if (x->dialect) {
		x->dialect->refuse(&out->body, status, why);
		return;
	}
	buf_adds(&out->body, "{\"error\":");
	json_quote(&out->body, why, strlen(why));
	buf_adds(&out->body, "}");
}

/* --- who answers ---------------------------------------------------------- */

/* A unit is the header X-Unit-Id, else the request's id, else its body. */
static void
choose_version(struct inference *in)
{
	struct exchange *x = in->x;
	const struct http_request *http = x->request;
	struct endpoint *endpoint = x->entry->endpoint;
	const char *by = in->unit;
	struct arena a = { 0 };

	if (by == NULL && x->dialect->find_id && endpoint_is_split(endpoint))
		by = x->dialect->find_id(http->body, http->n, &a);
	x->version = by && *by ? endpoint_choose(endpoint, &in->how, by,
	    strlen(by)) : endpoint_choose(endpoint, &in->how, http->body,
	    http->n);
	arena_free(&a);
}

/* --- the request log ------------------------------------------------------ */

/* As table_write_lists, but of one row its values, not lists of them. */
static void
write_one_row(struct buf *out, const struct column *const *col, size_t n,
    size_t from, size_t to)
{
	table_write_jsonl(out, col, n, from, to);
	if (out->len)
		out->len--;	/* the newline */
}

/* What all lines of a request share. */
static struct reqlog_request
begin_log(struct reqlog_placed *placed, const struct inference *in)
{
	const struct version *v = in->x->version;
	const struct dialect_request *q = &in->request;

	*placed = (struct reqlog_placed){ in->how.split.rollout,
	    in->how.split.percent, in->how.place };
	return (struct reqlog_request){ clock_wall_us(), q->id, in->unit ?
	    in->unit : q->id, v->name, v->number, v->digest,
	    variant_text(v->variant), in->micros ? in->micros : 1,
	    *placed->rollout ? placed : NULL, NULL,
	    in->x->server->log_policy };
}

/* Is it of the sample?  By what it is split by, but not by who answered. */
static bool
is_sampled(const struct inference *in)
{
	const struct http_request *http = in->x->request;
	const char *by = in->unit ? in->unit : in->request.id;

	return by && *by ? reqlog_policy_takes(in->x->server->log_policy, by,
	    strlen(by)) : reqlog_policy_takes(in->x->server->log_policy,
	    http->body, http->n);
}

/* A refusal counts in a rollout. */
static void
log_failure(const struct inference *in)
{
	struct reqlog *log = in->x->server->reqlog;
	struct reqlog_placed placed;
	const struct reqlog_request r = begin_log(&placed, in);
	struct buf line;

	if (log == NULL || r.placed == NULL || !is_sampled(in))
		return;
	buf_init(&line, BUF_CAP_SMALL);
	reqlog_failure(&line, &r, in->x->response->status);
	reqlog_add(log, &line, 0);
	buf_free(&line);
}

/* The rows to the shadow, where there is one. */
static void
ask_shadow(const struct inference *in, const struct shadow_rows *rows)
{
	struct server *server = in->x->server;
	struct version *v = rows->request->placed && server->shadow ?
	    endpoint_hold(in->x->entry->endpoint, VARIANT_SHADOW) : NULL;

	if (v)
		shadow_add(server->shadow, v, rows);
}

/* The rows to the request log: what came in, what went out. */
static void
log_rows(const struct inference *in)
{
	const struct version *v = in->x->version;
	const struct dialect_request *q = &in->request;
	const struct table *answers = in->answers;
	struct server *server = in->x->server;
	struct buf asked, answered, features, line;
	struct reqlog_placed placed;
	struct reqlog_request r = begin_log(&placed, in);
	void (*write)(struct buf *out, const struct column *const *col,
	    size_t n, size_t from, size_t to) = answers->rows == 1 ?
	    write_one_row : table_write_lists;
	size_t n_in = v->n_wants;
	const struct column **col;

	r.features = v->filled ? &features : NULL;
	col = xalloc(n_in + answers->cols + 1, sizeof(*col));
	for (size_t i = 0; i < n_in; i++)
		col[i] = &q->block->col[i];
	for (size_t i = 0; i < answers->cols; i++)
		col[n_in + i] = &answers->col[i];
	buf_init(&asked, BUF_CAP_DOC);
	buf_init(&answered, BUF_CAP_DOC);
	buf_init(&features, BUF_CAP_DOC);
	buf_init(&line, BUF_CAP_DOC);
	for (size_t i = 0, to; i < answers->rows; i = to) {
		to = answers->rows - i < REQLOG_LINE_ROWS ? answers->rows :
		    i + REQLOG_LINE_ROWS;
		buf_clear(&asked);
		buf_clear(&answered);
		buf_clear(&line);
		write(&asked, col, n_in, i, to);
		write(&answered, col + n_in, answers->cols, i, to);
		buf_clear(&features);
		if (v->filled)
			joined_write(&features, &in->joined, server->features,
			    q->block, i, to);
		reqlog_line(&line, &r, &asked, &answered);
		reqlog_add(server->reqlog, &line, to - i);
		ask_shadow(in, &(struct shadow_rows){ &r, &in->how, col, col +
		    n_in, n_in, answers->cols, i, to });
		r.micros = 0;	/* of a request, not of its lines */
	}
	buf_free(&asked);
	buf_free(&answered);
	buf_free(&features);
	buf_free(&line);
	free(col);
}

/* --- the answer ----------------------------------------------------------- */

/* The features of the rows' keys; those that are missing are told. */
static int
join_features(struct inference *in, struct err *e)
{
	struct exchange *x = in->x;
	struct buf b;

	if (features_join(&in->joined, x->server->features, x->version,
	    in->request.block, e) < 0) {
		in->store_failed = e->code != ERR_FORMAT &&
		    e->code != ERR_TOOBIG;
		return -1;
	}
	buf_init(&b, BUF_CAP_SMALL);
	joined_tell(&b, &in->joined);
	if (b.len > 0 && !b.failed)
		http_add_field(x->response, "X-Mlv-Features-Missing", b.data);
	buf_free(&b);
	return 0;
}

/* A phase ends now, and the next one begins. */
static void
end_phase(struct inference *in, enum stats_phase phase)
{
	int64_t now = clock_mono_ns();

	in->times.phase_ns[phase] += now - in->mark_ns;
	in->mark_ns = now;
}

/* -1 when its answer would come too late. */
static int
check_deadline(struct inference *in, bool asked, struct err *e)
{
	in->late = deadline_check(&in->deadline, in->mark_ns / 1000, asked, e);
	if (in->late)
		in->failure = STATS_REJECTED;
	return in->late ? -1 : 0;
}

/* Read, score, write; -1 with why not. */
static int
answer_body(struct inference *in, struct err *e)
{
	const struct dialect *dialect = in->x->dialect;
	const struct http_request *http = in->x->request;
	struct dialect_request *q = &in->request;
	const struct dialect_body body = { http->body, http->n,
	    http_header(http, "Content-Type"),
	    http_header(http, "Inference-Header-Content-Length") };
	struct buf *out = &in->x->response->body;

	if (dialect->read(q, &body, e) < 0 ||
	    (in->x->version->filled && join_features(in, e) < 0))
		return -1;
	end_phase(in, STATS_READ);
	if (q->timeout_us > 0)
		deadline_add(&in->deadline, q->timeout_us);
	if (check_deadline(in, true, e) < 0)
		return -1;
	in->failure = STATS_BACKEND;
	if (scorer_run(&in->answers, q->session->scorer, q->block, e) < 0)
		return -1;
	end_phase(in, STATS_SCORE);
	in->failure = STATS_OTHER;
	dialect->write(out, q, in->answers);
	if (buf_check(out, e) == 0)
		return 0;
	return err_set(e, e->code, e->code == ERR_NOMEM ? "there is no memory "
	    "for the answers now" : "the answers to so many rows do not fit: "
	    "ask for fewer at a time");
}

/* Whatever a request makes go wrong is the request's fault, but for memory,
 * time and what features are kept in. */
static void
refuse_body(struct inference *in, const struct err *why)
{
	struct exchange *x = in->x;
	struct http_response *out = x->response;

	out->status = in->late ? in->late : why->code == ERR_NOMEM ||
	    (in->store_failed && why->code == ERR_BUSY) ? 503 :
	    in->store_failed ? 500 : 400;
	if (out->status == 503)
		http_add_field(out, "Retry-After", "1");
	buf_clear(&out->body);
	x->dialect->refuse(&out->body, out->status, why->msg);
}

/* Tensors as bytes behind JSON: a header says where that ends. */
static void
add_json_length(struct http_response *out, size_t n)
{
	char text[NUM_TEXT_MAX];

	num_print_u64(text, n);
	out->type = "application/octet-stream";
	http_add_field(out, "Inference-Header-Content-Length", text);
}

static void
add_version_headers(struct exchange *x)
{
	const struct version *v = x->version;

	http_add_field(x->response, "X-Mlv-Model", v->digest);
	http_add_field(x->response, "X-Mlv-Version", v->number);
	http_add_field(x->response, "X-Mlv-Variant", variant_text(v->variant));
}

#define CPU_EVERY 16

/* Asking for a thread's processor time takes as long as a small model: only
 * some requests do, the first of a thread among them. */
static bool
measures_cpu(void)
{
	static _Thread_local unsigned requests;

	return requests++ % CPU_EVERY == 0;
}

/* Small things behind it are always there; what the last one used of that must
 * be back first. */
static struct session *
open_session(struct inference *in, struct err *e)
{
	if (mem_keep_reserve(RESERVE_BYTES))
		in->request.session = session_take(in->x->version, e);
	else
		err_set(e, ERR_NOMEM, "there is no memory for a request now");
	return in->request.session;
}

static void
answer_in_session(struct inference *in)
{
	struct exchange *x = in->x;
	struct server *server = x->server;
	struct version_stats *stats = x->version->stats;
	struct err e = ERR_INIT;
	struct session *session = NULL;
	int64_t begun, cpu = measures_cpu() ? clock_thread_cpu_ns() : -1;
	int r = -1;

	in->failure = STATS_OTHER;
	begun = in->mark_ns = clock_mono_ns();
	in->times.queue_ns = begun - x->request->came_us * 1000;
	if (check_deadline(in, false, &e) == 0)
		session = open_session(in, &e);
	x->response->type = "application/json";
	if (session)
		r = answer_body(in, &e);
	end_phase(in, STATS_WRITE);
	in->micros = (in->mark_ns - begun) / 1000;
	in->times.cpu_ns = cpu < 0 ? -1 : clock_thread_cpu_ns() - cpu;
	if (r < 0) {
		refuse_body(in, &e);
		if (!in->late)	/* else it says nothing of the version */
			log_failure(in);
		version_stats_failed(stats, in->failure, &in->times);
	} else {
		if (in->request.bytes)
			add_json_length(x->response, in->request.n_json);
		if (server->reqlog && is_sampled(in))
			log_rows(in);
		inputs_count(x->version->inputs, in->request.block);
		version_stats_answered(stats, in->answers->rows,
		    scorer_unseen(session->scorer), &in->times);
	}
	if (session)
		session_give(x->version, session);
	joined_release(&in->joined);
	add_version_headers(x);
}

/* Does a body without a type begin as JSON does? */
static bool
looks_like_json(const struct http_request *r)
{
	size_t i = 0;

	while (i < r->n && strchr(" \t\r\n", r->body[i]))
		i++;
	return i < r->n && r->body[i] == '{';
}

/* May the body be of the type it is said to be? */
static bool
speaks_type(const struct dialect *d, const struct http_request *r)
{
	const char *type = http_header(r, "Content-Type");

	if (d->types == NULL || (type == NULL && looks_like_json(r)))
		return true;
	for (size_t i = 0; d->types[i]; i++)
		if (http_media_is(type, d->types[i]))
			return true;
	return false;
}

static void
refuse_type(struct exchange *x)
{
	const char *type = http_header(x->request, "Content-Type");
	const char *const *types = x->dialect->types;
	struct buf why;

	buf_init(&why, BUF_CAP_SMALL);
	buf_adds(&why, "the header Content-Type says what the body is: ");
	for (size_t i = 0; types[i]; i++)
		buf_addf(&why, "%s%s", i ? " or " : "", types[i]);
	if (type)
		buf_addf(&why, ", not '%.100s'", type);
	x->response->status = 415;
	x->response->type = "application/json";
	x->dialect->refuse(&x->response->body, 415, why.data);
	buf_free(&why);
}

void
exchange_refuse_unloaded(struct exchange *x)
{
	struct buf why;

	buf_init(&why, BUF_CAP_SMALL);
	buf_addf(&why, "model '%s' does not answer yet: ",
	    endpoint_name(x->entry->endpoint));
	endpoint_explain(&why, x->entry->endpoint);
	exchange_fail(x, 503, why.data);
	http_add_field(x->response, "Retry-After", "1");
	buf_free(&why);
}

void
exchange_infer(struct exchange *x)
{
	struct inference in = { .x = x,
	    .unit = http_header(x->request, "X-Unit-Id") };
	_Atomic int64_t *in_flight;
	struct err e = ERR_INIT;

	if (deadline_read(&in.deadline, x->request, x->server->max_wait_us,
	    &e) < 0) {
		exchange_fail(x, 400, e.msg);
		return;
	}
	if (in.unit && strlen(in.unit) > DIALECT_ID_MAX) {
		exchange_fail(x, 400, "X-Unit-Id is longer than 256 bytes");
		return;
	}
	if (!speaks_type(x->dialect, x->request)) {
		refuse_type(x);
		return;
	}
	if (in.unit && *in.unit == '\0')	/* of nobody: no unit */
		in.unit = NULL;
	if (x->version) {
		in.request.model = x->version->name;
	} else {
		choose_version(&in);
		in.request.model = endpoint_name(x->entry->endpoint);
	}
	if (x->version == NULL) {
		exchange_refuse_unloaded(x);
		return;
	}
	in_flight = &x->version->stats->in_flight;
	atomic_fetch_add_explicit(in_flight, 1, memory_order_relaxed);
	answer_in_session(&in);
	atomic_fetch_sub_explicit(in_flight, 1, memory_order_relaxed);
}
