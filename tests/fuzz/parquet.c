/* Bytes as Parquet: read whole with one thread and with two, in blocks and as
 * records; what is read must agree, and all must end. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "parquet/parquet.h"
#include "read/records.h"
#include "read/stream.h"
#include "read/whole.h"
#include "table/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define ROWS_MAX 100000		/* more takes too long to be interesting */

static bool
is_small(const char *s, size_t n)
{
	struct parquet_file *f;
	struct err e = ERR_INIT;
	bool yes;

	if (parquet_open(&f, s, n, &e) != 0)
		return false;
	yes = parquet_rows(f) <= ROWS_MAX;
	parquet_close(f);
	return yes;
}

static void
write_all(struct buf *out, const struct table *t)
{
	const struct column **col = calloc(t->cols + 1, sizeof(*col));

	for (size_t i = 0; i < t->cols; i++)
		col[i] = &t->col[i];
	table_write_header(out, col, t->cols, NULL);
	table_write_csv(out, col, t->cols, 0, t->rows, NULL);
	free(col);
}

/* How many rows blocks have, or -1. */
static int64_t
count_blocks(const char *s, size_t n)
{
	struct table_reader_opts o = { .keep_all = true };
	struct source src = source_memory(s, n, "fuzz");
	struct table_reader *r;
	struct table *block;
	struct err e = ERR_INIT;
	int64_t rows = 0;
	int k = -1;

	if (table_reader_open(&r, &src, &o, &e) == 0) {
		while ((k = table_reader_next(&block, r, &e)) > 0)
			rows += (int64_t)block->rows;
		table_reader_free(r);
	}
	source_close(&src);
	return k < 0 ? -1 : rows;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct table_read_opts o = { .threads = 1 };
	char *copy = malloc(n ? n : 1);	/* exact, for the sanitizer */
	struct table *a = NULL, *b = NULL;
	struct buf one, two;
	struct err e = ERR_INIT;

	memcpy(copy, data, n);
	if (!parquet_is(copy, n) || !is_small(copy, n)) {
		free(copy);
		return 0;
	}
	buf_init(&one, BUF_CAP_DATA);
	buf_init(&two, BUF_CAP_DATA);
	if (table_read(&a, copy, n, &o, &e) == 0) {
		o.threads = 2;
		if (table_read(&b, copy, n, &o, &e) != 0)
			abort();
		write_all(&one, a);
		write_all(&two, b);
		if (one.len != two.len || memcmp(one.data, two.data, one.len))
			abort();
		if (count_blocks(copy, n) != (int64_t)a->rows ||
		    records_check(copy, n, NULL, &e) != 0)
			abort();
	} else {
		count_blocks(copy, n);
		records_check(copy, n, NULL, &e);
	}
	buf_free(&one);
	buf_free(&two);
	table_free(a);
	table_free(b);
	free(copy);
	return 0;
}
