/*
 * One walk over the records of a table in memory: whole ones fill blocks,
 * and behind the first broken one rows of the wrong length are collected.
 */
#include "read/scan.h"

#include <stdlib.h>

#include "base/mem.h"
#include "read/ragged.h"
#include "read/row_reader.h"

struct scan {
	const struct scan_consumer *consumer;
	struct records *records;
	struct sniffed *in;		/* of the records */
	struct row_reader rows;
	struct record record[TABLE_BLOCK_ROWS];	/* of the block */
	size_t n;			/* rows in the block */
	bool broken;			/* a row could not be read: */
	struct err failure;		/* ... why */
	bool refused;			/* the consumer gave an error */
	struct ragged bad;
	struct table_read_opts opts;
};

static int
give_block(struct scan *s, struct err *e)
{
	size_t n = s->n;

	if (n == 0)
		return 0;
	if (s->consumer->block(s->consumer->ctx, s, row_reader_done(&s->rows,
	    n), e) != 0) {
		s->refused = true;
		return -1;
	}
	s->n = 0;
	builder_clear(&s->rows.builder);
	return 0;
}

static bool
too_long(const struct record *rec)
{
	return (size_t)(rec->end - rec->s) > RECORD_MAX;
}

static int
read_record(struct scan *s, const struct record *rec)
{
	int r;

	if (too_long(rec))
		r = err_set(&s->failure, ERR_TOOBIG, "longer than %zu MiB",
		    RECORD_MAX >> 20);
	else
		r = row_reader_fill(&s->rows, s->n, rec, &s->failure);
	if (r == 0)
		s->record[s->n++] = *rec;
	return r;
}

/* Nobody knows where it ends? */
static bool
is_endless(const struct scan *s, const struct record *rec)
{
	const struct csv_form *f = &s->in->form;
	const char *p = rec->s;
	struct csv_cell c;

	if (s->in->format != TABLE_CSV)
		return false;
	if (too_long(rec))
		return true;
	do {
		if ((p = csv_cell(f, p, rec->end, &c)) == NULL)
			return true;
	} while (*p++ != f->eol);
	return false;
}

/* It, or its first line, to who wants what is broken. */
static int
give_broken(struct scan *s, const struct record *rec, bool endless,
    const char *why, struct err *e)
{
	struct record line = *rec;

	if (give_block(s, e) != 0)
		return -1;
	s->refused = (endless && records_first_line(s->records, &line,
	    e) != 0) || s->consumer->broken(s->consumer->ctx, s, &line, why,
	    e) != 0;
	return s->refused ? -1 : 0;
}

static int
take_record(void *ctx, const struct record *rec, struct err *e)
{
	struct scan *s = ctx;

	if (!s->broken) {
		if (read_record(s, rec) == 0)
			return s->n < s->rows.builder.room ? 0 : give_block(s, e);
		if (s->consumer->broken != NULL && s->failure.code != ERR_NOMEM)
			return give_broken(s, rec, is_endless(s, rec),
			    s->failure.msg, e);
		err_wrap(&s->failure, "%s: line %llu", s->in->name,
		    (unsigned long long)rec->line);
		s->broken = true;
		if (give_block(s, e) != 0)
			return -1;
	}
	if (s->in->format == TABLE_JSONL) {
		*e = s->failure;
		return -1;
	}
	return ragged_check(&s->bad, rec, e);
}

static int
scan_records(struct scan *s, struct err *e)
{
	const struct record_consumer take = { take_record, s };
	static const struct record none;
	struct err other = ERR_INIT;
	int r;

	while ((r = records_scan(s->records, &take, e)) != 0 && !s->refused &&
	    s->consumer->broken != NULL && e->code == ERR_FORMAT)
		if (give_broken(s, &none, true, "a quote is never closed",
		    e) != 0)
			break;
	if (s->refused)
		return -1;
	if (s->broken) {
		if (s->bad.n > 0)
			return ragged_tell(&s->bad, e);
		if (r == 0)
			*e = s->failure;
		return -1;
	}
	/* rows before one whose quote is never closed are given too */
	if (give_block(s, &other) != 0) {
		*e = other;
		return -1;
	}
	return r != 0 ? -1 : s->consumer->end(s->consumer->ctx, s, e);
}

int
scan_table(const char *bytes, size_t n, const struct table_read_opts *o,
    const struct table_want *want, size_t n_want,
    const struct scan_consumer *c, struct err *e)
{
	const struct table_reader_opts ro = { .read = *o, .want = want,
	    .n_want = n_want, .lax = true };
	struct scan *s = xalloc(1, sizeof(*s));
	int r = -1;

	s->consumer = c;
	s->opts = *o;
	if (records_open_alone(&s->records, bytes, n, o, e) != 0)
		goto done;
	s->in = records_input(s->records);
	s->bad.in = s->in;
	if (row_reader_init(&s->rows, s->in, &ro, TABLE_BLOCK_ROWS, e) != 0 ||
	    (s->in->format == TABLE_CSV ? row_reader_bind_csv(&s->rows, e) :
	    row_reader_bind_jsonl(&s->rows, NULL, e)) != 0)
		goto done;
	if (c->begin(c->ctx, s, e) == 0)
		r = scan_records(s, e);
done:
	if (s->in != NULL)
		row_reader_release(&s->rows);
	records_close(s->records);
	free(s);
	return r;
}

enum table_format
scan_format(const struct scan *s)
{
	return s->in->format;
}

const char *const *
scan_names(const struct scan *s, size_t *n)
{
	*n = s->in->cols;
	return (const char *const *)s->in->names;
}

bool
scan_has(const struct scan *s, size_t i)
{
	return row_reader_has(&s->rows, i);
}

const char *
scan_other(const struct scan *s, size_t i)
{
	return row_reader_other(&s->rows, i);
}

const struct csv_form *
scan_form(const struct scan *s)
{
	return &s->in->form;
}

const char *
scan_header(const struct scan *s, size_t *n)
{
	return records_header(s->records, n);
}

const char *
scan_line_end(const struct scan *s)
{
	return records_line_end(s->records);
}

const struct record *
scan_record(const struct scan *s, size_t row)
{
	return &s->record[row];
}

void
scan_how(struct table_read_opts *o, const struct scan *s)
{
	const struct csv_form *f = &s->in->form;

	*o = s->opts;
	o->format = s->in->format;
	o->delimiter = f->delimiter;
	o->quote = f->quote;
	o->no_quote = f->quote == '\0';
	o->escape = f->escape;
	o->comment = f->comment;
	o->header = s->in->header ? TABLE_HEADER_YES : TABLE_HEADER_NO;
	if (s->in->header && o->n_columns == 0)
		return;
	o->columns = (const char *const *)s->in->names;
	o->n_columns = s->in->cols;
}
