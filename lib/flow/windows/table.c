/* Rows of a file or a stream, as they come. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/source.h"
#include "base/utf8.h"
#include "flow/windows/internal.h"
#include "read/stream.h"

#define SAVE_US 1000000			/* at most so long between two saves
					 * while rows come without a pause */

/* A watched column: where it is in a block, and the places of its dict. */
struct feed {
	const struct binned_column *to;
	size_t at;			/* among what was wanted */
	uint16_t *place;		/* (known) */
	uint32_t known, generation;
};

struct table_watch {
	struct windows_watch *s;
	struct table_reader *rd;
	struct table_want *want;
	size_t n_want;			/* and behind them the time */
	struct feed *feed;		/* (columns of the bins) */
	int64_t *when;			/* (rows of a block) */
	bool eager;			/* rows are given as they come */
	uint64_t skip;			/* rows the state has seen already */
};

/* ---- rows to bins ---- */

static void
add_codes(struct feed *f, uint64_t *count, const struct column *c,
    size_t row, size_t n)
{
	uint32_t known = (uint32_t)intern_count(c->dict);

	if (f->generation != c->dict_generation)
		f->known = 0;
	f->generation = c->dict_generation;
	if (f->known < known)
		f->place = xresize(f->place, known, sizeof(*f->place));
	for (; f->known < known; f->known++) {
		size_t len;
		const char *s = intern_text(c->dict, f->known, &len);

		f->place[f->known] = (uint16_t)binned_place_text(f->to, s,
		    len);
	}
	for (size_t i = row; i < row + n; i++)
		count[c->code[i] == INTERN_NONE ? 0 : f->place[c->code[i]]]++;
}

/* Rows row .. row + n of a block, which are of one window. */
static void
add_cells(struct table_watch *t, uint64_t *counts, const struct table *block,
    size_t row, size_t n)
{
	for (size_t i = 0; i < t->s->b.n; i++) {
		struct feed *f = &t->feed[i];
		const struct column *c = &block->col[f->at];
		uint64_t *count = counts + f->to->at;

		if (f->to->kind == BINS_NUMBER)
			binned_add_numbers(count, f->to, c->f64 + row, n);
		else if (f->to->kind == BINS_CATEGORY)
			add_codes(f, count, c, row, n);
		else
			for (size_t k = row; k < row + n; k++)
				count[binned_place_text(f->to, c->raw[k].s,
				    c->raw[k].n)]++;
	}
}

/* The times of the rows from `row` on, up to one that is none. */
static int
read_times(size_t *n, struct table_watch *t, const struct table *block,
    size_t row, struct err *e)
{
	const struct column *c;

	*n = block->rows;
	if (t->s->r->time == NULL)
		return 0;
	c = &block->col[t->n_want];
	for (size_t i = row; i < block->rows; i++) {
		const struct raw_cell *cell = &c->raw[i];

		t->when[i] = WINDOWS_UNTIMED;
		if (cell->s == NULL || clock_parse(cell->s, cell->n,
		    &t->when[i]))
			continue;
		*n = i;
		return err_set(e, ERR_FORMAT, "line %llu: '%.*s' is no time",
		    (unsigned long long)table_reader_line(t->rd, i),
		    (int)utf8_cut(cell->s, cell->n, 40), cell->s);
	}
	return 0;
}

static int
add_rows(struct table_watch *t, const struct table *block, size_t row,
    size_t end, struct err *e)
{
	struct windows_watch *s = t->s;
	bool time = s->r->time != NULL;
	uint64_t *counts;

	while (row < end) {
		bool timed = time && t->when[row] != WINDOWS_UNTIMED;
		size_t n = 1;

		if (windows_row(&counts, s->w, timed ? t->when[row] : 0,
		    timed, e) < 0)
			return -1;
		if (counts != NULL) {
			n += windows_follow(s->w, time ? t->when + row + 1 :
			    NULL, end - row - 1);
			add_cells(t, counts, block, row, n);
		}
		s->rows += n;
		row += n;
		windows_close(s->w, false);
	}
	return 0;
}

static int
add_block(struct table_watch *t, const struct table *block, struct err *e)
{
	struct windows_watch *s = t->s;
	size_t row = t->skip < block->rows ? (size_t)t->skip : block->rows;
	size_t end;
	int r = read_times(&end, t, block, row, e);

	t->skip -= row;
	if (add_rows(t, block, row, end, e) < 0 || r < 0)
		return -1;
	/* a full block: there is more, which need not wait */
	if ((t->eager && block->rows < TABLE_BLOCK_ROWS) || clock_mono_us() - s->saved_us >
	    SAVE_US)
		return windows_state_keep(s, e);
	return 0;
}

