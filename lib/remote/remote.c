/* A remote of a repository: opened, read, named in its messages. */
#include "remote/remote.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "remote/config.h"
#include "remote/internal.h"
#include "remote/lanes.h"
#include "store/ref.h"

#define LOCK_MS 30000

const char *
remote_fate_text(enum remote_fate f)
{
	static const char *const text[] = { "pushed", "pulled", "fetched",
	    "renumbered", "refused", "conflict" };

	return text[f];
}

/* A URL that has no name keeps its cache under its hash. */
static char *
cache_name(const char *url)
{
	char hex[OID_HEX + 1];
	struct oid id;

	oid_of(&id, url, strlen(url));
	return xprintf("url-%.16s", oid_hex(hex, &id));
}

/* cache/remotes/NAME belongs to one URL: another has other records. */
static int
open_cache(struct remote *r, struct err *e)
{
	char *all = repo_path(r->repo, "cache/remotes");
	char *own = cache_name(r->url);
	int result = -1;

	r->cache = path_join(all, own);
	if (file_make_folders(repo_os(r->repo), r->cache, e) == 0 &&
	    file_check_folder(all, e) == 0)
		result = file_check_folder(r->cache, e);
	free(own);
	free(all);
	return result;
}

int
remote_folder(char **path, struct remote *r, const char *name, struct err *e)
{
	*path = path_join(r->cache, name);
	if (file_make_folders(repo_os(r->repo), *path, e) == 0 &&
	    file_check_folder(*path, e) == 0)
		return 0;
	free(*path);
	*path = NULL;
	return -1;
}

int
remote_open(struct remote **out, struct catalog *c, const char *name,
    const struct remote_environment *env, struct err *e)
{
	struct remote_list l = { .n = 0 };
	const struct remote_entry *found;
	struct remote *r = xalloc(1, sizeof(*r));
	int result = -1;

	r->c = c;
	r->env = *env;
	mutex_init(&r->ticking);
	r->repo = catalog_repo(c);
	if (name && strchr(name, '/')) {
		r->name = xstrdup(name);
		r->url = xstrdup(name);
	} else if (remote_list_read(&l, r->repo, e) < 0 ||
	    remote_list_find(&found, &l, name, e) < 0) {
		goto done;
	} else {
		r->name = xstrdup(found->name);
		r->url = xstrdup(found->url);
	}
	if (open_cache(r, e) < 0)
		goto done;
	if (transport_open(&r->t, r->url, env, e) < 0) {
		err_wrap(e, "remote '%s'", r->name);
		goto done;
	}
	*out = r;
	result = 0;
done:
	remote_list_release(&l);
	if (result < 0)
		remote_close(r);
	return result;
}

void
remote_close(struct remote *r)
{
	if (r == NULL)
		return;
	known_release(&r->known);
	remote_state_release(&r->state);
	lanes_close(r);
	transport_free(r->t);
	mutex_release(&r->ticking);
	free(r->cache);
	free(r->name);
	free(r->url);
	free(r);
}

const char *
remote_name(const struct remote *r)
{
	return r->name;
}

static int
read_once(struct remote *r, const char *records, const char *indexes,
    struct err *e)
{
	known_release(&r->known);
	remote_state_release(&r->state);
	e->code = ERR_NONE;
	if (remote_state_read(&r->state, r->t, records, e) < 0)
		return -1;
	if (known_read(&r->known, &r->state, r->t, indexes, e) == 0)
		return 0;
	remote_state_recheck(&r->state, r->t, e);
	return -1;
}

int
remote_refresh(struct remote *r, struct err *e)
{
	char *records = NULL, *indexes = NULL;
	int result = -1, tries = 0;

	if (remote_folder(&records, r, "records", e) == 0 &&
	    remote_folder(&indexes, r, "index", e) == 0)
		do {
			result = read_once(r, records, indexes, e);
		} while (result < 0 && e->code == ERR_MOVED &&
		    ++tries < REMOTE_TRIES);
	free(records);
	free(indexes);
	return result;
}

int
remote_wrap(const struct remote *r, struct err *e)
{
	char head[300];

	snprintf(head, sizeof(head), "remote '%s'", r->name);
	return strstr(e->msg, head) ? -1 : err_wrap(e, "%s", head);
}

int
remote_lock(struct remote *r, const struct remote_request *rq,
    const char *verb, struct err *e)
{
	char *path = path_join(r->cache, "lock");
	int result = file_open_own(&r->lock, os_real(), path,
	    O_RDWR | O_CREAT, 0666, e);

	free(path);
	if (result < 0)
		return -1;
	r->progress = rq->progress;
	r->verb = verb;
	r->since = clock_mono_us();
	r->carried = r->expected = 0;
	if (file_lock(r->lock, FILE_EXCLUSIVE, 0, 0, LOCK_MS, e) == 0)
		return 0;
	if (e->code == ERR_BUSY)
		err_set(e, ERR_BUSY, "another push or pull of this repository "
		    "is at work with remote '%s'; try again", r->name);
	remote_unlock(r);
	return -1;
}

void
remote_unlock(struct remote *r)
{
	close(r->lock);
	r->lock = -1;
}

int
remote_prove(struct remote *r, struct err *e)
{
	char *path = path_join(r->cache, "proven");
	int result = 0;

	if (r->t->ops->prove && access(path, F_OK) != 0) {
		result = r->t->ops->prove(r->t, e);
		if (result == 0)
			result = file_replace_own(os_real(), path, "", 0,
			    0666, e);
	}
	free(path);
	return result;
}

void
remote_tick(struct remote *r, uint64_t bytes)
{
	int64_t us = clock_mono_us() - r->since;
	char what[200];

	mutex_lock(&r->ticking);
	r->carried += bytes;
	if (r->progress && us > 0) {
		snprintf(what, sizeof(what), "%s %.30s %.1f MB/s", r->verb,
		    r->name, (double)r->carried / (double)us);
		progress_tick(r->progress, what, r->carried, r->expected);
	}
	mutex_unlock(&r->ticking);
}

void
compare_values(struct comparison *c, const struct ref *here,
    const struct remote_ref *there)
{
	size_t n = there ? there->n : 0, i = 0;

	while (i < here->n && i < n &&
	    (here->value[i].number == 0) == (there->value[i].number == 0) &&
	    oid_eq(&here->value[i].id, &there->value[i].id))
		i++;
	*c = (struct comparison){ .common = i, .ours = here->n - i,
	    .theirs = n - i };
}

char *
ref_words(struct arena *a, const char *ref)
{
	int kind = (int)strcspn(ref, "/");

	return arena_printf(a, "%.*s:%s", kind, ref, ref + kind + 1);
}
