/*
 * What git says about a work tree, asked through its program.
 *
 * The work tree and its .git/config may be somebody else's, and git runs
 * programs that its configuration names.  It is asked with all of them off:
 * monitor, hooks, transports of missing objects, filters of the repository's
 * own configuration.  A user's own filters (global: git-lfs) stay.
 */
#include "codec/git.h"

#include <string.h>

#include "base/arena.h"
#include "base/child.h"

#define WORDS_MAX 12
#define FILTERS_MAX 64
#define OFF_WORDS (sizeof(off) / sizeof(*off))
#define ARGV_MAX (3 + OFF_WORDS + 2 * FILTERS_MAX + WORDS_MAX + 1)

static const char *const off[] = {
	"-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
	"-c", "safe.bareRepository=explicit", "-c", "protocol.allow=never",
	"-c", "protocol.file.allow=never", "-c", "protocol.ext.allow=never",
	"-c", "protocol.git.allow=never", "-c", "protocol.ssh.allow=never",
	"-c", "protocol.http.allow=never", "-c", "protocol.https.allow=never"
};

static void
fill_words(const char *argv[ARGV_MAX], const char *folder,
    const char *const *more, const char *const *words)
{
	size_t n = 3;

	argv[0] = "git";
	argv[1] = "-C";
	argv[2] = folder;
	memcpy(argv + n, off, sizeof(off));
	n += OFF_WORDS;
	for (size_t i = 0; more && more[i]; i++) {
		argv[n++] = "-c";
		argv[n++] = more[i];
	}
	for (size_t i = 0; i < WORDS_MAX && words[i]; i++)
		argv[n++] = words[i];
	argv[n] = NULL;
}

/* Run git in the folder, with `more` settings; 1 when it said yes, 0 when it
 * said no or is not there, -1 on trouble. */
static int
ask_git_with(struct buf *out, const char *folder, const char *const *more,
    const char *const *words, struct err *e)
{
	const char *argv[ARGV_MAX];
	int status = 0;

	fill_words(argv, folder, more, words);
	if (child_output(out, &status, argv, e) < 0)
		return e->code == ERR_NOENT ? 0 : -1;
	return status == 0;
}

static int
ask_git(struct buf *out, const char *folder, const char *const *words,
    struct err *e)
{
	return ask_git_with(out, folder, NULL, words, e);
}

/* Ask what looks into files, and so runs their filters: those that the
 * repository's own configuration names are off. */
static int
ask_about_files(struct buf *out, const char *folder, const char *const *words,
    struct err *e)
{
	static const char *const names[] = { "config", "--includes",
	    "--show-scope", "--name-only", "-z", "--get-regexp",
	    "^filter\\.", NULL };
	const char *setting[FILTERS_MAX + 1] = { NULL };
	struct arena a = { NULL, 0 };
	struct buf found;
	size_t n = 0;
	int r;

	/* scope NUL name NUL ... */
	buf_init(&found, BUF_CAP_DOC);
	r = ask_git(&found, folder, names, e);
	for (size_t at = 0; r >= 0 && at < found.len;) {
		const char *scope = found.data + at, *name;

		name = scope + strlen(scope) + 1;
		if (name >= found.data + found.len)
			break;
		at = (size_t)(name - found.data) + strlen(name) + 1;
		if (strcmp(scope, "local") != 0 &&
		    strcmp(scope, "worktree") != 0)
			continue;
		/* no such setting can be given: nothing is known then */
		if (n == FILTERS_MAX || strchr(name, '=') != NULL) {
			r = -2;
			break;
		}
		setting[n++] = arena_printf(&a, "%s=", name);
	}
	if (r >= 0)
		r = ask_git_with(out, folder, setting, words, e);
	buf_free(&found);
	arena_free(&a);
	return r == -2 ? 0 : r;
}

static void
strip_newline(struct buf *b)
{
	while (b->len && b->data[b->len - 1] == '\n')
		b->data[--b->len] = '\0';
}

int
git_read_state(struct git_state *g, const char *folder, struct err *e)
{
	static const char *const head[] = { "rev-parse", "--verify", "-q",
	    "HEAD^{commit}", NULL };
	static const char *const status[] = { "--no-optional-locks", "status",
	    "--porcelain", "--untracked-files=no", NULL };
	struct buf b;
	int r;

	memset(g, 0, sizeof(*g));
	buf_init(&b, BUF_CAP_DOC);
	r = ask_git(&b, folder, head, e);
	strip_newline(&b);
	if (r == 1 && b.len < sizeof(g->commit)) {
		g->known = true;
		memcpy(g->commit, b.data, b.len);
		buf_clear(&b);
		r = ask_about_files(&b, folder, status, e);
		/* what could not be looked at is not called clean */
		g->dirty = r == 0 || b.len > 0;
	}
	buf_free(&b);
	return r < 0 ? -1 : 0;
}

