/*
 * store/statcache.h - what a file's content was when we last hashed it.
 *
 * An entry counts only when size, mtime, ctime and inode agree and the file
 * was last touched before the cache itself was written.  A cache that cannot
 * be read is empty, one that cannot be written is lost: neither is an error.
 * Private to lib/store.
 */
#ifndef STORE_STATCACHE_H
#define STORE_STATCACHE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/os.h"
#include "store/oid.h"

struct stat_cache;

/* Read folder/cache/stat.  Never NULL. */
struct stat_cache *stat_cache_new(const char *folder);
bool stat_cache_is_empty(const struct stat_cache *c);
/* `path` is relative to the work tree's top. */
bool stat_cache_find(const struct stat_cache *c, const char *path,
    const struct stat *st, struct oid *id);
void stat_cache_add(struct stat_cache *c, const char *path,
    const struct stat *st, const struct oid *id);
/* Write it back where something was added.  NULL: nothing. */
void stat_cache_save(struct stat_cache *c, const struct os *os);
void stat_cache_free(struct stat_cache *c);

#endif
