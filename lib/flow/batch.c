/* Blocks of rows scored in parts by several threads, written in order. */
#include "flow/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pool.h"
#include "table/write.h"

#define BLOCK_ROWS 8192
#define PART_ROWS 512

/* One part of a block: its scorer's answers as text. */
struct batch_part {
	struct scorer *scorer;
	struct buf text;
	struct err err;
	bool failed;
};

struct batch_job {
	const struct binding *binding;
	const struct table *block;
	size_t n_wants, n_keep;
	bool jsonl;
	struct batch_part *part;		/* (parts of a block) */
	uint64_t first_row;
};

/* The kept column from row `from` on, seen as a column of its own. */
static struct column
column_from(const struct column *c, size_t from)
{
	struct column v = *c;

	v.raw = c->raw + from;
	v.rows = c->rows - from;
	return v;
}

static void
score_part(void *ctx, size_t k, int worker)
{
	struct batch_job *j = ctx;
	struct batch_part *p = &j->part[k];
	size_t from = k * PART_ROWS, to = from + PART_ROWS, n_out, n = 0;
	const struct column **col;
	struct column *kept;
	struct table *got;

	(void)worker;
	if (to > j->block->rows)
		to = j->block->rows;
	buf_clear(&p->text);
	p->failed = scorer_run_part(&got, p->scorer, j->block, from, to,
	    &p->err) < 0;
	if (p->failed)
		return;
	n_out = got->cols;
	kept = xalloc(j->n_keep + 1, sizeof(*kept));
	col = xalloc(j->n_keep + n_out + 1, sizeof(*col));
	for (size_t i = 0; i < j->n_keep; i++) {
		kept[i] = column_from(&j->block->col[j->n_wants + i], from);
		col[n++] = &kept[i];
	}
	for (size_t i = 0; i < n_out; i++)
		col[n++] = &got->col[i];
	if (j->jsonl)
		table_write_jsonl(&p->text, col, n, 0, to - from);
	else
		table_write_csv(&p->text, col, n, 0, to - from, NULL);
	if (buf_check(&p->text, &p->err) < 0)
		p->failed = true;
	free(kept);
	free(col);
}

static int
write_header(struct rows_out *out, const struct batch_job *j,
    const struct table *block, struct err *e)
{
	size_t n_out, n = 0;
	const struct binding_column *oc = binding_columns(j->binding, &n_out);
	struct column *c = xalloc(j->n_keep + n_out + 1, sizeof(*c));
	const struct column **col = xalloc(j->n_keep + n_out + 1,
	    sizeof(*col));
	struct buf b;
	int r;

	buf_init(&b, BUF_CAP_DOC);
	for (size_t i = 0; block && i < j->n_keep; i++)
		col[n++] = &block->col[j->n_wants + i];
	for (size_t i = 0; i < n_out; i++) {
		c[i].name = (char *)(uintptr_t)oc[i].name;
		c[i].type = oc[i].type;
		col[n++] = &c[i];
	}
	table_write_header(&b, col, n, NULL);
	r = buf_check(&b, e) < 0 ? -1 : rows_out_add(out, b.data, b.len, e);
	buf_free(&b);
	free(c);
	free(col);
	return r;
}

/* Rows are counted from the start of the input, not of the block. */
static int
locate_failure(struct err *e, const struct batch_part *p, uint64_t first_row)
{
	size_t row = scorer_refused(p->scorer);

	*e = p->err;
	return row == SIZE_MAX ? -1 : err_wrap(e, "row %llu",
	    (unsigned long long)(first_row + row));
}

static int
run_block(struct rows_out *out, struct batch_job *j, struct pool *pool,
    struct err *e)
{
	size_t parts = (j->block->rows + PART_ROWS - 1) / PART_ROWS;

	pool_run(pool, parts, score_part, j);
	for (size_t k = 0; k < parts; k++) {
		struct batch_part *p = &j->part[k];

		if (p->failed)
			return locate_failure(e, p, j->first_row);
		if (rows_out_add(out, p->text.data, p->text.len, e) < 0)
			return -1;
	}
	return 0;
}

static struct batch_part *
parts_new(const struct binding *binding, size_t n)
{
	struct batch_part *p = xalloc(n, sizeof(*p));

	for (size_t i = 0; i < n; i++) {
		p[i].scorer = scorer_new(binding);
		buf_init(&p[i].text, BUF_CAP_DOC);
	}
	return p;
}

