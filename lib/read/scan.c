/*
 * One walk over the records of a table in memory: they are cut in order, read
 * in blocks by several threads, and the blocks given in order again.
 */
#include "read/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/mem.h"
#include "base/pool.h"
#include "read/ragged.h"
#include "read/row_reader.h"

#define SLOTS_A_THREAD 8
#define SLOT_ROWS 1024		/* so that a block stays in the cache */
#define SMALL_BYTES ((size_t)1 << 18)	/* not worth a thread */

/* A block from its records to the end of its giving. */
struct slot {
	struct row_reader rows;
	bool made;			/* the row reader is */
	struct record record[SLOT_ROWS];
	size_t n, whole;		/* records; those that became rows */
	struct scan_broken *broken;
	size_t n_broken, room_broken;
	struct scan_block block;
	bool endless;			/* the last of the broken ones is */
	size_t others;			/* of its other members, those told */
	bool failed;
	struct err err;
};

struct scan {
	const struct scan_consumer *consumer;
	struct table_reader_opts ro;
	struct records *records;
	struct sniffed *in;		/* of the records */
	struct pool *pool;
	struct slot **slot;		/* (slots) made when they are needed */
	size_t slots, rows;		/* rows: the most of a block */
	struct intern *other;		/* members that went nowhere */
	bool cut_failed;		/* a record could not be cut: */
	struct record uncut;		/* ... this one */
	struct err failure;
};

/* ---- reading a block ---- */

static bool
too_long(const struct record *rec)
{
	return (size_t)(rec->end - rec->s) > RECORD_MAX;
}

static void
add_broken(struct slot *k, const struct record *rec, const char *why)
{
	struct scan_broken *b;

	if (k->n_broken == k->room_broken) {
		k->room_broken = 2 * k->room_broken + 8;
		k->broken = xresize(k->broken, k->room_broken,
		    sizeof(*k->broken));
	}
	b = &k->broken[k->n_broken++];
	b->record = *rec;
	snprintf(b->why, sizeof(b->why), "%s", why);
}

/* Of several lines, and by its quotes nobody knows how many? */
static bool
is_endless(const struct scan *s, const struct record *rec)
{
	const struct csv_form *f = &s->in->form;
	const char *p = rec->s;
	struct csv_cell c;

	if (s->in->format != TABLE_CSV ||
	    memchr(rec->raw, f->eol, rec->raw_n - 1) == NULL)
		return false;
	if (too_long(rec))
		return true;
	do {
		if ((p = csv_cell(f, p, rec->end, &c)) == NULL)
			return true;
	} while (*p++ != f->eol);
	return false;
}

static int
read_record(struct slot *k, const struct record *rec, struct err *e)
{
	if (too_long(rec))
		return err_set(e, ERR_TOOBIG, "longer than %zu MiB",
		    RECORD_MAX >> 20);
	return row_reader_fill(&k->rows, k->whole, rec, e);
}

/* Whole rows move up; where broken ones are not taken, up to the first, else up
 * to one that has no known end. */
static void
read_block(void *ctx, size_t part, int worker)
{
	struct scan *s = ctx;
	struct slot *k = s->slot[part];
	struct err why = ERR_INIT;

	builder_clear(&k->rows.builder);
	k->whole = k->n_broken = 0;
	k->failed = k->endless = false;
	for (size_t i = 0; i < k->n && !k->endless; i++) {
		if (read_record(k, &k->record[i], &why) == 0) {
			k->record[k->whole++] = k->record[i];
			continue;
		}
		if (why.code == ERR_NOMEM) {
			k->failed = true;
			k->err = why;
			return;
		}
		add_broken(k, &k->record[i], why.msg);
		if (!s->consumer->takes_broken)
			break;
		k->endless = is_endless(s, &k->record[i]);
	}
	k->block = (struct scan_block){ .slot = part,
	    .t = row_reader_done(&k->rows, k->whole), .record = k->record,
	    .broken = k->broken, .n_broken = k->n_broken };
	if (s->consumer->look(s->consumer->ctx, s, &k->block, worker,
	    &k->err) != 0)
		k->failed = true;
}

static int
make_slot(struct scan *s, size_t i, struct err *e)
{
	struct slot *k = s->slot[i];

	if (k == NULL)
		k = s->slot[i] = xalloc(1, sizeof(*k));
	if (k->made)
		return 0;
	k->made = true;
	if (row_reader_init(&k->rows, s->in, &s->ro, SLOT_ROWS, e) != 0)
		return -1;
	return s->in->format == TABLE_CSV ? row_reader_bind_csv(&k->rows, e) :
	    row_reader_bind_jsonl(&k->rows, NULL, e);
}

/* 1 with records, 0 where there are no more. */
static int
cut_block(struct scan *s, size_t i, struct err *e)
{
	struct slot *k;
	int r = 1;

	if (make_slot(s, i, e) != 0)
		return -1;
	k = s->slot[i];
	for (k->n = 0; k->n < s->rows && !s->cut_failed; k->n += r > 0) {
		r = records_next(s->records, &k->record[k->n], &s->failure);
		if (r == 0)
			break;
		if (r < 0) {
			s->cut_failed = true;
			s->uncut = k->record[k->n];
		}
	}
	return k->n > 0;
}

/* ---- giving it ---- */

/* The names that the block added, in the order of the rows. */
static void
tell_others(struct scan *s, struct slot *k)
{
	const char *name;
	size_t n;

	if (s->in->format != TABLE_JSONL)
		return;
	for (; k->others < intern_count(k->rows.members.other); k->others++) {
		name = intern_text(k->rows.members.other, (uint32_t)k->others,
		    &n);
		if (intern_count(s->other) < MEMBERS_OTHER)
			intern_add(s->other, name, n);
	}
}

