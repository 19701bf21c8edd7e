/*
 * Records of a table in memory: cut one after the other, with the header
 * before them and the text of their keys.
 */
#include "read/records.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "read/door/door.h"
#include "read/ragged.h"
#include "read/sniff.h"

/* Bytes that may be read again where quotes are broken, beside so many times
 * the input. */
#define RESUMED_LEAST ((size_t)1 << 26)
#define RESUMED_TIMES 16

struct records {
	struct sniffed in;
	struct table_read_opts o;
	struct door door;
	const char *start, *at, *end;	/* of the file */
	const char *tail;		/* a last line without an end, or end */
	char *padded;			/* ... with one */
	const char *header;
	size_t header_n;
	struct record last;		/* given last */
	uint64_t next_line;
	bool header_alone;
	size_t resumed;			/* bytes read again */
	size_t *key;			/* columns of the last key asked for */
	const char *const *key_names;
};

/* What follows `tail` gets a line end. */
static int
pad_tail(struct records *l, struct err *e)
{
	size_t n = (size_t)(l->end - l->tail);

	free(l->padded);
	if ((l->padded = mem_array(n + 1, 1)) == NULL)
		return err_set(e, ERR_NOMEM, "no memory");
	memcpy(l->padded, l->tail, n);
	l->padded[n] = l->in.form.eol;
	return 0;
}

/* The last line behind `from`, where it has no end. */
static int
find_tail(struct records *l, const char *from, struct err *e)
{
	for (l->tail = l->end; l->tail > from &&
	    l->tail[-1] != l->in.form.eol; l->tail--)
		;
	return l->tail < l->end ? pad_tail(l, e) : 0;
}

/* Does the header, behind blank lines, go on in the last line? */
static bool
header_goes_on(const struct records *l, const char *s, const char *stop)
{
	while (s < stop && line_blank(&l->in.form, s))
		s = csv_record(&l->in.form, s, stop);
	return s < stop && csv_record(&l->in.form, s, stop) == NULL;
}

/* Behind the first record that is not blank. */
static const char *
first_record_end(const struct records *l, const char *s, const char *stop)
{
	const char *end;

	while (s < stop && line_blank(&l->in.form, s))
		s = csv_record(&l->in.form, s, stop);
	end = s < stop ? csv_record(&l->in.form, s, stop) : NULL;
	return end != NULL ? end : stop;
}

static int
open_csv(struct records *l, struct err *e)
{
	const char *s = l->in.body, *stop = l->tail;
	int r;

	if (l->padded && header_goes_on(l, s, stop)) {
		l->tail = stop = s;
		if (pad_tail(l, e) != 0)
			return -1;
	}
	if (l->header_alone)
		stop = first_record_end(l, s, stop);
	if (stop > s)
		r = sniff_header(&l->in, s, stop, &l->o, e);
	else	/* a single line without an end */
		r = sniff_header(&l->in, l->padded ? l->padded : s, l->padded ?
		    l->padded + (l->end - l->tail) + 1 : s, &l->o, e);
	if (r != 0)
		return -1;
	l->at = l->in.body;
	if (stop <= s && l->padded)
		l->at = l->in.body == l->padded ? l->tail : l->end;
	/* what is passed over goes before the header, or stands for it */
	if (l->in.header || l->in.before)
		l->header_n = (size_t)(l->at - l->start);
	return 0;
}

static int
open_records(struct records **out, const char *bytes, size_t n,
    const struct table_read_opts *o, bool header_alone, struct err *e)
{
	struct records *l = xalloc(1, sizeof(*l));

	l->header_alone = header_alone;
	if (door_open(&l->door, bytes, n, o, e) != 0) {
		records_close(l);
		return -1;
	}
	l->o = l->door.o;
	l->start = l->door.bytes;
	l->end = l->start + l->door.n;
	if (sniff_input(&l->in, l->start, l->door.n, &l->o, e) != 0) {
		records_close(l);
		return -1;
	}
	if (find_tail(l, l->in.body, e) != 0) {
		records_close(l);
		return -1;
	}
	l->at = l->in.body;
	l->header = l->start;
	if (l->in.before)
		l->header_n = (size_t)(l->at - l->start);
	if (l->in.format == TABLE_CSV && open_csv(l, e) != 0) {
		records_close(l);
		return -1;
	}
	l->next_line = l->in.lines + 1;
	*out = l;
	return 0;
}

