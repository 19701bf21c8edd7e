/* A table written as Parquet, a row group every so many rows. */
#include "write/parquet.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

#define GROUP_ROWS ((size_t)1 << 17)
#define GROUP_CELLS ((size_t)1 << 25)	/* of many columns: fewer rows */
#define GROUP_LEAST ((size_t)1 << 10)
#define NUMBERS_MAX ((size_t)1 << 12)	/* in a dictionary of numbers */
#define SLOTS (2 * NUMBERS_MAX)

/* What a column's row groups are made in. */
struct packed_column {
	uint8_t *there;			/* (rows of a group) */
	void *value;			/* values that are there */
	uint32_t *index;		/* (rows of a group) */
	struct parquet_bytes *entry;	/* texts of the dictionary */
	uint64_t *number;		/* (NUMBERS_MAX) numbers of it */
	uint32_t *slot;			/* (SLOTS) entry + 1 of a number */
	uint32_t *place;		/* of a code in the dictionary, + 1 */
	size_t places;
};

static void
describe_column(struct parquet_out_column *to, const struct column *c)
{
	to->name = c->name;
	to->logical = PARQUET_PLAIN_VALUE;
	switch (c->type) {
	case COL_INT64: to->physical = PARQUET_INT64; break;
	case COL_FLOAT64: to->physical = PARQUET_DOUBLE; break;
	case COL_FLOAT32: to->physical = PARQUET_FLOAT; break;
	case COL_BOOL: to->physical = PARQUET_BOOLEAN; break;
	case COL_DATETIME:
		to->physical = PARQUET_INT64;
		to->logical = PARQUET_TIMESTAMP;
		break;
	default:
		to->physical = PARQUET_BYTES;
		to->logical = PARQUET_TEXT;
	}
}

static int
check_texts(const struct column *c, struct err *e)
{
	size_t n;

	for (size_t i = 0; c->dict != NULL && i < intern_count(c->dict); i++) {
		const char *s = intern_text(c->dict, (uint32_t)i, &n);

		if (!utf8_ok(s, n))
			return err_set(e, ERR_FORMAT, "column '%.100s' has "
			    "text that is not UTF-8", c->name);
	}
	return 0;
}

int
parquet_check_texts(const struct table *t, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < t->cols && r == 0; i++)
		r = check_texts(&t->col[i], e);
	return r;
}

static void
packed_column_init(struct packed_column *p, const struct column *c,
    size_t rows)
{
	p->there = xalloc(rows, 1);
	p->index = xalloc(rows, sizeof(*p->index));
	if (c->dict != NULL) {
		p->entry = xalloc(rows, sizeof(*p->entry));
		return;
	}
	p->value = xalloc(rows, 8);
	p->number = xalloc(NUMBERS_MAX, sizeof(*p->number));
	p->slot = xalloc(SLOTS, sizeof(*p->slot));
}

static void
packed_column_release(struct packed_column *p)
{
	free(p->there);
	free(p->value);
	free(p->index);
	free(p->entry);
	free(p->number);
	free(p->slot);
	free(p->place);
}

/* The texts of rows [from, from + n): a dictionary, or one after the other
 * where they hardly repeat. */
static void
pack_texts(struct parquet_out_data *d, struct packed_column *p,
    const struct column *c, size_t from, size_t n)
{
	size_t entries = 0, k = 0, len;

	if (p->places <= intern_count(c->dict)) {
		free(p->place);
		p->places = intern_count(c->dict) + 1;
		p->place = xalloc(p->places, sizeof(*p->place));
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t code = c->code[from + i];

		p->there[i] = code != INTERN_NONE;
		if (code == INTERN_NONE)
			continue;
		if (p->place[code] == 0) {
			p->entry[entries].s = intern_text(c->dict, code, &len);
			p->entry[entries].n = (uint32_t)len;
			p->place[code] = (uint32_t)++entries;
		}
		p->index[k++] = p->place[code] - 1;
	}
	for (size_t i = 0; i < n; i++)
		if (p->there[i])
			p->place[c->code[from + i]] = 0;
	d->present = k;
	if (entries <= k / 2 || entries < 16) {
		d->index = p->index;
		d->dict.n = entries;
		d->dict.bytes = p->entry;
		return;
	}
	/* place by place: entries come in order, so this only moves up */
	for (size_t i = 0, at = 0; i < n; i++) {
		if (!p->there[i])
			continue;
		p->entry[at].s = intern_text(c->dict, c->code[from + i], &len);
		p->entry[at++].n = (uint32_t)len;
	}
	d->values.n = k;
	d->values.bytes = p->entry;
}

