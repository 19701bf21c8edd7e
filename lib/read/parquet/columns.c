/* The columns of a Parquet file that are read. */
#include "read/parquet/columns.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "read/parquet/values.h"

/* A file whose columns unpack to more than this, and to more than so many
 * times its size, is a bomb. */
#define UNPACKED_LEAST ((uint64_t)1 << 30)
#define UNPACKED_TIMES 1024

static bool
is_wanted(const struct table_read_opts *o, const char *name)
{
	for (size_t i = 0; i < o->n_only; i++)
		if (strcmp(o->only[i], name) == 0)
			return true;
	return o->n_only == 0;
}

/* A column that was asked for must be there. */
static int
check_only(const struct columns *c, const struct table_read_opts *o,
    struct err *e)
{
	size_t n = parquet_columns(c->f);
	const char **name = xalloc(n + 1, sizeof(*name));
	int r = 0;

	for (size_t i = 0; i < n; i++)
		name[i] = parquet_column(c->f, i)->name;
	for (size_t i = 0; r == 0 && i < o->n_only; i++) {
		const char *near = nearest_word(o->only[i], name, n);

		if (near != NULL && strcmp(near, o->only[i]) == 0)
			continue;
		r = err_set(e, ERR_NOENT, "no column '%s'%s%s%s", o->only[i],
		    near ? "; is it '" : "", near ? near : "", near ? "'?" :
		    "");
	}
	free(name);
	return r;
}

static int
choose_columns(struct columns *c, const struct table_read_opts *o,
    struct err *e)
{
	size_t n = parquet_columns(c->f);

	if (n > 65536)
		return err_set(e, ERR_TOOBIG, "more than 65536 columns");
	if (check_only(c, o, e) != 0)
		return -1;
	c->at = xalloc(n + 1, sizeof(*c->at));
	for (size_t i = 0; i < n; i++) {
		const struct parquet_column *p = parquet_column(c->f, i);

		if (!is_wanted(o, p->name))
			continue;
		if (p->max_rep > 1 && o->n_only > 0)
			return err_set(e, ERR_UNSUPPORTED, "column '%.200s' "
			    "is a list in a list, which no cell holds",
			    p->name);
		if (p->max_rep > 1) {
			log_warn(o->log, "%s: column '%.200s' is a list in a "
			    "list, which no cell holds: it is passed over",
			    c->name, p->name);
			continue;
		}
		c->at[c->n++] = i;
	}
	if (c->n == 0)
		return err_set(e, ERR_UNSUPPORTED, "no column that a table "
		    "can hold");
	return 0;
}

/* What the footer promises, held against the file's size before any of it is
 * unpacked. */
static int
check_size(const struct columns *c, size_t n, struct err *e)
{
	uint64_t rows = (uint64_t)parquet_rows(c->f), row = 0, bytes;

	for (size_t i = 0; i < c->n; i++)
		row += col_type_size(parquet_col_type(parquet_column(c->f,
		    c->at[i])));
	if (!__builtin_mul_overflow(rows, row, &bytes) && bytes <= c->most)
		return 0;
	return err_set(e, ERR_TOOBIG, "%llu rows of %zu columns in %zu bytes: "
	    "it unpacks to far more than its size",
	    (unsigned long long)rows, c->n, n);
}

int
columns_open(struct columns *c, const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e)
{
	memset(c, 0, sizeof(*c));
	c->name = o->name != NULL ? o->name : "input";
	c->most = n > UNPACKED_LEAST / UNPACKED_TIMES ? (uint64_t)n *
	    UNPACKED_TIMES : UNPACKED_LEAST;
	if (parquet_open(&c->f, bytes, n, e) == 0 &&
	    choose_columns(c, o, e) == 0 && check_size(c, n, e) == 0) {
		return 0;
	}
	columns_close(c);
	return err_wrap(e, "%s", c->name);
}

void
columns_close(struct columns *c)
{
	parquet_close(c->f);
	c->f = NULL;
	free(c->at);
	c->at = NULL;
}
