/* A search driven to its end. */
#define _GNU_SOURCE
#include "flow/search/search.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/descendants.h"
#include "base/energy.h"
#include "base/mem.h"
#include "base/stop.h"
#include "flow/search/internal.h"
#include "search/ask.h"
#include "search/tell.h"

#define LOOK_MS 1000			/* how often to look in any case */
#define LOOK_OFTEN_MS 50		/* where an end does not wake us */
#define LEASE_S 600.0			/* for other hosts, where none is said */

struct worker {
	pid_t pid;			/* 0: free */
	int end_fd;
	size_t number;
	bool held;			/* by the kernel, beside its lease */
	int64_t renewed_us;
};

struct driving {
	const struct search_request *rq;
	struct search_outcome *out;
	struct worker *worker;		/* (jobs) */
	struct stop stop;
	int64_t begin_us;
	double lease_s;
	struct energy energy;
	bool asking;
	int signals;
};

/* --- several of them ------------------------------------------------------- */

static int
start_trial(struct driving *d, struct worker *slot, struct err *e)
{
	const struct ask_request rq = { .lease_s = d->lease_s, .hold = true };
	struct trial_work w = { .rq = d->rq, .stop = &d->stop };
	struct asked asked;

	if (d->rq->one) {
		d->asking = false;
		if (study_take(&asked, d->rq->study, d->rq->setup,
		    d->rq->number, d->rq->take_over, &rq, e) < 0)
			return -1;
	} else if (study_ask(&asked, d->rq->study, d->rq->setup, &rq, e) < 0) {
		if (e->code != ERR_NO)
			return -1;
		d->asking = false;	/* all has been tried */
		return 0;
	}
	d->out->asked++;
	slot->number = w.number = (size_t)asked.number;
	slot->held = asked.held;
	slot->renewed_us = clock_mono_us();
	if (child_fork(&slot->pid, search_work_trial, &w, e) < 0) {
		slot->pid = 0;
		return -1;
	}
	slot->end_fd = child_end_fd(slot->pid);
	return 0;
}

static int
end_trial(struct driving *d, struct worker *slot, int status, struct err *e)
{
	struct study *s = d->rq->study;
	const struct trial_end fail = { .state = TRIAL_FAIL };
	struct trial *t;

	if (slot->end_fd >= 0)
		close(slot->end_fd);
	slot->pid = 0;
	if (study_catch_up(s, e) < 0 || study_find_trial(&t, s, (int64_t)slot->number, e) < 0)
		return -1;
	/* killed: nobody else will tell it */
	if (status >= 128 && t->state == TRIAL_RUNNING &&
	    !(d->rq->work && d->out->stopped) &&
	    study_tell(s, (int64_t)slot->number, &fail, e) < 0)
		return -1;
	t = &s->trial[slot->number];
	oplog_drop(&s->log, t->id);
	d->out->complete += t->state == TRIAL_COMPLETE;
	d->out->pruned += t->state == TRIAL_PRUNED;
	d->out->failed += t->state == TRIAL_FAIL;
	d->out->left += t->state == TRIAL_RUNNING;
	if (t->state == TRIAL_RUNNING)
		d->asking = d->asking && !d->out->stopped;
	d->rq->ended(d->rq->ctx, slot->number);
	return 0;
}

static void
end_worker(const struct worker *slot, int sig)
{
	struct descendants told = { NULL, 0 };

	if (sig == SIGKILL) {
		(void)kill(slot->pid, SIGSTOP);
		(void)descendants_signal(&told, slot->pid, sig);
		descendants_release(&told);
	}
	(void)kill(slot->pid, sig);
}

static void
pass_signals(struct driving *d)
{
	bool everyone;
	int sig = stop_signal_from(&d->stop, &everyone);

	if (sig == 0)
		return;
	d->out->stopped = true;
	d->asking = false;
	/* at the second one the worker itself kills what it started */
	for (size_t i = 0; i < d->rq->jobs && !everyone; i++)
		if (d->worker[i].pid)
			end_worker(&d->worker[i], d->signals < 2 ? sig : SIGKILL);
	d->signals++;
}

