/* Stored versions put back into the work tree. */
#include "catalog/checkout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "catalog/internal.h"
#include "store/odb.h"
#include "store/tree/restore.h"
#include "store/worktree.h"

#define BLOCK ((size_t)1 << 18)

/* What git and mlv keep is nobody's data file, however it is spelled. */
static bool
is_reserved(const char *path)
{
	size_t n;

	for (; *path; path += n + (path[n] == '/')) {
		n = strcspn(path, "/");
		if (n == 4 && (strncasecmp(path, ".git", 4) == 0 ||
		    strncasecmp(path, ".mlv", 4) == 0))
			return true;
	}
	return false;
}

/*
 * The folder that `path` goes to is made where it is not there; a link on the
 * way, which could lead out of the work tree, is refused.
 */
static int
make_place(struct catalog *c, const char *path, const char *full,
    struct err *e)
{
	char *folder = path_folder(full), *here = NULL;
	struct stat st;
	int r = -1;

	for (const char *s = path; (s = strchr(s, '/')) != NULL; s++) {
		char *part = xstrndup(path, (size_t)(s - path));

		here = path_join(repo_top(c->repo), part);
		r = lstat(here, &st);
		if (r == 0 && !S_ISDIR(st.st_mode))
			r = err_set(e, ERR_EXISTS, "'%s' goes into a folder, "
			    "and '%s' is none", path, part);
		else if (r < 0 && errno == ENOENT)
			r = 0;
		else if (r < 0)
			err_sys(e, "cannot look at '%s'", part);
		free(part);
		free(here);
		if (r < 0)
			goto done;
	}
	r = file_make_folders(repo_os(c->repo), folder, e);
done:
	free(folder);
	return r;
}

/*
 * What lies there: *was, and *st of it (st_ino 0: nothing).  May it be
 * replaced?  Only if its bytes are stored and whole.
 */
static int
look_before(enum tracked_state *was, struct stat *st, struct catalog *c,
    const struct tracked *t, const char *full, bool force, struct err *e)
{
	struct err ignored = ERR_INIT;
	struct oid now;
	uint64_t size;

	*was = TRACKED_MISSING;
	memset(st, 0, sizeof(*st));
	if (lstat(full, st) < 0) {
		memset(st, 0, sizeof(*st));
		return errno == ENOENT ? 0 : err_sys(e, "cannot look at '%s'",
		    t->path);
	}
	*was = TRACKED_CHANGED;
	if (!S_ISREG(st->st_mode) && !S_ISLNK(st->st_mode))
		return err_set(e, ERR_EXISTS, "'%s' is %s, which is not "
		    "replaced by a file", t->path, S_ISDIR(st->st_mode) ?
		    "a folder" : "no regular file");
	if (tracked_compare(was, c, t->path, &t->says.content, t->says.size,
	    e) < 0)
		return -1;
	if (*was == TRACKED_SAME || force)
		return 0;
	*was = TRACKED_CHANGED;		/* a link to nowhere, too */
	if (S_ISLNK(st->st_mode))
		return err_set(e, ERR_EXISTS, "'%s' is a link to other bytes: "
		    "--force puts a file in its place", t->path);
	if (worktree_hash_file(&now, &size, c->repo, full, e) < 0)
		return -1;
	if (odb_check(&size, repo_odb(c->repo), &now, &ignored) < 0)
		return err_set(e, ERR_EXISTS, "'%s' was changed, and that is "
		    "stored nowhere: 'mlv-data add' keeps it, --force gives it "
		    "up", t->path);
	return 0;
}

/* Nobody wrote there since we looked. */
static int
check_untouched(const struct stat *before, const char *full,
    const char *path, struct err *e)
{
	struct stat now;

	if (lstat(full, &now) < 0)
		memset(&now, 0, sizeof(now));
	if (now.st_ino == before->st_ino && now.st_size == before->st_size &&
	    now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == before->st_mtim.tv_nsec)
		return 0;
	return err_set(e, ERR_MOVED, "'%s' changed meanwhile; it stays as it "
	    "is: try again", path);
}

static int
copy_object(struct out_file *f, struct catalog *c, const struct oid *id,
    struct err *e)
{
	char *block = xalloc(1, BLOCK);
	struct source from;
	int64_t got = -1;

	if (odb_get_source(&from, repo_odb(c->repo), id, e) == 0) {
		while ((got = source_read(&from, block, BLOCK, e)) > 0)
			if (out_file_add(f, block, (size_t)got, e) < 0) {
				got = -1;
				break;
			}
		source_close(&from);
	}
	free(block);
	return got < 0 ? -1 : 0;
}

