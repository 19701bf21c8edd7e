/*
 * Columns of the answers beside their losses: of all, or where there are too
 * many of a sample.
 *
 * A row is of the sample by its number alone, so the same rows give the same
 * one.  It begins as all rows and is halved whenever it grows beyond what is
 * asked, so that it takes no more memory however long the log is.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/names.h"
#include "base/rng.h"
#include "flow/perf/internal.h"
#include "read/stream.h"
#include "read/whole.h"
#include "table/write.h"

/* ---- while rows are read and joined ---- */

static bool
is_sampled(const struct dle *d, size_t row)
{
	return d->halved == 0 || rng_mix(row) >> (64 - d->halved) == 0;
}

/* No label is known yet: numbers, rows and groups are all there is to move. */
static void
halve_sample(struct dle *d, size_t groups)
{
	size_t n = 0;

	d->halved++;
	for (size_t i = 0; i < d->rows; i++) {
		if (!is_sampled(d, d->row[i]))
			continue;
		d->row[n] = d->row[i];
		d->number[n] = d->number[i];
		memmove(d->group + n++ * groups, d->group + i * groups, groups
		    * sizeof(*d->group));
	}
	d->rows = n;
}

/* The row that was just handed on. */
void
dle_note(struct perf *p)
{
	struct dle *d = &p->dle;
	size_t groups = 2 + p->o->n_by, row = (size_t)p->rows - 1;

	d->handed++;
	if (!is_sampled(d, row))
		return;
	if (d->rows == d->room) {
		d->room = d->room ? 2 * d->room : 1024;
		d->row = xresize(d->row, d->room, sizeof(*d->row));
		d->number = xresize(d->number, d->room, sizeof(*d->number));
		d->off = xresize(d->off, d->room, sizeof(*d->off));
		d->seen = xresize(d->seen, d->room, sizeof(*d->seen));
		d->group = xresize(d->group, d->room * groups,
		    sizeof(*d->group));
	}
	d->row[d->rows] = row;
	d->number[d->rows] = d->handed;
	d->off[d->rows] = d->seen[d->rows] = NAN;
	memcpy(d->group + d->rows * groups, late_groups(p->late), groups *
	    sizeof(*d->group));
	d->rows++;
	while (d->rows > p->o->sample)
		halve_sample(d, groups);
}

void
dle_labelled(void *ctx, uint64_t number, double off, bool teaches)
{
	struct dle *d = &((struct perf *)ctx)->dle;
	size_t low = 0, high = d->rows;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (d->number[mid] < number)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == d->rows || d->number[low] != number)
		return;
	d->seen[low] = off;
	if (teaches)
		d->off[low] = off;
}

void
dle_release(struct perf *p)
{
	free(p->dle.row);
	free(p->dle.number);
	free(p->dle.off);
	free(p->dle.seen);
	table_free(p->dle.t);
	free(p->dle.group);
}

/* ---- the second reading ---- */

static int
refuse_moved(const char *name, struct err *e)
{
	return err_set(e, ERR_MOVED, "%s grew while it was read: ask again",
	    name);
}

static int
read_all(struct perf *p, struct err *e)
{
	struct table_read_opts o = p->o->read;
	struct file_map m = { 0 };
	struct buf lines;
	uint64_t rows, skipped;
	bool log = reqlog_is(p->o->path[0]);
	int r = 0;

	buf_init(&lines, BUF_CAP_DATA);
	for (size_t i = 0; log && r == 0 && i < p->o->n_paths; i++)
		r = reqlog_read(&lines, &rows, &skipped, p->o->path[i],
		    &p->o->filter, e);
	if (log)
		o.format = TABLE_JSONL;
	else
		r = file_map(&m, p->o->path[0], e);
	o.name = log ? "the request log" : p->o->path[0];
	if (r == 0)
		r = table_read(&p->dle.t, log ? lines.data : m.data, log ?
		    lines.len : m.n, &o, e);
	file_unmap(&m);
	buf_free(&lines);
	if (r == 0 && p->dle.t->rows != p->rows)
		return refuse_moved(o.name, e);
	return r;
}

/* The rows of the sample as text, while all go by. */
struct pick {
	const struct dle *d;
	struct buf kept, line;
	size_t row, at;			/* of all; of the sample, the next */
	bool with_meta;
};

static bool
picks_next(struct pick *k)
{
	if (k->at == k->d->rows || k->row++ != k->d->row[k->at])
		return false;
	k->at++;
	return true;
}

static int
pick_logged(void *ctx, const struct json *line, size_t rows, struct err *e)
{
	struct pick *k = ctx;
	const char *s, *stop;

	buf_clear(&k->line);
	reqlog_put_rows(&k->line, line, rows, k->with_meta);
	if (buf_check(&k->line, e) < 0)
		return -1;
	for (s = k->line.data; rows > 0; rows--, s = stop + 1) {
		stop = memchr(s, '\n', k->line.len - (size_t)(s -
		    k->line.data));
		if (picks_next(k))
			buf_add(&k->kept, s, (size_t)(stop + 1 - s));
	}
	return buf_check(&k->kept, e);
}

