/* Rows put in the order of time, for splits and folds that look forward. */
#include "quality/moments.h"

#include <stdlib.h>

#include "base/mem.h"

static int
by_time(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

int
moments_of(struct moment **out, const struct column *c, size_t rows,
    struct err *e)
{
	struct moment *m;

	if (col_type_is_text(c->type) || c->type == COL_BOOL)
		return err_set(e, ERR_FORMAT, "column '%s' holds neither dates "
		    "nor numbers", c->name);
	if (c->missing > 0)
		return err_set(e, ERR_FORMAT, "column '%s' is missing in %zu "
		    "rows; they have no place in time", c->name, c->missing);
	m = mem_array(rows + 1, sizeof(*m));
	if (m == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < rows; i++)
		m[i] = (struct moment){ column_number(c, i), i };
	qsort(m, rows, sizeof(*m), by_time);
	*out = m;
	return 0;
}
