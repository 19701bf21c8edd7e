/* Independent, uniform draws, on the parameter's scale. */
#include "search/sampler.h"

static int
draw_random(double *x, struct sampling *s, struct err *e)
{
	(void)e;
	space_draw(x, s->past->space, &s->rng);
	return 0;
}

const struct sampler sampler_random = {
	.name = "random", .draw = draw_random,
};
