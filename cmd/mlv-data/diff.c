/* mlv-data diff: how two versions of a table differ, row by row. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/bytes.h"
#include "catalog/open_table.h"
#include "cli/cli.h"
#include "cli/environment.h"
#include "cli/reading.h"
#include "rowdiff/rowdiff.h"
#include "store/tree/snapshot.h"
#include "table/write.h"
#include "verbs.h"

struct diff_opts {
	struct reading read;
	struct texts key;
	bool stat;
	int64_t memory;
	const char *folder;
};

static const struct diff_opts diff_defaults = { .memory = 448 };

static const struct opt diff_options[] = {
	{ OPT_LIST, 'k', "key", offsetof(struct diff_opts, key),
	    "COLUMN,...", "rows with the same values of these are one row" },
	{ OPT_FLAG, 0, "stat", offsetof(struct diff_opts, stat), NULL,
	    "counts and columns, not the rows" },
	{ OPT_INT, 0, "memory", offsetof(struct diff_opts, memory), "MIB",
	    "that rows may take (448); what is more goes to disk", .low = 16,
	    .high = 1 << 20 },
	{ OPT_TEXT, 0, "temp", offsetof(struct diff_opts, folder), "DIR",
	    "there, instead of $TMPDIR or /var/tmp" },
	READING_OPTIONS(struct diff_opts, read),
	OPT_END
};

/* One side: a name, opened as often as need be. */
struct diff_side {
	struct catalog *catalog;
	struct catalog_bytes bytes;
	struct table_read_opts read;
};

static int
open_side(struct source *s, void *ctx, struct err *e)
{
	struct diff_side *side = ctx;

	return catalog_bytes_source(s, &side->bytes, side->catalog, e);
}

/* ---- records ---- */

static void
print_number(struct out *out, const char *key, double v)
{
	if (isnan(v))
		out_null(out, key);
	else
		out_short(out, key, v, 6);
}

static void
print_column(struct out *out, const struct rowdiff_column *c)
{
	static const char *const words[] = { "same", "added", "dropped",
	    "retyped" };

	out_begin(out, "mlv.diff.column/1");
	out_text(out, "about", "column");
	out_text(out, "what", words[c->state]);
	out_text(out, "column", c->name);
	out_text(out, "type_old", c->type_old);
	out_text(out, "type_new", c->type_new);
	out_int(out, "changed", (int64_t)c->changed);
	out_int(out, "missing_old", (int64_t)c->missing_old);
	out_int(out, "missing_new", (int64_t)c->missing_new);
	print_number(out, "mean_old", c->mean_old);
	print_number(out, "mean_new", c->mean_new);
	print_number(out, "shift", c->shift);
	out_end(out);
}

struct row_printer {
	struct out *out;
	const struct rowdiff *d;
	const char *const *names[2];
	size_t n[2];
	const struct texts *key;
	size_t *at;			/* places of the key on the old side */
	struct buf text, record;
};

static void
put_cell(struct buf *b, const struct rowdiff_cell *c, bool first)
{
	if (!first)
		buf_addc(b, ',');
	if (c->s)
		csv_write_cell(b, c->s, c->n, ',');
}

/* The key's cells as one record of CSV. */
static const char *
print_key(struct row_printer *p, const struct rowdiff_row *r)
{
	size_t at;

	if (p->key->n == 0)
		return NULL;
	buf_clear(&p->text);
	for (size_t i = 0; i < p->key->n; i++) {
		at = p->at[i];
		put_cell(&p->text, r->old ? &r->old[at] :
		    &r->new[rowdiff_partner(p->d, at)], i == 0);
	}
	return p->text.data;
}

