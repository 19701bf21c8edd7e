/*
 * flow/models/models.h - the models that a server answers with: one that was
 * named when it started, or those of a file (flow/models/models_file.h), which
 * is read again when it changes.
 *
 * What the file says is taken up as a whole or not at all: one that cannot be
 * read is told once and counted, and what was served is served on.  A model
 * that is new is loaded by a thread of its own; until then its name is known
 * and nobody answers by it.
 */
#ifndef FLOW_MODELS_MODELS_H
#define FLOW_MODELS_MODELS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "deploy/fleet.h"

struct models;

struct models_opts {
	const char *path;		/* of the file; NULL: one model, that of
					 * `endpoint` */
	struct endpoint_opts endpoint;	/* shared by all, but for what the file
					 * says; borrowed */
	bool follow;			/* the rollouts of a repository */
	bool logs;			/* requests are logged */
	struct fleet *fleet;		/* they are listed there */
};

/* One model is loaded when it returns; those of a file begin to load. */
int models_open(struct models **out, const struct models_opts *o,
    struct err *e);
/* Before the fleet is released, after the last request: nothing is listed any
 * more.  NULL is fine. */
void models_close(struct models *m);
/* Look at the file, and for other versions, now. */
void models_poll(struct models *m);
/* Were all of a file's models loaded once? */
bool models_are_complete(struct models *m);
/* The rollouts that are followed and the state of the file, for Prometheus. */
void models_write(struct buf *out, struct models *m);

#endif
