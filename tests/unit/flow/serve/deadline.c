/* Deadlines of requests, as headers say them, and waits. */
#include "../../tap.h"
#include "codec/http/head.h"
#include "flow/serve/deadline.h"

/* Of a request whose bytes came at 1 s and 2 s. */
static int
read_lines(struct deadline *d, const char *lines, struct err *e)
{
	struct http_head head;
	char text[512];
	struct http_request r = { .handle = &head, .begun_us = 1000000, .came_us = 2000000 };
	int n = snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", lines);

	memset(&head, 0, sizeof(head));
	if (http_head_parse(&head, text, (size_t)n) != 0)
		return -2;
	return deadline_read(d, &r, 500000, e);
}

static void
is_limit(const char *lines, int64_t us)
{
	struct err e = ERR_INIT;
	struct deadline d;

	ok(read_lines(&d, lines, &e) == 0 && d.limit_us == us, "%.30s is %lld us", lines,
	    (long long)us);
}

static void
is_refused(const char *lines, const char *named)
{
	struct err e = ERR_INIT;
	struct deadline d;

	ok(read_lines(&d, lines, &e) == -1 && e.code == ERR_FORMAT && strstr(e.msg, named),
	    "%.40s is refused: %s", lines, e.msg);
}

static void
is_checked(void)
{
	struct deadline d = { 1000000, 2000000, 3000000, 500000 };
	struct err e = ERR_INIT;

	ok(deadline_check(&d, 2400000, false, &e) == 0, "in time");
	ok(deadline_check(&d, 2600000, false, &e) == 503, "it waited too long");
	ok(strstr(e.msg, "waited 600 ms") != NULL, "and is told: %s", e.msg);
	ok(deadline_check(&d, 2600000, true, &e) == 0, "which is over once it is looked at");
	ok(deadline_check(&d, 4100000, true, &e) == 504, "its deadline is not");
	ok(strstr(e.msg, "3100 ms ago") != NULL, "and is told: %s", e.msg);
	deadline_add(&d, 5000000);
	ok(d.limit_us == 3000000, "a later deadline changes nothing");
	deadline_add(&d, 1000000);
	ok(deadline_check(&d, 2100000, false, &e) == 504, "a nearer one counts");
}

int
main(void)
{
	is_limit("", 0);
	is_limit("grpc-timeout: 100m\r\n", 100000);
	is_limit("Grpc-Timeout: 2S\r\n", 2000000);
	is_limit("grpc-timeout: 99999999H\r\n", (int64_t)99999999 * 3600000000);
	is_limit("grpc-timeout: 5000n\r\n", 5);
	is_limit("grpc-timeout: 0m\r\n", 1);
	is_limit("x-envoy-expected-rq-timeout-ms: 250\r\n", 250000);
	is_limit("x-envoy-expected-rq-timeout-ms: 0\r\n", 0);
	is_limit("grpc-timeout: 1S\r\nx-envoy-expected-rq-timeout-ms: 250\r\n", 250000);
	is_refused("grpc-timeout: 100\r\n", "grpc-timeout");
	is_refused("grpc-timeout: m\r\n", "grpc-timeout");
	is_refused("grpc-timeout: 123456789m\r\n", "grpc-timeout");
	is_refused("grpc-timeout: -1m\r\n", "grpc-timeout");
	is_refused("grpc-timeout: +1m\r\n", "grpc-timeout");
	is_refused("x-envoy-expected-rq-timeout-ms: soon\r\n", "x-envoy");
	is_checked();
	return tap_done();
}
