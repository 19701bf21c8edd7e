/* Lock, step, tell, keep; and retrain, once for an alarm. */
#include "flow/alert.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "exec/spawn.h"

#define WAIT_MS 2000

static int
load_memory(struct alert_memory *m, const struct alert_run *r, struct err *e)
{
	struct err why = ERR_INIT;
	struct file_map f;
	int got;

	alert_memory_init(m, r->config);
	if (file_map(&f, r->state, &why) < 0) {
		if (why.code == ERR_NOENT)
			return 0;
		*e = why;
		return -1;
	}
	got = alert_memory_parse(m, r->config, f.data, f.n, e);
	file_unmap(&f);
	return got < 0 ? err_wrap(e, "state '%s'", r->state) : 0;
}

static int
save_memory(const struct alert_memory *m, const struct alert_run *r,
    struct err *e)
{
	struct buf b;
	int got;

	buf_init(&b, BUF_CAP_DOC);
	alert_memory_write(&b, m, r->config);
	got = buf_check(&b, e) < 0 || file_replace(os_real(), r->state,
	    b.data, b.len, 0666, e) < 0 ? -1 : 0;
	buf_free(&b);
	return got;
}

static int
open_lock(int *fd, const struct alert_run *r, struct err *e)
{
	char *path = xprintf("%s.lock", r->state);
	int got = file_open_own(fd, os_real(), path, O_RDWR | O_CREAT, 0666,
	    e);

	free(path);
	return got;
}

/* *go: it begins now, which is kept; byte 1 of the lock is held. */
static int
begin_retrain(bool *go, struct alert_memory *m, struct alert_run *r,
    const struct alert_window *w, int lock, struct err *e)
{
	struct err busy = ERR_INIT;
	uint64_t alarm;
	struct buf why;
	bool may;

	*go = false;
	if (r->retrain == NULL)
		return 0;
	buf_init(&why, BUF_CAP_SMALL);
	may = alert_may_retrain(&why, &alarm, m, r->config, w, r->now_us);
	r->retrained = RETRAIN_REFUSED;
	if (may && file_lock(lock, FILE_EXCLUSIVE, 1, 1, 0, &busy) < 0) {
		if (busy.code != ERR_BUSY) {
			buf_free(&why);
			*e = busy;
			return -1;
		}
		may = false;
		r->retrained = RETRAIN_BUSY;
		buf_adds(&why, "one is running\n");
	}
	r->decided(r->ctx, why.data, alarm);
	buf_free(&why);
	if (!may)
		return 0;
	m->retrain.alarm = alarm;
	m->retrain.began_us = r->now_us;
	m->retrain.ended_us = 0;
	m->retrain.status = 0;
	*go = true;
	return save_memory(m, r, e);
}

static int
run_command(struct alert_run *r, int lock, struct err *e)
{
	const char *const argv[] = { "sh", "-c", r->retrain, NULL };
	struct spawned w;
	int got;

	spawned_init(&w);
	got = spawn_command(&w, argv, NULL, -1, lock, e);
	r->status = w.status;
	spawned_release(&w);
	return got;
}

/* The state may have gone on meanwhile: it is read anew. */
static int
end_retrain(struct alert_run *r, uint64_t alarm, int lock, struct err *e)
{
	struct alert_memory m;
	int got;

	if (file_lock(lock, FILE_EXCLUSIVE, 0, 1, -1, e) < 0)
		return -1;
	got = load_memory(&m, r, e);
	if (got == 0 && m.retrain.alarm == alarm) {
		m.retrain.ended_us = clock_wall_us();
		m.retrain.status = r->status;
		got = save_memory(&m, r, e);
	}
	alert_memory_release(&m);
	return got;
}

static void
sum_up(struct alert_run *r, const struct alert_memory *m)
{
	for (size_t i = 0; i < r->config->n; i++) {
		r->firing |= m->alarm[i].state == ALARM_FIRING ||
		    m->alarm[i].state == ALARM_RESOLVING;
		r->unknown |= !m->alarm[i].known;
	}
}

static int
step_and_tell(bool *go, struct alert_memory *m, struct alert_run *r,
    const struct alert_window *w, int lock, struct err *e)
{
	bool stepped;

	if (load_memory(m, r, e) < 0)
		return -1;
	stepped = alert_step(m, r->config, w, r->now_us);
	sum_up(r, m);
	if (r->tell(r->ctx, m, stepped, e) < 0 || (stepped && save_memory(m,
	    r, e) < 0))
		return -1;
	return begin_retrain(go, m, r, w, lock, e);
}

int
alert_run(struct alert_run *r, const struct alert_window *w, struct err *e)
{
	struct alert_memory m;
	uint64_t alarm = 0;
	bool go = false;
	int lock, got;

	if (open_lock(&lock, r, e) < 0)
		return -1;
	if (file_lock(lock, FILE_EXCLUSIVE, 0, 1, WAIT_MS, e) < 0) {
		close(lock);
		return err_wrap(e, "'%s'", r->state);
	}
	got = step_and_tell(&go, &m, r, w, lock, e);
	alarm = m.retrain.alarm;
	alert_memory_release(&m);
	if (got == 0 && go) {
		file_unlock(lock, 0, 1, e);
		got = run_command(r, lock, e);
		if (got == 0) {
			r->retrained = RETRAIN_DONE;
			got = end_retrain(r, alarm, lock, e);
		}
	}
	close(lock);
	return got;
}
