/*
 * The remote that is a bucket of S3, or of a server that speaks its protocol.
 *
 * A request is tried several times where the server is busy or the connection
 * is cut; a download goes on where it broke off.  The head is written on the
 * conditions If-Match and If-None-Match; whether the server holds to them is
 * tried before the first push.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "remote/transport/http_client.h"
#include "remote/s3/listing.h"
#include "remote/s3/profile.h"
#include "remote/s3/sigv4.h"
#include "remote/transport/transport.h"

#define TRIES 6
#define PAUSE_MS 100		/* after the first failure; then doubled */
#define ASK_FIRST ((size_t)1 << 20)	/* bytes from which on it is asked
					 * whether they are there */
#define HEADERS 8

struct s3 {
	struct transport t;
	struct http_client *http;
	char *endpoint;		/* "http://127.0.0.1:7070" */
	char *host, *path;	/* "127.0.0.1:7070", "/bucket/prefix" */
	char *region, *bucket;
	struct s3_profile profile;
	char *program;
};

static struct s3 *
s3_of(struct transport *t)
{
	return (struct s3 *)t;
}

/* --- one request ----------------------------------------------------------- */

struct s3_request {
	const char *method, *key;	/* NULL: the bucket itself */
	const char *query;	/* as sigv4_query makes it, or NULL */
	const void *body;
	size_t n;
	const char *match;	/* If-Match; "" for If-None-Match: *; or NULL */
	uint64_t from, count;	/* a range; count 0: to the end */
	struct sink *to;
};

/* "20150830T123600Z" now. */
static void
print_time(char out[20])
{
	char text[CLOCK_TEXT_MAX];
	size_t n = 0;

	clock_print(text, clock_wall_us() / 1000000 * 1000000);
	for (const char *p = text; *p && n < 19; p++)
		if (*p != '-' && *p != ':')
			out[n++] = *p;
	out[n] = '\0';
}

/* The headers in the order in which they are signed. */
static size_t
put_headers(struct sigv4_pair *h, const struct s3 *s,
    const struct s3_request *rq, const char *range, const char *payload,
    const char *now)
{
	size_t n = 0;

	h[n++] = (struct sigv4_pair){ "host", s->host };
	if (rq->match && *rq->match)
		h[n++] = (struct sigv4_pair){ "if-match", rq->match };
	if (rq->match && *rq->match == '\0')
		h[n++] = (struct sigv4_pair){ "if-none-match", "*" };
	if (*range)
		h[n++] = (struct sigv4_pair){ "range", range };
	h[n++] = (struct sigv4_pair){ "x-amz-content-sha256", payload };
	h[n++] = (struct sigv4_pair){ "x-amz-date", now };
	if (s->profile.token)
		h[n++] = (struct sigv4_pair){ "x-amz-security-token",
		    s->profile.token };
	return n;
}

static int
ask_once(struct http_answer *a, struct s3 *s, const struct s3_request *rq,
    struct err *e)
{
	char range[64] = "", payload[SHA256_HEX + 1], now[20];
	struct sigv4_pair header[HEADERS];
	uint8_t sha[SHA256_BYTES];
	struct buf path, url, authorization;
	struct sigv4_request sign = { .method = rq->method,
	    .query = rq->query ? rq->query : "", .header = header, .payload = payload, .time = now,
	    .region = s->region, .service = "s3" };
	struct http_request ask = { .method = rq->method, .header = header,
	    .body = rq->body, .n = rq->n, .to = rq->to,
	    .markup_is_error = rq->key != NULL };
	int r;

