/*
 * Trees put into the work tree: first all that differs is looked at, then
 * files are written under temporary names, synced and renamed, many at a time.
 * A folder that is not there yet is written as a whole and renamed once.
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

/* What shares a sync, and the largest folder that is renamed as a whole: a
 * kill loses no more than that. */
#define BATCH_FILES ((size_t)1 << 16)
#define BATCH_BYTES ((uint64_t)1 << 30)
#define PART 32			/* files that a thread takes at a time */
#define BLOCK ((size_t)1 << 18)
#define SMALL_MAX ((uint64_t)1 << 20)	/* read at once */
#define TEMP_NAME 24		/* "0123456789abcdef.tmp" */

struct action {
	const char *path;	/* below the folder; a folder's ends in "/" */
	struct tree_entry want;	/* kind 0: nothing is to be there */
	bool occupied;		/* something lies there now */
	/* It is written as temp/NUMBER.tmp, or, when it is in a folder that
	 * is, as path + prefix below that. */
	uint64_t number;
	size_t prefix;		/* bytes of the path; 0: not in such a folder */
	bool written;		/* there is a temporary one */
};

struct restore_worker {
	struct buf plain;
	char *block;		/* made when first needed */
	struct err err;		/* its first, of action `at` of the batch */
	size_t at;
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
	uint64_t number;	/* of the next temporary name */
	struct restore_worker *worker;
	/* of the batch */
	struct action *batch;
	struct stat *st;	/* as it was written; st_ino 0: not known */
	size_t n_batch;
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

static char *
temp_path(const struct action *a)
{
	return a->prefix ? xprintf("%016llx.tmp/%s",
	    (unsigned long long)a->number, a->path + a->prefix) :
	    xprintf("%016llx.tmp", (unsigned long long)a->number);
}

static int
copy_small(int fd, struct restore *r, struct restore_worker *w,
    const struct action *a, struct err *e)
{
	buf_clear(&w->plain);
	if (odb_get(&w->plain, r->repo->odb, &a->want.id, e) < 0)
		return -1;
	return file_write_fd(r->repo->os, fd, w->plain.data, w->plain.len,
	    a->path, e);
}

static int
copy_large(int fd, struct restore *r, struct restore_worker *w,
    const struct action *a, struct err *e)
{
	struct source from;
	int64_t got = -1;

	if (w->block == NULL)
		w->block = xalloc(1, BLOCK);
	if (odb_get_source(&from, r->repo->odb, &a->want.id, e) < 0)
		return -1;
	while ((got = source_read(&from, w->block, BLOCK, e)) > 0)
		if (file_write_fd(r->repo->os, fd, w->block, (size_t)got,
		    a->path, e) < 0) {
			got = -1;
			break;
		}
	source_close(&from);
	return got < 0 ? -1 : 0;
}

static int
write_temp(struct restore *r, struct restore_worker *w, size_t i,
    struct err *e)
{
	struct action *a = &r->batch[i];
	char *temp = temp_path(a);
	int result, fd = openat(r->temp, temp, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, a->want.kind == TREE_EXEC ? 0777 : 0666);

