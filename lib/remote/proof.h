/*
 * remote/proof.h - objects in parts that came from a remote, until they are
 * proven: put together they must hash to their names.
 *
 * A pack is checked object by object when it comes, but a list of parts means
 * nothing before its parts are here.  Which lists came is written down before
 * they are taken, so a pull that was cut leaves none that is believed.
 */
#ifndef REMOTE_PROOF_H
#define REMOTE_PROOF_H

#include <stdbool.h>

#include "base/err.h"
#include "base/intern.h"
#include "remote/internal.h"
#include "store/oid.h"

struct proof {
	struct remote *r;
	char *path;
	struct intern *ids;
	bool unsaved;
};

int proof_begin(struct proof *p, struct remote *r, struct err *e);
/* The list of an object is going to come. */
void proof_note(struct proof *p, const struct oid *id);
/* What was noted lasts. */
int proof_save(struct proof *p, struct err *e);
/* Prove those whose parts are all here.  One that is not what its name says
 * is taken out of the store: ERR_CORRUPT. */
int proof_run(struct proof *p, struct err *e);
void proof_release(struct proof *p);

#endif