	buf_init(&path, BUF_CAP_SMALL);
	buf_init(&url, BUF_CAP_SMALL);
	buf_init(&authorization, BUF_CAP_SMALL);
	if (rq->count)
		snprintf(range, sizeof(range), "bytes=%llu-%llu",
		    (unsigned long long)rq->from, (unsigned long long)
		    (rq->from + rq->count - 1));
	else if (rq->from)
		snprintf(range, sizeof(range), "bytes=%llu-",
		    (unsigned long long)rq->from);
	sha256_of(rq->body ? rq->body : "", rq->n, sha);
	hex_encode(payload, sha, SHA256_BYTES);
	print_time(now);
	if (rq->key) {
		sigv4_encode(&path, s->path, true);
		buf_addf(&path, "/%s", rq->key);
	} else {
		buf_addc(&path, '/');
		sigv4_encode(&path, s->bucket, true);
	}
	sign.path = path.data;
	sign.n_headers = put_headers(header, s, rq, range, payload, now);
	sigv4_authorization(&authorization, &sign, s->profile.key_id,
	    s->profile.secret);
	buf_addf(&url, "%s%s%s%s", s->endpoint, path.data, rq->query ? "?" :
	    "", sign.query);
	header[sign.n_headers] = (struct sigv4_pair){ "authorization",
	    authorization.data };
	/* what libcurl would add, and wait for */
	header[sign.n_headers + 1] = (struct sigv4_pair){ "Expect", "" };
	ask.url = url.data;
	ask.n_headers = sign.n_headers + 2;
	r = http_client_ask(a, s->http, &ask, e);
	buf_free(&path);
	buf_free(&url);
	buf_free(&authorization);
	return r;
}

/* The text of <NAME>text</NAME>, cut to `room`; "" when there is none. */
static void
find_element(char *out, size_t room, const char *xml, const char *name)
{
	char *open = xprintf("<%s>", name);
	const char *at = strstr(xml, open);
	size_t n = 0;

	if (at) {
		at += strlen(open);
		n = strcspn(at, "<");
		n = n < room ? n : room - 1;
		memcpy(out, at, n);
	}
	out[n] = '\0';
	free(open);
}

/* By how much our clock differs from the server's, where it tells its own. */
static int
err_clock(struct s3 *s, const struct http_answer *a, struct err *e)
{
	char text[80];
	int64_t theirs, off;

	find_element(text, sizeof(text), a->said.data, "ServerTime");
	if (!*text || !clock_parse(text, strlen(text), &theirs))
		return err_set(e, ERR_IO, "the clock of this machine or of %s "
		    "is off, so it takes no signature of ours: set it right",
		    s->endpoint);
	off = (clock_wall_us() - theirs) / 1000000;
	return err_set(e, ERR_IO, "the clock of this machine is %lld h %lld "
	    "min %s that of %s, so it takes no signature of ours: set the "
	    "wrong one right", (long long)llabs(off) / 3600,
	    (long long)llabs(off) % 3600 / 60, off > 0 ? "ahead of" : "behind",
	    s->endpoint);
}

/* An answer that says no, in words that help. */
static int
err_answer(struct s3 *s, const struct http_answer *a, struct err *e)
{
	char code[80], message[300];

	find_element(code, sizeof(code), a->said.data, "Code");
	find_element(message, sizeof(message), a->said.data, "Message");
	if (strcmp(code, "RequestTimeTooSkewed") == 0)
		return err_clock(s, a, e);
	if (strcmp(code, "NoSuchBucket") == 0)
		return err_set(e, ERR_IO, "there is no bucket '%s' at %s",
		    s->bucket, s->endpoint);
	if (a->status == 401 || a->status == 403 ||
	    strcmp(code, "InvalidAccessKeyId") == 0)
		return err_set(e, ERR_IO, "%s refused the key %.20s (%s): see "
		    "that %s are right and may use the bucket '%s'",
		    s->endpoint, s->profile.key_id, *code ? code : "403",
		    s->profile.from, s->bucket);
	/* a remote that has nothing yet looks like this, nothing else may */
	if (a->status == 404 && (strcmp(code, "NoSuchKey") == 0 || !*code))
		return err_set(e, ERR_NOENT, "it is not in the bucket '%s'",
		    s->bucket);
	return err_set(e, ERR_IO, "%s answered %d%s%s%s%s", s->endpoint,
	    a->status, *code ? " " : "", code, *message ? ": " : "", message);
}

static bool
may_pass(const struct http_answer *a)
{
	return a->status >= 500 || a->status == 429 || a->status == 408 ||
	    /* an error that came too late for its status */
	    (a->status == 200 && strstr(a->said.data, "<Error>"));
}

