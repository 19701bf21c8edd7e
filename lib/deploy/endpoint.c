/* An endpoint: its traffic split, the thread that keeps it up to date, and
 * what requests ask of it. */
#include "deploy/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/bell.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/thread.h"
#include "deploy/reload.h"
#include "deploy/traffic.h"

#define POLL_MS 200
#define SHARE_FILE_MAX 64
#define LOAD_MS 120000

struct endpoint {
	struct traffic traffic;
	struct reload reload;
	const char *share_file;
	int share_failures;		/* polls in a row, up to 2 */
	int (*follow)(void *ctx, struct followed *out, const char *endpoint,
	    struct err *e);
	void *follow_ctx;
	struct followed followed;
	bool follow_failed;		/* and it was reported */
	/* the polling thread */
	struct thread thread;
	bool started;
	struct mutex wake_lock;	/* of the two below */
	struct cond wake;
	bool ending, poll_now;
	struct bell closing;		/* gives up a load in progress */
};

/* --- the share's file ----------------------------------------------------- */

static int
parse_share(double *percent, const char *path, struct err *e)
{
	struct buf b;
	int r;

	buf_init(&b, SHARE_FILE_MAX);
	r = file_read(&b, path, e);
	while (b.len && (unsigned char)b.data[b.len - 1] <= 32)
		b.len--;
	if (r == 0 && (!num_parse_f64(b.data, b.len, percent) ||
	    !(*percent >= 0) || *percent > 100))
		r = err_set(e, ERR_FORMAT, "'%s' does not hold a percentage",
		    path);
	buf_free(&b);
	return r;
}

static int
read_share(struct endpoint *p, struct err *e)
{
	struct split split = { .rollout = "" };

	if (parse_share(&split.percent, p->share_file, e) < 0)
		return -1;
	traffic_set_split(&p->traffic, &split);
	return 0;
}

/* The few bytes are read every time: a file system's times may be too coarse
 * to tell a change.  A file that is bad twice in a row, as once it may be
 * being written, is reported, and again only after it was good. */
static void
poll_share(struct endpoint *p)
{
	struct err e = ERR_INIT;

	if (p->share_file == NULL)
		return;
	if (read_share(p, &e) == 0)
		p->share_failures = 0;
	else if (p->share_failures < 2 && ++p->share_failures == 2)
		log_warn(p->reload.log, "keeping the share: %s", e.msg);
}

/* --- a rollout ------------------------------------------------------------ */

/* The candidate is loaded before any unit goes to it, and none goes to it any
 * more before it leaves. */
static void
follow_rollout(struct endpoint *p, const struct followed *f)
{
	static const struct split none = { .rollout = "" };
	enum variant variant = f->shadow ? VARIANT_SHADOW : VARIANT_CANARY;
	const char *now[VARIANTS] = { NULL };

	if (strcmp(f->source, p->followed.source) != 0 ||
	    f->shadow != p->followed.shadow) {
		/* an alias that moved in the end is followed before */
		reload_poll(&p->reload, true);
		traffic_set_split(&p->traffic, &none);
		now[variant] = *f->source ? f->source : NULL;
		for (int v = VARIANT_STABLE + 1; v < VARIANTS; v++)
			reload_set_source(&p->reload, v, now[v]);
		reload_poll(&p->reload, true);
	}
	traffic_set_split(&p->traffic, &f->split);
	p->followed = *f;
}

/* What cannot be read is reported once, and nothing changes. */
static void
poll_rollout(struct endpoint *p)
{
	struct err e = ERR_INIT;
	struct followed f;

	if (p->follow == NULL)
		return;
	memset(&f, 0, sizeof(f));
	if (p->follow(p->follow_ctx, &f, p->reload.name, &e) < 0) {
		if (!p->follow_failed)
			log_warn(p->reload.log, "keeping the rollout as it "
			    "is: %s", e.msg);
		p->follow_failed = true;
		return;
	}
	p->follow_failed = false;
	if (strcmp(f.split.rollout, p->followed.split.rollout) != 0 ||
	    strcmp(f.source, p->followed.source) != 0 ||
	    f.shadow != p->followed.shadow ||
	    f.split.percent != p->followed.split.percent)
		follow_rollout(p, &f);
}

