/* A call: its headers and message, the request that it becomes, its answer. */
#include "call.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "codec/json.h"

#define SPARES_MAX 256
#define KEPT_MAX 65536			/* bytes of a buffer that is kept */
#define LINGER_US INT64_C(100000)
#define CALL_COST ((size_t)2048)	/* of a call besides its buffers */

/* --- life ----------------------------------------------------------------- */

static void
init_bufs(struct call *c)
{
	buf_init(&c->in, MESSAGE_MAX + GRPC_PREFIX);
	buf_init(&c->room, MESSAGE_MAX + ((size_t)1 << 17));
	buf_init(&c->path, HTTP_HEAD_MAX);
	buf_init(&c->json, MESSAGE_MAX);
	buf_init(&c->raw, MESSAGE_MAX);
	buf_init(&c->out, ANSWER_MAX);
	buf_init(&c->text, BUF_CAP_SMALL);
}

static void
free_bufs(struct call *c)
{
	struct buf *all[] = { &c->in, &c->room, &c->path, &c->json, &c->raw,
	    &c->out, &c->text };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		buf_free(all[i]);
}

struct call *
call_new(struct gateway *g, struct client *client, int32_t stream)
{
	struct call *c = g->spare;

	if (c) {
		g->spare = c->next;
		g->spares--;
	} else {
		c = xalloc(1, sizeof(*c));
		init_bufs(c);
	}
	c->client = client;
	c->stream = stream;
	c->begun_us = g->now_us;
	c->held = CALL_COST;
	g->held += c->held;
	c->next = g->calls;
	c->at = &g->calls;
	if (c->next)
		c->next->at = &c->next;
	g->calls = c;
	return c;
}

static void
keep_spare(struct gateway *g, struct call *c)
{
	struct buf *all[] = { &c->in, &c->room, &c->path, &c->json, &c->raw,
	    &c->out, &c->text };
	struct call clean = { 0 };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		buf_clear(all[i]);
	arena_clear(&c->a);
	clean.a = c->a;
	clean.in = c->in;
	clean.room = c->room;
	clean.path = c->path;
	clean.json = c->json;
	clean.raw = c->raw;
	clean.out = c->out;
	clean.text = c->text;
	*c = clean;
	c->next = g->spare;
	g->spare = c;
	g->spares++;
}

void
call_forget(struct call *c)
{
	free_bufs(c);
	arena_free(&c->a);
	free(c);
}

void
call_free(struct gateway *g, struct call *c)
{
	upstream_forget(g, c);
	*c->at = c->next;
	if (c->next)
		c->next->at = c->at;
	g->held -= c->held;
	if (g->spares < SPARES_MAX && c->in.alloc + c->room.alloc +
	    c->json.alloc + c->raw.alloc + c->out.alloc < KEPT_MAX) {
		keep_spare(g, c);
		return;
	}
	call_forget(c);
}

void
call_leave(struct gateway *g, struct call *c)
{
	c->client = NULL;
	call_free(g, c);
}

/* --- memory --------------------------------------------------------------- */

/* A buffer that was needed once is not kept for ever. */
void
call_empty_buf(struct buf *b)
{
	if (b->alloc > KEPT_MAX) {
		size_t cap = b->cap;

		buf_free(b);
		buf_init(b, cap);
	}
	buf_clear(b);
}

bool
call_count(struct gateway *g, struct call *c)
{
	size_t n = CALL_COST + arena_footprint(&c->a) + c->in.alloc +
	    c->room.alloc + c->path.alloc + c->json.alloc + c->raw.alloc +
	    c->out.alloc + c->text.alloc;

	g->held = g->held - c->held + n;
	c->held = n;
	return g->held <= HELD_MAX;
}

static void
fail_held(struct gateway *g, struct call *c)
{
	call_fail(g, c, GRPC_RESOURCE_EXHAUSTED, "the server has too much to "
	    "do: the messages on their way take too much memory");
}

