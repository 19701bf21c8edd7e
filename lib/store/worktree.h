/*
 * store/worktree.h - files of the work tree: where they stand in it, what
 * their content is, and storing it.
 */
#ifndef STORE_WORKTREE_H
#define STORE_WORKTREE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/source.h"
#include "store/oid.h"
#include "store/repo.h"

/* Where `path` stands below the work tree's top ("sub/x.csv"), symbolic
 * links in its folder resolved; NULL when outside.  To be freed. */
char *worktree_relative(const struct repo *repo, const char *path);
/* Put a regular file's bytes in, as odb_put does; one that the stat cache
 * knows unchanged and stored is not read.  ERR_MOVED when it changed while
 * it was read. */
int worktree_put_file(struct oid *id, uint64_t *size, struct repo *repo,
    const char *path, struct err *e);
/* The same, and where the file is read its bytes go to *seen, too, exactly as
 * they are stored. */
int worktree_put_seen(struct oid *id, uint64_t *size, struct sink *seen,
    struct repo *repo, const char *path, struct err *e);
/* The id the file's content has, by the stat cache or by hashing; nothing
 * is stored. */
int worktree_hash_file(struct oid *id, uint64_t *size, struct repo *repo,
    const char *path, struct err *e);
/* Are both of one file that nobody touched in between? */
bool worktree_same_stat(const struct stat *a, const struct stat *b);

#endif