	free(temp);
	if (fd < 0)
		return err_place(r, "write", a->path, e);
	a->written = true;
	result = a->want.bytes <= SMALL_MAX ? copy_small(fd, r, w, a, e) :
	    copy_large(fd, r, w, a, e);
	if (fstat(fd, &r->st[i]) < 0)
		r->st[i].st_ino = 0;
	if (close(fd) < 0 && result == 0)
		result = err_place(r, "write", a->path, e);
	return result;
}

static void
write_part(void *ctx, size_t part, int worker)
{
	struct restore *r = ctx;
	struct restore_worker *w = &r->worker[worker];
	size_t end = (part + 1) * PART < r->n_batch ? (part + 1) * PART :
	    r->n_batch;

	for (size_t i = part * PART; i < end && w->err.code == ERR_NONE; i++) {
		enum tree_kind kind = r->batch[i].want.kind;

		w->at = i;
		if (kind == TREE_FILE || kind == TREE_EXEC)
			(void)write_temp(r, w, i, &w->err);
	}
}

/* Folders and links in a folder that is written as a whole. */
static int
make_temp(struct restore *r, struct action *a, struct err *e)
{
	char *temp;
	int done;

	if (a->want.kind != TREE_FOLDER &&
	    (a->want.kind != TREE_LINK || a->prefix == 0))
		return 0;
	temp = temp_path(a);
	done = a->want.kind == TREE_LINK ?
	    symlinkat(a->want.target, r->temp, temp) :
	    mkdirat(r->temp, temp, 0777);
	free(temp);
	if (done < 0)
		return err_place(r, "write", a->path, e);
	a->written = true;
	return 0;
}

static void
drop_temp(struct restore *r, struct action *a)
{
	char *temp;

	if (!a->written)
		return;
	temp = temp_path(a);
	(void)unlinkat(r->temp, temp,
	    a->want.kind == TREE_FOLDER ? AT_REMOVEDIR : 0);
	free(temp);
	a->written = false;
}

/* --- named ----------------------------------------------------------------- */

static int
err_in_the_way(const struct restore *r, const struct action *a,
    struct err *e)
{
	return err_set(e, ERR_EXISTS, "'%s/%s' is in the way: it was made "
	    "meanwhile, or .mlvignore names it; move it, or --force gives it "
	    "up", r->path, a->path);
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
	return err_in_the_way(r, a, e);
}

static void
remember(struct restore *r, const struct action *a, const struct stat *st,
    const struct timespec *begun)
{
	char *full;

	/* whoever writes to it from now on gives it another mtime */
	if (st->st_ino == 0 || st->st_mtim.tv_sec > begun->tv_sec ||
	    (st->st_mtim.tv_sec == begun->tv_sec &&
	    st->st_mtim.tv_nsec >= begun->tv_nsec))
		return;
	full = path_join(r->path, a->path);
	stat_cache_add(worktree_cache(r->repo), full, st, &a->want.id);
	free(full);
}

static int
name_file(struct restore *r, struct action *a, const char *base,
    const struct timespec *begun, struct err *e)
{
	char *temp = temp_path(a);
	int done = renameat(r->temp, temp, r->parent, base);
	struct stat st;

	free(temp);
	if (done < 0)
		return err_place(r, "replace", a->path, e);
	a->written = false;
	/* its new name gave it another ctime */
	if (fstatat(r->parent, base, &st, AT_SYMLINK_NOFOLLOW) == 0)
		remember(r, a, &st, begun);
	return 0;
}

static int
name_one(struct restore *r, struct action *a, const struct timespec *begun,
    struct err *e)
{
	const char *base;

