/* The online store behind a server: connections, and pauses when it is down. */
#include "flow/online/stores.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

struct kept {
	struct feature_store store;	/* the first: what is given is this */
	struct kept *next;
};

struct feature_stores {
	struct catalog *catalog;
	struct feature_store_at at;
	const struct log *log;
	char place[128];		/* of Redis, for people; "": a file */
	struct feature_store file;	/* which readers share */
	struct mutex lock;		/* of the rest */
	struct kept *idle;
	int64_t pause_until_us;		/* 0: it answers */
	bool trying;			/* somebody asks it after a pause */
	char why[200];
};

/* Of redis://USER:PASSWORD@HOST:PORT/... what anybody may see. */
static void
name_place(struct feature_stores *t)
{
	const char *s = strstr(t->at.where, "://") + 3;
	size_t n = strcspn(s, "/?");

	for (size_t i = 0; i < n; i++)
		if (s[i] == '@') {
			s += i + 1;
			n -= i + 1;
			i = (size_t)-1;
		}
	snprintf(t->place, sizeof(t->place), "Redis at %.*s", n > 0 ? (int)n :
	    9, n > 0 ? s : "localhost");
}

static void
close_idle(struct kept *k)
{
	struct kept *next;

	for (; k; k = next) {
		next = k->next;
		feature_store_close(&k->store);
		free(k);
	}
}

static int
open_kept(struct kept **out, struct feature_stores *t, struct err *e)
{
	struct kept *k = xalloc(1, sizeof(*k));

	if (t->file.kv) {
		feature_store_share(&k->store, &t->file);
	} else if (feature_store_open(&k->store, t->catalog, &t->at, false,
	    e) < 0) {
		free(k);
		return -1;
	}
	*out = k;
	return 0;
}

int
feature_stores_open(struct feature_stores **out, struct catalog *c,
    const struct feature_store_at *at, const struct log *log, struct err *e)
{
	struct feature_stores *t = xalloc(1, sizeof(*t));
	int r;

	t->catalog = c;
	t->at = *at;
	t->at.timeout_ms = STORE_WAIT_MS;
	t->log = log;
	mutex_init(&t->lock);
	if (redis_is_url(at->where)) {
		name_place(t);
		r = open_kept(&t->idle, t, e);
	} else {
		r = feature_store_open(&t->file, c, at, false, e);
	}
	if (r < 0)
		feature_stores_close(t);
	else
		*out = t;
	return r;
}

void
feature_stores_close(struct feature_stores *t)
{
	if (t == NULL)
		return;
	close_idle(t->idle);
	feature_store_close(&t->file);
	mutex_release(&t->lock);
	free(t);
}

/* ---- connections and readers ---- */

static int
refuse(const struct feature_stores *t, struct err *e)
{
	return err_set(e, ERR_BUSY, "the online store does not answer, %s: "
	    "%.300s", t->place, t->why);
}

/* What was kept is as dead as this one. */
static int
pause_asking(struct feature_stores *t, struct err *e)
{
	struct kept *idle;
	bool first;

	mutex_lock(&t->lock);
	idle = t->idle;
	t->idle = NULL;
	first = t->pause_until_us == 0;
	t->pause_until_us = clock_mono_us() + STORE_PAUSE_MS * 1000;
	t->trying = false;
	snprintf(t->why, sizeof(t->why), "%.*s", (int)sizeof(t->why) - 1,
	    e->msg);
	refuse(t, e);
	mutex_unlock(&t->lock);
	close_idle(idle);
	if (first)
		log_warn(t->log, "%s", e->msg);
	return -1;
}

static void
answered(struct feature_stores *t, struct kept *k)
{
	bool again;

	mutex_lock(&t->lock);
	if (k) {
		k->next = t->idle;
		t->idle = k;
	}
	again = t->pause_until_us != 0;
	t->pause_until_us = 0;
	t->trying = false;
	mutex_unlock(&t->lock);
	if (again)
		log_warn(t->log, "the online store answers again, %s",
		    t->place);
}

/* A kept connection, or none yet; -1 in a pause. */
static int
take_idle(struct kept **out, struct feature_stores *t, struct err *e)
{
	int r = 0;

	mutex_lock(&t->lock);
	if (t->pause_until_us && (t->trying || clock_mono_us() <
	    t->pause_until_us)) {
		r = refuse(t, e);
	} else {
		t->trying = t->pause_until_us != 0;
		*out = t->idle;
		if (t->idle)
			t->idle = t->idle->next;
	}
	mutex_unlock(&t->lock);
	return r;
}

/* ---- either ---- */

int
feature_stores_take(struct feature_store **s, struct feature_stores *t,
    struct err *e)
{
	struct kept *k = NULL;

	if (take_idle(&k, t, e) < 0)
		return -1;
	if (k == NULL && open_kept(&k, t, e) < 0)
		return pause_asking(t, e);
	*s = &k->store;
	if (feature_store_begin(*s, e) == 0)
		return 0;
	answered(t, k);
	return -1;
}

int
feature_stores_give(struct feature_stores *t, struct feature_store *s,
    int result, struct err *e)
{
	struct kept *k = (struct kept *)s;
	bool lost;

	feature_store_end(s);
	lost = result < 0 && feature_store_is_lost(s);
	if (result < 0 && t->file.kv == NULL) {
		/* answers may be on their way, to no later question */
		feature_store_close(s);
		free(k);
		k = NULL;
	}
	if (lost)
		return pause_asking(t, e);
	answered(t, k);
	return result;
}