static void
begin_row(struct row_printer *p, const struct rowdiff_row *r)
{
	static const char *const words[] = { "added", "removed", "changed" };

	out_begin(p->out, "mlv.diff.row/1");
	out_text(p->out, "about", "row");
	out_text(p->out, "what", words[r->what]);
	out_text(p->out, "key", print_key(p, r));
	if (r->row_old)
		out_int(p->out, "row_old", (int64_t)r->row_old);
	else
		out_null(p->out, "row_old");
	if (r->row_new)
		out_int(p->out, "row_new", (int64_t)r->row_new);
	else
		out_null(p->out, "row_new");
}

static void
print_value(struct out *out, const char *key, const struct rowdiff_cell *c)
{
	if (c->s)
		out_textn(out, key, c->s, c->n);
	else
		out_null(out, key);
}

static const char *
print_whole(struct row_printer *p, const struct rowdiff_cell *c, size_t n)
{
	if (c == NULL)
		return NULL;
	buf_clear(&p->record);
	for (size_t i = 0; i < n; i++)
		put_cell(&p->record, &c[i], i == 0);
	return p->record.data;
}

static int
print_row(void *ctx, const struct rowdiff_row *r, struct err *e)
{
	struct row_printer *p = ctx;
	size_t to;

	if (r->what != ROW_CHANGED) {
		begin_row(p, r);
		out_null(p->out, "column");
		out_text(p->out, "old", print_whole(p, r->old, p->n[0]));
		out_text(p->out, "new", print_whole(p, r->new, p->n[1]));
		out_end(p->out);
	}
	for (size_t i = 0; r->what == ROW_CHANGED && i < p->n[0]; i++) {
		to = rowdiff_partner(p->d, i);
		if (to == SIZE_MAX || !rowdiff_cell_changed(p->d, r, i, to))
			continue;
		begin_row(p, r);
		out_text(p->out, "column", p->names[0][i]);
		print_value(p->out, "old", &r->old[i]);
		print_value(p->out, "new", &r->new[to]);
		out_end(p->out);
	}
	if (buf_check(&p->text, e) < 0 || buf_check(&p->record, e) < 0)
		return -1;
	return p->out->broken;
}

static int
print_rows(struct cli *c, struct rowdiff *d, const struct texts *key,
    struct err *e)
{
	struct row_printer p = { .out = &c->out, .d = d, .key = key };
	int r;

	for (int i = 0; i < 2; i++)
		p.names[i] = rowdiff_names(d, i, &p.n[i]);
	p.at = arena_alloc(&c->arena, (key->n + 1) * sizeof(*p.at));
	for (size_t i = 0; i < key->n; i++)
		while (strcmp(p.names[0][p.at[i]], key->v[i]) != 0)
			p.at[i]++;
	buf_init(&p.text, BUF_CAP_DOC);
	buf_init(&p.record, BUF_CAP_DOC);
	r = rowdiff_each(d, print_row, &p, e);
	buf_free(&p.text);
	buf_free(&p.record);
	return r < 0 ? -1 : 0;
}

static void
print_total(struct out *out, const struct rowdiff *d,
    const struct diff_side *side)
{
	const struct rowdiff_total *t = rowdiff_total(d);

	out_begin(out, "mlv.diff.table/1");
	out_text(out, "about", "table");
	out_text(out, "what", rowdiff_differs(d) ? "differs" :
	    t->rows_moved || t->columns_moved ? "other order" : "same");
	out_int(out, "rows_old", (int64_t)t->rows_old);
	out_int(out, "rows_new", (int64_t)t->rows_new);
	out_int(out, "added", (int64_t)t->added);
	out_int(out, "removed", (int64_t)t->removed);
	out_int(out, "changed", (int64_t)t->changed);
	out_int(out, "repeated_old", (int64_t)t->repeated_old);
	out_int(out, "repeated_new", (int64_t)t->repeated_new);
	out_bool(out, "rows_moved", t->rows_moved);
	out_bool(out, "columns_moved", t->columns_moved);
	out_path(out, "old", side[0].bytes.item.label);
	out_path(out, "new", side[1].bytes.item.label);
	out_end(out);
}