int
records_open(struct records **out, const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e)
{
	return open_records(out, bytes, n, o, false, e);
}

int
records_open_alone(struct records **out, const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e)
{
	return open_records(out, bytes, n, o, true, e);
}

struct sniffed *
records_input(struct records *l)
{
	return &l->in;
}

void
records_close(struct records *l)
{
	if (l == NULL)
		return;
	sniffed_release(&l->in);
	free(l->padded);
	free(l->key);
	door_close(&l->door);
	free(l);
}

const char *
records_header(const struct records *l, size_t *n)
{
	*n = l->header_n;
	return l->header;
}

enum table_format
records_format(const struct records *l)
{
	return l->in.format;
}

const char *
records_line_end(const struct records *l)
{
	const char *q;

	if (l->in.form.eol == '\r')
		return "\r";
	q = memchr(l->start, '\n', (size_t)(l->end - l->start));
	return q != NULL && q > l->start && q[-1] == '\r' ? "\r\n" : "\n";
}

/* The end of the record at l->at and how it can be parsed. */
static int
cut_record(struct records *l, const char **next, struct err *e)
{
	const char *s = l->at, *q;

	if (s < l->tail) {
		q = l->in.format == TABLE_CSV ?
		    csv_record(&l->in.form, s, l->tail) :
		    (const char *)memchr(s, '\n', (size_t)(l->tail - s)) + 1;
		if (q != NULL) {
			*next = l->last.end = q;
			l->last.s = s;
			l->last.limit = l->end;
			return 0;
		}
		/* it goes on in the last line, or its quote is open */
		l->tail = s;
		if (pad_tail(l, e) != 0)
			return -1;
	}
	*next = l->end;
	l->last.s = l->padded + (s - l->tail);
	l->last.end = l->last.limit = l->padded + (l->end - l->tail) + 1;
	if (l->in.format == TABLE_CSV &&
	    csv_record(&l->in.form, l->last.s, l->last.end) != l->last.end)
		return err_set(e, ERR_FORMAT, "%s: line %llu: a quote is "
		    "never closed", l->in.name,
		    (unsigned long long)l->next_line);
	return 0;
}

int
records_next(struct records *l, struct record *rec, struct err *e)
{
	while (l->at < l->end) {
		const char *next = l->end;

		l->last.raw = l->at;
		l->last.line = l->next_line;
		if (cut_record(l, &next, e) != 0) {
			l->last.row++;
			*rec = l->last;
			return -1;
		}
		l->last.raw_n = (size_t)(next - l->at);
		l->next_line += lines_in(&l->in.form, l->at, next);
		l->at = next;
		if (!line_blank(&l->in.form, l->last.s)) {
			l->last.row++;
			*rec = l->last;
			return 1;
		}
	}
	return 0;
}

int
records_first_line(struct records *l, struct record *rec, struct err *e)
{
	const char *s = rec->raw, *q;
	size_t most = RESUMED_LEAST + RESUMED_TIMES * (size_t)(l->end -
	    l->start);

	l->resumed += (size_t)((l->at > s ? l->at : l->end) - s);
	if (l->resumed > most)
		return err_set(e, ERR_FORMAT, "%s: line %llu: too many quotes "
		    "are never closed; --quote none takes them as text",
		    l->in.name, (unsigned long long)rec->line);
	q = memchr(s, l->in.form.eol, (size_t)(l->end - s));
	l->last = *rec;
	l->at = q != NULL ? q + 1 : l->end;
	l->last.raw_n = (size_t)(l->at - s);
	l->last.s = s;
	l->last.end = l->last.limit = l->at;
	l->next_line = l->last.line + 1;
	*rec = l->last;
	return find_tail(l, l->at, e);
}

