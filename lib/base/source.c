/* Sources of bytes over descriptors and memory. */
#include "base/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/mem.h"

struct fd_source {
	int fd;
	int owned;
	const char *name;
};

struct memory_source {
	const char *p;
	size_t n;
};

int64_t
source_read(struct source *s, void *p, size_t n, struct err *e)
{
	return s->read(s->ctx, p, n, e);
}

int64_t
source_read_full(struct source *s, void *p, size_t n, struct err *e)
{
	size_t have = 0;
	int64_t got;

	while (have < n) {
		got = s->read(s->ctx, (char *)p + have, n - have, e);
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (int64_t)have;
}

void
source_close(struct source *s)
{
	if (s->close)
		s->close(s->ctx);
	s->close = NULL;
	s->ctx = NULL;
}

static int64_t
fd_read(void *ctx, void *p, size_t n, struct err *e)
{
	struct fd_source *f = ctx;
	ssize_t got;

	do
		got = read(f->fd, p, n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_sys(e, "cannot read '%s'", f->name);
	return got;
}

static void
fd_close(void *ctx)
{
	struct fd_source *f = ctx;

	if (f->owned)
		close(f->fd);
	free(f);
}

struct source
source_fd(int fd, const char *name)
{
	struct fd_source *f = xalloc(1, sizeof(*f));

	*f = (struct fd_source){ fd, 0, name };
	return (struct source){ fd_read, fd_close, f, name };
}

int
source_open(struct source *s, const char *path, struct err *e)
{
	struct fd_source *f;
	int fd;

	if (strcmp(path, "-") == 0) {
		*s = source_fd(0, "standard input");
		return 0;
	}
	fd = beneath_open_file(path, O_RDONLY, 0);
	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	*s = source_fd(fd, path);
	f = s->ctx;
	f->owned = 1;
	return 0;
}

static int64_t
memory_read(void *ctx, void *p, size_t n, struct err *e)
{
	struct memory_source *m = ctx;

	(void)e;
	if (n > m->n)
		n = m->n;
	if (n)
		memcpy(p, m->p, n);
	m->p += n;
	m->n -= n;
	return (int64_t)n;
}

struct source
source_memory(const void *p, size_t n, const char *name)
{
	struct memory_source *m = xalloc(1, sizeof(*m));

	*m = (struct memory_source){ p, n };
	return (struct source){ memory_read, free, m, name };
}

static int
append_bytes(void *ctx, const void *p, size_t n, struct err *e)
{
	struct buf *b = ctx;

	buf_add(b, p, n);
	return buf_check(b, e);
}

struct sink
sink_buf(struct buf *b)
{
	return (struct sink){ append_bytes, b };
}
