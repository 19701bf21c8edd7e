/* Whole files: read, replaced through a temporary one; locks. */
#define _GNU_SOURCE
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "base/pool.h"
#include "base/rng.h"

#define READ_BYTES ((size_t)1 << 18)
#define PENDING_BYTES ((size_t)1 << 16)
#define LINKS_MAX 40	/* as the kernel has it */
#define TEMP_STEM 200	/* a name has 255 bytes at most */
#define REPOSITORY ".mlv"	/* whose files no user names */

/* The buffer is full: is the file at its end too? */
static int
expect_end(const struct buf *out, int fd, const char *name, struct err *e)
{
	ssize_t got;
	char one;

	do
		got = read(fd, &one, 1);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_sys(e, "cannot read '%s'", name);
	if (got > 0)
		return err_set(e, ERR_TOOBIG, "'%s' is larger than %zu bytes",
		    name, out->cap);
	return 0;
}

int
file_read_fd(struct buf *out, int fd, const char *name, struct err *e)
{
	for (;;) {
		size_t want = out->cap - out->len;
		ssize_t got;
		char *at;

		if (want == 0)
			return expect_end(out, fd, name, e);
		if (want > READ_BYTES)
			want = READ_BYTES;
		if ((at = buf_reserve(out, want)) == NULL)
			return buf_check(out, e);
		got = read(fd, at, want);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, "cannot read '%s'", name);
		if (got == 0)
			return 0;
		buf_grew(out, (size_t)got);
	}
}

int
file_read(struct buf *out, const char *path, struct err *e)
{
	int fd, r;

	if (strcmp(path, "-") == 0)
		return file_read_fd(out, 0, "standard input", e);
	fd = beneath_open_file(path, O_RDONLY, 0);
	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	r = file_read_fd(out, fd, path, e);
	close(fd);
	return r;
}

/* --- files in somebody else's checkout ------------------------------------- */

int
file_open_own(int *fd, const struct os *os, const char *path, int flags,
    mode_t mode, struct err *e)
{
	struct stat st;

	/* without O_NONBLOCK a FIFO would be waited for */
	*fd = os->open(path, flags | O_NOFOLLOW | O_NONBLOCK, mode);
	if (*fd < 0 && errno == ELOOP)
		return err_set(e, ERR_FORMAT, "'%s' is a link, which is not "
		    "followed there: remove it, or put the file itself in its "
		    "place", path);
	if (*fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode))
		return 0;
	err_set(e, ERR_FORMAT, "'%s' is no regular file", path);
	os->close(*fd);
	*fd = -1;
	return -1;
}

int
file_read_own(struct buf *out, const char *path, struct err *e)
{
	int fd, r;

	if (file_open_own(&fd, os_real(), path, O_RDONLY, 0, e) < 0)
		return -1;
	r = file_read_fd(out, fd, path, e);
	close(fd);
	return r;
}

int
file_check_folder(const char *path, struct err *e)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return err_sys(e, "cannot stat '%s'", path);
	if (S_ISDIR(st.st_mode))
		return 0;
	return err_set(e, ERR_FORMAT, S_ISLNK(st.st_mode) ? "'%s' is a link, "
	    "which is not followed there: remove it, or put the folder itself "
	    "in its place" : "'%s' is no folder", path);
}

/* Is the file to be made inside a repository's own folder? */
static bool
is_in_repository(const char *path)
{
	char *folder = path_folder(path), *real = realpath(folder, NULL);
	bool yes = false;

	for (const char *at = real; at && *at && !yes;) {
		size_t n = strcspn(++at, "/");

		yes = n == strlen(REPOSITORY) &&
		    memcmp(at, REPOSITORY, n) == 0;
		at += n;
	}
	free(real);
	free(folder);
	return yes || strcmp(path_base(path), REPOSITORY) == 0;
}

/* --- whole files in memory ------------------------------------------------- */

static int
read_instead(struct file_map *m, int fd, const char *path, struct err *e)
{
	struct buf b;

	buf_init(&b, BUF_CAP_DATA);
	if (file_read_fd(&b, fd, path, e) < 0) {
		buf_free(&b);
		return -1;
	}
	m->data = buf_detach(&b, &m->n);
	m->mapped = false;
	return 0;
}

