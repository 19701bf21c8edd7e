/* Pages of a Parquet column appended to a column of a table. */
#include "read/parquet/fill.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "read/parquet/pages.h"
#include "read/parquet/values.h"
#include "table/column_set.h"
#include "table/table.h"

#define FIRST_ROOM ((size_t)1 << 16)

int
fill_init(struct fill *x, struct column *to, const struct parquet_file *f,
    size_t col, uint64_t most, struct err *e)
{
	const struct parquet_column *c = parquet_column(f, col);

	*x = (struct fill){ .f = f, .col = col, .to = to, .most = most };
	return column_init(to, c->name, parquet_col_type(c), 0, e);
}

bool
fill_may_date(const struct parquet_file *f, size_t col)
{
	const struct parquet_column *c = parquet_column(f, col);

	return c->max_rep == 0 && c->physical == PARQUET_BYTES &&
	    (c->logical == PARQUET_TEXT || c->logical == PARQUET_PLAIN_VALUE);
}

int
fill_init_dates(struct fill *x, struct column *to,
    const struct parquet_file *f, size_t col, uint64_t most, struct err *e)
{
	*x = (struct fill){ .f = f, .col = col, .to = to, .most = most,
	    .dates = true };
	return column_init(to, parquet_column(f, col)->name, COL_DATETIME, 0,
	    e);
}

void
fill_clear(struct fill *x)
{
	column_clear(x->to, COLUMN_DICT_MAX);
	x->at = 0;
	x->used = 0;
}

void
fill_release(struct fill *x)
{
	free(x->code);
	free(x->native);
	free(x->entry);
}

int
fill_room(struct fill *x, size_t n, size_t text, struct err *e)
{
	size_t need = x->at + n, room = x->to->room;

	x->used += n * col_type_size(x->to->type) + text;
	if (x->used > x->most || need > UINT32_MAX)
		return err_set(e, ERR_TOOBIG, "it unpacks to far more than "
		    "the file's size: more than %llu MiB",
		    (unsigned long long)(x->most >> 20));
	if (need <= room)
		return 0;
	room = room < FIRST_ROOM ? FIRST_ROOM : room;
	while (room < need)
		room *= 2;
	return column_grow(x->to, room, e);
}

/* An array of the fill that holds n elements or more. */
static void *
array_room(void **array, size_t *have, size_t n, size_t size, struct err *e)
{
	if (n < *have)
		return *array;
	free(*array);
	*have = 0;
	if ((*array = mem_array(n + 1, size)) == NULL) {
		err_set(e, ERR_NOMEM, "no memory for a page");
		return NULL;
	}
	*have = n + 1;
	return *array;
}

/* From here on the column holds floats: an unsigned integer did not fit. */
static int
widen_column(struct fill *x, struct err *e)
{
	struct column *c = x->to;
	double *d;

	if (c->type == COL_FLOAT64)
		return 0;
	c->rows = x->at;
	d = c->f64;
	for (size_t i = 0; i < x->at; i++) {
		double v = column_missing(c, i) ? NAN : (double)c->i64[i];

		memcpy(&d[i], &v, sizeof(v));
	}
	(void)e;
	c->type = COL_FLOAT64;
	return 0;
}

/* Values as the column holds them; whole numbers as floats where one of them
 * made them so. */
static int
convert_values(void *to, struct fill *x, const struct parquet_values *v,
    struct err *e)
{
	const struct parquet_column *c = parquet_column(x->f, x->col);
	bool was = x->wide;

	if (x->dates)
		return parquet_dates(to, &x->dated, v, e);
	if (parquet_numbers(to, &x->wide, c, v, e) != 0)
		return -1;
	if (x->wide && !was) {
		x->known = false;	/* the dictionary's are integers */
		return widen_column(x, e);
	}
	return 0;
}

/* Each level's value, from `value` in the order they come or by `index`. */
static void
spread_values(struct fill *x, const struct parquet_page *p, const void *value,
    uint8_t max_def)
{
	struct column *c = x->to;
	size_t size = col_type_size(c->type), k = 0;
	const uint64_t *wide = value;
	const uint8_t *byte = value;

	if (p->index != NULL && p->present == p->n && size == 8) {
		int64_t *to = c->i64 + x->at;

		for (size_t i = 0; i < p->n; i++)
			memcpy(&to[i], &wide[p->index[i]], 8);
		return;
	}
	for (size_t i = 0; i < p->n; i++) {
		size_t from, at = x->at + i;

		if (p->def != NULL && p->def[i] != max_def) {
			column_set_missing(c, at);
			continue;
		}
		from = p->index != NULL ? p->index[k] : k;
		k++;
		if (size == 8)
			memcpy(&c->i64[at], &wide[from], 8);
		else
			c->b[at] = byte[from];
	}
}

