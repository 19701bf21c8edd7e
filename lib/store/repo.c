/* A repository: made, found above a folder, opened. */
#define _XOPEN_SOURCE 700
#include "store/repo.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "store/internal.h"
#include "store/loose.h"
#include "store/pack/chunked.h"
#include "store/statcache.h"

#define FORMAT 1
#define WAIT_MS 30000
#define CONFIG_MAX ((size_t)1 << 16)

static const char config_text[] =
    "# An mlv repository; this file belongs in git.  See mlv-store(5).\n"
    "format: 1\n";
static const char ignore_text[] =
    "# Everything here is the store's own, except what git should keep.\n"
    "/*\n!/.gitignore\n!/config\n";

/* --- making one ------------------------------------------------------------ */

static int
write_once(const struct os *os, const char *folder, const char *name,
    const char *text, struct err *e)
{
	char *path = path_join(folder, name), *tmp = path_join(folder, "tmp");
	struct out_file f;
	struct stat st;
	int r = -1;

	if (beneath_stat(path, &st) == 0) {
		r = 0;
	} else if (out_file_open_own(&f, os, path, tmp, 0666, true, e) == 0) {
		if (out_file_add(&f, text, strlen(text), e) < 0)
			out_file_drop(&f);
		else
			r = out_file_commit(&f, e);
	}
	free(tmp);
	free(path);
	return r;
}

/* config comes last: without it there is no repository, so an interrupted
 * init is as if it had not begun, and another one completes it. */
int
repo_init(bool *made, const char *folder, const struct repo_opts *o,
    struct err *e)
{
	const struct os *os = o->os ? o->os : os_real();
	char *mlv = path_join(folder, ".mlv"), *config = path_join(mlv, "config");
	struct layout layout = { .os = os, .folder = mlv };
	int r = -1;

	*made = access(config, F_OK) != 0;
	if (layout_make(&layout, e) == 0 &&
	    write_once(os, mlv, ".gitignore", ignore_text, e) == 0 &&
	    write_once(os, mlv, "config", config_text, e) == 0 &&
	    file_sync_folder(os, mlv, e) == 0)
		r = file_sync_folder(os, folder, e);
	free(config);
	free(mlv);
	return r;
}

/* --- finding it ------------------------------------------------------------ */

/* "format: N" on a line of its own; the rest is YAML for others. */
static int
check_config(const char *folder, struct err *e)
{
	char *path = path_join(folder, "config"), *at, *end;
	uint64_t format = 0;
	struct buf b;
	int r = -1;

	buf_init(&b, CONFIG_MAX);
	if (file_read_own(&b, path, e) < 0)
		goto done;
	for (at = b.data; at < b.data + b.len; at = end + 1) {
		end = at + strcspn(at, "\n");
		if (strncmp(at, "format:", 7) == 0) {
			at += 7 + strspn(at + 7, " \t");
			if (!num_parse_u64(at, strcspn(at, " \t\r\n"), &format))
				break;
		}
	}
	if (format == 0)
		err_set(e, ERR_FORMAT, "'%s' names no store format", path);
	else if (format != FORMAT)
		err_set(e, ERR_UNSUPPORTED,
		    "'%s' is of store format %llu; this mlv knows %d", path,
		    (unsigned long long)format, FORMAT);
	else
		r = 0;
done:
	buf_free(&b);
	free(path);
	return r;
}

static bool
is_repository(const char *folder)
{
	char *config = xprintf("%s/.mlv/config", folder);
	bool yes = access(config, F_OK) == 0;

	free(config);
	return yes;
}

/* The first line of folder/name, or NULL; small files only. */
static char *
read_line(const char *folder, const char *name)
{
	struct err ignored = ERR_INIT;
	char *path = path_join(folder, name), *line = NULL;
	struct stat st;
	struct buf b;

	buf_init(&b, 4096);
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    file_read(&b, path, &ignored) == 0)
		line = xstrndup(b.data, strcspn(b.data, "\r\n"));
	buf_free(&b);
	free(path);
	return line;
}

/* Does git's folder of a linked work tree know it, too?  Else anybody's .git
 * could name it, and what is added here went there. */
static bool
leads_back(const char *git, const char *top)
{
	char *line = read_line(git, "gitdir"), *dot = path_join(top, ".git");
	char *back, *a = NULL, *b = NULL;
	bool yes = false;

	if (line != NULL) {
		back = *line == '/' ? xstrdup(line) : path_join(git, line);
		a = realpath(back, NULL);
		b = realpath(dot, NULL);
		yes = a && b && strcmp(a, b) == 0;
		free(back);
	}
	free(b);
	free(a);
	free(dot);
	free(line);
	return yes;
}

