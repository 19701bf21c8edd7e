/* mlv-serve batch: a model over a file or a pipe. */
#include <string.h>

#include "base/file.h"
#include "catalog/bytes.h"
#include "catalog/open_table.h"
#include "cli/reading.h"
#include "flow/batch.h"
#include "verbs.h"

struct batch_verb {
	struct texts columns, keep, na, types;
	const char *input, *output, *encoding, *member, *delimiter, *quote, *escape, *comment;
	int format, out_format;
	bool keep_all, header, no_header;
	int64_t threads;
};

static const struct opt_word batch_formats[] = {
	{ "csv", WRITE_CSV + 1 }, { "jsonl", WRITE_JSONL + 1 },
	{ "parquet", WRITE_PARQUET + 1 }, { NULL, 0 }
};

static const struct opt batch_options[] = {
	{ OPT_TEXT, 'i', "input", offsetof(struct batch_verb, input), "NAME",
	    "rows from a file or name instead of standard input" },
	{ OPT_TEXT, 'o', "output", offsetof(struct batch_verb, output), "FILE",
	    "answers into a file, whole or not at all" },
	{ OPT_LIST, 0, "keep", offsetof(struct batch_verb, keep), "NAME,...",
	    "carry these input columns through" },
	{ OPT_FLAG, 0, "keep-all", offsetof(struct batch_verb, keep_all), NULL,
	    "carry all input columns through", .excludes = "keep" },
	{ OPT_LIST, 0, "columns", offsetof(struct batch_verb, columns),
	    "NAME,...", "names of a file without a header line, unless "
	    "--header; or which ones a matrix takes, in order" },
	{ OPT_FLAG, 0, "header", offsetof(struct batch_verb, header), NULL,
	    "the first line is a header, even if it holds numbers" },
	{ OPT_FLAG, 0, "no-header", offsetof(struct batch_verb, no_header),
	    NULL, "the first line is data: column_1, column_2 ...",
	    .excludes = "header" },
	{ OPT_TEXTS, 0, "na", offsetof(struct batch_verb, na), "TEXT",
	    "a cell that means missing, besides the empty one" },
	{ OPT_TEXTS, 0, "type", offsetof(struct batch_verb, types),
	    "NAME=FORM", "how a column is written: money, comma, percent, "
	    "date-dmy ..." },
	{ OPT_TEXT, 0, "encoding", offsetof(struct batch_verb, encoding),
	    "NAME", "of the input, as iconv calls it, instead of UTF-8" },
	{ OPT_TEXT, 0, "member", offsetof(struct batch_verb, member), "NAME",
	    "the file in a zip or tar archive, where it holds several" },
	{ OPT_TEXT, 0, "delimiter", offsetof(struct batch_verb, delimiter),
	    "CHAR", "between cells of the input, instead of finding out" },
	{ OPT_TEXT, 0, "quote", offsetof(struct batch_verb, quote), "CHAR",
	    "around cells of the input, instead of \"; none: no quotes" },
	{ OPT_TEXT, 0, "escape", offsetof(struct batch_verb, escape), "CHAR",
	    "takes the meaning from the next character of the input" },
	{ OPT_TEXT, 0, "comment", offsetof(struct batch_verb, comment), "CHAR",
	    "pass over lines of the input that begin with it" },
	{ OPT_WORD, 0, "format", offsetof(struct batch_verb, format), "FORMAT",
	    "of the input: csv, jsonl or parquet, instead of finding out",
	    .words = reading_formats },
	{ OPT_WORD, 0, "out-format", offsetof(struct batch_verb, out_format),
	    "FORMAT", "of the output: csv, jsonl or parquet, instead of by FILE",
	    .words = batch_formats },
	{ OPT_INT, 't', "threads", offsetof(struct batch_verb, threads), "N",
	    "threads, instead of one a processor", .high = 64 },
	OPT_END
};

static int
score_all(struct catalog *catalog,
    const struct binding *binding, const struct batch_verb *o,
    struct batch_opts *bo, struct err *e)
{
	const struct table_read_opts user = bo->read;
	struct catalog_bytes b;
	struct source in;
	const enum write_format format = (enum write_format)(o->out_format -
	    1);
	struct rows_out out;
	uint64_t rows;
	bool named = o->input && strcmp(o->input, "-") != 0;
	int r = -1;

