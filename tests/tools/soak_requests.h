/*
 * Requests that no client should send, and odd ones that are right, each with
 * the answers that must come: what the soak sends beside good requests, as it
 * stands, cut and mutated.
 *
 * Most are followed by a second request, NEXT: it must not be answered when
 * the first one could be read in two ways.
 */
#ifndef SOAK_REQUESTS_H
#define SOAK_REQUESTS_H

#include <stddef.h>

struct odd_request {
	const char *kind;
	int status, answers;		/* of the first; how many come */
	const char *head;		/* n_head bytes */
	size_t n_head;
	const char *unit;		/* times after one another, or NULL */
	size_t times;
	const char *tail;		/* n_tail bytes */
	size_t n_tail;
};

#define ASK "POST /invocations HTTP/1.1\r\nHost: s\r\n" \
	"Content-Type: application/json\r\n"
#define V2 "POST /v2/models/soak/infer HTTP/1.1\r\nHost: s\r\n"
#define GET "GET /version HTTP/1.1\r\nHost: s\r\n"
#define NEXT GET "\r\n"
/* 49 bytes */
#define ROW "{\"dataframe_records\":[{\"u\":1,\"v\":2.5,\"c\":\"red\"}]}"
#define LEN "Content-Length: 49\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n"
#define CHUNK "31\r\n" ROW "\r\n0\r\n\r\n"
#define V2_ROW(shape, u) "{\"inputs\":[{\"name\":\"u\",\"shape\":" shape \
	",\"datatype\":\"FP32\",\"data\":" u "},{\"name\":\"v\",\"shape\":[1]," \
	"\"datatype\":\"FP32\",\"data\":[2]},{\"name\":\"c\",\"shape\":[1]," \
	"\"datatype\":\"BYTES\",\"data\":[\"red\"]}]}"

#define ODD(kind, status, answers, bytes) \
	{ kind, status, answers, bytes, sizeof(bytes) - 1, NULL, 0, "", 0 }
#define LONG(kind, status, answers, bytes, unit, times, tail) \
	{ kind, status, answers, bytes, sizeof(bytes) - 1, unit, times, tail, \
	    sizeof(tail) - 1 }
/* A body in one chunk, whose length is not looked at but by the chunk. */
#define BODY(kind, status, head, unit, times, tail) \
	LONG(kind, status, 1, head CHUNKED "\r\n", unit, times, tail)

