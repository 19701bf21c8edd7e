/* mlv-card new: a model card from what is known. */
#include "base/file.h"
#include "flow/card/card.h"
#include "cli/cli.h"
#include "codec/yaml.h"
#include "verbs.h"

struct new_opts {
	bool html, json;
	const char *output, *notes, *evaluation;
};

static const struct opt new_options[] = {
	{ OPT_FLAG, 0, "html", offsetof(struct new_opts, html), NULL,
	    "one self-contained page instead of Markdown" },
	{ OPT_FLAG, 0, "json", offsetof(struct new_opts, json), NULL,
	    "one JSON object, each field with its status" },
	{ OPT_TEXT, 'o', "output", offsetof(struct new_opts, output), "FILE",
	    "write a file, whole or not at all" },
	{ OPT_TEXT, 'n', "notes", offsetof(struct new_opts, notes), "FILE",
	    "YAML of what only a person can say" },
	{ OPT_TEXT, 'e', "eval", offsetof(struct new_opts, evaluation), "FILE",
	    "an evaluation, as 'mlv-train eval --json' prints it" },
	OPT_END
};

/* A file as a tree; json: one JSON object, else YAML. */
static int
read_tree(const struct json **out, struct cli *c, const char *path, bool json,
    struct err *e)
{
	struct json *j = NULL;
	struct buf b;
	int r;

	buf_init(&b, BUF_CAP_DOC);
	r = file_read(&b, path, e);
	if (r == 0)
		r = json ? json_parse(&j, &c->arena, b.data, b.len, JSON_NAN,
		    e) : yaml_parse(&j, &c->arena, b.data, b.len, e);
	if (r < 0 && e->code == ERR_FORMAT)
		err_wrap(e, "%s", path);
	buf_free(&b);
	*out = j;
	return r;
}

/* An evaluation as mlv-train eval --json prints it. */
static int
read_evaluation(struct evaluation *v, struct cli *c, const char *path,
    struct err *e)
{
	const struct json *j;

	return read_tree(&j, c, path, true, e) < 0 ? -1 :
	    evaluation_read(v, j, e);
}

static int
write_output(struct cli *c, const char *path, const struct buf *b, struct err *e)
{
	if (path == NULL) {
		out_raw(&c->out, b->data, b->len);
		return 0;
	}
	return file_replace(os_real(), path, b->data, b->len, 0666, e);
}

static int
new_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct new_opts *o = opts;
	struct card_request rq = { .form = o->html ? DOC_HTML : DOC_MARKDOWN,
	    .json = o->json };
	struct evaluation given = { .arena = { NULL, 0 } };
	struct err e = ERR_INIT;
	struct buf b;
	size_t missing = 0;
	int r;

	if (argc != 1)
		return cli_usage(c, "new takes one model");
	if (o->html && o->json)
		return cli_usage(c, "--html and --json exclude each other");
	rq.model = argv[0];
	if (file_refuse_same(o->output, rq.model, &e) < 0 ||
	    file_refuse_same(o->output, o->notes, &e) < 0 ||
	    file_refuse_same(o->output, o->evaluation, &e) < 0 ||
	    (o->notes && (read_tree(&rq.notes, c, o->notes, false, &e) < 0 ||
	    card_check_notes(rq.notes, &e) < 0)) || (o->evaluation &&
	    read_evaluation(&given, c, o->evaluation, &e) < 0)) {
		evaluation_release(&given);
		return cli_fail(c, &e);
	}
	if (o->evaluation)
		rq.evaluation = &given;
	buf_init(&b, BUF_CAP_DOC);
	r = card_write(&b, &missing, c->catalog, &rq, &e);
	if (r == 0)
		r = write_output(c, o->output, &b, &e);
	buf_free(&b);
	evaluation_release(&given);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_new = {
	.name = "new",
	.summary = "write the card of a model",
	.synopsis = "[--html | --json] [-o FILE] [-n NOTES] [-e EVALUATION] MODEL",
	.about =
"Writes a model card as Markdown, or as one HTML page with its plots inside.\n"
"Every statement is evidence that names the object it comes from, or stated by\n"
"a person in NOTES; what is missing is listed at the end.  The same evidence\n"
"gives the same bytes.\n"
"\n"
"NOTES is YAML with any of: owner, contact, license, description, intended_use,\n"
"out_of_scope, users, limitations, risks, ethics, oversight, in Markdown.  With\n"
"license, tags, language, datasets ... the card begins with the front matter of\n"
"a Hugging Face README.md.\n"
"\n"
"MODEL is a name or a file.  Outside a repository a file has no lineage; give its\n"
"evaluation with -e.\n"
"\n"
"example: mlv-card new model:churn@champion --html > card.html\n",
	.options = new_options, .opts_size = sizeof(struct new_opts),
	.flags = VERB_CATALOG, .run = new_run,
};
