/*
 * What the first bytes of a table say: format, delimiter, line end, header.
 */
#include "read/sniff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/nearest.h"

#define SNIFF_BYTES 65536
#define NAMES_TOLD 5

bool
line_blank(const struct csv_form *f, const char *p)
{
	if (csv_is_comment(f, p))
		return true;
	while (csv_is_space(f, *p))
		p++;
	return *p == f->eol;
}

uint64_t
lines_in(const struct csv_form *f, const char *from, const char *to)
{
	uint64_t n = 0;

	while (from < to && (from = memchr(from, f->eol,
	    (size_t)(to - from))) != NULL) {
		n++;
		from++;
	}
	return n;
}

const char *
behind_name(const char *name, const char *msg)
{
	size_t n = strlen(name);

	return strncmp(msg, name, n) == 0 && strncmp(msg + n, ": ", 2) == 0 ?
	    msg + n + 2 : msg;
}

char *
cell_dup(const struct csv_cell *c)
{
	struct buf b;
	char *s;

	if (!c->escaped)
		return xstrndup(c->s, c->n);
	buf_init(&b, BUF_CAP_DATA);
	csv_unescape(&b, c);
	s = xstrndup(b.data, b.len);
	buf_free(&b);
	return s;
}

/* The first byte that is not white space, NUL when there is none; *at is
 * where it stands. */
static char
first_byte(const char *s, size_t n, size_t *at)
{
	size_t i = *at;

	while (i < n && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' ||
	    s[i] == '\r'))
		i++;
	*at = i;
	return i < n ? s[i] : '\0';
}

/* Is the first line a whole JSON value of this type? */
static bool
is_json(const char *s, size_t n, enum json_type type)
{
	const char *end = memchr(s, '\n', n);
	struct arena a = { NULL, 0 };
	struct err ignored = ERR_INIT;
	struct json *j;
	bool yes = json_parse(&j, &a, s, end ? (size_t)(end - s) : n, JSON_NAN,
	    &ignored) == 0 && j->type == type;

	arena_free(&a);
	return yes;
}

static enum table_format
find_format(const char *s, size_t n, const struct table_read_opts *o)
{
	size_t i = 0;

	if (o->format != TABLE_AUTO)
		return o->format;
	if (first_byte(s, n, &i) != '{')
		return TABLE_CSV;
	return o->likely != TABLE_CSV || is_json(s + i, n - i, JSON_MAP) ?
	    TABLE_JSONL : TABLE_CSV;
}

/* The first line behind those that are not data. */
static void
pass_over(struct sniffed *in, const char *end, uint64_t lines)
{
	size_t n = (size_t)(end - in->body);
	char eol = csv_line_end(in->body, n < SNIFF_BYTES ? n : SNIFF_BYTES);

	for (; in->lines < lines && in->body < end; in->lines++) {
		const char *at = memchr(in->body, eol,
		    (size_t)(end - in->body));

		in->body = at ? at + 1 : end;
	}
}

/* The first line that a spreadsheet writes to say what delimits: "sep=;". */
static void
take_separator(struct sniffed *in, const char *end)
{
	const char *s = in->body;
	bool quoted = s < end && *s == '"';

	s += quoted;
	if (end - s < 6 + quoted || strncmp(s, "sep=", 4) != 0 ||
	    strchr(",;\t|:", s[4]) == NULL)
		return;
	if (quoted && s[5] != '"')
		return;
	s += 5 + quoted;
	if (s < end - 1 && *s == '\r' && s[1] == '\n')
		s++;
	if (*s != '\n' && *s != '\r')
		return;
	in->form.delimiter = in->body[4 + quoted];
	in->separator = in->before = true;
	in->body = s + 1;
	in->lines++;
}

