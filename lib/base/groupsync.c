/* One thread of those that wait syncs for all of them. */
#define _GNU_SOURCE
#include "base/groupsync.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/thread.h"

struct group_sync {
	const struct os *os;
	char *folder;
	struct mutex lock;		/* of all below */
	struct cond over;		/* a sync is */
	int *fd;			/* (n) asked for since the last began */
	size_t n, room;
	uint64_t asked, done;		/* tickets */
	bool working;
	/* the last sync that failed was of these */
	uint64_t bad_from, bad_to;
	struct err why;
};

struct group_sync *
group_sync_new(const struct os *os, const char *folder)
{
	struct group_sync *g = xalloc(1, sizeof(*g));

	g->os = os;
	g->folder = xstrdup(folder);
	mutex_init(&g->lock);
	cond_init(&g->over);
	return g;
}

void
group_sync_free(struct group_sync *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->n; i++)
		g->os->close(g->fd[i]);
	cond_release(&g->over);
	mutex_release(&g->lock);
	free(g->fd);
	free(g->folder);
	free(g);
}

uint64_t
group_sync_ask(struct group_sync *g, int fd)
{
	uint64_t ticket;

	mutex_lock(&g->lock);
	if (g->n == g->room) {
		g->room = g->room ? g->room * 2 : 16;
		g->fd = xresize(g->fd, g->room, sizeof(*g->fd));
	}
	g->fd[g->n++] = fd;
	ticket = ++g->asked;
	mutex_unlock(&g->lock);
	return ticket;
}

/* All are on their way to the disk before the first is waited for: a file
 * system then commits them together. */
static int
sync_all(struct group_sync *g, int *fd, size_t n, struct err *e)
{
	int r = 0;

#ifdef SYNC_FILE_RANGE_WRITE
	for (size_t i = 0; i < n; i++)
		(void)sync_file_range(fd[i], 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
	for (size_t i = 0; i < n; i++) {
		if (r == 0 && g->os->fsync(fd[i]) < 0)
			r = err_sys(e, "cannot fsync a file in '%s'",
			    g->folder);
		g->os->close(fd[i]);
	}
	return r == 0 ? file_sync_folder(g->os, g->folder, e) : r;
}

/* Under the lock, which is let go of meanwhile. */
static void
work(struct group_sync *g)
{
	uint64_t from = g->done + 1, to = g->asked;
	struct err e = ERR_INIT;
	int *fd = g->fd, r;
	size_t n = g->n;

	g->fd = NULL;
	g->n = g->room = 0;
	g->working = true;
	mutex_unlock(&g->lock);
	r = sync_all(g, fd, n, &e);
	free(fd);
	mutex_lock(&g->lock);
	g->working = false;
	g->done = to;
	if (r < 0) {
		/* who asked before and was not told yet is told, too */
		if (g->bad_to == 0)
			g->bad_from = from;
		g->bad_to = to;
		g->why = e;
	}
	cond_broadcast(&g->over);
}

int
group_sync_wait(struct group_sync *g, uint64_t ticket, struct err *e)
{
	int r = 0;

	mutex_lock(&g->lock);
	while (g->done < ticket) {
		if (g->working)
			cond_wait(&g->over, &g->lock);
		else
			work(g);
	}
	if (ticket >= g->bad_from && ticket <= g->bad_to) {
		*e = g->why;
		r = -1;
	}
	mutex_unlock(&g->lock);
	return r;
}
