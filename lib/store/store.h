/*
 * store/store.h - a repository's objects: immutable bytes under the name
 * of their content.
 *
 * The layout on disk, the object file's format and the order of writing are
 * in mlv-store(5).  In short: .mlv/objects/ab/cdef... holds a header, the
 * bytes (zstd when that shrinks them) and a trailer with the plain size and
 * an XXH3; it appears by link or rename after its fsync, so it is there
 * whole or not at all.  Every read checks the SHA-256.
 *
 * A store may be used by many processes at once and by several threads for
 * reading.  Locks are held only around a ref's move (store/ref.h).
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/os.h"
#include "base/progress.h"
#include "base/source.h"
#include "store/oid.h"

struct repo;

/* What a store is opened with; a zeroed struct is a good default. */
struct repo_opts {
	const struct os *os;		/* NULL: os_real() */
	const struct log *log;		/* warnings; may be NULL */
	const struct progress *progress;
	int64_t wait_ms;		/* for locks; 0: 30 s, < 0: for ever */
};

/* Make folder/.mlv.  *made says whether it was not there before. */
int repo_init(bool *made, const char *folder, const struct repo_opts *o,
    struct err *e);
/* Open the repository at or above `from` (NULL: the current folder).
 * ERR_NOENT when there is none.  A linked git worktree uses the store of
 * the main one. */
int repo_open(struct repo **s, const char *from, const struct repo_opts *o,
    struct err *e);
void repo_close(struct repo *s);

/* The work tree's top: absolute, clean. */
const char *repo_top(const struct repo *s);
/* The folder with objects, refs, audit: "/x/.mlv". */
const char *repo_folder(const struct repo *s);
const struct os *repo_os(const struct repo *s);
const struct log *repo_log(const struct repo *s);
/* folder/name, to be freed. */
char *repo_path(const struct repo *s, const char *name);
/* Where `path` stands below the work tree's top ("sub/x.csv"), symbolic
 * links in its folder resolved; NULL when outside.  To be freed. */
char *worktree_relative(const struct repo *s, const char *path);
/* A folder for temporary files on the work tree's file system, to be freed. */
char *repo_temp(const struct repo *s);

/*
 * Put bytes in.  Durable on return.  Bytes that are there already cost one
 * check of the stored copy; a damaged copy is replaced.
 */
int store_put(struct oid *id, struct repo *s, const void *p, size_t n,
    struct err *e);
int store_put_source(struct oid *id, uint64_t *size, struct repo *s,
    struct source *from, struct err *e);
/* As above for a regular file; one that the stat cache knows unchanged and
 * stored is not read.  ERR_MOVED when it changed while it was read. */
int worktree_put_file(struct oid *id, uint64_t *size, struct repo *s,
    const char *path, struct err *e);
/* The id the file's content has, by the stat cache or by hashing; nothing
 * is stored. */
int worktree_hash_file(struct oid *id, uint64_t *size, struct repo *s,
    const char *path, struct err *e);

bool store_has(struct repo *s, const struct oid *id);
/* Append the plain bytes to *out.  ERR_NOENT, ERR_CORRUPT, or ERR_TOOBIG
 * when out's cap is too small. */
int store_get(struct buf *out, struct repo *s, const struct oid *id,
    struct err *e);
/* The bytes as a stream; the last read fails with ERR_CORRUPT when they do
 * not hash to `id`, so act on them only after the end was seen. */
int store_get_source(struct source *from, struct repo *s,
    const struct oid *id, struct err *e);
/* Size of the plain bytes, from the trailer. */
int store_size(uint64_t *size, struct repo *s, const struct oid *id,
    struct err *e);

/* "sha256:" and at least 8 digits, or the digits alone: the one object they
 * begin.  ERR_NOENT, or ERR_USAGE when several do. */
int store_expand(struct oid *id, struct repo *s, const char *text,
    struct err *e);

/* Every object, in order of its name.  fn returns 0 to go on. */
int store_each(struct repo *s, int (*fn)(void *ctx, const struct oid *id,
    struct err *e), void *ctx, struct err *e);

#endif
