/* The system calls behind files of record, as they are. */
#define _GNU_SOURCE
#include "base/os.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/beneath.h"

/* What is done with two names, each in its folder. */
static int
with_both(const char *from, const char *to, bool is_rename)
{
	struct beneath a, b;
	int r = -1;

	if (beneath_open(&a, from) < 0)
		return -1;
	if (beneath_open(&b, to) == 0) {
		if (!a.own && !b.own)
			r = is_rename ? rename(from, to) : link(from, to);
		else
			r = is_rename ? renameat(a.folder, a.name, b.folder,
			    b.name) : linkat(a.folder, a.name, b.folder,
			    b.name, 0);
		beneath_close(&b);
	}
	beneath_close(&a);
	return r;
}

static int
real_rename(const char *from, const char *to)
{
	return with_both(from, to, true);
}

static int
real_link(const char *from, const char *to)
{
	return with_both(from, to, false);
}

static int
real_unlink(const char *path)
{
	struct beneath b;
	int r;

	if (beneath_open(&b, path) < 0)
		return -1;
	r = b.own ? unlinkat(b.folder, b.name, 0) : unlink(path);
	beneath_close(&b);
	return r;
}

static int
real_mkdir(const char *path, mode_t mode)
{
	struct beneath b;
	int r;

	if (beneath_open(&b, path) < 0)
		return -1;
	r = b.own ? mkdirat(b.folder, b.name, mode) : mkdir(path, mode);
	beneath_close(&b);
	return r;
}

/* linkat(fd, "", ..., AT_EMPTY_PATH) needs a capability on older kernels;
 * the name in /proc does not. */
static int
real_linkfd(int fd, const char *to)
{
	char name[40];
	struct beneath b;
	int r;

	if (beneath_open(&b, to) < 0)
		return -1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	r = linkat(AT_FDCWD, name, b.folder, b.name, AT_SYMLINK_FOLLOW);
	beneath_close(&b);
	return r;
}

static int
real_fallocate(int fd, off_t size)
{
	return fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, size);
}

const struct os *
os_real(void)
{
	static const struct os real = {
		.open = beneath_open_file,
		.read = read,
		.write = write,
		.fsync = fsync,
		.close = close,
		.rename = real_rename,
		.link = real_link,
		.linkfd = real_linkfd,
		.fallocate = real_fallocate,
		.fdatasync = fdatasync,
		.unlink = real_unlink,
		.mkdir = real_mkdir,
		.truncate = ftruncate,
	};

	return &real;
}
