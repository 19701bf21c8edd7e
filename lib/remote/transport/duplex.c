/* Another program that is talked with. */
#define _GNU_SOURCE
#include "remote/transport/duplex.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/child.h"
#include "base/file.h"
#include "base/mem.h"

#define BLOCK ((size_t)1 << 16)

struct duplex {
	pid_t pid;		/* 0: none of ours */
	int to, from;
	char *name;
	char *block;
	size_t at, n;		/* what is left in the block */
};

struct duplex *
duplex_over(int from, int to, const char *name)
{
	struct duplex *d = xalloc(1, sizeof(*d));

	d->from = from;
	d->to = to;
	d->name = xstrdup(name);
	d->block = xalloc(1, BLOCK);
	return d;
}

int
duplex_start(struct duplex **out, const char *const *argv, struct err *e)
{
	int in[2] = { -1, -1 }, back[2] = { -1, -1 };
	pid_t pid;
	int r = -1;

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(back, O_CLOEXEC) < 0) {
		err_sys(e, "cannot make a pipe");
	} else if ((r = child_start(&pid, argv, in[0], back[1], -1, e)) == 0) {
		*out = duplex_over(back[0], in[1], argv[0]);
		(*out)->pid = pid;
		in[1] = back[0] = -1;
	}
	for (int i = 0; i < 2; i++) {
		if (in[i] >= 0)
			close(in[i]);
		if (back[i] >= 0)
			close(back[i]);
	}
	return r;
}

void
duplex_free(struct duplex *d)
{
	struct err ignored = ERR_INIT;
	struct child_usage use;
	int status;

	if (d == NULL)
		return;
	if (d->pid) {
		close(d->to);
		close(d->from);
		(void)child_wait(d->pid, &status, &use, &ignored);
	}
	free(d->name);
	free(d->block);
	free(d);
}

int
duplex_write(struct duplex *d, const void *p, size_t n, struct err *e)
{
	return n ? file_write_fd(os_real(), d->to, p, n, d->name, e) : 0;
}

/* 1, or 0 at the end. */
static int
fill_block(struct duplex *d, struct err *e)
{
	ssize_t got;

	if (d->at < d->n)
		return 1;
	do
		got = read(d->from, d->block, BLOCK);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_sys(e, "cannot read from '%s'", d->name);
	d->at = 0;
	d->n = (size_t)got;
	return got > 0;
}

int
duplex_line(struct buf *line, struct duplex *d, struct err *e)
{
	char c = 0;
	int r;

	buf_clear(line);
	while (c != '\n') {
		if ((r = fill_block(d, e)) < 0)
			return -1;
		if (r == 0)
			return err_set(e, line->len ? ERR_IO : ERR_NOENT,
			    "'%s' ended", d->name);
		c = d->block[d->at++];
		if (c != '\n')
			buf_addc(line, c);
	}
	return buf_check(line, e);
}

int
duplex_read(struct duplex *d, uint64_t n, struct sink *to, struct err *e)
{
	int r;

	while (n) {
		size_t some;

		if ((r = fill_block(d, e)) < 0)
			return -1;
		if (r == 0)
			return err_set(e, ERR_IO, "'%s' ended", d->name);
		some = d->n - d->at;
		if (some > n)
			some = (size_t)n;
		if (to->write(to->ctx, d->block + d->at, some, e) < 0)
			return -1;
		d->at += some;
		n -= some;
	}
	return 0;
}
