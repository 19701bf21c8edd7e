/*
 * Trees put into the work tree: first all that differs is looked at, then
 * files are written under temporary names, synced and renamed, many at a time.
 */
#define _GNU_SOURCE
#include "store/tree/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/beneath.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/pool.h"
#include "base/rng.h"
#include "store/internal.h"
#include "store/statcache.h"
#include "store/tree/snapshot.h"
#include "store/worktree.h"

#define BATCH 2048		/* files that share a sync */
#define BLOCK ((size_t)1 << 18)

struct action {
	const char *path;	/* below the folder; a folder's ends in "/" */
	struct tree_entry want;	/* kind 0: nothing is to be there */
	bool occupied;		/* something lies there now */
	char temp[24];
	struct err err;
};

struct restore {
	struct repo *repo;
	const char *path;	/* of the folder, from the work tree's top */
	bool force, all_stored;
	struct tree_restored *done;
	struct arena arena;
	struct action *v;
	size_t n, room;
	struct pool *pool;
	int top;		/* the folder */
	int temp;		/* where files are written first */
	int parent;		/* the folder of the last path, or -1 */
	const char *parent_path;
	size_t parent_n;
	struct action *batch;
};

/* --- what differs ---------------------------------------------------------- */

/* May what lies there go? */
static int
check_stored(struct restore *r, const struct tree_change *c, struct err *e)
{
	if (r->force || r->all_stored || c->now->kind == TREE_FOLDER)
		return 0;
	if (c->now->kind != TREE_LINK && odb_has(r->repo->odb, &c->now->id))
		return 0;
	return err_set(e, ERR_EXISTS, "'%s/%s' was changed, and that is stored "
	    "nowhere: 'mlv-data add' keeps it, --force gives it up", r->path,
	    c->path);
}

static int
plan_change(void *ctx, const struct tree_change *c, struct err *e)
{
	struct restore *r = ctx;
	struct action *a;

	if (c->now && check_stored(r, c, e) < 0)
		return -1;
	r->v = arena_grow(&r->arena, r->v, r->n, &r->room, sizeof(*r->v));
	a = &r->v[r->n++];
	*a = (struct action){ .path = arena_strdup(&r->arena, c->path),
	    .occupied = c->now != NULL };
	if (c->old == NULL)
		return 0;
	a->want = *c->old;
	a->want.name = NULL;
	if (c->old->kind == TREE_LINK)
		a->want.target = arena_strndup(&r->arena, c->old->target,
		    c->old->target_n);
	return 0;
}

/* --- places ---------------------------------------------------------------- */

static int
err_place(const struct restore *r, const char *what, const char *path,
    struct err *e)
{
	return err_sys(e, "cannot %s '%s/%s'", what, r->path, path);
}

static void
leave_parent(struct restore *r)
{
	if (r->parent >= 0 && r->parent != r->top)
		close(r->parent);
	r->parent = -1;
}

/* The folder that `path` is in becomes r->parent; no link is followed.  With
 * `make` it is made.  0, or -1 with errno in *e. */
static int
enter_parent(struct restore *r, const char *path, size_t n, bool make,
    struct err *e)
{
	char name[256];
	int next;

	if (r->parent >= 0 && r->parent_n == n &&
	    memcmp(r->parent_path, path, n) == 0)
		return 0;
	leave_parent(r);
	r->parent = r->top;
	for (size_t at = 0; at < n;) {
		size_t len = strcspn(path + at, "/");

		snprintf(name, sizeof(name), "%.*s", (int)len, path + at);
		next = openat(r->parent, name, O_RDONLY | O_DIRECTORY |
		    O_NOFOLLOW | O_CLOEXEC);
		if (next < 0 && errno == ENOENT && make &&
		    mkdirat(r->parent, name, 0777) == 0)
			next = openat(r->parent, name, O_RDONLY | O_DIRECTORY |
			    O_NOFOLLOW | O_CLOEXEC);
		if (next < 0) {
			err_place(r, "open the folder of", path, e);
			leave_parent(r);
			return -1;
		}
		leave_parent(r);
		r->parent = next;
		at += len + 1;
	}
	r->parent_path = path;
	r->parent_n = n;
	return 0;
}

/* Where the last name of a path begins; a folder's slash is no part of it. */
static size_t
base_of(const char *path, size_t n)
{
	while (n && path[n - 1] != '/')
		n--;
	return n;
}

static int
enter_for(struct restore *r, const char *path, bool make, const char **base,
    struct err *e)
{
	size_t n = base_of(path, strlen(path));

	*base = path + n;
	return enter_parent(r, path, n ? n - 1 : 0, make, e);
}

/* --- removed --------------------------------------------------------------- */

static int
remove_file(struct restore *r, const struct action *a, struct err *e)
{
	const char *base;

	if (enter_for(r, a->path, false, &base, e) < 0)
		return -1;
	if (unlinkat(r->parent, base, 0) < 0 && errno != ENOENT)
		return err_place(r, "remove", a->path, e);
	r->done->removed++;
	return 0;
}

