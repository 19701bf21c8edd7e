/* Files and folders that commands read and make. */
#define _XOPEN_SOURCE 700
#include "exec/content.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "catalog/manifest.h"
#include "store/odb.h"
#include "store/tree/restore.h"
#include "store/tree/snapshot.h"
#include "store/worktree.h"

#define WALK_FOLDERS 32		/* open at once */

static int
folder_content(struct content *out, struct repo *s, const char *path, bool put,
    struct err *e)
{
	char *below = worktree_relative(s, path);
	struct tree_total total;
	int r;

	if (below == NULL)
		return err_set(e, ERR_USAGE, "'%s' lies outside of the "
		    "repository's work tree: of folders only those in it can be "
		    "kept", path);
	r = (put ? tree_put_folder : tree_hash_folder)(&out->id, &total, s,
	    below, e);
	out->size = total.object;
	out->type = TREE_TYPE;
	free(below);
	return r;
}

int
content_of_path(struct content *out, struct repo *s, const char *path,
    bool put, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return folder_content(out, s, path, put, e);
	out->type = manifest_type_of_path(path);
	return (put ? worktree_put_file : worktree_hash_file)(&out->id,
	    &out->size, s, path, e);
}

bool
content_in_place(struct repo *s, const struct link *l)
{
	struct err ignored = ERR_INIT;
	struct content now;

	return access(l->name, F_OK) == 0 &&
	    content_of_path(&now, s, l->name, false, &ignored) == 0 &&
	    oid_eq(&now.id, &l->id);
}

static int
put_back_folder(struct repo *s, const struct link *l, struct err *e)
{
	char *below = worktree_relative(s, l->name);
	struct tree_restored done;
	int r = below ? tree_restore(&done, s, &l->id, below, true, e) :
	    err_set(e, ERR_USAGE, "'%s' lies outside of the repository's work "
	    "tree", l->name);

	free(below);
	return r;
}

static int
put_back_file(struct repo *s, const struct link *l, bool program,
    struct err *e)
{
	struct buf b;
	int r;

	buf_init(&b, BUF_CAP_DATA);
	r = odb_get(&b, repo_odb(s), &l->id, e);
	if (r == 0)
		r = file_replace(repo_os(s), l->name, b.data, b.len,
		    program ? 0777 : 0666, e);
	buf_free(&b);
	return r;
}

int
content_put_back(struct repo *s, const struct link *l, bool program,
    struct err *e)
{
	char *folder;
	int r;

	if (content_in_place(s, l))
		return 0;
	folder = path_folder(l->name);
	r = file_make_folders(repo_os(s), folder, e);
	free(folder);
	if (r < 0)
		return -1;
	return l->type && strcmp(l->type, TREE_TYPE) == 0 ?
	    put_back_folder(s, l, e) : put_back_file(s, l, program, e);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

int
content_remove(const char *path, struct err *e)
{
	struct stat st;
	int r = lstat(path, &st);

	if (r == 0)
		r = S_ISDIR(st.st_mode) ? nftw(path, remove_one, WALK_FOLDERS,
		    FTW_DEPTH | FTW_PHYS) : unlink(path);
	return r < 0 && errno != ENOENT ? err_sys(e, "cannot remove '%s'",
	    path) : 0;
}
