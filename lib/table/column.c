/*
 * Storage of one column: its arrays, bits for missing cells and dictionary; a
 * cell as text.
 */
#include "table/column.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"

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
	c->rows = c->room = rows;
	c->data = data;
	if (col_type_is_text(type))
		c->dict = intern_new();
	return 0;
}

void
column_release(struct column *c)
{
	free(c->name);
	free(c->data);
	free(c->valid);
	if (!c->dict_borrowed)
		intern_free(c->dict);
	memset(c, 0, sizeof(*c));
}

int
column_track_missing(struct column *c, struct err *e)
{
	size_t words = column_valid_words(c->room);

	if (c->type == COL_RAW || c->valid != NULL)
		return 0;
	if ((c->valid = mem_array(words, sizeof(*c->valid))) == NULL)
		return err_set(e, ERR_NOMEM, "no memory for %zu rows of "
		    "column '%s'", c->room, c->name);
	memset(c->valid, 0xff, words * sizeof(*c->valid));
	return 0;
}

int
column_grow(struct column *c, size_t room, struct err *e)
{
	size_t had = column_valid_words(c->room);
	size_t words = column_valid_words(room);
	void *data;
	uint64_t *valid;

	if (room <= c->room)
		return 0;
	data = mem_resize(c->data, room, col_type_size(c->type));
	if (data == NULL)
		goto no_memory;
	c->data = data;
	if (c->valid != NULL) {
		valid = mem_resize(c->valid, words, sizeof(*valid));
		if (valid == NULL)
			goto no_memory;
		memset(valid + had, 0xff, (words - had) * sizeof(*valid));
		c->valid = valid;
	}
	c->room = room;
	return 0;
no_memory:
	return err_set(e, ERR_NOMEM, "no memory for %zu rows of column '%s'",
	    room, c->name);
}

void
column_clear(struct column *c, size_t dict_max)
{
	c->rows = c->missing = 0;
	if (c->valid != NULL)
		memset(c->valid, 0xff, column_valid_words(c->room) *
		    sizeof(*c->valid));
	if (c->dict != NULL && intern_count(c->dict) > dict_max) {
		intern_free(c->dict);
		c->dict = intern_new();
		c->dict_generation++;
	}
}

void
column_numbers(double *to, const struct column *c, size_t from, size_t n)
{
	switch (c->type) {
	case COL_INT64:
	case COL_DATETIME:
		for (size_t i = 0; i < n; i++)
			to[i] = (double)c->i64[from + i];
		break;
	case COL_FLOAT64:
		memcpy(to, c->f64 + from, n * sizeof(*to));
		break;
	case COL_FLOAT32:
		for (size_t i = 0; i < n; i++)
			to[i] = (double)c->f32[from + i];
		break;
	default:
		for (size_t i = 0; i < n; i++)
			to[i] = column_number(c, from + i);
		return;
	}
	for (size_t i = 0; c->valid != NULL && i < n; i++)
		if (column_missing(c, from + i))
			to[i] = NAN;
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
