/*
 * describe.h - a table, or its shape, as one string, for tests to compare.
 */
#ifndef UNIT_READ_DESCRIBE_H
#define UNIT_READ_DESCRIBE_H

#include "base/buf.h"
#include "read/whole.h"
#include "table/table.h"

/* Types, missing counts and all cells, as one string. */
static inline void
describe_table(struct buf *out, const struct table *t)
{
	char room[COLUMN_PRINT_MAX];
	size_t n;

	for (size_t i = 0; i < t->cols; i++) {
		const struct column *c = &t->col[i];

		buf_addf(out, "%s:%s", c->name, col_type_name(c->type));
		for (size_t r = 0; r < t->rows; r++) {
			const char *s = column_print(c, r, room, &n);

			if (s == NULL)
				buf_adds(out, " -");
			else
				buf_addf(out, " %.*s", (int)n, s);
		}
		buf_adds(out, i + 1 < t->cols ? "; " : "");
	}
}

/* Names and types, or what was wrong. */
static inline void
describe_shape(struct buf *out, const char *text, size_t n,
    const struct table_read_opts *o)
{
	struct err e = ERR_INIT;
	struct table *t = NULL;

	if (table_read(&t, text, n, o, &e) < 0) {
		buf_adds(out, e.msg);
		return;
	}
	buf_addf(out, "%zu rows", t->rows);
	for (size_t i = 0; i < t->cols; i++)
		buf_addf(out, "; %s:%s, %zu missing", t->col[i].name,
		    col_type_name(t->col[i].type), t->col[i].missing);
	table_free(t);
}

#endif
