/*
 * h2_flood PORT KIND [N]: a client of HTTP/2 that behaves badly, frame by
 * frame, N times over (20,000 without), and then tells how the server took it
 * in one line: "goaway CODE", "closed" or "open", and behind it how many
 * streams it reset and answered.
 *
 *	continuations	headers that are continued by nothing, again and again
 *	headers		4,000 bytes of a header, said once, named N times
 *	resets		calls that are taken back as soon as they are made
 *	made-resets	calls with a frame for which the server takes them back
 *	pings, settings, empty-data	what asks nothing
 *	bodies		8 MiB of a message on each of N streams, never its end
 *	idle, calls	N connections that say nothing, or begin a call; they are
 *			held until standard input ends
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"

enum frame {
	DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH, PING, GOAWAY,
	WINDOW_UPDATE, CONTINUATION
};
#define END_HEADERS 4

static const char hello[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

struct peer {
	int fd;
	struct buf out, in;
	size_t sent;
	long resets, answers, goaway;	/* goaway: -1 without */
	bool greeted, closed;
};

static void
put_frame(struct buf *b, enum frame type, int flags, uint32_t stream,
    const void *payload, size_t n)
{
	const unsigned char head[] = { (unsigned char)(n >> 16), (unsigned char)(n >> 8),
	    (unsigned char)n, (unsigned char)type, (unsigned char)flags,
	    (unsigned char)(stream >> 24), (unsigned char)(stream >> 16),
	    (unsigned char)(stream >> 8), (unsigned char)stream };

	buf_add(b, head, sizeof(head));
	buf_add(b, payload, n);
}

/* A call's headers as HPACK has them, by the static table alone. */
static void
put_call(struct buf *b, uint32_t stream, int flags)
{
	static const char headers[] = "\x83\x86\x04\x2d/inference.GRPCInferenceService/"
	    "ModelMetadata\x01\x01x\x0f\x10\x10" "application/grpc";

	put_frame(b, HEADERS, flags, stream, headers, sizeof(headers) - 1);
}

static void
put_named_headers(struct buf *b, long n)
{
	char block[16000];
	size_t at = 0, many = (size_t)n < 11000 ? (size_t)n : 11000;

	memcpy(block, "\x83\x86\x04\x01/\x40\x01" "a\x7f\xa1\x1e", at = 11);
	memset(block + at, 'x', 4000);
	at += 4000;
	memset(block + at, 0xbe, many);
	put_frame(b, HEADERS, END_HEADERS, 1, block, at + many);
}

/* The i-th of what floods; false: that was all. */
static bool
put_next(struct buf *b, const char *kind, long i, long n)
{
	static const char nothing[16384];
	uint32_t stream = (uint32_t)(2 * i + 1);

	if (strcmp(kind, "continuations") == 0) {
		if (i == 0)
			put_call(b, 1, 0);
		put_frame(b, CONTINUATION, 0, 1, "", 0);
	} else if (strcmp(kind, "headers") == 0) {
		put_named_headers(b, n);
		return false;
	} else if (strcmp(kind, "resets") == 0) {
		put_call(b, stream, END_HEADERS);
		put_frame(b, RST_STREAM, 0, stream, "\0\0\0\x08", 4);
	} else if (strcmp(kind, "made-resets") == 0) {
		put_call(b, stream, END_HEADERS);
		put_frame(b, WINDOW_UPDATE, 0, stream, "\x7f\xff\xff\xff", 4);
	} else if (strcmp(kind, "pings") == 0) {
		put_frame(b, PING, 0, 0, "12345678", 8);
	} else if (strcmp(kind, "settings") == 0) {
		put_frame(b, SETTINGS, 0, 0, "", 0);
	} else if (strcmp(kind, "empty-data") == 0) {
		if (i == 0)
			put_call(b, 1, END_HEADERS);
		put_frame(b, DATA, 0, 1, "", 0);
	} else if (strcmp(kind, "bodies") == 0) {
		put_call(b, stream, END_HEADERS);
		put_frame(b, DATA, 0, stream, "\0\0\x7f\xff\xf0", 5);
		for (int k = 0; k < 511; k++)
			put_frame(b, DATA, 0, stream, nothing, sizeof(nothing));
	} else {
		fprintf(stderr, "h2_flood: no kind '%s'\n", kind);
		exit(2);
	}
	return i + 1 < n;
}

