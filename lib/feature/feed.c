/* Rows of a source, read ahead and copied for another reading. */
#include "feature/feed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/thread.h"
#include "feature/key.h"

#define AHEAD 4			/* blocks */

struct block {
	struct feed_block b;
	struct buf text;
};

/* Before each block in a copy. */
struct copy_head {
	uint64_t rows, first, text;
};

struct feed {
	const struct feature_view *view;
	struct table_reader *reader;
	int copy;
	bool again;			/* read from the copy */
	bool marks;
	struct buf key;
	struct block block[AHEAD];
	/* the thread that reads ahead */
	bool threaded, eager;
	struct thread thread;
	struct mutex lock;
	struct cond moved;
	size_t made, given;		/* blocks */
	bool stop, ended;
	int result;			/* of the block after the last made */
	struct err failure;
};

/* ---- blocks ---- */

static int
block_init(struct block *k, size_t columns, struct err *e)
{
	struct feed_block *b = &k->b;
	size_t cells;

	buf_init(&k->text, UINT32_MAX);
	b->columns = columns;
	if (!size_mul(&cells, TABLE_BLOCK_ROWS, columns))
		cells = SIZE_MAX;
	b->key = mem_array(TABLE_BLOCK_ROWS, sizeof(*b->key));
	b->hash = mem_array(TABLE_BLOCK_ROWS, sizeof(*b->hash));
	b->time = mem_array(TABLE_BLOCK_ROWS, sizeof(*b->time));
	b->created = mem_array(TABLE_BLOCK_ROWS, sizeof(*b->created));
	b->cell = mem_array(cells + (cells == 0), sizeof(*b->cell));
	return b->key && b->hash && b->time && b->created && b->cell ? 0 :
	    err_set(e, ERR_NOMEM, "no memory for rows of %zu columns",
	    columns);
}

static void
block_release(struct block *k)
{
	free(k->b.key);
	free(k->b.hash);
	free(k->b.time);
	free(k->b.created);
	free(k->b.cell);
	buf_free(&k->text);
}

static void
take_cell(struct feed_cell *to, struct block *k, const struct raw_cell *c)
{
	*to = (struct feed_cell){ .at = (uint32_t)k->text.len,
	    .n = c->s ? c->n : 0, .present = c->s != NULL,
	    .quoted = c->quoted, .json = c->json };
	if (c->s != NULL)
		buf_add(&k->text, c->s, c->n);
}

/* Keys, timestamp, created where there is one, and the columns needed. */
static int
take_block(struct block *k, struct feed *f, const struct table *t,
    struct err *e)
{
	const struct feature_view *v = f->view;
	const struct column *time = &t->col[v->entity->keys];
	const struct column *created = v->created ? time + 1 : NULL;
	const struct column *col = time + (v->created ? 2 : 1);
	struct feed_block *b = &k->b;

	buf_clear(&k->text);
	b->rows = t->rows;
	b->first = table_reader_first_row(f->reader);
	for (size_t i = 0; i < t->rows; i++) {
		const struct raw_cell key = { f->key.data, 0, false, false };
		struct raw_cell c = key;

		key_text(&f->key, t->col, v->entity->keys, i);
		c.s = f->key.data ? f->key.data : "";
		c.n = (uint32_t)f->key.len;
		take_cell(&b->key[i], k, &c);
		b->hash[i] = hash64(c.s, c.n, 0);
		b->time[i] = column_missing(time, i) ||
		    (created && column_missing(created, i)) ? FEED_NO_TIME :
		    time->i64[i];
		b->created[i] = created ? created->i64[i] : b->time[i];
		for (size_t n = 0; n < v->columns; n++) {
			if (col[n].raw[i].s && col[n].raw[i].n >> 28)
				return err_set(e, ERR_TOOBIG, "a cell of "
				    "column '%.100s' is longer than 256 MiB",
				    v->column[n]);
			take_cell(&b->cell[i * v->columns + n], k,
			    &col[n].raw[i]);
		}
	}
	return buf_check(&f->key, e) < 0 ? -1 : buf_check(&k->text, e);
}

/* ---- copies ---- */

