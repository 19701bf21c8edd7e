/* The rows of a Parquet file: the columns of a row group, side by side. */
#include "read/parquet/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "read/parquet/columns.h"
#include "read/parquet/values.h"

#define SMALL_BYTES ((size_t)1 << 18)	/* not worth a thread */

struct group_rows {
	struct columns cols;
	struct fill *x;			/* (columns) */
	struct err *err;		/* (columns) */
	bool *wanted;			/* (columns) */
	const char **names;		/* (columns) */
	struct table_type *types;	/* (columns at most) */
	size_t n_types;
	struct table *t;
	struct pool *pool;
	size_t inited;
	size_t group;			/* to come */
};

static void
want_columns(void *ctx, const bool *wanted)
{
	struct group_rows *r = ctx;

	memcpy(r->wanted, wanted, r->cols.n * sizeof(*wanted));
}

static void
fill_one(void *ctx, size_t part, int worker)
{
	struct group_rows *r = ctx;

	(void)worker;
	fill_clear(&r->x[part]);
	r->err[part] = (struct err)ERR_INIT;
	if (r->wanted[part])
		(void)fill_group(&r->x[part], r->group, &r->err[part]);
}

static int
next_group(void *ctx, struct table **t, struct err *e)
{
	struct group_rows *r = ctx;

	if (r->group == parquet_groups(r->cols.f))
		return 0;
	pool_run(r->pool, r->cols.n, fill_one, r);
	for (size_t i = 0; i < r->cols.n; i++) {
		if (r->err[i].code == ERR_NONE)
			continue;
		*e = r->err[i];
		return err_wrap(e, "%s", r->cols.name);
	}
	r->t->rows = (size_t)parquet_group_rows(r->cols.f, r->group++);
	*t = r->t;
	return 1;
}

static void
close_groups(void *ctx)
{
	struct group_rows *r = ctx;

	for (size_t i = 0; i < r->inited; i++)
		fill_release(&r->x[i]);
	free(r->x);
	free(r->err);
	free(r->wanted);
	free(r->names);
	free(r->types);
	table_free(r->t);
	pool_free(r->pool);
	columns_close(&r->cols);
	free(r);
}

static const struct typed_calls group_calls = {
	want_columns, next_group, close_groups
};

int
parquet_rows_open(struct typed_rows *out, const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e)
{
	struct group_rows *r = xalloc(1, sizeof(*r));
	size_t cols;

	if (columns_open(&r->cols, bytes, n, o, e) != 0) {
		free(r);
		return -1;
	}
	cols = r->cols.n;
	r->t = table_new(cols);
	r->x = xalloc(cols, sizeof(*r->x));
	r->err = xalloc(cols, sizeof(*r->err));
	r->wanted = xalloc(cols, sizeof(*r->wanted));
	r->names = xalloc(cols, sizeof(*r->names));
	r->types = xalloc(cols, sizeof(*r->types));
	r->pool = pool_new(cols > 1 && n >= SMALL_BYTES ? o->threads : 1);
	for (; r->inited < cols; r->inited++) {
		size_t i = r->inited;

		if (fill_init(&r->x[i], &r->t->col[i], r->cols.f,
		    r->cols.at[i], r->cols.most, e) != 0) {
			close_groups(r);
			return -1;
		}
		r->names[i] = r->t->col[i].name;
		r->wanted[i] = true;
		if (!parquet_may_widen(parquet_column(r->cols.f,
		    r->cols.at[i])))
			r->types[r->n_types++] = (struct table_type){
			    r->names[i], r->t->col[i].type, FORM_PLAIN };
	}
	*out = (struct typed_rows){ r->names, cols,
	    (uint64_t)parquet_rows(r->cols.f), r->types, r->n_types,
	    &group_calls, r };
	return 0;
}