/*
 * The main work tree's folder that answers to `top` when `top` is in a
 * linked git worktree, else NULL.  Such a worktree has a file .git saying
 * "gitdir: /x/.git/worktrees/NAME", and in that folder gitdir leads back and
 * commondir to /x/.git.
 */
static char *
main_worktree(const char *top)
{
	char *at = xstrdup(top), *line = NULL, *git = NULL, *common = NULL;
	char *found = NULL, *full = NULL, *rest;

	while ((line = read_line(at, ".git")) == NULL) {
		char *dot = path_join(at, ".git"), *up = path_folder(at);
		bool stop = access(dot, F_OK) == 0 || strcmp(up, at) == 0;

		free(dot);
		free(at);
		at = up;
		if (stop)
			goto done;
	}
	if (strncmp(line, "gitdir: ", 8) != 0)
		goto done;
	git = path_join(at, line + 8);
	if (!leads_back(git, at) ||
	    (common = read_line(git, "commondir")) == NULL)
		goto done;
	rest = path_join(git, common);
	full = realpath(rest, NULL);
	free(rest);
	if (full == NULL || strcmp(path_base(full), ".git") != 0)
		goto done;
	rest = path_relative(at, top);
	git = (free(git), path_folder(full));
	if (rest != NULL)
		found = strcmp(rest, ".") == 0 ? xstrdup(git) :
		    path_join(git, rest);
	free(rest);
done:
	free(full);
	free(common);
	free(git);
	free(line);
	free(at);
	return found;
}

/* Where the repository at or above `from` keeps its things. */
static int
find_repository(struct repo *repo, const char *from, struct err *e)
{
	char *at = realpath(from, NULL), *up, *main_top;

	if (at == NULL)
		return err_sys(e, "cannot open '%s'", from);
	while (!is_repository(at)) {
		up = path_folder(at);
		if (strcmp(up, at) == 0) {
			free(up);
			free(at);
			return err_set(e, ERR_NOENT, "no repository here or "
			    "above (no .mlv folder); make one with "
			    "'mlv-data init'");
		}
		free(at);
		at = up;
	}
	repo->top = at;
	repo->local = path_join(at, ".mlv");
	main_top = main_worktree(at);
	repo->layout.folder = main_top && is_repository(main_top) ?
	    path_join(main_top, ".mlv") : xstrdup(repo->local);
	free(main_top);
	return 0;
}

int
repo_open(struct repo **out, const char *from, const struct repo_opts *o,
    struct err *e)
{
	struct repo *repo = xalloc(1, sizeof(*repo));

	repo->objects_lock = -1;
	repo->os = o->os ? o->os : os_real();
	repo->log = o->log;
	repo->progress = o->progress;
	repo->wait_ms = o->wait_ms ? o->wait_ms : WAIT_MS;
	repo->layout.os = repo->os;
	if (find_repository(repo, from ? from : ".", e) < 0 ||
	    layout_check(repo->local, e) < 0 ||
	    layout_check(repo->layout.folder, e) < 0 ||
	    check_config(repo->layout.folder, e) < 0) {
		repo_close(repo);
		return -1;
	}
	repo->packs = packs_new(&repo->layout, chunked_writing());
	repo->loose = loose_new(&repo->layout);
	repo->loose->next = repo->packs;
	repo->odb = odb_new(repo->loose, repo->packs, repo->progress);
	odb_guard(repo->odb, objects_hold, repo);
	*out = repo;
	return 0;
}

void
repo_close(struct repo *repo)
{
	if (repo == NULL)
		return;
	stat_cache_save(repo->cache, repo->os);
	stat_cache_free(repo->cache);
	odb_free(repo->odb);
	objects_release(repo);
	free(repo->top);
	free(repo->local);
	free(repo->layout.folder);
	free(repo);
}

struct odb *
repo_odb(const struct repo *repo)
{
	return repo->odb;
}

const char *
repo_top(const struct repo *repo)
{
	return repo->top;
}

const char *
repo_folder(const struct repo *repo)
{
	return repo->layout.folder;
}

const struct os *
repo_os(const struct repo *repo)
{
	return repo->os;
}

const struct log *
repo_log(const struct repo *repo)
{
	return repo->log;
}

char *
repo_path(const struct repo *repo, const char *name)
{
	return layout_path(&repo->layout, name);
}

char *
repo_temp(const struct repo *repo)
{
	return path_join(repo->local, "tmp");
}
