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
#include "read/door/door.h"
#include "read/parquet/rows.h"
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
	struct table wanted, all;	/* of typed rows: a part of each column */
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
	struct typed_rows typed;	/* instead of the records */
	size_t *from;			/* (wanted) its columns; SIZE_MAX: it
					 * does not have that */
	const struct table *group;
	size_t group_at;		/* rows of it that were given */
	uint64_t row;			/* rows before the group */
	struct csv_form form;
	struct buf header;
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

/* ---- rows that have types ---- */

/* Rows [at, at + rows) of a column, which begin a word of `valid`.  Of one that
 * is not there every cell is missing. */
static void
view_column(struct column *view, const struct column *c, size_t at,
    size_t rows)
{
	*view = *c;
	view->rows = rows;
	view->dict_borrowed = true;
	view->data = (char *)c->data + at * col_type_size(c->type);
	view->missing = 0;
	if (c->valid != NULL)
		view->valid = c->valid + at / 64;
}

static void
look_at_view(void *ctx, size_t part, int worker)
{
	struct scan *s = ctx;
	struct slot *k = s->slot[part];
	size_t at = s->group_at + part * s->rows, n_want = s->ro.n_want;
	size_t rows = s->group->rows - at;

	rows = rows < s->rows ? rows : s->rows;
	for (size_t i = 0; i < n_want; i++) {
		if (s->from[i] != SIZE_MAX)
			view_column(&k->wanted.col[i],
			    &s->group->col[s->from[i]], at, rows);
		k->wanted.col[i].rows = rows;
	}
	for (size_t i = 0; i < k->all.cols; i++)
		view_column(&k->all.col[i], &s->group->col[i], at, rows);
	k->wanted.rows = k->all.rows = rows;
	k->block = (struct scan_block){ .slot = part, .t = &k->wanted,
	    .first_row = s->row + at + 1, .all = &k->all };
	k->failed = s->consumer->look(s->consumer->ctx, s, &k->block, worker,
	    &k->err) != 0;
}

/* What a want finds nowhere is a column of missing cells. */
static int
make_views(struct scan *s, struct slot *k, struct err *e)
{
	size_t n = s->ro.n_want;

	k->wanted.col = xalloc(n + 1, sizeof(*k->wanted.col));
	for (size_t i = 0; i < n; i++)
		if (s->from[i] == SIZE_MAX && column_init(&k->wanted.col[i],
		    s->ro.want[i].name, COL_RAW, s->rows, e) != 0)
			return -1;
	k->wanted.cols = n;
	k->all.cols = s->consumer->takes_text ? s->typed.cols : 0;
	k->all.col = xalloc(k->all.cols + 1, sizeof(*k->all.col));
	return 0;
}

static void
free_views(const struct scan *s, struct slot *k)
{
	for (size_t i = 0; i < k->wanted.cols; i++)
		if (s->from[i] == SIZE_MAX)
			column_release(&k->wanted.col[i]);
	free(k->wanted.col);
	free(k->all.col);
}

static int
scan_group(struct scan *s, struct err *e)
{
	size_t n, left;

	for (s->group_at = 0; s->group_at < s->group->rows;
	    s->group_at += n * s->rows) {
		left = s->group->rows - s->group_at;
		n = (left + s->rows - 1) / s->rows;
		n = n < s->slots ? n : s->slots;
		pool_run(s->pool, n, look_at_view, s);
		for (size_t i = 0; i < n; i++) {
			if (s->slot[i]->failed) {
				*e = s->slot[i]->err;
				return -1;
			}
			if (s->consumer->block(s->consumer->ctx, s,
			    &s->slot[i]->block, e) != 0)
				return -1;
		}
	}
	s->row += s->group->rows;
	return 0;
}

static int
scan_groups(struct scan *s, struct err *e)
{
	struct table *t;
	int r;

	for (size_t i = 0; i < s->slots; i++) {
		s->slot[i] = xalloc(1, sizeof(*s->slot[i]));
		if (make_views(s, s->slot[i], e) != 0)
			return -1;
	}
	while ((r = typed_rows_next(&t, &s->typed, e)) > 0) {
		s->group = t;
		if (scan_group(s, e) != 0)
			return -1;
	}
	return r < 0 ? -1 : s->consumer->end(s->consumer->ctx, s, e);
}

/* Which columns are wanted; all, where rows are asked for as text.  False: a
 * name must be put right first. */
static bool
bind_typed(struct scan *s)
{
	bool *wanted = xalloc(s->typed.cols + 1, sizeof(*wanted));
	struct intern *names = intern_new();
	bool fine = true;

	for (size_t i = 0; i < s->typed.cols; i++) {
		const char *name = s->typed.names[i];

		fine = intern_add(names, name, strlen(name)) == i && fine &&
		    *name != '\0';
		wanted[i] = s->consumer->takes_text;
	}
	s->from = xalloc(s->ro.n_want + 1, sizeof(*s->from));
	for (size_t i = 0; i < s->ro.n_want; i++) {
		const char *name = s->ro.want[i].name;
		uint32_t at = intern_find(names, name, strlen(name));

		s->from[i] = at == INTERN_NONE ? SIZE_MAX : at;
		if (at != INTERN_NONE)
			wanted[at] = true;
	}
	typed_rows_want(&s->typed, wanted);
	intern_free(names);
	free(wanted);
	s->form = (struct csv_form){ ',', '\n', '"', 0, 0 };
	typed_put_header(&s->header, &s->typed);
	s->rows = SLOT_ROWS;
	return fine;
}

