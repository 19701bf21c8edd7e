/* What work in this process costs. */
#include "exec/meter.h"

#include "base/clock.h"

/* Counters that were not read for so long may have wrapped. */
#define WRAP_US 60000000

void
meter_begin(struct meter *m)
{
	m->wall_us = clock_mono_us();
	m->cpu_us = clock_cpu_us();
	energy_begin(&m->energy);
}

void
meter_read(struct provenance_cost *out, struct meter *m)
{
	*out = (struct provenance_cost){
		.wall_us = clock_mono_us() - m->wall_us,
		.cpu_us = clock_cpu_us() - m->cpu_us,
		.max_rss_bytes = machine_peak_bytes(),
	};
	energy_update(&m->energy);
	out->energy_known = m->energy.zones > 0 && out->wall_us < WRAP_US;
	out->joules = m->energy.joules;
}