/* Other kinds of file, with what to do about each. */
static int
refuse_others(const struct sniffed *in, const char *s, size_t n, struct err *e)
{
	static const struct {
		const char *bytes;
		uint8_t n;
		const char *what;
	} known[] = {
		{ "\xff\xfe", 2, "is UTF-16, not UTF-8" },
		{ "\xfe\xff", 2, "is UTF-16, not UTF-8" },
		{ "\x1f\x8b", 2, "is compressed, and within it too: unpack it "
		    "first (gzip -dc)" },
		{ "\x28\xb5\x2f\xfd", 4, "is compressed, and within it too: "
		    "unpack it first (zstd -dc)" },
		{ "\xfd" "7zXZ", 5, "is compressed: unpack it first "
		    "(xz -dc)" },
		{ "BZh91AY&SY", 10, "is compressed: unpack it first "
		    "(bzip2 -dc)" },
		{ "PK\3\4", 4, "is a zip archive or a workbook: unpack it, or "
		    "save the sheet as CSV" },
		{ "\xd0\xcf\x11\xe0", 4, "is a workbook: save the sheet as "
		    "CSV" },
		{ "PAR1\x15", 5, "is Parquet, not text" },
	};
	const char *line;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (n >= known[i].n && memcmp(s, known[i].bytes,
		    known[i].n) == 0)
			return err_set(e, ERR_FORMAT, "%s: %s", in->name,
			    known[i].what);
	line = memchr(s, '\n', n);
	if (memchr(s, '\0', line ? (size_t)(line - s) : n) != NULL)
		return err_set(e, ERR_FORMAT, "%s: line 1: a NUL byte: this "
		    "is no text, or not in UTF-8 (then say --encoding)", in->name);
	return 0;
}

/* A JSON list of objects or lists, which most tools write as JSON, or lists
 * on lines of their own; one object over several lines. */
static int
refuse_json(const struct sniffed *in, const char *s, size_t n, struct err *e)
{
	size_t i = 0, line;
	char c = first_byte(s, n, &i);

	line = ++i;
	if (c == '{' && first_byte(s, n, &i) != '\0' &&
	    memchr(s + line, '\n', i - line) != NULL)
		return err_set(e, ERR_FORMAT, "%s: a JSON object over several "
		    "lines: JSON Lines have one a line (jq -c . makes them)",
		    in->name);
	i = line - 1;
	if (c != '[')
		return 0;
	if (is_json(s + i, n - i, JSON_LIST))
		return err_set(e, ERR_FORMAT, "%s: line %llu is a JSON list, "
		    "not an object with names: make it CSV (jq -r @csv) and "
		    "give --columns or --no-header", in->name,
		    (unsigned long long)in->lines + 1);
	i++;
	c = first_byte(s, n, &i);
	return c != '{' && c != '[' ? 0 : err_set(e, ERR_FORMAT,
	    "%s: a JSON list: JSON Lines have one object a line (jq -c '.[]' "
	    "makes them)", in->name);
}

/* The form by the first lines, except what is known already. */
static void
find_form(struct sniffed *in, const char *s, size_t n,
    const struct table_read_opts *o)
{
	size_t look = n < SNIFF_BYTES ? n : SNIFF_BYTES;
	char known = o->delimiter != '\0' ? o->delimiter : in->separator ?
	    in->form.delimiter : '\0';
	struct buf b;

	in->form.quote = o->no_quote ? '\0' : o->quote != '\0' ? o->quote :
	    '"';
	in->form.escape = o->escape;
	in->form.comment = o->comment;
	if (n == look && n > 0 && s[n - 1] != '\n' && s[n - 1] != '\r') {
		/* a last line without an end counts too */
		buf_init(&b, SNIFF_BYTES + 1);
		buf_add(&b, s, n);
		buf_addc(&b, csv_line_end(s, n));
		csv_detect(&in->form, b.data, b.len);
		buf_free(&b);
	} else {
		csv_detect(&in->form, s, look);
	}
	if (known != '\0')
		in->form.delimiter = known;
	else
		in->other = csv_guess_delimiter(&in->form, s, s + look);
}

