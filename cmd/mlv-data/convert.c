/* mlv-data convert: a table in another format. */
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "catalog/name.h"
#include "catalog/open_table.h"
#include "cli/cli.h"
#include "cli/reading.h"
#include "read/where.h"
#include "store/tree/tree.h"
#include "store/worktree.h"
#include "verbs.h"
#include "write/stream.h"
#include "write/write.h"

struct convert_verb {
	struct reading read;
	const char *output, *where;
	struct texts select;
	int packing;		/* enum parquet_packing + 1; 0: not said */
	int to;			/* enum write_format + 1; 0: by the ending */
};

static const struct opt_word convert_formats[] = {
	{ "csv", WRITE_CSV + 1 }, { "jsonl", WRITE_JSONL + 1 },
	{ "parquet", WRITE_PARQUET + 1 }, { NULL, 0 }
};

static const struct opt_word convert_packings[] = {
	{ "zstd", PARQUET_PACK_ZSTD + 1 },
	{ "snappy", PARQUET_PACK_SNAPPY + 1 },
	{ "none", PARQUET_PACK_NONE + 1 }, { NULL, 0 }
};

static const struct opt convert_options[] = {
	{ OPT_TEXT, 'o', "output", offsetof(struct convert_verb, output),
	    "FILE", "write a file, whole or not at all" },
	{ OPT_WORD, 0, "to", offsetof(struct convert_verb, to), "FORMAT",
	    "csv, jsonl or parquet, instead of by the ending of FILE",
	    .words = convert_formats },
	{ OPT_WORD, 0, "compression", offsetof(struct convert_verb, packing),
	    "HOW", "of Parquet: zstd, snappy or none; zstd by default",
	    .words = convert_packings },
	{ OPT_TEXT, 0, "where", offsetof(struct convert_verb, where), "EXPR",
	    "only rows for which it holds: \"plan = 'gold' and calls > 3\"" },
	{ OPT_LIST, 0, "select", offsetof(struct convert_verb, select),
	    "NAME,...", "only these columns, in this order" },
	READING_OPTIONS(struct convert_verb, read),
	OPT_END
};

static int
choose_format(struct write_opts *to, struct cli *c,
    const struct convert_verb *o)
{
	bool known;

	*to = (struct write_opts){ .format = WRITE_CSV, .pages = o->packing ?
	    (enum parquet_packing)(o->packing - 1) : PARQUET_PACK_ZSTD };
	known = o->output == NULL || strcmp(o->output, "-") == 0 ||
	    write_opts_of(to, o->output);
	if (o->to != 0)
		to->format = (enum write_format)(o->to - 1);
	if (!known && o->to == 0)
		return cli_usage(c, "'%s' does not end in a format we write: "
		    "say it with --to", o->output);
	if (o->packing != 0 && to->format != WRITE_PARQUET)
		return cli_usage(c, "--compression is of Parquet; a file that "
		    "ends in .gz or .zst is packed");
	return 0;
}

static int
write_table(const char *path, const struct table *t,
    const struct write_opts *to, struct err *e)
{
	struct target f;
	int r;

	if (target_open(&f, path, to->packing, false, e) != 0)
		return -1;
	if ((r = table_write(&f, t, to, e)) == 0)
		r = target_commit(&f, e);
	if (r != 0)
		target_drop(&f);
	return r;
}

/* What is read: columns that are selected, and those the condition names. */
static int
choose_rows(struct table_read_opts *user, struct cli *c,
    const struct convert_verb *o, struct err *e)
{
	struct expr *where = NULL;
	const char **only;
	size_t n = o->select.n;

	if (o->where != NULL) {
		if (expr_parse(&where, &c->arena, o->where, e) != 0)
			return err_wrap(e, "--where");
		user->where = where;
	}
	if (n == 0)
		return 0;
	only = arena_alloc(&c->arena, (n + (where ? expr_names(where) : 0) +
	    1) * sizeof(*only));
	memcpy(only, o->select.v, n * sizeof(*only));
	for (size_t i = 0; where != NULL && i < expr_names(where); i++)
		only[n++] = expr_name(where, i);
	user->only = only;
	user->n_only = n;
	return 0;
}

static int
write_rows(const char *path, struct table *t, const struct convert_verb *o,
    const struct expr *where, const struct write_opts *to, struct err *e)
{
	struct table *picked = NULL;
	int r = 0;

	if (where != NULL && (r = table_where(&picked, t, where, e)) != 0)
		err_wrap(e, "--where");
	if (r == 0 && o->select.n > 0)
		r = table_select(picked ? picked : t,
		    (const char *const *)o->select.v, o->select.n, e);
	if (r == 0)
		r = write_table(path, picked ? picked : t, to, e);
	table_free(picked);
	return r;
}

/* ---- what stays where it is ---- */

struct standing {
	struct cli *c;
	struct catalog_bytes b;
	struct stat before;		/* of a file */
};

static int
open_again(void *ctx, struct source *s, struct err *e)
{
	struct standing *from = ctx;

	return catalog_bytes_source(s, &from->b, from->c->catalog, e);
}

