/*
 * track/field.h - the fields of a run by their names, as --where, --sort and
 * --columns say them.  Private to lib/track, but for query_field.
 */
#ifndef TRACK_FIELD_H
#define TRACK_FIELD_H

#include <stdbool.h>

#include "base/err.h"

/* Can a run have it?  ERR_USAGE says which one was meant. */
bool field_is_known(const char *name);
int field_check(const char *name, struct err *e);
/* Where in a run's tree it lies; with *facts it may lie among those, by its
 * own name.  False: too long. */
#define FIELD_PATH 2200
bool field_path(char path[FIELD_PATH], bool *facts, const char *name);
/* Is it a metric or a parameter? */
bool field_is_own(const char *name);

#endif
