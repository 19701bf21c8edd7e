/* mlv-data schema import: a schema that another tool wrote, as one of ours. */
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "codec/yaml.h"
#include "quality/foreign.h"
#include "verbs.h"

struct import_verb {
	const char *output;
};

static const struct opt import_options[] = {
	{ OPT_TEXT, 'o', "output", offsetof(struct import_verb, output),
	    "FILE", "write FILE instead of standard output" },
	OPT_END
};

/* What is cut short says where; what is whole, what it should have been. */
static int
refuse_unknown(struct arena *a, const struct buf *text, struct err *e)
{
	struct json *j;

	if (yaml_parse(&j, a, text->data, text->len, e) < 0)
		return -1;
	return err_set(e, ERR_FORMAT, "no suite of Great Expectations, table "
	    "schema of Frictionless Data or schema of TensorFlow Data "
	    "Validation");
}

static int
import_schema(struct buf *out, struct schema_left *left, struct cli *c,
    const char *path, struct err *e)
{
	struct schema *s;
	struct buf text;
	int r;

	buf_init(&text, YAML_BYTES_MAX);
	r = file_read(&text, path, e);
	if (r == 0 && schema_kind_of(text.data, text.len) == SCHEMA_OURS)
		r = refuse_unknown(&c->arena, &text, e);
	if (r == 0)
		r = schema_import(&s, left, &c->arena, text.data, text.len, e);
	if (r == 0)
		r = yaml_write(out, schema_json(&c->arena, s), e);
	if (r == 0)
		r = buf_check(out, e);
	else
		err_wrap(e, "%s", path);
	buf_free(&text);
	return r;
}

static int
import_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct import_verb *o = opts;
	struct schema_left left = { 0 };
	struct err e = ERR_INIT;
	struct buf out;
	int status = EXIT_YES;

	if (argc != 1)
		return cli_usage(c, "give one file");
	if (file_refuse_same(o->output, argv[0], &e) != 0)
		return cli_fail(c, &e);
	buf_init(&out, BUF_CAP_DOC);
	if (import_schema(&out, &left, c, argv[0], &e) != 0)
		status = cli_fail(c, &e);
	else if (o->output == NULL)
		out_raw(&c->out, out.data, out.len);
	else if (file_replace(os_real(), o->output, out.data, out.len, 0666,
	    &e) != 0)
		status = cli_fail(c, &e);
	buf_free(&out);
	for (size_t i = 0; status == EXIT_YES && i < left.n; i++)
		cli_warn(c, "left out: %s", left.what[i]);
	return status != EXIT_YES ? status : left.n > 0 ? EXIT_NO : EXIT_YES;
}

const struct verb verb_schema_import = {
	.name = "schema import",
	.summary = "a schema that another tool wrote, as one of ours",
	.synopsis = "[-o FILE] FILE",
	.about =
"Prints mlv-schema(5) that says the same as a suite of Great Expectations (JSON),\n"
"a table schema of Frictionless Data (JSON, YAML) or a schema of TensorFlow Data\n"
"Validation (text).  What has no counterpart is left out, told on standard error,\n"
"and makes the exit status 1.  mlv-data check takes such a file as it is, too,\n"
"but refuses it where something would be left out.\n"
"\n"
"example: mlv-data schema import suite.json -o schema.yaml\n",
	.options = import_options, .opts_size = sizeof(struct import_verb),
	.run = import_run,
};
