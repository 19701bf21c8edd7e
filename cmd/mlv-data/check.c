/* mlv-data check: hold rows against a schema. */
#include <string.h>

#include "base/file.h"
#include "catalog/bytes.h"
#include "catalog/name.h"
#include "catalog/open_table.h"
#include "cli/cli.h"
#include "cli/reading.h"
#include "lineage/event.h"
#include "quality/check.h"
#include "verbs.h"

struct check_verb {
	struct reading read;
	const char *schema, *bad;
};

static const struct opt check_options[] = {
	{ OPT_TEXT, 's', "schema", offsetof(struct check_verb, schema), "FILE",
	    "the schema, as mlv-data schema prints it",
	    .needed = "say with --schema what to check against" },
	{ OPT_TEXT, 0, "bad", offsetof(struct check_verb, bad), "FILE",
	    "write the rows that broke a rule there, unchanged" },
	READING_OPTIONS(struct check_verb, read),
	OPT_END
};

static void
print_finding(struct cli *c, const struct finding *f, const char *path)
{
	struct json *rows = json_new(&c->arena, JSON_LIST);
	struct json *examples = json_new(&c->arena, JSON_LIST);

	for (size_t i = 0; i < f->rows; i++)
		json_add_int(&c->arena, rows, NULL, (int64_t)f->row[i]);
	for (size_t i = 0; i < f->examples; i++)
		json_add_text(&c->arena, examples, NULL, f->example[i]);
	out_begin(&c->out, "mlv.check/1");
	out_text(&c->out, "rule", check_rule_name(f->rule));
	out_text(&c->out, "column", f->column);
	out_text(&c->out, "severity", f->severity == SEVERITY_ERROR ? "error" :
	    "warn");
	out_int(&c->out, "hits", (int64_t)f->hits);
	out_only(&c->out, OUT_JSON);
	out_int(&c->out, "looked", (int64_t)f->looked);
	out_only(&c->out, OUT_BOTH);
	out_text(&c->out, "what", f->what);
	out_tree(&c->out, "examples", examples);
	out_tree(&c->out, "rows", rows);
	out_path(&c->out, "path", path);
	out_end(&c->out);
}

/* The rules that were broken, as a facet of the table. */
static void
tell_event(struct cli *c, struct catalog_bytes *b, const char *name,
    const struct check *k)
{
	struct event_assertion *a;

	if (c->event == NULL)
		return;
	a = arena_alloc(&c->arena, (k->n + 1) * sizeof(*a));
	for (size_t i = 0; i < k->n; i++)
		a[i] = (struct event_assertion){
		    check_rule_name(k->f[i].rule), k->f[i].column,
		    k->f[i].what, false, k->f[i].severity == SEVERITY_ERROR };
	if (k->n == 0)
		a[0] = (struct event_assertion){ "schema", NULL,
		    "every rule is kept", true, true };
	lineage_event_checked(c->event, name, catalog_bytes_id(b), a,
	    k->n ? k->n : 1);
}

static int
check_one(bool *failed, struct cli *c, struct catalog *catalog,
    const char *name, const struct check_verb *o, const struct schema *s,
    const struct table_read_opts *user, struct err *e)
{
	struct table_read_opts read;
	struct catalog_bytes b;
	struct check_input in;
	struct check k;
	struct buf bad;
	int r = -1;

	if (catalog_open_bytes(&b, catalog, name, e) != 0)
		return -1;
	in = (struct check_input){ b.data, b.n, &read };
	buf_init(&bad, BUF_CAP_DATA);
	if (o->bad != NULL && b.item.kind == NAME_PATH &&
	    file_refuse_same(o->bad, b.item.base, e) != 0)
		goto done;
	if (catalog_read_opts(&read, &b, user, e) != 0 ||
	    check_table(&k, o->bad != NULL ? &bad : NULL, &in, s, e) != 0)
		goto done;
	for (size_t i = 0; i < k.n; i++)
		print_finding(c, &k.f[i], name);
	tell_event(c, &b, name, &k);
	*failed = *failed || check_failed(&k);
	r = 0;
	if (o->bad != NULL && (r = buf_check(&bad, e)) == 0)
		r = file_replace(os_real(), o->bad, bad.data, bad.len, 0666,
		    e);
	check_release(&k);
done:
	buf_free(&bad);
	catalog_bytes_close(&b);
	return r;
}

static int
check_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct check_verb *o = opts;
	struct table_read_opts user;
	struct err e = ERR_INIT;
	struct texts names;
	struct schema *s;
	bool failed = false;
	int status;

	if ((status = reading_opts(&user, c, &o->read)) != 0)
		return status;
	if (cli_names(c, &names, argc, argv, &e) != 0)
		return cli_fail(c, &e);
	if (o->bad != NULL && names.n != 1)
		return cli_usage(c, "--bad takes the rows of one file, not "
		    "%zu", names.n);
	if ((o->bad != NULL && file_refuse_same(o->bad, o->schema, &e) != 0) ||
	    schema_load(&s, &c->arena, o->schema, &e) != 0)
		return cli_fail(c, &e);
	for (size_t i = 0; i < names.n && status == 0; i++)
		if (check_one(&failed, c, c->catalog, names.v[i], o, s, &user,
		    &e) != 0)
			status = cli_fail(c, &e);
	return status != 0 ? status : failed ? EXIT_NO : EXIT_YES;
}

const struct verb verb_check = {
	.name = "check",
	.summary = "hold rows against a schema; exit 1 when they break it",
	.synopsis = "--schema FILE [--bad FILE] NAME...\n"
	    "--schema FILE --stdin",
	.about =
"Prints a record for each rule of the schema that is broken: rule, column,\n"
"severity, rows hit, what is wrong, examples, the first row numbers, file.\n"
"Nothing printed and exit 0: all is well.  Exit 1: a rule of severity error\n"
"is broken; rules of severity warn are only told.\n"
"\n"
"example: mlv-data check --schema schema.yaml --bad bad.csv new.csv\n",
	.options = check_options, .opts_size = sizeof(struct check_verb),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_STDIN | VERB_CATALOG |
	    VERB_EVENTS, .run = check_run,
};
