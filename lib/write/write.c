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
write_format_of(enum write_format *to, const char *path)
{
	static const struct {
		const char *ending;
		enum write_format format;
	} known[] = {
		{ ".csv", WRITE_CSV }, { ".jsonl", WRITE_JSONL },
		{ ".ndjson", WRITE_JSONL }, { ".parquet", WRITE_PARQUET },
	};
	const char *ending = path_extension(path);

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcasecmp(ending, known[i].ending) == 0) {
			*to = known[i].format;
			return true;
		}
	return false;
}

static int
write_text(struct out_file *f, const struct column *const *col,
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
			r = out_file_add(f, b.data, b.len, e);
		buf_clear(&b);
	}
	if (r == 0)		/* a header alone */
		r = out_file_add(f, b.data, b.len, e);
	buf_free(&b);
	return r;
}

int
table_write(struct out_file *f, const struct table *t,
    const struct write_opts *o, struct err *e)
{
	const struct column **col;
	int r;

	if (o->format == WRITE_PARQUET)
		return table_write_parquet(f, t, o->packing, e);
	col = xalloc(t->cols + 1, sizeof(*col));
	for (size_t i = 0; i < t->cols; i++)
		col[i] = &t->col[i];
	r = write_text(f, col, t, o->format, e);
	free(col);
	return r;
}
