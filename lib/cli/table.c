/* Records as a table for people: two passes, one to measure, one to set. */
#include "cli/table.h"

#include <string.h>

#include "base/arena.h"
#include "base/num.h"
#include "cli/cell.h"

#define COLUMNS 32
#define DIGEST 71		/* "sha256:" and its digits */
#define DIGEST_SHOWN 19
#define DIGITS 4		/* of a fraction */

struct column {
	size_t wide;
	bool numbers, words;	/* holds some */
	bool whole;		/* the head of a log: copied, kept, and asked for */
};

/* A number that is not whole, which people read by its first digits. */
static bool
is_fraction(const char *s, size_t n, double *v)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] == '.' || s[i] == 'e')
			return num_parse_f64(s, n, v);
	return false;
}

/* The next cell of the line at *s, as it is shown; NULL at its end. */
static const char *
next_cell(struct arena *a, const char **s, bool whole)
{
	size_t n = strcspn(*s, "\t\n");
	const char *cell = *s;
	double v;

	if (**s == '\0')
		return NULL;
	*s += n + ((*s)[n] == '\t');
	if (!whole && n == DIGEST && strncmp(cell, "sha256:", 7) == 0)
		n = DIGEST_SHOWN;
	if (n == 2 && strncmp(cell, "\\N", 2) == 0)
		return "-";
	if (is_fraction(cell, n, &v))
		return arena_printf(a, "%.*g", DIGITS, v);
	return arena_printf(a, "%.*s", (int)n, cell);
}

static bool
is_number(const char *s)
{
	double v;

	return num_parse_f64(s, strlen(s), &v);
}

/* Measures a line, or sets it. */
static const char *
table_line(struct buf *out, struct column *c, const char *s, bool head)
{
	struct arena a = { NULL, 0 };
	size_t n, gap = 0;
	const char *cell;
	bool more = true, right;

	for (size_t i = 0; more && i < COLUMNS; i++) {
		size_t stop = strcspn(s, "\t\n");

		more = s[stop] == '\t';
		if ((cell = next_cell(&a, &s, c[i].whole)) == NULL)
			cell = "";
		if (head)
			c[i].whole = strcmp(cell, "head") == 0;
		n = cell_width(cell);
		if (out == NULL) {
			c[i].wide = n > c[i].wide ? n : c[i].wide;
			if (!head && strcmp(cell, "-") != 0)
				*(is_number(cell) ? &c[i].numbers :
				    &c[i].words) = true;
			continue;
		}
		right = c[i].numbers && !c[i].words;
		gap += right ? c[i].wide - n : 0;
		for (; n && gap; gap--)		/* nothing ends in spaces */
			buf_addc(out, ' ');
		cell_put(out, cell, n);
		gap += 2 + (right ? 0 : c[i].wide - n);
	}
	if (out)
		buf_addc(out, '\n');
	s += strcspn(s, "\n");
	arena_free(&a);
	return *s ? s + 1 : s;
}

void
out_table(struct buf *out, const char *heads, const char *records)
{
	struct column c[COLUMNS] = { { .wide = 0 } };

	(void)table_line(NULL, c, heads, true);
	for (const char *s = records; *s;)
		s = table_line(NULL, c, s, false);
	(void)table_line(out, c, heads, true);
	for (const char *s = records; *s;)
		s = table_line(out, c, s, false);
}