/* What comes behind a broken row that nobody takes is looked at. */
static int
tell_ragged(struct scan *s, size_t slot, size_t slots, struct err *e)
{
	struct ragged bad = { .in = s->in };
	struct slot *k = s->slot[slot];
	struct record rec;
	int r = 0;

	err_set(&s->failure, ERR_FORMAT, "%s: line %llu: %s", s->in->name,
	    (unsigned long long)k->broken[0].record.line, k->broken[0].why);
	for (size_t i = slot; i < slots && s->in->format == TABLE_CSV; i++) {
		k = s->slot[i];
		for (size_t j = i == slot ? k->whole : 0; r == 0 && j < k->n;
		    j++)
			r = ragged_check(&bad, &k->record[j], e);
	}
	while (s->in->format == TABLE_CSV && r == 0 && !s->cut_failed &&
	    (r = records_next(s->records, &rec, e)) > 0)
		r = ragged_check(&bad, &rec, e);
	if (bad.n > 0)
		return ragged_tell(&bad, e);
	if (r == 0)
		*e = s->failure;
	return -1;
}

/* The blocks of slots [0, n), in order.  1: behind a row without a known end,
 * what follows must be cut again. */
static int
give_blocks(struct scan *s, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct slot *k = s->slot[i];

		if (k->failed) {
			*e = k->err;
			return -1;
		}
		tell_others(s, k);
		if (k->n_broken > 0 && !s->consumer->takes_broken)
			return tell_ragged(s, i, n, e);
		if (k->endless && records_first_line(s->records,
		    &k->broken[k->n_broken - 1].record, e) != 0)
			return -1;
		if (s->consumer->block(s->consumer->ctx, s, &k->block, e) != 0)
			return -1;
		if (k->endless)
			return 1;
	}
	return 0;
}

/* The line of a record that cannot be cut, as a block of its own. */
static int
give_uncut(struct scan *s, struct err *e)
{
	struct slot *k = s->slot[0];

	s->cut_failed = false;
	if (!s->consumer->takes_broken || s->failure.code != ERR_FORMAT) {
		*e = s->failure;
		return -1;
	}
	if (records_first_line(s->records, &s->uncut, e) != 0)
		return -1;
	k->n = 0;
	read_block(s, 0, 0);
	add_broken(k, &s->uncut, "a quote is never closed");
	k->block.broken = k->broken;
	k->block.n_broken = 1;
	if (k->failed) {
		*e = k->err;
		return -1;
	}
	return s->consumer->block(s->consumer->ctx, s, &k->block, e);
}

static int
scan_records(struct scan *s, struct err *e)
{
	size_t n;
	int r;

	do {
		for (n = 0; n < s->slots; n++)
			if ((r = cut_block(s, n, e)) <= 0)
				break;
		if (n < s->slots && r < 0)
			return -1;
		pool_run(s->pool, n, read_block, s);
		if ((r = give_blocks(s, n, e)) < 0)
			return -1;
		if (r > 0) {
			s->cut_failed = false;
		} else if (s->cut_failed) {
			if (give_uncut(s, e) != 0)
				return -1;
			r = 1;
		} else {
			r = n == s->slots;
		}
	} while (r > 0);
	return s->consumer->end(s->consumer->ctx, s, e);
}

static void
scan_free(struct scan *s)
{
	for (size_t i = 0; i < s->slots && s->slot != NULL; i++) {
		if (s->slot[i] == NULL)
			continue;
		if (s->slot[i]->made)
			row_reader_release(&s->slot[i]->rows);
		free(s->slot[i]->broken);
		free(s->slot[i]);
	}
	free(s->slot);
	intern_free(s->other);
	pool_free(s->pool);
	records_close(s->records);
	free(s);
}

int
scan_table(const char *bytes, size_t n, const struct table_read_opts *o,
    const struct table_want *want, size_t n_want,
    const struct scan_consumer *c, struct err *e)
{
	struct scan *s = xalloc(1, sizeof(*s));
	int r = -1;

	s->consumer = c;
	s->ro = (struct table_reader_opts){ .read = *o, .want = want,
	    .n_want = n_want, .lax = true };
	s->other = intern_new();
	if (records_open_alone(&s->records, bytes, n, o, e) != 0)
		goto done;
	s->in = records_input(s->records);
	s->pool = pool_new(n < SMALL_BYTES ? 1 : o->threads);
	s->slots = (size_t)pool_threads(s->pool) * SLOTS_A_THREAD;
	if (pool_threads(s->pool) == 1)
		s->slots = 1;
	s->slot = xalloc(s->slots, sizeof(struct slot *));
	if (make_slot(s, 0, e) != 0)
		goto done;
	s->rows = s->slot[0]->rows.builder.room;
	if (c->begin(c->ctx, s, e) == 0)
		r = scan_records(s, e);
done:
	scan_free(s);
	return r;
}

size_t
scan_slots(const struct scan *s)
{
	return s->slots;
}

size_t
scan_workers(const struct scan *s)
{
	return (size_t)pool_threads(s->pool);
}

size_t
scan_block_rows(const struct scan *s)
{
	return s->rows;
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
	for (size_t k = 0; k < s->slots; k++)
		if (s->slot[k] != NULL && s->slot[k]->made &&
		    row_reader_has(&s->slot[k]->rows, i))
			return true;
	return false;
}

const char *
scan_other(const struct scan *s, size_t i)
{
	return i < intern_count(s->other) ? intern_text(s->other, (uint32_t)i,
	    NULL) : NULL;
}

const struct csv_form *
scan_form(const struct scan *s)
{
	return &s->in->form;
}

void
scan_how(struct table_read_opts *o, const struct scan *s)
{
	const struct csv_form *f = &s->in->form;

	*o = s->ro.read;
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
