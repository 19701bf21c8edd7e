/*
 * base/stamp.h - what a file looks like from outside: it differs when the
 * file was written, replaced or given other rights.  Taking it is cheap;
 * nothing is read.
 */
#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

struct stamp {
	struct timespec written, changed;
	off_t size;
	ino_t inode;
};

/* False when it is not there; then all of it is zero. */
bool stamp_of_file(struct stamp *s, const char *path);
bool stamp_same(const struct stamp *a, const struct stamp *b);

#endif