/* --- answers -------------------------------------------------------------- */

void
call_let_go(struct gateway *g, struct call *c)
{
	if (!c->kept)
		return;
	c->kept = false;
	c->since_us = g->now_us;
	client_answer(g, c);
}

/* An answer before the message has ended is kept for a moment: the rest is
 * mostly on its way, and some clients lose an answer, or wait for ever, that
 * comes while they send. */
static void
send_answer(struct gateway *g, struct call *c)
{
	c->answered = c->kept = true;
	c->since_us = g->now_us;
	call_empty_buf(&c->in);
	call_empty_buf(&c->room);
	call_empty_buf(&c->json);
	call_empty_buf(&c->raw);
	if (c->whole)
		call_let_go(g, c);
	(void)call_count(g, c);
}

void
call_fail(struct gateway *g, struct call *c, enum grpc_status status,
    const char *text)
{
	if (c->answered)
		return;
	upstream_forget(g, c);
	call_empty_buf(&c->out);
	c->status = status;
	grpc_put_text(&c->text, text);
	send_answer(g, c);
}

static void
fail_err(struct gateway *g, struct call *c, const struct err *e)
{
	call_fail(g, c, e->code == ERR_NOENT ? GRPC_NOT_FOUND :
	    grpc_status_of_err(e), e->msg);
}

/* What the server said of a request that it refused. */
static void
fail_status(struct gateway *g, struct call *c, int status,
    const struct http_head *head, const struct buf *body)
{
	const char *again = http_head_line(head, "Retry-After");
	struct err ignored;
	const char *why = NULL;
	uint64_t seconds;
	struct json *j;

	if (json_parse(&j, &c->a, body->data, body->len, 0, &ignored) == 0)
		why = json_text(j, "error", NULL);
	if (why == NULL)
		why = arena_printf(&c->a, "the server said %d", status);
	if (again && num_parse_u64(again, strlen(again), &seconds) &&
	    seconds < 86400)
		c->again_ms = (int64_t)seconds * 1000;
	call_fail(g, c, grpc_status_of_http(status), why);
}

/* What an answer over HTTP says of the model, as metadata. */
static void
take_fields(struct call *c, const struct http_head *head)
{
	static const struct {
		const char *http, *name;
	} known[] = { { "X-Mlv-Model", "x-mlv-model" },
	    { "X-Mlv-Version", "x-mlv-version" },
	    { "X-Mlv-Variant", "x-mlv-variant" },
	    { "X-Mlv-Features-Missing", "x-mlv-features-missing" } };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const char *v = http_head_line(head, known[i].http);

		if (v) {
			c->field[c->fields].name = known[i].name;
			c->field[c->fields++].value = arena_strdup(&c->a, v);
		}
	}
}

/* The message behind room for its prefix, which says how long it is. */
static void
close_message(struct call *c)
{
	struct buf prefix;

	buf_init(&prefix, 64);
	grpc_put_prefix(&prefix, c->out.len - GRPC_PREFIX);
	memcpy(c->out.data, prefix.data, GRPC_PREFIX);
	buf_free(&prefix);
}

static size_t
json_length(const struct http_head *head, const struct buf *body)
{
	const char *s = head ? http_head_line(head,
	    "Inference-Header-Content-Length") : NULL;
	uint64_t n;

	return s && num_parse_u64(s, strlen(s), &n) ? (size_t)n : body->len;
}

