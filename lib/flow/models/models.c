/* The models of a server: opened, followed, edited and closed as a file
 * says. */
#include "flow/models/models.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/thread.h"
#include "deploy/fingerprint.h"
#include "flow/models/follow.h"
#include "flow/models/models_file.h"

#define POLL_MS 200

/* An endpoint that is listed, or that was and is still held by requests. */
struct served_model {
	struct fleet_entry *entry;
	struct follower *follower;	/* of its rollouts; or NULL */
	bool leaving;
	struct served_model *next;
};

struct models {
	struct models_opts o;
	char *folder;			/* of the file */
	struct mutex lock;		/* of the list */
	struct served_model *first;
	_Atomic bool complete;
	/* the file, by the polling thread */
	struct fingerprint taken, last;
	bool failed;			/* and it was reported, as: */
	char why[256];
	bool again;			/* a name comes back once it has left */
	_Atomic bool held_back;		/* failed */
	_Atomic uint64_t failures;
	struct thread thread;
	bool started;
	struct mutex wake_lock;		/* of the rest */
	struct cond wake;
	bool ending, now;
};

/* --- one model ------------------------------------------------------------ */

static void
served_free(struct served_model *s)
{
	fleet_entry_free(s->entry);
	follower_close(s->follower);
	free(s);
}

static int
served_open(struct served_model **out, struct models *m,
    const struct endpoint_opts *given, struct err *e)
{
	struct served_model *s = xalloc(1, sizeof(*s));
	struct endpoint_opts o = *given;
	struct endpoint *p;

	if (m->o.follow && o.label == NULL &&
	    follower_open(&s->follower, o.log, m->o.logs, e) < 0) {
		free(s);
		return -1;
	}
	if (s->follower) {
		o.follow = follow_rollout_state;
		o.follow_ctx = s->follower;
	}
	if (endpoint_open(&p, &o, e) < 0) {
		follower_close(s->follower);
		free(s);
		return -1;
	}
	s->entry = fleet_entry_new(p, o.label);
	*out = s;
	return 0;
}

/* --- what the file says --------------------------------------------------- */

static struct served_model *
find_served(struct models *m, const struct models_entry *t)
{
	struct served_model *s;

	for (s = m->first; s; s = s->next) {
		const char *label = s->entry->label;

		if (strcmp(endpoint_name(s->entry->endpoint), t->name) == 0 &&
		    (label ? t->label && strcmp(label, t->label) == 0 :
		    t->label == NULL))
			return s;
	}
	return NULL;
}

static struct endpoint_opts
plan_endpoint(const struct models *m, const struct models_entry *t,
    struct bind_opts *score)
{
	struct endpoint_opts o = m->o.endpoint;

	*score = (struct bind_opts){ .columns = t->columns,
	    .n_columns = t->n_columns };
	o.source[VARIANT_STABLE] = t->model;
	o.source[VARIANT_CANARY] = t->canary;
	o.share = t->percent;
	o.as = t->name;
	o.label = t->label;
	o.score = score;
	o.patient = true;
	return o;
}

/* All that are new, in front of m->first; -1 and none of them. */
static int
open_new(struct models *m, const struct models_file *f, struct err *e)
{
	struct served_model *before = m->first, *s;

	for (size_t i = 0; i < f->n; i++) {
		struct bind_opts score;
		const struct endpoint_opts o = plan_endpoint(m, &f->entry[i],
		    &score);

		if (find_served(m, &f->entry[i]) != NULL)
			continue;
		if (served_open(&s, m, &o, e) < 0)
			goto fail;
		s->next = m->first;
		m->first = s;
	}
	return 0;
fail:
	while ((s = m->first) != before) {
		m->first = s->next;
		served_free(s);
	}
	return -1;
}

/* Those that stay hear what is said of them; the others leave. */
static void
list_models(struct models *m, const struct models_file *f)
{
	struct fleet_entry *list[MODELS_MAX], *standard = NULL;
	struct served_model *s;
	size_t n = 0;

	for (s = m->first; s; s = s->next)
		s->leaving = true;
	m->again = false;
	for (size_t i = 0; i < f->n; i++) {
		struct bind_opts score;
		const struct endpoint_opts o = plan_endpoint(m, &f->entry[i],
		    &score);

		s = find_served(m, &f->entry[i]);
		s->leaving = false;
		endpoint_edit(s->entry->endpoint, &o);
		if (i == f->standard)
			standard = s->entry;
		list[n++] = s->entry;
	}
	fleet_list(m->o.fleet, list, n, standard);
}

/* Does the file name what has not left yet? */
static bool
waits_for_one(struct models *m, const struct models_file *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct served_model *s = find_served(m, &f->entry[i]);

		if (s && s->leaving)
			return true;
	}
	return false;
}

static int
read_models(struct models *m, struct err *e)
{
	struct models_file f;
	struct buf b;
	int r;

	buf_init(&b, MODELS_FILE_MAX);
	r = file_read(&b, m->o.path, e);
	if (r == 0 && (r = models_file_parse(&f, b.data, b.len, m->folder,
	    e)) < 0)
		err_wrap(e, "'%s'", m->o.path);
	buf_free(&b);
	if (r < 0)
		return -1;
	mutex_lock(&m->lock);
	m->again = waits_for_one(m, &f);
	if (!m->again && (r = open_new(m, &f, e)) == 0)
		list_models(m, &f);
	mutex_unlock(&m->lock);
	models_file_release(&f);
	return r;
}

/* --- polling -------------------------------------------------------------- */

