/* Bytes as a table: read whole with one thread and with two, in blocks and
 * as lines; what is read must agree. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "parquet/parquet.h"
#include "read/records.h"
#include "read/whole.h"
#include "read/stream.h"
#include "table/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
write_all(struct buf *out, const struct table *t)
{
	const struct column **col = malloc((t->cols + 1) * sizeof(*col));

	for (size_t i = 0; i < t->cols; i++)
		col[i] = &t->col[i];
	table_write_header(out, col, t->cols, NULL);
	table_write_csv(out, col, t->cols, 0, t->rows, NULL);
	table_write_jsonl(out, col, t->cols, 0, t->rows);
	free(col);
}

/* The same cells block by block as in the whole table. */
static void
blocks(const char *s, size_t n, const struct table *t)
{
	struct table_want *want = calloc(t->cols + 1, sizeof(*want));
	struct table_reader_opts o = { .want = want, .n_want = t->cols,
	    .keep_all = true, .block_rows = 3, .eager = n & 1 };
	struct source src = source_memory(s, n, "fuzz");
	struct table_reader *r;
	struct err e = ERR_INIT;
	struct table *block;
	size_t rows = 0;
	const struct column *one, *two;
	struct buf got, whole;
	int k;

	buf_init(&got, BUF_CAP_DATA);
	buf_init(&whole, BUF_CAP_DATA);
	for (size_t i = 0; i < t->cols; i++)
		want[i] = (struct table_want){ t->col[i].name,
		    t->col[i].type, true };
	if (table_reader_open(&r, &src, &o, &e) == 0) {
		while ((k = table_reader_next(&block, r, &e)) > 0) {
			for (size_t i = 0; i < t->cols; i++) {
				one = &block->col[i];
				two = &t->col[i];
				table_write_csv(&got, &one, 1, 0, block->rows,
				    NULL);
				table_write_csv(&whole, &two, 1, rows, rows +
				    block->rows, NULL);
			}
			rows += block->rows;
		}
		if (got.len != whole.len ||
		    memcmp(got.data, whole.data, got.len) != 0)
			abort();
		if (k == 0 && rows != t->rows)
			abort();
		table_reader_free(r);
	}
	source_close(&src);
	buf_free(&got);
	buf_free(&whole);
	free(want);
}

static void
lines(const char *s, size_t n)
{
	struct err e = ERR_INIT;
	struct records *l;
	struct record rec;
	size_t header;
	bool inside;

	if (records_open(&l, s, n, NULL, &e) != 0)
		return;
	/* what was packed has bytes of its own */
	inside = records_header(l, &header) == s;
	while (records_next(l, &rec, &e) > 0)
		if (inside && (rec.raw < s || rec.raw + rec.raw_n > s + n))
			abort();
	records_close(l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct table_read_opts o = { .threads = 1,
	    .header = n % 3 == 0 ? TABLE_HEADER_NO : TABLE_HEADER_AUTO };
	char *copy = malloc(n + 1);	/* exact, for the sanitizer */
	struct table *a, *b;
	struct buf one, two;
	struct err e = ERR_INIT;

	if (parquet_is((const char *)data, n)) {
		free(copy);
		return 0;	/* tests/fuzz/parquet.c */
	}
	if (n > 0)
		memcpy(copy, data, n);
	copy = realloc(copy, n ? n : 1);
	lines(copy, n);
	if (table_read(&a, copy, n, &o, &e) == 0) {
		if (records_check(copy, n, &o, &e) != 0)
			abort();
		buf_init(&one, BUF_CAP_DATA);
		buf_init(&two, BUF_CAP_DATA);
		o.threads = 2;
		if (table_read(&b, copy, n, &o, &e) != 0)
			abort();
		write_all(&one, a);
		write_all(&two, b);
		if (one.len != two.len || memcmp(one.data, two.data, one.len))
			abort();
		if (o.header == TABLE_HEADER_AUTO)
			blocks(copy, n, a);
		buf_free(&one);
		buf_free(&two);
		table_free(a);
		table_free(b);
	}
	free(copy);
	return 0;
}
