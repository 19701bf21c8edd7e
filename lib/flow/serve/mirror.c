/* Models served straight from a remote. */
#include "flow/serve/mirror.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/thread.h"
#include "catalog/name.h"
#include "catalog/resolve.h"

#define SOURCES 4
#define SLOWEST 10		/* times the time between two questions */
#define CLOSE_US 1000000	/* waited for an answer at the end */

struct mirror {
	struct mirror_opts o;		/* what it leads to is our own, ... */
	struct remote_environment env;
	struct arena arena;
	struct log log;
	const struct log *told;		/* ... but this, until the end */
	const char *source[SOURCES];	/* names in full, without their version */
	char *ref[SOURCES];
	uint32_t version[SOURCES];
	size_t n;
	struct catalog *catalog;
	struct remote *remote;		/* NULL: to be opened anew */
	_Atomic bool reachable;
	struct thread thread;
	bool started;
	struct mutex lock;		/* of those below */
	struct cond wake, idle;
	bool ending, now, asking;
};

/* Nobody listens to a thread that was left alone. */
static void
warn_until_closed(void *ctx, const char *line)
{
	struct mirror *m = ctx;
	bool ending;

	mutex_lock(&m->lock);
	ending = m->ending;
	mutex_unlock(&m->lock);
	if (!ending)
		log_warn(m->told, "%s", line);
}

static void
take_options(struct mirror *m, const struct mirror_opts *o)
{
	remote_environment_copy(&m->env, &m->arena, o->env);
	m->log = (struct log){ .warn = warn_until_closed, .ctx = m };
	m->told = o->log;
	m->o = (struct mirror_opts){ .env = &m->env, .log = &m->log,
	    .url = arena_strdup(&m->arena, o->url),
	    .folder = arena_strdup(&m->arena, o->folder),
	    .poll_ms = o->poll_ms };
}

static int
read_sources(struct mirror *m, const char *const *source, size_t n,
    struct err *e)
{
	for (size_t i = 0; i < n && m->n < SOURCES; i++) {
		struct name name;
		bool fits;

		if (source[i] == NULL)
			continue;
		if (name_parse(&name, source[i], e) < 0)
			return -1;
		fits = name.kind == NAME_MODEL && !name.path &&
		    !name.moment_us;
		if (fits) {
			m->source[m->n] = arena_strdup(&m->arena, source[i]);
			m->version[m->n] = name.version;
			name.version = 0;
			m->ref[m->n++] = name_ref(&name);
		}
		name_free(&name);
		if (!fits)
			return err_set(e, ERR_USAGE, "'%s' is no model that a "
			    "remote keeps: write model:NAME@ALIAS", source[i]);
	}
	return 0;
}

static int
open_cache(struct mirror *m, struct err *e)
{
	const struct repo_opts o = { .log = m->o.log };
	bool made;

	if (file_make_folders(os_real(), m->o.folder, e) < 0 ||
	    file_check_folder(m->o.folder, e) < 0 ||
	    repo_init(&made, m->o.folder, &o, e) < 0)
		return -1;
	return catalog_open_repository(&m->catalog, m->o.folder, &o, e);
}

static int
ask_remote(struct mirror *m, struct err *e)
{
	const struct remote_request rq = {
	    .refs = (const char *const *)m->ref, .n = m->n,
	    .content = m->version, .theirs = true };
	struct remote_done done;
	int r = m->remote ? 0 : remote_open(&m->remote, m->catalog, m->o.url,
	    m->o.env, e);

	if (r == 0)
		r = remote_pull(&done, m->remote, &rq, e);
	/* a connection that broke is no use the next time */
	if (r < 0 && e->code != ERR_UNPROVEN) {
		remote_close(m->remote);
		m->remote = NULL;
	}
	return r < 0 && e->code != ERR_UNPROVEN ? -1 : 0;
}

static void
note_answer(struct mirror *m, bool answered, const struct err *why)
{
	bool before = atomic_exchange(&m->reachable, answered);

	if (before && !answered)
		log_warn(m->told, "%s; what was served is served on",
		    why->msg);
	else if (!before && answered)
		log_warn(m->told, "remote '%s' answers again", m->o.url);
}

static void
poll_until_closed(void *arg)
{
	struct mirror *m = arg;
	int64_t wait_ms = m->o.poll_ms;

	mutex_lock(&m->lock);
	while (!m->ending) {
		struct err e = ERR_INIT;
		bool answered;

		if (!m->now)
			cond_wait_us(&m->wake, &m->lock, wait_ms * 1000);
		if (m->ending)
			break;
		m->now = false;
		m->asking = true;
		mutex_unlock(&m->lock);
		answered = ask_remote(m, &e) == 0;
		mutex_lock(&m->lock);
		m->asking = false;
		cond_signal(&m->idle);
		if (!m->ending)
			note_answer(m, answered, &e);
		wait_ms = answered ? m->o.poll_ms : wait_ms * 2;
		if (wait_ms > m->o.poll_ms * SLOWEST)
			wait_ms = m->o.poll_ms * SLOWEST;
	}
	mutex_unlock(&m->lock);
}

/* Is everything here from an earlier time? */
static bool
has_all(struct mirror *m)
{
	for (size_t i = 0; i < m->n; i++) {
		struct err ignored = ERR_INIT;
		struct catalog_item item;

		if (catalog_resolve(&item, m->catalog, m->source[i],
		    &ignored) < 0)
			return false;
		catalog_item_free(&item);
	}
	return true;
}

int
mirror_open(struct mirror **out, const struct mirror_opts *o,
    const char *const *source, size_t n, struct err *e)
{
	struct mirror *m = xalloc(1, sizeof(*m));

	take_options(m, o);
	mutex_init(&m->lock);
	cond_init(&m->wake);
	cond_init(&m->idle);
	atomic_init(&m->reachable, true);
	if (read_sources(m, source, n, e) < 0 || open_cache(m, e) < 0)
		goto fail;
	if (ask_remote(m, e) < 0) {
		/* a URL that is none is not an answer lacking */
		if (e->code == ERR_USAGE || !has_all(m))
			goto fail;
		note_answer(m, false, e);
		e->code = ERR_NONE;
	}
	if (thread_start(&m->thread, poll_until_closed, m, e) < 0)
		goto fail;
	m->started = true;
	*out = m;
	return 0;
fail:
	mirror_close(m);
	return -1;
}

void
mirror_poll(struct mirror *m)
{
	mutex_lock(&m->lock);
	m->now = true;
	cond_signal(&m->wake);
	mutex_unlock(&m->lock);
}

bool
mirror_is_reachable(const struct mirror *m)
{
	return atomic_load(&m->reachable);
}

/* False: it waits for a remote that may never answer; it is left alone, with
 * all that is its own, to the end of the process. */
static bool
end_thread(struct mirror *m)
{
	bool asking;

	mutex_lock(&m->lock);
	m->ending = true;
	cond_signal(&m->wake);
	if (m->asking)
		cond_wait_us(&m->idle, &m->lock, CLOSE_US);
	asking = m->asking;
	mutex_unlock(&m->lock);
	if (asking)
		thread_detach(&m->thread);
	else
		thread_join(&m->thread);
	return !asking;
}

void
mirror_close(struct mirror *m)
{
	if (m == NULL || (m->started && !end_thread(m)))
		return;
	remote_close(m->remote);
	catalog_close(m->catalog);
	for (size_t i = 0; i < m->n; i++)
		free(m->ref[i]);
	mutex_release(&m->lock);
	cond_release(&m->wake);
	cond_release(&m->idle);
	arena_free(&m->arena);
	free(m);
}
