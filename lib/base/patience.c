/* Waiting for work, or not: who leaves second drops the job. */
#include "base/patience.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/bell.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

struct patient_work {
	void (*work)(void *job), (*drop)(void *job);
	void *job;
	struct bell done;
	_Atomic int users;		/* the thread, and who waits */
	_Atomic bool given_up;
};

static void
leave_work(struct patient_work *w)
{
	if (atomic_fetch_sub(&w->users, 1) != 1)
		return;
	if (atomic_load(&w->given_up))
		w->drop(w->job);
	bell_close(&w->done);
	free(w);
}

static void
do_work(void *arg)
{
	struct patient_work *w = arg;

	w->work(w->job);
	bell_ring(&w->done);
	leave_work(w);
}

static int
wait_for_work(const struct patience *p, const struct patient_work *w,
    struct err *e)
{
	struct pollfd fd[2] = { { w->done.fd, POLLIN, 0 },
	    { p->cancel_fd, POLLIN, 0 } };
	int64_t end = clock_mono_us() + p->wait_ms * 1000;

	for (;;) {
		int64_t left = (end - clock_mono_us() + 999) / 1000;
		int n = poll(fd, p->cancel_fd >= 0 ? 2 : 1, p->wait_ms <= 0 ?
		    -1 : left < 0 ? 0 : left > INT32_MAX ? INT32_MAX :
		    (int)left);

		if (n > 0 && p->cancel_fd >= 0 && fd[1].revents)
			return err_set(e, ERR_STOPPED, "given up");
		if (n > 0)
			return 0;
		if (n == 0 && left <= 0)
			return err_set(e, ERR_TOOBIG, "given up after %lld "
			    "s", (long long)(p->wait_ms / 1000));
		if (n < 0 && errno != EINTR)
			return err_sys(e, "cannot wait");
	}
}

int
patience_run(const struct patience *p, void (*work)(void *job),
    void (*drop)(void *job), void *job, struct err *e)
{
	struct patient_work *w = xalloc(1, sizeof(*w));
	struct thread thread;
	int r;

	w->work = work;
	w->drop = drop;
	w->job = job;
	atomic_init(&w->users, 2);
	atomic_init(&w->given_up, false);
	if (bell_open(&w->done, e) < 0)
		w->done.fd = -1;
	if (w->done.fd < 0 || thread_start(&thread, do_work, w, e) < 0) {
		bell_close(&w->done);
		free(w);
		drop(job);
		return -1;
	}
	r = wait_for_work(p, w, e);
	if (r < 0) {
		atomic_store(&w->given_up, true);
		thread_detach(&thread);
	} else {
		thread_join(&thread);
	}
	leave_work(w);
	return r;
}
