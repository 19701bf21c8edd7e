/* A table read in blocks of raw cells. */
#include <string.h>

#include "flow/perf/internal.h"

int
perf_open_raw(struct raw_reader *r, const char *path,
    const struct table_read_opts *read, struct err *e)
{
	struct table_reader_opts o = { .read = *read, .keep_all = true };

	o.read.name = strcmp(path, "-") == 0 ? "standard input" : path;
	if (source_open(&r->in, path, e) < 0)
		return -1;
	r->open = true;
	return table_reader_open(&r->rd, &r->in, &o, e);
}

void
perf_close_raw(struct raw_reader *r)
{
	table_reader_free(r->rd);
	if (r->open)
		source_close(&r->in);
}
