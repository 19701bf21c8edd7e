/* CSV records split into fields, in place. */
#include "codec/csv.h"

#include <string.h>

#include "base/num.h"

#define DETECT_BYTES 65536
#define DETECT_RECORDS 50
#define GUESS_CELLS 1024

size_t
csv_bom(const char *s, size_t n)
{
	return n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

char
csv_line_end(const char *s, size_t n)
{
	const char *lf = n > 0 ? memchr(s, '\n', n) : NULL;
	bool inside = false;

	if (n == 0 || memchr(s, '\r', n) == NULL)
		return '\n';
	if (lf == NULL)
		return '\r';
	if (lf != s + n - 1)
		return '\n';
	for (; s < lf - 1; s++) {
		inside ^= *s == '"';
		if (*s == '\r' && !inside)
			return '\r';
	}
	return '\n';
}

const char *
csv_quoted_cell(const struct csv_form *f, const char *p, const char *end,
    struct csv_cell *c)
{
	const char *q = p + 1;

	c->s = q;
	c->quoted = true;
	c->escaped = false;
	c->quote = f->quote;
	c->escape = f->escape;
	for (;; q += 2) {
		q = memchr(q, f->quote, (size_t)(end - q));
		if (q == NULL || q + 1 == end)
			return NULL;
		if (q[1] != f->quote)
			break;
		c->escaped = true;
	}
	c->n = (size_t)(q - c->s);
	for (q++; csv_is_space(f, *q); q++)
		;
	return *q == f->delimiter || *q == f->eol ? q : NULL;
}

/* Where the quotes close that opened before p; NULL: nowhere. */
static const char *
closing_quote(const struct csv_form *f, const char *p, const char *end,
    bool *escaped)
{
	for (; p + 1 < end; p++) {
		if (*p == f->escape || (*p == f->quote && p[1] == f->quote)) {
			*escaped = true;
			p++;
		} else if (*p == f->quote) {
			return p;
		}
	}
	return NULL;
}

const char *
csv_escaped_cell(const struct csv_form *f, const char *p, const char *end,
    struct csv_cell *c)
{
	const char *q, *last;

	c->escaped = false;
	c->quote = f->quote;
	c->escape = f->escape;
	c->quoted = *p == f->quote && f->quote != '\0';
	if (c->quoted) {
		c->s = p + 1;
		if ((q = closing_quote(f, c->s, end, &c->escaped)) == NULL)
			return NULL;
		c->n = (size_t)(q - c->s);
		for (q++; csv_is_space(f, *q); q++)
			;
		return *q == f->delimiter || *q == f->eol ? q : NULL;
	}
	for (q = last = p; *q != f->delimiter && *q != f->eol; q++) {
		if (*q == f->escape && q[1] != f->eol) {
			c->escaped = true;
			last = ++q + 1;
		} else if (!csv_is_space(f, *q)) {
			last = q + 1;
		}
	}
	c->s = p;
	c->n = (size_t)(last - p);
	return q;
}

/* Slow and careful: a line with quotes or escapes in it. */
static const char *
quoted_record(const struct csv_form *f, const char *p, const char *end)
{
	bool start = true, inside = false;

	for (; p < end; p++) {
		if (*p == f->escape && f->escape != '\0' && p + 1 < end &&
		    p[1] != f->eol) {
			p++;
			start = false;
		} else if (inside) {
			if (*p == f->quote) {
				if (p + 1 < end && p[1] == f->quote)
					p++;
				else
					inside = false;
			}
		} else if (*p == f->eol) {
			return p + 1;
		} else if (*p == f->delimiter) {
			start = true;
		} else if (*p == f->quote && f->quote != '\0' && start) {
			inside = true;
			start = false;
		} else if (!csv_is_space(f, *p)) {
			start = false;
		}
	}
	return NULL;
}

const char *
csv_record(const struct csv_form *f, const char *p, const char *end)
{
	const char *q = memchr(p, f->eol, (size_t)(end - p));
	size_t n;

	if (q == NULL)
		return NULL;
	n = (size_t)(q - p);
	if (csv_is_comment(f, p) || ((f->quote == '\0' ||
	    memchr(p, f->quote, n) == NULL) && (f->escape == '\0' ||
	    memchr(p, f->escape, n) == NULL)))
		return q + 1;
	return quoted_record(f, p, end);
}

void
csv_unescape(struct buf *out, const struct csv_cell *c)
{
	const char *p = c->s, *end = c->s + c->n;

	for (; p < end; p++) {
		bool escape = c->escape != '\0' && *p == c->escape;
		bool twice = c->quoted && *p == c->quote;

		if ((escape || twice) && p + 1 < end)
			p++;
		buf_addc(out, *p);
	}
}

/* Cells of a record, counting delimiters outside quotes. */
static size_t
count_cells(const struct csv_form *f, const char *p, const char *end)
{
	struct csv_cell c;
	size_t n = 1;

	while ((p = csv_cell(f, p, end, &c)) != NULL && *p != f->eol) {
		n++;
		p++;
	}
	return p == NULL ? 0 : n;
}

/* How many cells the records have with this delimiter. */
struct trial {
	size_t same;		/* every one; 0 when they differ */
	size_t most;		/* the last half or more, or 0 */
	size_t first;
};

static struct trial
try_delimiter(const struct csv_form *f, const char *s, const char *end)
{
	size_t records = 0, cells, last = 0, run = 0;
	struct trial t = { 0 };
	const char *next;

	for (; s < end && records < DETECT_RECORDS; s = next) {
		next = csv_record(f, s, end);
		if (next == NULL)
			break;
		if (csv_is_comment(f, s))
			continue;
		cells = count_cells(f, s, next);
		if (cells == 1 && next - s <= 2)
			continue;		/* an empty line */
		if (records++ == 0)
			t.first = t.same = cells;
		else if (cells != t.same)
			t.same = 0;
		run = cells == last ? run + 1 : 1;
		last = cells;
	}
	t.most = run >= 2 && 2 * run >= records ? last : 0;
	return t;
}

/* "1,5", "-2": a number that may have a decimal comma; *comma is set when it
 * does. */
static bool
is_decimal(const struct csv_cell *c, bool *comma)
{
	size_t i = c->n > 0 && (*c->s == '-' || *c->s == '+'), commas = 0;
	size_t first = i;

	for (; i < c->n; i++) {
		if (c->s[i] == ',')
			commas++;
		else if (c->s[i] < '0' || c->s[i] > '9')
			return false;
	}
	*comma = *comma || commas == 1;
	return c->n > first && commas <= 1;
}

/* Do semicolons cut every record, the first too, into as many numbers, some
 * with a comma?  Then the comma is no delimiter. */
static bool
decimal_commas(const struct csv_form *form, const char *s, const char *end)
{
	struct csv_form f = *form;
	size_t records = 0, cells = 0, n;
	bool comma = false;
	struct csv_cell c;
	const char *p, *next;

	f.delimiter = ';';
	for (; s < end && records < DETECT_RECORDS; s = next) {
		if ((next = csv_record(&f, s, end)) == NULL)
			break;
		if (next - s <= 2 || csv_is_comment(&f, s))
			continue;
		for (n = 0, p = s; n == 0 || p[-1] != f.eol; n++, p++)
			if ((p = csv_cell(&f, p, next, &c)) == NULL ||
			    !is_decimal(&c, &comma))
				return false;
		if (records++ == 0)
			cells = n;
		else if (n != cells)
			return false;
	}
	return cells > 1 && comma;
}

void
csv_detect(struct csv_form *f, const char *s, size_t n)
{
	static const char candidates[] = ",\t;|";
	struct trial best = { 1, 1, 1 };
	char first = ',', most = '\0', same = '\0';
	const char *end, *last;

	if (n > DETECT_BYTES)
		n = DETECT_BYTES;
	f->eol = csv_line_end(s, n);
	for (last = s + n; last > s && last[-1] != f->eol; last--)
		;
	end = last;
	for (const char *d = candidates; *d != '\0'; d++) {
		struct trial t;

		f->delimiter = *d;
		t = try_delimiter(f, s, end);
		if (t.same > best.same) {
			best.same = t.same;
			same = *d;
		}
		if (t.most > best.most) {
			best.most = t.most;
			most = *d;
		}
		if (t.first > best.first) {
			best.first = t.first;
			first = *d;
		}
	}
	f->delimiter = same ? same : most ? most : first;
	if (f->delimiter == ',' && decimal_commas(f, s, end))
		f->delimiter = ';';
}

/* Has the first record one cell only? */
static bool
first_is_one(const struct csv_form *f, const char *s, const char *end)
{
	const char *next;

	while ((next = csv_record(f, s, end)) != NULL && (next - s <= 2 ||
	    csv_is_comment(f, s)))
		s = next;
	return next != NULL && count_cells(f, s, next) == 1;
}

/* Are all cells of the record numbers? */
static bool
holds_numbers(const struct csv_form *f, const char *p, const char *end)
{
	struct csv_cell c;
	double d;

	do {
		if ((p = csv_cell(f, p, end, &c)) == NULL ||
		    !num_parse_f64(c.s, c.n, &d))
			return false;
	} while (*p++ == f->delimiter);
	return true;
}

/* How well one delimiter cuts the first records. */
static void
guess_with(struct csv_guess *g, const struct csv_form *f, const char *s,
    const char *end)
{
	size_t have[GUESS_CELLS] = { 0 }, cells, first = 0;
	const char *next;

	for (const char *p = s; p < end && g->records < DETECT_RECORDS;
	    p = next) {
		if ((next = csv_record(f, p, end)) == NULL)
			break;
		g->hashes = g->hashes || *p == '#';
		if (next - p <= 2 || csv_is_comment(f, p))
			continue;
		cells = count_cells(f, p, next);
		if (g->records++ == 0)
			first = cells;
		/* words of a sentence are no columns */
		else if (f->delimiter == ' ' && (cells != first ||
		    !holds_numbers(f, p, next)))
			continue;
		if (cells > 1 && cells < GUESS_CELLS &&
		    ++have[cells] > g->fit) {
			g->fit = have[cells];
			g->cells = cells;
		}
	}
}

/* Lines before the first record of so many cells. */
static size_t
lines_before(const struct csv_form *f, const char *s, const char *end,
    size_t cells)
{
	size_t lines = 0;
	const char *next;

	for (const char *p = s; p < end; p = next) {
		if ((next = csv_record(f, p, end)) == NULL ||
		    count_cells(f, p, next) == cells)
			break;
		for (; p < next; p++)
			lines += *p == f->eol;
	}
	return lines;
}

struct csv_guess
csv_guess_delimiter(const struct csv_form *form, const char *s,
    const char *end)
{
	static const char candidates[] = ",\t;|^~ ";
	struct csv_guess best = { 0 };
	struct csv_form f = *form;

	if (!first_is_one(form, s, end))
		return best;
	for (const char *d = candidates; *d != '\0'; d++) {
		struct csv_guess g = { .delimiter = *d };

		f.delimiter = *d;
		guess_with(&g, &f, s, end);
		if (g.fit > 1 && 2 * g.fit > g.records && g.fit > best.fit) {
			best = g;
			best.before = lines_before(&f, s, end, g.cells);
		}
	}
	return best;
}
