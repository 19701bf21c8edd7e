/*
 * windows.h - mlv-drift watch --window: a stream beside a reference.
 */
#ifndef MLV_DRIFT_WINDOWS_H
#define MLV_DRIFT_WINDOWS_H

#include "cli/reading.h"

struct watch_verb {
	struct reading read;
	struct texts set, column, exclude;
	const char *detector, *state;
	bool from_start, warnings;
	const char *window, *every, *late, *time, *thresholds, *weights,
	    *importance;
	double share;
	int64_t min_rows;
	bool any;
};

/* The exit status. */
int watch_windows(struct cli *c, struct watch_verb *o, int argc,
    char **argv);

#endif
