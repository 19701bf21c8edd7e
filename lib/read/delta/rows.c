/* The rows of a Delta table: file after file, in the schema's columns. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "read/delta/log.h"
#include "read/parquet/rows.h"
#include "table/column_set.h"

#define PIECE ((size_t)1 << 20)

struct delta_snapshot {
	struct delta_log l;
	const char **names;		/* (cols) of the schema */
	size_t cols;
	size_t files;			/* the table's */
};

struct delta_rows {
	const struct delta_snapshot *s;
	struct delta_files in;
	size_t cols, at;		/* the file to come */
	struct buf bytes;		/* of the file that is read */
	struct typed_rows file;
	size_t *from;			/* (cols) its columns; SIZE_MAX: none */
	bool *wanted;			/* (cols) */
	struct column *made;		/* (cols) of one value */
	struct table t;			/* made of columns of both kinds */
	uint32_t generation;		/* dictionaries of a file differ from
					 * those of the one before */
	uint32_t newest;
};

/* The names of the schema's columns; how many. */
static size_t
column_names(const char ***out, struct delta_log *l)
{
	const struct json *fields = json_get(l->schema, "fields");
	size_t n = 0;

	*out = arena_alloc(&l->arena, ((fields != NULL ? fields->n : 0) + 1) *
	    sizeof(**out));
	for (const struct json *f = fields != NULL ? fields->child : NULL;
	    f != NULL; f = f->next)
		if (json_text(f, "name", NULL) != NULL)
			(*out)[n++] = json_text(f, "name", NULL);
	return n;
}

static bool
is_partition(const struct delta_log *l, const char *name)
{
	for (size_t i = 0; i < l->partitions; i++)
		if (strcmp(l->partition[i], name) == 0)
			return true;
	return false;
}

static int
by_path(const void *a, const void *b)
{
	const struct delta_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

/* Those that are the table, by their paths. */
static size_t
present_files(struct delta_log *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->files; i++)
		if (!l->file[i].removed)
			l->file[n++] = l->file[i];
	if (n > 0)
		qsort(l->file, n, sizeof(*l->file), by_path);
	return n;
}

/* ---- a file ---- */

/* Where the table's columns stand in it. */
static void
place_columns(struct delta_rows *r)
{
	bool *wanted = xalloc(r->file.cols + 1, sizeof(*wanted));

	for (size_t i = 0; i < r->cols; i++) {
		size_t k = 0;

		while (k < r->file.cols && strcmp(r->file.names[k],
		    r->s->names[i]) != 0)
			k++;
		r->from[i] = k == r->file.cols || is_partition(&r->s->l,
		    r->s->names[i]) ? SIZE_MAX : k;
		if (r->from[i] != SIZE_MAX)
			wanted[k] = r->wanted[i];
	}
	typed_rows_want(&r->file, wanted);
	free(wanted);
}

static int
open_file(struct delta_rows *r, struct err *e)
{
	const struct delta_file *f = &r->s->l.file[r->at++];
	const struct delta_files *in = &r->in;
	struct table_read_opts o = { .format = TABLE_PARQUET, .name = f->path };

	typed_rows_close(&r->file);
	buf_clear(&r->bytes);
	r->generation = r->newest + 1;
	if (in->read(in->ctx, &r->bytes, f->path, e) != 0 ||
	    parquet_rows_open(&r->file, r->bytes.data, r->bytes.len, &o,
	    e) != 0)
		return err_wrap(e, "%s", in->name);
	place_columns(r);
	return 0;
}

/* A column of one value for all rows, or of none. */
static int
make_constant(struct column *c, const char *name, const char *value,
    size_t rows, struct err *e)
{
	uint32_t code;

	if (column_init(c, name, COL_CATEGORY, rows, e) != 0)
		return -1;
	if (value == NULL) {
		for (size_t i = 0; i < rows; i++)
			column_set_missing(c, i);
		return 0;
	}
	code = intern_add(c->dict, value, strlen(value));
	for (size_t i = 0; i < rows; i++)
		c->code[i] = code;
	return 0;
}

