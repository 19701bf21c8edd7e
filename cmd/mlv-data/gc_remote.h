/*
 * gc_remote.h - gc --remote, beside gc of the repository.
 */
#ifndef MLV_DATA_GC_REMOTE_H
#define MLV_DATA_GC_REMOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"

/* The exit status. */
int gc_remote_run(struct cli *c, const char *name, int64_t grace_s,
    bool dry_run);

#endif