static bool
stat_file(struct stat *st, const struct standing *from)
{
	memset(st, 0, sizeof(*st));
	return from->b.item.kind != NAME_PATH ||
	    stat(from->b.item.base, st) == 0;
}

/* The rows must be those that the types were found by. */
static int
refuse_changed(const struct standing *from, struct err *e)
{
	struct stat now;

	return stat_file(&now, from) && worktree_same_stat(&from->before,
	    &now) ? 0 : err_set(e, ERR_MOVED, "'%s' changed while it was "
	    "read", from->b.item.base);
}

static int
write_text(struct standing *from, const char *path,
    const struct table_read_opts *user, const struct write_opts *to,
    struct err *e)
{
	const struct text_again text = { open_again, from };
	struct table_read_opts how;
	struct target f;
	int done;

	if (!stat_file(&from->before, from))
		return 0;
	if (catalog_read_opts(&how, &from->b, user, e) != 0 ||
	    target_open(&f, path, to->packing, false, e) != 0)
		return -1;
	done = table_write_stream(&f, &text, &how, to, e);
	if (done != 0 && refuse_changed(from, e) != 0)
		done = -1;
	if (done > 0 && target_commit(&f, e) != 0)
		done = -1;
	if (done <= 0)
		target_drop(&f);
	return done;
}

static bool
can_be_read_twice(const struct catalog_bytes *b, const char *path)
{
	struct err ignored = ERR_INIT;

	if (b->data != NULL || b->delta || b->type == NULL ||
	    strcmp(b->type, TREE_TYPE) == 0)
		return false;
	return b->item.kind != NAME_PATH || strcmp(path, "-") == 0 ||
	    file_refuse_same(path, b->item.base, &ignored) == 0;
}

/* A CSV that can be read twice, block by block: 1 it is done, 0 it is to be
 * read as a whole, which also says what is wrong with it; -1. */
static int
convert_standing(struct cli *c, const char *name, const char *path,
    const struct table_read_opts *user, const struct write_opts *to,
    struct err *e)
{
	struct standing from = { .c = c };
	struct err ignored = ERR_INIT;
	struct stat st;
	int done = 0;

	/* a pipe is read once, and a folder is no text */
	if (strcmp(name, "-") == 0 || (stat(name, &st) == 0 &&
	    !S_ISREG(st.st_mode)))
		return 0;
	if (catalog_find_bytes(&from.b, c->catalog, name, &ignored) != 0)
		return 0;
	if (can_be_read_twice(&from.b, path))
		done = write_text(&from, path, user, to, e);
	catalog_bytes_close(&from.b);
	return done;
}

static int
convert_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct convert_verb *o = opts;
	const char *path = o->output ? o->output : "-";
	struct table_read_opts user;
	struct err e = ERR_INIT;
	struct write_opts to;
	struct catalog_bytes b;
	struct table *t;
	int r;

	if (argc != 1)
		return cli_usage(c, "convert takes one table, not %d", argc);
	if ((r = reading_opts(&user, c, &o->read)) != 0 ||
	    (r = choose_format(&to, c, o)) != 0)
		return r;
	if (choose_rows(&user, c, o, &e) != 0)
		return cli_fail(c, &e);
	if (o->where == NULL && o->select.n == 0 && user.n_types == 0 &&
	    (r = convert_standing(c, argv[0], path, &user, &to, &e)) != 0)
		return r > 0 ? EXIT_YES : cli_fail(c, &e);
	if (catalog_open_table(&t, &b,
	    c->catalog, argv[0], &user, &e) != 0)
		return cli_fail(c, &e);
	r = b.item.kind == NAME_PATH && o->output != NULL ?
	    file_refuse_same(path, b.item.base, &e) : 0;
	if (r == 0)
		r = write_rows(path, t, o, user.where, &to, &e);
	table_free(t);
	catalog_bytes_close(&b);
	return r == 0 ? EXIT_YES : cli_fail(c, &e);
}

const struct verb verb_convert = {
	.name = "convert",
	.summary = "write a table in another format",
	.synopsis = "[-o FILE] [--to FORMAT] [--where EXPR] [--select NAME,...] "
	    "NAME",
	.about =
"Reads the table behind NAME (data:NAME, a path, or - for standard input) and\n"
"writes it as CSV, JSON Lines or Parquet: by the ending of FILE (.csv, .jsonl,\n"
".ndjson, .parquet, and .gz or .zst behind it, which packs it), or as --to says;\n"
"on standard output as CSV.  Numbers are written so that they read back as the\n"
"same, dates as RFC 3339.\n"
"\n"
"--where keeps the rows for which an expression holds, in the language of the\n"
"conditions of mlv-schema(5); of Parquet, row groups in which by their statistics\n"
"no row can are not read.  --select keeps columns, in the order given.\n"
"\n"
"example: mlv-data convert data:orders -o orders.parquet\n"
"         mlv-data convert orders.parquet --where \"at >= '2026-01-01'\" \\\n"
"             --select id,at\n",
	.options = convert_options, .opts_size = sizeof(struct convert_verb),
	.flags = VERB_CATALOG | VERB_EVENTS, .run = convert_run,
};
