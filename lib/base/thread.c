/* Threads, mutexes and conditions over POSIX threads. */
#include "base/thread.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

void
mutex_init(struct mutex *m)
{
	pthread_mutex_init(&m->os, NULL);
}

void
mutex_release(struct mutex *m)
{
	pthread_mutex_destroy(&m->os);
}

void
mutex_lock(struct mutex *m)
{
	pthread_mutex_lock(&m->os);
}

void
mutex_unlock(struct mutex *m)
{
	pthread_mutex_unlock(&m->os);
}

void
cond_init(struct cond *c)
{
	pthread_condattr_t a;

	pthread_condattr_init(&a);
	pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	pthread_cond_init(&c->os, &a);
	pthread_condattr_destroy(&a);
}

void
cond_release(struct cond *c)
{
	pthread_cond_destroy(&c->os);
}

void
cond_wait(struct cond *c, struct mutex *m)
{
	pthread_cond_wait(&c->os, &m->os);
}

void
cond_wait_us(struct cond *c, struct mutex *m, int64_t us)
{
	struct timespec until;
	int64_t ns;

	clock_gettime(CLOCK_MONOTONIC, &until);
	ns = until.tv_nsec + us % 1000000 * 1000;
	until.tv_sec += (time_t)(us / 1000000 + ns / 1000000000);
	until.tv_nsec = (long)(ns % 1000000000);
	pthread_cond_timedwait(&c->os, &m->os, &until);
}

void
cond_signal(struct cond *c)
{
	pthread_cond_signal(&c->os);
}

void
cond_broadcast(struct cond *c)
{
	pthread_cond_broadcast(&c->os);
}

/* What the new thread is to run; it frees this. */
struct thread_entry {
	void (*main_fn)(void *ctx);
	void *ctx;
};

static void *
run_entry(void *arg)
{
	struct thread_entry entry = *(struct thread_entry *)arg;

	free(arg);
	entry.main_fn(entry.ctx);
	return NULL;
}

int
thread_start(struct thread *t, void (*main_fn)(void *ctx), void *ctx,
    struct err *e)
{
	struct thread_entry *entry = xalloc(1, sizeof(*entry));
	int error;

	*entry = (struct thread_entry){ main_fn, ctx };
	error = pthread_create(&t->os, NULL, run_entry, entry);
	if (error == 0)
		return 0;
	free(entry);
	return err_set(e, ERR_NOMEM, "cannot start a thread: %s",
	    strerror(error));
}

void
thread_join(struct thread *t)
{
	pthread_join(t->os, NULL);
}

void
thread_detach(struct thread *t)
{
	pthread_detach(t->os);
}

void
thread_block_signals(sigset_t *before)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, before);
}

void
thread_allow_signals(const sigset_t *before)
{
	pthread_sigmask(SIG_SETMASK, before, NULL);
}
