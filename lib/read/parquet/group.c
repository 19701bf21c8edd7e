/* A row group of a Parquet column appended, whether its values stand in lists or
 * not. */
#include "read/parquet/fill.h"

#include "read/parquet/pages.h"

int
fill_group(struct fill *x, size_t group, struct err *e)
{
	const struct parquet_column *c = parquet_column(x->f, x->col);
	struct parquet_chunk *chunk = NULL;
	size_t before = x->at;
	struct buf scratch;
	int r = -1;

	x->known = false;
	buf_init(&scratch, BUF_CAP_DOC);
	if (parquet_chunk_open(&chunk, x->f, group, x->col, e) == 0)
		r = c->max_rep > 0 ? fill_lists(x, chunk, &scratch, e) :
		    fill_pages(x, chunk, &scratch, e);
	if (r == 0 && x->at - before != (size_t)parquet_group_rows(x->f,
	    group))
		r = err_set(e, ERR_CORRUPT, "it does not have as many rows as "
		    "its row group");
	x->to->rows = x->at;
	parquet_chunk_close(chunk);
	buf_free(&scratch);
	return r == 0 ? 0 : err_wrap(e, "row group %zu: column '%.100s'",
	    group + 1, c->name);
}
