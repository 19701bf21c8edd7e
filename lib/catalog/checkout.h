/*
 * catalog/checkout.h - a stored version put into the work tree, in place of
 * what lies there.
 */
#ifndef CATALOG_CHECKOUT_H
#define CATALOG_CHECKOUT_H

#include <stdbool.h>

#include "base/err.h"
#include "catalog/catalog.h"
#include "catalog/tracked.h"

struct checkout_done {
	enum tracked_state was;	/* the file before */
	bool file, pointer;	/* written: the file, its pointer */
};

/*
 * Make the file what `t` says, then, unless a pointer says so already, its
 * pointer.  The bytes are checked against their SHA-256 before they take the
 * file's name: it is there whole or as it was.  Links in its folder are not
 * followed.  Without `force` ERR_EXISTS for a file with bytes that are not
 * stored, and for a link; always for a folder.  ERR_NOENT when the content is
 * not in this repository, ERR_MOVED when the file changed meanwhile;
 * ERR_UNPROVEN: done, as *done says, but not proven to last.
 */
int catalog_checkout(struct checkout_done *done, struct catalog *c,
    const struct tracked *t, bool force, struct err *e);

#endif