int
sniff_input(struct sniffed *in, const char *s, size_t n,
    const struct table_read_opts *o, struct err *e)
{
	size_t look = n < SNIFF_BYTES ? n : SNIFF_BYTES;

	memset(in, 0, sizeof(*in));
	in->name = o->name != NULL ? o->name : "input";
	in->log = o->log;
	in->body = s;
	if (o->form != NULL) {
		in->format = TABLE_CSV;
		in->form = *o->form;
		return 0;
	}
	if (n > 0 && refuse_others(in, s, look, e) != 0)
		return -1;
	in->form.eol = '\n';
	in->form.delimiter = ',';
	in->body = s + csv_bom(s, n);
	in->before = o->skip > 0;
	pass_over(in, s + n, o->skip);
	if (o->format != TABLE_JSONL)
		take_separator(in, s + n);
	n -= (size_t)(in->body - s);
	s = in->body;
	look = n < SNIFF_BYTES ? n : SNIFF_BYTES;
	if (n > 0 && o->format != TABLE_CSV && o->likely != TABLE_CSV &&
	    refuse_json(in, s, look, e) != 0)
		return -1;
	in->format = find_format(s, n, o);
	if (in->format == TABLE_CSV)
		find_form(in, s, n, o);
	return 0;
}

/* Cells of the record at p as new strings. */
static int
split_names(struct sniffed *in, const char *p, const char *end, struct err *e)
{
	size_t room = 0;
	struct csv_cell c;

	do {
		if (in->cols == TABLE_COLS_MAX)
			return err_set(e, ERR_TOOBIG, "%s: more than %d "
			    "columns", in->name, TABLE_COLS_MAX);
		if (in->cols == room) {
			room = room ? room * 2 : 32;
			in->names = xresize(in->names, room,
			    sizeof(*in->names));
		}
		if ((p = csv_cell(&in->form, p, end, &c)) == NULL)
			return err_set(e, ERR_FORMAT, "%s: line %llu: broken "
			    "quotes in the header", in->name,
			    (unsigned long long)in->lines + 1);
		in->names[in->cols++] = cell_dup(&c);
	} while (*p++ == in->form.delimiter);
	return 0;
}

/* How many cells the record has. */
static size_t
cells_of(const struct sniffed *in, const char *p, const char *end)
{
	struct csv_cell c;
	size_t n = 1;

	while ((p = csv_cell(&in->form, p, end, &c)) != NULL &&
	    *p++ == in->form.delimiter)
		n++;
	return n;
}

/* Names that the user gave must be names, and different. */
static int
check_names(const struct sniffed *in, struct err *e)
{
	struct intern *seen = intern_new();
	int r = -1;

	for (size_t i = 0; i < in->cols; i++) {
		const char *s = in->names[i];

		if (*s == '\0') {
			err_set(e, ERR_USAGE, "%s: column %zu has no name in "
			    "--columns", in->name, i + 1);
			goto done;
		}
		if (intern_add(seen, s, strlen(s)) != i) {
			err_set(e, ERR_USAGE, "%s: --columns names '%s' twice",
			    in->name, s);
			goto done;
		}
	}
	r = 0;
done:
	intern_free(seen);
	return r;
}

/* A name that no other column has: "a" becomes "a_2".  *last is the number
 * that the last one was given, 0 before. */
static char *
free_name(const struct intern *taken, const char *s, uint32_t *last)
{
	for (*last += *last ? 1 : 2;; ++*last) {
		char *name = xprintf("%s_%u", s, *last);

		if (intern_find(taken, name, strlen(name)) == INTERN_NONE)
			return name;
		free(name);
	}
}

/* The header's names, empty ones and those that stand twice put right and
 * told in one line. */
static void
mend_names(struct sniffed *in)
{
	struct intern *taken = intern_new(), *seen = intern_new();
	/* numbers given, by the name's place in `taken` */
	uint32_t *last = xalloc(2 * in->cols, sizeof(*last));
	struct buf told;
	size_t mended = 0;

	buf_init(&told, BUF_CAP_SMALL);
	for (size_t i = 0; i < in->cols; i++)
		intern_add(taken, in->names[i], strlen(in->names[i]));
	for (size_t i = 0; i < in->cols; i++) {
		char *was = in->names[i], *s;
		uint32_t before = intern_count(seen);

		s = *was == '\0' ? xprintf("column_%zu", i + 1) : xstrdup(was);
		if ((*was == '\0' && intern_find(taken, s, strlen(s)) !=
		    INTERN_NONE) || intern_add(seen, s, strlen(s)) < before) {
			char *other = free_name(taken, s,
			    &last[intern_find(taken, s, strlen(s))]);

			free(s);
			s = other;
		}
		intern_add(seen, s, strlen(s));
		intern_add(taken, s, strlen(s));
		if (strcmp(s, was) != 0 && mended++ < NAMES_TOLD)
			buf_addf(&told, "%scolumn %zu %s%s%s is called '%s'",
			    mended > 1 ? ", " : "", i + 1, *was == '\0' ?
			    "(no name)" : "(a second '", was, *was == '\0' ?
			    "" : "')", s);
		free(was);
		in->names[i] = s;
	}
	if (mended > 0)
		log_warn(in->log, "%s: %s%s", in->name, told.data, mended >
		    NAMES_TOLD ? " ..." : "");
	buf_free(&told);
	free(last);
	intern_free(taken);
	intern_free(seen);
}

