/*
 * store/statcache.h - what a file's content was when we last hashed it.
 *
 * An entry counts only when size, mtime, ctime and inode agree and the file
 * was last touched before the cache itself was written.  A cache that cannot
 * be read is empty, one that cannot be written is lost: neither is an error.
 * The file is mapped, so a cache of a million files costs nothing to open but
 * its checksum.  Looking up may be done by several threads while none adds.
 * Private to lib/store.
 */
#ifndef STORE_STATCACHE_H
#define STORE_STATCACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/os.h"
#include "store/oid.h"

struct stat_cache;

/* Read folder/cache/stat.  Never NULL. */
struct stat_cache *stat_cache_new(const char *folder);
bool stat_cache_is_empty(const struct stat_cache *c);
/* `path` is relative to the work tree's top.  *near is where the last one was
 * found, 0 at first: paths that are asked in order are found at once.  It
 * may be NULL. */
bool stat_cache_find(const struct stat_cache *c, const char *path,
    const struct stat *st, struct oid *id, size_t *near);
void stat_cache_add(struct stat_cache *c, const char *path,
    const struct stat *st, const struct oid *id);
/* What was in the cache below this folder and was neither found nor added
 * since it was read is to be dropped: it was looked through. */
void stat_cache_drop_rest(struct stat_cache *c, const char *folder);
/* Write it back where something was added.  NULL: nothing. */
void stat_cache_save(struct stat_cache *c, const struct os *os);
void stat_cache_free(struct stat_cache *c);

#endif