static int
pick_table(struct pick *k, enum table_format *format, const char *path,
    const struct table_read_opts *read, struct err *e)
{
	const struct table_write_opts w = { .delimiter = ',' };
	struct raw_reader r = { .open = false };
	const struct column **col = NULL;
	int got = perf_open_raw(&r, path, read, e);

	while (got == 0 && (got = table_reader_next(&r.block, r.rd, e)) > 0) {
		bool json = table_reader_format(r.rd) == TABLE_JSONL;

		*format = json ? TABLE_JSONL : TABLE_CSV;
		if (col == NULL) {
			col = xalloc(r.block->cols + 1, sizeof(*col));
			for (size_t i = 0; i < r.block->cols; i++)
				col[i] = &r.block->col[i];
			if (!json)
				table_write_header(&k->kept, col,
				    r.block->cols, &w);
		}
		for (size_t row = 0; row < r.block->rows; row++) {
			if (!picks_next(k))
				continue;
			if (json)
				table_write_jsonl(&k->kept, col,
				    r.block->cols, row, row + 1);
			else
				table_write_csv(&k->kept, col, r.block->cols,
				    row, row + 1, &w);
		}
		got = buf_check(&k->kept, e);
	}
	perf_close_raw(&r);
	free(col);
	return got;
}

static int
read_sample(struct perf *p, struct err *e)
{
	const struct perf_opts *o = p->o;
	struct table_read_opts t = { .format = TABLE_JSONL,
	    .types = o->read.types, .n_types = o->read.n_types,
	    .header = TABLE_HEADER_YES, .threads = o->read.threads };
	struct pick k = { .d = &p->dle, .with_meta = o->filter.with_meta };
	struct reqlog_lines to = { pick_logged, &k };
	bool log = reqlog_is(o->path[0]);
	uint64_t skipped;
	int r = 0;

	t.name = log ? "the request log" : o->path[0];
	buf_init(&k.kept, BUF_CAP_DATA);
	buf_init(&k.line, BUF_CAP_DATA);
	for (size_t i = 0; log && r == 0 && i < o->n_paths; i++)
		r = reqlog_each_line(&skipped, o->path[i], &o->filter, &to,
		    e);
	if (!log)
		r = pick_table(&k, &t.format, o->path[0], &o->read, e);
	if (r == 0 && k.at != p->dle.rows)
		r = refuse_moved(t.name, e);
	if (r == 0 && k.at > 0)
		r = table_read(&p->dle.t, k.kept.data, k.kept.len, &t, e);
	else if (r == 0)
		r = err_set(e, ERR_UNSUPPORTED, "no answer is of the sample");
	for (size_t i = 0; i < p->dle.rows; i++)
		p->dle.row[i] = i;
	p->found->sampled = p->dle.rows;
	buf_free(&k.kept);
	buf_free(&k.line);
	return r;
}

/* ---- the columns to learn from ---- */

/* What a classifier says is no column that says where it is wrong. */
static bool
is_answer(const struct perf *p, const char *name)
{
	return strncmp(name, "probabilities.", 14) == 0 ||
	    name_is_listed(name, p->col.score, p->col.scores) ||
	    (p->col.answer != NULL && strcmp(name, p->col.answer) == 0);
}

/* Columns that were named, or all that can teach: not the key, not the time,
 * not the truth, no text and no dates; and a number that was answered. */
static int
choose_columns(struct table *t, const struct perf *p, struct err *e)
{
	const struct perf_opts *o = p->o;
	const char **name = xalloc(t->cols + o->n_features + p->col.scores + 1,
	    sizeof(*name));
	size_t n = 0;
	int r;

	for (size_t i = 0; i < o->n_features; i++)
		name[n++] = o->features[i];
	for (size_t i = 0; o->n_features == 0 && i < t->cols; i++) {
		const struct column *c = &t->col[i];

		if (c->type != COL_TEXT && c->type != COL_DATETIME &&
		    c->type != COL_RAW && strcmp(c->name, o->key) != 0 &&
		    (o->time == NULL || strcmp(c->name, o->time) != 0) &&
		    (p->found->target == NULL || strcmp(c->name,
		    p->found->target) != 0) &&
		    !is_answer(p, c->name))
			name[n++] = c->name;
	}
	if (p->col.task == TASK_REGRESSION && !name_is_listed(p->col.score[0], name,
	    n))
		name[n++] = p->col.score[0];
	r = table_select(t, name, n, e);
	free(name);
	return r;
}

int
dle_open(struct perf *p, struct err *e)
{
	int r = p->rows > p->o->sample ? read_sample(p, e) : read_all(p, e);

	if (r < 0 || choose_columns(p->dle.t, p, e) < 0)
		return err_wrap(e, "the answers' columns");
	return 0;
}

