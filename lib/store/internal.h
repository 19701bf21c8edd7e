/* store/internal.h - what the files of lib/store share; nobody else's. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <sys/stat.h>
#include <time.h>

#include "base/log.h"
#include "base/progress.h"
#include "store/layout.h"
#include "store/odb.h"
#include "store/oid.h"
#include "store/repo.h"

struct object_source;
struct odb;
struct stat_cache;

struct repo {
	char *top;		/* of the work tree */
	char *local;		/* top/.mlv: cache and temporary files */
	struct layout layout;	/* where objects, refs and audit are */
	const struct os *os;
	const struct log *log;
	const struct progress *progress;
	int64_t wait_ms;
	struct odb *odb;
	struct object_source *loose, *packs;	/* the odb's */
	struct stat_cache *cache;	/* read at first use */
	int objects_lock;		/* descriptor, or -1 */
};

/* A database over these sources, which it frees; the first takes what is
 * new, `bulk`, one of them, what comes in bulk. */
struct odb *odb_new(struct object_source *sources,
    struct object_source *bulk, const struct progress *progress);
/* Asked once before the first object is put or kept. */
void odb_guard(struct odb *o, int (*hold)(struct repo *repo, struct err *e),
    struct repo *repo);
void odb_free(struct odb *o);

#define REF_FILE_MAX ((size_t)1 << 28)
#define REF_HEADER "mlv-ref 1\n"	/* the first line of a ref's file */
/* folder/refs/NAME, to be freed. */
char *ref_path(const struct repo *repo, const char *name);
/* The ref's whole file anew, with one more value unless NULL.  The caller holds
 * the lock. */
struct ref;
struct ref_value;
int ref_write(struct repo *repo, const char *name, const struct ref *r,
    const struct ref_value *more, struct err *e);
/* Is the ref's newest value that one? */
bool ref_has_value(struct repo *repo, const char *name,
    const struct ref_value *want);

/* The lock that every writer of refs holds, on locks/refs. */
int refs_lock(int *fd, struct repo *repo, bool shared, struct err *e);
void refs_unlock(int fd);

/* The stat cache, read at first use. */
struct stat_cache *worktree_cache(struct repo *repo);
/* Was the file left alone for at least one tick before `then`, so that a later
 * change is sure to show in its times? */
bool worktree_settled(const struct stat *st, const struct timespec *then);
/* Hash an open file whose status was `before`, or also store it; it must not
 * change meanwhile (ERR_MOVED).  Remembered under `relative`, unless NULL. */
int worktree_read_open(struct oid *id, uint64_t *size, struct repo *repo,
    int fd, const char *name, const char *relative, const struct stat *before,
    bool put, struct err *e);

/* Append a record; the caller holds the lock.  Sets aside a torn tail and
 * voids an unconfirmed last record first.  *hash is the new record's. */
struct audit_record;
struct ref;
struct ref_value;
int audit_append(struct oid *hash, struct repo *repo,
    const struct audit_record *r, struct err *e);
/* The audit record, then the ref's file with *v added; the caller holds the
 * lock. */
int ref_record(struct repo *repo, const char *name, const struct ref *r,
    struct ref_value *v, const struct audit_record *record, struct err *e);

/* What is put stays until the repository is closed, whatever gc runs; the
 * first put asks for it.  ERR_BUSY. */
int objects_hold(struct repo *repo, struct err *e);
/* Nobody else puts anything until objects_release: gc's.  ERR_BUSY. */
int objects_claim(struct repo *repo, struct err *e);
void objects_release(struct repo *repo);

#endif