static int
write_file(bool *written, struct catalog *c, const struct tracked *t,
    const char *full, const struct stat *before, struct err *e)
{
	const struct os *os = repo_os(c->repo);
	mode_t mode = S_ISREG(before->st_mode) ? before->st_mode & 0777 : 0666;
	char *tmp = repo_temp(c->repo);
	struct out_file f;
	int r = -1;

	if (make_place(c, t->path, full, e) < 0 ||
	    file_make_folders(os, tmp, e) < 0 ||
	    out_file_open_own(&f, os, full, tmp, mode, true, e) < 0)
		goto done;
	if (copy_object(&f, c, &t->says.content, e) == 0 &&
	    check_untouched(before, full, t->path, e) == 0) {
		r = out_file_commit(&f, e);
		*written = r == 0 || e->code == ERR_UNPROVEN;
	}
	out_file_drop(&f);
done:
	free(tmp);
	return r;
}

/* What the odb has at `path` of the work tree now; -1: nothing. */
static enum tracked_state
state_before(struct catalog *c, const struct tracked *t, const char *full)
{
	struct err ignored = ERR_INIT;
	enum tracked_state s;
	struct stat st;

	if (lstat(full, &st) < 0)
		return TRACKED_MISSING;
	return tracked_compare(&s, c, t->path, &t->says.content, -1,
	    &ignored) == 0 ? s : TRACKED_CHANGED;
}

/* A folder, or one thing of a folder's version. */
static int
restore_tree(struct checkout_done *done, struct catalog *c,
    const struct tracked *t, const char *full, bool force, struct err *e)
{
	struct tree_restored what;
	char text[OID_TEXT];
	struct stat st;
	int r;

	if (t->kind == 0 && !odb_has(repo_odb(c->repo), &t->says.content))
		return err_set(e, ERR_NOENT, "the content of '%s', %s, is not "
		    "in this repository's store", t->path, oid_print(text,
		    &t->says.content));
	done->was = state_before(c, t, full);
	if (done->was == TRACKED_SAME && t->says.files >= 0)
		return 0;
	if (t->says.files >= 0 && lstat(full, &st) == 0 &&
	    !S_ISDIR(st.st_mode))
		return err_set(e, ERR_EXISTS, "'%s' is no folder, and is not "
		    "replaced by one", t->path);
	if (make_place(c, t->path, full, e) < 0)
		return -1;
	r = t->says.files >= 0 ? tree_restore(&what, c->repo,
	    &t->says.content, t->path, force, e) : tree_restore_entry(&what,
	    c->repo, &t->inside, t->path, force, e);
	done->file = what.written + what.removed > 0 ||
	    (r == 0 && done->was != TRACKED_SAME);
	return r;
}

int
catalog_checkout(struct checkout_done *done, struct catalog *c,
    const struct tracked *t, bool force, struct err *e)
{
	char *full = xprintf("%s/%s", repo_top(c->repo), t->path);
	char text[OID_TEXT];
	struct err late = ERR_INIT;
	struct stat before;
	int r = -1;

	memset(done, 0, sizeof(*done));
	if (t->why) {
		*e = *t->why;
		goto done;
	}
	if (is_reserved(t->path)) {
		err_set(e, ERR_USAGE, "'%s' is no place for data", t->path);
		goto done;
	}
	if (t->says.files >= 0 || t->kind != 0) {
		r = restore_tree(done, c, t, full, force, e);
		goto pointer;
	}
	if (look_before(&done->was, &before, c, t, full, force, e) < 0)
		goto done;
	r = 0;
	if (done->was != TRACKED_SAME && !odb_has(repo_odb(c->repo),
	    &t->says.content))
		r = err_set(e, ERR_NOENT, "the content of '%s', %s, is not in "
		    "this repository's store", t->path, oid_print(text,
		    &t->says.content));
	else if (done->was != TRACKED_SAME)
		r = write_file(&done->file, c, t, full, &before, e);
pointer:
	if (t->pointed || (r < 0 && !done->file))
		goto done;
	/* the file stands: what is not proven of it is said at the end */
	if (pointer_write(c, t->path, &t->says, &late) == 0 || late.code == ERR_UNPROVEN)
		done->pointer = true;
	if ((late.code == ERR_NONE && ignore_in_git(c, t->path, &late) < 0) ||
	    late.code != ERR_NONE) {
		*e = late;
		r = -1;
	}
done:
	free(full);
	return r;
}
