/* What a server costs, in money and in energy. */
#include "flow/serve/costs.h"

#include "base/clock.h"
#include "base/num.h"

#define US_PER_HOUR 3.6e9

void
costs_init(struct costs *c, double per_hour)
{
	c->per_hour = per_hour;
	c->begun_us = clock_mono_us();
	mutex_init(&c->lock);
	energy_begin(&c->energy);
}

void
costs_release(struct costs *c)
{
	mutex_release(&c->lock);
}

static void
write_counter(struct buf *out, const char *name, const char *help, double v)
{
	char text[NUM_TEXT_MAX];

	buf_addf(out, "# HELP %s %s\n# TYPE %s counter\n%s ", name, help, name,
	    name);
	buf_add(out, text, num_print_f64(text, v));
	buf_addc(out, '\n');
}

void
costs_write(struct buf *out, struct costs *c)
{
	double hours = (double)(clock_mono_us() - c->begun_us) / US_PER_HOUR;

	if (c->per_hour > 0)
		write_counter(out, "mlv_cost_total", "Cost of the server since "
		    "it started, by --cost-per-hour.", hours * c->per_hour);
	if (c->energy.zones == 0)
		return;
	mutex_lock(&c->lock);
	energy_update(&c->energy);
	write_counter(out, "mlv_energy_joules_total", "Energy that the "
	    "processors of the machine have used since the server started, "
	    "whoever runs on them.", c->energy.joules);
	mutex_unlock(&c->lock);
}
