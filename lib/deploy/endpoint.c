#include "deploy/endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/brlock.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/thread.h"
#include "catalog/resolve.h"

#define LOOK_MS 200
#define PLACES 10000
#define RETRY_FIRST_MS 1000
#define RETRY_LAST_MS 60000

/* What a name or path looked like from outside. */
struct sight {
	uint64_t stamp;			/* of a name */
	struct timespec written, changed;	/* of a path */
	off_t size;
	ino_t inode;
};

struct slot {
	const char *source;		/* name or path; NULL: no such slot */
	const char *variant;
	bool named;			/* a catalog name, not a path */
	struct served *now;		/* under slots.lock */
	struct sight taken, last;	/* acted upon; seen at the last look */
	/* what was seen last could not be loaded */
	bool failed;
	int64_t again_us, wait_ms;
	char why[256];
};

struct slots {
	struct catalog *catalog;	/* of the thread that looks */
	const struct score_opts *score;
	const struct log *log;
	struct stats_all *stats;
	char *name, *own;		/* of the endpoint; of the stable model */
	struct brlock lock;		/* slot.now, share */
	struct slot stable, canary;
	int share;			/* places of 10,000 */
	const char *share_file;
	int share_bad;			/* looks in a row, up to 2 */
	/* the looking thread */
	struct thread thread;
	bool started;
	struct mutex wake_lock;
	struct cond wake;
	bool ending, look_now;
};

/* --- versions come and go ------------------------------------------------- */