static int
print_diff(struct cli *c, struct rowdiff *d, const struct diff_side *side,
    const struct diff_opts *o, struct err *e)
{
	const struct rowdiff_total *t = rowdiff_total(d);
	const struct rowdiff_column *column;
	size_t n;

	if (t->repeated_old || t->repeated_new)
		cli_warn(c, "the key is not unique: %llu rows of %s and %llu "
		    "of %s have one that stands before them",
		    (unsigned long long)t->repeated_old,
		    side[0].bytes.item.label,
		    (unsigned long long)t->repeated_new,
		    side[1].bytes.item.label);
	column = rowdiff_columns(d, &n);
	for (size_t i = 0; i < n; i++)
		if (o->stat || column[i].state != COLUMN_SAME)
			print_column(&c->out, &column[i]);
	if (!o->stat && print_rows(c, d, &o->key, e) < 0)
		return -1;
	print_total(&c->out, d, side);
	return 0;
}

/* ---- folders ---- */

struct file_printer {
	struct out *out;
	bool stat;
	uint64_t count[3];		/* added, removed, changed */
};

static void
print_entry(struct out *out, const char *id_key, const char *bytes_key,
    const struct tree_entry *t)
{
	char text[OID_TEXT];

	if (t && (t->kind == TREE_FILE || t->kind == TREE_EXEC)) {
		out_text(out, id_key, oid_print(text, &t->id));
		out_int(out, bytes_key, (int64_t)t->bytes);
	} else {
		out_null(out, id_key);
		out_null(out, bytes_key);
	}
}

static int
print_file(void *ctx, const struct tree_change *t, struct err *e)
{
	static const char *const words[] = { "added", "removed", "changed" };
	struct file_printer *p = ctx;
	int what = t->old == NULL ? 0 : t->now == NULL ? 1 : 2;

	(void)e;
	p->count[what]++;
	if (p->stat)
		return 0;
	out_begin(p->out, "mlv.diff.file/1");
	out_text(p->out, "about", "file");
	out_text(p->out, "what", words[what]);
	print_entry(p->out, "id_old", "bytes_old", t->old);
	print_entry(p->out, "id_new", "bytes_new", t->now);
	out_path(p->out, "path", t->path);
	out_end(p->out);
	return p->out->broken;
}

static bool
is_tree(const struct diff_side *side)
{
	return side->bytes.type && strcmp(side->bytes.type, TREE_TYPE) == 0;
}

static int
compare_folders(bool *differ, struct cli *c, const struct diff_side *side,
    const struct diff_opts *o, struct err *e)
{
	struct file_printer p = { .out = &c->out, .stat = o->stat };
	struct out *out = &c->out;

	if (!is_tree(&side[0]) || !is_tree(&side[1]) || o->key.n)
		return err_set(e, ERR_USAGE, o->key.n ? "folders have no rows: "
		    "leave out --key" : "a folder is compared with a folder, "
		    "and a table with a table");
	if (tree_diff(catalog_odb(c->catalog), &side[0].bytes.content,
	    &side[1].bytes.content, print_file, &p, e) < 0)
		return -1;
	*differ = p.count[0] || p.count[1] || p.count[2];
	out_begin(out, "mlv.diff.folder/1");
	out_text(out, "about", "folder");
	out_text(out, "what", *differ ? "differs" : "same");
	out_int(out, "added", (int64_t)p.count[0]);
	out_int(out, "removed", (int64_t)p.count[1]);
	out_int(out, "changed", (int64_t)p.count[2]);
	out_path(out, "old", side[0].bytes.item.label);
	out_path(out, "new", side[1].bytes.item.label);
	out_end(out);
	return 0;
}

/* ---- the verb ---- */

