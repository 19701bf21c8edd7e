/* What comes of a fit: its histories. */
#include "learn/learned.h"

#include <string.h>

void
learned_add_history(struct learned *l, struct arena *a, const char *set,
    const char *measure, const double *v, size_t n)
{
	double *copy;

	if (v == NULL || n == 0 || l->n_histories == LEARNED_HISTORIES)
		return;
	copy = arena_alloc(a, n * sizeof(*copy));
	memcpy(copy, v, n * sizeof(*copy));
	l->history[l->n_histories++] = (struct history){
	    arena_printf(a, "%s.%s", set, measure), n, copy };
}
