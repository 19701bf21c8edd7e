/*
 * pour PORT PATH BODY LIMIT_MS RATE:SECONDS...: POSTs the body at times of its
 * own, RATE a second, whatever was answered before, in one phase after the
 * other; each says in x-envoy-expected-rq-timeout-ms how long it waits.
 *
 * Prints a line a phase: seconds, requests, answers 200 in time, late, refused
 * (429, 503, 504), failed, not sent as all connections were taken; the median
 * and the 99th percentile of those in time in microseconds; how late we were
 * ourselves at most, in microseconds; and when, in microseconds after the
 * phase began, the last was sent that was not answered 200 in time.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"

#define CONNECTIONS 2048
#define PHASES 16
#define EVENTS 256
#define ANSWER_MAX 65536

struct call {
	int fd, phase;
	size_t sent, got;		/* bytes */
	int64_t sent_us;		/* when; 0: it is free */
	char answer[ANSWER_MAX + 1];
};

static struct phase {
	double rate, seconds;
	int64_t begun_us, worst_lag_us, last_bad_us;
	long due, good, late, refused, failed, unsent;
	int64_t *took_us;
} phase[PHASES];

static struct call *call;
static int free_call[CONNECTIONS], n_free, epoll_fd, to_port, n_phases;
static int64_t limit_us;
static struct buf request;

static void
note_bad(struct phase *p, int64_t sent_us)
{
	if (sent_us - p->begun_us > p->last_bad_us)
		p->last_bad_us = sent_us - p->begun_us;
}

