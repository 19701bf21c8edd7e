/* mlv-serve stream: JSON Lines in, JSON Lines out, as they come. */
#include "catalog/catalog.h"
#include "flow/stream.h"
#include "verbs.h"

struct stream_verb {
	struct texts model_columns, keep;
};

static const struct opt stream_options[] = {
	{ OPT_LIST, 0, "keep", offsetof(struct stream_verb, keep), "NAME,...",
	    "carry these members through" },
	{ OPT_LIST, 0, "columns", offsetof(struct stream_verb, model_columns),
	    "NAME,...", "columns for a model with one matrix input, in order" },
	OPT_END
};

static int
stream_run_verb(struct cli *c, void *opts, int argc, char **argv)
{
	struct stream_verb *o = opts;
	struct stream_opts to = { o->keep.v, o->keep.n };
	struct stream_count count = { 0, 0 };
	struct binding *binding = NULL;
	struct err e = ERR_INIT;
	int r;

	if (argc != 1)
		return cli_usage(c, "stream takes one model");
	r = open_model(&binding, c->catalog, cli_model_name(c,
	    argv[0]), &o->model_columns, &e);
	if (r == 0)
		r = stream_run(&count, binding, 0, 1, &to, &e);
	binding_free(binding);
	if (r < 0)
		return cli_fail(c, &e);
	return count.refused ? EXIT_NO : EXIT_YES;
}

const struct verb verb_stream = {
	.name = "stream",
	.summary = "answer JSON Lines, one line for each, as they come",
	.synopsis = "[--keep NAME,...] MODEL",
	.about =
"Reads JSON objects from standard input, one a line, and writes an object of\n"
"answers for each, at once and in order.  A line that cannot be answered gets\n"
"{\"error\":\"...\",\"line\":N} in its place, and the stream goes on.\n"
"\n"
"Exit status: 0 every line was answered, 1 some were refused, 3 trouble.\n"
"\n"
"Of a queue, each message at once (kcat -u), and answers in order:\n"
"\n"
"example: kcat -u -C -b HOST -t in | mlv-serve stream model:churn@champion |\n"
"             kcat -P -b HOST -t out\n",
	.options = stream_options, .opts_size = sizeof(struct stream_verb),
	.flags = VERB_CATALOG, .run = stream_run_verb,
};
