/*
 * store/tree/folder.h - a folder of the work tree read as trees.
 *
 * Left out are .git and .mlv, and what the .mlvignore files in the folder and
 * above it (up to the work tree's top) name by gitignore's rules.  Symbolic
 * links are kept as links and never followed.  Empty folders are kept.  What
 * is neither file, folder nor link, and pointer files (NAME.mlv), are errors
 * that name it.  Private to lib/store/tree.
 */
#ifndef STORE_TREE_FOLDER_H
#define STORE_TREE_FOLDER_H

#include <stdbool.h>

#include "base/err.h"
#include "store/repo.h"
#include "store/tree/tree.h"

struct folder_reader;
struct folder_scope;		/* the .mlvignore files that hold here */

/* `put`: what is read is also stored, into the open transaction. */
struct folder_reader *folder_reader_new(struct repo *repo, bool put);
void folder_reader_free(struct folder_reader *f);

/* Open the folder at `path` from the work tree's top, no link on the way.
 * Close *fd and free *scope.  ERR_NOENT. */
int folder_open(int *fd, struct folder_scope **scope,
    struct folder_reader *f, const char *path, struct err *e);
/* A folder in an open one. */
int folder_open_in(int *fd, struct folder_scope **scope,
    struct folder_scope *above, int above_fd, const char *name,
    const char *path, struct err *e);
void folder_scope_free(struct folder_scope *scope);

/* What is in it, sorted: files with their ids, folders without.  `path` is
 * the folder's, from the work tree's top.  ERR_MOVED when something changed
 * while it was read. */
int folder_list(struct tree *t, struct folder_reader *f, int fd,
    struct folder_scope *scope, const char *path, struct err *e);

#endif
