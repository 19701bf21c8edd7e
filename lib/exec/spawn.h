/*
 * exec/spawn.h - a command, run to its end under our eyes.
 *
 * Its standard output and standard error are both copied to our standard
 * error as they come (ours is for records) and kept, up to SPAWN_KEEP bytes
 * each.  SIGINT, SIGTERM and SIGHUP are passed on to it and to all that it
 * started; a second one kills them, and so do five seconds after its end.
 * Without a signal, children it left behind do not hold us up.
 */
#ifndef EXEC_SPAWN_H
#define EXEC_SPAWN_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/child.h"
#include "base/err.h"

#define SPAWN_KEEP ((size_t)8 << 20)

struct spawned {
	int status;			/* exit status, or 128 + signal */
	struct child_usage use;
	struct buf out, err;
	bool energy_known;
	double joules;
};

void spawned_init(struct spawned *w);
void spawned_release(struct spawned *w);
/* `in` becomes its standard input (-1: ours), `keep` stays open in it.  -1
 * when it could not be started. */
int spawn_command(struct spawned *w, const char *const *command,
    const char *const *env, int in, int keep, struct err *e);

#endif