static int
copy_out(struct feed *f, const struct block *k, struct err *e)
{
	const struct feed_block *b = &k->b;
	const struct copy_head head = { b->rows, b->first, k->text.len };
	const struct {
		const void *p;
		size_t n;
	} part[] = {
		{ &head, sizeof(head) },
		{ b->key, b->rows * sizeof(*b->key) },
		{ b->hash, b->rows * sizeof(*b->hash) },
		{ b->time, b->rows * sizeof(*b->time) },
		{ b->created, b->rows * sizeof(*b->created) },
		{ b->cell, b->rows * b->columns * sizeof(*b->cell) },
		{ k->text.data, k->text.len },
	};

	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++)
		if (part[i].n > 0 && file_write_fd(os_real(), f->copy,
		    part[i].p, part[i].n, "a copy of rows", e) < 0)
			return -1;
	return 0;
}

/* n bytes, or what is left of it. */
static int64_t
read_copy(void *p, size_t n, int fd, struct err *e)
{
	struct source s = source_fd(fd, "a copy of rows");
	int64_t got = source_read_full(&s, p, n, e);

	source_close(&s);
	return got;
}

static int
read_part(void *p, size_t n, int fd, struct err *e)
{
	int64_t got = read_copy(p, n, fd, e);

	if (got >= 0 && (size_t)got < n)
		return err_set(e, ERR_IO, "a copy of rows was cut short");
	return got < 0 ? -1 : 0;
}

static int
copy_in(struct block *k, struct feed *f, struct err *e)
{
	struct feed_block *b = &k->b;
	struct copy_head head;
	int64_t got = read_copy(&head, sizeof(head), f->copy, e);

	if (got <= 0)
		return (int)got;
	if ((size_t)got < sizeof(head) || head.rows > TABLE_BLOCK_ROWS)
		return err_set(e, ERR_IO, "a copy of rows was cut short");
	b->rows = head.rows;
	b->first = head.first;
	buf_clear(&k->text);
	if (buf_reserve(&k->text, head.text) == NULL)
		return buf_check(&k->text, e) < 0 ? -1 : err_set(e, ERR_NOMEM,
		    "no memory");
	if (read_part(b->key, b->rows * sizeof(*b->key), f->copy, e) < 0 ||
	    read_part(b->hash, b->rows * sizeof(*b->hash), f->copy, e) < 0 ||
	    read_part(b->time, b->rows * sizeof(*b->time), f->copy, e) < 0 ||
	    read_part(b->created, b->rows * sizeof(*b->created), f->copy,
	    e) < 0 || read_part(b->cell, b->rows * b->columns *
	    sizeof(*b->cell), f->copy, e) < 0 ||
	    read_part(k->text.data, head.text, f->copy, e) < 0)
		return -1;
	buf_grew(&k->text, head.text);
	return 1;
}

/* ---- one block after the other ---- */

static int
make_block(struct block *k, struct feed *f, struct err *e)
{
	struct table *t;
	int r;

	if (f->again) {
		r = copy_in(k, f, e);
	} else {
		r = table_reader_next(&t, f->reader, e);
		if (r > 0 && take_block(k, f, t, e) < 0)
			r = -1;
		if (r > 0 && f->marks)
			table_reader_mark(&k->b.end, f->reader);
		if (r > 0 && f->copy >= 0 && copy_out(f, k, e) < 0)
			r = -1;
	}
	k->b.text = k->text.data;
	return r;
}

static void
read_ahead(void *ctx)
{
	struct feed *f = ctx;
	int r = 1;

	while (r > 0) {
		mutex_lock(&f->lock);
		while (!f->stop && f->made - f->given >= AHEAD)
			cond_wait(&f->moved, &f->lock);
		r = f->stop ? 0 : 1;
		mutex_unlock(&f->lock);
		if (r > 0)
			r = make_block(&f->block[f->made % AHEAD], f,
			    &f->failure);
		mutex_lock(&f->lock);
		if (r > 0) {
			f->made++;
		} else {
			f->ended = true;
			f->result = r;
		}
		cond_signal(&f->moved);
		mutex_unlock(&f->lock);
	}
}

