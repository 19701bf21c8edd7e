/*
 * base/beneath.h - names below a repository's .mlv, where no link is
 * followed.
 *
 * A checkout is somebody else's: any folder in it may be a link, and may
 * become one between a check and its use.  So a path that leads below a
 * folder called .mlv is walked from that folder, no link followed, and what
 * is done to its last name is done in the open folder.  Any other path is
 * what it is.
 */
#ifndef BASE_BENEATH_H
#define BASE_BENEATH_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

struct beneath {
	int folder;		/* for *at() calls: open, or AT_FDCWD */
	const char *name;	/* in it: a part of the path */
	bool own;		/* below a .mlv: follow no link there either */
};

/* -1 and errno, ELOOP where a link is in the way. */
int beneath_open(struct beneath *b, const char *path);
/* Keeps errno. */
void beneath_close(struct beneath *b);

/* open(2) and lstat(2) of such a path; of any other, open(2) and stat(2). */
int beneath_open_file(const char *path, int flags, mode_t mode);
int beneath_stat(const char *path, struct stat *st);

#endif
