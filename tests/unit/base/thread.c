/* Threads, mutexes and conditions. */
#include <stdbool.h>

#include "base/clock.h"
#include "base/thread.h"
#include "../tap.h"

struct meeting {
	struct mutex lock;
	struct cond wake;
	int came;
	bool open;
};

static void
wait_for_opening(void *ctx)
{
	struct meeting *m = ctx;

	mutex_lock(&m->lock);
	m->came++;
	cond_broadcast(&m->wake);
	while (!m->open)
		cond_wait(&m->wake, &m->lock);
	m->came--;
	mutex_unlock(&m->lock);
}

static void
test_meeting(void)
{
	struct meeting m = { .came = 0 };
	struct err e = ERR_INIT;
	struct thread t[4];
	int64_t begun;

	mutex_init(&m.lock);
	cond_init(&m.wake);
	for (int i = 0; i < 4; i++)
		ok(thread_start(&t[i], wait_for_opening, &m, &e) == 0, "a thread starts");
	mutex_lock(&m.lock);
	while (m.came < 4)
		cond_wait(&m.wake, &m.lock);
	begun = clock_mono_us();
	cond_wait_us(&m.wake, &m.lock, 20000);
	ok(clock_mono_us() - begun < 5000000, "a timed wait comes to an end");
	m.open = true;
	cond_broadcast(&m.wake);
	mutex_unlock(&m.lock);
	for (int i = 0; i < 4; i++)
		thread_join(&t[i]);
	is_int(m.came, 0, "all four threads woke and left");
	cond_release(&m.wake);
	mutex_release(&m.lock);
}

static void
test_timeout(void)
{
	int64_t begun = clock_mono_us();
	struct mutex lock;
	struct cond never;

	mutex_init(&lock);
	cond_init(&never);
	mutex_lock(&lock);
	/* a wait may end early, so wait until the time is over */
	while (clock_mono_us() - begun < 1100000)
		cond_wait_us(&never, &lock, 1100000 - (clock_mono_us() - begun));
	mutex_unlock(&lock);
	ok(clock_mono_us() - begun < 10000000, "a second and a tenth is waited for, no more");
	cond_release(&never);
	mutex_release(&lock);
}

int
main(void)
{
	test_meeting();
	test_timeout();
	return tap_done();
}