/* One that holds what is ignored stays. */
static int
remove_folder(struct restore *r, const struct action *a, struct err *e)
{
	size_t n = strlen(a->path) - 1, at = base_of(a->path, n);
	char name[256];

	if (enter_parent(r, a->path, at ? at - 1 : 0, false, e) < 0)
		return -1;
	snprintf(name, sizeof(name), "%.*s", (int)(n - at), a->path + at);
	if (unlinkat(r->parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT &&
	    errno != ENOTEMPTY && errno != EEXIST)
		return err_place(r, "remove", a->path, e);
	return 0;
}

static int
remove_all(struct restore *r, struct err *e)
{
	int result = 0;

	/* what is in a folder comes after it, so the other way round */
	for (size_t i = r->n; result == 0 && i-- > 0;) {
		const struct action *a = &r->v[i];

		if (a->want.kind != 0)
			continue;
		result = a->path[strlen(a->path) - 1] == '/' ?
		    remove_folder(r, a, e) : remove_file(r, a, e);
	}
	leave_parent(r);
	return result;
}

/* --- written --------------------------------------------------------------- */

static int
copy_object(int fd, struct restore *r, const struct oid *id, char *block,
    const char *name, struct err *e)
{
	struct source from;
	int64_t got = -1;

	if (odb_get_source(&from, r->repo->odb, id, e) < 0)
		return -1;
	while ((got = source_read(&from, block, BLOCK, e)) > 0)
		if (file_write_fd(r->repo->os, fd, block, (size_t)got, name,
		    e) < 0) {
			got = -1;
			break;
		}
	source_close(&from);
	return got < 0 ? -1 : 0;
}

static void
write_temp(void *ctx, size_t part, int worker)
{
	struct restore *r = ctx;
	struct action *a = &r->batch[part];
	uint64_t number;
	char *block;
	int fd;

	(void)worker;
	if (a->want.kind != TREE_FILE && a->want.kind != TREE_EXEC)
		return;
	rng_system(&number, sizeof(number));
	snprintf(a->temp, sizeof(a->temp), "%016llx.tmp",
	    (unsigned long long)number);
	fd = openat(r->temp, a->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    a->want.kind == TREE_EXEC ? 0777 : 0666);
	if (fd < 0) {
		err_place(r, "write", a->path, &a->err);
		a->temp[0] = '\0';
		return;
	}
	block = xalloc(1, BLOCK);
	(void)copy_object(fd, r, &a->want.id, block, a->path, &a->err);
	free(block);
	if (close(fd) < 0 && a->err.code == ERR_NONE)
		err_place(r, "write", a->path, &a->err);
}

/* Nobody put something there that was not looked at. */
static int
check_free(struct restore *r, const struct action *a, const char *base,
    struct err *e)
{
	struct stat st;

	if (a->occupied || r->force ||
	    fstatat(r->parent, base, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return err_set(e, ERR_EXISTS, "'%s/%s' is in the way: it was made "
	    "meanwhile, or .mlvignore names it; move it, or --force gives it "
	    "up", r->path, a->path);
}

static void
remember(struct restore *r, const struct action *a, const char *base,
    const struct timespec *begun)
{
	struct stat st;
	char *full;

	/* whoever writes to it from now on gives it another mtime */
	if (fstatat(r->parent, base, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    st.st_mtim.tv_sec > begun->tv_sec ||
	    (st.st_mtim.tv_sec == begun->tv_sec &&
	    st.st_mtim.tv_nsec >= begun->tv_nsec))
		return;
	full = path_join(r->path, a->path);
	stat_cache_add(worktree_cache(r->repo), full, &st, &a->want.id);
	free(full);
}

static int
name_one(struct restore *r, struct action *a, const struct timespec *begun,
    struct err *e)
{
	const char *base;

	if (a->err.code != ERR_NONE) {
		*e = a->err;
		return -1;
	}
	if (a->want.kind == TREE_FOLDER)
		return enter_parent(r, a->path, strlen(a->path) - 1, true, e);
	if (enter_for(r, a->path, true, &base, e) < 0 ||
	    check_free(r, a, base, e) < 0)
		return -1;
	r->done->written++;
	if (a->want.kind == TREE_LINK) {
		if (unlinkat(r->parent, base, 0) < 0 && errno != ENOENT)
			return err_place(r, "replace", a->path, e);
		if (symlinkat(a->want.target, r->parent, base) < 0)
			return err_place(r, "make the link", a->path, e);
		return 0;
	}
	if (renameat(r->temp, a->temp, r->parent, base) < 0)
		return err_place(r, "replace", a->path, e);
	a->temp[0] = '\0';
	remember(r, a, base, begun);
	return 0;
}

static int
sync_all(struct restore *r, struct err *e)
{
	return syncfs(r->top) < 0 ? err_sys(e, "cannot sync '%s'", r->path) : 0;
}

static int
write_batch(struct restore *r, size_t from, size_t n, struct err *e)
{
	struct timespec begun;
	int result;

	r->batch = r->v + from;
	pool_run(r->pool, n, write_temp, r);
	result = sync_all(r, e);
	clock_gettime(CLOCK_REALTIME_COARSE, &begun);
	for (size_t i = 0; i < n; i++) {
		struct action *a = &r->batch[i];

		if (result == 0 && a->want.kind != 0)
			result = name_one(r, a, &begun, e);
		if (a->temp[0])
			(void)unlinkat(r->temp, a->temp, 0);
	}
	leave_parent(r);
	return result;
}

static int
apply_all(struct restore *r, struct err *e)
{
	int result = remove_all(r, e);

	for (size_t i = 0; result == 0 && i < r->n; i += BATCH)
		result = write_batch(r, i, r->n - i < BATCH ? r->n - i : BATCH,
		    e);
	return result == 0 ? sync_all(r, e) : -1;
}

/* --- all of it ------------------------------------------------------------- */

static int
open_folders(struct restore *r, struct err *e)
{
	char *full = path_join(r->repo->top, r->path);
	char *tmp = repo_temp(r->repo);
	struct stat a, b;
	int result = -1;

	if (file_make_folders(r->repo->os, full, e) == 0 &&
	    file_make_folders(r->repo->os, tmp, e) == 0) {
		r->top = open(full, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		    O_CLOEXEC);
		r->temp = beneath_open_file(tmp, O_RDONLY | O_DIRECTORY |
		    O_NOFOLLOW, 0);
		if (r->top < 0 || r->temp < 0 || fstat(r->top, &a) < 0 ||
		    fstat(r->temp, &b) < 0)
			err_sys(e, "cannot open folder '%s'", r->path);
		else
			result = 0;
		/* a rename does not lead to another file system */
		if (result == 0 && a.st_dev != b.st_dev) {
			close(r->temp);
			r->temp = dup(r->top);
		}
	}
	free(tmp);
	free(full);
	return result;
}

static int
restore_all(struct restore *r, struct err *e)
{
	r->pool = pool_new(0);
	return open_folders(r, e) < 0 ? -1 : apply_all(r, e);
}

static void
restore_release(struct restore *r)
{
	pool_free(r->pool);
	if (r->top >= 0)
		close(r->top);
	if (r->temp >= 0)
		close(r->temp);
	arena_free(&r->arena);
}

/* Is all that lies there a version?  Then any of it may go. */
static bool
is_stored(struct repo *repo, const char *path)
{
	struct err ignored = ERR_INIT;
	struct tree_total total;
	struct oid id;

	return tree_hash_folder(&id, &total, repo, path, &ignored) == 0 &&
	    odb_has(repo->odb, &id);
}

/* What lies at `path` now as an entry; kind 0: nothing. */
static int
look_at_entry(struct tree_entry *now, char *target, size_t room,
    struct repo *repo, const char *path, struct err *e)
{
	char *full = path_join(repo->top, path);
	struct stat st;
	uint64_t size;
	ssize_t n;
	int r = 0;

	*now = (struct tree_entry){ .n = 0 };
	if (lstat(full, &st) < 0) {
		r = errno == ENOENT ? 0 : err_sys(e, "cannot look at '%s'",
		    path);
	} else if (S_ISLNK(st.st_mode)) {
		n = readlink(full, target, room);
		now->kind = TREE_LINK;
		now->target = target;
		now->target_n = n < 0 ? 0 : (size_t)n;
	} else if (S_ISREG(st.st_mode)) {
		now->kind = st.st_mode & 0100 ? TREE_EXEC : TREE_FILE;
		r = worktree_hash_file(&now->id, &size, repo, full, e);
	} else {
		r = err_set(e, ERR_EXISTS, "'%s' is %s, which is not replaced "
		    "by a file", path, S_ISDIR(st.st_mode) ? "a folder" :
		    "no regular file");
	}
	free(full);
	return r;
}

int
tree_restore_entry(struct tree_restored *done, struct repo *repo,
    const struct tree_entry *want, const char *path, bool force,
    struct err *e)
{
	char *folder = path_folder(path), target[4096];
	struct restore r = { .repo = repo, .path = folder, .force = force,
	    .all_stored = force, .done = done, .top = -1, .temp = -1,
	    .parent = -1 };
	struct tree_entry now;
	int result;

	memset(done, 0, sizeof(*done));
	result = look_at_entry(&now, target, sizeof(target), repo, path, e);
	if (result == 0 && !(now.kind && tree_same(want, &now)))
		result = plan_change(&r, &(struct tree_change){
		    path_base(path), want, now.kind ? &now : NULL }, e);
	if (result == 0 && r.n)
		result = restore_all(&r, e);
	restore_release(&r);
	free(folder);
	return result;
}

int
tree_restore(struct tree_restored *done, struct repo *repo,
    const struct oid *id, const char *path, bool force, struct err *e)
{
	struct restore r = { .repo = repo, .path = path, .force = force,
	    .done = done, .top = -1, .temp = -1, .parent = -1 };
	int result;

	memset(done, 0, sizeof(*done));
	r.all_stored = force || is_stored(repo, path);
	result = tree_diff_folder(repo, id, path, plan_change, &r, e);
	if (result == 0)
		result = restore_all(&r, e);
	restore_release(&r);
	return result;
}
