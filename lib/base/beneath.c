/* Paths below a repository's .mlv, walked without following links. */
#define _GNU_SOURCE
#include "base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"

#define FOLDER_FLAGS (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* The end of the last part called .mlv that has something behind it. */
static const char *
end_of_own(const char *path)
{
	const char *end = NULL;

	for (const char *at = path; *at;) {
		size_t n = strcspn(at, "/");

		if (n == 4 && memcmp(at, ".mlv", 4) == 0 &&
		    at[n + strspn(at + n, "/")] != '\0')
			end = at + n;
		at += n;
		at += strspn(at, "/");
	}
	return end;
}

/* A link where a folder should be is said to be no folder. */
static int
open_folder(int in, const char *name)
{
	int fd = openat(in, name, FOLDER_FLAGS);
	struct stat st;

	if (fd < 0 && errno == ENOTDIR && fstatat(in, name, &st,
	    AT_SYMLINK_NOFOLLOW) == 0)
		errno = S_ISLNK(st.st_mode) ? ELOOP : ENOTDIR;
	return fd;
}

/* Every part for itself, where the kernel cannot do it at once. */
static int
walk_parts(int in, char *parts)
{
	int fd = dup(in), next;

	for (char *rest, *part = strtok_r(parts, "/", &rest); fd >= 0 && part;
	    part = strtok_r(NULL, "/", &rest)) {
		next = open_folder(fd, part);
		close(fd);
		fd = next;
	}
	return fd;
}

/* The folder that `parts` leads to, from `in`. */
static int
walk(int in, const char *parts, size_t n)
{
	struct open_how how = {
		.flags = FOLDER_FLAGS,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH,
	};
	char *copy = xstrndup(parts, n);
	int fd = (int)syscall(SYS_openat2, in, copy, &how, sizeof(how));

	if (fd < 0 && errno != ENOENT && errno != ELOOP)
		fd = walk_parts(in, copy);
	free(copy);
	return fd;
}

int
beneath_open(struct beneath *b, const char *path)
{
	const char *own = end_of_own(path), *parts, *last;
	char *top;
	int fd;

	*b = (struct beneath){ AT_FDCWD, path, false };
	if (own == NULL)
		return 0;
	top = xstrndup(path, (size_t)(own - path));
	fd = open_folder(AT_FDCWD, top);
	free(top);
	if (fd < 0)
		return -1;
	parts = own + strspn(own, "/");
	last = strrchr(parts, '/');
	*b = (struct beneath){ fd, last ? last + 1 : parts, true };
	if (last == NULL)
		return 0;
	b->folder = walk(fd, parts, (size_t)(last - parts));
	close(fd);
	return b->folder < 0 ? -1 : 0;
}

void
beneath_close(struct beneath *b)
{
	int saved = errno;

	if (b->own && b->folder >= 0)
		close(b->folder);
	errno = saved;
}

int
beneath_open_file(const char *path, int flags, mode_t mode)
{
	struct beneath b;
	struct stat st;
	int fd;

	if (beneath_open(&b, path) < 0)
		return -1;
	fd = b.own ? openat(b.folder, b.name, flags | O_CLOEXEC | O_NOFOLLOW,
	    mode) : open(path, flags | O_CLOEXEC, mode);
	if (fd < 0 && errno == ENOTDIR && b.own && fstatat(b.folder, b.name,
	    &st, AT_SYMLINK_NOFOLLOW) == 0)
		errno = S_ISLNK(st.st_mode) ? ELOOP : ENOTDIR;
	beneath_close(&b);
	return fd;
}

int
beneath_stat(const char *path, struct stat *st)
{
	struct beneath b;
	int r;

	if (beneath_open(&b, path) < 0)
		return -1;
	r = fstatat(b.folder, b.name, st, b.own ? AT_SYMLINK_NOFOLLOW : 0);
	beneath_close(&b);
	return r;
}
