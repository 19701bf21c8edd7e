/* A table written in the format that a file's name or a person asks for. */
#include "write/write.h"

#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "base/path.h"
#include "table/write.h"
#include "write/parquet.h"

#define PIECE_ROWS 8192

bool
write_opts_of(struct write_opts *o, const char *path)
{
	static const struct {
		const char *ending;
		enum write_format format;
	} known[] = {
		{ ".csv", WRITE_CSV }, { ".jsonl", WRITE_JSONL },
		{ ".ndjson", WRITE_JSONL }, { ".parquet", WRITE_PARQUET },
	};
	char *stem;
	size_t n, i = 0;

	o->packing = write_packing_of(path, &n);
	stem = xstrndup(path, n);
	while (i < sizeof(known) / sizeof(known[0]) &&
	    strcasecmp(path_extension(stem), known[i].ending) != 0)
		i++;
	free(stem);
	if (i == sizeof(known) / sizeof(known[0]))
		return false;
	o->format = known[i].format;
	return true;
}

static int
write_text(struct target *f, const struct column *const *col,
    const struct table *t, enum write_format to, struct err *e)
{
	struct buf b;
	int r = 0;

	buf_init(&b, BUF_CAP_DATA);
	if (to == WRITE_CSV)
		table_write_header(&b, col, t->cols, NULL);
	for (size_t row = 0; r == 0 && row < t->rows; row += PIECE_ROWS) {
		size_t end = t->rows - row < PIECE_ROWS ? t->rows :
		    row + PIECE_ROWS;

		if (to == WRITE_CSV)
			table_write_csv(&b, col, t->cols, row, end, NULL);
		else
			table_write_jsonl(&b, col, t->cols, row, end);
		if ((r = buf_check(&b, e)) == 0)
			r = target_add(f, b.data, b.len, e);
		buf_clear(&b);
	}
	if (r == 0)		/* a header alone */
		r = target_add(f, b.data, b.len, e);
	buf_free(&b);
	return r;
}

int
table_write(struct target *f, const struct table *t,
    const struct write_opts *o, struct err *e)
{
	const struct column **col;
	int r;

	if (o->format == WRITE_PARQUET)
		return table_write_parquet(f, t, o->pages, e);
	col = xalloc(t->cols + 1, sizeof(*col));
	for (size_t i = 0; i < t->cols; i++)
		col[i] = &t->col[i];
	r = write_text(f, col, t, o->format, e);
	free(col);
	return r;
}