	if (a->want.kind == TREE_FOLDER)
		return enter_parent(r, a->path, strlen(a->path) - 1, true, e);
	if (enter_for(r, a->path, true, &base, e) < 0 ||
	    check_free(r, a, base, e) < 0)
		return -1;
	r->done->written++;
	if (a->want.kind != TREE_LINK)
		return name_file(r, a, base, begun, e);
	if (unlinkat(r->parent, base, 0) < 0 && errno != ENOENT)
		return err_place(r, "replace", a->path, e);
	if (symlinkat(a->want.target, r->parent, base) < 0)
		return err_place(r, "make the link", a->path, e);
	return 0;
}

/* How many actions from this one on are in its folder, itself counted. */
static size_t
count_below(const struct restore *r, size_t i)
{
	size_t n = strlen(r->v[i].path), k = i + 1;

	while (k < r->n && strncmp(r->v[k].path, r->v[i].path, n) == 0)
		k++;
	return k - i;
}

/* May the folder be written elsewhere and get its name as a whole? */
static bool
is_whole(const struct action *a)
{
	return a->want.kind == TREE_FOLDER && !a->occupied &&
	    a->want.files <= BATCH_FILES && a->want.bytes <= BATCH_BYTES;
}

/* A whole folder, n actions from `at` in the batch.  *named: it is done. */
static int
name_folder(bool *named, struct restore *r, size_t at, size_t n,
    const struct timespec *begun, struct err *e)
{
	struct action *a = &r->batch[at];
	size_t len = strlen(a->path) - 1, base = base_of(a->path, len);
	char name[256], *temp;

	*named = false;
	if (enter_parent(r, a->path, base ? base - 1 : 0, true, e) < 0)
		return -1;
	snprintf(name, sizeof(name), "%.*s", (int)(len - base),
	    a->path + base);
	temp = temp_path(a);
	*named = renameat2(r->temp, temp, r->parent, name,
	    RENAME_NOREPLACE) == 0;
	free(temp);
	/* something lies there after all, or the file system cannot */
	if (!*named)
		return 0;
	for (size_t i = at; i < at + n; i++) {
		r->batch[i].written = false;
		if (r->batch[i].want.kind == TREE_FOLDER)
			continue;
		r->done->written++;
		if (r->batch[i].want.kind != TREE_LINK)
			remember(r, &r->batch[i], &r->st[i], begun);
	}
	return 0;
}

static int
name_batch(struct restore *r, struct err *e)
{
	struct timespec begun;
	int result = 0;

	clock_gettime(CLOCK_REALTIME_COARSE, &begun);
	for (size_t i = 0; result == 0 && i < r->n_batch;) {
		struct action *a = &r->batch[i];
		size_t n = 1;
		bool named = a->want.kind == 0;

		if (!named && a->written && a->want.kind == TREE_FOLDER &&
		    a->path[a->prefix] == '\0') {
			n = count_below(r, (size_t)(a - r->v));
			result = name_folder(&named, r, i, n, &begun, e);
			n = named ? n : 1;
		}
		if (result == 0 && !named)
			result = name_one(r, a, &begun, e);
		i += n;
	}
	return result;
}

/* --- in batches ------------------------------------------------------------ */

static int
sync_all(struct restore *r, struct err *e)
{
	return syncfs(r->top) < 0 ? err_sys(e, "cannot sync '%s'", r->path) : 0;
}

/* From action `from` on, how many share a sync; each gets the name that it is
 * written under. */
static size_t
choose_batch(struct restore *r, size_t from)
{
	uint64_t bytes = 0;
	size_t i = from;

	while (i < r->n) {
		struct action *a = &r->v[i];
		bool whole = is_whole(a);
		size_t n = whole ? count_below(r, i) : 1;

		if (i > from && (i + n - from > BATCH_FILES ||
		    bytes + a->want.bytes > BATCH_BYTES))
			break;
		bytes += a->want.kind == TREE_FOLDER && !whole ? 0 :
		    a->want.bytes;
		for (size_t k = i; k < i + n; k++) {
			r->v[k].number = r->number;
			r->v[k].prefix = whole ? strlen(a->path) : 0;
		}
		r->number++;
		i += n;
	}
	return i - from;
}

/* The files of the batch, by all threads; of several errors the first. */
static int
write_temps(struct restore *r, struct err *e)
{
	const struct restore_worker *first = NULL;

	pool_run(r->pool, (r->n_batch + PART - 1) / PART, write_part, r);
	for (int i = 0; i < pool_threads(r->pool); i++) {
		const struct restore_worker *w = &r->worker[i];

		if (w->err.code != ERR_NONE && (first == NULL ||
		    w->at < first->at))
			first = w;
	}
	if (first == NULL)
		return 0;
	*e = first->err;
	return -1;
}

static int
write_batch(struct restore *r, size_t from, size_t n, struct err *e)
{
	int result = 0;

	r->batch = r->v + from;
	r->n_batch = n;
	r->st = xalloc(n, sizeof(*r->st));
	for (size_t i = 0; result == 0 && i < n; i++)
		if (r->batch[i].prefix)
			result = make_temp(r, &r->batch[i], e);
	if (result == 0)
		result = write_temps(r, e);
	if (result == 0)
		result = sync_all(r, e);
	if (result == 0)
		result = name_batch(r, e);
	/* what is in a folder comes after it */
	for (size_t i = n; i-- > 0;)
		drop_temp(r, &r->batch[i]);
	leave_parent(r);
	free(r->st);
	return result;
}

static int
apply_all(struct restore *r, struct err *e)
{
	int result = remove_all(r, e);
	size_t n;

	rng_system(&r->number, sizeof(r->number));
	for (size_t i = 0; result == 0 && i < r->n; i += n) {
		n = choose_batch(r, i);
		result = write_batch(r, i, n, e);
	}
	if (result == 0 && (result = sync_all(r, e)) < 0)
		e->code = ERR_UNPROVEN;	/* all of it has its name */
	return result;
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
	r->worker = xalloc((size_t)pool_threads(r->pool), sizeof(*r->worker));
	for (int i = 0; i < pool_threads(r->pool); i++)
		buf_init(&r->worker[i].plain, 2 * SMALL_MAX);
	return open_folders(r, e) < 0 ? -1 : apply_all(r, e);
}

static void
restore_release(struct restore *r)
{
	for (int i = 0; r->pool && i < pool_threads(r->pool); i++) {
		buf_free(&r->worker[i].plain);
		free(r->worker[i].block);
	}
	free(r->worker);
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
