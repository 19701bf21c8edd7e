/*
 * hooks/hooks.h - git's hooks that call us: put beside what is there, and
 * taken away again.
 *
 * A hook of somebody else's is renamed to NAME.before-mlv and run first, with
 * the same arguments and standard input; what it says no to is no.  Taking
 * ours away gives it its name back.  The folder is the one git itself looks
 * in (core.hooksPath, the main repository's for a linked worktree).
 */
#ifndef HOOKS_HOOKS_H
#define HOOKS_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "catalog/catalog.h"

enum hook_state {
	HOOK_ABSENT, HOOK_INSTALLED,
	HOOK_OTHER		/* there is one, but it is not ours */
};
const char *hook_state_text(enum hook_state s);	/* "absent" "installed" .. */

struct hook {
	const char *name;	/* "pre-commit"; "merge-driver" */
	const char *path;	/* its file; of the driver the attributes */
	enum hook_state state;
	bool chained;		/* another one is run first */
	bool changed;		/* by install or uninstall */
};
#define HOOKS 6

/* The hooks as they are, then as wanted; memory is the arena's.  ERR_NOENT
 * when the work tree is none of git's, ERR_EXISTS when what would be renamed
 * has its other name taken. */
int hooks_read(struct hook hook[HOOKS], struct arena *a, struct catalog *c,
    struct err *e);
int hooks_install(struct hook hook[HOOKS], struct arena *a, struct catalog *c,
    struct err *e);
int hooks_uninstall(struct hook hook[HOOKS], struct arena *a,
    struct catalog *c, struct err *e);

/*
 * Three versions of a pointer file: the common one, ours, theirs.  1 and the
 * file of `ours` is what both want, or holds both between the marks of a
 * conflict: then 0.  -1: a file cannot be read or written.
 */
int hooks_merge(const char *base, const char *ours, const char *theirs,
    struct err *e);

#endif