void
call_take(struct gateway *g, struct call *c, int status,
    const struct http_head *head, const struct buf *body, const char *why)
{
	static const struct buf none = { .data = (char *)"" };
	struct arena kept = c->a;
	struct err e = ERR_INIT;
	int r;

	if (body == NULL)
		body = &none;
	buf_add(&c->out, "\0\0\0\0", GRPC_PREFIX);
	/* what it takes to read the answer is not held with it */
	c->a = (struct arena){ 0 };
	r = c->method->take(c, status, body, json_length(head, body), &e);
	arena_free(&c->a);
	c->a = kept;
	if (r > 0 && (r = buf_check(&c->out, &e)) == 0)
		r = 1;
	if (r > 0 && !call_count(g, c)) {
		fail_held(g, c);
	} else if (r > 0) {
		close_message(c);
		if (head)
			take_fields(c, head);
		send_answer(g, c);
	} else if (r < 0) {
		call_fail(g, c, GRPC_INTERNAL, arena_printf(&c->a, "what the "
		    "server said cannot be told: %s", e.msg));
	} else if (status) {
		fail_status(g, c, status, head, body);
	} else {
		call_fail(g, c, GRPC_UNAVAILABLE, arena_printf(&c->a, "the "
		    "server behind %s: %s", g->host, why));
	}
}

/* --- headers -------------------------------------------------------------- */

static bool
is_name(const char *name, size_t n, const char *word)
{
	return strlen(word) == n && memcmp(name, word, n) == 0;
}

static bool
is_grpc_type(const char *v, size_t n)
{
	static const char type[] = "application/grpc";
	size_t k = sizeof(type) - 1;
	const char *rest = v + k;

	if (n < k || memcmp(v, type, k) != 0)
		return false;
	n -= k;
	return n == 0 || *rest == ';' || (n >= 6 && memcmp(rest, "+proto", 6) ==
	    0 && (n == 6 || rest[6] == ';'));
}

static void
read_timeout(struct call *c, const char *value, size_t n)
{
	int64_t us;

	if (!grpc_timeout_read(&us, value, n))
		c->bad_timeout = true;
	else
		c->deadline_us = c->begun_us + us;
}

/* Nothing that ends a line of a head behind, whoever read it before. */
static bool
is_one_line(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)s[i] < 0x20 && s[i] != '\t') ||
		    s[i] == 0x7f)
			return false;
	return true;
}

void
call_header(struct call *c, const char *name, size_t n_name,
    const char *value, size_t n)
{
	c->headers += n_name + n + 32;
	if (c->headers > HEADERS_MAX || !is_one_line(value, n))
		return;
	if (is_name(name, n_name, ":method"))
		c->is_post = is_name(value, n, "POST");
	else if (is_name(name, n_name, ":path"))
		c->method = method_find(arena_strndup(&c->a, value, n),
		    &c->unknown);
	else if (is_name(name, n_name, "content-type"))
		c->is_grpc = is_grpc_type(value, n);
	else if (is_name(name, n_name, "grpc-timeout"))
		read_timeout(c, value, n);
	else if (is_name(name, n_name, "grpc-encoding")) {
		c->packs = is_name(value, n, "gzip");
		c->unknown_packing = !c->packs &&
		    !is_name(value, n, "identity");
	} else if (is_name(name, n_name, "authorization"))
		c->authorization = arena_strndup(&c->a, value, n);
	else if (is_name(name, n_name, "x-unit-id"))
		c->unit = arena_strndup(&c->a, value, n);
}

/* Has it a token for this?  Else it is answered. */
static bool
is_permitted(struct gateway *g, struct call *c)
{
	enum token_found found;
	struct token who;

	if (g->tokens == NULL || c->method->open)
		return true;
	found = tokens_find(&who, g->tokens, c->authorization);
	if (found != TOKEN_FOUND)
		call_fail(g, c, GRPC_UNAUTHENTICATED, token_found_text(found));
	else if (!scopes_hold(who.scopes, (enum scope)c->method->scope))
		call_fail(g, c, GRPC_PERMISSION_DENIED, arena_printf(&c->a,
		    "the token of %s does not have the scope %s", who.name,
		    scope_text((enum scope)c->method->scope)));
	else
		return true;
	return false;
}

