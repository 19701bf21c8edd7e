/* Commands to Redis and Valkey, and their replies. */
#include "feature/resp.h"

#include <string.h>
#include <unistd.h>

#include "base/dial.h"
#include "base/num.h"

#define TIMEOUT_MS 10000
#define READ_BYTES ((size_t)1 << 16)
#define BYTES_MAX ((int64_t)1 << 28)
#define LIST_MAX ((int64_t)1 << 20)

void
resp_init(struct resp *r)
{
	memset(r, 0, sizeof(*r));
	buf_init(&r->out, BUF_CAP_DATA);
	buf_init(&r->in, BUF_CAP_DATA);
	r->fd = -1;
	r->timeout_ms = TIMEOUT_MS;
}

int
resp_open(struct resp *r, const char *host, const char *port, struct err *e)
{
	int rc = dial_tcp(&r->fd, host, port, r->timeout_ms, e);

	r->lost = rc < 0;
	r->late = false;
	return rc;
}

void
resp_close(struct resp *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	buf_clear(&r->out);
	buf_clear(&r->in);
	r->at = 0;
}

void
resp_release(struct resp *r)
{
	resp_close(r);
	buf_free(&r->out);
	buf_free(&r->in);
}

void
resp_command(struct resp *r, size_t args)
{
	buf_addf(&r->out, "*%zu\r\n", args);
}

void
resp_arg(struct resp *r, const void *p, size_t n)
{
	buf_addf(&r->out, "$%zu\r\n", n);
	buf_add(&r->out, p, n);
	buf_add(&r->out, "\r\n", 2);
}

void
resp_text(struct resp *r, const char *s)
{
	resp_arg(r, s, strlen(s));
}

int
resp_send(struct resp *r, struct err *e)
{
	int rc = buf_check(&r->out, e);

	if (rc == 0 && r->fd < 0)
		rc = err_set(e, ERR_IO, "not connected");
	if (rc == 0)
		rc = dial_write(r->fd, r->out.data, r->out.len, e);
	r->lost |= rc < 0;
	buf_clear(&r->out);
	return rc;
}

/* It is no fault of who asks us. */
static int
refuse_length(struct err *e)
{
	return err_set(e, ERR_IO, "an answer of more than 256 MiB, or %lld "
	    "values", (long long)LIST_MAX);
}

/* More of what comes; what was looked at makes room. */
static int
receive(struct resp *r, struct err *e)
{
	char *to;
	int64_t n;

	if (r->at > 0) {
		memmove(r->in.data, r->in.data + r->at, r->in.len - r->at);
		r->in.len -= r->at;
		r->at = 0;
	}
	if ((to = buf_reserve(&r->in, READ_BYTES)) == NULL)
		return refuse_length(e);
	n = dial_read(r->fd, to, READ_BYTES, e);
	r->late = n == DIAL_LATE;
	r->lost |= n <= 0;
	if (n < 0)
		return -1;
	if (n == 0)
		return err_set(e, ERR_IO, "the connection was closed");
	buf_grew(&r->in, (size_t)n);
	return 0;
}

/* A line without its end; borrowed until more is received. */
static int
read_line(const char **s, size_t *n, struct resp *r, struct err *e)
{
	const char *from, *end;

	for (;;) {
		from = r->in.data + r->at;
		end = memchr(from, '\r', r->in.len - r->at);
		if (end != NULL && end + 1 < r->in.data + r->in.len)
			break;
		if (r->in.len - r->at > READ_BYTES)
			return err_set(e, ERR_CORRUPT, "what answers does not "
			    "speak Redis's protocol");
		if (receive(r, e) < 0)
			return -1;
	}
	*s = from;
	*n = (size_t)(end - from);
	r->at += *n + 2;
	return 0;
}

static int
read_bytes(struct resp_reply *out, struct resp *r, int64_t n, struct err *e)
{
	if (n < 0) {
		out->type = RESP_NIL;
		return 0;
	}
	if (n > BYTES_MAX)
		return refuse_length(e);
	while (r->in.len - r->at < (size_t)n + 2)
		if (receive(r, e) < 0)
			return -1;
	out->type = RESP_BYTES;
	out->s = r->in.data + r->at;
	out->n = (size_t)n;
	r->at += (size_t)n + 2;
	return 0;
}

/* Is it not about the question, but about all that it is asked now? */
static bool
cannot_answer(const char *s, size_t n)
{
	static const char *const words[] = { "LOADING", "MASTERDOWN",
	    "CLUSTERDOWN", "BUSY " };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (n > strlen(words[i]) && memcmp(s, words[i],
		    strlen(words[i])) == 0)
			return true;
	return false;
}

int
resp_read(struct resp_reply *out, struct resp *r, struct err *e)
{
	const char *s = "";
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	if (read_line(&s, &n, r, e) < 0)
		return -1;
	if (n > 0 && *s == '-') {
		r->lost |= cannot_answer(s + 1, n - 1);
		return err_set(e, ERR_IO, "%.*s", (int)(n < 200 ? n - 1 :
		    200), s + 1);
	}
	if (n > 0 && *s == '+') {
		*out = (struct resp_reply){ RESP_WORD, s + 1, n - 1, 0 };
		return 0;
	}
	if (n < 2 || strchr("$*:", *s) == NULL ||
	    !num_parse_i64(s + 1, n - 1, &out->i))
		return err_set(e, ERR_CORRUPT, "what answers does not speak "
		    "Redis's protocol");
	if (*s == '$')
		return read_bytes(out, r, out->i, e);
	out->type = *s == ':' ? RESP_INT : out->i < 0 ? RESP_NIL : RESP_LIST;
	if (out->type == RESP_LIST && out->i > LIST_MAX)
		return refuse_length(e);
	out->n = out->type == RESP_LIST ? (size_t)out->i : 0;
	return 0;
}
