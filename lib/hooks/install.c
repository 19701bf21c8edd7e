/* Hooks written into git's folder, and taken out again. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/shellword.h"
#include "codec/git.h"
#include "hooks/hooks.h"
#include "store/repo.h"

#define HOOK_MAX ((size_t)1 << 20)
#define MARK "made by 'mlv-data hook install'"
#define ATTRIBUTE "*.mlv merge=mlv"
#define DRIVER "mlv-data hook merge %O %A %B"
#define BEFORE ".before-mlv"

static const char *const names[HOOKS] = { "pre-commit", "pre-merge-commit",
    "post-checkout", "post-merge", "pre-push", "merge-driver" };
#define DRIVER_AT (HOOKS - 1)

const char *
hook_state_text(enum hook_state s)
{
	static const char *const text[] = { "absent", "installed", "other" };

	return text[s];
}

/* ---- what is there ---- */

/* 1 and the text, 0 when there is no such file, -1. */
static int
read_text(struct buf *b, const char *path, struct err *e)
{
	struct err mine = ERR_INIT;

	if (file_read(b, path, &mine) == 0)
		return 1;
	if (mine.code == ERR_NOENT)
		return 0;
	*e = mine;
	return -1;
}

/* Is there such a line? */
static const char *
find_line(const struct buf *b, const char *line)
{
	size_t n = strlen(line);

	for (const char *p = b->data; (p = strstr(p, line)) != NULL; p++)
		if ((p == b->data || p[-1] == '\n') && (p[n] == '\n' ||
		    p[n] == '\0'))
			return p;
	return NULL;
}

static int
look_at_hook(struct hook *h, struct arena *a, bool driver, struct err *e)
{
	struct stat st;
	struct buf b;
	int r;

	buf_init(&b, HOOK_MAX);
	r = read_text(&b, h->path, e);
	h->state = r <= 0 ? HOOK_ABSENT : driver ? (find_line(&b, ATTRIBUTE) ?
	    HOOK_INSTALLED : HOOK_ABSENT) : strstr(b.data, MARK) ?
	    HOOK_INSTALLED : HOOK_OTHER;
	/* a link to nothing is in the way, too */
	if (r == 0 && !driver && lstat(h->path, &st) == 0)
		h->state = HOOK_OTHER;
	h->chained = !driver && lstat(arena_printf(a, "%s" BEFORE, h->path),
	    &st) == 0;
	buf_free(&b);
	return r < 0 ? -1 : 0;
}

static int
find_path(const char **path, struct arena *a, const char *top,
    const char *what, struct err *e)
{
	struct buf b;
	int r;

	buf_init(&b, BUF_CAP_SMALL);
	r = git_read_path(&b, top, what, e);
	if (r == 0)
		*path = *b.data == '/' ? arena_strdup(a, b.data) :
		    arena_printf(a, "%s/%s", top, b.data);
	buf_free(&b);
	return r;
}

int
hooks_read(struct hook hook[HOOKS], struct arena *a, struct catalog *c,
    struct err *e)
{
	const char *top = repo_top(catalog_repo(c)), *folder;

