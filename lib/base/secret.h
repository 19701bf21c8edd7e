/*
 * base/secret.h - files that hold secrets: keys, tokens, salts.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/err.h"

/*
 * Nobody may open the file but its owner, and a group only where root or
 * another user than us gave it so (0640, 0440): as what a container or a
 * supervisor mounts.  ERR_USAGE says that "'path' what", as "is a key", can be
 * opened by others, and what to do.
 */
int secret_check(const char *path, const char *what, struct err *e);
/* Of a file that is open. */
int secret_check_fd(int fd, const char *path, const char *what,
    struct err *e);

#endif
