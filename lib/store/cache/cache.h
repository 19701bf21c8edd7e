/*
 * store/cache/cache.h - files below .mlv/cache that may be made again, named by
 * what decides their content.
 *
 * Every use marks a file.  Together those of a kind take no more than the
 * caller says, and no more than a fifth of what would be free on the disk
 * without them: the ones whose last use is longest ago go first.  A file that
 * goes stays whole for who has it open.  Whoever finds a file checks it:
 * nobody else does.
 */
#ifndef STORE_CACHE_CACHE_H
#define STORE_CACHE_CACHE_H

#include <stdint.h>

#include "base/err.h"
#include "store/repo.h"

#define CACHE_BYTES ((uint64_t)4 << 30)	/* unless the user says */
#define CACHE_MATRIX "cache/matrix"	/* rows that are ready to learn from */

/* The folder of a kind, made when it is not there; to be freed. */
int cache_folder(char **folder, struct repo *repo, const char *kind,
    struct err *e);
/* Only one at a time makes the file of that name: the descriptor of a lock,
 * free once it is closed.  ERR_BUSY after `wait_ms`. */
int cache_lock(int *fd, struct repo *repo, const char *folder,
    const char *name, int64_t wait_ms, struct err *e);
void cache_mark_used(const char *path);
/* So that a file of so many bytes finds room among `most`; ERR_TOOBIG. */
int cache_make_room(struct repo *repo, const char *folder, uint64_t bytes,
    uint64_t most, struct err *e);
/* Those not used since then, by the clock, are removed, or only counted. */
void cache_drop_unused(uint64_t *files, uint64_t *bytes, struct repo *repo,
    const char *kind, int64_t since_s, bool dry_run);

#endif
