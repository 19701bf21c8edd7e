/* store/internal.h - what the files of lib/store share; nobody else's. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <sys/stat.h>

#include "store/store.h"

struct stat_cache;

struct repo {
	char *top;		/* of the work tree */
	char *local;		/* top/.mlv: cache and temporary files */
	char *folder;		/* where objects, refs and audit are */
	const struct os *os;
	const struct log *log;
	const struct progress *progress;
	int64_t wait_ms;
	bool folders_made;
	struct stat_cache *cache;	/* read at first use */
};

#define OBJECT_MODE 0444

/* objects/ab/cdef..., to be freed. */
char *object_path(const struct repo *s, const struct oid *id);
/* The stored file is whole: header, trailer, XXH3; *size of the plain bytes.
 * ERR_NOENT, ERR_CORRUPT. */
int object_check(uint64_t *size, struct repo *s, const struct oid *id,
    struct err *e);
/* Make sure store folders exist (a fresh git clone has only config). */
int store_make_folders(struct repo *s, struct err *e);

/* Names in a folder, sorted, those with a leading dot left out; none when
 * there is no such folder. */
int folder_names(char ***names, size_t *n, const char *folder, struct err *e);
void folder_names_free(char **names, size_t n);

/*
 * The stat cache: what a file's content was when we last hashed it.  An
 * entry counts only when size, mtime, ctime and inode agree and the file
 * was last touched before the cache itself was written.
 */
bool stat_cache_find(struct repo *s, const char *path, const struct stat *st,
    struct oid *id);
void stat_cache_add(struct repo *s, const char *path, const struct stat *st,
    const struct oid *id);
/* Written back by repo_close; a cache that cannot be is no error. */
void stat_cache_save(struct repo *s);
void stat_cache_free(struct stat_cache *c);

/* The lock every writer of refs holds, on locks/refs. */
int refs_lock(int *fd, struct repo *s, bool shared, struct err *e);
void refs_unlock(int fd);

/* Append a record; the caller holds the lock.  Sets aside a torn tail and
 * voids an unconfirmed last record first.  *hash is the new record's. */
struct audit_record;
int audit_append(struct oid *hash, struct repo *s, const struct audit_record *r,
    struct err *e);

#endif
