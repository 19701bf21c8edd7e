/* mlv-data schema: what a table looks like, as YAML to edit and commit. */
#include <string.h>

#include "base/file.h"
#include "catalog/bytes.h"
#include "catalog/name.h"
#include "catalog/open_table.h"
#include "cli/cli.h"
#include "cli/reading.h"
#include "codec/yaml.h"
#include "quality/schema.h"
#include "verbs.h"

struct schema_verb {
	struct reading read;
	const char *output;
};

static const struct opt schema_options[] = {
	{ OPT_TEXT, 'o', "output", offsetof(struct schema_verb, output),
	    "FILE", "write FILE instead of standard output" },
	READING_OPTIONS(struct schema_verb, read),
	OPT_END
};

/* A category whose few values are not listed: they are no text. */
static void
warn_of_bytes(struct cli *c, const struct schema *s)
{
	for (size_t i = 0; i < s->cols; i++)
		if (s->col[i].type == COL_CATEGORY &&
		    s->col[i].values == NULL && s->col[i].distinct > 0 &&
		    s->col[i].distinct <= SCHEMA_VALUES_MAX)
			cli_warn(c, "column '%s' holds bytes that are not "
			    "UTF-8; its values are left out", s->col[i].name);
}

static int
infer_schema(struct buf *out, struct cli *c, struct catalog *catalog,
    const char *name, const char *output, const struct table_read_opts *user,
    struct err *e)
{
	struct table_read_opts read;
	struct catalog_bytes b;
	struct schema *s;
	struct table *t;
	struct json *j;
	int r = -1;

	if (catalog_open_table(&t, &b, catalog, name, user, e) != 0)
		return -1;
	if (output != NULL && b.item.kind == NAME_PATH &&
	    file_refuse_same(output, b.item.base, e) != 0)
		goto done;
	if (catalog_read_opts(&read, &b, user, e) != 0)
		goto done;
	/* that this file is CSV goes without saying; new data may not be */
	read.format = user->format;
	if (schema_infer(&s, &c->arena, t, &read, e) != 0)
		goto done;
	warn_of_bytes(c, s);
	j = schema_json(&c->arena, s);
	if (c->json) {
		json_write(out, j);
		buf_addc(out, '\n');
		r = 0;
	} else {
		r = yaml_write(out, j, e);
	}
	if (r == 0)
		r = buf_check(out, e);
done:
	table_free(t);
	catalog_bytes_close(&b);
	return r;
}

static int
schema_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct schema_verb *o = opts;
	struct table_read_opts user;
	struct err e = ERR_INIT;
	struct buf out;
	int status;

	if (argc != 1)
		return cli_usage(c, "give one file or name");
	if ((status = reading_opts(&user, c, &o->read)) != 0)
		return status;
	buf_init(&out, BUF_CAP_DOC);
	if (infer_schema(&out, c, c->catalog, argv[0], o->output, &user, &e) != 0)
		status = cli_fail(c, &e);
	else if (o->output == NULL)
		out_raw(&c->out, out.data, out.len);
	else if (file_replace(os_real(), o->output, out.data, out.len, 0666,
	    &e) != 0)
		status = cli_fail(c, &e);
	buf_free(&out);
	return status;
}

const struct verb verb_schema = {
	.name = "schema",
	.summary = "infer what a table looks like, as YAML to edit",
	.synopsis = "[-o FILE] NAME",
	.about =
"Prints mlv-schema(5): a column's type, range or categories, the share that\n"
"must be there, whether it is unique.  What is inferred is what was seen:\n"
"edit it, commit it, and hold new data against it with mlv-data check.\n"
"\n"
"example: mlv-data schema data:churn > schema.yaml\n",
	.options = schema_options, .opts_size = sizeof(struct schema_verb),
	.flags = VERB_JSON | VERB_CATALOG, .run = schema_run,
};
