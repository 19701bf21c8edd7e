/*
 * exec/meter.h - what work in this process costs, from a beginning to an end:
 * time, memory, energy.
 */
#ifndef EXEC_METER_H
#define EXEC_METER_H

#include <stdint.h>

#include "base/energy.h"
#include "base/machine.h"
#include "exec/provenance.h"

struct meter {
	int64_t wall_us, cpu_us;	/* at the beginning */
	struct energy energy;
};

void meter_begin(struct meter *m);
/* The cost since then.  Energy is not known where the counters cannot be
 * read, or may have wrapped because nobody read them in between. */
void meter_read(struct provenance_cost *out, struct meter *m);

#endif
