/*
 * hammer PORT PATH BODY SECONDS[:MS] [VERSION=TEXT]...: POST the body file
 * again and again over four kept connections, each time for another unit and
 * MS milliseconds apart, until the time is over or a SIGTERM comes, and
 * count.  Every answer must be 200, name a version in X-Mlv-Version that is
 * given here, the same one in "model_version" where its body has that, and
 * hold that version's text and no other's: then no answer came from a model
 * other than the one named.  Prints "N requests, N failed, N mixed" and how
 * many came from a canary; exits 1 when any failed or was mixed.
 *
 * raw: with PATH "-" the BODY's bytes are sent as they are, and what comes
 * back is printed.  With PATH "+MS:N" the first N go at once and the rest one
 * by one, MS milliseconds apart, until SECONDS are over or the server closes.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"

struct job {
	int port;
	const char *path;
	struct buf request;
	int64_t until, pause_ms;
	char **expected;
	int n_expected;
	long requests, failed, mixed, canary;
};

static volatile sig_atomic_t asked_to_stop;

static void
stop(int sig)
{
	(void)sig;
	asked_to_stop = 1;
}

static int
dial(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	struct timeval limit = { 10, 0 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_port = htons((uint16_t)port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* One whole answer into b; its body's place, or NULL. */
static const char *
receive(int fd, struct buf *b)
{
	uint64_t length = 0;
	const char *end, *l;

	buf_clear(b);
	for (;;) {
		char *at = buf_reserve(b, 4096);
		ssize_t n = at ? read(fd, at, 4096) : -1;

		if (n <= 0)
			return NULL;
		buf_grew(b, (size_t)n);
		end = strstr(b->data, "\r\n\r\n");
		l = strstr(b->data, "Content-Length: ");
		if (end == NULL)
			continue;
		if (l == NULL || !num_parse_u64(l + 16, strcspn(l + 16, "\r"),
		    &length))
			return NULL;
		if (b->len >= (size_t)(end + 4 - b->data) + length)
			return end + 4;
	}
}

/* Does the body say another version than its n bytes at v? */
static int
disagrees(const char *body, const char *v, size_t n)
{
	const char *said = strstr(body, "\"model_version\":\"");

	return said && (strncmp(said + 17, v, n) != 0 || said[17 + n] != '"');
}

static int
fits(const struct job *j, const char *head, const char *body)
{
	const char *v = strstr(head, "X-Mlv-Version: ");
	int named = 0;
	size_t n;

	if (j->n_expected == 0)
		return 1;
	if (v == NULL)
		return 0;
	v += 15;
	n = strcspn(v, "\r");
	if (disagrees(body, v, n))
		return 0;
	for (int i = 0; i < j->n_expected; i++) {
		const char *x = j->expected[i], *eq = strchr(x, '=');
		int same = (size_t)(eq - x) == n && memcmp(x, v, n) == 0;

		if ((strstr(body, eq + 1) != NULL) != same)
			return 0;
		named |= same;
	}
	return named;
}

/* Another unit: its digits stand at a fixed place in the request. */
static void
next_unit(struct job *j)
{
	char *at = strstr(j->request.data, "X-Unit-Id: ") + 13;
	char digits[24];

	snprintf(digits, sizeof(digits), "%09ld", j->requests % 1000000000);
	memcpy(at, digits, 9);
}

static void *
hammer(void *arg)
{
	struct job *j = arg;
	int fd = dial(j->port);
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	while (clock_mono_us() < j->until && !asked_to_stop) {
		const char *body;

		if (j->pause_ms)
			nanosleep(&(struct timespec){ 0, j->pause_ms * 1000000 },
			    NULL);
		next_unit(j);
		j->requests++;
		if (fd < 0 || write(fd, j->request.data, j->request.len) !=
		    (ssize_t)j->request.len || (body = receive(fd, &b)) ==
		    NULL || strncmp(b.data, "HTTP/1.1 200", 12) != 0) {
			j->failed++;
			if (fd >= 0)
				close(fd);
			fd = dial(j->port);
			continue;
		}
		j->mixed += !fits(j, b.data, body);
		j->canary += strstr(b.data, "X-Mlv-Variant: canary") != NULL;
	}
	if (fd >= 0)
		close(fd);
	buf_free(&b);
	return NULL;
}