/* --- life ----------------------------------------------------------------- */

static void
poll_until_closed(void *arg)
{
	struct endpoint *p = arg;
	bool now;

	mutex_lock(&p->wake_lock);
	while (!p->ending) {
		if (!p->poll_now)
			cond_wait_us(&p->wake, &p->wake_lock, POLL_MS * 1000);
		now = p->poll_now;
		p->poll_now = false;
		mutex_unlock(&p->wake_lock);
		reload_poll(&p->reload, now);
		poll_share(p);
		poll_rollout(p);
		mutex_lock(&p->wake_lock);
	}
	mutex_unlock(&p->wake_lock);
}

int
endpoint_open(struct endpoint **out, const struct endpoint_opts *o,
    struct err *e)
{
	const struct split split = { .percent = o->share };
	struct endpoint *p = xalloc(1, sizeof(*p));

	traffic_init(&p->traffic);
	traffic_set_split(&p->traffic, &split);
	p->share_file = o->share_file;
	p->follow = o->follow;
	p->follow_ctx = o->follow_ctx;
	p->reload = (struct reload){ .traffic = &p->traffic, .stats = o->stats,
	    .score = o->score, .fill = o->fill, .log = o->log, .patience = {
	    o->load_ms ? o->load_ms : LOAD_MS, o->stop ? o->stop->fd : -1 } };
	mutex_init(&p->wake_lock);
	cond_init(&p->wake);
	if (bell_open(&p->closing, e) < 0 ||
	    reload_init(&p->reload, o->folder, o->as, o->source, e) < 0 ||
	    reload_first(&p->reload, e) < 0)
		goto fail;
	p->reload.patience.cancel_fd = p->closing.fd;
	if (p->share_file && read_share(p, e) < 0)
		goto fail;
	poll_rollout(p);
	if (thread_start(&p->thread, poll_until_closed, p, e) < 0) {
		err_set(e, ERR_IO, "cannot start a thread");
		goto fail;
	}
	p->started = true;
	*out = p;
	return 0;
fail:
	endpoint_close(p);
	return -1;
}

void
endpoint_close(struct endpoint *p)
{
	if (p == NULL)
		return;
	if (p->started) {
		mutex_lock(&p->wake_lock);
		p->ending = true;
		cond_signal(&p->wake);
		mutex_unlock(&p->wake_lock);
		bell_ring(&p->closing);
		thread_join(&p->thread);
	}
	traffic_release(&p->traffic);
	reload_release(&p->reload);
	bell_close(&p->closing);
	mutex_release(&p->wake_lock);
	cond_release(&p->wake);
	free(p);
}

void
endpoint_poll(struct endpoint *p)
{
	mutex_lock(&p->wake_lock);
	p->poll_now = true;
	cond_signal(&p->wake);
	mutex_unlock(&p->wake_lock);
}

/* --- what requests ask ---------------------------------------------------- */

const char *
endpoint_name(const struct endpoint *p)
{
	return p->reload.name;
}

bool
endpoint_is_split(struct endpoint *p)
{
	return traffic_is_split(&p->traffic);
}

struct version *
endpoint_choose(struct endpoint *p, struct choice *how, const char *unit,
    size_t n)
{
	return traffic_choose(&p->traffic, how, unit, n);
}

struct version *
endpoint_hold(struct endpoint *p, enum variant v)
{
	return traffic_hold(&p->traffic, v);
}

struct version *
endpoint_find(struct endpoint *p, const char *name, size_t n_name,
    const char *number, size_t n_number)
{
	return traffic_find(&p->traffic, name, n_name, number, n_number);
}
