/*
 * base/pool.h - a few threads that share a loop.
 *
 * Work is cut into `n` numbered parts; which thread does which part is not
 * defined, so a part must write only to its own place and read only what
 * does not change.  The caller joins in, and pool_run returns when every
 * part is done.  With one thread everything runs in the caller, in order.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

struct pool;

/* Threads to use by default: MLV_THREADS, else what the scheduler and the
 * container's CPU quota allow, at most 64. */
int pool_default_threads(void);

/* threads <= 0 means the default. Never NULL; falls back to one thread. */
struct pool *pool_new(int threads);
void pool_free(struct pool *p);
int pool_threads(const struct pool *p);

/* fn(ctx, part, worker) for part in [0, n); worker in [0, threads). */
void pool_run(struct pool *p, size_t n,
    void (*fn)(void *ctx, size_t part, int worker), void *ctx);

/*
 * The same in two steps: the others begin, and the caller does something else
 * until it joins in by pool_finish, which returns when every part is done; at
 * once, where nothing was started.  One loop at a time.  With one thread all
 * is done by pool_finish.
 */
void pool_start(struct pool *p, size_t n,
    void (*fn)(void *ctx, size_t part, int worker), void *ctx);
void pool_finish(struct pool *p);

#endif