static int
dial(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		perror("h2_flood");
		exit(3);
	}
	return fd;
}

/* What the server says, frame by frame. */
static void
take_frames(struct peer *p)
{
	size_t at = 0;

	while (p->in.len - at >= 9) {
		const unsigned char *u = (const unsigned char *)p->in.data + at;
		size_t n = (size_t)u[0] << 16 | (size_t)u[1] << 8 | u[2];

		if (p->in.len - at < 9 + n)
			break;
		p->resets += u[3] == RST_STREAM;
		p->answers += u[3] == HEADERS;
		if (u[3] == SETTINGS && !p->greeted) {
			put_frame(&p->out, SETTINGS, 1, 0, "", 0);
			p->greeted = true;
		}
		if (u[3] == GOAWAY && n >= 8 && p->goaway < 0)
			p->goaway = (long)(u[13] << 24 | u[14] << 16 | u[15] << 8 | u[16]);
		at += 9 + n;
	}
	p->in.len -= at;
	memmove(p->in.data, p->in.data + at, p->in.len);
}

static void
hear(struct peer *p)
{
	char room[65536];
	ssize_t n = recv(p->fd, room, sizeof(room), MSG_DONTWAIT);

	if (n > 0)
		buf_add(&p->in, room, (size_t)n);
	else if (n == 0 || errno != EAGAIN)
		p->closed = true;
	take_frames(p);
}

static void
say(struct peer *p)
{
	ssize_t n = send(p->fd, p->out.data + p->sent, p->out.len - p->sent,
	    MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n > 0)
		p->sent += (size_t)n;
	else if (errno != EAGAIN)
		p->sent = p->out.len;	/* what it says is read to its end */
	if (p->sent == p->out.len) {
		buf_clear(&p->out);
		p->sent = 0;
	}
}

static void
flood(struct peer *p, const char *kind, long n)
{
	int64_t until = clock_mono_us() + 20000000;
	bool more = true, wait = strcmp(kind, "made-resets") == 0;
	long i = 0;

	buf_adds(&p->out, hello);
	put_frame(&p->out, SETTINGS, 0, 0, "", 0);
	while (!p->closed && clock_mono_us() < until) {
		struct pollfd w = { p->fd, POLLIN, 0 };

		/* more calls at a time than there may be are another matter */
		while (more && p->greeted && p->out.len < 65536 &&
		    (!wait || i - p->resets < 100))
			more = put_next(&p->out, kind, i++, n);
		if (p->out.len)
			w.events |= POLLOUT;
		/* all was said: what it does about it comes soon */
		if (poll(&w, 1, 1000) == 0)
			break;
		if (w.revents & POLLOUT)
			say(p);
		if (w.revents & (POLLIN | POLLHUP | POLLERR))
			hear(p);
	}
}

static void
hold(int port, const char *kind, long n)
{
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	buf_adds(&b, hello);
	put_frame(&b, SETTINGS, 0, 0, "", 0);
	put_call(&b, 1, END_HEADERS);
	for (long i = 0; i < n; i++) {
		int fd = dial(port);

		if (strcmp(kind, "calls") == 0)
			(void)send(fd, b.data, b.len, MSG_NOSIGNAL);
	}
	buf_free(&b);
	while (getchar() != EOF)
		;
}

int
main(int argc, char **argv)
{
	struct peer p = { .goaway = -1 };
	int64_t port = 0, n = 20000;

	if (argc < 3 || !num_parse_i64(argv[1], strlen(argv[1]), &port) ||
	    (argc > 3 && !num_parse_i64(argv[3], strlen(argv[3]), &n)))
		return 2;
	if (strcmp(argv[2], "idle") == 0 || strcmp(argv[2], "calls") == 0) {
		hold((int)port, argv[2], (long)n);
		return 0;
	}
	buf_init(&p.out, (size_t)64 << 20);
	buf_init(&p.in, (size_t)64 << 20);
	p.fd = dial((int)port);
	flood(&p, argv[2], (long)n);
	if (p.goaway >= 0)
		printf("goaway %ld", p.goaway);
	else
		printf(p.closed ? "closed" : "open");
	printf(" %ld resets %ld answers\n", p.resets, p.answers);
	buf_free(&p.out);
	buf_free(&p.in);
	return 0;
}
