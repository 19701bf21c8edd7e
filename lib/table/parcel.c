/* Tables in parcels: a column's array, its marks of missing cells, its words. */
#include "table/parcel.h"

#include <string.h>

#include "base/buf.h"

#define COLUMNS_MAX 65536

/* The words that cells use, each as its length and its bytes; code[i] is then
 * the place of a word among them. */
static void
pack_words(struct parcel_out *o, const struct column *c)
{
	uint32_t *code = arena_alloc(&o->arena, (c->rows + 1) * sizeof(*code));
	struct intern *used = intern_new();
	struct buf words;

	buf_init(&words, BUF_CAP_DATA);
	for (size_t i = 0; i < c->rows; i++) {
		size_t n;
		const char *s = column_text(c, i, &n);
		uint32_t before = (uint32_t)intern_count(used), len =
		    (uint32_t)n;

		code[i] = s ? intern_add(used, s, n) : INTERN_NONE;
		if (intern_count(used) == before)
			continue;
		buf_add(&words, &len, sizeof(len));
		buf_add(&words, s, n);
	}
	parcel_add(o, code, c->rows * sizeof(*code));
	parcel_add_copy(o, words.data, words.len);
	buf_free(&words);
	intern_free(used);
}

void
table_pack(struct parcel_out *o, const struct table *t)
{
	parcel_add_number(o, t != NULL);
	if (t == NULL)
		return;
	parcel_add_number(o, t->rows);
	parcel_add_number(o, t->cols);
	for (size_t k = 0; k < t->cols; k++) {
		const struct column *c = &t->col[k];

		parcel_add_text(o, c->name);
		parcel_add_number(o, (uint64_t)c->type);
		parcel_add_number(o, (uint64_t)c->form);
		parcel_add(o, c->valid, c->valid ? column_valid_words(c->rows) *
		    sizeof(*c->valid) : 0);
		if (col_type_is_text(c->type))
			pack_words(o, c);
		else
			parcel_add(o, c->data, c->rows *
			    col_type_size(c->type));
	}
}

static void
unpack_words(struct column *c, struct parcel *p)
{
	const uint32_t *code = parcel_take_array(p, c->rows, sizeof(*code));
	size_t n, count;
	const char *s = parcel_take(p, &n);

	for (size_t at = 0; s && at < n;) {
		uint32_t len;

		if (n - at < sizeof(len))
			break;
		memcpy(&len, s + at, sizeof(len));
		at += sizeof(len);
		if (len > n - at || intern_try(c->dict, s + at, len) ==
		    INTERN_NONE)
			break;
		at += len;
	}
	count = intern_count(c->dict);
	for (size_t i = 0; code && s && i < c->rows; i++) {
		c->code[i] = code[i];
		p->bad |= code[i] != INTERN_NONE && code[i] >= count;
	}
}

/* As many cells are missing as the marks say, and the values agree. */
static void
count_missing(struct column *c, struct parcel *p)
{
	c->missing = 0;
	for (size_t i = 0; i < c->rows; i++) {
		bool gone = column_missing(c, i);

		c->missing += gone;
		if (col_type_is_text(c->type))
			p->bad |= gone != (c->code[i] == INTERN_NONE);
	}
}

static int
unpack_column(struct column *c, size_t rows, struct parcel *p, struct err *e)
{
	const char *name = parcel_take_text(p);
	uint64_t type = parcel_take_number(p, COL_FLOAT32);
	uint64_t form = parcel_take_number(p, FORM_MDY);
	const void *valid = parcel_take_maybe(p, column_valid_words(rows),
	    sizeof(*c->valid)), *cells;

	if (p->bad || name == NULL) {
		p->bad = true;
		return 0;
	}
	if (column_init(c, name, (enum col_type)type, rows, e) < 0)
		return -1;
	c->form = (enum cell_form)form;
	if (valid) {
		if (column_track_missing(c, e) < 0)
			return -1;
		memcpy(c->valid, valid, column_valid_words(rows) *
		    sizeof(*c->valid));
	}
	if (col_type_is_text(c->type)) {
		unpack_words(c, p);
	} else if ((cells = parcel_take_array(p, rows,
	    col_type_size(c->type))) != NULL) {
		memcpy(c->data, cells, rows * col_type_size(c->type));
	}
	if (!p->bad)
		count_missing(c, p);
	return 0;
}

int
table_unpack(struct table **out, struct parcel *p, struct err *e)
{
	uint64_t rows, cols;
	struct table *t;
	int r = 0;

	*out = NULL;
	if (parcel_take_number(p, 1) == 0)
		return p->bad ? err_set(e, ERR_CORRUPT, "no table") : 0;
	/* a cell takes an eighth of a byte at least */
	rows = parcel_take_number(p, p->end);
	cols = parcel_take_number(p, COLUMNS_MAX);
	if (p->bad)
		return err_set(e, ERR_CORRUPT, "no table");
	t = table_new((size_t)cols);
	t->rows = (size_t)rows;
	for (size_t k = 0; r == 0 && !p->bad && k < t->cols; k++)
		r = unpack_column(&t->col[k], t->rows, p, e);
	if (r == 0 && p->bad)
		r = err_set(e, ERR_CORRUPT, "no table");
	if (r < 0) {
		table_free(t);
		return -1;
	}
	*out = t;
	return 0;
}