	if (find_path(&folder, a, top, "hooks", e) < 0)
		return -1;
	for (size_t i = 0; i < HOOKS; i++) {
		hook[i] = (struct hook){ .name = names[i],
		    .path = arena_printf(a, "%s/%s", folder, names[i]) };
		if (i == DRIVER_AT && find_path(&hook[i].path, a, top,
		    "info/attributes", e) < 0)
			return -1;
		if (look_at_hook(&hook[i], a, i == DRIVER_AT, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- hooks ---- */

/* A repository below git's top: there, and what git says of its index seen
 * from there, too. */
static void
add_way(struct buf *b, const char *below)
{
	static const char *const seen[] = { "GIT_DIR", "GIT_INDEX_FILE" };

	if (*below == '\0' || strcmp(below, ".") == 0)
		return;
	for (size_t i = 0; i < 2; i++)
		buf_addf(b, "case ${%s:-/} in /*) ;; *) export %s=\"$PWD/$%s\" "
		    ";; esac\n", seen[i], seen[i], seen[i]);
	buf_adds(b, "cd ");
	shellword_add(b, below);
	buf_adds(b, " 2>/dev/null || exit 0\n");
}

static int
write_hook(const struct hook *h, const char *below, const struct os *os,
    struct err *e)
{
	struct buf b;
	int r = -1;

	buf_init(&b, HOOK_MAX);
	buf_addf(&b, "#!/bin/sh\n"
	    "# " MARK "; 'mlv-data hook uninstall' takes it away and gives\n"
	    "# what was here before, now %s" BEFORE ", its name back.\n"
	    "before=$0" BEFORE "\n"
	    "if [ -x \"$before\" ]; then\n"
	    "\t\"$before\" \"$@\" || exit\n"
	    "fi\n"
	    "if ! command -v mlv-data >/dev/null 2>&1; then\n"
	    "\techo '%s: mlv-data is not on PATH, nothing is done' >&2\n"
	    "\texit 0\n"
	    "fi\n", h->name, h->name);
	add_way(&b, below);
	buf_addf(&b, "exec mlv-data hook run %s \"$@\" </dev/null\n",
	    h->name);
	if (buf_check(&b, e) == 0)
		r = file_replace_own(os, h->path, b.data, b.len, 0777, e);
	buf_free(&b);
	return r;
}

static int
install_hook(struct hook *h, struct arena *a, const char *below,
    const struct os *os, struct err *e)
{
	const char *before = arena_printf(a, "%s" BEFORE, h->path);

	if (h->state == HOOK_INSTALLED)
		return 0;
	if (h->state == HOOK_OTHER && h->chained)
		return err_set(e, ERR_EXISTS, "'%s' is not ours, and '%s', "
		    "where it would be kept, is there already", h->path,
		    before);
	if (h->state == HOOK_OTHER && os->rename(h->path, before) < 0)
		return err_sys(e, "cannot rename '%s' to '%s'", h->path,
		    before);
	h->chained |= h->state == HOOK_OTHER;
	if (write_hook(h, below, os, e) < 0)
		return -1;
	h->state = HOOK_INSTALLED;
	h->changed = true;
	return 0;
}

static int
remove_hook(struct hook *h, struct arena *a, const struct os *os,
    struct err *e)
{
	const char *before = arena_printf(a, "%s" BEFORE, h->path);

	if (h->state == HOOK_OTHER)
		return 0;
	if (h->chained) {
		if (os->rename(before, h->path) < 0)
			return err_sys(e, "cannot rename '%s' to '%s'",
			    before, h->path);
	} else if (h->state == HOOK_INSTALLED && os->unlink(h->path) < 0) {
		return err_sys(e, "cannot remove '%s'", h->path);
	}
	h->changed = h->chained || h->state == HOOK_INSTALLED;
	h->state = h->chained ? HOOK_OTHER : HOOK_ABSENT;
	h->chained = false;
	return 0;
}

/* ---- the merge driver ---- */

static int
install_driver(struct hook *h, const char *top, const struct os *os,
    struct err *e)
{
	struct buf b;
	int r;

	if (git_set(top, "merge.mlv.name", "pointers of mlv", e) < 0 ||
	    git_set(top, "merge.mlv.driver", DRIVER, e) < 0)
		return -1;
	if (h->state == HOOK_INSTALLED)
		return 0;
	buf_init(&b, HOOK_MAX);
	r = read_text(&b, h->path, e);
	if (r >= 0) {
		if (b.len && b.data[b.len - 1] != '\n')
			buf_addc(&b, '\n');
		buf_adds(&b, ATTRIBUTE "\n");
		r = buf_check(&b, e) < 0 ? -1 : file_replace_own(os, h->path,
		    b.data, b.len, 0666, e);
	}
	buf_free(&b);
	h->changed = r == 0;
	h->state = r == 0 ? HOOK_INSTALLED : h->state;
	return r;
}

static int
remove_driver(struct hook *h, const char *top, const struct os *os,
    struct err *e)
{
	struct buf b, rest;
	const char *line;
	int r = 0;

	if (git_set(top, "merge.mlv.name", NULL, e) < 0 ||
	    git_set(top, "merge.mlv.driver", NULL, e) < 0)
		return -1;
	if (h->state != HOOK_INSTALLED)
		return 0;
	buf_init(&b, HOOK_MAX);
	buf_init(&rest, HOOK_MAX);
	r = read_text(&b, h->path, e);
	if (r > 0 && (line = find_line(&b, ATTRIBUTE)) != NULL) {
		buf_add(&rest, b.data, (size_t)(line - b.data));
		line += strlen(ATTRIBUTE);
		line += *line == '\n';
		buf_adds(&rest, line);
		if (rest.len == 0)
			r = os->unlink(h->path) < 0 ? err_sys(e, "cannot "
			    "remove '%s'", h->path) : 0;
		else
			r = file_replace_own(os, h->path, rest.data, rest.len,
			    0666, e);
	}
	buf_free(&b);
	buf_free(&rest);
	h->changed = r == 0;
	h->state = r == 0 ? HOOK_ABSENT : h->state;
	return r;
}

/* ---- all of them ---- */

/* Where the repository is, seen from git's top. */
static int
find_below(const char **below, struct arena *a, const char *top,
    struct err *e)
{
	struct buf b;
	char *way;
	int r;

	buf_init(&b, BUF_CAP_SMALL);
	r = git_read_top(&b, top, e);
	if (r == 0) {
		way = path_relative(b.data, top);
		*below = arena_strdup(a, way ? way : "");
		free(way);
	}
	buf_free(&b);
	return r;
}

static int
change_hooks(struct hook hook[HOOKS], struct arena *a, struct catalog *c,
    bool install, struct err *e)
{
	const struct os *os = repo_os(catalog_repo(c));
	const char *top = repo_top(catalog_repo(c));
	const char *below = "";
	char *folder;
	int r = 0;

	if (hooks_read(hook, a, c, e) < 0 || find_below(&below, a, top, e) < 0)
		return -1;
	for (size_t i = 0; install && r == 0 && i < HOOKS; i += DRIVER_AT) {
		folder = path_folder(hook[i].path);
		r = file_make_folders(os, arena_strdup(a, folder), e);
		free(folder);
	}
	for (size_t i = 0; r == 0 && i < DRIVER_AT; i++)
		r = install ? install_hook(&hook[i], a,
		    below, os, e) :
		    remove_hook(&hook[i], a, os, e);
	if (r == 0)
		r = install ? install_driver(&hook[DRIVER_AT], top, os, e) :
		    remove_driver(&hook[DRIVER_AT], top, os, e);
	return r;
}

int
hooks_install(struct hook hook[HOOKS], struct arena *a, struct catalog *c,
    struct err *e)
{
	return change_hooks(hook, a, c, true, e);
}

int
hooks_uninstall(struct hook hook[HOOKS], struct arena *a, struct catalog *c,
    struct err *e)
{
	return change_hooks(hook, a, c, false, e);
}
