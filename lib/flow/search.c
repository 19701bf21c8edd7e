/* A search driven to its end. */
#define _GNU_SOURCE
#include "flow/search.h"

#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/descendants.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/param.h"
#include "base/stop.h"
#include "exec/command.h"
#include "exec/spawn.h"
#include "search/ask.h"
#include "search/printed.h"
#include "search/tell.h"
#include "track/find.h"

#define LOOK_MS 1000			/* how often to look in any case */
#define LOOK_OFTEN_MS 50		/* where an end does not wake us */
#define TRY_LATER 75			/* EX_TEMPFAIL: asked again */
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
	bool asking;
	int signals;
};

/* --- one trial, in a process of its own ------------------------------------ */

struct trial_work {
	const struct search_request *rq;
	struct study *study;		/* our own, not the parent's */
	size_t number;
	struct arena arena;
	struct param *param;		/* (n_params), as texts */
	size_t n_params;
	struct buf words;		/* what it printed */
	char run[160];
	int status;
};

static void
read_params(struct trial_work *w)
{
	const struct study *s = w->study;

	w->param = arena_alloc(&w->arena, (s->n_columns + 1) * sizeof(*w->param));
	for (size_t i = 0; i < s->n_columns; i++) {
		double v = s->x[w->number * s->columns_room + i];
		struct buf b;

		if (isnan(v))
			continue;
		buf_init(&b, BUF_CAP_DOC);
		space_value_text(&b, &s->column[i].param, v);
		w->param[w->n_params].name = s->column[i].param.name;
		w->param[w->n_params++].value = arena_strndup(&w->arena, b.data, b.len);
		buf_free(&b);
	}
}

/* The text for {NAME}, or NULL. */
static const char *
find_value(struct trial_work *w, const char *name, size_t n)
{
	for (size_t i = 0; i < w->n_params; i++)
		if (strncmp(w->param[i].name, name, n) == 0 && w->param[i].name[n] == '\0')
			return w->param[i].value;
	if (n == 5 && memcmp(name, "trial", 5) == 0)
		return arena_printf(&w->arena, "%zu", w->number);
	/* one that does not apply is empty */
	return space_find(&w->rq->setup->space, name, n) == SPACE_NONE ? NULL : "";
}

static const char *
fill_word(struct trial_work *w, const char *word)
{
	const char *out, *end, *value;
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	for (; *word; word++) {
		end = *word == '{' ? strchr(word, '}') : NULL;
		value = end ? find_value(w, word + 1, (size_t)(end - word - 1)) : NULL;
		if (value) {
			buf_adds(&b, value);
			word = end;
		} else {
			buf_addc(&b, *word);
		}
	}
	out = arena_strndup(&w->arena, b.data, b.len);
	buf_free(&b);
	return out;
}

static const char **
fill_command(struct trial_work *w)
{
	const char **out;
	size_t n = 0;

	while (w->rq->command[n])
		n++;
	out = arena_alloc(&w->arena, (n + 1) * sizeof(*out));
	for (size_t i = 0; i < n; i++)
		out[i] = fill_word(w, w->rq->command[i]);
	return out;
}

/* With the parameters, where no run adds them. */
static const char **
make_environment(struct trial_work *w, bool params)
{
	const char **env = arena_alloc(&w->arena, (w->n_params + 4) * sizeof(*env));
	char *where;
	size_t n = 0;

	env[n++] = arena_printf(&w->arena, "MLV_STUDY=%s", w->study->name);
	env[n++] = arena_printf(&w->arena, "MLV_TRIAL=%zu", w->number);
	/* wherever the command goes from here */
	where = realpath(w->study->log.path, NULL);
	env[n++] = arena_printf(&w->arena, "MLV_STUDY_JOURNAL=%s",
	    where ? where : w->study->log.path);
	free(where);
	for (size_t i = 0; params && i < w->n_params; i++)
		env[n++] = command_param_env(&w->arena, &w->param[i]);
	return env;
}

/* Without a repository it is a command and no more. */
static int
run_plain(struct trial_work *w, struct err *e)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), r;
	struct spawned seen;

	spawned_init(&seen);
	r = spawn_command(&seen, fill_command(w), make_environment(w, true), null, -1, e);
	if (r == 0) {
		w->status = seen.status;
		buf_add(&w->words, seen.out.data, seen.out.len);
	}
	spawned_release(&seen);
	if (null >= 0)
		close(null);
	return r;
}