void
call_headers_end(struct gateway *g, struct call *c)
{
	if (c->headers_end)
		return;			/* trailers say nothing here */
	c->headers_end = true;
	if (!call_count(g, c))
		fail_held(g, c);
	else if (!c->is_post || !c->is_grpc)
		call_fail(g, c, GRPC_INVALID_ARGUMENT, "this is no gRPC");
	else if (c->headers > HEADERS_MAX)
		call_fail(g, c, GRPC_RESOURCE_EXHAUSTED, "the call's metadata "
		    "are too long");
	else if (c->method == NULL)
		call_fail(g, c, GRPC_UNIMPLEMENTED, c->unknown ? c->unknown :
		    "the call has no path");
	else if (c->unknown_packing)
		call_fail(g, c, GRPC_UNIMPLEMENTED, "messages come as they are "
		    "or as gzip: there is no other grpc-encoding here");
	else if (c->bad_timeout)
		call_fail(g, c, GRPC_INVALID_ARGUMENT, "grpc-timeout is 1 to 8 "
		    "digits and one of H M S m u n");
	else
		(void)is_permitted(g, c);
}

/* --- messages ------------------------------------------------------------- */

void
call_data(struct gateway *g, struct call *c, const char *s, size_t n)
{
	if (c->answered)
		return;
	buf_add(&c->in, s, n);
	if (!call_count(g, c))
		fail_held(g, c);
	else if (c->in.failed || (c->in.len >= GRPC_PREFIX &&
	    grpc_prefix_length(c->in.data) > MESSAGE_MAX))
		call_fail(g, c, GRPC_RESOURCE_EXHAUSTED, arena_printf(&c->a,
		    "a message has at most %zu bytes", MESSAGE_MAX));
}

/* Into what is asked; the message itself is not held any longer. */
static int
read_message(struct call *c, struct err *e)
{
	const struct grpc_message body = { c->in.data, c->in.len };
	struct arena kept = c->a;
	struct grpc_message m;
	int r;

	c->a = (struct arena){ 0 };
	r = grpc_message_read(&m, &c->room, &body, c->packs, MESSAGE_MAX, e);
	if (r == 0)
		r = c->method->ask(c, &m, e);
	arena_free(&c->a);
	c->a = kept;
	c->asked.model = c->asked.version = (struct oip_text){ "", 0 };
	call_empty_buf(&c->in);
	call_empty_buf(&c->room);
	return r;
}

void
call_end(struct gateway *g, struct call *c)
{
	struct err e = ERR_INIT;

	c->whole = true;
	call_let_go(g, c);
	if (c->answered)
		return;
	if (read_message(c, &e) < 0)
		fail_err(g, c, &e);
	else if (!call_count(g, c))
		fail_held(g, c);
	else
		upstream_ask(g, c);
}

/* --- time ----------------------------------------------------------------- */

/* Who was answered before the message had ended hears that the rest of it is
 * not wanted (RFC 9113, 8.1), or would go on sending it, or hold the call. */
static void
look_at_answered(struct gateway *g, struct call *c)
{
	int64_t past = g->now_us - c->since_us;

	if (c->kept && past > LINGER_US)
		call_let_go(g, c);
	else if (past > (c->told && !c->whole ? LINGER_US : TIMEOUT_US))
		client_cut(g, c);
}

void
calls_look(struct gateway *g)
{
	struct call *c, *next;

	for (c = g->calls; c; c = next) {
		next = c->next;
		if (c->answered)
			look_at_answered(g, c);
		else if (c->deadline_us && g->now_us >= c->deadline_us)
			call_fail(g, c, GRPC_DEADLINE_EXCEEDED, "the call was "
			    "not answered before its deadline");
		else if (!c->whole && g->now_us - c->begun_us > TIMEOUT_US)
			call_fail(g, c, GRPC_DEADLINE_EXCEEDED, "the message "
			    "did not come in time");
		else if (c->waits && g->now_us - c->begun_us > WAIT_US)
			call_fail(g, c, GRPC_UNAVAILABLE, "the server has too "
			    "much to do: the call waited too long");
	}
}
