/*
 * The remote that is a folder, on this machine or shared over a network:
 * files are written beside their place and linked to it; the head is replaced
 * under a lock on the file locks/head.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/path.h"
#include "remote/internal.h"
#include "remote/transport/transport.h"

#define BLOCK ((size_t)1 << 18)
#define LOCK_MS 30000
#define SWEEP_LEAST_S 3600	/* whoever writes may be slow */

struct folder_transport {
	struct transport t;
	const struct os *os;
	char *path;
};

static struct folder_transport *
folder_of(struct transport *t)
{
	return (struct folder_transport *)t;
}

/* Where a key is, to be freed; its folder is made when `make` is said. */
static int
key_path(char **path, struct folder_transport *f, const char *key, bool make,
    struct err *e)
{
	char *folder;
	int r = 0;

	*path = NULL;
	if (!transport_key_ok(key))
		return err_set(e, ERR_USAGE, "'%.200s' is no key", key);
	*path = path_join(f->path, key);
	if (make) {
		folder = path_folder(*path);
		r = file_make_folders(f->os, folder, e);
		free(folder);
	}
	return r;
}

static void
name_content(struct tag *tag, const void *p, size_t n)
{
	uint8_t sha[SHA256_BYTES];

	sha256_of(p, n, sha);
	hex_encode(tag->text, sha, SHA256_BYTES);
}

/* With a tag the file is read whole first: heads are small. */
static int
get_tagged(const char *path, struct sink *to, struct tag *tag, struct err *e)
{
	struct buf b;
	int r;

	buf_init(&b, REMOTE_HEAD_MAX);
	r = file_read_own(&b, path, e);
	if (r == 0) {
		name_content(tag, b.data, b.len);
		r = to->write(to->ctx, b.data, b.len, e);
	}
	buf_free(&b);
	return r;
}

static int
copy_range(int fd, const char *path, uint64_t from, uint64_t n,
    struct sink *to, struct err *e)
{
	char *block = xalloc(1, BLOCK);
	uint64_t left = n ? n : UINT64_MAX;
	int r = 0;

	while (r == 0 && left) {
		ssize_t got = pread(fd, block, left < BLOCK ? (size_t)left :
		    BLOCK, (off_t)from);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			r = err_sys(e, "cannot read '%s'", path);
		if (got <= 0)
			break;
		r = to->write(to->ctx, block, (size_t)got, e);
		from += (uint64_t)got;
		left -= (uint64_t)got;
	}
	free(block);
	return r;
}

static int
folder_get(struct transport *t, const char *key, uint64_t from, uint64_t n,
    struct sink *to, struct tag *tag, struct err *e)
{
	struct folder_transport *f = folder_of(t);
	char *path;
	int fd, r = -1;

	if (key_path(&path, f, key, false, e) < 0)
		return -1;
	if (tag) {
		r = get_tagged(path, to, tag, e);
	} else if (file_open_own(&fd, f->os, path, O_RDONLY, 0, e) == 0) {
		r = copy_range(fd, path, from, n, to, e);
		f->os->close(fd);
	}
	free(path);
	/* no file of a folder that is gone is not an empty remote */
	if (r < 0 && e->code == ERR_NOENT && access(f->path, F_OK) < 0)
		return err_set(e, ERR_IO, "the folder '%s' is not there any "
		    "more", f->path);
	return r;
}

static int
write_new(struct folder_transport *f, const char *path, const char *folder,
    const void *p, size_t n, bool replace, bool *existed, struct err *e)
{
	char *temp = path_join(f->path, "tmp");
	struct new_file file;
	int r = -1;

	if (file_make_folders(f->os, temp, e) == 0 &&
	    new_file_open(&file, f->os, temp, n, e) == 0) {
		if (file_write_fd(f->os, file.fd, p, n, path, e) < 0)
			new_file_drop(&file);
		else
			r = new_file_commit(&file, path, replace, existed, e);
	}
	if (r == 0)
		r = file_sync_folder(f->os, folder, e);
	free(temp);
	return r;
}