static void
parts_free(struct batch_part *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		scorer_free(p[i].scorer);
		buf_free(&p[i].text);
	}
	free(p);
}

/* There were no rows: kept columns are known by their names only. */
static int
write_header_alone(struct rows_out *out, struct batch_job *j,
    const struct batch_opts *o, struct err *e)
{
	struct table *t;
	int r;

	if (o->keep_all || o->n_keep == 0)
		return write_header(out, j, NULL, e);
	t = table_new(j->n_wants + o->n_keep);
	for (size_t i = 0; i < o->n_keep; i++)
		t->col[j->n_wants + i].name = xstrdup(o->keep[i]);
	j->n_keep = o->n_keep;
	r = write_header(out, j, t, e);
	table_free(t);
	return r;
}

#define NAMES_SHOWN 4

static bool
is_kept(const struct batch_opts *o, const char *name)
{
	for (size_t i = 0; i < o->n_keep; i++)
		if (strcmp(o->keep[i], name) == 0)
			return true;
	return false;
}

/* Nobody says that the header's order is the model's: it is said what goes
 * where.  An input without a header has no other order. */
static void
warn_of_order(const struct batch_opts *o, const struct table_reader *rd)
{
	size_t n, shown = 0;
	const char *const *name = table_reader_names(rd, &n);
	struct buf b;

	if (n == 0 || strcmp(name[0], "column_1") == 0)
		return;
	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; i < n && shown <= NAMES_SHOWN; i++) {
		if (is_kept(o, name[i]))
			continue;
		if (shown++ < NAMES_SHOWN)
			buf_addf(&b, "%s'%.60s'", b.len ? ", " : "", name[i]);
	}
	log_warn(o->log, "the model does not name its columns: it takes them "
	    "in the order of the input, %s%s; --columns says which", b.data,
	    shown > NAMES_SHOWN ? " ..." : "");
	buf_free(&b);
}

/* Names in rows, but none in the model. */
static int
refuse_members(const struct table_reader *rd, struct err *e)
{
	if (table_reader_format(rd) != TABLE_JSONL)
		return 0;
	return err_set(e, ERR_USAGE, "the model takes a matrix: name its "
	    "columns with --columns");
}

int
batch_run(uint64_t *rows, struct rows_out *out,
    const struct binding *binding, struct source *in,
    const struct batch_opts *o, struct err *e)
{
	struct table_reader_opts ro = { .read = o->read, .keep = o->keep,
	    .n_keep = o->n_keep, .keep_all = o->keep_all,
	    .by_place = binding_by_place(binding), .block_rows = BLOCK_ROWS };
	struct table_read_opts text = { .delimiter = ',',
	    .header = TABLE_HEADER_YES };
	struct batch_job j = { .binding = binding };
	struct table_reader *rd;
	struct pool *pool;
	size_t n_parts = BLOCK_ROWS / PART_ROWS;
	struct table *block;
	bool header = false;
	int r;

	*rows = 0;
	ro.want = binding_wants(binding, &ro.n_want);
	j.n_wants = ro.n_want;
	if (table_reader_open(&rd, in, &ro, e) < 0)
		return -1;
	if (ro.by_place) {
		if (refuse_members(rd, e) < 0) {
			table_reader_free(rd);
			return -1;
		}
		warn_of_order(o, rd);
	}
	j.jsonl = rows_out_takes(out, TABLE_JSONL) || (!out->told &&
	    table_reader_format(rd) == TABLE_JSONL);
	text.format = j.jsonl ? TABLE_JSONL : TABLE_CSV;
	rows_out_text(out, &text);
	pool = pool_new(o->threads);
	j.part = parts_new(binding, n_parts);
	while ((r = table_reader_next(&block, rd, e)) > 0) {
		j.block = block;
		j.n_keep = block->cols - j.n_wants;
		j.first_row = table_reader_first_row(rd);
		if (!header && !j.jsonl && write_header(out, &j, block, e) < 0)
			r = -1;
		header = true;
		if (r < 0 || (r = run_block(out, &j, pool, e)) < 0)
			break;
		*rows += block->rows;
		progress_tick(o->progress, "scoring rows", *rows, 0);
	}
	if (r == 0 && !header && !j.jsonl)
		r = write_header_alone(out, &j, o, e);
	parts_free(j.part, n_parts);
	pool_free(pool);
	table_reader_free(rd);
	return r < 0 ? -1 : 0;
}
