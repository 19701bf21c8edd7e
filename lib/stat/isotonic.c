/* Isotonic regression, of points that come by falling x. */
#include "stat/isotonic.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
isotonic_init(struct isotonic *f)
{
	memset(f, 0, sizeof(*f));
}

void
isotonic_release(struct isotonic *f)
{
	free(f->step);
	f->step = NULL;
}

/* As x falls, y may not rise: a step above the one before joins it. */
static void
push_tie(struct isotonic *f)
{
	struct isotonic_step s = f->tie;

	while (f->n > 0 && s.sum * f->step[f->n - 1].n >=
	    f->step[f->n - 1].sum * s.n) {
		const struct isotonic_step *t = &f->step[--f->n];

		s.high = t->high;
		s.sum += t->sum;
		s.n += t->n;
	}
	if (f->n == f->room) {
		f->room = f->room ? 2 * f->room : 64;
		f->step = xresize(f->step, f->room, sizeof(*f->step));
	}
	f->step[f->n++] = s;
}

void
isotonic_add(struct isotonic *f, double x, double y)
{
	if (f->any && f->tie.low == x) {
		f->tie.sum += y;
		f->tie.n++;
		return;
	}
	if (f->any)
		push_tie(f);
	f->any = true;
	f->tie = (struct isotonic_step){ x, x, y, 1 };
}

void
isotonic_done(struct isotonic *f)
{
	if (f->any)
		push_tie(f);
	f->any = false;
	for (size_t i = 0; i < f->n / 2; i++) {
		struct isotonic_step t = f->step[i];

		f->step[i] = f->step[f->n - 1 - i];
		f->step[f->n - 1 - i] = t;
	}
}

static double
step_value(const struct isotonic_step *s)
{
	return s->sum / s->n;
}

double
isotonic_value(const struct isotonic *f, double x)
{
	size_t from = 0, to = f->n;
	const struct isotonic_step *a, *b;

	if (f->n == 0)
		return x;
	/* the last step that begins at or below x */
	while (to - from > 1) {
		size_t mid = (from + to) / 2;

		if (f->step[mid].low <= x)
			from = mid;
		else
			to = mid;
	}
	a = &f->step[from];
	if (x <= a->high || from + 1 == f->n)
		return step_value(a);
	b = a + 1;
	return step_value(a) + (step_value(b) - step_value(a)) *
	    ((x - a->high) / (b->low - a->high));
}
