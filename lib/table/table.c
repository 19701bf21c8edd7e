#include "table/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/num.h"
#include "table/cell.h"

static const char *const type_names[] = {
	[COL_INT64] = "int64", [COL_FLOAT64] = "float64",
	[COL_BOOL] = "boolean", [COL_DATETIME] = "datetime",
	[COL_CATEGORY] = "category", [COL_TEXT] = "text",
	[COL_FLOAT32] = "float32", [COL_RAW] = "raw",
};

const char *
col_type_name(enum col_type type)
{
	return type_names[type];
}

bool
col_type_parse(const char *s, enum col_type *type)
{
	static const struct {
		const char *word;
		enum col_type type;
	} others[] = {
		{ "int", COL_INT64 }, { "integer", COL_INT64 },
		{ "float", COL_FLOAT64 }, { "double", COL_FLOAT64 },
		{ "number", COL_FLOAT64 }, { "float32", COL_FLOAT64 }, { "bool", COL_BOOL },
		{ "date", COL_DATETIME }, { "date-time", COL_DATETIME },
		{ "string", COL_CATEGORY },
	};

	for (size_t i = 0; i < COL_FLOAT32; i++) {
		if (strcmp(s, type_names[i]) == 0) {
			*type = (enum col_type)i;
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strcmp(s, others[i].word) == 0) {
			*type = others[i].type;
			return true;
		}
	}
	return false;
}

size_t
col_type_size(enum col_type type)
{
	switch (type) {
	case COL_INT64:
	case COL_FLOAT64:
	case COL_DATETIME:
		return 8;
	case COL_BOOL:
		return 1;
	case COL_CATEGORY:
	case COL_TEXT:
	case COL_FLOAT32:
		return 4;
	case COL_RAW:
		return sizeof(struct raw_cell);
	}
	BUG("column type");
	return 0;
}

bool
col_type_is_number(enum col_type type)
{
	return type == COL_INT64 || type == COL_FLOAT64 ||
	    type == COL_FLOAT32 || type == COL_BOOL;
}

bool
col_type_is_text(enum col_type type)
{
	return type == COL_CATEGORY || type == COL_TEXT;
}

struct table *
table_new(size_t cols)
{
	struct table *t = xalloc(1, sizeof(*t));

	t->cols = cols;
	t->col = xalloc(cols ? cols : 1, sizeof(*t->col));
	return t;
}

void
column_clear(struct column *c)
{
	free(c->name);
	free(c->data);
	free(c->valid);
	if (!c->dict_borrowed)
		intern_free(c->dict);
	memset(c, 0, sizeof(*c));
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->cols; i++)
		column_clear(&t->col[i]);
	free(t->col);
	free(t);
}

int
column_init(struct column *c, const char *name, enum col_type type,
    size_t rows, struct err *e)
{
	void *data = mem_zeroed(rows ? rows : 1, col_type_size(type));

	if (data == NULL)
		return err_set(e, ERR_NOMEM, "no memory for %zu rows of "
		    "column '%s'", rows, name);
	memset(c, 0, sizeof(*c));
	c->name = xstrdup(name);
	c->type = type;
	c->rows = rows;
	c->data = data;
	if (col_type_is_text(type))
		c->dict = intern_new();
	return 0;
}

struct column *
table_find(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->cols; i++)
		if (strcmp(t->col[i].name, name) == 0)
			return &t->col[i];
	return NULL;
}

static int
no_such_column(const struct table *t, const char *name, struct err *e)
{
	const char **known = xalloc(t->cols ? t->cols : 1, sizeof(*known));
	const char *near;

	for (size_t i = 0; i < t->cols; i++)
		known[i] = t->col[i].name;
	near = nearest_word(name, known, t->cols);
	if (near != NULL)
		err_set(e, ERR_NOENT, "no column '%s'; is it '%s'?", name,
		    near);
	else
		err_set(e, ERR_NOENT, "no column '%s'", name);
	free(known);
	return -1;
}

int
table_index(size_t *out, const struct table *t, const char *name,
    struct err *e)
{
	const struct column *c = table_find(t, name);

	if (c == NULL)
		return no_such_column(t, name, e);
	*out = (size_t)(c - t->col);
	return 0;
}

/* Replace the columns of t by those listed in pick; the rest is freed. */
static void
keep_columns(struct table *t, const size_t *pick, size_t n)
{
	struct column *to = xalloc(n ? n : 1, sizeof(*to));

	for (size_t i = 0; i < n; i++) {
		to[i] = t->col[pick[i]];
		memset(&t->col[pick[i]], 0, sizeof(*to));
	}
	for (size_t i = 0; i < t->cols; i++)
		column_clear(&t->col[i]);
	free(t->col);
	t->col = to;
	t->cols = n;
}

int
table_select(struct table *t, const char *const *names, size_t n,
    struct err *e)
{
	size_t *pick = xalloc(n ? n : 1, sizeof(*pick));
	bool *taken = xalloc(t->cols ? t->cols : 1, sizeof(*taken));
	int r = -1;

