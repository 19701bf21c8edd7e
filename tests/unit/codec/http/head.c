/* Heads of requests that are taken and refused, chunks cut anywhere. */
#include <string.h>

#include "../../tap.h"
#include "codec/http/head.h"

static struct http_head head;

static int
parse(const char *text)
{
	static char copy[8192];
	size_t n = strlen(text);

	memcpy(copy, text, n + 1);
	if (http_head_end(copy, n) != n)
		return -1;
	return http_head_parse(&head, copy, n);
}

#define GET "GET / HTTP/1.1\r\nHost: a\r\n"

static void
takes_heads(void)
{
	is_int(parse("POST /a%20b?q=1 HTTP/1.1\r\nhost: a:80\r\nX-A: \t1 2 \r\nContent-Length: 007\r\n\r\n"),
	    0, "a head");
	is_text(head.method, "POST", "its method");
	is_text(head.path, "/a b", "its path, unescaped, without the query");
	is_text(http_head_line(&head, "x-a"), "1 2", "a value without the space around it");
	ok(http_head_line(&head, "X-B") == NULL, "no line of another name");
	ok(head.length == 7 && !head.chunked && !head.close, "its length");
	is_int(parse("GET http://host HTTP/1.1\r\nHost: a\r\n\r\n"), 0, "a target with a host");
	is_text(head.path, "/", "its path");
	is_int(parse("GET / HTTP/1.0\r\n\r\n"), 0, "HTTP/1.0 needs no Host");
	ok(head.close && head.old, "and closes");
	is_int(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"), 0, "unless it asks not to");
	ok(!head.close, "by its Connection");
	is_int(parse(GET "Connection: x, Close\r\n\r\n"), 0, "a list of words");
	ok(head.close, "with close in it");
	is_int(parse(GET "Transfer-Encoding: Chunked\r\nExpect: 100-continue\r\n\r\n"), 0, "chunks");
	ok(head.chunked && head.close && head.expects, "are the last of a connection");
}

static void
refuses_heads(void)
{
	static const struct {
		const char *text;
		int status;
	} t[] = {
		{ "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
		{ "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400 },
		{ "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
		{ "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", 400 },
		{ "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
		{ "GET /\r\nHost: a\r\n\r\n", 400 },
		{ "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
		{ "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
		{ "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
		{ "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
		{ "GET / http/1.1\r\nHost: a\r\n\r\n", 400 },
		{ "GET / HTTP/1.1x\r\nHost: a\r\n\r\n", 400 },
		{ "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505 },
		{ "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505 },
		{ "GET / HTTP/1.1\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400 },
		{ GET "Host: a\r\n\r\n", 400 },
		{ GET "Content-Length: \r\n\r\n", 400 },
		{ GET "Content-Length: -1\r\n\r\n", 400 },
		{ GET "Content-Length: 1, 1\r\n\r\n", 400 },
		{ GET "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400 },
		{ GET "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
		{ GET "Transfer-Encoding: chunked, gzip\r\n\r\n", 400 },
		{ GET "X : y\r\n\r\n", 400 },
		{ GET " X: y\r\n\r\n", 400 },
		{ GET ": y\r\n\r\n", 400 },
		{ GET "X\r\n\r\n", 400 },
		{ GET "X: a\rb\r\n\r\n", 400 },
		{ GET "X: \x1b[31m\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\nHost: a\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: a\n\r\n", 400 },
		{ GET "\n", 400 },
		{ GET "Expect: other\r\n\r\n", 417 },
		{ "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		is_int(parse(t[i].text), t[i].status, "refused head %zu", i + 1);
}

/* What comes of chunks cut in two at `cut`. */
static int
decode(struct buf *body, const char *s, size_t cut)
{
	struct http_chunks c = { 0 };
	int r = http_chunks_add(&c, body, s, cut);

	return r ? r : http_chunks_add(&c, body, s + cut, strlen(s) - cut);
}

static void
decodes_chunks(void)
{
	static const char good[] = "3;a=\"b\"\r\nabc\r\n0000a\r\n0123456789\r\n0\r\nX: y\r\n\r\n";
	static const char *const bad[] = { "g\r\n", "\r\n", "+3\r\nabc\r\n", "0x3\r\n", " 3\r\n",
		"3\r\nabcd\r\n", "123456789\r\n", "3\rabc", "3\nabc", "3\r\nabc\n",
		"3;x\n", "0\r\n\n", "0\r\nX: y\n", "3;\x7f\r\n", "3;\x01\r\n", "0\r\n: x\r\n", "0\r\n x\r\n" };
	bool same = true;
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	for (size_t cut = 0; cut <= strlen(good); cut++) {
		buf_clear(&b);
		same &= decode(&b, good, cut) == 1 && strcmp(b.data, "abc0123456789") == 0;
	}
	ok(same, "chunks cut anywhere are one body");
	buf_clear(&b);
	is_int(decode(&b, "3\r\nabc\r\n0\r\n", 1), 0, "chunks without their end go on");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(decode(&b, bad[i], 1), -1, "malformed chunks %zu", i + 1);
	buf_free(&b);
}

static int
parse_answer(const char *text)
{
	static char copy[8192];
	size_t n = strlen(text);

	memcpy(copy, text, n + 1);
	return http_head_parse_answer(&head, copy, n);
}

static void
reads_answers(void)
{
	is_int(parse_answer("HTTP/1.1 200 OK\r\nContent-Length: 12\r\nX-A: b\r\n\r\n"), 200,
	    "the status of an answer");
	ok(head.length == 12 && !head.close && !head.chunked, "its length");
	is_text(http_head_line(&head, "x-a"), "b", "a line of it");
	is_int(parse_answer("HTTP/1.1 503 \r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"),
	    503, "a status without words");
	ok(head.chunked && head.close, "chunks, and the last of its connection");
	is_int(parse_answer("HTTP/1.1 200 OK\r\n\r\n"), -1, "neither length nor chunks");
	is_int(parse_answer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
	    -1, "both");
	is_int(parse_answer("HTTP/1.1 20 OK\r\nContent-Length: 1\r\n\r\n"), -1, "two digits");
	is_int(parse_answer("HTTP/2 200\r\nContent-Length: 1\r\n\r\n"), -1, "another version");
	is_int(parse_answer("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), -1, "a length below 0");
}

int
main(void)
{
	reads_answers();
	takes_heads();
	refuses_heads();
	decodes_chunks();
	return tap_done();
}
