#define _XOPEN_SOURCE 700
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "store/internal.h"

#define FORMAT 1
#define WAIT_MS 30000
#define SWEEP_AGE_S 86400
#define CONFIG_MAX ((size_t)1 << 16)

static const char config_text[] =
    "# An mlv repository; this file belongs in git.  See mlv-store(5).\n"
    "format: 1\n";
static const char ignore_text[] =
    "# Everything here is the store's own, except what git should keep.\n"
    "/*\n!/.gitignore\n!/config\n";

/* --- making one ------------------------------------------------------------ */

static int
make_folders(const struct os *os, const char *folder, struct err *e)
{
	static const char *const names[] = {
		"objects", "refs", "audit", "locks", "tmp", "cache", "runs"
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(names) / sizeof(*names); i++) {
		char *path = path_join(folder, names[i]);

		r = file_make_folders(os, path, e);
		free(path);
	}
	return r;
}

/* What killed commands left: nothing lives there for a day.  A slow one
 * that loses its file fails cleanly, so a wrong clock does no harm. */
static void
sweep(struct repo *s)
{
	char *folder = path_join(s->folder, "tmp"), **names;
	int64_t now = clock_wall_us() / 1000000;
	struct err ignored = ERR_INIT;
	struct stat st;
	size_t n;

	if (folder_names(&names, &n, folder, &ignored) < 0) {
		free(folder);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		char *path = path_join(folder, names[i]);

		if (stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		    now - (int64_t)st.st_mtim.tv_sec > SWEEP_AGE_S)
			(void)s->os->unlink(path);
		free(path);
	}
	folder_names_free(names, n);
	free(folder);
}

int
store_make_folders(struct repo *s, struct err *e)
{
	if (s->folders_made)
		return 0;
	if (make_folders(s->os, s->folder, e) < 0)
		return -1;
	s->folders_made = true;
	sweep(s);
	return 0;
}

