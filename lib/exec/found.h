/*
 * exec/found.h - what a command says it read, in its depfile.  Private to
 * lib/exec.
 */
#ifndef EXEC_FOUND_H
#define EXEC_FOUND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "exec/command.h"

/* The paths of rq->depfile as seen from here, sorted, each once, without those
 * that are inputs or outputs of rq anyway; in the arena. */
int found_read(const char ***out, size_t *n_out, struct arena *a,
    const struct command_request *rq, struct err *e);
/* Its content is known only once the command has ended: was the file, or its
 * name, changed after that time (clock_wall_us)? */
bool found_changed(const struct stat *st, int64_t wall_us);

#endif
