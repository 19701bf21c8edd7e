/*
 * base/energy.h - a meter of the energy that the processor packages use.
 */
#ifndef BASE_ENERGY_H
#define BASE_ENERGY_H

#include <stddef.h>
#include <stdint.h>

/*
 * From the kernel's RAPL counters, where they are readable (usually by root
 * only).  The counters wrap; a meter
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
