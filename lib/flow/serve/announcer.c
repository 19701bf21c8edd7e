/* CloudEvents of the request log, on their way to a URL or a command. */
#define _GNU_SOURCE
#include "flow/serve/announcer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/thread.h"
#include "flow/serve/cloudevent.h"
#include "remote/transport/http_client.h"

#define QUEUE_BYTES ((size_t)16 << 20)
#define BODY_BYTES ((size_t)64 << 20)	/* quoted, a line grows little */
#define BATCH_EVENTS 100
#define BATCH_BYTES ((size_t)1 << 20)
#define WITHIN_S 5			/* for one request */
#define TRIES 4
#define PAUSE_US INT64_C(200000)	/* before the second; then twice it */
#define END_US INT64_C(5000000)

struct announcer {
	const struct log *log;
	char *url;			/* NULL: a command */
	enum announcer_mode mode;
	struct http_client *http;
	pid_t pid;
	int to;				/* the command reads it; -1: no more */
	bool failing;			/* and it was reported */
	bool started;
	char process[17];		/* of the ids */
	uint64_t count;
	struct buf body;
	struct arena a;
	struct thread thread;

	struct mutex lock;		/* of the rest */
	struct cond wake;
	struct buf waiting, sending;	/* whole lines */
	uint64_t sent, lost;
	int64_t end_us;			/* 0: not asked to end */
};

/* ---- one delivery ---- */

static int64_t
end_of(struct announcer *s)
{
	int64_t end;

	mutex_lock(&s->lock);
	end = s->end_us;
	mutex_unlock(&s->lock);
	return end;
}

/* 1: it may take it later. */
static int
post(struct announcer *s, const struct cloudevent *ev, struct err *e)
{
	const char *type = s->mode == ANNOUNCER_BATCH ?
	    "application/cloudevents-batch+json; charset=utf-8" :
	    s->mode == ANNOUNCER_BINARY ? "application/json" :
	    "application/cloudevents+json; charset=utf-8";
	const struct sigv4_pair header[] = { { "Content-Type", type },
	    { "Expect", "" }, { "ce-specversion", "1.0" }, { "ce-id", ev->id },
	    { "ce-source", ev->source }, { "ce-type", ev->type },
	    { "ce-time", ev->time }, { "ce-subject", ev->subject ?
	    cloudevent_header(&s->a, ev->subject) : NULL } };
	const struct http_request rq = { .method = "POST", .url = s->url,
	    .header = header, .n_headers = s->mode != ANNOUNCER_BINARY ? 2 :
	    ev->subject ? 8 : 7, .body = s->body.data, .n = s->body.len,
	    .within_s = WITHIN_S };
	struct http_answer a;
	int r = http_client_ask(&a, s->http, &rq, e);

	if (r < 0)
		r = e->code == ERR_BUSY ? 1 : -1;
	else if (a.status < 200 || a.status > 299) {
		err_set(e, ERR_IO, "it answered %d", a.status);
		r = a.status == 408 || a.status == 429 || a.status >= 500 ? 1 :
		    -1;
	}
	buf_free(&a.said);
	return r;
}

/* Lines that are added meanwhile do not shorten it, the end does. */
static void
wait_to_post(struct announcer *s, int64_t pause)
{
	int64_t left, until = clock_mono_us() + pause;

	mutex_lock(&s->lock);
	while (s->end_us == 0 && (left = until - clock_mono_us()) > 0)
		cond_wait_us(&s->wake, &s->lock, left);
	mutex_unlock(&s->lock);
}

static int
post_often(struct announcer *s, const struct cloudevent *ev, struct err *e)
{
	int64_t pause = PAUSE_US;
	int r;

	for (int i = 1; (r = post(s, ev, e)) > 0 && i < TRIES; i++) {
		wait_to_post(s, pause);
		if (end_of(s))
			break;
		pause *= 2;
	}
	return r == 0 ? 0 : -1;
}