/* The table's columns of the file's next rows. */
static int
arrange(struct delta_rows *r, const struct table *t, struct err *e)
{
	const struct delta_snapshot *s = r->s;
	const struct delta_file *f = &s->l.file[r->at - 1];

	for (size_t i = 0; i < r->cols; i++) {
		struct column *to = &r->t.col[i];
		const char *value = NULL;

		if (r->from[i] != SIZE_MAX) {
			*to = t->col[r->from[i]];
			to->dict_generation += r->generation;
			if (to->dict_generation > r->newest)
				r->newest = to->dict_generation;
			continue;
		}
		if (f->partition != NULL && is_partition(&s->l, s->names[i]))
			value = json_text(f->partition, s->names[i], NULL);
		column_release(&r->made[i]);
		if (make_constant(&r->made[i], s->names[i], value != NULL &&
		    *value != '\0' ? value : NULL, t->rows, e) != 0)
			return -1;
		r->made[i].dict_generation = ++r->newest;
		*to = r->made[i];
	}
	r->t.rows = t->rows;
	return 0;
}

/* ---- all of them ---- */

static void
want_columns(void *ctx, const bool *wanted)
{
	struct delta_rows *r = ctx;

	memcpy(r->wanted, wanted, r->cols * sizeof(*wanted));
}

static int
next_rows(void *ctx, struct table **out, struct err *e)
{
	struct delta_rows *r = ctx;
	struct table *t;
	int k = 0;

	while (r->file.calls == NULL || (k = typed_rows_next(&t, &r->file,
	    e)) == 0) {
		if (r->at == r->s->files)
			return 0;
		if (open_file(r, e) != 0)
			return -1;
	}
	if (k < 0)
		return err_wrap(e, "%s", r->in.name);
	if (arrange(r, t, e) != 0)
		return -1;
	*out = &r->t;
	return 1;
}

static void
close_all(void *ctx)
{
	struct delta_rows *r = ctx;

	typed_rows_close(&r->file);
	for (size_t i = 0; i < r->cols; i++)
		column_release(&r->made[i]);
	buf_free(&r->bytes);
	free(r->from);
	free(r->wanted);
	free(r->made);
	free(r->t.col);
	free(r);
}

static const struct typed_calls delta_calls = {
	want_columns, next_rows, close_all
};

void
delta_rows_open(struct typed_rows *out, const struct delta_snapshot *s,
    const struct delta_files *files)
{
	struct delta_rows *r = xalloc(1, sizeof(*r));

	buf_init(&r->bytes, BUF_CAP_DATA);
	r->s = s;
	r->in = *files;
	r->cols = s->cols;
	r->from = xalloc(r->cols, sizeof(*r->from));
	r->wanted = xalloc(r->cols, sizeof(*r->wanted));
	memset(r->wanted, true, r->cols * sizeof(*r->wanted));
	r->made = xalloc(r->cols, sizeof(*r->made));
	r->t.col = xalloc(r->cols, sizeof(*r->t.col));
	r->t.cols = r->cols;
	*out = (struct typed_rows){ .names = s->names, .cols = r->cols,
	    .most = UINT64_MAX, .calls = &delta_calls, .ctx = r };
}

int
delta_table_read(struct buf *out, const struct delta_snapshot *snapshot,
    const struct delta_files *files, struct err *e)
{
	struct typed_rows rows;
	struct source s;
	int64_t got = 1;
	char *at;

	delta_rows_open(&rows, snapshot, files);
	s = typed_source(&rows, files->name);
	while (got > 0 && (at = buf_reserve(out, PIECE)) != NULL)
		if ((got = source_read(&s, at, PIECE, e)) > 0)
			buf_grew(out, (size_t)got);
	source_close(&s);
	return got < 0 ? -1 : buf_check(out, e);
}

/* ---- which they are ---- */

int
delta_snapshot_read(struct delta_snapshot **out,
    const struct delta_files *files, struct err *e)
{
	struct delta_snapshot *s = xalloc(1, sizeof(*s));

	if (delta_log_read(&s->l, files, e) != 0) {
		delta_snapshot_free(s);
		return -1;
	}
	s->cols = column_names(&s->names, &s->l);
	if (s->cols == 0) {
		delta_snapshot_free(s);
		return err_set(e, ERR_CORRUPT, "%s: its schema has no column",
		    files->name);
	}
	s->files = present_files(&s->l);
	*out = s;
	return 0;
}

void
delta_snapshot_free(struct delta_snapshot *s)
{
	if (s == NULL)
		return;
	delta_log_release(&s->l);
	free(s);
}
