/* Lines as they come: a buffer that is read into and cut at newlines. */
#include "base/lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES 65536

void
lines_init(struct lines *l, int fd, const char *name, size_t line_max)
{
	*l = (struct lines){ .fd = fd, .name = name };
	buf_init(&l->buf, line_max);
}

void
lines_release(struct lines *l)
{
	buf_free(&l->buf);
}

/* Half a line goes to the front. */
static void
drop_what_was_read(struct lines *l)
{
	struct buf *b = &l->buf;

	if (l->at == 0)
		return;
	memmove(b->data, b->data + l->at, b->len - l->at);
	b->len -= l->at;
	l->at = 0;
}

int
lines_wait(struct lines *l, struct err *e)
{
	struct buf *b = &l->buf;
	size_t want;
	ssize_t n;
	char *to;

	drop_what_was_read(l);
	want = b->cap - b->len < READ_BYTES ? b->cap - b->len : READ_BYTES;
	to = want ? buf_reserve(b, want) : NULL;
	if (to == NULL)
		return err_set(e, ERR_TOOBIG, "a line is longer than %zu bytes",
		    b->cap);
	do
		n = read(l->fd, to, want);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "cannot read %s", l->name);
	buf_grew(b, (size_t)n);
	l->ended = n == 0;
	return n > 0;
}

bool
lines_next(struct lines *l, struct line *line)
{
	size_t left = l->buf.len - l->at;
	const char *s, *newline;

	if (left == 0)
		return false;
	s = l->buf.data + l->at;
	newline = memchr(s, '\n', left);
	if (newline == NULL && !l->ended)
		return false;
	line->s = s;
	line->n = newline ? (size_t)(newline - s) : left;
	line->whole = newline != NULL;
	l->at += line->n + line->whole;
	return true;
}
