/* Rows of a file or a stream, as they come. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/source.h"
#include "flow/windows/internal.h"
#include "read/stream.h"

#define SAVE_US 1000000			/* at most so long between two saves
					 * while rows come without a pause */

struct table_watch {
	struct windows_watch *s;
	struct table_reader *rd;
	const struct column **col;	/* (columns of the bins) */
	const struct column *when;
	uint64_t skip;			/* rows the state has seen already */
};

static int
find_columns(struct table_watch *t, const struct table *block,
    struct err *e)
{
	const struct windows_watch *s = t->s;
	size_t at;

	t->when = NULL;
	if (s->r->time != NULL) {
		if (table_index(&at, block, s->r->time, e) < 0)
			return -1;
		t->when = &block->col[at];
	}
	for (size_t i = 0; i < s->b.n; i++) {
		if (table_index(&at, block, s->b.col[i].name, e) < 0)
			return -1;
		t->col[i] = &block->col[at];
	}
	return 0;
}

static int
add_row(struct table_watch *t, size_t row, struct err *e)
{
	struct windows_watch *s = t->s;
	struct raw_cell when = { 0 };
	uint64_t *counts;
	int64_t us = 0;

	if (t->when != NULL)
		when = t->when->raw[row];
	if (when.s != NULL && !clock_parse(when.s, when.n, &us))
		return err_set(e, ERR_FORMAT, "line %llu: '%.*s' is no time",
		    (unsigned long long)table_reader_line(t->rd, row),
		    (int)(when.n < 40 ? when.n : 40), when.s);
	if (windows_row(&counts, s->w, us, when.s != NULL, e) < 0)
		return -1;
	s->rows++;
	for (size_t i = 0; counts != NULL && i < s->b.n; i++) {
		const struct binned_column *c = &s->b.col[i];
		const struct raw_cell *v = &t->col[i]->raw[row];
		size_t at = binned_place_text(c, v->s, v->n);

		s->r->strange += at == BINS_MAX;
		counts[c->at + (at == BINS_MAX ? 0 : at)]++;
	}
	windows_close(s->w, false);
	return 0;
}

static int
add_block(struct table_watch *t, const struct table *block, struct err *e)
{
	struct windows_watch *s = t->s;

	if (find_columns(t, block, e) < 0)
		return -1;
	for (size_t row = 0; row < block->rows; row++) {
		if (t->skip > 0)
			t->skip--;
		else if (add_row(t, row, e) < 0)
			return -1;
	}
	/* a full block: there is more, which need not wait */
	if (block->rows < TABLE_BLOCK_ROWS || clock_mono_us() - s->saved_us >
	    SAVE_US)
		return windows_state_keep(s, e);
	return 0;
}

static int
begin(struct table_watch *t, struct err *e)
{
	struct windows_watch *s = t->s;
	size_t n;
	const char *const *name = table_reader_names(t->rd, &n);

	if (windows_begin(s, name, n, e) < 0)
		return -1;
	t->skip = s->r->from_start ? s->rows : 0;
	t->col = xalloc(s->b.n + 1, sizeof(*t->col));
	return 0;
}

int
windows_read_table(struct windows_watch *s, struct err *e)
{
	struct table_reader_opts o = { .read = s->r->read, .keep_all = true,
	    .eager = true };
	struct table_watch t = { .s = s };
	struct table *block;
	struct source in;
	int r;

	o.read.name = strcmp(s->r->path, "-") == 0 ? "standard input" :
	    s->r->path;
	if (source_open(&in, s->r->path, e) < 0)
		return -1;
	r = table_reader_open(&t.rd, &in, &o, e);
	while (r == 0 && (r = table_reader_next(&block, t.rd, e)) > 0) {
		r = s->w == NULL ? begin(&t, e) : 0;
		if (r == 0)
			r = add_block(&t, block, e);
	}
	s->r->empty = s->w == NULL;
	if (r == 0 && s->w != NULL) {
		windows_close(s->w, s->r->state == NULL);
		r = windows_state_keep(s, e);
	}
	table_reader_free(t.rd);
	source_close(&in);
	free(t.col);
	return r < 0 ? err_wrap(e, "%s", o.read.name) : r;
}