static void
hang_up(struct call *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

/* An answer's status, or 0 where none came. */
static void
end_call(struct call *c, int status)
{
	struct phase *p = &phase[c->phase];
	int64_t took = clock_mono_us() - c->sent_us;

	if (status == 200 && took <= limit_us)
		p->took_us[p->good++] = took;
	else
		note_bad(p, c->sent_us);
	p->late += status == 200 && took > limit_us;
	p->refused += status == 429 || status == 503 || status == 504;
	p->failed += status != 200 && status != 429 && status != 503 &&
	    status != 504;
	if (status == 0)
		hang_up(c);
	c->sent_us = 0;
	free_call[n_free++] = (int)(c - call);
}

static int
dial(struct call *c)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	struct epoll_event ev = { .data.ptr = c };
	int one = 1;

	ev.events = EPOLLIN | EPOLLOUT | EPOLLET;
	a.sin_port = htons((uint16_t)to_port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (c->fd >= 0 && (connect(c->fd, (struct sockaddr *)&a, sizeof(a)) ==
	    0 || errno == EINPROGRESS) && setsockopt(c->fd, IPPROTO_TCP,
	    TCP_NODELAY, &one, sizeof(one)) == 0 && epoll_ctl(epoll_fd,
	    EPOLL_CTL_ADD, c->fd, &ev) == 0)
		return 0;
	hang_up(c);
	return -1;
}

static void
send_more(struct call *c)
{
	while (c->sent < request.len) {
		ssize_t n = send(c->fd, request.data + c->sent, request.len -
		    c->sent, MSG_NOSIGNAL);

		if (n <= 0)
			return;		/* what is wrong is found as we read */
		c->sent += (size_t)n;
	}
}

/* A whole answer's status, 0 while there is more to come. */
static int
whole_answer(struct call *c)
{
	const char *end, *l;
	uint64_t n;

	c->answer[c->got] = '\0';
	end = strstr(c->answer, "\r\n\r\n");
	l = end ? strstr(c->answer, "Content-Length: ") : NULL;
	if (l == NULL || strncmp(c->answer, "HTTP/1.1 ", 9) != 0 ||
	    !num_parse_u64(l + 16, strcspn(l + 16, "\r"), &n) ||
	    c->got < (size_t)(end + 4 - c->answer) + n)
		return 0;
	return (int)strtol(c->answer + 9, NULL, 10);
}

static void
read_more(struct call *c)
{
	int status = 0, last;
	ssize_t n;

	while (c->fd >= 0 && c->sent_us && status == 0) {
		n = recv(c->fd, c->answer + c->got, ANSWER_MAX - c->got, 0);
		if (n < 0 && (errno == EAGAIN || errno == ENOTCONN))
			return;
		if (n <= 0) {
			end_call(c, 0);
			return;
		}
		c->got += (size_t)n;
		status = whole_answer(c);
		/* an answer that came before all was sent ends the use of it */
		last = status && (c->sent < request.len ||
		    strstr(c->answer, "Connection: close") != NULL);
		if (last)
			hang_up(c);
		if (status)
			end_call(c, status);
	}
}

static void
pour_one(int at, int64_t now)
{
	struct phase *p = &phase[at];
	struct call *c;

	if (n_free == 0) {
		p->unsent++;
		note_bad(p, now);
		return;
	}
	c = &call[free_call[--n_free]];
	c->phase = at;
	c->sent = c->got = 0;
	c->sent_us = now;
	/* who was closed meanwhile says so now */
	if (c->fd >= 0 && recv(c->fd, c->answer, 1, MSG_PEEK) == 0)
		hang_up(c);
	if (c->fd < 0 && dial(c) < 0)
		end_call(c, 0);
	else
		send_more(c);
}

/* Answers, for so long; those are given up that are far too late. */
static void
look(int64_t until)
{
	struct epoll_event ev[EVENTS];
	int64_t left = until - clock_mono_us();
	int n = epoll_wait(epoll_fd, ev, EVENTS, left > 1000 ? (int)(left /
	    1000) : 0);

	for (int i = 0; i < n; i++) {
		struct call *c = ev[i].data.ptr;

		if (c->sent_us && (ev[i].events & EPOLLOUT))
			send_more(c);
		read_more(c);
	}
}

static void
run_phase(int at)
{
	struct phase *p = &phase[at];
	long most = (long)(p->rate * p->seconds);

	p->begun_us = clock_mono_us();
	p->took_us = calloc((size_t)most + 1, sizeof(*p->took_us));
	while (p->due < most) {
		int64_t now = clock_mono_us(), due = p->begun_us +
		    (int64_t)(1e6 * (double)p->due / p->rate);

		for (int k = 0; k < 32 && due <= now && p->due < most; k++) {
			if (now - due > p->worst_lag_us)
				p->worst_lag_us = now - due;
			pour_one(at, now);
			due = p->begun_us + (int64_t)(1e6 * (double)++p->due /
			    p->rate);
		}
		look(due);
	}
}

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
print_phase(struct phase *p)
{
	int64_t none = 0, *took = p->good ? p->took_us : &none;
	size_t n = p->good ? (size_t)p->good : 1;

	qsort(took, n, sizeof(*took), by_time);
	printf("%g %ld %ld %ld %ld %ld %ld %lld %lld %lld %lld\n", p->seconds,
	    p->due, p->good, p->late, p->refused, p->failed, p->unsent,
	    (long long)took[(n - 1) / 2], (long long)took[(n - 1) * 99 / 100],
	    (long long)p->worst_lag_us, (long long)p->last_bad_us);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	int64_t to, limit, until;
	struct buf body;

	buf_init(&body, BUF_CAP_DOC);
	buf_init(&request, BUF_CAP_DOC);
	for (int i = 5; i < argc && n_phases < PHASES; i++)
		n_phases += sscanf(argv[i], "%lf:%lf", &phase[n_phases].rate,
		    &phase[n_phases].seconds) == 2 && phase[n_phases].rate > 0;
	if (n_phases == 0 || n_phases != argc - 5 || !num_parse_i64(argv[1],
	    strlen(argv[1]), &to) || !num_parse_i64(argv[4], strlen(argv[4]),
	    &limit) || file_read(&body, argv[3], &e) < 0) {
		fprintf(stderr, "usage: pour PORT PATH BODY LIMIT_MS "
		    "RATE:SECONDS...\n");
		return 2;
	}
	to_port = (int)to;
	limit_us = limit * 1000;
	buf_addf(&request, "POST %s HTTP/1.1\r\nHost: s\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n"
	    "x-envoy-expected-rq-timeout-ms: %d\r\n\r\n", argv[2], body.len,
	    (int)limit);
	buf_add(&request, body.data, body.len);
	epoll_fd = epoll_create1(0);
	call = calloc(CONNECTIONS, sizeof(*call));
	if (epoll_fd < 0 || call == NULL)
		return 3;
	for (int i = CONNECTIONS; i-- > 0; free_call[n_free++] = i)
		call[i].fd = -1;
	for (int i = 0; i < n_phases; i++)
		run_phase(i);
	until = clock_mono_us() + 2 * limit_us;
	while (n_free < CONNECTIONS && clock_mono_us() < until)
		look(until);
	for (int i = 0; i < CONNECTIONS; i++)
		if (call[i].sent_us)
			end_call(&call[i], 0);
	for (int i = 0; i < n_phases; i++)
		print_phase(&phase[i]);
	return 0;
}