/* NaN is missing, and the date of an empty text. */
static void
mark_nans(const struct fill *x, size_t from, size_t to)
{
	struct column *c = x->to;

	for (size_t i = from; x->dates && i < to; i++)
		if (c->i64[i] == PARQUET_NO_DATE)
			column_set_missing(c, i);
	if (c->type != COL_FLOAT64)
		return;
	for (size_t i = from; i < to; i++)
		if (isnan(c->f64[i]))
			column_set_missing(c, i);
}

static int
append_numbers(struct fill *x, const struct parquet_page *p, struct err *e)
{
	uint8_t max_def = parquet_column(x->f, x->col)->max_def;
	struct column *c = x->to;
	void *value;

	if (p->index == NULL && p->present == p->n) {
		if (convert_values(c->type == COL_BOOL ? (void *)(c->b + x->at) :
		    c->i64 + x->at, x, &p->values, e) != 0)
			return -1;
		mark_nans(x, x->at, x->at + p->n);
		return 0;
	}
	if (p->index == NULL) {
		value = array_room(&x->native, &x->natives, p->values.n, 8, e);
		if (value == NULL || convert_values(value, x, &p->values,
		    e) != 0)
			return -1;
	} else {
		value = array_room(&x->entry, &x->entries, p->dict->n, 8, e);
		if (value == NULL || (!x->known && convert_values(value, x,
		    p->dict, e) != 0))
			return -1;
		x->known = true;
	}
	spread_values(x, p, value, max_def);
	mark_nans(x, x->at, x->at + p->n);
	return 0;
}

/* The code of a value's text, or none: an empty one is missing. */
static int
text_code(uint32_t *code, struct fill *x, const struct parquet_values *v,
    size_t i, struct buf *scratch, struct err *e)
{
	const struct parquet_column *c = parquet_column(x->f, x->col);
	size_t had = intern_count(x->to->dict);

	buf_clear(scratch);
	if (parquet_text(scratch, c, v, i, e) != 0 ||
	    buf_check(scratch, e) != 0)
		return -1;
	*code = scratch->len == 0 ? INTERN_NONE :
	    intern_add(x->to->dict, scratch->data, scratch->len);
	return intern_count(x->to->dict) > had ?
	    fill_room(x, 0, scratch->len, e) : 0;
}

#define NOT_YET (UINT32_MAX - 1)

/* The same where every row has an entry of the dictionary. */
static int
append_entries(struct fill *x, const struct parquet_page *p,
    struct buf *scratch, struct err *e)
{
	struct column *c = x->to;
	uint32_t *to = c->code + x->at;

	for (size_t i = 0; i < p->n; i++) {
		uint32_t at = p->index[i];

		if (x->code[at] == NOT_YET && text_code(&x->code[at], x,
		    p->dict, at, scratch, e) != 0)
			return -1;
		to[i] = x->code[at];
		if (to[i] == INTERN_NONE)
			column_set_missing(c, x->at + i);
	}
	return 0;
}

static int
append_texts(struct fill *x, const struct parquet_page *p,
    struct buf *scratch, struct err *e)
{
	const uint8_t max_def = parquet_column(x->f, x->col)->max_def;
	struct column *c = x->to;
	void *array = x->code;
	size_t k = 0;

	if (p->index != NULL && !x->known) {
		if (array_room(&array, &x->codes, p->dict->n,
		    sizeof(*x->code), e) == NULL) {
			x->code = NULL;
			return -1;
		}
		x->code = array;
		for (size_t i = 0; i < p->dict->n; i++)
			x->code[i] = NOT_YET;
		x->known = true;
	}
	if (p->index != NULL && p->present == p->n)
		return append_entries(x, p, scratch, e);
	for (size_t i = 0; i < p->n; i++) {
		uint32_t code = INTERN_NONE;

		if (p->def == NULL || p->def[i] == max_def) {
			size_t at = p->index != NULL ? p->index[k] : k;

			k++;
			code = p->index != NULL ? x->code[at] : NOT_YET;
			if (code == NOT_YET && text_code(&code, x, p->index ?
			    p->dict : &p->values, at, scratch, e) != 0)
				return -1;
			if (p->index != NULL)
				x->code[at] = code;
		}
		c->code[x->at + i] = code;
		if (code == INTERN_NONE)
			column_set_missing(c, x->at + i);
	}
	return 0;
}

int
fill_pages(struct fill *x, struct parquet_chunk *chunk, struct buf *scratch,
    struct err *e)
{
	struct parquet_page p;
	int r;

	while ((r = parquet_chunk_next(&p, chunk, e)) > 0) {
		if (fill_room(x, p.n, 0, e) != 0)
			return -1;
		if ((x->to->dict == NULL ? append_numbers(x, &p, e) :
		    append_texts(x, &p, scratch, e)) != 0)
			return -1;
		x->at += p.n;
	}
	return r;
}
