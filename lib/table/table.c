/*
 * The columns of a table found, picked, copied and turned into another type.
 */
#include "table/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "table/column_set.h"

struct table *
table_new(size_t cols)
{
	struct table *t = xalloc(1, sizeof(*t));

	t->cols = cols;
	t->col = xalloc(cols ? cols : 1, sizeof(*t->col));
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->cols; i++)
		column_release(&t->col[i]);
	free(t->col);
	free(t);
}

struct column *
table_find(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->cols; i++)
		if (strcmp(t->col[i].name, name) == 0)
			return &t->col[i];
	return NULL;
}

struct names *
table_names(const struct table *t)
{
	struct names *n = names_new();

	for (size_t i = 0; i < t->cols; i++)
		names_add(n, t->col[i].name);
	return n;
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
		column_release(&t->col[i]);
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
		if (column_track_missing(to, e) != 0)
			return -1;
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

int
table_gather_known(struct table **out, size_t *gone, const struct table *t,
    size_t column, struct err *e)
{
	const struct column *c = &t->col[column];
	size_t *row = mem_array(t->rows + 1, sizeof(*row)), n = 0;
	int r = 0;

	*out = NULL;
	if (row == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < t->rows; i++)
		if (!column_missing(c, i) && (col_type_is_text(c->type) ||
		    !isnan(column_number(c, i))))
			row[n++] = i;
	*gone = t->rows - n;
	if (*gone > 0)
		r = table_gather(out, t, row, n, e);
	free(row);
	return r;
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

static int
copy_cell(struct column *to, const struct column *from, size_t i,
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
		if (copy_cell(&to, c, i, e) != 0) {
			err_wrap(e, "column '%s', row %zu", c->name, i + 1);
			column_release(&to);
			return -1;
		}
	}
	column_release(c);
	*c = to;
	return 0;
}