static int
compare_tables(bool *differ, struct cli *c, struct diff_side *side,
    const struct diff_opts *o, const char *folder, struct err *e)
{
	struct rowdiff_input in[2];
	const struct rowdiff_opts ro = { .key = o->key.v, .n_key = o->key.n,
	    .memory = (uint64_t)o->memory << 20, .folder = folder };
	struct rowdiff *d;
	int r;

	for (int i = 0; i < 2; i++)
		in[i] = (struct rowdiff_input){ open_side, &side[i],
		    &side[i].read };
	if (rowdiff_compare(&d, &in[0], &in[1], &ro, e) < 0)
		return -1;
	*differ = rowdiff_differs(d);
	r = print_diff(c, d, side, o, e);
	rowdiff_free(d);
	return r;
}

static int
diff_check(struct cli *c, void *opts, int argc, char **argv)
{
	const struct diff_opts *o = opts;

	if (argc != 2)
		return cli_usage(c, "diff takes two names: the old and the "
		    "new one");
	if (strcmp(argv[0], "-") == 0 && strcmp(argv[1], "-") == 0)
		return cli_usage(c, "only one side can be standard input");
	for (size_t i = 0; i < o->key.n; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(o->key.v[i], o->key.v[k]) == 0)
				return cli_usage(c, "--key has '%s' twice",
				    o->key.v[i]);
	return 0;
}

static int
diff_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct diff_opts *o = opts;
	const char *folder = o->folder ? o->folder :
	    cli_scratch_folder();
	struct diff_side side[2] = { { c->catalog }, { c->catalog } };
	struct table_read_opts user;
	struct err e = ERR_INIT;
	bool differ = false;
	int status, opened = 0, r = 0;

	if ((status = reading_opts(&user, c, &o->read)) != 0)
		return status;
	for (; r == 0 && opened < argc; opened += r == 0)
		if ((r = catalog_find_bytes(&side[opened].bytes, c->catalog,
		    argv[opened], &e)) == 0 && (r = catalog_read_opts(
		    &side[opened].read, &side[opened].bytes, &user,
		    &e)) < 0)
			catalog_bytes_close(&side[opened].bytes);
	if (r == 0 && (is_tree(&side[0]) || is_tree(&side[1])))
		r = compare_folders(&differ, c, side, o, &e);
	else if (r == 0)
		r = compare_tables(&differ, c, side, o, folder, &e);
	while (opened-- > 0)
		catalog_bytes_close(&side[opened].bytes);
	return r < 0 ? cli_fail(c, &e) : differ ? EXIT_NO : EXIT_YES;
}

const struct verb verb_diff = {
	.name = "diff",
	.summary = "tell how two versions of a table differ, row by row",
	.synopsis = "[--key COLUMN,...] [--stat] OLD NEW",
	.about =
"OLD and NEW are data:NAME[@VERSION] or paths; - is standard input.  Columns\n"
"pair by name, rows by the values of the --key columns; without a key rows are\n"
"a multiset: one that changed is one removed and one added.  1.50 and 1.5 are\n"
"the same number; only columns of both sides decide whether a row changed.\n"
"\n"
"Prints a record for each column added, dropped or retyped, for each row added\n"
"or removed (the row as CSV) and each cell changed, and one of the whole:\n"
"same, other order (same rows, but they or the columns stand elsewhere) or\n"
"differs, with counts.  --stat leaves out the rows and shows every column:\n"
"types, cells changed, missing values, means, and how far its values moved.\n"
"Of two versions of folders it prints a record for each file that differs.\n"
"\n"
"Exit status 0: the same, in whatever order; 1: they differ; 2 and above:\n"
"trouble.  Rows beyond --memory go to disk; the answer stays the same.\n"
"\n"
"example: mlv-data diff --key id --stat data:churn@1 data:churn@2\n",
	.options = diff_options, .opts_size = sizeof(struct diff_opts),
	.defaults = &diff_defaults,
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_CATALOG,
	.check = diff_check, .run = diff_run,
};