static void
pause_before(int try)
{
	int64_t ms = (int64_t)PAUSE_MS << try;
	struct timespec t = { .tv_sec = ms / 1000,
	    .tv_nsec = ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

static int
start_helper(struct s3 *s, struct err *e)
{
	return s->http ? 0 : http_client_new(&s->http, s->program, e);
}

/* Asked until there is an answer that will not pass by itself. */
static int
ask(struct http_answer *a, struct s3 *s, const struct s3_request *rq,
    bool *again, struct err *e)
{
	struct err mine = ERR_INIT;

	*again = false;
	if (start_helper(s, e) < 0)
		return -1;
	for (int try = 0;; try++) {
		mine.code = ERR_NONE;
		if (ask_once(a, s, rq, &mine) == 0 && !may_pass(a))
			return 0;
		*again = true;
		if (mine.code == ERR_NONE)
			err_answer(s, a, &mine);
		else if (mine.code == ERR_BUSY)
			err_wrap(&mine, "%s", s->endpoint);
		else
			break;
		if (try + 1 == TRIES || a->taken) {
			mine.code = ERR_IO;
			break;
		}
		buf_free(&a->said);
		pause_before(try);
	}
	buf_free(&a->said);
	*e = mine;
	return -1;
}

/* --- the operations -------------------------------------------------------- */

/* What a download has to pass on: a server that knows no ranges sends all. */
struct download {
	struct sink *to;
	struct http_answer *a;
	uint64_t skip, left, done;
	char first;
};

static int
pass_on(void *ctx, const void *p, size_t n, struct err *e)
{
	struct download *d = ctx;
	const char *at = p;

	if (d->a->status == 200 && d->skip) {
		size_t some = n < d->skip ? n : (size_t)d->skip;

		d->skip -= some;
		at += some;
		n -= some;
	}
	if (n > d->left)
		n = (size_t)d->left;
	d->left -= n;
	d->done += n;
	return n ? d->to->write(d->to->ctx, at, n, e) : 0;
}

static int
s3_get(struct transport *t, const char *key, uint64_t from, uint64_t n,
    struct sink *to, struct tag *tag, struct err *e)
{
	struct s3 *s = s3_of(t);
	struct http_answer a;
	struct download d = { .to = to, .a = &a, .left = n ? n : UINT64_MAX };
	struct sink passing = { pass_on, &d };
	uint64_t before;
	bool again;
	int r = -1;

	if (start_helper(s, e) < 0)
		return -1;
	for (int try = 0; try < TRIES; try++) {
		struct s3_request rq = { .method = "GET", .key = key,
		    .from = from + d.done, .count = n ? n - d.done : 0,
		    .to = &passing };

		before = d.done;
		d.skip = rq.from;
		r = ask(&a, s, &rq, &again, e);
		if (r == 0 || e->code != ERR_IO || d.done == before || tag)
			break;
		/* it broke off: on from there */
		e->code = ERR_NONE;
		if (n && d.done == n)
			return 0;
		try = -1;
	}
	if (r < 0)
		return -1;
	if (a.status != 200 && a.status != 206)
		r = a.status == 416 ? 0 : err_answer(s, &a, e);
	else if (tag)
		snprintf(tag->text, sizeof(tag->text), "%s", a.etag);
	buf_free(&a.said);
	return r;
}

static int
put(struct http_answer *a, struct s3 *s, const char *key, const void *p,
    size_t n, const char *match, bool *again, struct err *e)
{
	struct s3_request rq = { .method = "PUT", .key = key, .body = p,
	    .n = n, .match = match };

	return ask(a, s, &rq, again, e);
}

static int
s3_put_new(struct transport *t, const char *key, const void *p, size_t n,
    bool *existed, struct err *e)
{
	struct s3_request there = { .method = "HEAD", .key = key };
	struct s3 *s = s3_of(t);
	struct http_answer a;
	bool again;
	int r = 0;

	*existed = false;
	if (n >= ASK_FIRST) {
		if (ask(&a, s, &there, &again, e) < 0)
			return -1;
		buf_free(&a.said);
		*existed = a.status == 200 && a.length == n;
		if (*existed)
			return 0;
	}
	if (put(&a, s, key, p, n, NULL, &again, e) < 0)
		return -1;
	if (a.status < 200 || a.status > 299)
		r = err_answer(s, &a, e);
	buf_free(&a.said);
	if (r < 0 && e->code == ERR_NOENT)
		e->code = ERR_IO;
	return r;
}

/* After a cut nobody knows whether the server had taken it: is it there? */
static bool
is_ours(struct s3 *s, const char *key, const void *p, size_t n,
    struct tag *tag)
{
	struct err ignored = ERR_INIT;
	struct buf b;
	struct sink to = sink_buf(&b);
	bool same;

	buf_init(&b, n + 1);
	same = s3_get(&s->t, key, 0, 0, &to, tag, &ignored) == 0 &&
	    b.len == n && memcmp(b.data, p, n) == 0;
	buf_free(&b);
	return same;
}

static int
s3_put_match(struct transport *t, const char *key, const void *p, size_t n,
    const struct tag *was, struct tag *tag, struct err *e)
{
	struct s3 *s = s3_of(t);
	struct http_answer a;
	bool again;
	int r = 0;

	if (put(&a, s, key, p, n, was->text, &again, e) < 0)
		return again && is_ours(s, key, p, n, tag) ? 0 : -1;
	if (a.status == 412 || a.status == 409 || a.status == 404) {
		if (!again || !is_ours(s, key, p, n, tag))
			r = err_set(e, ERR_MOVED, "its head was replaced by "
			    "other pushes again and again; try again");
	} else if (a.status < 200 || a.status > 299) {
		r = err_answer(s, &a, e);
	} else {
		snprintf(tag->text, sizeof(tag->text), "%s", a.etag);
	}
	buf_free(&a.said);
	return r;
}

static int
s3_remove(struct transport *t, const char *key, struct err *e)
{
	struct s3_request rq = { .method = "DELETE", .key = key };
	struct s3 *s = s3_of(t);
	struct http_answer a;
	bool again;
	int r = 0;

	if (ask(&a, s, &rq, &again, e) < 0)
		return -1;
	if ((a.status < 200 || a.status > 299) && err_answer(s, &a, e) < 0 &&
	    e->code == ERR_NOENT)
		e->code = ERR_NONE;
	else if (a.status < 200 || a.status > 299)
		r = -1;
	buf_free(&a.said);
	return r;
}

/* One page of a list: whole, or not at all. */
static int
get_page(struct buf *page, struct s3 *s, const char *query, struct err *e)
{
	struct sink to = sink_buf(page);
	struct s3_request rq = { .method = "GET", .query = query, .to = &to };
	struct http_answer a;
	bool again;
	int r;

	for (int try = 0; try < TRIES; try++) {
		if (try)
			pause_before(try - 1);
		buf_clear(page);
		e->code = ERR_NONE;
		r = ask(&a, s, &rq, &again, e);
		if (r < 0 && (e->code != ERR_IO || page->len == 0))
			return -1;
		if (r < 0)
			continue;	/* cut in the middle */
		/* who may not list, or a server that cannot */
		if (a.status == 403 || a.status == 405 || a.status == 501)
			r = err_set(e, ERR_UNSUPPORTED, "%s does not list the "
			    "bucket '%s'", s->endpoint, s->bucket);
		else if (a.status != 200)
			r = err_answer(s, &a, e);
		buf_free(&a.said);
		if (r < 0)
			return -1;
		if (buf_check(page, e) == 0 && listing_is_whole(page->data))
			return 0;
	}
	return e->code != ERR_NONE ? -1 : err_set(e, ERR_IO, "%s answers no "
	    "list of the bucket '%s'", s->endpoint, s->bucket);
}

static int
s3_list(struct transport *t, const char *folder, transport_listed_fn *fn,
    void *ctx, struct err *e)
{
	struct s3 *s = s3_of(t);
	const char *below = s->path + 1 + strlen(s->bucket);
	char *prefix = xprintf("%s%s%s/", below + (*below == '/'), *below ?
	    "/" : "", folder);
	struct listing l;
	struct buf page, query;
	int r;

	listing_init(&l, prefix, fn, ctx);
	buf_init(&page, BUF_CAP_DOC);
	buf_init(&query, BUF_CAP_SMALL);
	do {
		const struct sigv4_pair pair[] = {
			{ "list-type", "2" }, { "prefix", prefix },
			{ "continuation-token", l.next.data },
		};

		buf_clear(&query);
		sigv4_query(&query, pair, l.next.len ? 3 : 2);
		r = get_page(&page, s, query.data, e);
		if (r == 0)
			r = listing_take(&l, page.data, e);
	} while (r == 0 && l.next.len);
	listing_release(&l);
	buf_free(&query);
	buf_free(&page);
	free(prefix);
	return r;
}

/* A file of its own is written twice on the condition that it is not there,
 * and once on that of being another. */
static int
s3_prove(struct transport *t, struct err *e)
{
	static const char *const match[] = { "", "", "\"none-such\"" };
	static const char *const header[] = { "If-None-Match",
	    "If-None-Match", "If-Match" };
	struct s3 *s = s3_of(t);
	struct http_answer a;
	bool again;

	for (int i = 0; i < 3; i++) {
		if (put(&a, s, "conditions", "mlv\n", 4, match[i], &again,
		    e) < 0)
			return -1;
		if (a.status == 403 || (i == 0 && a.status > 299 &&
		    a.status != 412)) {
			err_answer(s, &a, e);
			buf_free(&a.said);
			return -1;
		}
		buf_free(&a.said);
		if (i && a.status >= 200 && a.status < 300)
			return err_set(e, ERR_UNSUPPORTED, "%s ignores the "
			    "header %s: two pushes at once would overwrite "
			    "each other, so it can be no remote", s->endpoint,
			    header[i]);
	}
	return 0;
}

static void
s3_free(struct transport *t)
{
	struct s3 *s = s3_of(t);

	http_client_free(s->http);
	free(s->endpoint);
	free(s->host);
	free(s->path);
	free(s->region);
	free(s->bucket);
	s3_profile_release(&s->profile);
	free(s->program);
	free(s);
}

static const struct transport_ops s3_ops = {
	.get = s3_get, .put_new = s3_put_new, .put_match = s3_put_match,
	.remove = s3_remove, .list = s3_list, .prove = s3_prove, .lanes = 6,
	.free = s3_free,
};

/* --- opening --------------------------------------------------------------- */

/* NAME=value of the URL's query, to be freed; NULL. */
static char *
query_word(const char *url, const char *name)
{
	const char *at = strchr(url, '?');
	size_t n = strlen(name);

	while (at && *at) {
		at++;
		if (strncmp(at, name, n) == 0 && at[n] == '=')
			return xstrndup(at + n + 1, strcspn(at + n + 1, "&"));
		at += strcspn(at, "&");
	}
	return NULL;
}

static void
fill_in(struct s3 *s, const char *url)
{
	const char *at = url + 5;
	size_t n = strcspn(at, "?"), slash;

	while (n && at[n - 1] == '/')
		n--;
	slash = strcspn(at, "/?");
	s->bucket = xstrndup(at, slash < n ? slash : n);
	s->path = xprintf("/%.*s", (int)n, at);
	if ((s->region = query_word(url, "region")) == NULL)
		s->region = xstrdup(s->profile.region ? s->profile.region :
		    "us-east-1");
	if ((s->endpoint = query_word(url, "endpoint")) == NULL)
		s->endpoint = s->profile.endpoint ?
		    xstrdup(s->profile.endpoint) :
		    xprintf("https://s3.%s.amazonaws.com", s->region);
	n = strlen(s->endpoint);
	while (n && s->endpoint[n - 1] == '/')
		s->endpoint[--n] = '\0';
}

int
transport_open_s3(struct transport **t, const char *url,
    const struct remote_environment *env, struct err *e)
{
	struct s3 *s = xalloc(1, sizeof(*s));
	const char *host;

	s->t.ops = &s3_ops;
	if (s3_profile_read(&s->profile, env, e) < 0) {
		s3_free(&s->t);
		return -1;
	}
	fill_in(s, url);
	host = strstr(s->endpoint, "://");
	if (host == NULL || (strncmp(s->endpoint, "http://", 7) != 0 &&
	    strncmp(s->endpoint, "https://", 8) != 0) ||
	    strchr(host + 3, '/')) {
		err_set(e, ERR_USAGE, "the endpoint '%.200s' is not http:// or "
		    "https:// and a host", s->endpoint);
		s3_free(&s->t);
		return -1;
	}
	s->host = xstrdup(host + 3);
	s->program = xstrdup(env->http ? env->http : "mlv-http");
	*t = &s->t;
	return 0;
}
