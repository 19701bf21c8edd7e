/* What git says about a work tree, asked through its program. */
#include "codec/git.h"

#include <string.h>

#include "base/child.h"

#define WORDS_MAX 12

/* Run git in the folder; 1 when it said yes, 0 when it said no or is not
 * there, -1 on trouble. */
static int
run_git(struct buf *out, const char *folder, const char *const *words,
    struct err *e)
{
	const char *argv[WORDS_MAX + 4] = { "git", "-C", folder };
	int status = 0;

	for (size_t i = 0; i < WORDS_MAX && words[i]; i++)
		argv[3 + i] = words[i];
	if (child_output(out, &status, argv, e) < 0)
		return e->code == ERR_NOENT ? 0 : -1;
	return status == 0;
}

static void
cut_newline(struct buf *b)
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
	r = run_git(&b, folder, head, e);
	cut_newline(&b);
	if (r == 1 && b.len < sizeof(g->commit)) {
		g->known = true;
		memcpy(g->commit, b.data, b.len);
		buf_clear(&b);
		r = run_git(&b, folder, status, e);
		g->dirty = r == 1 && b.len > 0;
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

	return run_git(out, folder, diff, e) < 0 ? -1 : 0;
}

int
git_tracks(const char *folder, const char *path, struct err *e)
{
	const char *const files[] = { "--literal-pathspecs", "ls-files",
	    "--error-unmatch", "--", path, NULL };
	struct buf b;
	int r;

	buf_init(&b, BUF_CAP_DOC);
	r = run_git(&b, folder, files, e);
	buf_free(&b);
	return r;
}

int
git_read_files(struct buf *out, const char *folder, const char *pattern,
    struct err *e)
{
	const char *const files[] = { "ls-files", "-z", "--", pattern, NULL };

	return run_git(out, folder, files, e) < 0 ? -1 : 0;
}

int
git_read_top(struct buf *out, const char *folder, struct err *e)
{
	static const char *const top[] = { "rev-parse", "--show-toplevel",
	    NULL };
	int r = run_git(out, folder, top, e);

	if (r < 0)
		return -1;
	if (r == 0)
		buf_clear(out);
	cut_newline(out);
	return 0;
}
