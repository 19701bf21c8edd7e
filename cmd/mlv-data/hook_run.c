/* mlv-data hook run: what each of git's hooks does. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/mem.h"
#include "catalog/bytes.h"
#include "catalog/open_table.h"
#include "catalog/tracked.h"
#include "cli/cli.h"
#include "codec/git.h"
#include "flow/check/data.h"
#include "store/repo.h"
#include "verbs.h"

#define SCHEMA ".schema.yaml"

/* ---- before a commit ---- */

/* Is every file what its pointer says?  One that is missing, as in a fresh
 * clone, keeps nobody from committing. */
static int
hold_status(bool *good, struct cli *c, struct err *e)
{
	struct tracked_list l;
	enum tracked_state s;

	if (tracked_find(&l, c->catalog, NULL, 0, false, e) < 0)
		return -1;
	for (size_t i = 0; i < l.n; i++) {
		const struct tracked *t = &l.v[i];
		struct err mine = ERR_INIT;

		if (t->why) {
			cli_warn(c, "%s", t->why->msg);
			*good = false;
		} else if (tracked_compare(&s, c->catalog, t->path,
		    &t->says.content, t->says.size, &mine) < 0) {
			cli_warn(c, "%s", mine.msg);
			*good = false;
		} else if (s == TRACKED_CHANGED) {
			cli_warn(c, "'%s' is not what its pointer says: "
			    "'mlv-data add' it, or 'mlv-data checkout' it",
			    t->path);
			*good = false;
		}
	}
	tracked_list_release(&l);
	return 0;
}

/* Does a file keep the schema beside it? */
static int
hold_schema(bool *good, struct cli *c, const char *path, struct err *e)
{
	char *schema = xprintf("%s" SCHEMA, path);
	struct check_data o = { .catalog = c->catalog, .has_now = true };
	struct catalog_bytes b;
	struct schema *s;
	struct check k;
	int r = 0;

	if (access(schema, F_OK) < 0 || access(path, F_OK) < 0)
		goto done;
	r = -1;
	if (schema_load(&s, &c->arena, schema, e) < 0 ||
	    catalog_open_bytes(&b, c->catalog, path, e) < 0)
		goto done;
	o.schema = s;
	o.now = clock_wall_us();
	if (check_data(&k, &b, &o, e) == 0) {
		for (size_t i = 0; i < k.n; i++)
			cli_warn(c, "'%s': %s", path, k.f[i].what);
		*good &= !check_failed(&k);
		check_release(&k);
		r = 0;
	}
	catalog_bytes_close(&b);
done:
	free(schema);
	return r;
}

static int
hold_schemas(bool *good, struct cli *c, struct err *e)
{
	const char *top = repo_top(catalog_repo(c->catalog));
	struct buf staged;
	char *path;
	size_t n;
	int r;

	buf_init(&staged, BUF_CAP_DOC);
	r = git_read_staged(&staged, top, "*.mlv", e);
	for (size_t at = 0; r == 0 && at < staged.len; at += n + 1) {
		n = strlen(staged.data + at);
		if (n <= 4)
			continue;
		path = xprintf("%s/%.*s", top, (int)n - 4, staged.data + at);
		r = hold_schema(good, c, path, e);
		free(path);
	}
	buf_free(&staged);
	return r;
}

static int
before_commit(struct cli *c, struct err *e)
{
	bool good = true;

	if (hold_status(&good, c, e) < 0 || hold_schemas(&good, c, e) < 0)
		return cli_fail(c, e);
	if (good)
		return EXIT_YES;
	err_set(e, ERR_NO, "nothing is committed; 'git commit --no-verify' "
	    "does it all the same");
	return cli_fail(c, e);
}

/* ---- after a checkout, before a push ---- */

/* Our own words to stderr: what a hook prints is no record. */
static int
call_verb(const char *const *argv, int *status, struct err *e)
{
	struct child_usage use;
	pid_t pid;

	return child_start(&pid, argv, -1, 2, -1, e) < 0 ? -1 :
	    child_wait(pid, status, &use, e);
}

