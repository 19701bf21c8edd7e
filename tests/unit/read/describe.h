/*
 * describe.h - a table as one string, for tests to compare.
 */
#ifndef UNIT_READ_DESCRIBE_H
#define UNIT_READ_DESCRIBE_H

#include "base/buf.h"
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

#endif
