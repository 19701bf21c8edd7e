/*
 * codec/csv.h - CSV cut into records and cells, without copying.
 *
 * RFC 4180, with what people really have: any delimiter, LF, CRLF or CR
 * line ends, a BOM, spaces around cells that are not quoted, other quotes, a
 * byte that takes the meaning from the next one, lines of comment.  A quote that
 * opens a cell opens it wherever spaces led it; elsewhere it is a byte like
 * any other.  The functions work on a region whose last byte ends a line,
 * so that they need not look for the end of the input at every byte: who
 * holds a last line without an end copies it and adds one.
 */
#ifndef CODEC_CSV_H
#define CODEC_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct csv_form {
	char delimiter;
	char eol;		/* '\n' (CR before it is dropped) or '\r' (LF
				 * at either end of a cell is) */
	char quote;		/* '\0': none */
	char escape;		/* before a byte that has no meaning; '\0' */
	char comment;		/* a line that begins so is none; '\0' */
};

struct csv_cell {
	const char *s;		/* spaces and quotes taken off */
	size_t n;
	bool quoted;
	bool escaped;		/* holds "" that stand for one quote, or
				 * escapes: */
	char quote, escape;	/* ... those of the form */
};

/* Bytes of a UTF-8 byte order mark at the start: 0 or 3. */
size_t csv_bom(const char *s, size_t n);

/* The line end of n bytes from the start of a file: CR where there is no LF,
 * or where the only one is the last byte and CR stand before it outside
 * quotes. */
char csv_line_end(const char *s, size_t n);

/* A line of comment at p? */
static inline bool
csv_is_comment(const struct csv_form *f, const char *p)
{
	return f->comment != '\0' && *p == f->comment;
}

/* Line end and delimiter by the first lines of the n bytes: the delimiter
 * of , ; TAB | that cuts them into the same number of cells, at least two;
 * else the last half of them, where a line or two stands before the data;
 * else the first; a comma when none does.  Where semicolons cut every record
 * into numbers with a decimal comma it is the semicolon.  The rest of the
 * form is as given. */
void csv_detect(struct csv_form *f, const char *s, size_t n);

/* Where the record that starts at p ends: just after its line end, or NULL
 * when there is none before `end` (an open quote, a cut line). */
const char *csv_record(const struct csv_form *f, const char *p,
    const char *end);

/* The text of a cell whose quotes are doubled. */
void csv_unescape(struct buf *out, const struct csv_cell *c);

const char *csv_quoted_cell(const struct csv_form *f, const char *p,
    const char *end, struct csv_cell *c);
/* A cell of a form with an escape. */
const char *csv_escaped_cell(const struct csv_form *f, const char *p,
    const char *end, struct csv_cell *c);

/* For a file of one column: the delimiter that cuts more than half of the
 * first records into the same number of cells, two or more; a space only
 * where those of the first and numbers stand between.  '\0': none. */
struct csv_guess {
	char delimiter;
	size_t cells;		/* so many */
	size_t fit, records;	/* so many of these have them */
	size_t before;		/* lines before the first that has */
	bool hashes;		/* some others begin with '#' */
};
struct csv_guess csv_guess_delimiter(const struct csv_form *f, const char *s,
    const char *end);

static inline bool
csv_is_space(const struct csv_form *f, char c)
{
	return c == ' ' || (c == '\t' && f->delimiter != '\t') ||
	    (c == '\r' && f->eol != '\r') || (c == '\n' && f->eol == '\r');
}

/*
 * The cell that starts at p.  Returns where it ends: at the delimiter or at
 * the line end.  NULL when quoting is broken: a quote never closed, or
 * something other than a delimiter after it.
 */
static inline const char *
csv_cell(const struct csv_form *f, const char *p, const char *end,
    struct csv_cell *c)
{
	const char *q, *last;
	char d = f->delimiter, l = f->eol;

	while (csv_is_space(f, *p))
		p++;
	if (f->escape != '\0')
		return csv_escaped_cell(f, p, end, c);
	if (*p == f->quote && f->quote != '\0')
		return csv_quoted_cell(f, p, end, c);
	for (q = p; *q != d && *q != l; q++)
		;
	for (last = q; last > p && csv_is_space(f, last[-1]); last--)
		;
	c->s = p;
	c->n = (size_t)(last - p);
	c->quoted = c->escaped = false;
	return q;
}

#endif