static bool
in_rebase(struct cli *c)
{
	static const char *const what[] = { "rebase-merge", "rebase-apply" };
	const char *top = repo_top(catalog_repo(c->catalog));
	struct err ignored = ERR_INIT;
	struct buf b;
	char *full;
	bool yes = false;

	for (int i = 0; i < 2; i++) {
		buf_init(&b, BUF_CAP_SMALL);
		if (git_read_path(&b, top, what[i], &ignored) == 0) {
			full = *b.data == '/' ? xstrdup(b.data) :
			    xprintf("%s/%s", top, b.data);
			yes |= access(full, F_OK) == 0;
			free(full);
		}
		buf_free(&b);
	}
	return yes;
}

/* What it cannot bring is told, and git has done its work already. */
static int
after_checkout(struct cli *c, struct err *e)
{
	static const char *const argv[] = { "mlv-data", "checkout", NULL };
	int status;

	if (!in_rebase(c) && call_verb(argv, &status, e) < 0)
		cli_warn(c, "no checkout of data: %s", e->msg);
	return EXIT_YES;
}

/* Is there such a verb, and does it print anything? */
static bool
prints_something(const char *const *argv)
{
	struct err ignored = ERR_INIT;
	struct buf b;
	int status = 1;
	bool yes;

	buf_init(&b, BUF_CAP_DOC);
	yes = child_output(&b, &status, argv, &ignored) == 0 && status == 0 &&
	    b.len > 0;
	buf_free(&b);
	return yes;
}

static int
before_push(struct cli *c, struct err *e)
{
	static const char *const remotes[] = { "mlv-data", "remote", "ls",
	    NULL }, *const push[] = { "mlv-data", "push", NULL };
	int status = 0;

	if (!prints_something(remotes))
		return EXIT_YES;
	if (call_verb(push, &status, e) < 0)
		return cli_fail(c, e);
	return status;
}

static int
run_check(struct cli *c, void *opts, int argc, char **argv)
{
	static const char *const known[] = { "pre-commit", "pre-merge-commit",
	    "post-checkout", "post-merge", "pre-push" };

	(void)opts;
	for (size_t i = 0; argc > 0 && i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(argv[0], known[i]) == 0)
			return 0;
	return cli_usage(c, argc ? "'%s' is no hook of ours" : "hook run "
	    "takes the name of a hook%s", argc ? argv[0] : "");
}

static int
run_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct err e = ERR_INIT;

	(void)opts;
	/* hooks of all repositories may be ours: not here */
	if (catalog_repo(c->catalog) == NULL)
		return EXIT_YES;
	if (strncmp(argv[0], "pre-push", 8) == 0)
		return before_push(c, &e);
	if (strncmp(argv[0], "pre-", 4) == 0)
		return before_commit(c, &e);
	/* files checked out one by one say 0 */
	if (strcmp(argv[0], "post-checkout") == 0 && argc > 3 &&
	    strcmp(argv[3], "0") == 0)
		return EXIT_YES;
	return after_checkout(c, &e);
}

const struct verb verb_hook_run = {
	.name = "hook run",
	.summary = "do what one of git's hooks should",
	.synopsis = "HOOK [ARGUMENT...]",
	.about =
"git's hooks call this with the arguments they get; see 'hook install'.\n"
"\n"
"pre-commit and pre-merge-commit say 1 while a file is not what its pointer\n"
"says, a pointer cannot be read (it has the marks of a conflict), or a file\n"
"whose pointer is to be committed breaks FILE.schema.yaml beside it.  Outside a\n"
"repository of ours nothing is done.\n"
"\n"
"example: mlv-data hook run pre-commit\n",
	.flags = VERB_COMMAND | VERB_CATALOG, .check = run_check, .run = run_run,
};
