/* Energy of the processor packages, from the kernel's RAPL counters. */
#include "base/energy.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/num.h"

static bool
read_counter(uint64_t *out, size_t zone, const char *what)
{
	char path[96], text[32];

	snprintf(path, sizeof(path),
	    "/sys/class/powercap/intel-rapl:%zu/%s", zone, what);
	return file_read_small(text, sizeof(text), path) &&
	    num_parse_u64(text, strlen(text), out);
}

void
energy_begin(struct energy *m)
{
	memset(m, 0, sizeof(*m));
	while (m->zones < 16 &&
	    read_counter(&m->last_uj[m->zones], m->zones, "energy_uj") &&
	    read_counter(&m->range_uj[m->zones], m->zones,
	    "max_energy_range_uj"))
		m->zones++;
}

void
energy_update(struct energy *m)
{
	for (size_t i = 0; i < m->zones; i++) {
		uint64_t now, spent;

		if (!read_counter(&now, i, "energy_uj"))
			continue;
		spent = now >= m->last_uj[i] ? now - m->last_uj[i] :
		    now + m->range_uj[i] - m->last_uj[i];
		m->joules += (double)spent * 1e-6;
		m->last_uj[i] = now;
	}
}
