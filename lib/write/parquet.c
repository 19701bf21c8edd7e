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

/* A column while its row groups are made. */
struct packed_column {
	const struct column *c;
	uint8_t *there;			/* (rows of a group) */
	void *value;			/* values that are there */
	uint32_t *index;		/* (rows of a group) */
	struct parquet_bytes *entry;	/* texts of the dictionary */
	uint64_t *number;		/* (NUMBERS_MAX) numbers of it */
	uint32_t *slot;			/* (SLOTS) entry + 1 of a number */
	uint32_t *place;		/* of a code in the dictionary, + 1 */
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

/* Parquet's texts are UTF-8, and who reads them counts on it. */
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

static void
packed_column_init(struct packed_column *p, const struct column *c,
    size_t rows)
{
	p->c = c;
	p->there = xalloc(rows, 1);
	p->index = xalloc(rows, sizeof(*p->index));
	if (c->dict != NULL) {
		p->entry = xalloc(rows, sizeof(*p->entry));
		p->place = xalloc(intern_count(c->dict) + 1,
		    sizeof(*p->place));
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
pack_texts(struct parquet_out_data *d, struct packed_column *p, size_t from,
    size_t n)
{
	const struct column *c = p->c;
	size_t entries = 0, k = 0, len;

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
pack_numbers(struct parquet_out_data *d, struct packed_column *p, size_t from,
    size_t n)
{
	const struct column *c = p->c;
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

static int
write_groups(struct target *f, struct parquet_writer *w, struct buf *out,
    struct packed_column *p, const struct table *t, size_t rows,
    struct err *e)
{
	struct parquet_out_data *d = xalloc(t->cols + 1, sizeof(*d));
	int r = 0;

	for (size_t row = 0; r == 0 && row < t->rows; row += rows) {
		size_t n = t->rows - row < rows ? t->rows - row : rows;

		memset(d, 0, (t->cols + 1) * sizeof(*d));
		for (size_t i = 0; i < t->cols; i++) {
			d[i].there = p[i].there;
			if (t->col[i].dict != NULL)
				pack_texts(&d[i], &p[i], row, n);
			else
				pack_numbers(&d[i], &p[i], row, n);
		}
		if ((r = parquet_write_group(w, n, d, e)) == 0)
			r = target_add(f, out->data, out->len, e);
		buf_clear(out);
	}
	if (r == 0 && (r = parquet_write_end(w, e)) == 0)
		r = target_add(f, out->data, out->len, e);
	free(d);
	return r;
}

static size_t
group_rows(const struct table *t)
{
	size_t rows = GROUP_CELLS / (t->cols + 1);

	rows = rows < GROUP_LEAST ? GROUP_LEAST : rows > GROUP_ROWS ?
	    GROUP_ROWS : rows;
	return rows < t->rows ? rows : t->rows + 1;
}

int
table_write_parquet(struct target *f, const struct table *t,
    enum parquet_packing packing, struct err *e)
{
	struct parquet_out_column *col = xalloc(t->cols + 1, sizeof(*col));
	struct packed_column *p = xalloc(t->cols + 1, sizeof(*p));
	size_t rows = group_rows(t);
	struct parquet_writer *w = NULL;
	struct buf out;
	int r = 0;

	buf_init(&out, BUF_CAP_DATA);
	for (size_t i = 0; i < t->cols; i++) {
		describe_column(&col[i], &t->col[i]);
		packed_column_init(&p[i], &t->col[i], rows);
	}
	for (size_t i = 0; i < t->cols && r == 0; i++)
		r = check_texts(&t->col[i], e);
	if (r == 0) {
		w = parquet_writer_new(&out, col, t->cols, packing);
		r = write_groups(f, w, &out, p, t, rows, e);
	}
	parquet_writer_free(w);
	for (size_t i = 0; i < t->cols; i++)
		packed_column_release(&p[i]);
	buf_free(&out);
	free(p);
	free(col);
	return r;
}
