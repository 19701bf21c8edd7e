/* The ids of a segment, row by row. */
#include <string.h>

#include "track/index/internal.h"

bool
ids_open(struct id_reader *r, struct segment *s)
{
	*r = (struct id_reader){ .s = s };
	if (s->head.n_rows == 0)
		return !s->damaged;
	r->column = segment_column(s, "id", 2);
	if (r->column && r->column->n == s->head.n_rows)
		r->entry = segment_entries(s, r->column);
	if (r->entry == NULL)
		s->damaged = true;
	return r->entry != NULL;
}

const char *
ids_at(const struct id_reader *r, uint32_t row)
{
	struct json id;

	if (!segment_value(&id, r->s, r->column, r->entry, row))
		return NULL;
	if (id.type != JSON_TEXT || strlen(id.s) != id.n) {
		r->s->damaged = true;
		return NULL;
	}
	return id.s;
}
