/* The labels that a model answers beside its scores: whether they are those of
 * the largest, and, where it names no classes, what these are called. */
#include <string.h>

#include "judge/internal.h"

void
labels_find(struct judging *g)
{
	size_t n, known;
	const struct binding_column *c = binding_columns(g->p, &n);

	(void)binding_classes(g->p, &known);
	g->label = SIZE_MAX;
	if (g->width < 2)
		return;
	if (!g->named && known != g->width)
		g->said = arena_alloc(g->arena, g->width * sizeof(*g->said));
	for (size_t i = 0; i < n && g->label == SIZE_MAX; i++) {
		bool alone = (i == 0 || c[i - 1].output != c[i].output) &&
		    (i + 1 == n || c[i + 1].output != c[i].output);

		if (alone && (c[i].type == COL_INT64 ||
		    c[i].type == COL_CATEGORY))
			g->label = i;
	}
}

static const char *
class_name(const struct judging *g, size_t k)
{
	size_t n;

	return g->named ? binding_columns(g->p, &n)[g->first + k].class_name :
	    binding_classes(g->p, &n)[k];
}

/* Does the label name another class than the one of the largest score?  What
 * names none is not held against it. */
static bool
is_other_class(const struct judging *g, size_t best, const char *s, size_t n)
{
	for (size_t k = 0; k < g->width; k++) {
		const char *name = class_name(g, k);

		if (strlen(name) == n && memcmp(name, s, n) == 0)
			return k != best;
	}
	return false;
}

void
labels_tell(struct evaluation *v, const struct judging *g)
{
	if (g->otherwise > 0)
		v->labels = arena_printf(&v->arena, "in %zu of %zu rows the "
		    "model's label is another class than the one of its "
		    "largest score, by which it is judged", g->otherwise,
		    g->t->rows);
	else if (g->unclear)
		v->labels = "the model's labels are not those of its largest "
		    "scores, by which it is judged";
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
	if (g->said == NULL)
		g->otherwise += is_other_class(g, best, s, n);
	else if (g->said[best] == NULL)
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
