/*
 * flow/history.h - a pipeline found in what was done: runs as stages.
 */
#ifndef FLOW_HISTORY_H
#define FLOW_HISTORY_H

#include <stddef.h>

#include "base/err.h"
#include "catalog/catalog.h"
#include "pipeline/pipeline.h"

/* Of every path the newest finished run that made it; with `runs` these and
 * the newest that made what they read.  Paths are as the runs were told
 * them.  ERR_NOENT when there are none; pipeline_release in every case. */
int pipeline_of_runs(struct pipeline *p, struct catalog *c,
    const char *const *runs, size_t n, struct err *e);

#endif
