/* mlv-data add: put files under version control. */
#include "catalog/addfile.h"
#include "catalog/open_table.h"
#include "catalog/put.h"
#include "cli/cli.h"
#include "cli/reading.h"
#include "store/odb.h"
#include "added.h"
#include "verbs.h"

struct add_opts {
	const char *name;
	struct reading read;
};

static const struct opt add_options[] = {
	{ OPT_TEXT, 'n', "name", offsetof(struct add_opts, name), "NAME",
	    "use NAME instead of the file's stem" },
	READING_OPTIONS(struct add_opts, read),
	OPT_END
};

void
print_added(struct cli *c, const struct catalog_added *added,
    const char *path)
{
	const struct catalog_put *put = &added->put;
	char text[OID_TEXT];

	out_begin(&c->out, "mlv.dataset.added/1");
	out_text(&c->out, "name", put->label);
	out_text(&c->out, "id", oid_print(text, &put->content));
	if (added->rows < 0)
		out_null(&c->out, "rows");
	else
		out_int(&c->out, "rows", added->rows);
	out_int(&c->out, "bytes", (int64_t)added->bytes);
	out_only(&c->out, OUT_JSON);
	if (added->files >= 0)
		out_int(&c->out, "files", added->files);
	else
		out_null(&c->out, "files");
	out_int(&c->out, "stored", (int64_t)added->stored);
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
	struct catalog_added added;
	struct err e = ERR_INIT;
	int status = EXIT_YES;

	for (size_t i = 0; i < paths->n; i++) {
		int r = catalog_add_file(&added, catalog, paths->v[i], o->name,
		    read, &e);

		if (r == 0 || e.code == ERR_UNPROVEN) {
			c->committed = true;
			print_added(c, &added, paths->v[i]);
		}
		/* what is not proven stands; the files after it are added */
		if (r < 0)
			status = cli_fail(c, &e);
		if (r < 0 && e.code != ERR_UNPROVEN)
			break;
	}
	return status;
}

static int
add_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct odb_transaction *t;
	struct table_read_opts read;
	struct err e = ERR_INIT;
	struct add_opts *o = opts;
	struct texts paths;
	int status = reading_opts(&read, c, &o->read);

	if (status)
		return status;
	if (cli_names(c, &paths, argc, argv, &e) < 0)
		return cli_fail(c, &e);
	if (o->name && paths.n > 1)
		return cli_usage(c, "--name names one file, not %zu", paths.n);
	/* files that are there already share the syncs that prove it */
	t = odb_begin(catalog_odb(c->catalog));
	status = add_each(c, c->catalog, o, &read, &paths);
	if (status != EXIT_YES && status != EXIT_UNPROVEN)
		odb_abandon(t);
	else if (odb_commit(t, &e) < 0)
		status = cli_fail(c, &e);
	return status;
}

const struct verb verb_add = {
	.name = "add",
	.summary = "put files and folders under version control",
	.synopsis = "[-n NAME] [--columns NAME,...] [--na TEXT] PATH...\n"
	    "[options] --stdin",
	.about =
"Stores each PATH and prints its name, id (the SHA-256 sha256sum prints),\n"
"rows, bytes and path.  Inside the work tree PATH.mlv is written, to be\n"
"committed to git in its place, and PATH is added to .gitignore.  --json also\n"
"says how many bytes on disk it took, and how many files a folder has.\n"
"\n"
"A folder is one version: its files, which of them are executable, symbolic\n"
"links as links, and empty folders.  Left out is what .mlvignore names, by the\n"
"rules of gitignore.  Its id is that of the tree, the list of what is in it.\n"
"\n"
"Content that was added before keeps its version.  A stem that stands for\n"
"another path already is refused until --name says what is meant.  How to\n"
"read the file (--columns, --na ...) is remembered with it.  '-' is standard\n"
"input; it needs --name.\n"
"\n"
"example: mlv-data add adult.csv --columns age,workclass,income --na '?'\n",
	.options = add_options, .opts_size = sizeof(struct add_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_STDIN | VERB_REPOSITORY |
	    VERB_EVENTS, .run = add_run,
};