static int
write_once(const struct os *os, const char *folder, const char *name,
    const char *text, struct err *e)
{
	char *path = path_join(folder, name), *tmp = path_join(folder, "tmp");
	struct out_file f;
	int r = -1;

	if (access(path, F_OK) == 0) {
		r = 0;
	} else if (out_file_open_in(&f, os, path, tmp, 0666, true, e) == 0) {
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
	int r = -1;

	*made = access(config, F_OK) != 0;
	if (make_folders(os, mlv, e) == 0 &&
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
	if (file_read(&b, path, e) < 0)
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

/*
 * The main work tree's folder that answers to `top` when `top` is in a
 * linked git worktree, else NULL.  Such a worktree has a file .git saying
 * "gitdir: /x/.git/worktrees/NAME", and in that folder commondir leads to
 * /x/.git.
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
	if ((common = read_line(git, "commondir")) == NULL)
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

static int
find(struct repo *s, const char *from, struct err *e)
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
	s->top = at;
	s->local = path_join(at, ".mlv");
	main_top = main_worktree(at);
	s->folder = main_top && is_repository(main_top) ?
	    path_join(main_top, ".mlv") : xstrdup(s->local);
	free(main_top);
	return 0;
}

int
repo_open(struct repo **out, const char *from, const struct repo_opts *o,
    struct err *e)
{
	struct repo *s = xalloc(1, sizeof(*s));

	s->os = o->os ? o->os : os_real();
	s->log = o->log;
	s->progress = o->progress;
	s->wait_ms = o->wait_ms ? o->wait_ms : WAIT_MS;
	if (find(s, from ? from : ".", e) < 0 ||
	    check_config(s->folder, e) < 0)
		goto fail;
	*out = s;
	return 0;
fail:
	repo_close(s);
	return -1;
}

void
repo_close(struct repo *s)
{
	if (s == NULL)
		return;
	stat_cache_save(s);
	stat_cache_free(s->cache);
	free(s->top);
	free(s->local);
	free(s->folder);
	free(s);
}

const char *
repo_top(const struct repo *s)
{
	return s->top;
}

const char *
repo_folder(const struct repo *s)
{
	return s->folder;
}

const struct os *
repo_os(const struct repo *s)
{
	return s->os;
}

const struct log *
repo_log(const struct repo *s)
{
	return s->log;
}

char *
repo_path(const struct repo *s, const char *name)
{
	return path_join(s->folder, name);
}

char *
repo_temp(const struct repo *s)
{
	return path_join(s->local, "tmp");
}

char *
worktree_relative(const struct repo *s, const char *path)
{
	char *folder = path_folder(path), *real = realpath(folder, NULL);
	char *full, *rel = NULL;

	if (real != NULL) {
		full = path_join(real, path_base(path));
		rel = path_relative(s->top, full);
		free(full);
	}
	free(real);
	free(folder);
	return rel;
}

/* --- all objects ----------------------------------------------------------- */

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
folder_names(char ***names, size_t *n, const char *folder, struct err *e)
{
	DIR *d = opendir(folder);
	struct dirent *entry;
	size_t room = 0;

	*names = NULL;
	*n = 0;
	if (d == NULL && errno == ENOENT)
		return 0;
	if (d == NULL)
		return err_sys(e, "cannot list '%s'", folder);
	while (errno = 0, (entry = readdir(d)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (*n == room) {
			room = room ? room * 2 : 64;
			*names = xresize(*names, room, sizeof(**names));
		}
		(*names)[(*n)++] = xstrdup(entry->d_name);
	}
	if (errno != 0) {
		err_sys(e, "cannot list '%s'", folder);
		closedir(d);
		folder_names_free(*names, *n);
		return -1;
	}
	closedir(d);
	if (*n)
		qsort(*names, *n, sizeof(**names), by_text);
	return 0;
}

void
folder_names_free(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

static int
each_in_shard(struct repo *s, const char *shard,
    int (*fn)(void *ctx, const struct oid *id, struct err *e), void *ctx,
    struct err *e)
{
	char *path = xprintf("%s/objects/%s", s->folder, shard), **names;
	size_t n;
	int r = folder_names(&names, &n, path, e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		char hex[OID_HEX + 1];
		struct oid id;

		if (strlen(names[i]) != OID_HEX - 2)
			continue;
		memcpy(hex, shard, 2);
		memcpy(hex + 2, names[i], OID_HEX - 1);
		if (hex_decode(id.b, OID_BYTES, hex, OID_HEX) == 0)
			r = fn(ctx, &id, e);
	}
	folder_names_free(names, n);
	free(path);
	return r;
}

int
store_each(struct repo *s, int (*fn)(void *ctx, const struct oid *id,
    struct err *e), void *ctx, struct err *e)
{
	char *path = repo_path(s, "objects"), **names;
	size_t n;
	int r = folder_names(&names, &n, path, e);

	for (size_t i = 0; r == 0 && i < n; i++)
		if (strlen(names[i]) == 2)
			r = each_in_shard(s, names[i], fn, ctx, e);
	folder_names_free(names, n);
	free(path);
	return r;
}

struct expanding {
	const char *digits;
	size_t n;
	struct oid found;
	int count;
};

static int
match(void *ctx, const struct oid *id, struct err *e)
{
	struct expanding *x = ctx;
	char hex[OID_HEX + 1];

	(void)e;
	if (strncmp(oid_hex(hex, id), x->digits, x->n) == 0) {
		x->found = *id;
		x->count++;
	}
	return 0;
}

int
store_expand(struct oid *id, struct repo *s, const char *text,
    struct err *e)
{
	struct expanding x = { .digits = text };
	char shard[3];

	if (strncmp(text, "sha256:", 7) == 0)
		x.digits += 7;
	x.n = strlen(x.digits);
	if (x.n < OID_PREFIX_MIN || x.n > OID_HEX ||
	    strspn(x.digits, "0123456789abcdef") != x.n)
		return err_set(e, ERR_USAGE, "'%.100s' is not an object's name: "
		    "sha256: and %d to %d lower-case hex digits", text,
		    OID_PREFIX_MIN, OID_HEX);
	if (x.n == OID_HEX) {
		hex_decode(id->b, OID_BYTES, x.digits, x.n);
		return store_has(s, id) ? 0 : err_set(e, ERR_NOENT,
		    "object sha256:%s is not in this repository", x.digits);
	}
	memcpy(shard, x.digits, 2);
	shard[2] = '\0';
	if (each_in_shard(s, shard, match, &x, e) < 0)
		return -1;
	if (x.count == 0)
		return err_set(e, ERR_NOENT,
		    "no object in this repository begins with %s", x.digits);
	if (x.count > 1)
		return err_set(e, ERR_USAGE, "%d objects begin with %s: "
		    "give more digits", x.count, x.digits);
	*id = x.found;
	return 0;
}
