/*
 * codec/git.h - what git says about the folder we are in, by asking git.
 *
 * No git on the machine, no repository, no commit yet: all of that is
 * "unknown", not an error.
 */
#ifndef CODEC_GIT_H
#define CODEC_GIT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

struct git_state {
	bool known;		/* there is a commit */
	bool dirty;		/* tracked files differ from it */
	char commit[65];	/* full hex id */
};

int git_read_state(struct git_state *g, const char *folder, struct err *e);
/* Append the difference to HEAD; ERR_TOOBIG beyond out's cap. */
int git_read_diff(struct buf *out, const char *folder, struct err *e);
/* Does git keep the file itself?  1 yes, 0 no, -1. */
int git_tracks(const char *folder, const char *path, struct err *e);
/* Append the files it keeps under the folder whose names the pattern fits,
 * relative to the folder, a NUL after each. */
int git_read_files(struct buf *out, const char *folder, const char *pattern,
    struct err *e);
/* Append the tops of all work trees of the folder's repository, a NUL after
 * each. */
int git_read_worktrees(struct buf *out, const char *folder, struct err *e);
/* Append the path of what git keeps beside its objects ("hooks", which its
 * configuration may have elsewhere, "info/attributes", "rebase-merge"), from
 * the folder.  ERR_NOENT without git or its repository. */
int git_read_path(struct buf *out, const char *folder, const char *what,
    struct err *e);
/* Append the paths that differ between the index and HEAD and fit the
 * pattern, a NUL after each. */
int git_read_staged(struct buf *out, const char *folder, const char *pattern,
    struct err *e);
/* Append what 'git grep' says of the index: each line that fits the extended
 * expression as PATH NUL NUMBER NUL line.  ERR_IO where git cannot read one. */
int git_read_lines(struct buf *out, const char *folder, const char *expr,
    struct err *e);
/* A setting of the repository's own configuration; value NULL: none. */
int git_set(const char *folder, const char *key, const char *value,
    struct err *e);
/* The work tree's top into out (emptied when there is none). */
int git_read_top(struct buf *out, const char *folder, struct err *e);

#endif