static int
folder_put_new(struct transport *t, const char *key, const void *p, size_t n,
    bool *existed, struct err *e)
{
	struct folder_transport *f = folder_of(t);
	char *path, *folder;
	struct stat st;
	bool there;
	int r;

	*existed = false;
	if (key_path(&path, f, key, true, e) < 0) {
		free(path);
		return -1;
	}
	folder = path_folder(path);
	there = lstat(path, &st) == 0;
	if (there && S_ISREG(st.st_mode) && st.st_size == (off_t)n) {
		*existed = true;
		r = file_sync_folder(f->os, folder, e);
	} else {
		/* one that is cut short is no use to anybody */
		r = write_new(f, path, folder, p, n, there, existed, e);
	}
	free(folder);
	free(path);
	return r;
}

static int
replace_locked(struct folder_transport *f, const char *path, const void *p,
    size_t n, const struct tag *was, struct tag *tag, struct err *e)
{
	char *temp = path_join(f->path, "tmp");
	struct tag now = { "" };
	struct err mine = ERR_INIT;
	struct out_file file;
	struct buf b;
	int r = -1;

	buf_init(&b, REMOTE_HEAD_MAX);
	if (file_read_own(&b, path, &mine) == 0)
		name_content(&now, b.data, b.len);
	else if (mine.code != ERR_NOENT)
		*e = mine;
	if (mine.code == ERR_NONE || mine.code == ERR_NOENT) {
		if (strcmp(now.text, was->text) != 0)
			err_set(e, ERR_MOVED, "'%s' was replaced meanwhile",
			    path);
		else if (file_make_folders(f->os, temp, e) == 0 &&
		    out_file_open_own(&file, f->os, path, temp, 0666, true,
		    e) == 0) {
			if (out_file_add(&file, p, n, e) < 0)
				out_file_drop(&file);
			else
				r = out_file_commit(&file, e);
		}
	}
	if (r == 0)
		name_content(tag, p, n);
	buf_free(&b);
	free(temp);
	return r;
}

static int
folder_put_match(struct transport *t, const char *key, const void *p,
    size_t n, const struct tag *was, struct tag *tag, struct err *e)
{
	struct folder_transport *f = folder_of(t);
	char *path = NULL, *lock = NULL;
	int fd = -1, r = -1;

	if (key_path(&path, f, key, true, e) < 0 ||
	    key_path(&lock, f, "locks/head", true, e) < 0 ||
	    file_open_own(&fd, f->os, lock, O_RDWR | O_CREAT, 0666, e) < 0)
		goto done;
	if (file_lock(fd, FILE_EXCLUSIVE, 0, 0, LOCK_MS, e) < 0) {
		if (e->code == ERR_BUSY)
			err_set(e, ERR_BUSY, "another push holds '%s'; try "
			    "again", lock);
		goto done;
	}
	r = replace_locked(f, path, p, n, was, tag, e);
done:
	if (fd >= 0)
		f->os->close(fd);
	free(lock);
	free(path);
	return r;
}

static int
folder_unlink(struct transport *t, const char *key, struct err *e)
{
	struct folder_transport *f = folder_of(t);
	char *path, *folder;
	int r = 0;

	if (key_path(&path, f, key, false, e) < 0)
		return -1;
	folder = path_folder(path);
	if (f->os->unlink(path) < 0 && errno != ENOENT)
		r = err_sys(e, "cannot remove '%s'", path);
	else if (access(folder, F_OK) == 0)
		r = file_sync_folder(f->os, folder, e);
	free(folder);
	free(path);
	return r;
}