	for (size_t i = 0; i < n; i++) {
		if (table_index(&pick[i], t, names[i], e) != 0)
			goto done;
		if (taken[pick[i]]) {
			err_set(e, ERR_USAGE, "column '%s' is named twice",
			    names[i]);
			goto done;
		}
		taken[pick[i]] = true;
	}
	keep_columns(t, pick, n);
	r = 0;
done:
	free(pick);
	free(taken);
	return r;
}

int
table_drop(struct table *t, const char *const *names, size_t n, struct err *e)
{
	bool *gone = xalloc(t->cols ? t->cols : 1, sizeof(*gone));
	size_t *pick = xalloc(t->cols ? t->cols : 1, sizeof(*pick));
	size_t kept = 0, at;
	int r = -1;

	for (size_t i = 0; i < n; i++) {
		if (table_index(&at, t, names[i], e) != 0)
			goto done;
		gone[at] = true;
	}
	for (size_t i = 0; i < t->cols; i++)
		if (!gone[i])
			pick[kept++] = i;
	keep_columns(t, pick, kept);
	r = 0;
done:
	free(gone);
	free(pick);
	return r;
}

static int
gather_column(struct column *to, const struct column *from, const size_t *row,
    size_t n, struct err *e)
{
	size_t size = col_type_size(from->type);

	if (column_init(to, from->name, from->type, n, e) != 0)
		return -1;
	if (to->dict != NULL) {
		intern_free(to->dict);
		to->dict = from->dict;
		to->dict_borrowed = true;
		to->dict_generation = from->dict_generation;
	}
	for (size_t i = 0; i < n; i++)
		memcpy((char *)to->data + i * size,
		    (const char *)from->data + row[i] * size, size);
	if (from->valid == NULL)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (!column_missing(from, row[i]))
			continue;
		if (to->valid == NULL) {
			size_t words = (n + 63) / 64;

			to->valid = mem_array(words, sizeof(*to->valid));
			if (to->valid == NULL)
				return err_set(e, ERR_NOMEM, "no memory");
			memset(to->valid, 0xff, words * sizeof(*to->valid));
		}
		to->valid[i >> 6] &= ~((uint64_t)1 << (i & 63));
		to->missing++;
	}
	return 0;
}

int
table_gather(struct table **out, const struct table *t, const size_t *row,
    size_t n, struct err *e)
{
	struct table *to = table_new(t->cols);

	to->rows = n;
	for (size_t i = 0; i < t->cols; i++) {
		if (gather_column(&to->col[i], &t->col[i], row, n, e) != 0) {
			table_free(to);
			return -1;
		}
	}
	*out = to;
	return 0;
}

size_t
table_bytes(const struct table *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->cols; i++) {
		const struct column *c = &t->col[i];

		n += c->rows * col_type_size(c->type) + strlen(c->name);
		if (c->valid != NULL)
			n += (c->rows + 63) / 64 * sizeof(*c->valid);
	}
	return n;
}

const char *
column_print(const struct column *c, size_t i, char room[COLUMN_PRINT_MAX],
    size_t *n)
{
	*n = 0;
	if (column_missing(c, i))
		return NULL;
	switch (c->type) {
	case COL_INT64:
		*n = num_print_i64(room, c->i64[i]);
		return room;
	case COL_FLOAT64:
		*n = num_print_f64(room, c->f64[i]);
		return room;
	case COL_FLOAT32:
		*n = num_print_f32(room, c->f32[i]);
		return room;
	case COL_BOOL:
		*n = c->b[i] ? 4 : 5;
		return c->b[i] ? "true" : "false";
	case COL_DATETIME:
		*n = clock_print(room, c->i64[i]);
		return room;
	case COL_CATEGORY:
	case COL_TEXT:
		return column_text(c, i, n);
	case COL_RAW:
		*n = c->raw[i].n;
		return c->raw[i].s;
	}
	return NULL;
}

static int
set_from(struct column *to, const struct column *from, size_t i,
    struct err *e)
{
	char room[COLUMN_PRINT_MAX];
	const char *s;
	size_t n;

	if (column_missing(from, i)) {
		column_set_missing(to, i);
		return 0;
	}
	if (col_type_is_number(from->type) && !col_type_is_text(to->type) &&
	    from->type != COL_INT64)
		return column_set_number(to, i, column_number(from, i), e);
	if (from->type == COL_INT64 && to->type == COL_FLOAT64) {
		to->f64[i] = (double)from->i64[i];
		return 0;
	}
	s = column_print(from, i, room, &n);
	return column_set_text(to, i, s, n, e);
}

int
column_convert(struct column *c, enum col_type type, struct err *e)
{
	struct column to;

	if (c->type == type)
		return 0;
	if (col_type_is_text(c->type) && col_type_is_text(type)) {
		c->type = type;
		return 0;
	}
	if (column_init(&to, c->name, type, c->rows, e) != 0)
		return -1;
	for (size_t i = 0; i < c->rows; i++) {
		if (set_from(&to, c, i, e) != 0) {
			err_wrap(e, "column '%s', row %zu", c->name, i + 1);
			column_clear(&to);
			return -1;
		}
	}
	column_clear(c);
	*c = to;
	return 0;
}
