/* Names of classes that a model does not give, learned from the labels that it
 * answers beside its scores. */
#include <string.h>

#include "judge/internal.h"

void
labels_find(struct judging *g)
{
	size_t n, known;
	const struct binding_column *c = binding_columns(g->p, &n);

	(void)binding_classes(g->p, &known);
	g->label = SIZE_MAX;
	if (g->named || known == g->width || g->width < 2)
		return;
	g->said = arena_alloc(g->arena, g->width * sizeof(*g->said));
	for (size_t i = 0; i < n && g->label == SIZE_MAX; i++) {
		bool alone = (i == 0 || c[i - 1].output != c[i].output) &&
		    (i + 1 == n || c[i + 1].output != c[i].output);

		if (alone && (c[i].type == COL_INT64 ||
		    c[i].type == COL_CATEGORY))
			g->label = i;
	}
}

void
labels_note(struct judging *g, const double *score, const struct column *c,
    size_t row)
{
	char room[COLUMN_PRINT_MAX];
	size_t best = first_largest(score, g->width), n;
	const char *s = column_print(c, row, room, &n);

	for (size_t k = 0; k < g->width; k++)
		if (k != best && !(score[k] < score[best]))
			return;		/* nothing is said by a tie */
	if (s == NULL)
		return;
	if (g->said[best] == NULL)
		g->said[best] = arena_strndup(g->arena, s, n);
	else if (strlen(g->said[best]) != n || memcmp(g->said[best], s, n) != 0)
		g->unclear = true;
}

static bool
is_said(const struct judging *g, const char *name)
{
	for (size_t k = 0; k < g->width; k++)
		if (g->said[k] && strcmp(g->said[k], name) == 0)
			return true;
	return false;
}

bool
labels_name(const char **list, struct arena *a, const struct judging *g,
    const char *const *target, size_t n)
{
	size_t open = 0, rest = 0;
	const char *last = NULL;

	if (g->label == SIZE_MAX || g->unclear)
		return false;
	for (size_t k = 0; k < g->width; k++)
		open += g->said[k] == NULL;
	for (size_t i = 0; i < n; i++)
		if (!is_said(g, target[i])) {
			last = target[i];
			rest++;
		}
	/* labels that are no names of the target; or nobody says which of
	 * several is which */
	if (rest == n || (open && rest && (rest > 1 || open > 1)))
		return false;
	for (size_t k = 0; k < g->width; k++)
		list[k] = g->said[k] ? g->said[k] : rest ? last :
		    arena_printf(a, "class %zu", k);
	for (size_t k = 0; k < g->width; k++)
		for (size_t j = 0; j < k; j++)
			if (strcmp(list[j], list[k]) == 0)
				return false;
	return true;
}