static int
folder_list(struct transport *t, const char *folder, transport_listed_fn *fn,
    void *ctx, struct err *e)
{
	struct folder_transport *f = folder_of(t);
	char *path, **names = NULL;
	struct stat st;
	size_t n = 0;
	int r;

	if (key_path(&path, f, folder, false, e) < 0)
		return -1;
	r = folder_names(&names, &n, path, e);
	for (size_t i = 0; r == 0 && i < n; i++) {
		char *file = path_join(path, names[i]);

		if (lstat(file, &st) == 0 && S_ISREG(st.st_mode))
			fn(ctx, names[i], (uint64_t)st.st_size);
		free(file);
	}
	folder_names_free(names, n);
	free(path);
	return r;
}

/* HEX.tmp or NAME.HEX.tmp of 16 digits, as base/file.h calls what has no name
 * yet: nobody else's is touched. */
static bool
is_temporary(const char *name)
{
	size_t n = strlen(name);
	uint8_t number[8];

	return n >= 20 && strcmp(name + n - 4, ".tmp") == 0 &&
	    hex_decode(number, sizeof(number), name + n - 20, 16) == 0 &&
	    (n == 20 || name[n - 21] == '.');
}

/* What time it is where the folder is. */
static int64_t
folder_now(const char *folder)
{
	struct err ignored = ERR_INIT;
	int64_t now = clock_wall_us() / 1000000;
	struct stat st;
	int fd;

	if (file_open_scratch(&fd, folder, &ignored) == 0) {
		if (fstat(fd, &st) == 0)
			now = st.st_mtime;
		close(fd);
	}
	return now;
}

static int
sweep_one(struct folder_transport *f, const char *path, int64_t before,
    bool look_only, uint64_t *bytes, struct err *e)
{
	struct stat st;

	if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_mtime > before)
		return 0;
	/* one that has its name, too, gives nothing back */
	*bytes += st.st_nlink == 1 ? (uint64_t)st.st_size : 0;
	if (!look_only && f->os->unlink(path) < 0 && errno != ENOENT)
		return err_sys(e, "cannot remove '%s'", path);
	return 0;
}

static int
folder_sweep(struct transport *t, uint64_t grace_s, bool look_only,
    uint64_t *bytes, struct err *e)
{
	struct folder_transport *f = folder_of(t);
	char *folder = path_join(f->path, "tmp"), **names = NULL;
	uint64_t age = grace_s > SWEEP_LEAST_S ? grace_s : SWEEP_LEAST_S;
	int64_t before;
	size_t n = 0;
	int r = 0;

	*bytes = 0;
	if (access(folder, F_OK) == 0)
		r = folder_names(&names, &n, folder, e);
	before = n && age < INT32_MAX ? folder_now(folder) - (int64_t)age :
	    INT64_MIN;
	for (size_t i = 0; r == 0 && i < n; i++) {
		char *path = path_join(folder, names[i]);

		if (is_temporary(names[i]))
			r = sweep_one(f, path, before, look_only, bytes, e);
		free(path);
	}
	folder_names_free(names, n);
	free(folder);
	return r;
}

static void
folder_free(struct transport *t)
{
	free(folder_of(t)->path);
	free(t);
}

static const struct transport_ops folder_ops = {
	.get = folder_get, .put_new = folder_put_new,
	.put_match = folder_put_match, .remove = folder_unlink,
	.list = folder_list, .sweep = folder_sweep, .lanes = 2, .free = folder_free,
};

int
transport_open_folder(struct transport **t, const char *path, struct err *e)
{
	struct folder_transport *f;
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT ? err_set(e, ERR_NOENT, "there is no "
		    "folder '%s': is the share mounted?  'mkdir -p' makes a "
		    "new one", path) :
		    err_sys(e, "cannot open the folder '%s'", path);
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ERR_USAGE, "'%s' is no folder", path);
	f = xalloc(1, sizeof(*f));
	f->t.ops = &folder_ops;
	f->os = os_real();
	f->path = xstrdup(path);
	*t = &f->t;
	return 0;
}
