/* mlv-card new: a model card from what is known. */
#include <string.h>

#include "base/file.h"
#include "catalog/bytes.h"
#include "catalog/name.h"
#include "catalog/put.h"
#include "store/odb.h"
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
	    "write a file, whole or not at all; card:NAME makes a version" },
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

/* What the card is of: the version's manifest, or the file's bytes. */
static int
link_model(struct json *m, struct cli *c, const char *model, struct err *e)
{
	struct catalog_bytes b;
	bool version;
	struct oid id;
	uint64_t size;
	int r;

	if (catalog_open_bytes(&b, c->catalog, model, e) < 0)
		return -1;
	version = b.item.kind == NAME_MODEL;
	id = version ? b.item.id : *catalog_bytes_id(&b);
	r = version ? 0 : catalog_put_bytes(&id, c->catalog, b.data, b.n, e);
	if (r == 0)
		r = odb_size(&size, catalog_odb(c->catalog), &id, e);
	if (r == 0)
		manifest_link(&c->arena, m, "model", version ? TYPE_MODEL :
		    TYPE_ONNX, b.item.label, &id, size);
	catalog_bytes_close(&b);
	return r;
}

/* A version of card:NAME, with the document as its content. */
static int
put_card(struct cli *c, const char *text, const struct card_request *rq,
    const struct buf *b, struct err *e)
{
	struct json *m = manifest_new(&c->arena, "mlv.card.version/1");
	struct catalog_put put = { .version = 0 };
	char id[OID_TEXT];
	struct oid content;
	struct name n;
	int r = -1;

	if (catalog_need_repo(c->catalog, text, e) < 0 ||
	    name_parse(&n, text, e) < 0)
		return -1;
	if (n.kind != NAME_CARD || n.version || n.alias || n.path) {
		err_set(e, ERR_USAGE, "'%s' is not card:NAME: the version is "
		    "the next one", text);
	} else if (catalog_put_bytes(&content, c->catalog, b->data, b->len,
	    e) == 0) {
		manifest_link(&c->arena, m, "content", rq->json ?
		    "application/json" : rq->form == DOC_HTML ? "text/html" :
		    "text/markdown", NULL, &content, b->len);
		r = link_model(m, c, rq->model, e);
		if (r == 0)
			r = catalog_put_manifest(&put, c->catalog, NAME_CARD,
			    n.base, m, NULL, e);
	}
	if (put.version && (r == 0 || e->code == ERR_UNPROVEN)) {
		c->committed = true;
		out_begin(&c->out, "mlv.card.added/1");
		out_text(&c->out, "name", put.label);
		out_text(&c->out, "id", oid_print(id, &content));
		out_end(&c->out);
	}
	name_free(&n);
	return r;
}

static int
write_output(struct cli *c, const char *path, const struct card_request *rq,
    const struct buf *b, struct err *e)
{
	if (path && strncmp(path, "card:", 5) == 0)
		return put_card(c, path, rq, b, e);
	if (path == NULL) {
		out_raw(&c->out, b->data, b->len);
		return 0;
	}
	return file_replace(os_real(), path, b->data, b->len, 0666, e);
}

static int
read_notes(const struct json **notes, struct cli *c, const char *path, struct err *e)
{
	if (read_tree(notes, c, path, false, e) < 0)
		return -1;
	return card_check_notes(*notes, e) == 0 ? 0 : err_wrap(e, "%s", path);
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
	rq.model = cli_model_name(c, argv[0]);
	if (file_refuse_same(o->output, rq.model, &e) < 0 ||
	    file_refuse_same(o->output, o->notes, &e) < 0 ||
	    file_refuse_same(o->output, o->evaluation, &e) < 0 ||
	    (o->notes && read_notes(&rq.notes, c, o->notes, &e) < 0) ||
	    (o->evaluation &&
	    read_evaluation(&given, c, o->evaluation, &e) < 0)) {
		evaluation_release(&given);
		return cli_fail(c, &e);
	}
	if (o->evaluation)
		rq.evaluation = &given;
	buf_init(&b, BUF_CAP_DOC);
	r = card_write(&b, &missing, c->catalog, &rq, &e);
	if (r == 0)
		r = write_output(c, o->output, &rq, &b, &e);
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
"MODEL is a name, with or without 'model:', or a file.  -o card:NAME keeps the\n"
"card as the next version of that name and prints it and the document's id;\n"
"'mlv-data cat card:NAME' gives it back.\n"
"\n"
"Outside a repository a file has no lineage; give its evaluation with -e.\n"
"\n"
"example: mlv-card new model:churn@champion --html > card.html\n",
	.options = new_options, .opts_size = sizeof(struct new_opts),
	.flags = VERB_CATALOG |
	    VERB_EVENTS, .run = new_run,
};
