/*
 * A folder of the work tree read: names, then the files in batches, hashed
 * and compressed by several threads.
 */
#define _GNU_SOURCE
#include "store/tree/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/pool.h"
#include "codec/gitignore.h"
#include "codec/zst.h"
#include "store/internal.h"
#include "store/worktree.h"
#include "store/pack/pack_writer.h"
#include "store/pack/packs.h"
#include "store/statcache.h"

#define LEVEL 1			/* of Zstandard */
#define BATCH 1024		/* files that the threads share at a time */
#define PART 32			/* of them, that one takes at a time */
#define SMALL_MAX ((uint64_t)1 << 20)	/* larger files are read alone */
#define IGNORE_NAME ".mlvignore"
#define IGNORE_MAX ((size_t)1 << 20)

struct file_worker {
	struct buf plain;
	struct zst_block *zst;
	struct sha256 *sha;
	size_t near;		/* in the stat cache */
};

struct file_job {
	struct tree_entry *entry;
	char *path;		/* from the work tree's top */
	struct stat st;
	bool known;		/* by the stat cache */
	bool large;		/* not read yet */
	bool add;		/* `stored` is to be put */
	struct pack_entry pack;
	struct buf stored;
	struct err err;
};

struct folder_reader {
	struct repo *repo;
	bool put;
	struct pool *pool;
	struct file_worker *worker;
	struct file_job job[BATCH];
	size_t n_jobs;
	int fd;			/* the folder that the jobs are in */
	struct timespec begun;	/* before any of them was looked at */
};

struct folder_scope {
	struct folder_scope *above;	/* borrowed, unless owned */
	bool owns_above;
	struct gitignore *list;	/* or NULL */
	size_t prefix;		/* bytes of a path that lead to its folder */
};

struct folder_reader *
folder_reader_new(struct repo *repo, bool put)
{
	struct folder_reader *f = xalloc(1, sizeof(*f));

	f->repo = repo;
	f->put = put;
	f->pool = pool_new(0);
	f->worker = xalloc((size_t)pool_threads(f->pool), sizeof(*f->worker));
	for (int i = 0; i < pool_threads(f->pool); i++) {
		buf_init(&f->worker[i].plain, 2 * SMALL_MAX);
		f->worker[i].zst = zst_block_new(LEVEL);
		f->worker[i].sha = sha256_new();
	}
	(void)worktree_cache(repo);
	return f;
}

void
folder_reader_free(struct folder_reader *f)
{
	if (f == NULL)
		return;
	for (int i = 0; i < pool_threads(f->pool); i++) {
		buf_free(&f->worker[i].plain);
		zst_block_free(f->worker[i].zst);
		sha256_free(f->worker[i].sha);
	}
	pool_free(f->pool);
	free(f->worker);
	free(f);
}

/* --- what is left out ------------------------------------------------------ */

static int
read_ignore_file(struct gitignore **list, int folder, const char *path,
    struct err *e)
{
	int fd = openat(folder, IGNORE_NAME, O_RDONLY | O_CLOEXEC |
	    O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	struct buf b;
	int r = 0;

	*list = NULL;
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		return err_set(e, ERR_FORMAT, "'%s%s" IGNORE_NAME "' is no "
		    "regular file that can be read", path, *path ? "/" : "");
	}
	buf_init(&b, IGNORE_MAX);
	r = file_read_fd(&b, fd, IGNORE_NAME, e);
	if (r == 0)
		*list = gitignore_new(b.data, b.len);
	buf_free(&b);
	close(fd);
	return r;
}

static bool
is_ignored(const struct folder_scope *scope, const char *path, bool is_folder)
{
	for (; scope; scope = scope->above) {
		enum gitignore_verdict v = scope->list ?
		    gitignore_match(scope->list, path + scope->prefix,
		    is_folder) : GITIGNORE_NONE;

		if (v != GITIGNORE_NONE)
			return v == GITIGNORE_YES;
	}
	return false;
}

void
folder_scope_free(struct folder_scope *scope)
{
	if (scope == NULL)
		return;
	if (scope->owns_above)
		folder_scope_free(scope->above);
	gitignore_free(scope->list);
	free(scope);
}

/* --- opened ---------------------------------------------------------------- */

static int
scope_of(struct folder_scope **scope, struct folder_scope *above, int fd,
    const char *path, struct err *e)
{
	struct folder_scope *s = xalloc(1, sizeof(*s));

	s->above = above;
	s->prefix = *path ? strlen(path) + 1 : 0;
	if (read_ignore_file(&s->list, fd, path, e) < 0) {
		free(s);
		return -1;
	}
	*scope = s;
	return 0;
}