int
git_read_diff(struct buf *out, const char *folder, struct err *e)
{
	static const char *const diff[] = { "--no-optional-locks", "diff",
	    "HEAD", "--no-color", "--no-ext-diff", "--no-textconv", "--binary",
	    NULL };

	return ask_about_files(out, folder, diff, e) < 0 ? -1 : 0;
}

int
git_tracks(const char *folder, const char *path, struct err *e)
{
	const char *const files[] = { "--literal-pathspecs", "ls-files",
	    "--error-unmatch", "--", path, NULL };
	struct buf b;
	int r;

	buf_init(&b, BUF_CAP_DOC);
	r = ask_git(&b, folder, files, e);
	buf_free(&b);
	return r;
}

int
git_read_files(struct buf *out, const char *folder, const char *pattern,
    struct err *e)
{
	const char *const files[] = { "ls-files", "-z", "--", pattern, NULL };

	return ask_git(out, folder, files, e) < 0 ? -1 : 0;
}

int
git_read_worktrees(struct buf *out, const char *folder, struct err *e)
{
	static const char *const list[] = { "worktree", "list", "--porcelain",
	    NULL };
	struct buf b;
	char *line, *next;
	int r;

	buf_init(&b, BUF_CAP_DOC);
	r = ask_git(&b, folder, list, e);
	for (line = b.data; r > 0 && *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (strncmp(line, "worktree ", 9) == 0)
			buf_add(out, line + 9, strlen(line + 9) + 1);
	}
	buf_free(&b);
	return r < 0 ? -1 : buf_check(out, e);
}

int
git_read_top(struct buf *out, const char *folder, struct err *e)
{
	static const char *const top[] = { "rev-parse", "--show-toplevel",
	    NULL };
	int r = ask_git(out, folder, top, e);

	if (r < 0)
		return -1;
	if (r == 0)
		buf_clear(out);
	strip_newline(out);
	return 0;
}

/* Run git as its user does, hooks where they are. */
static int
call_git(struct buf *out, int *status, const char *folder,
    const char *const *words, struct err *e)
{
	const char *argv[3 + WORDS_MAX + 1] = { "git", "-C", folder };

	for (size_t i = 0; i < WORDS_MAX && words[i]; i++)
		argv[3 + i] = words[i];
	return child_output(out, status, argv, e);
}

int
git_read_path(struct buf *out, const char *folder, const char *what,
    struct err *e)
{
	const char *const words[] = { "rev-parse", "--git-path", what, NULL };
	int status = 0;

	if (call_git(out, &status, folder, words, e) < 0)
		return -1;
	if (status != 0)
		return err_set(e, ERR_NOENT, "'%s' is no work tree of git",
		    folder);
	strip_newline(out);
	return 0;
}

int
git_read_staged(struct buf *out, const char *folder, const char *pattern,
    struct err *e)
{
	const char *const words[] = { "--no-optional-locks", "diff",
	    "--cached", "--name-only", "--relative", "--no-ext-diff",
	    "--diff-filter=d", "-z", "--", pattern, NULL };

	return ask_git(out, folder, words, e) < 0 ? -1 : 0;
}

int
git_read_lines(struct buf *out, const char *folder, const char *expr,
    struct err *e)
{
	const char *const words[] = { "grep", "--cached", "-I", "-n", "-z",
	    "-E", "--no-color", "-e", expr, NULL };
	const char *argv[ARGV_MAX], *line;
	struct buf said;
	int status = 0, r;

	buf_init(&said, BUF_CAP_SMALL);
	fill_words(argv, folder, NULL, words);
	r = child_output_both(out, &said, &status, argv, e);
	line = strncmp(said.data, "error:", 6) == 0 ? said.data :
	    strstr(said.data, "\nerror:");
	/* with 1 it found none; what it cannot read it only tells */
	if (r == 0 && (status > 1 || line)) {
		line = line ? line + (*line == '\n') : said.data;
		r = err_set(e, ERR_IO, "git cannot look through its index in "
		    "'%s': %.*s", folder, (int)strcspn(line, "\n"), line);
	}
	buf_free(&said);
	return r;
}

int
git_set(const char *folder, const char *key, const char *value,
    struct err *e)
{
	const char *const set[] = { "config", "--local", key, value, NULL };
	const char *const unset[] = { "config", "--local", "--unset", key,
	    NULL };
	struct buf b;
	int status = 0, r;

	buf_init(&b, BUF_CAP_DOC);
	r = call_git(&b, &status, folder, value ? set : unset, e);
	buf_free(&b);
	/* 5: there was none */
	if (r == 0 && status != 0 && !(value == NULL && status == 5))
		r = err_set(e, ERR_IO, "git cannot set '%s' in '%s'", key,
		    folder);
	return r;
}
