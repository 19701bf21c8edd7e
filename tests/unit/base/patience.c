/* Work that ends in time, that takes too long, and that nobody waits for any
 * more. */
#include <stdatomic.h>

#include "../tap.h"
#include "base/bell.h"
#include "base/patience.h"
#include "base/thread.h"

struct job {
	struct mutex lock;
	struct cond changed;
	bool may_end, dropped;
	_Atomic int worked;
};

static void
end_at_once(void *arg)
{
	struct job *j = arg;

	atomic_fetch_add(&j->worked, 1);
}

static void
wait_until_told(void *arg)
{
	struct job *j = arg;

	mutex_lock(&j->lock);
	while (!j->may_end)
		cond_wait(&j->changed, &j->lock);
	mutex_unlock(&j->lock);
}

static void
note_drop(void *arg)
{
	struct job *j = arg;

	mutex_lock(&j->lock);
	j->dropped = true;
	cond_broadcast(&j->changed);
	mutex_unlock(&j->lock);
}

/* The work ends at last; its job is dropped by the thread it ran in. */
static void
let_it_end(struct job *j)
{
	mutex_lock(&j->lock);
	j->may_end = true;
	cond_broadcast(&j->changed);
	while (!j->dropped)
		cond_wait(&j->changed, &j->lock);
	mutex_unlock(&j->lock);
	ok(j->dropped, "the job is dropped when its work ends");
	j->may_end = j->dropped = false;
}

int
main(void)
{
	struct patience p = { .wait_ms = 60000, .cancel_fd = -1 };
	struct err e = ERR_INIT;
	struct job j = { .may_end = false };
	struct bell bell;

	mutex_init(&j.lock);
	cond_init(&j.changed);
	ok(patience_run(&p, end_at_once, note_drop, &j, &e) == 0, "work that ends in time");
	ok(atomic_load(&j.worked) == 1 && !j.dropped, "was done, and the job is the caller's");
	p.wait_ms = 0;
	ok(patience_run(&p, end_at_once, note_drop, &j, &e) == 0, "work that is waited for for ever");

	p.wait_ms = 1;
	ok(patience_run(&p, wait_until_told, note_drop, &j, &e) < 0 && e.code == ERR_TOOBIG,
	    "work that takes too long is given up: %s", e.msg);
	let_it_end(&j);

	p.wait_ms = 0;
	ok(bell_open(&bell, &e) == 0, "a bell");
	bell_ring(&bell);
	bell_ring(&bell);
	p.cancel_fd = bell.fd;
	ok(patience_run(&p, wait_until_told, note_drop, &j, &e) < 0 && e.code == ERR_STOPPED,
	    "work is given up when the bell was rung: %s", e.msg);
	let_it_end(&j);
	bell_close(&bell);
	cond_release(&j.changed);
	mutex_release(&j.lock);
	return tap_done();
}