int
folder_open_in(int *fd, struct folder_scope **scope,
    struct folder_scope *above, int above_fd, const char *name,
    const char *path, struct err *e)
{
	*fd = openat(above_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (*fd < 0)
		return err_sys(e, "cannot open folder '%s'", path);
	if (scope_of(scope, above, *fd, path, e) < 0) {
		close(*fd);
		return -1;
	}
	return 0;
}

int
folder_open(int *fd, struct folder_scope **scope, struct folder_reader *f,
    const char *path, struct err *e)
{
	struct folder_scope *here = NULL, *next;
	const char *at = path;
	int in, r = 0;

	*fd = open(f->repo->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0)
		return err_sys(e, "cannot open folder '%s'", f->repo->top);
	if ((r = scope_of(&here, NULL, *fd, "", e)) < 0)
		here = NULL;
	while (r == 0 && *at) {
		size_t n = strcspn(at, "/");
		char *name = xstrndup(at, n);
		char *so_far = xstrndup(path, (size_t)(at - path) + n);

		in = *fd;
		r = folder_open_in(fd, &next, here, in, name, so_far, e);
		if (r == 0) {
			next->owns_above = true;
			here = next;
			close(in);
		} else {
			*fd = in;
		}
		at += n + (at[n] == '/');
		free(so_far);
		free(name);
	}
	if (r < 0) {
		close(*fd);
		folder_scope_free(here);
		return -1;
	}
	*scope = here;
	return 0;
}

/* --- the files in it ------------------------------------------------------- */

static int
err_changed(struct file_job *job)
{
	return err_set(&job->err, ERR_MOVED, "'%s' changed while it was read",
	    job->path);
}

/* All of a small file into w->plain; it must be what it was. */
static int
read_small(struct folder_reader *f, struct file_worker *w,
    struct file_job *job)
{
	struct stat before, after;
	int fd = openat(f->fd, job->entry->name, O_RDONLY | O_CLOEXEC |
	    O_NOFOLLOW | O_NONBLOCK), r = -1;

	if (fd < 0)
		return errno == ENOENT || errno == ELOOP ? err_changed(job) :
		    err_sys(&job->err, "cannot open '%s'", job->path);
	buf_clear(&w->plain);
	if (fstat(fd, &before) < 0)
		err_sys(&job->err, "cannot stat '%s'", job->path);
	else if (!worktree_same_stat(&before, &job->st))
		err_changed(job);
	else if (file_read_fd(&w->plain, fd, job->path, &job->err) < 0 &&
	    job->err.code != ERR_TOOBIG)
		;
	else if (fstat(fd, &after) < 0 || !worktree_same_stat(&before,
	    &after) || w->plain.len != (size_t)job->st.st_size)
		err_changed(job);
	else
		r = 0;
	close(fd);
	return r;
}

static void
hash_file(struct folder_reader *f, struct file_worker *w,
    struct file_job *job)
{
	struct err ignored = ERR_INIT;
	struct oid id;
	uint64_t size;

	if (job->known && (!f->put || odb_check(&size, f->repo->odb,
	    &job->entry->id, &ignored) == 0))
		return;
	job->known = false;
	job->large = job->entry->bytes > SMALL_MAX;
	if (job->large || read_small(f, w, job) < 0)
		return;
	sha256_add(w->sha, w->plain.data, w->plain.len);
	sha256_done(w->sha, id.b);
	job->entry->id = id;
	if (!f->put || odb_check(&size, f->repo->odb, &id, &ignored) == 0)
		return;
	buf_init(&job->stored, 4 * SMALL_MAX);
	job->add = pack_encode(&job->pack, &job->stored, w->zst, &id,
	    w->plain.data, w->plain.len, &job->err) == 0;
}

static void
look_at_file(struct folder_reader *f, struct file_worker *w,
    struct file_job *job)
{
	if (fstatat(f->fd, job->entry->name, &job->st,
	    AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(job->st.st_mode)) {
		err_changed(job);
		return;
	}
	job->entry->kind = job->st.st_mode & 0100 ? TREE_EXEC : TREE_FILE;
	job->entry->bytes = (uint64_t)job->st.st_size;
	job->entry->files = 1;
	job->known = stat_cache_find(f->repo->cache, job->path, &job->st,
	    &job->entry->id, &w->near);
	if (!job->known || f->put)
		hash_file(f, w, job);
}

static void
look_at_part(void *ctx, size_t part, int worker)
{
	struct folder_reader *f = ctx;
	size_t end = (part + 1) * PART < f->n_jobs ? (part + 1) * PART :
	    f->n_jobs;

	for (size_t i = part * PART; i < end; i++)
		look_at_file(f, &f->worker[worker], &f->job[i]);
}

static int
read_large(struct folder_reader *f, struct file_job *job, struct err *e)
{
	uint64_t size;
	int fd = openat(f->fd, job->entry->name, O_RDONLY | O_CLOEXEC |
	    O_NOFOLLOW | O_NONBLOCK), r;

	if (fd < 0)
		return err_sys(e, "cannot open '%s'", job->path);
	r = worktree_read_open(&job->entry->id, &size, f->repo, fd, job->path,
	    job->path, &job->st, f->put, e);
	close(fd);
	return r;
}

/* What a thread found, into the store and the stat cache. */
static int
finish_file(struct folder_reader *f, struct file_job *job, struct err *e)
{
	if (job->err.code != ERR_NONE) {
		*e = job->err;
		return -1;
	}
	if (job->large)
		return read_large(f, job, e);
	if (job->add && packs_add_stored(f->repo->packs, &job->pack,
	    job->stored.data, e) < 0)
		return -1;
	if (f->put && !job->add && odb_keep(f->repo->odb, &job->entry->id,
	    e) < 0)
		return -1;
	if (!job->known && worktree_settled(&job->st, &f->begun))
		stat_cache_add(f->repo->cache, job->path, &job->st,
		    &job->entry->id);
	return 0;
}

static int
run_batch(struct folder_reader *f, struct err *e)
{
	int r = 0;

	clock_gettime(CLOCK_REALTIME_COARSE, &f->begun);
	pool_run(f->pool, (f->n_jobs + PART - 1) / PART, look_at_part, f);
	for (size_t i = 0; i < f->n_jobs; i++) {
		if (r == 0)
			r = finish_file(f, &f->job[i], e);
		if (f->job[i].add)
			buf_free(&f->job[i].stored);
		free(f->job[i].path);
	}
	f->n_jobs = 0;
	return r;
}

/* --- the names in it ------------------------------------------------------- */

static int
add_link(struct tree *t, int fd, const char *name, const char *path,
    struct err *e)
{
	char target[4097];
	ssize_t n = readlinkat(fd, name, target, sizeof(target));
	struct tree_entry v = { .name = name, .n = strlen(name),
	    .kind = TREE_LINK, .files = 1, .target = target };

	if (n < 0)
		return err_sys(e, "cannot read the link '%s'", path);
	if ((size_t)n == sizeof(target))
		return err_set(e, ERR_TOOBIG, "the target of the link '%s' is "
		    "too long", path);
	v.target_n = (size_t)n;
	tree_add(t, &v);
	return 0;
}

static int
type_of(unsigned char *type, int fd, const struct dirent *d,
    const char *path, struct err *e)
{
	struct stat st;

	*type = d->d_type;
	if (*type != DT_UNKNOWN)
		return 0;
	if (fstatat(fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "cannot stat '%s'", path);
	*type = IFTODT(st.st_mode);
	return 0;
}

static int
add_name(struct tree *t, struct folder_scope *scope, int fd,
    const struct dirent *d, const char *path, struct err *e)
{
	struct tree_entry v = { .name = d->d_name, .n = strlen(d->d_name) };
	unsigned char type;

	if (type_of(&type, fd, d, path, e) < 0)
		return -1;
	if (is_ignored(scope, path, type == DT_DIR))
		return 0;
	if (type == DT_LNK)
		return add_link(t, fd, d->d_name, path, e);
	if (type != DT_REG && type != DT_DIR)
		return err_set(e, ERR_UNSUPPORTED, "'%s' is neither file, "
		    "folder nor link: remove it, or name it in " IGNORE_NAME,
		    path);
	if (type == DT_REG && strcmp(path_extension(d->d_name), ".mlv") == 0)
		return err_set(e, ERR_UNSUPPORTED, "'%s' is a pointer: what it "
		    "stands for has versions of its own; move it out, or name "
		    "it in " IGNORE_NAME, path);
	v.kind = type == DT_DIR ? TREE_FOLDER : TREE_FILE;
	tree_add(t, &v);
	return 0;
}

static bool
is_left_out(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    strcasecmp(name, ".git") == 0 || strcasecmp(name, ".mlv") == 0;
}

static int
list_names(struct tree *t, int fd, struct folder_scope *scope,
    const char *path, struct err *e)
{
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	DIR *dir = again < 0 ? NULL : fdopendir(again);
	struct dirent *d;
	char *full;

	if (dir == NULL) {
		err_sys(e, "cannot list folder '%s'", path);
		if (again >= 0)
			close(again);
		return -1;
	}
	while (r == 0 && (errno = 0, d = readdir(dir)) != NULL) {
		if (is_left_out(d->d_name))
			continue;
		full = *path ? path_join(path, d->d_name) :
		    xstrdup(d->d_name);
		r = add_name(t, scope, fd, d, full, e);
		free(full);
	}
	if (r == 0 && errno)
		r = err_sys(e, "cannot list folder '%s'", path);
	closedir(dir);
	return r;
}

int
folder_list(struct tree *t, struct folder_reader *f, int fd,
    struct folder_scope *scope, const char *path, struct err *e)
{
	int r;

	*t = (struct tree){ .v = NULL };
	if ((r = list_names(t, fd, scope, path, e)) < 0)
		return r;
	tree_sort(t);
	f->fd = fd;
	for (size_t i = 0; r == 0 && i < t->n; i++) {
		if (t->v[i].kind != TREE_FILE)
			continue;
		f->job[f->n_jobs++] = (struct file_job){ .entry = &t->v[i],
		    .path = *path ? path_join(path, t->v[i].name) :
		    xstrdup(t->v[i].name) };
		if (f->n_jobs == BATCH)
			r = run_batch(f, e);
	}
	if (r == 0)
		r = run_batch(f, e);
	return r;
}