static const struct odd_request odd_requests[] = {
	/* --- right, though seldom seen */
	ODD("as it should be", 200, 2, ASK LEN "\r\n" ROW NEXT),
	ODD("a body in chunks", 200, 1, ASK CHUNKED "\r\n" CHUNK NEXT),
	ODD("chunked in capitals", 200, 1,
	    ASK "TRANSFER-ENCODING: ChUnKeD\r\n\r\n" CHUNK),
	ODD("a chunk with an extension", 200, 1,
	    ASK CHUNKED "\r\n31;a=b;c=\"d\"\r\n" ROW "\r\n0;x\r\n\r\n" NEXT),
	ODD("two chunks", 200, 1, ASK CHUNKED "\r\n1\r\n{\r\n30\r\n"
	    "\"dataframe_records\":[{\"u\":1,\"v\":2.5,\"c\":\"red\"}]}\r\n0\r\n\r\n"),
	ODD("trailers that look like headers", 200, 1, ASK CHUNKED "\r\n31\r\n"
	    ROW "\r\n0\r\nContent-Length: 5\r\nHost: other\r\n\r\n" NEXT),
	ODD("empty lines in front", 200, 1, "\r\n\r\n" NEXT),
	LONG("many empty lines in front", 200, 1, "", "\r\n", 1000, NEXT),
	ODD("a target with a host", 200, 1, "GET http://else/version HTTP/1.1\r\n"
	    "Host: s\r\n\r\n"),
	ODD("a query", 200, 1, "GET /version?a=b&c HTTP/1.1\r\nHost: s\r\n\r\n"),
	ODD("HTTP/1.0", 200, 1, "GET /version HTTP/1.0\r\n\r\n" NEXT),
	ODD("Connection: close", 200, 1, GET "Connection: close\r\n\r\n" NEXT),
	ODD("an upgrade", 200, 2, GET "Connection: Upgrade, HTTP2-Settings\r\n"
	    "Upgrade: h2c\r\n\r\n" NEXT),
	ODD("Expect: 100-continue with its body", 200, 1,
	    ASK "Expect: 100-continue\r\n" LEN "\r\n" ROW),
	ODD("GET with a body", 200, 2, GET "Content-Length: 5\r\n\r\nabcde" NEXT),
	ODD("bytes beyond ASCII in a header", 200, 1, GET "X: \xff\xfe\r\n\r\n"),
	ODD("a length with zeros in front", 200, 2,
	    ASK "Content-Length: 00049\r\n\r\n" ROW NEXT),
	ODD("a unit with quotes", 200, 1,
	    ASK "X-Unit-Id: a\",\"x\":\"y\\\r\n" LEN "\r\n" ROW),
	ODD("a unit that is no UTF-8", 200, 1,
	    ASK "X-Unit-Id: \xe9\xff\r\n" LEN "\r\n" ROW),
	ODD("a unit like a path", 200, 1,
	    ASK "X-Unit-Id: ../../../tmp/x\r\n" LEN "\r\n" ROW),
	ODD("a header name with an underscore", 200, 1,
	    ASK "Transfer_Encoding: chunked\r\n" LEN "\r\n" ROW),

	/* --- where the request ends could be read in two ways */
	ODD("lines ended by LF alone", 400, 1, "POST /invocations HTTP/1.1\n"
	    "Host: s\nContent-Type: application/json\nContent-Length: 49\n\n"
	    ROW),
	ODD("a length and an encoding", 400, 1,
	    ASK LEN CHUNKED "\r\n" CHUNK NEXT),
	ODD("an encoding and a length", 400, 1,
	    ASK CHUNKED "Content-Length: 6\r\n\r\n" CHUNK NEXT),
	ODD("a length twice", 400, 1, ASK LEN LEN "\r\n" ROW NEXT),
	ODD("two lengths", 400, 1,
	    ASK "Content-Length: 0\r\n" LEN "\r\n" ROW NEXT),
	ODD("a list of lengths", 400, 1,
	    ASK "Content-Length: 49, 49\r\n\r\n" ROW NEXT),
	ODD("a space before the colon", 400, 1,
	    ASK "Content-Length : 49\r\n\r\n" ROW NEXT),
	ODD("a tab before the colon", 400, 1,
	    ASK "Content-Length\t: 49\r\n\r\n" ROW NEXT),
	ODD("gzip, chunked", 400, 1,
	    ASK "Transfer-Encoding: gzip, chunked\r\n\r\n" CHUNK NEXT),
	ODD("chunked, gzip", 400, 1,
	    ASK "Transfer-Encoding: chunked, gzip\r\n\r\n" CHUNK NEXT),
	ODD("two encodings", 400, 1,
	    ASK CHUNKED "Transfer-Encoding: identity\r\n\r\n" CHUNK NEXT),
	ODD("an encoding almost chunked", 400, 1,
	    ASK "Transfer-Encoding: xchunked\r\n\r\n" CHUNK NEXT),
	ODD("chunked behind a vertical tab", 400, 1,
	    ASK "Transfer-Encoding:\vchunked\r\n\r\n" CHUNK NEXT),
	ODD("chunked with a parameter", 400, 1,
	    ASK "Transfer-Encoding: chunked;q=1\r\n\r\n" CHUNK NEXT),
	ODD("a folded encoding", 400, 1,
	    ASK "Transfer-Encoding:\r\n chunked\r\n\r\n" CHUNK NEXT),
	ODD("a folded header", 400, 1, ASK "X: b\r\n c\r\n" LEN "\r\n" ROW NEXT),
	ODD("chunks in HTTP/1.0", 400, 1, "POST /invocations HTTP/1.0\r\n"
	    CHUNKED "\r\n" CHUNK NEXT),
	ODD("CR within a value", 400, 1,
	    ASK "X: a\rContent-Length: 0\r\n" LEN "\r\n" ROW NEXT),
	ODD("NUL within a name", 400, 1, ASK "X\0A: b\r\n" LEN "\r\n" ROW NEXT),
	ODD("NUL within a value", 400, 1,
	    ASK "X: b\0c\r\n" LEN "\r\n" ROW NEXT),
	ODD("a header without a name", 400, 1, ASK ": b\r\n" LEN "\r\n" ROW NEXT),
	ODD("a header without a colon", 400, 1,
	    ASK "nothing\r\n" LEN "\r\n" ROW NEXT),
	ODD("a negative length", 400, 1, ASK "Content-Length: -1\r\n\r\n" ROW),
	ODD("a length with a plus", 400, 1,
	    ASK "Content-Length: +49\r\n\r\n" ROW NEXT),
	ODD("a hexadecimal length", 400, 1,
	    ASK "Content-Length: 0x31\r\n\r\n" ROW NEXT),
	ODD("a length with an exponent", 400, 1,
	    ASK "Content-Length: 1e1\r\n\r\n" ROW NEXT),
	ODD("a length beyond 64 bits", 400, 1,
	    ASK "Content-Length: 18446744073709551665\r\n\r\n" ROW NEXT),
	ODD("an empty length", 400, 1, ASK "Content-Length: \r\n\r\n" ROW NEXT),
	ODD("a length of two words", 400, 1,
	    ASK "Content-Length: 4 9\r\n\r\n" ROW NEXT),
	ODD("a chunk with a prefix", 400, 1,
	    ASK CHUNKED "\r\n0x31\r\n" ROW "\r\n0\r\n\r\n" NEXT),
	ODD("a chunk with a plus", 400, 1,
	    ASK CHUNKED "\r\n+31\r\n" ROW "\r\n0\r\n\r\n" NEXT),
	ODD("a negative chunk", 400, 1,
	    ASK CHUNKED "\r\n-31\r\n" ROW "\r\n0\r\n\r\n" NEXT),
	ODD("a chunk behind a space", 400, 1,
	    ASK CHUNKED "\r\n 31\r\n" ROW "\r\n0\r\n\r\n" NEXT),
	ODD("a chunk of all memory", 400, 1,
	    ASK CHUNKED "\r\nffffffffffffffff\r\n" ROW "\r\n0\r\n\r\n" NEXT),
	ODD("a chunk that wraps around", 400, 1,
	    ASK CHUNKED "\r\n10000000000000031\r\n" ROW "\r\n0\r\n\r\n" NEXT),
	ODD("no line end behind a chunk", 400, 1,
	    ASK CHUNKED "\r\n31\r\n" ROW "XX0\r\n\r\n" NEXT),
	ODD("LF within an extension", 400, 1,
	    ASK CHUNKED "\r\n31;a\nb\r\n" ROW "\r\n0\r\n\r\n" NEXT),
	LONG("a chunk with a long extension", 400, 1, ASK CHUNKED "\r\n31;",
	    "a", 100000, "\r\n" ROW "\r\n0\r\n\r\n" NEXT),
	LONG("a chunk with many zeros", 400, 1, ASK CHUNKED "\r\n", "0", 5000,
	    "31\r\n" ROW "\r\n0\r\n\r\n" NEXT),
	LONG("a long trailer", 400, 1, ASK CHUNKED "\r\n31\r\n" ROW "\r\n0\r\n",
	    "X: a\r\n", 5000, "\r\n" NEXT),

	/* --- first lines and hosts */
	ODD("no host", 400, 1, "GET /version HTTP/1.1\r\n\r\n" NEXT),
	ODD("two hosts", 400, 1, GET "Host: b\r\n\r\n" NEXT),
	ODD("a host of two words", 400, 1,
	    "GET /version HTTP/1.1\r\nHost: a b\r\n\r\n" NEXT),
	ODD("no version", 400, 1, "GET /version\r\n\r\n" NEXT),
	ODD("a version with more behind it", 400, 1,
	    "GET /version HTTP/1.1x\r\nHost: s\r\n\r\n" NEXT),
	ODD("HTTP/2.0", 505, 1, "GET /version HTTP/2.0\r\nHost: s\r\n\r\n" NEXT),
	ODD("HTTP/1.2", 505, 1, "GET /version HTTP/1.2\r\nHost: s\r\n\r\n" NEXT),
	ODD("the preface of HTTP/2", 505, 1, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
	ODD("https as a target", 400, 1,
	    "GET https://else/version HTTP/1.1\r\nHost: s\r\n\r\n" NEXT),
	ODD("CONNECT", 400, 1, "CONNECT a:80 HTTP/1.1\r\nHost: s\r\n\r\n" NEXT),
	ODD("a parenthesis in the method", 400, 1,
	    "G(T /version HTTP/1.1\r\nHost: s\r\n\r\n" NEXT),
	ODD("a space in the target", 400, 1,
	    "GET /ver sion HTTP/1.1\r\nHost: s\r\n\r\n" NEXT),
	ODD("two spaces", 400, 1,
	    "GET  /version HTTP/1.1\r\nHost: s\r\n\r\n" NEXT),
	ODD("tabs for spaces", 400, 1,
	    "GET\t/version\tHTTP/1.1\r\nHost: s\r\n\r\n" NEXT),
	ODD("a space in front", 400, 1, " " NEXT),
	ODD("NUL in the target", 400, 1,
	    "GET /ver\0sion HTTP/1.1\r\nHost: s\r\n\r\n" NEXT),
	ODD("a fragment", 400, 1,
	    "GET /version#x HTTP/1.1\r\nHost: s\r\n\r\n" NEXT),
	LONG("a target of 15 kB", 404, 2, "GET /", "a", 15000,
	    " HTTP/1.1\r\nHost: s\r\n\r\n" NEXT),
	LONG("a target of 1 MB", 431, 1, "GET /", "a", 1000000,
	    " HTTP/1.1\r\nHost: s\r\n\r\n" NEXT),
	LONG("a header of 17 kB", 431, 1, GET "X: ", "a", 17000, "\r\n\r\n"),
	LONG("200 headers", 431, 1, GET, "X: a\r\n", 200, "\r\n"),
	LONG("10000 headers", 431, 1, GET, "X: a\r\n", 10000, "\r\n"),
	ODD("a header that ends the terminal", 400, 1,
	    ASK "X-Unit-Id: \x1b[31mred\a\r\n" LEN "\r\n" ROW),
	LONG("a unit of 14 kB", 400, 1, ASK LEN "X-Unit-Id: ", "u", 14000,
	    "\r\n\r\n" ROW),

	/* --- methods and paths */
	ODD("GET where POST is due", 405, 2,
	    "GET /invocations HTTP/1.1\r\nHost: s\r\n\r\n" NEXT),
	ODD("PUT with a body", 405, 2, "PUT /invocations HTTP/1.1\r\nHost: s\r\n"
	    LEN "\r\n" ROW NEXT),
	ODD("TRACE", 405, 1,
	    "TRACE /version HTTP/1.1\r\nHost: s\r\nCookie: c\r\n\r\n"),
	ODD("a method in small letters", 405, 1,
	    "get /version HTTP/1.1\r\nHost: s\r\n\r\n"),
	ODD("no such path", 404, 2,
	    "POST /x HTTP/1.1\r\nHost: s\r\n" LEN "\r\n" ROW NEXT),
	ODD("a path that climbs", 404, 2,
	    "GET /v2/models/../../etc/passwd HTTP/1.1\r\nHost: s\r\n\r\n" NEXT),
	ODD("a path that climbs, escaped", 404, 2, "GET /v2/models/"
	    "%2e%2e%2f%2e%2e%2fetc/ready HTTP/1.1\r\nHost: s\r\n\r\n" NEXT),
	ODD("an escape cut short", 404, 2,
	    "GET /version%2 HTTP/1.1\r\nHost: s\r\n\r\n" NEXT),
	ODD("another version of the model", 404, 1, "GET /v2/models/soak/"
	    "versions/9999 HTTP/1.1\r\nHost: s\r\n\r\n"),

	/* --- bodies that are refused unread */
	ODD("a body said to be 9 MiB", 413, 1,
	    ASK "Content-Length: 9437184\r\n\r\n" ROW),
	ODD("100-continue for 100 MB", 413, 1,
	    ASK "Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n"),
	BODY("chunks beyond 8 MiB", 413, ASK, "10\r\n0123456789abcdef\r\n", 540000,
	    "0\r\n\r\n"),
	ODD("another expectation", 417, 1, ASK "Expect: 999\r\n" LEN "\r\n" ROW),
	ODD("a body said to be gzip", 415, 1,
	    ASK "Content-Encoding: gzip\r\n" LEN "\r\n" ROW NEXT),

	/* --- bodies that say nothing */
	ODD("no body", 400, 2, ASK "Content-Length: 0\r\n\r\n" NEXT),
	ODD("a media type that is none", 415, 2, "POST /invocations HTTP/1.1\r\n"
	    "Host: s\r\nContent-Type: image/png\r\n" LEN "\r\n" ROW NEXT),
	ODD("a body that is no JSON", 400, 2,
	    ASK "Content-Length: 5\r\n\r\n{\"a\":" NEXT),
	ODD("JSON with NUL", 400, 2, ASK "Content-Length: 3\r\n\r\n{\0}" NEXT),
	BODY("JSON nested deeply", 400, ASK "", "8\r\n[[[[[[[[\r\n", 10000,
	    "0\r\n\r\n"),
	ODD("an unknown member", 400, 2,
	    ASK "Content-Length: 10\r\n\r\n{\"rows\":1}" NEXT),
	ODD("a column missing", 400, 2, ASK "Content-Length: 31\r\n\r\n"
	    "{\"dataframe_records\":[{\"u\":1}]}" NEXT),
	ODD("text for a number", 400, 2, ASK "Content-Length: 49\r\n\r\n"
	    "{\"dataframe_records\":[{\"u\":\"x\",\"v\":2,\"c\":\"red\"}]}" NEXT),
	ODD("a number beyond floats", 400, 2, ASK "Content-Length: 51\r\n\r\n"
	    "{\"dataframe_records\":[{\"u\":1e300,\"v\":2,\"c\":\"red\"}]}" NEXT),
	ODD("CSV without the columns", 400, 2, "POST /invocations HTTP/1.1\r\n"
	    "Host: s\r\nContent-Type: text/csv\r\nContent-Length: 8\r\n\r\n"
	    "a,b\n1,2\n" NEXT),
	ODD("CSV with an open quote", 400, 2, "POST /invocations HTTP/1.1\r\n"
	    "Host: s\r\nContent-Type: text/csv\r\nContent-Length: 15\r\n\r\n"
	    "u,v,c\n1,2,\"red\n" NEXT),
	ODD("a tensor", 200, 1, V2 "Content-Length: 179\r\n\r\n"
	    V2_ROW("[1]", "[1]")),
	ODD("a tensor of another shape", 400, 1, V2 "Content-Length: 179\r\n\r\n"
	    V2_ROW("[2]", "[1]")),
	ODD("a tensor of all memory", 400, 1, V2 "Content-Length: 201\r\n\r\n"
	    V2_ROW("[4294967296,4294967296,16]", "[]")),
	ODD("a tensor of negative shape", 400, 1, V2 "Content-Length: 180\r\n\r\n"
	    V2_ROW("[-1]", "[1]")),
};

#define N_ODD (sizeof(odd_requests) / sizeof(odd_requests[0]))

#endif
