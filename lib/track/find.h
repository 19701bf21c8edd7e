/*
 * track/find.h - finding runs: by id, a beginning of one, name or output, and
 * all of them.
 */
#ifndef TRACK_FIND_H
#define TRACK_FIND_H

#include "base/err.h"
#include "catalog/catalog.h"
#include "track/run.h"

/* `id`: "run:ID", an ID, a unique beginning of one, the run's `name` (its
 * newest run), or a file that a run put out. */
int run_read(struct run *r, struct catalog *c, const char *id,
    struct err *e);
/* The run with exactly this ID; metrics may have only their summary. */
int run_read_id(struct run *r, struct catalog *c, const char *id,
    struct err *e);
/* Of the runs that put out these bytes the newest that finished and read
 * something; else the newest that finished, else the newest. */
int run_read_by_output(struct run *r, struct catalog *c,
    const struct oid *output, struct err *e);
/* Every run, newest first.  fn borrows r and returns 0 to go on.  A sealed
 * run's metrics have their summary only (n == 1, step and time 0). */
int run_each(struct catalog *c,
    int (*fn)(void *ctx, const struct run *r, struct err *e), void *ctx,
    struct err *e);
/* Those that are sealed, out of the index: as run_each has them, without
 * links.  fn may hear of one again, where the index was damaged. */
int run_each_sealed(struct catalog *c,
    int (*fn)(void *ctx, const struct run *r, struct err *e), void *ctx,
    struct err *e);

/* Does anybody hold the journal of a run that is not sealed? */
bool run_is_held(struct catalog *c, const char *id);

/* The id alone, to be freed. */
int run_find_id(char **id, struct catalog *c, const char *text,
    struct err *e);

#endif
