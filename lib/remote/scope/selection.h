/*
 * remote/scope/selection.h - the refs that a push or pull is about, and how each
 * stands here against there.
 */
#ifndef REMOTE_SCOPE_SELECTION_H
#define REMOTE_SCOPE_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/intern.h"
#include "remote/internal.h"
#include "store/ref.h"

struct selected {
	const char *name;	/* "data/churn", "model/churn@champion" */
	bool alias;
	size_t base;		/* the place of an alias's name in the list */
	struct ref here;	/* no values: it is not here */
	const struct remote_ref *there;	/* or NULL */
	struct comparison how;
	bool left;		/* nothing is to happen to it */
};

/* By name, an alias behind its name. */
struct selection {
	struct arena arena;
	struct selected *v;
	size_t n;
	struct intern *names;
};

/* Those of the request, the aliases of a name with it, the name of an alias
 * too; without words all that are here or there.  ERR_NOENT for one that is
 * neither here nor, with `there_too`, there. */
int selection_read(struct selection *s, struct remote *r,
    const struct remote_request *rq, bool there_too, struct err *e);
/* s->names has grown: the list anew, nothing of it left. */
int selection_extend(struct selection *s, struct remote *r, struct err *e);
void selection_release(struct selection *s);

/* Was this version of the name of s->v[i] removed here, or there?  Then
 * nobody has to have what it leads to. */
bool selection_gone_here(const struct selection *s, size_t i, uint32_t number);
bool selection_gone_there(const struct selection *s, struct remote *r,
    size_t i, uint32_t number);

#endif
