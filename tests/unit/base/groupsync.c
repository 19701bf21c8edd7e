/* Syncs that are shared: every one who waits is answered, by few syncs. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/groupsync.h"
#include "base/thread.h"
#include "../tap.h"

#define THREADS 16
#define TIMES 50

static struct group_sync *group;
static char folder[] = "/tmp/mlv-groupsync.XXXXXX";
static _Atomic int syncs, bad;

static int
count_sync(int fd)
{
	(void)fd;
	atomic_fetch_add(&syncs, 1);
	nanosleep(&(struct timespec){ 0, 500000 }, NULL);
	return 0;
}

static int
fail_sync(int fd)
{
	(void)fd;
	errno = EIO;
	return -1;
}

static int
open_file(void)
{
	return open(folder, O_RDONLY | O_DIRECTORY);
}

static void
ask_often(void *ctx)
{
	struct err e = ERR_INIT;

	(void)ctx;
	for (int i = 0; i < TIMES; i++)
		if (group_sync_wait(group, group_sync_ask(group, open_file()),
		    &e) < 0)
			atomic_fetch_add(&bad, 1);
}

static void
test_shared(void)
{
	struct thread thread[THREADS];
	struct os os = *os_real();
	struct err e = ERR_INIT;
	int started = 0;

	os.fsync = count_sync;
	group = group_sync_new(&os, folder);
	for (int i = 0; i < THREADS; i++)
		started += thread_start(&thread[i], ask_often, NULL, &e) == 0;
	for (int i = 0; i < started; i++)
		thread_join(&thread[i]);
	ok(started == THREADS && bad == 0, "all are answered");
	/* one each, and of the folder fewer than one each */
	ok(syncs >= THREADS * TIMES && syncs < 2 * THREADS * TIMES,
	    "%d syncs of %d files", syncs, THREADS * TIMES);
	group_sync_free(group);
}

static void
test_failure(void)
{
	struct os os = *os_real();
	struct err e = ERR_INIT;
	uint64_t first, second;

	os.fsync = fail_sync;
	group = group_sync_new(&os, folder);
	first = group_sync_ask(group, open_file());
	second = group_sync_ask(group, open_file());
	ok(group_sync_wait(group, first, &e) < 0 && e.code == ERR_IO,
	    "a sync that fails is told");
	ok(group_sync_wait(group, second, &e) < 0,
	    "to all who were in it");
	(void)group_sync_ask(group, open_file());
	group_sync_free(group);
}

int
main(void)
{
	if (mkdtemp(folder) == NULL)
		return 1;
	test_shared();
	test_failure();
	rmdir(folder);
	return tap_done();
}
