/*
 * base/thread.h - threads, mutexes and conditions: the only door to POSIX
 * threads outside lib/base.
 *
 * Locking cannot fail except by a programming error, so nothing here but
 * thread_start returns a status.  A condition's timed wait counts on the
 * monotonic clock: setting the system's time neither hurries nor delays it.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct mutex {
	pthread_mutex_t os;
};

void mutex_init(struct mutex *m);
void mutex_release(struct mutex *m);
void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);

struct cond {
	pthread_cond_t os;
};

void cond_init(struct cond *c);
void cond_release(struct cond *c);
/* Both may return early; the caller, who holds `m`, looks at its state. */
void cond_wait(struct cond *c, struct mutex *m);
void cond_wait_us(struct cond *c, struct mutex *m, int64_t us);
void cond_signal(struct cond *c);
void cond_broadcast(struct cond *c);

struct thread {
	pthread_t os;
};

/* Run main_fn(ctx) in a thread of its own, to be joined once.  ERR_NOMEM
 * when the system has no more. */
int thread_start(struct thread *t, void (*main_fn)(void *ctx), void *ctx,
    struct err *e);
void thread_join(struct thread *t);
/* Instead of joining: it goes on, and nobody hears of its end. */
void thread_detach(struct thread *t);

/* No signal is delivered to this thread, nor to those it starts, until
 * thread_allow_signals gives *before back. */
void thread_block_signals(sigset_t *before);
void thread_allow_signals(const sigset_t *before);

#endif
