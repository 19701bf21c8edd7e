/* One side of a comparison: its columns, and its rows dealt to parts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "read/stream.h"
#include "rowdiff/internal.h"

#define BLOCK_ROWS 256		/* whose cells a near cache holds */

char *
row_line_room(struct row_line *l, size_t n)
{
	if (l->room < n) {
		l->room = n + n / 2 + 256;
		l->s = xresize(l->s, l->room, 1);
	}
	return l->s;
}

/* ---- names ---- */

static void
add_column(struct side *s, const char *name)
{
	s->col = xresize(s->col, s->cols + 1, sizeof(*s->col));
	s->col[s->cols] = (struct side_column){ .name = xstrdup(name),
	    .partner = SIZE_MAX };
	s->cols++;
}

/* Of CSV the header says them; of JSON Lines all rows must be seen. */
static int
read_names(struct side *s, struct table_reader *r, struct err *e)
{
	const char *const *names;
	struct table *block;
	size_t n = 0;
	int k;

	if (table_reader_format(r) == TABLE_CSV) {
		names = table_reader_names(r, &n);
		for (size_t i = 0; i < n; i++)
			add_column(s, names[i]);
		return 0;
	}
	while ((k = table_reader_next(&block, r, e)) > 0)
		;
	for (; k == 0 && table_reader_other(r, n) != NULL; n++)
		add_column(s, table_reader_other(r, n));
	return k;
}

int
side_open(struct side *s, const struct rowdiff_input *in, struct err *e)
{
	struct table_reader_opts o = { .read = *in->read, .lax = true };
	struct table_reader *r;
	struct source src;
	int result;

	s->in = in;
	if (in->open(&src, in->ctx, e) < 0)
		return -1;
	result = table_reader_open(&r, &src, &o, e);
	if (result == 0) {
		result = read_names(s, r, e);
		table_reader_free(r);
	}
	source_close(&src);
	s->names = xalloc(s->cols + 1, sizeof(*s->names));
	for (size_t i = 0; i < s->cols; i++)
		s->names[i] = s->col[i].name;
	return result;
}

void
side_release(struct side *s)
{
	for (size_t i = 0; i < s->cols; i++) {
		free(s->col[i].name);
		free(s->col[i].share);
	}
	free(s->col);
	free(s->names);
	free(s->shared);
	free(s->key);
	spill_release(&s->part);
}

/* ---- rows ---- */

/* A block while its rows are dealt. */
struct dealing {
	struct side *s;
	const struct table *block;
	bool jsonl;
	struct rowdiff_cell *canon;	/* (cols, block rows) */
	uint32_t *odd;			/* (block rows): of row_head */
	size_t room;
	struct arena text;		/* of canonical texts */
	struct row_line own, shared, key;
};

static void
count_cell(struct side_column *c, const struct cell_look *l)
{
	double v;

	c->kinds |= (unsigned)l->kind;
	if (l->kind & (VALUE_INT | VALUE_FLOAT)) {
		c->numbers++;
		if (!isfinite(l->v))
			return;
		if (c->finite++ == 0)
			c->pivot = l->v;
		v = l->v - c->pivot;
		c->sum += v;
		c->squares += v * v;
		return;
	}
	if (c->share == NULL)
		c->share = xalloc(SHARES, sizeof(*c->share));
	c->words++;
	c->share[hash64(l->s, l->n, 0) % SHARES]++;
}

/* Down a column: what its cells are, and their canonical texts. */
static void
look_at_column(struct dealing *d, size_t at)
{
	struct side_column *c = &d->s->col[at];
	const struct raw_cell *raw = d->block->col[at].raw;
	struct rowdiff_cell *canon = d->canon + at * d->room;
	struct cell_look l;

	for (size_t i = 0; i < d->block->rows; i++) {
		if (raw[i].s == NULL) {
			c->missing++;
			canon[i] = (struct rowdiff_cell){ NULL, 0 };
			continue;
		}
		cell_look(&l, raw[i].s, raw[i].n, raw[i].json ||
		    (d->jsonl && raw[i].quoted));
		count_cell(c, &l);
		if (l.odd) {
			if (c->partner != SIZE_MAX)
				d->odd[i] |= ODD_BIT(c->shared);
			if (l.s == l.room)
				l.s = arena_strndup(&d->text, l.s, l.n);
		}
		canon[i] = (struct rowdiff_cell){ l.s, l.n };
	}
}

