/* mlv-data add: put files under version control. */
#include <string.h>

#include "catalog/open_table.h"
#include "cli/cli.h"
#include "verbs.h"

struct add_opts {
	const char *name, *delimiter, *format;
	struct texts columns, na;
	bool no_header;
};

static const struct opt add_options[] = {
	{ OPT_TEXT, 'n', "name", offsetof(struct add_opts, name), "NAME",
	    "use NAME instead of the file's stem" },
	{ OPT_LIST, 0, "columns", offsetof(struct add_opts, columns),
	    "NAME,...", "column names of a file without a header line" },
	{ OPT_FLAG, 0, "no-header", offsetof(struct add_opts, no_header), NULL,
	    "the first line is data: column_1, column_2 ..." },
	{ OPT_TEXTS, 0, "na", offsetof(struct add_opts, na), "TEXT",
	    "a cell that means missing, besides the empty one" },
	{ OPT_TEXT, 0, "delimiter", offsetof(struct add_opts, delimiter),
	    "CHAR", "between cells, instead of finding out" },
	{ OPT_TEXT, 0, "format", offsetof(struct add_opts, format), "FORMAT",
	    "csv or jsonl, instead of finding out" },
	OPT_END
};

static int
reading(struct table_read_opts *r, struct cli *c, const struct add_opts *o)
{
	memset(r, 0, sizeof(*r));
	r->columns = o->columns.v;
	r->n_columns = o->columns.n;
	r->na = o->na.v;
	r->n_na = o->na.n;
	if (o->no_header)
		r->header = TABLE_HEADER_NO;
	if (o->delimiter) {
		if (strcmp(o->delimiter, "\\t") == 0)
			r->delimiter = '\t';
		else if (strlen(o->delimiter) == 1)
			r->delimiter = o->delimiter[0];
		else
			return cli_usage(c, "--delimiter is one character, "
			    "or \\t");
	}
	if (o->format == NULL)
		return 0;
	if (strcmp(o->format, "csv") == 0)
		r->format = TABLE_CSV;
	else if (strcmp(o->format, "jsonl") == 0)
		r->format = TABLE_JSONL;
	else
		return cli_usage(c, "--format is csv or jsonl, not '%s'",
		    o->format);
	return 0;
}

static void
report(struct cli *c, const struct catalog_put *put, uint64_t size,
    int64_t rows, const char *path)
{
	char text[OID_TEXT];

	out_begin(&c->out, "mlv.dataset/1");
	out_text(&c->out, "name", put->label);
	out_text(&c->out, "id", oid_print(text, &put->content));
	if (rows < 0)
		out_null(&c->out, "rows");
	else
		out_int(&c->out, "rows", rows);
	out_int(&c->out, "bytes", (int64_t)size);
	out_only(&c->out, OUT_JSON);
	out_text(&c->out, "manifest", oid_print(text, &put->id));
	out_bool(&c->out, "added", put->added);
	out_only(&c->out, OUT_BOTH);
	out_path(&c->out, "path", path);
	out_end(&c->out);
}

static int
add_each(struct cli *c, struct catalog *catalog, const struct add_opts *o,
    const struct table_read_opts *read, const struct texts *paths)
{
	struct catalog_put put;
	struct err e = ERR_INIT;
	uint64_t size;
	int64_t rows;

	for (size_t i = 0; i < paths->n; i++) {
		int r = catalog_add_file(&put, &size, &rows, catalog,
		    paths->v[i], o->name, read, &e);

		if (r == 0 || e.code == ERR_UNPROVEN) {
			c->committed = true;
			report(c, &put, size, rows, paths->v[i]);
		}
		if (r < 0)
			return cli_fail(c, &e);
	}
	return EXIT_YES;
}

static int
add_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct store_opts so = { .log = &c->log,
	    .progress = &c->progress };
	struct catalog *catalog = NULL;
	struct table_read_opts read;
	struct err e = ERR_INIT;
	struct add_opts *o = opts;
	struct texts paths;
	int status = reading(&read, c, o);

	if (status)
		return status;
	if (cli_names(c, &paths, argc, argv, &e) < 0)
		return cli_fail(c, &e);
	if (o->name && paths.n > 1)
		return cli_usage(c, "--name names one file, not %zu", paths.n);
	read.progress = &c->progress;
	if (catalog_open_repository(&catalog, NULL, &so, &e) < 0)
		return cli_fail(c, &e);
	status = add_each(c, catalog, o, &read, &paths);
	catalog_close(catalog);
	return status;
}

const struct verb verb_add = {
	.name = "add",
	.summary = "put files under version control",
	.synopsis = "[-n NAME] [--columns NAME,...] [--na TEXT] FILE...\n"
	    "[options] --stdin",
	.about =
"Stores each FILE and prints its name, id (the SHA-256 sha256sum prints),\n"
"rows, bytes and path.  Inside the work tree FILE.mlv is written, to be\n"
"committed to git in its place, and FILE is added to .gitignore.\n"
"\n"
"Content that was added before keeps its version.  A stem that stands for\n"
"another path already is refused until --name says what is meant.  How to\n"
"read the file (--columns, --na ...) is remembered with it.\n"
"\n"
"example: mlv-data add adult.csv --columns age,workclass,income --na '?'\n",
	.options = add_options, .opts_size = sizeof(struct add_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_STDIN, .run = add_run,
};