	if (file_refuse_same(o->output, named ? o->input : "/dev/stdin", e) < 0)
		return -1;
	if (named && catalog_open_bytes(&b, catalog, o->input, e) < 0)
		return -1;
	in = named ? source_memory(b.data, b.n, o->input) :
	    source_fd(0, "standard input");
	bo->read.name = "standard input";
	if ((!named || catalog_read_opts(&bo->read, &b, &user, e) == 0) &&
	    rows_out_open(&out, o->output ? o->output : "-", o->out_format ?
	    &format : NULL, false, e) == 0) {
		r = batch_run(&rows, &out, binding, &in, bo, e);
		if (r == 0)
			r = rows_out_commit(&out, e);
		else if (o->output == NULL) {
			struct err ignored;

			/* what was answered before the bad row stands */
			(void)rows_out_flush(&out, &ignored);
		}
		if (r < 0)
			rows_out_drop(&out);
	}
	source_close(&in);
	if (named)
		catalog_bytes_close(&b);
	return r;
}

/* --columns are the *names of a file without a header line, from which a model
 * takes those it names, and one of a matrix all in their order.  Where there
 * is a header, they pick the columns of a matrix, whatever it calls them; a
 * model of several inputs needs no picking. */
static int
open_for_rows(struct binding **binding, struct texts *names,
    struct catalog *c, const char *model, const struct batch_verb *o,
    struct err *e)
{
	static const struct texts none;
	const struct texts *columns = &o->columns;
	struct err why = ERR_INIT;

	*names = o->no_header ? *columns : none;
	if (names->n && open_model(binding, c, model, &none, &why) == 0) {
		if (!binding_by_place(*binding))
			return 0;
		binding_free(*binding);
		*binding = NULL;
	}
	if (open_model(binding, c, model, columns, &why) == 0)
		return 0;
	if (why.code == ERR_USAGE && columns->n &&
	    open_model(binding, c, model, &none, e) == 0) {
		*names = *columns;
		if (!binding_by_place(*binding))
			return 0;
		binding_free(*binding);
		*binding = NULL;
	}
	*e = why;
	return -1;
}

/* Rows behind the model are what many try first. */
static int
check_operands(struct cli *c, int argc, char **argv)
{
	if (argc == 2)
		return cli_usage(c, "batch takes one model: rows come with "
		    "-i %s, or on standard input", argv[1]);
	return argc == 1 ? 0 : cli_usage(c, "batch takes one model; rows come "
	    "with -i, or on standard input");
}

static int
batch_run_verb(struct cli *c, void *opts, int argc, char **argv)
{
	struct batch_verb *o = opts;
	struct reading reading = { .na = o->na, .encoding = o->encoding,
	    .member = o->member, .delimiter = o->delimiter,
	    .format = o->format, .header = o->header,
	    .no_header = o->no_header, .types = o->types,
	    .quote = o->quote,
	    .escape = o->escape, .comment = o->comment };
	struct batch_opts bo = { .keep = o->keep.v, .n_keep = o->keep.n,
	    .keep_all = o->keep_all, .threads = (int)o->threads,
	    .log = &c->log, .progress = &c->progress };
	struct binding *binding = NULL;
	struct err e = ERR_INIT;
	struct texts names;
	int r;

	if ((r = check_operands(c, argc, argv)) != 0)
		return r;
	if ((r = reading_opts(&bo.read, c, &reading)) != 0)
		return r;
	if (file_refuse_same(o->output, argv[0], &e) < 0)
		return cli_fail(c, &e);
	r = open_for_rows(&binding, &names, c->catalog, cli_model_name(c,
	    argv[0]), o, &e);
	bo.read.columns = names.v;
	bo.read.n_columns = names.n;
	if (r == 0)
		r = score_all(c->catalog, binding, o, &bo, &e);
	binding_free(binding);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_batch = {
	.name = "batch",
	.summary = "score a file or a pipe, row by row, in order",
	.synopsis = "[-i NAME] [-o FILE] [--keep NAME,...] MODEL [< ROWS]",
	.about =
"Reads CSV, JSON Lines or Parquet, writes one row of answers a row, in order\n"
"and in constant memory: as FILE ends (.csv, .jsonl, .parquet, and .gz or .zst\n"
"behind it), or as the input is; Parquet is made of them all in the end.  The\n"
"header names the model's outputs: NAME for one value, NAME.CLASS or NAME.0,\n"
"NAME.1 for several; --keep and --keep-all put input columns in front.  Columns\n"
"the model does not take are passed over; one it takes that is not there is an\n"
"error that names it.\n"
"\n"
"A file without a header line needs its columns' names, --columns NAME,... .\n"
"A model with one matrix input takes columns in order; its --columns are those\n"
"to take, by the header line, and --no-header says that there is none.\n"
"\n"
"MODEL is model:NAME@VERSION, model:NAME@ALIAS, or an ONNX file by anybody.\n"
"\n"
"example: mlv-serve batch model:churn@champion --keep customerID < new.csv\n",
	.options = batch_options, .opts_size = sizeof(struct batch_verb),
	.flags = VERB_CATALOG | VERB_EVENTS, .run = batch_run_verb,
};