static int
find_columns(struct records *l, const char *const *names, size_t n,
    struct err *e)
{
	if (l->key_names == names)
		return 0;
	l->key = xresize(l->key, n + 1, sizeof(*l->key));
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < l->in.cols && strcmp(l->in.names[k], names[i]) != 0)
			k++;
		if (k == l->in.cols)
			return sniffed_no_column(&l->in, names[i], e);
		l->key[i] = k;
	}
	l->key_names = names;
	return 0;
}

/* The row's cells into cell[0..cols); how many there are. */
static int
cut_cells(size_t *cells, struct csv_cell *cell, const struct records *l,
    struct err *e)
{
	const char *p = l->last.s;
	struct csv_cell one;

	*cells = 0;
	do {
		if ((p = csv_cell(&l->in.form, p, l->last.end, &one)) == NULL)
			return broken_quotes(&l->in, &l->last, e);
		if (*cells < l->in.cols)
			cell[*cells] = one;
		++*cells;
	} while (*p++ != l->in.form.eol);
	return 0;
}

static int
csv_key(struct records *l, struct buf *out, const char *const *names,
    size_t n, struct err *e)
{
	struct csv_cell *c = xalloc(l->in.cols, sizeof(*c));
	struct ragged bad = { .in = &l->in };
	size_t have;
	int r = -1;

	if (find_columns(l, names, n, e) != 0 ||
	    cut_cells(&have, c, l, e) != 0)
		goto done;
	if (have != l->in.cols) {
		ragged_add(&bad, l->last.line, have, l->last.s, l->last.end);
		ragged_tell(&bad, e);
		goto done;
	}
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(out, 0x1f);
		if (c[l->key[i]].escaped)
			csv_unescape(out, &c[l->key[i]]);
		else
			buf_add(out, c[l->key[i]].s, c[l->key[i]].n);
	}
	r = 0;
done:
	free(c);
	return r;
}

static int
json_key(struct records *l, struct buf *out, const char *const *names,
    size_t n, struct err *e)
{
	struct arena a = { 0 };
	struct json *j;
	int r = -1;

	if (json_parse(&j, &a, l->last.s,
	    (size_t)(l->last.end - l->last.s),
	    JSON_NAN, e) != 0) {
		err_wrap(e, "%s: line %llu", l->in.name,
		    (unsigned long long)l->last.line);
		goto done;
	}
	for (size_t i = 0; i < n; i++) {
		const struct json *v = json_get(j, names[i]);

		if (i > 0)
			buf_addc(out, 0x1f);
		if (v == NULL) {
			err_set(e, ERR_NOENT, "%s: line %llu: no column '%s'",
			    l->in.name, (unsigned long long)l->last.line,
			    names[i]);
			goto done;
		}
		if (v->type == JSON_TEXT)
			buf_add(out, v->s, v->n);
		else if (v->type != JSON_NULL)
			json_write(out, v);
	}
	r = 0;
done:
	arena_free(&a);
	return r;
}

int
records_key(struct records *l, struct buf *out,
    const char *const *names, size_t n, struct err *e)
{
	return l->in.format == TABLE_CSV ? csv_key(l, out, names, n, e) :
	    json_key(l, out, names, n, e);
}

int
records_scan(struct records *l, const struct record_consumer *c,
    struct err *e)
{
	struct record rec;
	int r;

	while ((r = records_next(l, &rec, e)) > 0)
		if ((r = c->record(c->ctx, &rec, e)) != 0)
			return r;
	return r;
}

static int
check_record(void *ctx, const struct record *rec, struct err *e)
{
	return ragged_check(ctx, rec, e);
}

int
records_check(const char *bytes, size_t n, const struct table_read_opts *o,
    struct err *e)
{
	struct ragged bad = { 0 };
	const struct record_consumer check = { check_record, &bad };
	struct records *l;
	int r;

	if (records_open(&l, bytes, n, o, e) != 0)
		return -1;
	bad.in = &l->in;
	r = records_scan(l, &check, e);
	if (bad.n > 0)
		r = ragged_tell(&bad, e);
	records_close(l);
	return r;
}

uint64_t
records_most(const struct records *l)
{
	return lines_in(&l->in.form, l->at, l->end) + 1;
}