static int
next_ahead(struct feed *f, struct err *e)
{
	int r;

	mutex_lock(&f->lock);
	while (f->made == f->given && !f->ended)
		cond_wait(&f->moved, &f->lock);
	r = f->made > f->given ? 1 : f->result;
	mutex_unlock(&f->lock);
	if (r < 0)
		*e = f->failure;
	return r;
}

int
feed_next(const struct feed_block **block, struct feed *f, struct err *e)
{
	size_t at = f->threaded ? f->given % AHEAD : 0;
	int r;

	if (f->threaded) {
		/* the one that was given last is free now */
		mutex_lock(&f->lock);
		if (*block != NULL) {
			f->given++;
			at = f->given % AHEAD;
			cond_signal(&f->moved);
		}
		mutex_unlock(&f->lock);
		r = next_ahead(f, e);
	} else {
		r = make_block(&f->block[0], f, e);
	}
	*block = r > 0 ? &f->block[at].b : NULL;
	return r;
}

/* ---- opening ---- */

static int
open_reader(struct feed *f, struct source *from, const struct feed_opts *how,
    struct err *e)
{
	const struct feature_view *v = f->view;
	size_t n = 0;
	struct table_want *want = xalloc(v->entity->keys + 2 + v->columns,
	    sizeof(*want));
	struct table_reader_opts o = { .read = *how->read, .want = want,
	    .eager = how->eager, .marks = how->marks, .after = how->after };
	int r;

	for (size_t i = 0; i < v->entity->keys; i++)
		want[n++] = (struct table_want){ v->entity->key[i], COL_RAW,
		    false };
	want[n++] = (struct table_want){ v->timestamp, COL_DATETIME, false };
	if (v->created)
		want[n++] = (struct table_want){ v->created, COL_DATETIME,
		    false };
	for (size_t i = 0; i < v->columns; i++)
		want[n++] = (struct table_want){ v->column[i], COL_RAW,
		    false };
	o.n_want = n;
	o.block_rows = TABLE_BLOCK_ROWS;
	r = table_reader_open(&f->reader, from, &o, e);
	free(want);
	return r;
}

static int
start(struct feed **out, struct feed *f, struct err *e)
{
	struct err ignored = ERR_INIT;
	/* a thread that waits for a pipe could not be stopped */
	size_t blocks = pool_default_threads() > 1 && !f->eager ? AHEAD : 1;

	for (size_t i = 0; i < AHEAD; i++)
		buf_init(&f->block[i].text, UINT32_MAX);
	for (size_t i = 0; i < blocks; i++)
		if (block_init(&f->block[i], f->view->columns, e) < 0) {
			feed_free(f);
			return -1;
		}
	f->threaded = blocks > 1 && thread_start(&f->thread, read_ahead, f,
	    &ignored) == 0;
	*out = f;
	return 0;
}

static struct feed *
feed_new(const struct feature_view *v, int copy)
{
	struct feed *f = xalloc(1, sizeof(*f));

	f->view = v;
	f->copy = copy;
	buf_init(&f->key, BUF_CAP_DOC);
	mutex_init(&f->lock);
	cond_init(&f->moved);
	return f;
}

int
feed_open(struct feed **out, const struct feature_view *v,
    struct source *from, const struct feed_opts *o, struct err *e)
{
	struct feed *f = feed_new(v, o->copy);

	f->eager = o->eager;
	f->marks = o->marks;
	if (open_reader(f, from, o, e) < 0) {
		feed_free(f);
		return -1;
	}
	return start(out, f, e);
}

int
feed_open_copy(struct feed **out, const struct feature_view *v, int copy,
    struct err *e)
{
	struct feed *f;

	if (lseek(copy, 0, SEEK_SET) != 0)
		return err_sys(e, "cannot read a copy of rows");
	f = feed_new(v, copy);
	f->again = true;
	return start(out, f, e);
}

void
feed_free(struct feed *f)
{
	if (f == NULL)
		return;
	if (f->threaded) {
		mutex_lock(&f->lock);
		f->stop = true;
		cond_signal(&f->moved);
		mutex_unlock(&f->lock);
		thread_join(&f->thread);
	}
	table_reader_free(f->reader);
	for (size_t i = 0; i < AHEAD; i++)
		block_release(&f->block[i]);
	buf_free(&f->key);
	mutex_release(&f->lock);
	cond_release(&f->moved);
	free(f);
}