/* ---- columns ---- */

/* The reference's, as the reference has them; a text by its length alone. */
static void
want_columns(struct table_watch *t)
{
	const struct table *ref = t->s->r->reference;

	t->want = xalloc(ref->cols + 1, sizeof(*t->want));
	for (size_t i = 0; i < ref->cols; i++) {
		enum col_type type = ref->col[i].type;

		if (type == COL_DATETIME || type == COL_RAW ||
		    !windows_wants(t->s->r, ref->col[i].name))
			continue;
		t->want[t->n_want++] = (struct table_want){ ref->col[i].name,
		    type == COL_TEXT ? COL_RAW : type == COL_CATEGORY ? type :
		    COL_FLOAT64, true };
	}
}

/* Names of the input: wanted ones that it has, those of the header, members
 * of JSON Lines that went nowhere. */
static const char **
list_names(const struct table_watch *t, size_t *n)
{
	size_t given, others = 0;
	const char *const *in = table_reader_names(t->rd, &given);
	const char **name;

	while (table_reader_other(t->rd, others) != NULL)
		others++;
	name = xalloc(t->n_want + given + others + 1, sizeof(*name));
	*n = 0;
	for (size_t i = 0; i < t->n_want; i++)
		if (table_reader_has(t->rd, i))
			name[(*n)++] = t->want[i].name;
	for (size_t i = 0; i < given; i++)
		name[(*n)++] = in[i];
	for (size_t i = 0; i < others; i++)
		name[(*n)++] = table_reader_other(t->rd, i);
	return name;
}

static int
begin(struct table_watch *t, struct err *e)
{
	struct windows_watch *s = t->s;
	size_t n;
	const char **name = list_names(t, &n);
	int r = windows_begin(s, name, n, e);

	free(name);
	if (r < 0)
		return -1;
	t->skip = s->r->from_start ? s->rows : 0;
	t->feed = xalloc(s->b.n + 1, sizeof(*t->feed));
	t->when = xalloc(TABLE_BLOCK_ROWS, sizeof(*t->when));
	for (size_t i = 0; i < s->b.n; i++) {
		struct feed *f = &t->feed[i];

		f->to = &s->b.col[i];
		while (strcmp(t->want[f->at].name, f->to->name) != 0)
			f->at++;
	}
	return 0;
}

static int
read_blocks(struct table_watch *t, struct err *e)
{
	struct windows_watch *s = t->s;
	struct table *block;
	int r;

	while ((r = table_reader_next(&block, t->rd, e)) > 0)
		if ((s->w == NULL && begin(t, e) < 0) ||
		    add_block(t, block, e) < 0)
			return -1;
	s->r->strange = table_reader_forgiven(t->rd);
	s->r->empty = s->w == NULL;
	if (r < 0 || s->w == NULL)
		return r;
	windows_close(s->w, s->r->state == NULL);
	return windows_state_keep(s, e);
}

static void
release(struct table_watch *t)
{
	for (size_t i = 0; t->feed != NULL && i < t->s->b.n; i++)
		free(t->feed[i].place);
	free(t->feed);
	free(t->when);
	free(t->want);
	table_reader_free(t->rd);
}

int
windows_read_table(struct windows_watch *s, struct err *e)
{
	const char *name = strcmp(s->r->path, "-") == 0 ? "standard input" :
	    s->r->path;
	struct table_watch t = { .s = s };
	struct table_reader_opts o = { .read = s->r->read, .lax = true,
	    .forgive = true, .keep = &s->r->time, .n_keep = s->r->time !=
	    NULL };
	struct source in;
	struct stat st;
	int r;

	o.read.name = name;
	/* who writes to a pipe may pause */
	o.eager = stat(s->r->path, &st) < 0 || !S_ISREG(st.st_mode);
	t.eager = o.eager;
	want_columns(&t);
	o.want = t.want;
	o.n_want = t.n_want;
	if (source_open(&in, s->r->path, e) < 0) {
		free(t.want);
		return -1;
	}
	r = table_reader_open(&t.rd, &in, &o, e);
	if (r == 0)
		r = read_blocks(&t, e);
	release(&t);
	source_close(&in);
	return r < 0 ? err_wrap(e, "%s", name) : r;
}
