/* Texts as numbers: characters, and words that no other text has. */
#include "drift/texts.h"

#include <math.h>
#include <string.h>

#include "../tap.h"
#include "table/column_set.h"

static void
fill(struct table *t, const char *const *text, size_t n)
{
	struct err e = ERR_INIT;

	t->rows = n;
	column_init(&t->col[0], "note", COL_TEXT, n, &e);
	for (size_t i = 0; i < n; i++)
		if (text[i] == NULL)
			column_set_missing(&t->col[0], i);
		else
			column_set_text(&t->col[0], i, text[i],
			    strlen(text[i]), &e);
}

static bool
holds(const struct table *t, const char *name, const double *v)
{
	const struct column *c = table_find(t, name);
	bool same = c != NULL;

	for (size_t i = 0; same && i < t->rows; i++) {
		double got = column_number(c, i);

		same = isnan(v[i]) ? isnan(got) : fabs(got - v[i]) < 1e-15;
	}
	return same;
}

int
main(void)
{
	struct table *ref = table_new(1), *cur = table_new(1);
	struct err e = ERR_INIT;
	struct arena a = { 0 };
	const char **names, **list;
	size_t n;

	fill(ref, (const char *const[]){ "one two", "two three", "four, FOUR",
	    "Three", NULL }, 5);
	fill(cur, (const char *const[]){ "One! five", "two", "three 3 4 4",
	    "...", "\xc3\xbc\xc3\xbc" }, 5);
	ok(texts_measure(&names, &n, &a, ref, cur, NULL, 0, &e) == 0 &&
	    n == 1 && strcmp(names[0], "note") == 0 && ref->cols == 2 &&
	    cur->cols == 2, "two numbers instead of a text");
	ok(holds(ref, "note.length", (double[]){ 7, 9, 10, 5, NAN }) &&
	    holds(cur, "note.length", (double[]){ 9, 3, 11, 3, 2 }),
	    "characters");
	ok(holds(ref, "note.unknown", (double[]){ .5, 0, 1, 0, NAN }),
	    "a reference's text beside the others");
	ok(holds(cur, "note.unknown", (double[]){ .5, 0, .75, 0, 1 }),
	    "another text beside all of them");
	list = texts_expand(&n, &a, (const char *const[]){ "x", "note" }, 2,
	    names, 1);
	ok(n == 3 && strcmp(list[0], "x") == 0 && strcmp(list[2],
	    "note.unknown") == 0, "a list that names it");
	table_free(ref);
	table_free(cur);
	arena_free(&a);
	return tap_done();
}
