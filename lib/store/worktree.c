/* Files of the work tree, hashed or stored, with the stat cache asked first. */
#define _GNU_SOURCE
#include "store/worktree.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/path.h"
#include "store/internal.h"
#include "store/odb.h"
#include "store/statcache.h"

#define BLOCK ((size_t)1 << 20)

char *
worktree_relative(const struct repo *repo, const char *path)
{
	char *folder = path_folder(path), *real = realpath(folder, NULL);
	char *full, *relative = NULL;

	if (real != NULL) {
		full = path_join(real, path_base(path));
		relative = path_relative(repo->top, full);
		free(full);
	}
	free(real);
	free(folder);
	return relative;
}

struct stat_cache *
worktree_cache(struct repo *repo)
{
	if (repo->cache == NULL)
		repo->cache = stat_cache_new(repo->local);
	return repo->cache;
}

static bool
find_known(struct repo *repo, const char *path, const struct stat *st,
    struct oid *id)
{
	char *relative;
	bool known;

	if (!S_ISREG(st->st_mode) || stat_cache_is_empty(worktree_cache(repo)) ||
	    (relative = worktree_relative(repo, path)) == NULL)
		return false;
	known = stat_cache_find(repo->cache, relative, st, id, NULL);
	free(relative);
	return known;
}

bool
worktree_same_stat(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_ino == b->st_ino &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static int
hash_stream(struct oid *id, uint64_t *size, struct source *from, struct err *e)
{
	char *block = mem_array(1, BLOCK);
	struct sha256 *h;
	int64_t got = -1;

	if (block == NULL)
		return err_set(e, ERR_NOMEM, "no memory to hash a file");
	h = sha256_new();
	*size = 0;
	while ((got = source_read(from, block, BLOCK, e)) > 0) {
		sha256_add(h, block, (size_t)got);
		*size += (uint64_t)got;
	}
	sha256_done(h, id->b);
	sha256_free(h);
	free(block);
	return got < 0 ? -1 : 0;
}

/*
 * Was the file left alone for at least one tick before `then`?  Only so is
 * a later change sure to show in its times: git's "racy" problem, solved by
 * not remembering a file that was written just now.
 */
bool
worktree_settled(const struct stat *st, const struct timespec *then)
{
	const struct timespec *last = &st->st_mtim;

	if (st->st_ctim.tv_sec > last->tv_sec ||
	    (st->st_ctim.tv_sec == last->tv_sec &&
	    st->st_ctim.tv_nsec > last->tv_nsec))
		last = &st->st_ctim;
	return last->tv_sec < then->tv_sec || (last->tv_sec == then->tv_sec &&
	    last->tv_nsec < then->tv_nsec);
}

/* A source whose bytes go elsewhere, too. */
struct seen_source {
	struct source from;
	struct sink *seen;
};

static int64_t
read_seen(void *ctx, void *p, size_t n, struct err *e)
{
	struct seen_source *s = ctx;
	int64_t got = source_read(&s->from, p, n, e);

	if (got > 0 && s->seen->write(s->seen->ctx, p, (size_t)got, e) < 0)
		return -1;
	return got;
}

static int
read_open(struct oid *id, uint64_t *size, struct repo *repo,
    struct source from, int fd, const char *name, const char *relative,
    const struct stat *before, bool put, struct err *e)
{
	uint64_t expect = S_ISREG(before->st_mode) ?
	    (uint64_t)before->st_size : 0;
	struct timespec begun;
	struct stat after;
	int r;

	clock_gettime(CLOCK_REALTIME_COARSE, &begun);
	r = put ? odb_put_source(id, size, repo->odb, &from, expect, e) :
	    hash_stream(id, size, &from, e);
	source_close(&from);
	if (r < 0)
		return -1;
	if (fstat(fd, &after) < 0 || !S_ISREG(after.st_mode))
		return 0;
	if (!worktree_same_stat(before, &after))
		return err_set(e, ERR_MOVED,
		    "'%s' changed while it was read", name);
	if (relative && worktree_settled(&after, &begun))
		stat_cache_add(worktree_cache(repo), relative, &after, id);
	return 0;
}

int
worktree_read_open(struct oid *id, uint64_t *size, struct repo *repo, int fd,
    const char *name, const char *relative, const struct stat *before,
    bool put, struct err *e)
{
	return read_open(id, size, repo, source_fd(fd, name), fd, name,
	    relative, before, put, e);
}

static int
put_seen(struct oid *id, uint64_t *size, struct sink *seen,
    struct repo *repo, int fd, const char *name, const char *relative,
    const struct stat *before, struct err *e)
{
	struct seen_source s = { source_fd(fd, name), seen };
	struct source from = { read_seen, NULL, &s, name };
	int r;

	r = read_open(id, size, repo, from, fd, name, relative, before, true,
	    e);
	source_close(&s.from);
	return r;
}

/* seen NULL: nobody wants the bytes. */
static int
read_file(struct oid *id, uint64_t *size, struct sink *seen,
    struct repo *repo, const char *path, bool put, struct err *e)
{
	struct err ignored = ERR_INIT;
	char *relative = NULL;
	struct oid known;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC), r = -1;

	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	/* what is found stored must stay so */
	if (put && objects_hold(repo, e) < 0) {
		;
	} else if (fstat(fd, &st) < 0) {
		err_sys(e, "cannot stat '%s'", path);
	} else if (S_ISDIR(st.st_mode)) {
		err_set(e, ERR_UNSUPPORTED, "'%s' is a folder", path);
	} else if (find_known(repo, path, &st, &known) && (!put ||
	    odb_check(size, repo->odb, &known, &ignored) == 0)) {
		/* what is stored must be whole: adding again heals it */
		*id = known;
		*size = (uint64_t)st.st_size;
		r = put ? odb_keep(repo->odb, id, e) : 0;
	} else {
		relative = worktree_relative(repo, path);
		r = seen ? put_seen(id, size, seen, repo, fd, path, relative,
		    &st, e) : worktree_read_open(id, size, repo, fd, path,
		    relative, &st, put, e);
	}
	free(relative);
	close(fd);
	return r;
}

int
worktree_put_file(struct oid *id, uint64_t *size, struct repo *repo,
    const char *path, struct err *e)
{
	return read_file(id, size, NULL, repo, path, true, e);
}

int
worktree_put_seen(struct oid *id, uint64_t *size, struct sink *seen,
    struct repo *repo, const char *path, struct err *e)
{
	return read_file(id, size, seen, repo, path, true, e);
}

int
worktree_hash_file(struct oid *id, uint64_t *size, struct repo *repo,
    const char *path, struct err *e)
{
	struct stat st;

	/* known by its times, it need not even be opened */
	if (stat(path, &st) == 0 && find_known(repo, path, &st, id)) {
		*size = (uint64_t)st.st_size;
		return 0;
	}
	return read_file(id, size, NULL, repo, path, false, e);
}
