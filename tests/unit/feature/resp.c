/* feature/resp.h: replies of a Redis that is well, and of one that is not. */
#include "feature/resp.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../tap.h"

/* The first reply in `text`, and then the connection ends: 0 or -1. */
static int
read_reply(struct resp_reply *out, struct resp *r, const char *text,
    struct err *e)
{
	int pair[2];

	*e = (struct err)ERR_INIT;
	resp_init(r);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0 ||
	    write(pair[1], text, strlen(text)) != (ssize_t)strlen(text))
		return -2;
	close(pair[1]);
	r->fd = pair[0];
	return resp_read(out, r, e);
}

static void
refuses(const char *text, enum err_code code, bool lost, const char *what)
{
	struct resp_reply reply;
	struct resp r;
	struct err e;

	ok(read_reply(&reply, &r, text, &e) == -1 && e.code == code,
	    "%s is an error of its kind: %s", what, e.msg);
	is_int(r.lost, lost, "%s: is it lost?", what);
	resp_release(&r);
}

int
main(void)
{
	struct resp_reply reply;
	struct resp r;
	struct err e;

	ok(read_reply(&reply, &r, "$3\r\nabc\r\n", &e) == 0 &&
	    reply.type == RESP_BYTES && reply.n == 3 &&
	    memcmp(reply.s, "abc", 3) == 0, "bytes");
	resp_release(&r);
	ok(read_reply(&reply, &r, "*2\r\n$-1\r\n:-7\r\n", &e) == 0 &&
	    reply.type == RESP_LIST && reply.n == 2, "a list");
	ok(resp_read(&reply, &r, &e) == 0 && reply.type == RESP_NIL,
	    "of nothing");
	ok(resp_read(&reply, &r, &e) == 0 && reply.type == RESP_INT &&
	    reply.i == -7, "and a number");
	resp_release(&r);
	/* what is too long is no fault of who asks: no ERR_TOOBIG */
	refuses("$99999999999999\r\nab", ERR_IO, false, "bytes without end");
	refuses("*99999999999999\r\n", ERR_IO, false, "a list without end");
	refuses("$5\r\nab", ERR_IO, true, "half an answer");
	refuses("", ERR_IO, true, "no answer");
	refuses("-ERR no\r\n", ERR_IO, false, "an error");
	refuses("-LOADING it\r\n", ERR_IO, true, "one that can answer nobody");
	refuses("HTTP/1.1 200 OK\r\n", ERR_CORRUPT, false, "another protocol");
	return tap_done();
}