/* Told unless it was told. */
static void
note_failure(struct models *m, const struct err *why)
{
	atomic_fetch_add(&m->failures, 1);
	if (!m->failed || strncmp(m->why, why->msg, sizeof(m->why) - 1) != 0)
		log_warn(m->o.endpoint.log, "keeping the models that are "
		    "served: %s", why->msg);
	snprintf(m->why, sizeof(m->why), "%.255s", why->msg);
	m->failed = true;
}

static void
poll_file(struct models *m, bool now)
{
	struct err e = ERR_INIT;
	struct fingerprint f;
	bool settled;

	(void)fingerprint_of_file(&f, m->o.path);
	settled = now || fingerprint_same(&f, &m->last);
	m->last = f;
	if (!m->again && !now && (!settled || fingerprint_same(&f,
	    &m->taken)))
		return;
	m->taken = f;
	if (read_models(m, &e) == 0)
		m->failed = false;
	else
		note_failure(m, &e);
	atomic_store(&m->held_back, m->failed);
}

/* Those that nobody holds any more are closed. */
static void
close_left(struct models *m)
{
	struct served_model **at = &m->first, *s, *gone = NULL;

	mutex_lock(&m->lock);
	while ((s = *at) != NULL) {
		if (!s->leaving || !fleet_entry_is_unused(s->entry)) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		s->next = gone;
		gone = s;
	}
	mutex_unlock(&m->lock);
	for (; (s = gone) != NULL; served_free(s))
		gone = s->next;
}

static void
poll_until_closed(void *arg)
{
	struct models *m = arg;
	bool now;

	mutex_lock(&m->wake_lock);
	while (!m->ending) {
		if (!m->now)
			cond_wait_us(&m->wake, &m->wake_lock, POLL_MS * 1000);
		now = m->now;
		m->now = false;
		mutex_unlock(&m->wake_lock);
		close_left(m);
		poll_file(m, now);
		mutex_lock(&m->wake_lock);
	}
	mutex_unlock(&m->wake_lock);
}

/* --- life ----------------------------------------------------------------- */

static int
open_one(struct models *m, struct err *e)
{
	if (served_open(&m->first, m, &m->o.endpoint, e) < 0)
		return -1;
	fleet_list(m->o.fleet, &m->first->entry, 1, m->first->entry);
	return 0;
}

static int
open_file(struct models *m, struct err *e)
{
	m->folder = path_folder(m->o.path);
	(void)fingerprint_of_file(&m->taken, m->o.path);
	m->last = m->taken;
	if (read_models(m, e) < 0 ||
	    thread_start(&m->thread, poll_until_closed, m, e) < 0)
		return -1;
	m->started = true;
	return 0;
}

int
models_open(struct models **out, const struct models_opts *o, struct err *e)
{
	struct models *m = xalloc(1, sizeof(*m));

	m->o = *o;
	mutex_init(&m->lock);
	mutex_init(&m->wake_lock);
	cond_init(&m->wake);
	if ((o->path ? open_file(m, e) : open_one(m, e)) < 0) {
		models_close(m);
		return -1;
	}
	*out = m;
	return 0;
}

void
models_close(struct models *m)
{
	struct served_model *s;

	if (m == NULL)
		return;
	if (m->started) {
		mutex_lock(&m->wake_lock);
		m->ending = true;
		cond_signal(&m->wake);
		mutex_unlock(&m->wake_lock);
		thread_join(&m->thread);
	}
	fleet_list(m->o.fleet, NULL, 0, NULL);
	while ((s = m->first) != NULL) {
		m->first = s->next;
		served_free(s);
	}
	mutex_release(&m->lock);
	mutex_release(&m->wake_lock);
	cond_release(&m->wake);
	free(m->folder);
	free(m);
}

void
models_poll(struct models *m)
{
	struct served_model *s;

	if (m->started) {
		mutex_lock(&m->wake_lock);
		m->now = true;
		cond_signal(&m->wake);
		mutex_unlock(&m->wake_lock);
	}
	mutex_lock(&m->lock);
	for (s = m->first; s; s = s->next)
		endpoint_poll(s->entry->endpoint);
	mutex_unlock(&m->lock);
}

bool
models_are_complete(struct models *m)
{
	if (!atomic_load(&m->complete) && fleet_is_loaded(m->o.fleet))
		atomic_store(&m->complete, true);
	return atomic_load(&m->complete);
}

/* --- metrics -------------------------------------------------------------- */

static void
write_rollouts(struct buf *out, struct models *m)
{
	struct served_model *s;

	mutex_lock(&m->lock);
	buf_adds(out, "# HELP mlv_rollout_info The rollout that is followed "
	    "now.\n# TYPE mlv_rollout_info gauge\n");
	for (s = m->first; s; s = s->next)
		if (s->follower && !s->leaving)
			follower_write_info(out, s->follower);
	buf_adds(out, "# HELP mlv_rollout_share_percent Units that the "
	    "candidate answers.\n# TYPE mlv_rollout_share_percent gauge\n");
	for (s = m->first; s; s = s->next)
		if (s->follower && !s->leaving)
			follower_write_share(out, s->follower,
			    endpoint_name(s->entry->endpoint));
	mutex_unlock(&m->lock);
}

void
models_write(struct buf *out, struct models *m)
{
	if (m->o.follow)
		write_rollouts(out, m);
	if (m->o.path == NULL)
		return;
	buf_addf(out, "# HELP mlv_models_file_held_back 1 while the file of "
	    "models is not what is served.\n# TYPE mlv_models_file_held_back "
	    "gauge\nmlv_models_file_held_back %d\n"
	    "# HELP mlv_models_file_failures_total Times the file of models "
	    "could not be taken up.\n# TYPE mlv_models_file_failures_total "
	    "counter\nmlv_models_file_failures_total %llu\n",
	    atomic_load(&m->held_back),
	    (unsigned long long)atomic_load(&m->failures));
}
