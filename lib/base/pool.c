/* A few threads that share a loop. */
#define _GNU_SOURCE
#include "base/pool.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "base/num.h"
#include "base/quota.h"

#define SPIN_ROUNDS 2000	/* a few microseconds before sleeping */

struct pool {
	int threads;
	struct thread *ids;
	struct mutex lock;
	struct cond wake, idle;
	void (*fn)(void *, size_t, int);
	void *ctx;
	size_t n;
	_Atomic size_t next;
	_Atomic unsigned long round;	/* counts jobs, so a worker sees a new one */
	_Atomic int busy;
	bool stop;
};

struct worker {
	struct pool *pool;
	int id;
};

static void
take_parts(struct pool *p, int id)
{
	size_t i;

	while ((i = atomic_fetch_add(&p->next, 1)) < p->n)
		p->fn(p->ctx, i, id);
}

/* Waits for a round after `seen`: spins a little, for loops that follow
 * each other closely, then sleeps. */
static unsigned long
next_round(struct pool *p, unsigned long seen)
{
	unsigned long now;

	for (int i = 0; i < SPIN_ROUNDS; i++) {
		if ((now = atomic_load_explicit(&p->round,
		    memory_order_acquire)) != seen)
			return now;
#if defined(__x86_64__)
		__builtin_ia32_pause();
#endif
	}
	mutex_lock(&p->lock);
	while ((now = atomic_load(&p->round)) == seen)
		cond_wait(&p->wake, &p->lock);
	mutex_unlock(&p->lock);
	return now;
}

static void
worker_main(void *arg)
{
	struct worker w = *(struct worker *)arg;
	struct pool *p = w.pool;
	unsigned long seen = 0;

	free(arg);
	for (;;) {
		seen = next_round(p, seen);
		if (p->stop)
			return;
		take_parts(p, w.id);
		if (atomic_fetch_sub(&p->busy, 1) == 1) {
			mutex_lock(&p->lock);
			cond_signal(&p->idle);
			mutex_unlock(&p->lock);
		}
	}
}

int
pool_default_threads(void)
{
	const char *s = getenv("MLV_THREADS");
	cpu_set_t set;
	int64_t asked;
	int n = 0, quota;

	if (s != NULL && num_parse_i64(s, strlen(s), &asked) && asked > 0)
		n = asked > 64 ? 64 : (int)asked;
	if (n <= 0) {
		n = sched_getaffinity(0, sizeof(set), &set) == 0 ?
		    CPU_COUNT(&set) : 1;
		quota = quota_cpus("/proc/self/cgroup", "/sys/fs/cgroup");
		if (quota && quota < n)
			n = quota;
	}
	return n < 1 ? 1 : n > 64 ? 64 : n;
}

struct pool *
pool_new(int threads)
{
	struct pool *p = xalloc(1, sizeof(*p));
	struct err ignored = ERR_INIT;
	struct worker *w;

	if (threads <= 0)
		threads = pool_default_threads();
	p->threads = 1;
	p->ids = xalloc((size_t)threads, sizeof(*p->ids));
	mutex_init(&p->lock);
	cond_init(&p->wake);
	cond_init(&p->idle);
	for (int i = 1; i < threads; i++) {
		w = xalloc(1, sizeof(*w));
		*w = (struct worker){ p, i };
		if (thread_start(&p->ids[i], worker_main, w,
		    &ignored) < 0) {
			free(w);
			break;
		}
		p->threads++;
	}
	return p;
}

static void
announce_work(struct pool *p)
{
	mutex_lock(&p->lock);
	atomic_fetch_add_explicit(&p->round, 1, memory_order_release);
	cond_broadcast(&p->wake);
	mutex_unlock(&p->lock);
}

void
pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	p->stop = true;
	announce_work(p);
	for (int i = 1; i < p->threads; i++)
		thread_join(&p->ids[i]);
	mutex_release(&p->lock);
	cond_release(&p->wake);
	cond_release(&p->idle);
	free(p->ids);
	free(p);
}

int
pool_threads(const struct pool *p)
{
	return p->threads;
}

void
pool_start(struct pool *p, size_t n, void (*fn)(void *, size_t, int), void *ctx)
{
	p->fn = fn;
	p->ctx = ctx;
	p->n = n;
	atomic_store(&p->next, 0);
	if (p->threads == 1)
		return;
	atomic_store(&p->busy, p->threads - 1);
	announce_work(p);
}

void
pool_finish(struct pool *p)
{
	take_parts(p, 0);
	for (int i = 0; i < SPIN_ROUNDS && atomic_load(&p->busy); i++) {
#if defined(__x86_64__)
		__builtin_ia32_pause();
#endif
	}
	mutex_lock(&p->lock);
	while (atomic_load(&p->busy))
		cond_wait(&p->idle, &p->lock);
	mutex_unlock(&p->lock);
}

void
pool_run(struct pool *p, size_t n, void (*fn)(void *, size_t, int), void *ctx)
{
	if (p->threads == 1 || n <= 1) {
		for (size_t i = 0; i < n; i++)
			fn(ctx, i, 0);
		return;
	}
	pool_start(p, n, fn, ctx);
	pool_finish(p);
}
