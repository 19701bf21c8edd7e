/* Every combination once, the last parameter changing first: the trial's
 * number says which one it is. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "search/sampler.h"

#define GRID_MAX 1000000

static int
check_grid(const struct space *space, size_t n_objectives, struct err *e)
{
	double all = 1;

	(void)n_objectives;
	for (size_t i = 0; i < space->n; i++) {
		size_t n = space_count(&space->param[i]);

		if (n == 0)
			return err_set(e, ERR_USAGE, "a grid needs a step: '%s' "
			    "has no end of values", space->param[i].name);
		all *= (double)n;
	}
	return all <= GRID_MAX ? 0 : err_set(e, ERR_USAGE, "a grid has at most "
	    "%d points, not %g", GRID_MAX, all);
}

static double
grid_value(const struct space_param *p, size_t k)
{
	return p->kind == SPACE_CATEGORICAL ? (double)k :
	    space_round(p, p->low + (double)k * p->step);
}

/* Where a parameter is not there only its first value counts. */
static bool
is_point(const struct space *space, const size_t *at, double *x)
{
	for (size_t i = 0; i < space->n; i++)
		x[i] = grid_value(&space->param[i], at[i]);
	space_deactivate(space, x);
	for (size_t i = 0; i < space->n; i++)
		if (isnan(x[i]) && at[i] != 0)
			return false;
	return true;
}

static bool
next_point(const struct space *space, size_t *at)
{
	for (size_t i = space->n; i-- > 0;) {
		if (++at[i] < space_count(&space->param[i]))
			return true;
		at[i] = 0;
	}
	return false;
}

static int
draw_grid(double *x, struct sampling *s, struct err *e)
{
	const struct space *space = s->past->space;
	size_t *at, left = s->number + 1;
	bool more = true;

	if (check_grid(space, 1, e) < 0)
		return -1;
	at = xalloc(space->n, sizeof(*at));
	while (more) {
		if (is_point(space, at, x) && --left == 0)
			break;
		more = next_point(space, at);
	}
	free(at);
	return more ? 0 : err_set(e, ERR_NO, "every point of the grid has been "
	    "asked for");
}

const struct sampler sampler_grid = {
	.name = "grid", .check = check_grid, .draw = draw_grid,
};
