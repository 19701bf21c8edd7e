/* A bell is an eventfd that is never read. */
#include "base/bell.h"

#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int
bell_open(struct bell *b, struct err *e)
{
	b->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return b->fd < 0 ? err_sys(e, "cannot make an event") : 0;
}

void
bell_close(struct bell *b)
{
	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
}

/* It can only fail when it was rung 2^64 times. */
void
bell_ring(struct bell *b)
{
	const uint64_t one = 1;
	ssize_t ignored = write(b->fd, &one, sizeof(one));

	(void)ignored;
}