/* What has come, or comes until the end, to standard output; false at the
 * end. */
static int
pour(int fd, int flags)
{
	char back[4096];
	ssize_t n;

	while ((n = recv(fd, back, sizeof(back), flags)) > 0)
		fwrite(back, 1, (size_t)n, stdout);
	fflush(stdout);
	return n < 0;
}

static int
raw(int port, const struct buf *bytes)
{
	int fd = dial(port);

	if (fd < 0 || write(fd, bytes->data, bytes->len) < 0)
		return 1;
	shutdown(fd, SHUT_WR);
	(void)pour(fd, 0);
	close(fd);
	return 0;
}

static int
slow(int port, const char *how, const struct buf *bytes, int64_t until)
{
	const char *colon = strchr(how, ':');
	int64_t ms, at;
	int fd = dial(port), open = 1;

	if (fd < 0 || colon == NULL || !num_parse_i64(how, (size_t)(colon -
	    how), &ms) || !num_parse_i64(colon + 1, strlen(colon + 1), &at))
		return 1;
	if (at > (int64_t)bytes->len || write(fd, bytes->data, (size_t)at) != at)
		return 1;
	while (open && clock_mono_us() < until) {
		nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 },
		    NULL);
		if (at < (int64_t)bytes->len && send(fd, bytes->data + at++, 1,
		    MSG_NOSIGNAL) != 1)
			break;
		open = pour(fd, MSG_DONTWAIT);
	}
	printf("\n%lld bytes sent\n", (long long)at);
	close(fd);
	return 0;
}

int
main(int argc, char **argv)
{
	struct job j[4];
	pthread_t id[4];
	struct err e = ERR_INIT;
	struct buf body;
	int64_t port = 0, seconds = 0, ms = 0;
	long requests = 0, failed = 0, mixed = 0, canary = 0;
	size_t n;

	buf_init(&body, BUF_CAP_SMALL);
	n = argc < 5 ? 0 : strcspn(argv[4], ":");
	if (argc < 5 || !num_parse_i64(argv[1], strlen(argv[1]), &port) ||
	    !num_parse_i64(argv[4], n, &seconds) || (argv[4][n] &&
	    !num_parse_i64(argv[4] + n + 1, strlen(argv[4] + n + 1), &ms)) ||
	    file_read(&body, argv[3], &e) < 0) {
		fprintf(stderr, "usage: hammer PORT PATH BODY SECONDS[:MS]\n");
		return 2;
	}
	if (strcmp(argv[2], "-") == 0) {
		int r = raw((int)port, &body);

		buf_free(&body);
		return r;
	}
	if (argv[2][0] == '+') {
		int r = slow((int)port, argv[2] + 1, &body, clock_mono_us() +
		    seconds * 1000000);

		buf_free(&body);
		return r;
	}
	signal(SIGTERM, stop);
	for (int i = 0; i < 4; i++) {
		j[i] = (struct job){ .port = (int)port, .path = argv[2],
		    .until = clock_mono_us() + seconds * 1000000,
		    .pause_ms = ms,
		    .expected = argv + 5, .n_expected = argc - 5 };
		buf_init(&j[i].request, BUF_CAP_SMALL);
		buf_addf(&j[i].request, "POST %s HTTP/1.1\r\nHost: x\r\n"
		    "X-Unit-Id: %c-000000000\r\nContent-Type: application/json\r\n"
		    "Content-Length: %zu\r\n\r\n", argv[2], 'a' + i, body.len);
		buf_add(&j[i].request, body.data, body.len);
		pthread_create(&id[i], NULL, hammer, &j[i]);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(id[i], NULL);
		requests += j[i].requests;
		failed += j[i].failed;
		mixed += j[i].mixed;
		canary += j[i].canary;
		buf_free(&j[i].request);
	}
	buf_free(&body);
	printf("%ld requests, %ld failed, %ld mixed, %ld by a canary\n",
	    requests, failed, mixed, canary);
	return failed || mixed || requests == 0;
}