/* Until something ends, or it is time to look. */
static void
wait_for_end(struct driving *d)
{
	struct pollfd *fds = xalloc(d->rq->jobs + 1, sizeof(*fds));
	bool often = false;

	for (size_t i = 0; i < d->rq->jobs; i++) {
		fds[i].fd = d->worker[i].pid ? d->worker[i].end_fd : -1;
		fds[i].events = POLLIN;
		often |= d->worker[i].pid && fds[i].fd < 0;
	}
	fds[d->rq->jobs] = (struct pollfd){ d->stop.fd, POLLIN, 0 };
	(void)poll(fds, d->rq->jobs + 1, often ? LOOK_OFTEN_MS : LOOK_MS);
	free(fds);
}

/* Those that ended, and the leases of those that did not. */
static int
look_after(struct driving *d, struct err *e)
{
	int64_t now = clock_mono_us();

	energy_update(&d->energy);
	for (size_t i = 0; i < d->rq->jobs; i++) {
		struct worker *slot = &d->worker[i];
		struct err late = ERR_INIT;
		int status, ended;

		if (slot->pid == 0)
			continue;
		ended = child_poll(slot->pid, &status, NULL, e);
		if (ended < 0 || (ended && end_trial(d, slot, status, e) < 0))
			return -1;
		if (!ended && (double)(now - slot->renewed_us) > d->lease_s * 1e6 / 3) {
			slot->renewed_us = now;
			(void)study_renew(d->rq->study, (int64_t)slot->number, slot->held, &late);
		}
	}
	return 0;
}

static bool
may_ask(const struct driving *d)
{
	return d->asking && (d->rq->joules <= 0 ||
	    d->energy.joules < d->rq->joules) && (d->rq->trials == 0 || d->out->asked < d->rq->trials) &&
	    (d->rq->seconds <= 0 || (double)(clock_mono_us() - d->begin_us) <
	    d->rq->seconds * 1e6);
}

static int
drive_loop(struct driving *d, struct err *e)
{
	for (;;) {
		size_t busy = 0;

		for (size_t i = 0; i < d->rq->jobs; i++) {
			if (d->worker[i].pid == 0 && may_ask(d) &&
			    start_trial(d, &d->worker[i], e) < 0)
				return -1;
			busy += d->worker[i].pid != 0;
		}
		if (busy == 0 && !may_ask(d))
			return 0;
		wait_for_end(d);
		pass_signals(d);
		if (look_after(d, e) < 0)
			return -1;
	}
}

int
search_drive(struct search_outcome *out, const struct search_request *rq,
    struct err *e)
{
	struct driving d = { .rq = rq, .out = out, .asking = true,
	    .begin_us = clock_mono_us() };
	int r;

	memset(out, 0, sizeof(*out));
	d.lease_s = rq->lease_s > 0 ? rq->lease_s : rq->setup->lease_s;
	if (d.lease_s <= 0)
		d.lease_s = LEASE_S;
	energy_begin(&d.energy);
	if (rq->joules > 0 && d.energy.zones == 0)
		return err_set(e, ERR_UNSUPPORTED, "no counters of energy can be "
		    "read here (/sys/class/powercap/intel-rapl): a budget is "
		    "trials or seconds");
	if (stop_open(&d.stop, e) < 0)
		return -1;
	d.worker = xalloc(rq->jobs, sizeof(*d.worker));
	r = drive_loop(&d, e);
	for (size_t i = 0; i < rq->jobs && r < 0; i++) {
		struct err late = ERR_INIT;
		int status;

		if (d.worker[i].pid && child_wait(d.worker[i].pid, &status, NULL, &late) == 0)
			(void)end_trial(&d, &d.worker[i], status, &late);
	}
	out->joules = d.energy.joules;
	stop_close(&d.stop);
	free(d.worker);
	return r;
}
