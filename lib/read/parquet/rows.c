/* The rows of a Parquet file as CSV, row group by row group. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "read/parquet/columns.h"
#include "read/parquet/whole.h"
#include "table/write.h"

struct parquet_rows {
	struct columns cols;
	struct fill *x;			/* (columns) */
	struct table *t;
	size_t inited;
	size_t group;
	bool header;
};

int
parquet_rows_open(struct parquet_rows **out, const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e)
{
	struct parquet_rows *r = xalloc(1, sizeof(*r));

	if (columns_open(&r->cols, bytes, n, o, e) != 0) {
		free(r);
		return -1;
	}
	r->t = table_new(r->cols.n);
	r->x = xalloc(r->cols.n, sizeof(*r->x));
	for (; r->inited < r->cols.n; r->inited++)
		if (fill_init(&r->x[r->inited], &r->t->col[r->inited],
		    r->cols.f, r->cols.at[r->inited], r->cols.most, e) != 0) {
			parquet_rows_close(r);
			return -1;
		}
	*out = r;
	return 0;
}

void
parquet_rows_close(struct parquet_rows *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->inited; i++)
		fill_release(&r->x[i]);
	free(r->x);
	table_free(r->t);
	columns_close(&r->cols);
	free(r);
}

/* All text is quoted, so that "12" stays text where it is carried through. */
static void
put_rows(struct buf *out, const struct table *t, size_t rows)
{
	for (size_t row = 0; row < rows; row++) {
		for (size_t i = 0; i < t->cols; i++) {
			const struct column *c = &t->col[i];
			size_t n;
			const char *s;

			if (i > 0)
				buf_addc(out, ',');
			if (c->dict == NULL)
				csv_write_value(out, c, row);
			else if ((s = column_text(c, row, &n)) != NULL)
				csv_quote(out, s, n);
		}
		/* a blank line would be no row */
		if (t->cols == 1 && column_missing(&t->col[0], row))
			buf_adds(out, "\"\"");
		buf_addc(out, '\n');
	}
}

static void
put_header(struct buf *out, const struct table *t)
{
	for (size_t i = 0; i < t->cols; i++) {
		if (i > 0)
			buf_addc(out, ',');
		csv_quote(out, t->col[i].name, strlen(t->col[i].name));
	}
	buf_addc(out, '\n');
}

int
parquet_rows_next(struct parquet_rows *r, struct buf *out, struct err *e)
{
	bool first = !r->header;

	if (first)
		put_header(out, r->t);
	r->header = true;
	if (r->group == parquet_groups(r->cols.f))
		return first ? 1 : 0;
	for (size_t i = 0; i < r->cols.n; i++) {
		fill_clear(&r->x[i]);
		if (fill_group(&r->x[i], r->group, e) != 0)
			return err_wrap(e, "%s", r->cols.name);
	}
	put_rows(out, r->t, (size_t)parquet_group_rows(r->cols.f, r->group));
	r->group++;
	return buf_check(out, e) != 0 ? -1 : 1;
}