static void
put_in(struct slots *a, struct slot *s, struct served *fresh)
{
	struct served *old;

	if (fresh)
		fresh->stats = stats_for(a->stats, fresh->name,
		    fresh->version, fresh->variant, fresh->digest);
	brlock_write_enter(&a->lock);
	old = s->now;
	s->now = fresh;
	brlock_write_leave(&a->lock);
	if (old)
		atomic_store(&old->stats->now, false);
	if (fresh)
		atomic_store(&fresh->stats->now, true);
	served_release(old);
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool
same_sight(const struct sight *a, const struct sight *b)
{
	return a->stamp == b->stamp && same_time(&a->written, &b->written) &&
	    same_time(&a->changed, &b->changed) && a->size == b->size &&
	    a->inode == b->inode;
}

/* False when there is nothing to see: a path that is gone. */
static bool
look(struct sight *v, struct slots *a, const struct slot *s)
{
	struct err ignored;
	struct name n;
	struct stat st;

	memset(v, 0, sizeof(*v));
	if (!s->named) {
		if (stat(s->source, &st) < 0)
			return false;
		v->written = st.st_mtim;
		v->changed = st.st_ctim;
		v->size = st.st_size;
		v->inode = st.st_ino;
		return true;
	}
	if (name_parse(&n, s->source, &ignored) < 0)
		return false;
	v->stamp = catalog_stamp(a->catalog, &n);
	name_free(&n);
	return true;
}

/* The same version again is no change. */
static bool
is_same(struct slots *a, const struct slot *s)
{
	struct err ignored;
	struct catalog_item item;
	char version[NUM_TEXT_MAX];
	bool same;

	if (!s->named || s->now == NULL ||
	    catalog_resolve(&item, a->catalog, s->source, &ignored) < 0)
		return false;
	num_print_u64(version, item.version);
	same = strcmp(version, s->now->version) == 0;
	catalog_item_free(&item);
	return same;
}

static bool
is_there(struct slots *a, const char *name, struct err *e)
{
	struct catalog_item item;

	if (catalog_resolve(&item, a->catalog, name, e) < 0)
		return false;
	catalog_item_free(&item);
	return true;
}

/* No such name any more, as an alias that was dropped. */
static bool
is_gone(struct slots *a, const struct slot *s)
{
	struct err e = ERR_INIT;

	return !is_there(a, s->source, &e) && e.code == ERR_NOENT;
}

/* An alias that is not set, of a model that is there: *why says so. */
static bool
may_be_set(struct slots *a, const struct slot *s, struct err *why)
{
	struct err ignored;
	struct name n;
	char *model;
	bool may = false;

	if (!s->named || name_parse(&n, s->source, &ignored) < 0)
		return false;
	model = xprintf("%s:%s", name_kind_text(n.kind), n.base);
	if (n.alias && is_there(a, model, &ignored))
		may = !is_there(a, s->source, why) && why->code == ERR_NOENT;
	free(model);
	name_free(&n);
	return may;
}

/* The endpoint's name goes to every version of its model. */
static void
name_it(struct slots *a, struct served *fresh)
{
	if (a->own == NULL)
		a->own = xstrdup(fresh->name);
	if (a->name == NULL)
		a->name = xstrdup(a->own);
	if (strcmp(fresh->name, a->own) != 0)
		return;
	free(fresh->name);
	fresh->name = xstrdup(a->name);
}

/* Who asks does not know which of the two will answer. */
static int
check_canary(const struct served *stable, const struct served *canary,
    const char *source, struct err *e)
{
	char *lacks = served_lacks(stable, canary);

	if (lacks == NULL)
		return 0;
	err_set(e, ERR_UNSUPPORTED, "%s: it needs %s, which the stable model "
	    "does not take", source, lacks);
	free(lacks);
	return -1;
}

static void
failed(struct slots *a, struct slot *s, bool other, const struct err *why)
{
	char text[sizeof(s->why)];

	atomic_fetch_add(&a->stats->reload_failures, 1);
	s->wait_ms = other || !s->failed ? RETRY_FIRST_MS : s->wait_ms * 2;
	if (s->wait_ms > RETRY_LAST_MS)
		s->wait_ms = RETRY_LAST_MS;
	s->again_us = clock_mono_us() + s->wait_ms * 1000;
	snprintf(text, sizeof(text), "%.255s", why->msg);
	if (!s->failed || strcmp(text, s->why) != 0) {
		if (s->now)
			log_warn(a->log, "keeping the old version of %s: %s",
			    s->source, why->msg);
		else
			log_warn(a->log, "the stable model answers all "
			    "requests: %s", why->msg);
	}
	memcpy(s->why, text, sizeof(text));
	s->failed = true;
}

/* Before another stable version takes over: whoever decided that one knows
 * its inputs, so it is followed, but not without a word.  A canary that asks
 * for more than it takes ends, and is tried again when one of them moves. */
static void
make_way(struct slots *a, const struct served *fresh)
{
	char *lacks = a->stable.now ? served_lacks(a->stable.now, fresh) : NULL;
	struct slot *s = &a->canary;
	struct err e = ERR_INIT;

	if (lacks)
		log_warn(a->log, "%s is version %s now, which needs %s; "
		    "version %s did not take that", a->stable.source,
		    fresh->version, lacks, a->stable.now->version);
	free(lacks);
	s->again_us = 0;
	if (s->now && check_canary(fresh, s->now, s->source, &e) < 0) {
		put_in(a, s, NULL);
		failed(a, s, true, &e);
	}
}

static int
load(struct slots *a, struct slot *s, struct err *e)
{
	struct served *fresh;

	if (served_load(&fresh, a->catalog, s->source, s->variant, a->score,
	    e) < 0)
		return -1;
	if (s == &a->canary && check_canary(a->stable.now, fresh, s->source,
	    e) < 0) {
		served_release(fresh);
		return -1;
	}
	if (s == &a->stable)
		make_way(a, fresh);
	name_it(a, fresh);
	put_in(a, s, fresh);
	return 0;
}

/* `now`: do not wait for a file to settle, nor for the next try. */
static void
look_at(struct slots *a, struct slot *s, bool now)
{
	struct err e = ERR_INIT;
	struct sight v;
	bool other, settled;

	if (s->source == NULL || !look(&v, a, s))
		return;
	settled = s->named || now || same_sight(&v, &s->last);
	s->last = v;
	other = !same_sight(&v, &s->taken);
	if (other ? !settled : !s->failed || (!now && clock_mono_us() <
	    s->again_us))
		return;
	s->taken = v;
	if (is_same(a, s)) {
		s->failed = false;
		return;
	}
	if (load(a, s, &e) == 0) {
		s->failed = false;
		atomic_fetch_add(&a->stats->reloads, 1);
	} else if (s == &a->canary && is_gone(a, s)) {
		s->failed = false;
		if (s->now)
			log_warn(a->log, "there is no %s any more: the stable "
			    "model answers all requests", s->source);
		put_in(a, s, NULL);
	} else {
		failed(a, s, other, &e);
	}
}

/* --- the share ------------------------------------------------------------ */

static int
parse_share(double *v, const char *path, struct err *e)
{
	struct buf b;
	int r;

	buf_init(&b, 64);
	r = file_read(&b, path, e);
	while (b.len && (unsigned char)b.data[b.len - 1] <= 32)
		b.len--;
	if (r == 0 && (!num_parse_f64(b.data, b.len, v) || !(*v >= 0) ||
	    *v > 100))
		r = err_set(e, ERR_FORMAT, "'%s' does not hold a percentage",
		    path);
	buf_free(&b);
	return r;
}

static int
read_share(struct slots *a, struct err *e)
{
	double v;

	if (parse_share(&v, a->share_file, e) < 0)
		return -1;
	brlock_write_enter(&a->lock);
	a->share = (int)(v * (PLACES / 100.0) + 0.5);
	brlock_write_leave(&a->lock);
	return 0;
}

/* A few bytes are read sooner than a time of change is trusted.  Bad twice in
 * a row, for it may just be being written, is said once, until it is good
 * again. */
static void
look_at_share(struct slots *a)
{
	struct err e = ERR_INIT;

	if (a->share_file == NULL)
		return;
	if (read_share(a, &e) == 0)
		a->share_bad = 0;
	else if (a->share_bad < 2 && ++a->share_bad == 2)
		log_warn(a->log, "keeping the share: %s", e.msg);
}

/* --- life ----------------------------------------------------------------- */

static void
look_for_ever(void *arg)
{
	struct slots *a = arg;
	bool now;

	mutex_lock(&a->wake_lock);
	while (!a->ending) {
		if (!a->look_now)
			cond_wait_us(&a->wake, &a->wake_lock, LOOK_MS * 1000);
		now = a->look_now;
		a->look_now = false;
		mutex_unlock(&a->wake_lock);
		look_at(a, &a->stable, now);
		look_at(a, &a->canary, now);
		look_at_share(a);
		mutex_lock(&a->wake_lock);
	}
	mutex_unlock(&a->wake_lock);
}

static void
slot_init(struct slot *s, const char *source, const char *variant)
{
	struct err ignored;
	struct name n;

	s->source = source;
	s->variant = variant;
	if (source && name_parse(&n, source, &ignored) == 0) {
		s->named = name_is_ref(&n);
		name_free(&n);
	}
}

/* The first load of a slot: what is seen before it counts as taken. */
static int
begin(struct slots *a, struct slot *s, struct err *e)
{
	(void)look(&s->taken, a, s);
	s->last = s->taken;
	return load(a, s, e);
}

/* One that is not there may come, if it is an alias. */
static int
begin_canary(struct slots *a, struct err *e)
{
	struct err why = ERR_INIT;

	if (a->canary.source == NULL || begin(a, &a->canary, e) == 0)
		return 0;
	if (!may_be_set(a, &a->canary, &why))
		return -1;
	log_warn(a->log, "there is no canary: %s; the stable model answers "
	    "all requests until it is set", why.msg);
	return 0;
}

int
slots_open(struct slots **out, const struct slots_opts *o, struct err *e)
{
	struct slots *a = xalloc(1, sizeof(*a));
	const struct repo_opts so = { .log = o->log };

	a->name = o->as ? xstrdup(o->as) : NULL;
	a->score = o->score;
	a->log = o->log;
	a->stats = o->stats;
	a->share = (int)(o->share * (PLACES / 100.0) + 0.5);
	a->share_file = o->share_file;
	brlock_init(&a->lock);
	mutex_init(&a->wake_lock);
	cond_init(&a->wake);
	slot_init(&a->stable, o->model, "stable");
	slot_init(&a->canary, o->canary, "canary");
	if (catalog_open(&a->catalog, NULL, &so, e) < 0 ||
	    begin(a, &a->stable, e) < 0 || begin_canary(a, e) < 0)
		goto fail;
	if (a->share_file && read_share(a, e) < 0)
		goto fail;
	if (thread_start(&a->thread, look_for_ever, a, e) < 0) {
		err_set(e, ERR_IO, "cannot start a thread");
		goto fail;
	}
	a->started = true;
	*out = a;
	return 0;
fail:
	slots_close(a);
	return -1;
}

void
slots_close(struct slots *a)
{
	if (a == NULL)
		return;
	if (a->started) {
		mutex_lock(&a->wake_lock);
		a->ending = true;
		cond_signal(&a->wake);
		mutex_unlock(&a->wake_lock);
		thread_join(&a->thread);
	}
	served_release(a->stable.now);
	served_release(a->canary.now);
	catalog_close(a->catalog);
	brlock_release(&a->lock);
	mutex_release(&a->wake_lock);
	cond_release(&a->wake);
	free(a->name);
	free(a->own);
	free(a);
}

void
slots_look(struct slots *a)
{
	mutex_lock(&a->wake_lock);
	a->look_now = true;
	cond_signal(&a->wake);
	mutex_unlock(&a->wake_lock);
}

/* --- who answers ---------------------------------------------------------- */

const char *
slots_name(const struct slots *a)
{
	return a->name;
}

bool
slots_split(struct slots *a)
{
	return a->canary.source != NULL;
}

/* Held under the lock: nobody can free it in between. */
static struct served *
held(struct served *s)
{
	if (s)
		served_hold(s);
	return s;
}

struct served *
slots_choose(struct slots *a, const char *unit, size_t n)
{
	struct served *s;
	uint64_t seed, place;
	int slot = brlock_read_enter(&a->lock);

	s = a->stable.now;
	if (a->canary.now && a->share > 0) {
		seed = hash64(a->name, strlen(a->name), 0x6d6c762d756e6974u);
		place = hash64(unit, n, seed) % PLACES;
		if (place < (uint64_t)a->share)
			s = a->canary.now;
	}
	s = held(s);
	brlock_read_leave(&a->lock, slot);
	return s;
}

struct served *
slots_stable(struct slots *a)
{
	struct served *s;
	int slot = brlock_read_enter(&a->lock);

	s = held(a->stable.now);
	brlock_read_leave(&a->lock, slot);
	return s;
}

struct served *
slots_canary(struct slots *a)
{
	struct served *s;
	int slot = brlock_read_enter(&a->lock);

	s = held(a->canary.now);
	brlock_read_leave(&a->lock, slot);
	return s;
}

static bool
is_called(const struct served *s, const char *name, size_t n_name,
    const char *version, size_t n_version)
{
	return s && strlen(s->name) == n_name &&
	    memcmp(s->name, name, n_name) == 0 &&
	    strlen(s->version) == n_version &&
	    memcmp(s->version, version, n_version) == 0;
}

struct served *
slots_version(struct slots *a, const char *name, size_t n_name,
    const char *version, size_t n_version)
{
	struct served *s;
	int slot = brlock_read_enter(&a->lock);

	s = a->stable.now;
	if (!is_called(s, name, n_name, version, n_version))
		s = a->canary.now;
	if (!is_called(s, name, n_name, version, n_version))
		s = NULL;
	s = held(s);
	brlock_read_leave(&a->lock, slot);
	return s;
}
