/*
 * base/machine.h - facts of the host that a run remembers.
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
/* Only what names this start of the system, "" where nothing does. */
void machine_boot(char *out, size_t room);

/* The processor takes AVX2, POPCNT and BMI. */
bool machine_has_avx2(void);

/* Memory that this process held at its largest. */
int64_t machine_peak_bytes(void);

/* How many descriptors this process may open now; 0 when nobody says.
 * machine_raise_files lets it open as many as the system allows. */
uint64_t machine_files(void);
void machine_raise_files(void);

#endif
