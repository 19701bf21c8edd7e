/*
 * base/machine.h - what a run wants to remember about where it ran, and
 * what it cost.
 */
#ifndef BASE_MACHINE_H
#define BASE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct machine {
	char host[256];
	char system[256];		/* "Linux 6.1.0 x86_64" */
	char cpu[256];			/* "Intel(R) Xeon(R) ...", "" if unknown */
	char user[64];
	char boot[64];			/* names this start of the system */
	int cpus;
	int64_t memory_bytes;
};

void machine_read(struct machine *m);
/* Only host and user; the rest is empty. */
void machine_who(struct machine *m);

/* Memory that this process held at its largest. */
int64_t machine_peak_bytes(void);

/*
 * Energy of the processor packages, from the kernel's RAPL counters where
 * they are readable (usually by root only).  The counters wrap; a meter
 * holds at most 16 packages and must be read at least once a minute on a
 * busy machine to see every wrap.
 */
struct energy {
	size_t zones;			/* 0: not readable here */
	uint64_t last_uj[16], range_uj[16];
	double joules;			/* since energy_begin */
};

void energy_begin(struct energy *m);
void energy_update(struct energy *m);
/* Without counters: CPU seconds times this many watts, to be labelled an
 * estimate wherever it is shown. */
#define ENERGY_WATTS_PER_CPU 12.0

#endif
