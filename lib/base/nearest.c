/* The known word nearest to one that was typed. */
#include "base/nearest.h"

#include <string.h>

#define WORD_MAX 63

/* Damerau-Levenshtein with adjacent swaps (optimal string alignment). */
static size_t
distance(const char *a, size_t na, const char *b, size_t nb)
{
	size_t d[3][WORD_MAX + 1], *before = d[0], *above = d[1], *row = d[2], *t;

	for (size_t j = 0; j <= nb; j++)
		above[j] = before[j] = j;
	for (size_t i = 1; i <= na; i++) {
		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t v = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1 < v)
				v = above[j] + 1;
			if (row[j - 1] + 1 < v)
				v = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < v)
				v = before[j - 2] + 1;
			row[j] = v;
		}
		t = before;
		before = above;
		above = row;
		row = t;
	}
	return above[nb];
}

const char *
nearest_word(const char *word, const char *const *known, size_t n)
{
	size_t len = strlen(word), best;
	const char *out = NULL;

	/* a third of the letters may be wrong: 'gender' is not meant by 'tenure' */
	best = len < 2 ? 2 : (len + 1) / 3 + 1;

	if (len > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t m = strlen(known[i]), d;

		if (m > WORD_MAX)
			continue;
		d = distance(word, len, known[i], m);
		/* "lr" for "learning_rate" is nothing alike; a prefix is */
		if (len >= 3 && strncmp(word, known[i], len) == 0)
			d = d > 1 ? 1 : d;
		if (d < best) {
			best = d;
			out = known[i];
		}
	}
	return out;
}