static void
scan_free(struct scan *s)
{
	for (size_t i = 0; i < s->slots && s->slot != NULL; i++) {
		if (s->slot[i] == NULL)
			continue;
		if (s->slot[i]->made)
			row_reader_release(&s->slot[i]->rows);
		free_views(s, s->slot[i]);
		free(s->slot[i]->broken);
		free(s->slot[i]);
	}
	free(s->slot);
	intern_free(s->other);
	pool_free(s->pool);
	records_close(s->records);
	typed_rows_close(&s->typed);
	free(s->from);
	buf_free(&s->header);
	free(s);
}

/* Typed, or as records: what was packed and words for missing are for text. */
static int
open_rows(struct scan *s, const char *bytes, size_t n, struct err *e)
{
	const struct table_read_opts *o = &s->ro.read;
	int r = 0;

	if (o->n_na == 0 && !door_is_packed(bytes, n, o))
		r = door_parquet(bytes, n, o, o->name, e);
	if (r > 0 && parquet_rows_open(&s->typed, bytes, n, o, e) != 0)
		return -1;
	if (r > 0 && !bind_typed(s)) {
		typed_rows_close(&s->typed);
		r = 0;
	}
	if (r == 0) {
		r = records_open_alone(&s->records, bytes, n, o, e);
		s->in = s->records != NULL ? records_input(s->records) : NULL;
	}
	return r < 0 ? -1 : 0;
}

static struct scan *
scan_new(const struct table_read_opts *o, const struct table_want *want,
    size_t n_want, const struct scan_consumer *c)
{
	struct scan *s = xalloc(1, sizeof(*s));

	s->consumer = c;
	s->ro = (struct table_reader_opts){ .read = *o, .want = want,
	    .n_want = n_want, .lax = true };
	s->other = intern_new();
	buf_init(&s->header, BUF_CAP_DOC);
	return s;
}

static int
scan_run(struct scan *s, bool small, struct err *e)
{
	s->pool = pool_new(small ? 1 : s->ro.read.threads);
	s->slots = (size_t)pool_threads(s->pool) * SLOTS_A_THREAD;
	if (pool_threads(s->pool) == 1)
		s->slots = 1;
	s->slot = xalloc(s->slots, sizeof(struct slot *));
	if (s->records != NULL) {
		if (make_slot(s, 0, e) != 0)
			return -1;
		s->rows = s->slot[0]->rows.builder.room;
	}
	if (s->consumer->begin(s->consumer->ctx, s, e) != 0)
		return -1;
	return s->records != NULL ? scan_records(s, e) : scan_groups(s, e);
}

int
scan_table(const char *bytes, size_t n, const struct table_read_opts *o,
    const struct table_want *want, size_t n_want,
    const struct scan_consumer *c, struct err *e)
{
	struct scan *s = scan_new(o, want, n_want, c);
	int r = open_rows(s, bytes, n, e);

	if (r == 0)
		r = scan_run(s, n < SMALL_BYTES, e);
	scan_free(s);
	return r;
}

int
scan_typed(struct typed_rows *rows, const struct table_read_opts *o,
    const struct table_want *want, size_t n_want,
    const struct scan_consumer *c, struct err *e)
{
	struct scan *s = scan_new(o, want, n_want, c);
	int r = 0;

	s->typed = *rows;
	if (!bind_typed(s))
		r = err_set(e, ERR_FORMAT, "%s: a column without a name, or "
		    "two of the same", o->name ? o->name : "input");
	if (r == 0)
		r = scan_run(s, false, e);
	s->typed = (struct typed_rows){ 0 };
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

uint64_t
scan_most_rows(const struct scan *s)
{
	return s->records != NULL ? records_most(s->records) : s->typed.most;
}

size_t
scan_block_rows(const struct scan *s)
{
	return s->rows;
}

enum table_format
scan_format(const struct scan *s)
{
	return s->in != NULL ? s->in->format : TABLE_PARQUET;
}

const char *const *
scan_names(const struct scan *s, size_t *n)
{
	if (s->in == NULL) {
		*n = s->typed.cols;
		return s->typed.names;
	}
	*n = s->in->cols;
	return (const char *const *)s->in->names;
}

bool
scan_has(const struct scan *s, size_t i)
{
	if (s->in == NULL)
		return s->from[i] != SIZE_MAX;
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
	return s->in != NULL ? &s->in->form : &s->form;
}

void
scan_how(struct table_read_opts *o, const struct scan *s)
{
	const struct csv_form *f = scan_form(s);

	*o = s->ro.read;
	o->format = s->in != NULL ? s->in->format : TABLE_CSV;
	o->delimiter = f->delimiter;
	o->quote = f->quote;
	o->no_quote = f->quote == '\0';
	o->escape = f->escape;
	o->comment = f->comment;
	o->header = s->in == NULL || s->in->header ? TABLE_HEADER_YES :
	    TABLE_HEADER_NO;
	o->types = s->in == NULL ? s->typed.types : NULL;
	o->n_types = s->in == NULL ? s->typed.n_types : 0;
	if (s->in == NULL)
		o->n_columns = 0;
	if (s->in == NULL || (s->in->header && o->n_columns == 0))
		return;
	o->columns = (const char *const *)s->in->names;
	o->n_columns = s->in->cols;
}

const char *
scan_header(const struct scan *s, size_t *n)
{
	if (s->in != NULL)
		return records_header(s->records, n);
	*n = s->header.len;
	return s->header.data;
}

void
scan_put_row(struct buf *out, const struct scan_block *b, size_t row)
{
	typed_put_rows(out, b->all, row, row + 1);
}

const char *
scan_line_end(const struct scan *s)
{
	return s->in != NULL ? records_line_end(s->records) : "\n";
}
