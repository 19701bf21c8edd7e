/* An endpoint: its traffic split, the thread that keeps it up to date, and
 * what requests ask of it. */
#include "deploy/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
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

/* What an endpoint serves, where that may be edited. */
struct endpoint_plan {
	struct arena arena;
	const char *source[VARIANTS];
	struct bind_opts score;
	double share;
};

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
	struct endpoint_plan *plan;	/* followed now; NULL: not patient */
	struct mutex wake_lock;	/* of those below */
	struct cond wake;
	bool ending, poll_now;
	struct endpoint_plan *next_plan;	/* or NULL */
	struct bell closing;		/* gives up a load in progress */
};

/* --- plans ---------------------------------------------------------------- */

static void
plan_free(struct endpoint_plan *plan)
{
	if (plan == NULL)
		return;
	arena_free(&plan->arena);
	free(plan);
}

static struct endpoint_plan *
plan_copy(const struct endpoint_opts *o)
{
	struct endpoint_plan *plan = xalloc(1, sizeof(*plan));
	const char **names;

	for (int v = 0; v < VARIANTS; v++)
		if (o->source[v])
			plan->source[v] = arena_strdup(&plan->arena,
			    o->source[v]);
	plan->share = o->share;
	if (o->score == NULL)
		return plan;
	plan->score = *o->score;
	names = arena_alloc(&plan->arena, (o->score->n_columns + 1) *
	    sizeof(*names));
	for (size_t i = 0; i < o->score->n_columns; i++)
		names[i] = arena_strdup(&plan->arena, o->score->columns[i]);
	plan->score.columns = names;
	return plan;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool
same_columns(const struct bind_opts *a, const struct bind_opts *b)
{
	if (a->n_columns != b->n_columns)
		return false;
	for (size_t i = 0; i < a->n_columns; i++)
		if (strcmp(a->columns[i], b->columns[i]) != 0)
			return false;
	return true;
}

/* What differs from the plan before. */
static void
take_plan(struct endpoint *p, struct endpoint_plan *plan)
{
	const struct split split = { .percent = plan->share };
	struct endpoint_plan *before = p->plan;

	p->plan = plan;
	p->reload.score = &plan->score;
	if (!same_text(plan->source[VARIANT_STABLE],
	    before->source[VARIANT_STABLE]) || !same_columns(&plan->score,
	    &before->score))
		reload_edit_stable(&p->reload, plan->source[VARIANT_STABLE]);
	if (!same_text(plan->source[VARIANT_CANARY],
	    before->source[VARIANT_CANARY])) {
		/* a rollout that was followed is asked for again */
		memset(&p->followed, 0, sizeof(p->followed));
		reload_set_source(&p->reload, VARIANT_SHADOW, NULL);
		reload_set_source(&p->reload, VARIANT_CANARY,
		    plan->source[VARIANT_CANARY]);
	}
	if (plan->source[VARIANT_CANARY] || before->source[VARIANT_CANARY])
		traffic_set_split(&p->traffic, &split);
	plan_free(before);
}

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

	/* what was given a canary is left alone */
	if (p->follow == NULL || !p->reload.source[VARIANT_STABLE].named ||
	    (p->plan && p->plan->source[VARIANT_CANARY]))
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
	struct endpoint_plan *plan;
	bool now;

	mutex_lock(&p->wake_lock);
	while (!p->ending) {
		if (!p->poll_now)
			cond_wait_us(&p->wake, &p->wake_lock, POLL_MS * 1000);
		now = p->poll_now;
		p->poll_now = false;
		plan = p->next_plan;
		p->next_plan = NULL;
		mutex_unlock(&p->wake_lock);
		if (plan)
			take_plan(p, plan);
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
	if (o->patient)
		p->plan = plan_copy(o);
	p->poll_now = o->patient;
	p->reload = (struct reload){ .traffic = &p->traffic, .stats = o->stats,
	    .label = o->label ? xstrdup(o->label) : NULL,
	    .score = p->plan ? &p->plan->score : o->score, .fill = o->fill,
	    .log = o->log, .patience = { o->load_ms ? o->load_ms : LOAD_MS,
	    o->stop ? o->stop->fd : -1 } };
	mutex_init(&p->wake_lock);
	cond_init(&p->wake);
	if (bell_open(&p->closing, e) < 0 ||
	    reload_init(&p->reload, o->folder, o->as, o->source, e) < 0 ||
	    (!o->patient && reload_first(&p->reload, e) < 0))
		goto fail;
	p->reload.patience.cancel_fd = p->closing.fd;
	if (p->share_file && read_share(p, e) < 0)
		goto fail;
	if (!o->patient)
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
	plan_free(p->plan);
	plan_free(p->next_plan);
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

void
endpoint_edit(struct endpoint *p, const struct endpoint_opts *o)
{
	struct endpoint_plan *plan = plan_copy(o);

	mutex_lock(&p->wake_lock);
	plan_free(p->next_plan);
	p->next_plan = plan;
	p->poll_now = true;
	cond_signal(&p->wake);
	mutex_unlock(&p->wake_lock);
}

/* --- what requests ask ---------------------------------------------------- */

int
endpoint_check_name(const char *name, const char *what, struct err *e)
{
	size_t n = strlen(name);

	if (n == 0 || n > ENDPOINT_NAME_MAX)
		return err_set(e, ERR_USAGE, "%s is 1 to %d bytes", what,
		    ENDPOINT_NAME_MAX);
	for (size_t i = 0; i < n; i++)
		if (name[i] == '/' || (unsigned char)name[i] <= ' ' ||
		    name[i] == 127)
			return err_set(e, ERR_USAGE, "%s is one step of a path, "
			    "without '/' and spaces", what);
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return err_set(e, ERR_USAGE, "%s '%s' is lost in a path", what,
		    name);
	return 0;
}

bool
endpoint_is_loaded(struct endpoint *p)
{
	return traffic_is_loaded(&p->traffic);
}

void
endpoint_explain(struct buf *out, struct endpoint *p)
{
	char why[sizeof(p->reload.mine->why)];

	server_stats_why(why, sizeof(why), p->reload.stats, p->reload.mine);
	buf_adds(out, *why ? why : "it is being loaded");
}

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
