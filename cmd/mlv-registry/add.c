/* mlv-registry add: register a model. */
#include "catalog/name.h"
#include "flow/register.h"
#include "verbs.h"

struct add_opts {
	bool any_format;
	struct texts columns;
};

static const struct opt add_options[] = {
	{ OPT_FLAG, 0, "any-format", offsetof(struct add_opts, any_format),
	    NULL, "also a file called .onnx that is none" },
	{ OPT_LIST, 0, "columns", offsetof(struct add_opts, columns),
	    "COLUMN,...", "those a model of one matrix takes, in its order" },
	OPT_END
};

static int
add_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	if (argc < 1 || (argc < 2 && !c->from_stdin))
		return cli_usage(c, "add takes a name and a run or a model "
		    "file");
	return 0;
}

static int
add_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct add_opts *o = opts;
	const struct register_opts ro = { o->any_format, o->columns.v,
	    o->columns.n };
	struct registered_model added;
	struct err e = ERR_INIT;
	struct texts sources;
	char text[OID_TEXT];
	struct name n;
	int r;

	if (cli_names(c, &sources, argc - 1, argv + 1, &e) < 0 ||
	    model_name(&n, c, argv[0], &e) < 0)
		return cli_fail(c, &e);
	if (n.version || n.alias || sources.n != 1) {
		name_free(&n);
		return cli_usage(c, "add takes a name and one run or model "
		    "file");
	}
	r = model_register(&added, c->catalog, n.base, sources.v[0],
	    &ro, &e);
	if (r == 0 || e.code == ERR_UNPROVEN) {
		c->committed = true;
		if (*added.refused)
			cli_warn(c, "%s is registered, but mlv-serve will "
			    "refuse it: %s", added.put.label, added.refused);
		out_begin(&c->out, "mlv.model.added/1");
		out_text(&c->out, "name", added.put.label);
		out_text(&c->out, "id", oid_print(text, &added.put.content));
		out_int(&c->out, "bytes", (int64_t)added.size);
		out_text(&c->out, "run", *added.run ? added.run : NULL);
		out_only(&c->out, OUT_JSON);
		out_text(&c->out, "manifest", oid_print(text, &added.put.id));
		out_bool(&c->out, "added", added.put.added);
		out_end(&c->out);
	}
	name_free(&n);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_add = {
	.name = "add",
	.summary = "register a model as the next version of a name",
	.synopsis = "[--any-format] NAME RUN\n[--any-format] [--columns COLUMN,...] "
	    "NAME FILE\n[--any-format] NAME --stdin",
	.about =
"RUN is run:ID, run:ID:PATH, an ID or the word a run was given; its model\n"
"file is registered with its metrics, parameters and code, and lineage to\n"
"the run and the data it read.  A FILE that a run put out gets the same; any\n"
"other is registered as it is, but no table.  An ONNX file that mlv-serve\n"
"would refuse is registered with a warning that says why; a file called .onnx\n"
"that is none is refused without --any-format.\n"
"\n"
"--columns says which columns a model of one matrix reads.  They are written\n"
"into the metadata (mlv.features) of the copy that is registered, so that its\n"
"id is another than the file's, and all that serve or judge it go by them.\n"
"\n"
"Prints the version's name, the id of the model file, its bytes and the run.\n"
"What is registered already keeps its version.\n"
"\n"
"example: mlv-train fit data:churn-train --target Churn -o m.onnx |\n"
"             mlv-registry add churn --stdin\n",
	.options = add_options, .opts_size = sizeof(struct add_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_STDIN | VERB_REPOSITORY |
	    VERB_EVENTS, .check = add_check, .run = add_run,
};
