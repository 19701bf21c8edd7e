/* A CSV file cut at ends of records into parts, each read as a table. */
#include "read/parts/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "read/door/door.h"
#include "read/sniff.h"
#include "read/csv/whole.h"

struct parts {
	struct source *src;
	struct table_read_opts o;	/* of every part */
	struct sniffed in;
	char *bytes;			/* n of them, in `room` */
	size_t n, room;
	size_t at;			/* the first that is in no part */
	bool end;			/* the source has no more */
	uint64_t taken;
};

/* What is in no part yet goes to the front, more behind it. */
static int
fill(struct parts *p, struct err *e)
{
	int64_t got;

	memmove(p->bytes, p->bytes + p->at, p->n - p->at);
	p->n -= p->at;
	p->at = 0;
	if (p->end)
		return 0;
	got = source_read_full(p->src, p->bytes + p->n, p->room - p->n, e);
	if (got < 0)
		return -1;
	p->end = (size_t)got < p->room - p->n;
	p->n += (size_t)got;
	return 0;
}

/* How the parts are read: all that was found out is said, for a row may look
 * like what begins a file. */
static void
settle_options(struct parts *p)
{
	p->o.form = &p->in.form;
	p->o.header = TABLE_HEADER_NO;
	p->o.columns = (const char *const *)p->in.names;
	p->o.n_columns = p->in.cols;
	p->o.progress = NULL;
}

static int
sniff_parts(struct parts *p, struct err *e)
{
	const char *body;

	if (door_is_packed(p->bytes, p->n, &p->o) || p->o.where ||
	    p->o.member || door_parquet(p->bytes, p->n, &p->o, p->o.name,
	    e) != 0)
		return 0;
	if (sniff_input(&p->in, p->bytes, p->n, &p->o, e) < 0)
		return -1;
	if (p->in.format != TABLE_CSV || p->in.form.eol != '\n')
		return 0;
	if (sniff_whole_header(&p->in, &body, p->bytes + p->n, &p->o, e) < 0)
		return -1;
	p->at = (size_t)(body - p->bytes);
	settle_options(p);
	return p->in.cols > 1;
}

int
parts_open(struct parts **out, struct source *src,
    const struct table_read_opts *o, size_t bytes, struct err *e)
{
	struct parts *p = xalloc(1, sizeof(*p));
	int r = -1;

	*p = (struct parts){ .src = src, .o = *o, .room = bytes };
	if ((p->bytes = mem_array(bytes + 1, 1)) == NULL)
		err_set(e, ERR_NOMEM, "no memory for %zu bytes", bytes);
	else if (fill(p, e) == 0)
		r = sniff_parts(p, e);
	if (r > 0)
		*out = p;
	else
		parts_free(p);
	return r;
}

/* The end of the last record that is whole.  Without a quote every line end is
 * one. */
static const char *
last_record(const struct parts *p)
{
	const struct csv_form *f = &p->in.form;
	const char *s = p->bytes + p->at, *end = p->bytes + p->n, *next;

	if (p->end)
		return end;
	while (end > s && end[-1] != f->eol)
		end--;
	if (f->escape == '\0' && (f->quote == '\0' || memchr(s, f->quote,
	    (size_t)(end - s)) == NULL))
		return end;
	while (s < end && (next = csv_record(f, s, end)) != NULL)
		s = next;
	return s;
}

void
parts_fractions(struct parts *p, const bool *holds)
{
	p->o.fractions = holds;
}

int
parts_next(struct table **t, struct parts *p, struct err *e)
{
	const char *from, *to;

	if (p->taken > 0 && fill(p, e) < 0)
		return -1;
	from = p->bytes + p->at;
	if (p->end && p->at == p->n)
		return 0;
	to = last_record(p);
	if (to == from)
		return err_set(e, ERR_TOOBIG, "%s: a record is larger than "
		    "%zu bytes", p->o.name ? p->o.name : "input", p->room);
	p->at += (size_t)(to - from);
	p->taken += (uint64_t)(to - from);
	return table_read_csv(t, from, (size_t)(to - from), &p->o, e) < 0 ?
	    -1 : 1;
}

uint64_t
parts_taken(const struct parts *p)
{
	return p->taken;
}

void
parts_free(struct parts *p)
{
	if (p == NULL)
		return;
	sniffed_release(&p->in);
	free(p->bytes);
	free(p);
}
