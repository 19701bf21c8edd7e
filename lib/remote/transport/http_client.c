/* HTTP requests, made by a helper program. */
#include "remote/transport/http_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "remote/transport/duplex.h"

#define SAID_MAX ((size_t)1 << 16)

struct http_client {
	struct duplex *d;
};

int
http_client_new(struct http_client **h, const char *program, struct err *e)
{
	const char *argv[] = { program, NULL };
	struct duplex *d;

	if (duplex_start(&d, argv, e) < 0)
		return e->code == ERR_NOENT ? err_set(e, ERR_NOENT, "the "
		    "helper program '%s' is not there: is mlv installed "
		    "whole?", program) : -1;
	*h = xalloc(1, sizeof(**h));
	(*h)->d = d;
	return 0;
}

void
http_client_free(struct http_client *h)
{
	if (h == NULL)
		return;
	duplex_free(h->d);
	free(h);
}

/* What comes for one request. */
struct coming {
	struct http_answer *a;
	const struct http_request *rq;
	struct err sunk;	/* why the asker's sink failed */
	bool begun, refused;	/* its body; that is an error */
};

/* The rest of an answer is read whatever becomes of it, or the next one would
 * begin in its middle. */
static int
take_data(void *ctx, const void *p, size_t n, struct err *e)
{
	struct coming *c = ctx;
	struct http_answer *a = c->a;

	(void)e;
	if (n && !c->begun) {
		c->begun = true;
		c->refused = c->rq->markup_is_error && a->status == 200 &&
		    *(const char *)p == '<';
	}
	if (c->rq->to && !c->refused && (a->status == 200 || a->status == 206)) {
		if (c->sunk.code == ERR_NONE && c->rq->to->write(
		    c->rq->to->ctx, p, n, &c->sunk) == 0)
			a->taken += n;
	} else if (a->said.len + n <= SAID_MAX) {
		buf_add(&a->said, p, n);
	}
	return 0;
}

/* One line of the answer: 1 at its end, 0 to go on, -1. */
static int
take_line(struct coming *c, struct http_client *h, const char *s,
    struct err *e)
{
	struct sink to = { take_data, c };
	const char *v = s + strcspn(s, " ");
	uint64_t n;

	v += *v == ' ';
	if (strcmp(s, "end") == 0)
		return 1;
	if (strncmp(s, "error ", 6) == 0)
		return err_set(e, ERR_BUSY, "%.500s", v);
	if (strncmp(s, "etag ", 5) == 0) {
		snprintf(c->a->etag, sizeof(c->a->etag), "%s", v);
		return 0;
	}
	if (!num_parse_u64(v, strlen(v), &n))
		return err_set(e, ERR_IO, "the helper program mlv-http said "
		    "'%.80s'", s);
	if (strncmp(s, "status ", 7) == 0)
		c->a->status = (int)n;
	else if (strncmp(s, "length ", 7) == 0)
		c->a->length = n;
	else
		return duplex_read(h->d, n, &to, e);
	return 0;
}

int
http_client_ask(struct http_answer *a, struct http_client *h,
    const struct http_request *rq, struct err *e)
{
	struct coming c = { .a = a, .rq = rq, .sunk = ERR_INIT };
	struct buf b;
	int r = -1;

	memset(a, 0, sizeof(*a));
	buf_init(&a->said, SAID_MAX);
	buf_init(&b, BUF_CAP_SMALL);
	buf_addf(&b, "request %s %s\n", rq->method, rq->url);
	for (size_t i = 0; i < rq->n_headers; i++)
		buf_addf(&b, "header %s: %s\n", rq->header[i].name,
		    rq->header[i].value);
	if (rq->within_s)
		buf_addf(&b, "within %u\n", rq->within_s);
	buf_addf(&b, "body %zu\n", rq->n);
	if (buf_check(&b, e) == 0 &&
	    duplex_write(h->d, b.data, b.len, e) == 0 &&
	    duplex_write(h->d, rq->body, rq->n, e) == 0) {
		do
			r = duplex_line(&b, h->d, e);
		while (r == 0 && (r = take_line(&c, h, b.data, e)) == 0);
		r = r < 0 ? -1 : 0;
	}
	if (c.sunk.code != ERR_NONE) {
		*e = c.sunk;
		r = -1;
	}
	buf_free(&b);
	return r;
}
