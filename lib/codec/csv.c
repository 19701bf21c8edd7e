/* CSV records split into fields, in place. */
#include "codec/csv.h"

#include <string.h>

#define DETECT_BYTES 65536
#define DETECT_RECORDS 50

size_t
csv_bom(const char *s, size_t n)
{
	return n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

const char *
csv_quoted_cell(const struct csv_form *f, const char *p, const char *end,
    struct csv_cell *c)
{
	const char *q = p + 1;

	c->s = q;
	c->quoted = true;
	c->escaped = false;
	for (;; q += 2) {
		q = memchr(q, '"', (size_t)(end - q));
		if (q == NULL || q + 1 == end)
			return NULL;
		if (q[1] != '"')
			break;
		c->escaped = true;
	}
	c->n = (size_t)(q - c->s);
	for (q++; csv_is_space(f, *q); q++)
		;
	return *q == f->delimiter || *q == f->eol ? q : NULL;
}

/* Slow and careful: a line with quotes in it. */
static const char *
quoted_record(const struct csv_form *f, const char *p, const char *end)
{
	bool start = true, inside = false;

	for (; p < end; p++) {
		if (inside) {
			if (*p == '"') {
				if (p + 1 < end && p[1] == '"')
					p++;
				else
					inside = false;
			}
		} else if (*p == f->eol) {
			return p + 1;
		} else if (*p == f->delimiter) {
			start = true;
		} else if (*p == '"' && start) {
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

	if (q == NULL)
		return NULL;
	if (memchr(p, '"', (size_t)(q - p)) == NULL)
		return q + 1;
	return quoted_record(f, p, end);
}

void
csv_unescape(struct buf *out, const struct csv_cell *c)
{
	const char *p = c->s, *end = c->s + c->n, *q;

	while (p < end && (q = memchr(p, '"', (size_t)(end - p))) != NULL) {
		buf_add(out, p, (size_t)(q + 1 - p));
		p = q + 2;
	}
	if (p < end)
		buf_add(out, p, (size_t)(end - p));
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
struct delimiter_trial {
	size_t same;		/* every one; 0 when they differ */
	size_t most;		/* the last half or more, or 0 */
	size_t first;
};

static struct delimiter_trial
try_delimiter(const struct csv_form *f, const char *s, const char *end)
{
	size_t records = 0, cells, last = 0, run = 0;
	struct delimiter_trial t = { 0 };
	const char *next;

	for (; s < end && records < DETECT_RECORDS; s = next) {
		next = csv_record(f, s, end);
		if (next == NULL)
			break;
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

void
csv_detect(struct csv_form *f, const char *s, size_t n)
{
	static const char candidates[] = ",\t;|";
	struct delimiter_trial best = { 1, 1, 1 };
	char first = ',', most = '\0', same = '\0';
	const char *end, *last;

	if (n > DETECT_BYTES)
		n = DETECT_BYTES;
	f->eol = memchr(s, '\n', n) == NULL && memchr(s, '\r', n) != NULL ?
	    '\r' : '\n';
	for (last = s + n; last > s && last[-1] != f->eol; last--)
		;
	end = last;
	for (const char *d = candidates; *d != '\0'; d++) {
		struct delimiter_trial t;

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
}
