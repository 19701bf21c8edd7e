/*
 * base/os.h - the system calls behind files of record, as a table.
 *
 * Everything that must survive a crash is written through a `struct os`,
 * never through stdio.  The real one is os_real(); the fault tests pass
 * another that fails the Nth call, cuts writes short or lies.  Functions
 * have the contract of the system call they are named after: -1 and errno;
 * below a repository's .mlv the real one follows no link (base/beneath.h).
 */
#ifndef BASE_OS_H
#define BASE_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

struct os {
	int (*open)(const char *path, int flags, mode_t mode);
	ssize_t (*read)(int fd, void *p, size_t n);
	ssize_t (*write)(int fd, const void *p, size_t n);
	int (*fsync)(int fd);
	int (*close)(int fd);
	int (*rename)(const char *from, const char *to);
	int (*link)(const char *from, const char *to);
	/* give an O_TMPFILE descriptor a name */
	int (*linkfd)(int fd, const char *to);
	/* reserve room, so that a full disk says so before the work */
	int (*fallocate)(int fd, off_t size);
	int (*fdatasync)(int fd);
	int (*unlink)(const char *path);
	int (*mkdir)(const char *path, mode_t mode);
	int (*truncate)(int fd, off_t size);
};

const struct os *os_real(void);

#endif