/* The place of a number in the dictionary, or NUMBERS_MAX: it is full. */
static size_t
number_place(struct packed_column *p, uint64_t v, size_t *entries)
{
	size_t at = (size_t)(v * UINT64_C(0x9e3779b97f4a7c15) >> 40) % SLOTS;

	while (p->slot[at] != 0) {
		if (p->number[p->slot[at] - 1] == v)
			return p->slot[at] - 1;
		at = (at + 1) % SLOTS;
	}
	if (*entries == NUMBERS_MAX)
		return NUMBERS_MAX;
	p->number[*entries] = v;
	p->slot[at] = (uint32_t)++*entries;
	return *entries - 1;
}

/* A dictionary of the numbers in p->value, if they are few. */
static bool
pack_repeats(struct parquet_out_data *d, struct packed_column *p)
{
	const uint64_t *v = p->value;
	size_t entries = 0, at;

	memset(p->slot, 0, SLOTS * sizeof(*p->slot));
	for (size_t i = 0; i < d->present; i++) {
		at = number_place(p, v[i], &entries);
		if (at == NUMBERS_MAX || (entries > 256 && entries > i / 2))
			return false;
		p->index[i] = (uint32_t)at;
	}
	d->index = p->index;
	d->dict.n = entries;
	d->dict.data = p->number;
	return true;
}

static void
pack_numbers(struct parquet_out_data *d, struct packed_column *p,
    const struct column *c, size_t from, size_t n)
{
	size_t size = col_type_size(c->type), k = 0;

	for (size_t i = 0; i < n; i++) {
		p->there[i] = !column_missing(c, from + i);
		if (p->there[i])
			memcpy((char *)p->value + k++ * size,
			    (const char *)c->data + (from + i) * size, size);
	}
	d->present = k;
	if (size == 8 && pack_repeats(d, p))
		return;
	d->values.n = k;
	d->values.data = p->value;
}

struct parquet_table {
	struct target *to;
	struct buf out;
	struct parquet_out_column *col;
	struct packed_column *p;
	struct parquet_out_data *d;
	struct parquet_writer *w;
	size_t cols;
};

struct parquet_table *
parquet_table_new(struct target *to, const struct table *t,
    enum parquet_packing packing, size_t rows)
{
	struct parquet_table *f = xalloc(1, sizeof(*f));

	f->to = to;
	f->cols = t->cols;
	f->col = xalloc(t->cols + 1, sizeof(*f->col));
	f->p = xalloc(t->cols + 1, sizeof(*f->p));
	f->d = xalloc(t->cols + 1, sizeof(*f->d));
	buf_init(&f->out, BUF_CAP_DATA);
	for (size_t i = 0; i < t->cols; i++) {
		describe_column(&f->col[i], &t->col[i]);
		packed_column_init(&f->p[i], &t->col[i], rows);
	}
	f->w = parquet_writer_new(&f->out, f->col, t->cols, packing);
	return f;
}

static int
put_out(struct parquet_table *f, struct err *e)
{
	int r = target_add(f->to, f->out.data, f->out.len, e);

	buf_clear(&f->out);
	return r;
}

int
parquet_table_group(struct parquet_table *f, const struct table *t,
    size_t from, size_t n, struct err *e)
{
	memset(f->d, 0, (f->cols + 1) * sizeof(*f->d));
	for (size_t i = 0; i < f->cols; i++) {
		f->d[i].there = f->p[i].there;
		if (t->col[i].dict == NULL)
			pack_numbers(&f->d[i], &f->p[i], &t->col[i], from, n);
		else
			pack_texts(&f->d[i], &f->p[i], &t->col[i], from, n);
	}
	return parquet_write_group(f->w, n, f->d, e) == 0 ? put_out(f, e) :
	    -1;
}

int
parquet_table_end(struct parquet_table *f, struct err *e)
{
	return parquet_write_end(f->w, e) == 0 ? put_out(f, e) : -1;
}

void
parquet_table_free(struct parquet_table *f)
{
	if (f == NULL)
		return;
	parquet_writer_free(f->w);
	for (size_t i = 0; i < f->cols; i++)
		packed_column_release(&f->p[i]);
	buf_free(&f->out);
	free(f->d);
	free(f->p);
	free(f->col);
	free(f);
}

size_t
parquet_table_rows(size_t cols)
{
	size_t rows = GROUP_CELLS / (cols + 1);

	return rows < GROUP_LEAST ? GROUP_LEAST : rows > GROUP_ROWS ?
	    GROUP_ROWS : rows;
}

int
table_write_parquet(struct target *to, const struct table *t,
    enum parquet_packing packing, struct err *e)
{
	size_t most = parquet_table_rows(t->cols), n;
	size_t rows = most < t->rows ? most : t->rows + 1;
	struct parquet_table *f = NULL;
	int r = parquet_check_texts(t, e);

	if (r == 0)
		f = parquet_table_new(to, t, packing, rows);
	for (size_t row = 0; r == 0 && row < t->rows; row += n) {
		n = t->rows - row < rows ? t->rows - row : rows;
		r = parquet_table_group(f, t, row, n, e);
	}
	if (r == 0)
		r = parquet_table_end(f, e);
	parquet_table_free(f);
	return r;
}
