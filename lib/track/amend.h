/*
 * track/amend.h - more said of a run, whatever became of it: into its journal
 * while that is a file, else into its next version.
 *
 *	ended_lines(&p);
 *	ended_tag(&p, "team", "alpha");
 *	run_amend(c, id, &p.text, e);
 *	ended_release(&p);
 */
#ifndef TRACK_AMEND_H
#define TRACK_AMEND_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "catalog/catalog.h"
#include "track/ended.h"

/* What MLflow calls so, in the tags of a run. */
#define TAG_NOTE "mlflow.note.content"
#define TAG_PARENT "mlflow.parentRunId"

/* Lines made with track/ended.h.  Of several at once none is lost.  *sealed
 * (may be NULL): they are in a version now. */
int run_amend(bool *sealed, struct catalog *c, const char *id,
    const struct buf *lines, struct err *e);
/* A line that archives the run, or brings it back. */
void ended_archive(struct ended *p, bool archived);

#endif