/* A number, "1,5" where something else delimits too. */
static bool
looks_like_number(const struct sniffed *in, const char *s)
{
	size_t n = strlen(s), commas = 0;
	char plain[32];
	double d;

	if (cell_float(s, n, &d))
		return true;
	if (in->form.delimiter == ',' || n >= sizeof(plain))
		return false;
	for (size_t i = 0; i < n; i++) {
		commas += s[i] == ',';
		plain[i] = s[i] == ',' ? '.' : s[i];
	}
	return commas == 1 && memchr(s, '.', n) == NULL &&
	    cell_float(plain, n, &d);
}

/* A number is hardly the name of a column.  A year may be, but then the user
 * says that there is a header. */
static int
doubt_header(const struct sniffed *in, struct err *e)
{
	struct buf b;
	size_t n = 0;

	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; i < in->cols; i++)
		if (looks_like_number(in, in->names[i]) && n++ < NAMES_TOLD)
			buf_addf(&b, "%s'%.40s'", n > 1 ? ", " : "",
			    in->names[i]);
	if (n > 0)
		err_set(e, ERR_FORMAT, "%s: line %llu looks like data (%s%s), "
		    "not like column names: give --no-header or --columns if "
		    "it is data, --header if it is names", in->name,
		    (unsigned long long)in->lines + 1, b.data, n > NAMES_TOLD ?
		    ", ..." : "");
	buf_free(&b);
	return n > 0 ? -1 : 0;
}

/* One column where another delimiter fits most lines: it stands there for
 * something. */
static int
doubt_delimiter(const struct sniffed *in, struct err *e)
{
	const struct csv_guess *g = &in->other;
	char d[3] = { g->delimiter }, skip[40] = "";

	if (in->cols != 1 || g->delimiter == '\0' ||
	    g->delimiter == in->form.delimiter)
		return 0;
	if (g->delimiter == '\t')
		memcpy(d, "\\t", 2);
	if (!g->hashes && g->before > 0)
		snprintf(skip, sizeof(skip), " --skip-lines %llu",
		    (unsigned long long)(in->lines + g->before));
	return err_set(e, ERR_FORMAT, "%s: line %llu is one column, but %zu "
	    "of the first %zu lines have %zu cells with another delimiter: "
	    "give --delimiter '%s'%s (or --delimiter ',' if it is one column)",
	    in->name, (unsigned long long)in->lines + 1, g->fit, g->records,
	    g->cells, d, g->hashes ? " --comment '#'" : skip);
}

static void
given_names(struct sniffed *in, const struct table_read_opts *o, size_t cells)
{
	in->cols = o->n_columns > 0 ? o->n_columns : cells;
	in->names = xalloc(in->cols ? in->cols : 1, sizeof(*in->names));
	for (size_t i = 0; i < in->cols; i++)
		in->names[i] = o->n_columns > 0 ? xstrdup(o->columns[i]) :
		    xprintf("column_%zu", i + 1);
}

static void
drop_names(struct sniffed *in)
{
	for (size_t i = 0; i < in->cols; i++)
		free(in->names[i]);
	free(in->names);
	in->names = NULL;
	in->cols = 0;
}

/* Are the cells of the first line the names that were given?  No row of
 * data holds those. */
static bool
holds_names(const struct sniffed *in, const struct table_read_opts *o)
{
	struct intern *given;
	bool all = in->cols == o->n_columns;

	if (!all)
		return false;
	given = intern_new();
	for (size_t i = 0; i < o->n_columns; i++)
		intern_add(given, o->columns[i], strlen(o->columns[i]));
	for (size_t i = 0; all && i < in->cols; i++)
		all = intern_find(given, in->names[i], strlen(in->names[i])) !=
		    INTERN_NONE;
	intern_free(given);
	return all;
}

