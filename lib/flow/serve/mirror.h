/*
 * flow/serve/mirror.h - models served straight from a remote: what their names
 * mean there is kept in a repository that is but a cache, in a folder of its
 * own, and brought up to date by a thread as the remote changes.
 *
 * Every byte is checked on arrival, and a name moves once its bytes are here.
 * While the remote does not answer nothing changes; that is told once, and it
 * is asked again after twice the time, at most ten times the time, or at once
 * when somebody asks for it.
 */
#ifndef FLOW_SERVE_MIRROR_H
#define FLOW_SERVE_MIRROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "remote/remote.h"

struct mirror;

/* Copied, but the log, which is borrowed until mirror_close. */
struct mirror_opts {
	const char *url;
	const struct remote_environment *env;
	const char *folder;		/* of the cache; made where need be */
	int64_t poll_ms;
	const struct log *log;
};

/* `source` are names as mlv-names(7) has them, NULL for none.  They are here
 * when it returns: where the remote does not answer, from an earlier time,
 * which is told; else an error. */
int mirror_open(struct mirror **m, const struct mirror_opts *o,
    const char *const *source, size_t n, struct err *e);
/* Ask the remote now. */
void mirror_poll(struct mirror *m);
/* Did it answer when it was asked last? */
bool mirror_is_reachable(const struct mirror *m);
/* NULL is fine. */
void mirror_close(struct mirror *m);

#endif
