/*
 * store/repo.h - a repository: a folder with .mlv/config in it.
 *
 * The layout on disk and the order of writing are in mlv-store(5).  A
 * repository has objects (store/odb.h), refs that name them (store/ref.h),
 * an audit log (store/audit.h) and a work tree (store/worktree.h).
 *
 * It may be used by many processes at once and by several threads for
 * reading.  Locks are held only around a ref's move.
 */
#ifndef STORE_REPO_H
#define STORE_REPO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "base/os.h"
#include "base/progress.h"

struct odb;
struct repo;

/* What a repository is opened with; a zeroed struct is a good default. */
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
 * ERR_NOENT when there is none.  A linked git worktree uses the objects,
 * refs and audit log of the main one. */
int repo_open(struct repo **repo, const char *from, const struct repo_opts *o,
    struct err *e);
void repo_close(struct repo *repo);

/* Its objects; borrowed. */
struct odb *repo_odb(const struct repo *repo);
/* The work tree's top: absolute, clean. */
const char *repo_top(const struct repo *repo);
/* The folder with objects, refs, audit: "/x/.mlv". */
const char *repo_folder(const struct repo *repo);
const struct os *repo_os(const struct repo *repo);
const struct log *repo_log(const struct repo *repo);
/* folder/name, to be freed. */
char *repo_path(const struct repo *repo, const char *name);
/* A folder for temporary files on the work tree's file system, to be freed. */
char *repo_temp(const struct repo *repo);

#endif
