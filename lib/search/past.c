/* What a sampler sees of a study. */
#include "search/past.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void
add_trial(struct past *out, struct study *s, size_t number,
    const size_t *column)
{
	const struct trial *t = &s->trial[number];
	struct past_trial *p = &out->trial[out->n];
	double *x = arena_alloc(&out->arena, (out->space->n + 1) * sizeof(*x));
	double *y = arena_alloc(&out->arena, out->n_objectives * sizeof(*y));

	for (size_t i = 0; i < out->space->n; i++)
		x[i] = study_value(s, number, column[i],
		    &out->space->param[i]);
	for (size_t k = 0; k < out->n_objectives; k++) {
		y[k] = t->has_value ? study_objectives(s, number)[k] : NAN;
		if (s->maximize[k])
			y[k] = -y[k];
	}
	*p = (struct past_trial){ number, t->state, x, y, trial_last_step(t),
	    t->violation };
	out->n++;
	out->n_ended += t->state != TRIAL_RUNNING;
}

int
past_read(struct past *out, struct study *s, const struct space *space,
    struct err *e)
{
	size_t *column;

	memset(out, 0, sizeof(*out));
	column = arena_alloc(&out->arena, (space->n + 1) * sizeof(*column));
	for (size_t i = 0; i < space->n; i++)
		column[i] = study_find_column(s, space->param[i].name);
	out->space = space;
	out->n_objectives = s->n_objectives;
	out->maximize = s->maximize[0];
	out->trial = mem_array(s->n + 1, sizeof(*out->trial));
	if (out->trial == NULL)
		return err_set(e, ERR_NOMEM, "no memory for %zu trials", s->n);
	for (size_t i = 0; i < s->n; i++) {
		enum trial_state state = s->trial[i].state;

		if (state == TRIAL_RUNNING || state == TRIAL_PRUNED ||
		    (state == TRIAL_COMPLETE && s->trial[i].has_value))
			add_trial(out, s, i, column);
	}
	return 0;
}

void
past_release(struct past *p)
{
	free(p->trial);
	arena_free(&p->arena);
	memset(p, 0, sizeof(*p));
}