/* More names or fewer than cells: the line may stand before the data, so the
 * next one is looked at. */
static int
wrong_number(const struct sniffed *in, const char *next, const char *end,
    size_t cells, struct err *e)
{
	unsigned long long line = (unsigned long long)in->lines + 1;
	const char *after = next < end ? csv_record(&in->form, next, end) :
	    NULL;
	size_t n = after != NULL ? cells_of(in, next, after) : 0;

	if (n == in->cols)
		return err_set(e, ERR_FORMAT, "%s: %zu column names given, "
		    "but line %llu has %zu cell%s; the next has %zu: "
		    "--skip-lines %llu begins there", in->name, in->cols,
		    line, cells, cells == 1 ? "" : "s", n, line);
	return err_set(e, ERR_FORMAT, "%s: %zu column names given, but line "
	    "%llu has %zu cells", in->name, in->cols, line, cells);
}

int
sniff_header(struct sniffed *in, const char *s, const char *end,
    const struct table_read_opts *o, struct err *e)
{
	const char *next;
	size_t cells;
	bool named;

	while (s < end && line_blank(&in->form, s)) {
		s = csv_record(&in->form, s, end);
		in->lines++;
	}
	in->body = s;
	if (s == end || (next = csv_record(&in->form, s, end)) == NULL) {
		if (s < end)
			return err_set(e, ERR_FORMAT, "%s: line %llu: a quote "
			    "is never closed", in->name,
			    (unsigned long long)in->lines + 1);
		if (o->n_columns == 0)
			return err_set(e, ERR_FORMAT, "%s: empty, without a "
			    "header line", in->name);
		given_names(in, o, 0);
		return check_names(in, e);
	}
	if (split_names(in, s, next, e) != 0 ||
	    doubt_delimiter(in, e) != 0)
		return -1;
	named = o->header == TABLE_HEADER_AUTO && o->n_columns > 0 &&
	    holds_names(in, o);
	in->header = named || o->header == TABLE_HEADER_YES ||
	    (o->header == TABLE_HEADER_AUTO && o->n_columns == 0);
	if (!named && (o->n_columns > 0 || o->header == TABLE_HEADER_NO)) {
		cells = in->cols;
		drop_names(in);
		given_names(in, o, cells);
		/* a header that is passed over may name fewer, as R's do */
		if (in->cols != cells && !in->header)
			return wrong_number(in, next, end, cells, e);
	} else if (!named && o->header == TABLE_HEADER_AUTO &&
	    doubt_header(in, e) != 0) {
		return -1;
	}
	if (in->header) {
		in->body = next;
		in->lines += lines_in(&in->form, s, next);
	}
	if (o->n_columns > 0)
		return check_names(in, e);
	mend_names(in);
	return 0;
}

int
sniff_whole_header(struct sniffed *in, const char **body, const char *end,
    const struct table_read_opts *o, struct err *e)
{
	const char *s = in->body, *last = end;
	size_t n;
	char *padded;
	int r;

	while (last > s && last[-1] != in->form.eol)
		last--;
	if (last > s && (last == end || csv_record(&in->form, s, last)))  {
		r = sniff_header(in, s, last, o, e);
		*body = in->body;
		return r;
	}
	n = (size_t)(end - s);
	if ((padded = mem_array(n + 1, 1)) == NULL)
		return err_set(e, ERR_NOMEM, "no memory");
	memcpy(padded, s, n);
	padded[n] = in->form.eol;
	r = sniff_header(in, padded, padded + n + 1, o, e);
	if (r == 0) {
		size_t used = (size_t)(in->body - padded);

		*body = used > n ? end : s + used;
	}
	free(padded);
	return r;
}

int
sniffed_no_column(const struct sniffed *in, const char *name, struct err *e)
{
	const char *near = nearest_word(name, (const char *const *)in->names,
	    in->cols);

	return err_set(e, ERR_NOENT, "%s: no column '%s'%s%s%s", in->name,
	    name, near ? "; is it '" : "", near ? near : "", near ? "'?" : "");
}

void
sniffed_release(struct sniffed *in)
{
	drop_names(in);
}
