/*
 * The rows of a check passed on as they were read: the good ones as the bytes
 * they are, the others with their number and what is wrong with them.
 */
#include <string.h>

#include "codec/csv.h"
#include "codec/json.h"
#include "quality/check/pass.h"

static int
give_rows(struct checker *k, bool bad, struct err *e)
{
	return buf_check(&k->passed, e) != 0 ? -1 : (bad ? k->to.bad :
	    k->to.good)(k->to.ctx, k->passed.data, k->passed.len, e);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Bytes of a line without its end. */
static size_t
line_bytes(const char *s, size_t n)
{
	while (n > 0 && (s[n - 1] == '\n' || s[n - 1] == '\r'))
		n--;
	return n;
}

size_t
record_text(const struct record *rec)
{
	return line_bytes(rec->raw, rec->raw_n);
}

/* Of the bad ones there are two columns more, named only where all are. */
static void
tell_text(struct checker *k, const struct scan *scan)
{
	struct table_read_opts how;
	const char **names;

	if (k->to.text == NULL)
		return;
	scan_how(&how, scan);
	if (k->to.good != NULL)
		k->to.text(k->to.ctx, false, &how);
	if (how.n_columns > 0) {
		names = arena_alloc(&k->arena, (how.n_columns + 2) *
		    sizeof(*names));
		memcpy(names, how.columns, how.n_columns * sizeof(*names));
		names[how.n_columns++] = "_row";
		names[how.n_columns++] = "_reason";
		how.columns = names;
	}
	if (k->to.bad != NULL)
		k->to.text(k->to.ctx, true, &how);
}

int
pass_header(struct checker *k, const struct scan *scan, struct err *e)
{
	const char d = scan_form(scan)->delimiter;
	const char *header;
	size_t n;

	tell_text(k, scan);
	header = scan_header(scan, &n);
	if (n == 0)
		return 0;
	buf_clear(&k->passed);
	buf_add(&k->passed, header, n);
	if (header[n - 1] != '\n' && header[n - 1] != '\r')
		buf_adds(&k->passed, scan_line_end(scan));
	if (k->to.good != NULL && give_rows(k, false, e) != 0)
		return -1;
	if (k->to.bad == NULL)
		return 0;
	buf_clear(&k->passed);
	buf_add(&k->passed, header, line_bytes(header, n));
	buf_addf(&k->passed, "%c_row%c_reason%s", d, d, scan_line_end(scan));
	return give_rows(k, true, e);
}

/* A cell of text as the input writes its own; without quotes, what would end
 * it becomes a space. */
static void
add_cell(struct buf *b, const struct csv_form *f, const char *s, size_t n)
{
	bool plain = memchr(s, f->delimiter, n) == NULL &&
	    memchr(s, '\n', n) == NULL && memchr(s, '\r', n) == NULL &&
	    (n == 0 || (!is_blank(s[0]) && !is_blank(s[n - 1])));

	if (f->quote != '\0')
		plain = plain && memchr(s, f->quote, n) == NULL;
	if (f->escape != '\0')
		plain = plain && memchr(s, f->escape, n) == NULL;
	if (plain) {
		buf_add(b, s, n);
		return;
	}
	if (f->quote != '\0')
		buf_addc(b, f->quote);
	for (size_t i = 0; i < n; i++) {
		bool ends = s[i] == f->delimiter || s[i] == '\n' ||
		    s[i] == '\r';

		if (s[i] == f->escape && f->escape != '\0')
			buf_addc(b, f->escape);
		else if (s[i] == f->quote && f->quote != '\0')
			buf_addc(b, f->escape ? f->escape : f->quote);
		buf_addc(b, ends && f->quote == '\0' ? ' ' : s[i]);
	}
	if (f->quote != '\0')
		buf_addc(b, f->quote);
}

/* The number of the row and why it is here. */
static void
add_reason(struct checker *k, const struct csv_form *f)
{
	buf_addf(&k->passed, "%c%llu%c", f->delimiter,
	    (unsigned long long)k->at, f->delimiter);
	add_cell(&k->passed, f, k->reason.data, k->reason.len);
}

static void
add_json_reason(struct checker *k)
{
	buf_addf(&k->passed, "\"_row\":%llu,\"_reason\":",
	    (unsigned long long)k->at);
	json_quote(&k->passed, k->reason.data, k->reason.len);
}

static void
add_bad_row(struct checker *k, const struct scan *scan,
    const struct record *rec)
{
	size_t n = record_text(rec);
	struct buf *b = &k->passed;

	if (scan_format(scan) == TABLE_JSONL) {
		while (n > 0 && rec->raw[n - 1] != '}')
			n--;
		buf_add(b, rec->raw, n - 1);
		for (n = b->len; n > 0 && is_blank(b->data[n - 1]); n--)
			;
		if (n == 0 || b->data[n - 1] != '{')
			buf_addc(b, ',');
		add_json_reason(k);
		buf_addc(b, '}');
	} else {
		buf_add(b, rec->raw, n);
		add_reason(k, scan_form(scan));
	}
	buf_adds(b, scan_line_end(scan));
}

/* The row's text, made now where it was none. */
static const struct record *
row_record(struct record *made, struct checker *k, const struct scan_block *b,
    size_t row)
{
	if (b->record != NULL)
		return &b->record[row];
	buf_clear(&k->row_text);
	scan_put_row(&k->row_text, b, row);
	*made = (struct record){ .raw = k->row_text.data,
	    .raw_n = k->row_text.len };
	return made;
}

int
pass_row(struct checker *k, const struct scan *scan,
    const struct scan_block *b, size_t row, struct err *e)
{
	const char *end = scan_line_end(scan);
	const struct record *rec;
	struct record made;

	if ((k->row_bad ? k->to.bad : k->to.good) == NULL)
		return 0;
	rec = row_record(&made, k, b, row);
	buf_clear(&k->passed);
	if (k->row_bad) {
		add_bad_row(k, scan, rec);
	} else {
		buf_add(&k->passed, rec->raw, rec->raw_n);
		if (rec->raw[rec->raw_n - 1] != end[strlen(end) - 1])
			buf_adds(&k->passed, end);
	}
	return give_rows(k, k->row_bad, e);
}

/* A table stays one: all of the row's text becomes its first cell. */
int
pass_broken(struct checker *k, const struct scan *scan,
    const struct scan_broken *bad, struct err *e)
{
	const struct csv_form *f = scan_form(scan);
	const struct record *rec = &bad->record;
	size_t cols, n = record_text(rec);

	buf_clear(&k->reason);
	buf_addf(&k->reason, "%s: %s", check_rule_name(CHECK_BROKEN), bad->why);
	buf_clear(&k->passed);
	if (scan_format(scan) == TABLE_JSONL) {
		buf_addc(&k->passed, '{');
		add_json_reason(k);
		buf_adds(&k->passed, ",\"_raw\":");
		json_quote(&k->passed, rec->raw, n);
		buf_addc(&k->passed, '}');
	} else {
		(void)scan_names(scan, &cols);
		add_cell(&k->passed, f, rec->raw, n);
		for (size_t i = 1; i < cols; i++)
			buf_addc(&k->passed, f->delimiter);
		add_reason(k, f);
	}
	buf_adds(&k->passed, scan_line_end(scan));
	return give_rows(k, true, e);
}