/* As long as the command likes, but not beyond the end. */
static int
pour(struct announcer *s, struct err *e)
{
	const char *p = s->body.data;
	size_t left = s->body.len;

	while (s->to >= 0 && left) {
		struct pollfd out = { s->to, POLLOUT, 0 };
		ssize_t n = write(s->to, p, left);
		int64_t end = end_of(s);

		if (n > 0) {
			p += n;
			left -= (size_t)n;
		} else if (errno == EAGAIN && (end == 0 ||
		    clock_mono_us() < end)) {
			(void)poll(&out, 1, 100);
		} else if (errno != EINTR) {
			/* nothing follows half a line */
			close(s->to);
			s->to = -1;
		}
	}
	return left == 0 ? 0 : err_set(e, ERR_IO, "the command reads no more");
}

/* ---- the queue ---- */

static void
report(struct announcer *s, int result, const struct err *why)
{
	if (result < 0 && !s->failing)
		log_warn(s->log, "events are lost: %s did not take one: %s",
		    s->url ? s->url : "the command of --events", why->msg);
	if (result == 0 && s->failing)
		log_warn(s->log, "events are taken again");
	s->failing = result < 0;
}

static void
count(struct announcer *s, uint64_t *which, uint64_t n)
{
	mutex_lock(&s->lock);
	*which += n;
	mutex_unlock(&s->lock);
}

/* Lines from `at` on into the body: one, or as many as a batch has. */
static const char *
make_body(struct announcer *s, struct cloudevent *ev, uint64_t *n,
    const char *at, const char *end)
{
	bool batch = s->url && s->mode == ANNOUNCER_BATCH;
	const char *stop;
	struct err ignored;

	buf_clear(&s->body);
	arena_clear(&s->a);
	for (*n = 0; at < end && (*n == 0 || (batch && *n < BATCH_EVENTS &&
	    s->body.len < BATCH_BYTES)); at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (cloudevent_read(ev, &s->a, at, (size_t)(stop - at),
		    arena_printf(&s->a, "%s-%llu", s->process,
		    (unsigned long long)++s->count), &ignored) < 0)
			continue;
		if (batch)
			buf_addc(&s->body, *n ? ',' : '[');
		if (s->url && s->mode == ANNOUNCER_BINARY)
			buf_add(&s->body, ev->data, ev->n);
		else
			cloudevent_write(&s->body, ev);
		++*n;
	}
	buf_adds(&s->body, batch ? "]" : s->url ? "" : "\n");
	return at;
}

static void
send_lines(struct announcer *s)
{
	const char *at = s->sending.data, *end = at + s->sending.len;
	struct cloudevent ev;
	struct err e;
	uint64_t n;

	while (at < end) {
		int64_t stop = end_of(s);
		int r;

		e = (struct err)ERR_INIT;
		at = make_body(s, &ev, &n, at, end);
		if (n == 0)
			continue;
		if (stop && clock_mono_us() >= stop)
			r = err_set(&e, ERR_IO, "the server ends");
		else if (buf_check(&s->body, &e) < 0)
			r = -1;
		else
			r = s->url ? post_often(s, &ev, &e) : pour(s, &e);
		report(s, r, &e);
		count(s, r == 0 ? &s->sent : &s->lost, n);
	}
	buf_clear(&s->sending);
}

static void
send_until_end(void *ctx)
{
	struct announcer *s = ctx;

	for (;;) {
		struct buf swap;

		mutex_lock(&s->lock);
		while (s->waiting.len == 0 && s->end_us == 0)
			cond_wait(&s->wake, &s->lock);
		swap = s->waiting;
		s->waiting = s->sending;
		s->sending = swap;
		mutex_unlock(&s->lock);
		if (s->sending.len == 0)
			return;
		send_lines(s);
	}
}

