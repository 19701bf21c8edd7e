/* The system calls behind files of record, as they are. */
#define _GNU_SOURCE
#include "base/os.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int
real_open(const char *path, int flags, mode_t mode)
{
	return open(path, flags | O_CLOEXEC, mode);
}

/* linkat(fd, "", ..., AT_EMPTY_PATH) needs a capability on older kernels;
 * the name in /proc does not. */
static int
real_linkfd(int fd, const char *to)
{
	char name[40];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, name, AT_FDCWD, to, AT_SYMLINK_FOLLOW);
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
		.open = real_open,
		.read = read,
		.write = write,
		.fsync = fsync,
		.close = close,
		.rename = rename,
		.link = link,
		.linkfd = real_linkfd,
		.fallocate = real_fallocate,
		.fdatasync = fdatasync,
		.unlink = unlink,
		.mkdir = mkdir,
		.truncate = ftruncate,
	};

	return &real;
}