/* Canonical texts of row i in these columns, put together and hashed. */
static struct hash128
hash_cells(struct dealing *d, struct row_line *l, const size_t *col, size_t n,
    size_t i)
{
	const struct rowdiff_cell *c;
	size_t room = 0;
	char *to;

	for (size_t k = 0; k < n; k++)
		room += d->canon[col[k] * d->room + i].n + CELL_HEAD_MAX;
	to = row_line_room(l, room + 1);
	for (size_t k = 0; k < n; k++) {
		c = &d->canon[col[k] * d->room + i];
		to = cell_encode(to, c->s, c->n);
	}
	return hash128(l->s, (size_t)(to - l->s));
}

/* All cells of row i as they are; how many bytes. */
static size_t
encode_row(struct dealing *d, size_t i)
{
	const struct raw_cell *c;
	size_t room = 0;
	char *to;

	for (size_t k = 0; k < d->s->cols; k++)
		room += d->block->col[k].raw[i].n + CELL_HEAD_MAX;
	to = row_line_room(&d->own, room + 1);
	for (size_t k = 0; k < d->s->cols; k++) {
		c = &d->block->col[k].raw[i];
		to = cell_encode(to, c->s, c->n);
	}
	return (size_t)(to - d->own.s);
}

static int
deal_row(struct dealing *d, size_t i, struct err *e)
{
	struct side *s = d->s;
	size_t n = encode_row(d, i);
	struct hash128 all;
	struct row_head h = { .row = ++s->rows, .n = (uint32_t)n,
	    .odd = d->odd[i] };
	char *at;

	if (n > UINT32_MAX / 2)
		return err_set(e, ERR_TOOBIG, "row %llu is longer than 2 GiB",
		    (unsigned long long)s->rows);
	all = s->plain && d->odd[i] == 0 ? hash128(d->own.s, n) :
	    hash_cells(d, &d->shared, s->shared, s->n_shared, i);
	h.same = all.lo;
	h.by = s->n_key ? hash_cells(d, &d->key, s->key, s->n_key, i) : all;
	if (spill_add(&at, &s->part, (size_t)(h.by.hi >> 56), ROW_SIZE(n),
	    e) < 0)
		return -1;
	memcpy(at, &h, sizeof(h));
	memcpy(at + sizeof(h), d->own.s, n);
	return 0;
}

static int
deal_block(struct dealing *d, struct err *e)
{
	size_t rows = d->block->rows;

	if (d->room < rows) {
		d->room = rows;
		d->canon = xresize(d->canon, d->s->cols * rows + 1,
		    sizeof(*d->canon));
		d->odd = xresize(d->odd, rows, sizeof(*d->odd));
	}
	memset(d->odd, 0, rows * sizeof(*d->odd));
	for (size_t k = 0; k < d->s->cols; k++)
		look_at_column(d, k);
	for (size_t i = 0; i < rows; i++)
		if (deal_row(d, i, e) < 0)
			return -1;
	arena_free(&d->text);
	return 0;
}

static int
deal_blocks(struct side *s, struct table_reader *r, struct err *e)
{
	struct dealing d = { .s = s };
	struct table *block;
	int k;

	d.jsonl = table_reader_format(r) == TABLE_JSONL;
	while ((k = table_reader_next(&block, r, e)) > 0) {
		d.block = block;
		if (deal_block(&d, e) < 0) {
			k = -1;
			break;
		}
	}
	arena_free(&d.text);
	free(d.canon);
	free(d.odd);
	free(d.own.s);
	free(d.shared.s);
	free(d.key.s);
	return k;
}

int
side_read(struct side *s, struct err *e)
{
	struct table_want *want = xalloc(s->cols + 1, sizeof(*want));
	struct table_reader_opts o = { .read = *s->in->read, .want = want,
	    .n_want = s->cols, .lax = true, .block_rows = BLOCK_ROWS };
	struct table_reader *r = NULL;
	struct source src;
	int result = -1;

	for (size_t i = 0; i < s->cols; i++)
		want[i] = (struct table_want){ s->names[i], COL_RAW, true };
	if (s->in->open(&src, s->in->ctx, e) < 0)
		goto done;
	result = table_reader_open(&r, &src, &o, e);
	if (result == 0) {
		result = deal_blocks(s, r, e);
		table_reader_free(r);
	}
	source_close(&src);
done:
	free(want);
	return result;
}