void
announcer_add(void *ctx, const struct buf *lines)
{
	struct announcer *s = ctx;
	size_t before;

	if (lines->failed || lines->len == 0)
		return;
	mutex_lock(&s->lock);
	before = s->waiting.len;
	buf_add(&s->waiting, lines->data, lines->len);
	if (s->waiting.failed) {
		s->waiting.failed = false;
		s->waiting.len = before;
		for (size_t i = 0; i < lines->len; i++)
			s->lost += lines->data[i] == '\n';
	}
	cond_signal(&s->wake);
	mutex_unlock(&s->lock);
}

void
announcer_write(struct buf *out, struct announcer *s)
{
	uint64_t sent, lost;

	if (s == NULL)
		return;
	mutex_lock(&s->lock);
	sent = s->sent;
	lost = s->lost;
	mutex_unlock(&s->lock);
	buf_addf(out, "# HELP mlv_events_total Events of --events, by what became "
	    "of them.\n# TYPE mlv_events_total counter\n"
	    "mlv_events_total{outcome=\"sent\"} %llu\n"
	    "mlv_events_total{outcome=\"dropped\"} %llu\n",
	    (unsigned long long)sent, (unsigned long long)lost);
}

/* ---- life ---- */

static int
start_command(struct announcer *s, const char *command, struct err *e)
{
	const char *argv[] = { "sh", "-c", command, NULL };
	int p[2], r;

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, "cannot make a pipe");
	/* our standard output says where we answer */
	r = child_start(&s->pid, argv, p[0], STDERR_FILENO, -1, e);
	close(p[0]);
	s->to = p[1];
	if (r == 0 && fcntl(s->to, F_SETFL, O_NONBLOCK) < 0)
		r = err_sys(e, "cannot write to a command");
	return r;
}

bool
announcer_is_url(const char *to)
{
	return strncmp(to, "http://", 7) == 0 ||
	    strncmp(to, "https://", 8) == 0;
}

int
announcer_open(struct announcer **out, const struct announcer_opts *o,
    struct err *e)
{
	struct announcer *s = xalloc(1, sizeof(*s));
	uint64_t process;
	int r;

	s->log = o->log;
	s->mode = o->mode;
	s->to = -1;
	rng_system(&process, sizeof(process));
	snprintf(s->process, sizeof(s->process), "%016llx",
	    (unsigned long long)process);
	buf_init(&s->waiting, QUEUE_BYTES);
	buf_init(&s->sending, QUEUE_BYTES);
	buf_init(&s->body, BODY_BYTES);
	mutex_init(&s->lock);
	cond_init(&s->wake);
	if (announcer_is_url(o->to)) {
		s->url = xstrdup(o->to);
		r = http_client_new(&s->http, o->http, e);
	} else {
		r = start_command(s, o->to, e);
	}
	if (r < 0) {
		announcer_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

int
announcer_start(struct announcer *s, struct err *e)
{
	if (thread_start(&s->thread, send_until_end, s, e) < 0)
		return -1;
	s->started = true;
	return 0;
}

/* Its input has ended; who does not end by that is ended. */
static void
end_command(struct announcer *s)
{
	struct child_usage use;
	struct err ignored;
	int status, r;

	if (s->to >= 0)
		close(s->to);
	if (s->pid == 0)
		return;
	while ((r = child_poll(s->pid, &status, &use, &ignored)) == 0 &&
	    clock_mono_us() < s->end_us)
		(void)poll(NULL, 0, 10);
	if (r == 0) {
		kill(s->pid, SIGKILL);
		(void)child_wait(s->pid, &status, &use, &ignored);
	}
}

void
announcer_close(struct announcer *s)
{
	if (s == NULL)
		return;
	mutex_lock(&s->lock);
	s->end_us = clock_mono_us() + END_US;
	cond_signal(&s->wake);
	mutex_unlock(&s->lock);
	if (s->started)
		thread_join(&s->thread);
	end_command(s);
	http_client_free(s->http);
	buf_free(&s->waiting);
	buf_free(&s->sending);
	buf_free(&s->body);
	arena_free(&s->a);
	cond_release(&s->wake);
	mutex_release(&s->lock);
	free(s->url);
	free(s);
}
