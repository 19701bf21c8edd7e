/*
 * track/reads.h - which runs read something: a name, an id, a file.  Private
 * to lib/track.
 */
#ifndef TRACK_READS_H
#define TRACK_READS_H

#include <stdbool.h>

#include "base/err.h"
#include "catalog/catalog.h"
#include "track/run.h"

struct input_search {
	struct catalog *c;
	const char *name;		/* as it was given; borrowed */
	char *digits;			/* of an id, or a part of them; NULL */
};

int input_search_open(struct input_search *in, struct catalog *c,
    const char *text, struct err *e);
void input_search_release(struct input_search *in);
int run_reads_input(bool *yes, const struct input_search *in,
    const struct run *r, struct err *e);

#endif