static int
run_tracked(struct trial_work *w, struct err *e)
{
	struct command_outcome done;
	const struct command_request rq = {
		.command = fill_command(w),
		.name = arena_printf(&w->arena, "%s-%zu", w->study->name, w->number),
		.params = w->param, .n_params = w->n_params,
		.env = make_environment(w, false), .words = &w->words,
		.log = w->rq->log,
	};
	int r = command_run(&done, w->rq->catalog, &rq, e);

	w->status = done.exit_status;
	snprintf(w->run, sizeof(w->run), "%s", done.id);
	return r;
}

/* Printed, or logged into its run. */
static int
find_objective(double *v, struct trial_work *w, const char *metric,
    struct err *e)
{
	int found = printed_value(v, w->words.data, w->words.len, metric);
	const struct run_metric *m;
	struct err ignored;
	struct run run;

	if (found < 0)
		return err_set(e, ERR_FORMAT, "the last metrics it printed are "
		    "several: say with --metric which one counts");
	if (found == 0 && metric && *w->run &&
	    run_read(&run, w->rq->catalog, w->run, &ignored) == 0) {
		m = run_find_metric(&run, metric);
		if (m) {
			*v = m->summary;
			found = 1;
		}
		run_free(&run);
	}
	if (found == 0)
		return err_set(e, ERR_FORMAT, "it printed no %s", metric ? metric :
		    "value");
	if (!isfinite(*v))
		return err_set(e, ERR_FORMAT, "its value is not finite");
	return 0;
}

/* Told as complete, or as failed and why. */
static int
tell_end(struct trial_work *w, struct err *e)
{
	double value[STUDY_OBJECTIVES_MAX];
	struct trial_end end = { .state = TRIAL_COMPLETE, .value = value,
	    .n = w->study->n_objectives, .run = *w->run ? w->run : NULL };
	struct err why = ERR_INIT;

	if (w->status != 0)
		err_set(&why, ERR_NO, "the command failed with status %d", w->status);
	for (size_t k = 0; why.code == ERR_NONE && k < end.n; k++)
		(void)find_objective(&value[k], w, w->rq->n_metrics ?
		    w->rq->metric[k] : NULL, &why);
	if (why.code != ERR_NONE) {
		log_warn(w->rq->log, "trial %zu failed: %s", w->number, why.msg);
		end.state = TRIAL_FAIL;
		end.n = 0;
	}
	return study_tell(w->study, (int64_t)w->number, &end, e);
}

static bool
is_left(int status)
{
	return status == TRY_LATER || status == 128 + SIGINT ||
	    status == 128 + SIGTERM || status == 128 + SIGHUP;
}

/* The whole life of the process: 0 told, 1 left, 2 trouble. */
static int
work_trial(void *ctx)
{
	struct trial_work *w = ctx;
	struct err e = ERR_INIT;
	struct trial *t;
	int r;

	/* a descriptor of our own: the parent's locks are not ours */
	buf_init(&w->words, SPAWN_KEEP);
	if (study_open(&w->study, w->rq->place, false, &e) < 0)
		goto fail;
	read_params(w);
	r = catalog_repo(w->rq->catalog) ? run_tracked(w, &e) : run_plain(w, &e);
	if (r < 0 && w->status == 0)
		w->status = 127;
	if (r < 0)
		log_warn(w->rq->log, "trial %zu: %s", w->number, e.msg);
	if (study_catch_up(w->study, &e) < 0 ||
	    study_find_trial(&t, w->study, (int64_t)w->number, &e) < 0)
		goto fail;
	if (t->state != TRIAL_RUNNING)
		return 0;		/* pruned, or told by the command */
	if (is_left(w->status))
		return 1;
	if (tell_end(w, &e) == 0)
		return 0;
fail:
	log_warn(w->rq->log, "trial %zu: %s", w->number, e.msg);
	return 2;
}

/* --- several of them ------------------------------------------------------- */

static int
start_trial(struct driving *d, struct worker *slot, struct err *e)
{
	const struct ask_request rq = { .lease_s = d->lease_s, .hold = true };
	struct trial_work w = { .rq = d->rq };
	struct asked asked;

	if (study_ask(&asked, d->rq->study, d->rq->setup, &rq, e) < 0) {
		if (e->code != ERR_NO)
			return -1;
		d->asking = false;	/* all has been tried */
		return 0;
	}
	d->out->asked++;
	slot->number = w.number = (size_t)asked.number;
	slot->held = asked.held;
	slot->renewed_us = clock_mono_us();
	if (child_fork(&slot->pid, work_trial, &w, e) < 0) {
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
	return d->asking && (d->rq->trials == 0 || d->out->asked < d->rq->trials) &&
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
	stop_close(&d.stop);
	free(d.worker);
	return r;
}