bool
file_read_small(char *out, size_t room, const char *path)
{
	int fd = beneath_open_file(path, O_RDONLY, 0);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, out, room - 1);
	close(fd);
	if (n < 0)
		return false;
	while (n > 0 && out[n - 1] == '\n')
		n--;
	out[n] = '\0';
	return true;
}

#define COPY_PART ((size_t)16 << 20)

struct copy {
	char *to;
	size_t n;
	int fd;
	_Atomic int failed;		/* errno */
	_Atomic size_t have;
};

/* A part of the file; pages are cleared where they are filled. */
static void
copy_part(void *ctx, size_t part, int worker)
{
	struct copy *c = ctx;
	size_t at = part * COPY_PART, end = c->n - at > COPY_PART ?
	    at + COPY_PART : c->n;

	(void)worker;
	while (at < end) {
		ssize_t got = pread(c->fd, c->to + at, end - at, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			c->failed = errno;
		if (got <= 0)
			return;
		at += (size_t)got;
		c->have += (size_t)got;
	}
}

/* A regular file of `size` bytes into pages of our own, with room for the
 * NUL; huge ones where the kernel has them. */
static int
copy_bytes(struct file_map *m, int fd, uint64_t size, const char *path,
    struct err *e)
{
	struct copy c = { .n = (size_t)size, .fd = fd };
	size_t parts = (c.n + COPY_PART - 1) / COPY_PART;
	struct pool *pool;

	if (size >= BUF_CAP_DATA)
		return err_set(e, ERR_TOOBIG, "'%s' is larger than %zu bytes",
		    path, BUF_CAP_DATA);
	c.to = mmap(NULL, c.n + 1, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (c.to == MAP_FAILED)
		return err_set(e, ERR_NOMEM, "no memory for the %zu bytes of "
		    "'%s'", c.n, path);
	(void)madvise(c.to, c.n + 1, MADV_HUGEPAGE);
	pool = pool_new(parts > 2 ? 0 : 1);
	pool_run(pool, parts, copy_part, &c);
	pool_free(pool);
	if (c.have == c.n) {
		*m = (struct file_map){ c.to, c.n, true };
		return 0;
	}
	munmap(c.to, c.n + 1);
	errno = c.failed;
	return c.failed != 0 ? err_sys(e, "cannot read '%s'", path) :
	    err_set(e, ERR_MOVED, "'%s' got shorter while it was read: %zu "
	    "bytes of %zu; try again once its writer is done", path,
	    (size_t)c.have, c.n);
}

int
file_map(struct file_map *m, const char *path, struct err *e)
{
	struct stat st;
	int fd, r;

	if (strcmp(path, "-") == 0)
		return read_instead(m, 0, "standard input", e);
	fd = beneath_open_file(path, O_RDONLY, 0);
	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	if (fstat(fd, &st) < 0) {
		err_sys(e, "cannot stat '%s'", path);
		close(fd);
		return -1;
	}
	/* files of /proc have no size, but bytes */
	r = S_ISREG(st.st_mode) && st.st_size > 0 ?
	    copy_bytes(m, fd, (uint64_t)st.st_size, path, e) :
	    read_instead(m, fd, path, e);
	close(fd);
	return r;
}

void
file_unmap(struct file_map *m)
{
	if (m->mapped)
		munmap((void *)(uintptr_t)m->data, m->n + 1);
	else
		free((void *)(uintptr_t)m->data);
	*m = (struct file_map){ NULL, 0, false };
}

int
file_refuse_same(const char *out, const char *in, struct err *e)
{
	struct stat a, b;

	if (out == NULL || in == NULL || stat(out, &a) != 0 ||
	    stat(in, &b) != 0 || a.st_dev != b.st_dev ||
	    a.st_ino != b.st_ino || !S_ISREG(a.st_mode))
		return 0;
	return err_set(e, ERR_USAGE, "'%s' is what is read; write another file",
	    out);
}

int
file_write_fd(const struct os *os, int fd, const void *p, size_t n,
    const char *name, struct err *e)
{
	const char *s = p;

	while (n) {
		ssize_t put = os->write(fd, s, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return err_sys(e, "cannot write '%s'", name);
		s += put;
		n -= (size_t)put;
	}
	return 0;
}

int
file_write_at(int fd, const void *p, size_t n, uint64_t at, struct err *e)
{
	for (const char *s = p; n > 0;) {
		ssize_t put = pwrite(fd, s, n, (off_t)at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return err_sys(e, "cannot write a file of scratch");
		s += put;
		at += (uint64_t)put;
		n -= (size_t)put;
	}
	return 0;
}

int
out_file_open(struct out_file *f, const struct os *os, const char *path,
    mode_t mode, bool durable, struct err *e)
{
	return out_file_open_in(f, os, path, NULL, mode, durable, e);
}

/* In the folder, "NAME.RANDOM.tmp"; as much of the name as there is room. */
static char *
temp_name(const char *folder, const char *path)
{
	char *here = folder ? NULL : path_folder(path), *name;
	uint64_t r;

	rng_system(&r, sizeof(r));
	name = xprintf("%s/%.*s.%016llx.tmp", folder ? folder : here,
	    TEMP_STEM, path_base(path), (unsigned long long)r);
	free(here);
	return name;
}

/* The number of "/dev/fd/N" and its like, or -1: opened by that name a file
 * is begun anew, and what the shell has open there is lost. */
static int
descriptor_of(const char *path)
{
	static const char *const folders[] = { "/dev/fd/", "/proc/self/fd/" };
	int64_t n;

	if (strcmp(path, "/dev/stdout") == 0)
		return 1;
	if (strcmp(path, "/dev/stderr") == 0)
		return 2;
	for (size_t i = 0; i < 2; i++) {
		size_t len = strlen(folders[i]);

		if (strncmp(path, folders[i], len) == 0 && num_parse_i64(
		    path + len, strlen(path + len), &n) && n >= 0 &&
		    n <= INT_MAX)
			return (int)n;
	}
	return -1;
}

/* What a link leads to is replaced or made, not the link.  NULL and errno
 * when it leads nowhere. */
static char *
behind_links(const char *path)
{
	char to[4096], *here = xstrdup(path), *folder, *next;
	ssize_t n;

	for (int i = 0; i < LINKS_MAX; i++) {
		n = descriptor_of(here) >= 0 ? -1 :
		    readlink(here, to, sizeof(to) - 1);
		if (n < 0)
			return here;
		to[n] = '\0';
		folder = path_folder(here);
		next = *to == '/' ? xstrdup(to) : path_join(folder, to);
		free(folder);
		free(here);
		here = next;
	}
	free(here);
	errno = ELOOP;
	return NULL;
}

/* As out_file_open_in, once `path` is in f and where it leads is known. */
static int
open_temporary(struct out_file *f, const char *folder, mode_t mode)
{
	f->temp = temp_name(folder, f->path);
	f->fd = f->os->open(f->temp, O_WRONLY | O_CREAT | O_EXCL, mode);
	if (f->fd >= 0)
		return 0;
	free(f->temp);
	f->temp = NULL;		/* not ours, if it is there */
	return -1;
}

static void
init_out_file(struct out_file *f, const struct os *os, bool durable)
{
	memset(f, 0, sizeof(*f));
	f->os = os;
	f->fd = -1;
	f->durable = durable;
	buf_init(&f->pending, PENDING_BYTES * 2);
}

static bool
same_file_system(const char *path, const char *folder)
{
	char *here = path_folder(path);
	struct stat a, b;
	bool yes = stat(here, &a) == 0 && stat(folder, &b) == 0 &&
	    a.st_dev == b.st_dev;

	free(here);
	return yes;
}

int
out_file_open_in(struct out_file *f, const struct os *os, const char *path,
    const char *folder, mode_t mode, bool durable, struct err *e)
{
	struct stat st;
	int given;

	init_out_file(f, os, durable);
	if (strcmp(path, "-") == 0) {
		f->fd = 1;
		return 0;
	}
	f->path = behind_links(path);
	if (f->path == NULL)
		return err_sys(e, "cannot create '%s'", path);
	if (is_in_repository(f->path)) {
		out_file_drop(f);
		return err_set(e, ERR_USAGE, "'%s' is the repository's own: "
		    "write another file", path);
	}
	given = descriptor_of(f->path);
	f->as_is = given >= 0 || (stat(f->path, &st) == 0 &&
	    !S_ISREG(st.st_mode));
	/* now, not after all the work that makes what is to be written */
	if (*path_base(f->path) == '\0' || (f->as_is && given < 0 &&
	    S_ISDIR(st.st_mode))) {
		out_file_drop(f);
		return err_set(e, ERR_IO, "cannot write '%s': it is a folder",
		    path);
	}
	if (given >= 0) {
		f->fd = fcntl(given, F_DUPFD_CLOEXEC, 0);
	} else if (f->as_is) {
		f->fd = os->open(f->path, O_WRONLY, 0);
	} else {
		(void)open_temporary(f, folder && same_file_system(f->path,
		    folder) ? folder : NULL, mode);
	}
	if (f->fd < 0) {
		err_sys(e, "cannot create '%s'", path);
		out_file_drop(f);
		return -1;
	}
	return 0;
}

int
out_file_open_own(struct out_file *f, const struct os *os, const char *path,
    const char *folder, mode_t mode, bool durable, struct err *e)
{
	init_out_file(f, os, durable);
	f->path = xstrdup(path);
	if (open_temporary(f, folder && same_file_system(path, folder) ?
	    folder : NULL, mode) < 0) {
		err_sys(e, "cannot create '%s'", path);
		out_file_drop(f);
		return -1;
	}
	return 0;
}

int
out_file_flush(struct out_file *f, struct err *e)
{
	int r = file_write_fd(f->os, f->fd, f->pending.data, f->pending.len,
	    f->path ? f->path : "standard output", e);

	buf_clear(&f->pending);
	return r;
}

int
out_file_add(struct out_file *f, const void *p, size_t n, struct err *e)
{
	if (f->pending.len + n > PENDING_BYTES && out_file_flush(f, e) < 0)
		return -1;
	if (n > PENDING_BYTES)
		return file_write_fd(f->os, f->fd, p, n,
		    f->path ? f->path : "standard output", e);
	buf_add(&f->pending, p, n);
	return buf_check(&f->pending, e);
}

int
out_file_prepare(struct out_file *f, struct err *e)
{
	int r;

	if (f->path != NULL && f->fd < 0)	/* done already */
		return 0;
	if (out_file_flush(f, e) < 0)
		goto fail;
	if (f->path == NULL)
		return 0;
	if (f->durable && !f->as_is && f->os->fsync(f->fd) < 0) {
		err_sys(e, "cannot fsync '%s'", f->path);
		goto fail;
	}
	r = f->os->close(f->fd);
	f->fd = -1;
	if (r < 0) {
		err_sys(e, "cannot close '%s'", f->path);
		goto fail;
	}
	return 0;
fail:
	out_file_drop(f);
	return -1;
}

int
out_file_commit(struct out_file *f, struct err *e)
{
	char *folder;
	int r;

	if (out_file_prepare(f, e) < 0)
		return -1;
	if (f->path == NULL) {
		buf_free(&f->pending);
		return 0;
	}
	if (f->as_is) {
		out_file_drop(f);
		return 0;
	}
	if (f->os->rename(f->temp, f->path) < 0) {
		err_sys(e, "cannot rename to '%s'", f->path);
		out_file_drop(f);
		return -1;
	}
	free(f->temp);
	f->temp = NULL;
	r = 0;
	if (f->durable) {
		folder = path_folder(f->path);
		r = file_sync_folder(f->os, folder, e);
		free(folder);
		if (r < 0)
			e->code = ERR_UNPROVEN;
	}
	out_file_drop(f);
	return r;
}

void
out_file_drop(struct out_file *f)
{
	if (f->path && f->fd >= 0)
		f->os->close(f->fd);
	if (f->temp)
		f->os->unlink(f->temp);
	free(f->temp);
	free(f->path);
	f->temp = f->path = NULL;
	f->fd = -1;
	buf_free(&f->pending);
}

static int
write_all(struct out_file *f, const void *p, size_t n, struct err *e)
{
	if (out_file_add(f, p, n, e) < 0) {
		out_file_drop(f);
		return -1;
	}
	return out_file_commit(f, e);
}

int
file_replace(const struct os *os, const char *path, const void *p, size_t n,
    mode_t mode, struct err *e)
{
	struct out_file f;

	if (out_file_open(&f, os, path, mode, true, e) < 0)
		return -1;
	return write_all(&f, p, n, e);
}

int
file_replace_own(const struct os *os, const char *path, const void *p,
    size_t n, mode_t mode, struct err *e)
{
	struct out_file f;

	if (out_file_open_own(&f, os, path, NULL, mode, true, e) < 0)
		return -1;
	return write_all(&f, p, n, e);
}

int
file_sync_folder(const struct os *os, const char *path, struct err *e)
{
	int fd = os->open(path, O_RDONLY | O_DIRECTORY, 0), r = 0;

	if (fd < 0)
		return err_sys(e, "cannot open folder '%s'", path);
	/* some network file systems cannot; they have no better promise */
	if (os->fsync(fd) < 0 && errno != EINVAL)
		r = err_sys(e, "cannot fsync folder '%s'", path);
	os->close(fd);
	return r;
}

int
file_make_folders(const struct os *os, const char *path, struct err *e)
{
	char *folder;
	int r;

	if (os->mkdir(path, 0777) == 0) {
		folder = path_folder(path);
		r = file_sync_folder(os, folder, e);
		free(folder);
		return r;
	}
	if (errno == EEXIST)
		return 0;
	if (errno != ENOENT)
		return err_sys(e, "cannot create folder '%s'", path);
	folder = path_folder(path);
	r = strcmp(folder, path) == 0 ?
	    err_sys(e, "cannot create folder '%s'", path) :
	    file_make_folders(os, folder, e);
	free(folder);
	if (r < 0)
		return -1;
	if (os->mkdir(path, 0777) < 0 && errno != EEXIST)
		return err_sys(e, "cannot create folder '%s'", path);
	folder = path_folder(path);
	r = file_sync_folder(os, folder, e);
	free(folder);
	return r;
}

static int
set_lock(int fd, short type, off_t start, off_t len)
{
	struct flock l = {
		.l_type = type, .l_whence = SEEK_SET,
		.l_start = start, .l_len = len,
	};

	return fcntl(fd, F_OFD_SETLK, &l);
}

int
file_lock(int fd, enum file_lock how, off_t start, off_t len,
    int64_t wait_ms, struct err *e)
{
	short type = how == FILE_SHARED ? F_RDLCK : F_WRLCK;
	int64_t end = clock_mono_us() + wait_ms * 1000, pause_us = 500;

	for (;;) {
		if (set_lock(fd, type, start, len) == 0)
			return 0;
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN && errno != EACCES)
			return err_sys(e, "cannot lock");
		if (wait_ms >= 0 && clock_mono_us() >= end)
			return err_set(e, ERR_BUSY,
			    "another process holds the lock");
		nanosleep(&(struct timespec){ 0, pause_us * 1000 }, NULL);
		if (pause_us < 20000)
			pause_us *= 2;
	}
}

int
file_unlock(int fd, off_t start, off_t len, struct err *e)
{
	if (set_lock(fd, F_UNLCK, start, len) < 0)
		return err_sys(e, "cannot unlock");
	return 0;
}

int
file_is_locked(int fd, off_t start, off_t len, struct err *e)
{
	struct flock l = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET,
		.l_start = start, .l_len = len,
	};

	if (fcntl(fd, F_OFD_GETLK, &l) < 0)
		return err_sys(e, "cannot ask for a lock");
	return l.l_type != F_UNLCK;
}
