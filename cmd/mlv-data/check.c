/* mlv-data check: hold rows against a schema. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "catalog/bytes.h"
#include "catalog/name.h"
#include "cli/cli.h"
#include "cli/environment.h"
#include "cli/reading.h"
#include "flow/check/data.h"
#include "flow/check/page.h"
#include "lineage/event.h"
#include "verbs.h"
#include "write/rows.h"

struct check_verb {
	struct reading read;
	const char *schema, *bad, *output, *now, *html;
	int64_t at;			/* --now */
	int64_t memory;			/* MiB */
};

static const struct check_verb check_defaults = {
	.memory = CHECK_MEMORY >> 20
};

static const struct opt check_options[] = {
	{ OPT_TEXT, 's', "schema", offsetof(struct check_verb, schema), "FILE",
	    "the schema, as mlv-data schema prints it",
	    .needed = "say with --schema what to check against" },
	{ OPT_TEXT, 0, "bad", offsetof(struct check_verb, bad), "FILE",
	    "pass the good rows on, write the others there with the reason" },
	{ OPT_TEXT, 'o', "output", offsetof(struct check_verb, output), "FILE",
	    "the good rows there, instead of on standard output" },
	{ OPT_TEXT, 0, "html", offsetof(struct check_verb, html), "FILE",
	    "also write what was asked and found as a page" },
	{ OPT_TEXT, 0, "now", offsetof(struct check_verb, now), "TIME",
	    "what freshness is measured from, instead of the clock" },
	{ OPT_INT, 0, "memory", offsetof(struct check_verb, memory), "MIB",
	    "for the keys of rows, 1024 by default; beyond they go to disk",
	    .low = 1, .high = 1 << 20 },
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
	out_text(&c->out, "anomaly", f->anomaly);
	out_only(&c->out, OUT_BOTH);
	out_text(&c->out, "what", f->what);
	out_tree(&c->out, "examples", examples);
	out_tree(&c->out, "rows", rows);
	out_path(&c->out, "path", path);
	out_end(&c->out);
}

/* The records go to standard output, unless the rows do. */
static void
tell_finding(struct cli *c, const struct finding *f, const char *path)
{
	cli_warn(c, "%s: %s%s%s: %s (%llu)", path, f->column ? f->column : "",
	    f->column ? ": " : "", check_rule_name(f->rule), f->what,
	    (unsigned long long)f->hits);
}

struct passed_rows {
	struct cli *c;
	struct rows_out bad, good;
	bool named;			/* the good ones go to a file, too */
};

static void
tell_text(void *ctx, bool bad, const struct table_read_opts *how)
{
	struct passed_rows *p = ctx;

	if (bad || p->named)
		rows_out_text(bad ? &p->bad : &p->good, how);
}

static int
pass_good(void *ctx, const char *s, size_t n, struct err *e)
{
	struct passed_rows *p = ctx;

	if (p->named)
		return rows_out_add(&p->good, s, n, e);
	out_raw(&p->c->out, s, n);
	return 0;
}

static int
pass_bad(void *ctx, const char *s, size_t n, struct err *e)
{
	struct passed_rows *p = ctx;

	return rows_out_add(&p->bad, s, n, e);
}

static int
open_passed(struct passed_rows *p, const struct check_verb *o, struct err *e)
{
	if (rows_out_open(&p->bad, o->bad, NULL, true, e) != 0)
		return -1;
	p->named = o->output != NULL;
	if (!p->named || rows_out_open(&p->good, o->output, NULL, true,
	    e) == 0)
		return 0;
	rows_out_drop(&p->bad);
	return -1;
}

/* Both get their names, or with -1 neither, but for a failing rename. */
static int
close_passed(struct passed_rows *p, int r, struct err *e)
{
	if (r == 0 && (r = rows_out_commit(&p->bad, e)) == 0 && p->named)
		return rows_out_commit(&p->good, e);
	if (r != 0) {
		rows_out_drop(&p->bad);
		if (p->named)
			rows_out_drop(&p->good);
	}
	return r;
}

static int
check_rows_of(struct check *k, struct cli *c, struct catalog_bytes *b,
    const struct check_verb *o, const struct schema *s,
    const struct table_read_opts *user, struct err *e)
{
	struct passed_rows p = { .c = c };
	const struct check_rows to = { o->output != NULL || !(c->json ||
	    c->nul) ? pass_good : NULL, pass_bad, tell_text, &p };
	const struct check_data how = { .catalog = c->catalog, .schema = s,
	    .user = user, .to = o->bad ? &to : NULL, .has_now = true,
	    .now = o->at, .memory = (size_t)o->memory << 20,
	    .folder = cli_scratch_folder() };
	int r;

	if (o->bad == NULL)
		return check_data(k, b, &how, e);
	if (open_passed(&p, o, e) != 0)
		return -1;
	r = check_data(k, b, &how, e);
	if (close_passed(&p, r, e) == 0)
		return 0;
	if (r == 0)
		check_release(k);
	return -1;
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

/* Nothing that is read is written. */
static int
refuse_outputs(const struct check_verb *o, const char *read, struct err *e)
{
	return file_refuse_same(o->bad, read, e) != 0 ||
	    file_refuse_same(o->output, read, e) != 0 ||
	    file_refuse_same(o->html, read, e) != 0 ? -1 : 0;
}

static int
write_page(struct catalog_bytes *b, const char *name,
    const struct check_verb *o, const struct schema *s,
    const struct check *k, struct err *e)
{
	char id[OID_TEXT];
	struct buf page;
	int r;

	buf_init(&page, BUF_CAP_DOC);
	check_page(&page, k, s, name, oid_print(id, catalog_bytes_id(b)));
	r = buf_check(&page, e);
	if (r == 0)
		r = file_replace(os_real(), o->html, page.data, page.len, 0666,
		    e);
	buf_free(&page);
	return r;
}

static int
check_one(bool *failed, struct cli *c, struct catalog *catalog,
    const char *name, const struct check_verb *o, const struct schema *s,
    const struct table_read_opts *user, struct err *e)
{
	struct catalog_bytes b;
	struct check k;
	int r = -1;

	if (catalog_open_typed(&b, catalog, name, e) != 0)
		return -1;
	if ((b.item.kind == NAME_PATH &&
	    refuse_outputs(o, b.item.base, e) != 0) ||
	    check_rows_of(&k, c, &b, o, s, user, e) != 0)
		goto done;
	for (size_t i = 0; i < k.n; i++) {
		if (o->bad != NULL && o->output == NULL && !c->json && !c->nul)
			tell_finding(c, &k.f[i], name);
		else
			print_finding(c, &k.f[i], name);
	}
	tell_event(c, &b, name, &k);
	r = o->html != NULL ? write_page(&b, name, o, s, &k, e) : 0;
	*failed = *failed || check_failed(&k);
	check_release(&k);
done:
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
	o->at = clock_wall_us();
	if (o->now != NULL && !clock_parse(o->now, strlen(o->now), &o->at))
		return cli_usage(c, "--now '%s' is no time: as in "
		    "2026-01-31T12:00:00Z", o->now);
	if (cli_names(c, &names, argc, argv, &e) != 0)
		return cli_fail(c, &e);
	if (o->bad != NULL && names.n != 1)
		return cli_usage(c, "--bad takes the rows of one file, not "
		    "%zu", names.n);
	if (o->html != NULL && names.n != 1)
		return cli_usage(c, "--html is the page of one file, not of "
		    "%zu", names.n);
	if (o->output != NULL && o->bad == NULL)
		return cli_usage(c, "-o takes the good rows: say with --bad "
		    "where the others go");
	if (o->output != NULL && strcmp(o->output, o->bad) == 0)
		return cli_usage(c, "good and bad rows cannot both go to '%s'",
		    o->bad);
	if (refuse_outputs(o, o->schema, &e) != 0 ||
	    file_refuse_same(o->output, o->bad, &e) != 0 ||
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
	.synopsis = "--schema FILE [--html FILE] [--bad FILE [-o FILE]] NAME...\n"
	    "--schema FILE --stdin",
	.about =
"Prints a record for each rule of the schema that is broken: rule, column,\n"
"severity, rows hit, what is wrong, examples, the first row numbers, file.\n"
"Nothing printed and exit 0: all is well.  Exit 1: a rule of severity error\n"
"is broken; rules of severity warn are only told.  mlv-schema(5) has the rules:\n"
"types, ranges, sets, patterns, keys, conditions, means and quantiles, freshness,\n"
"keys of other tables, and what earlier versions were like.\n"
"\n"
"With --bad it is a filter: the rows that break no rule of severity error go to\n"
"standard output as they are, all others to FILE with their number and the\n"
"reason, in the columns _row and _reason; what is broken is told on standard\n"
"error.  With --json or -z the records stay on standard output.  A row that\n"
"cannot be cut into cells goes to FILE as the text it is, in the first column.\n"
"FILE may end in .csv, .jsonl or .parquet, and .gz or .zst behind it.\n"
"The rows of a Parquet file keep their types there.\n"
"\n"
"example: mlv-data check --schema s.yaml in.csv --bad bad.csv > good.csv\n",
	.options = check_options, .defaults = &check_defaults,
	.opts_size = sizeof(struct check_verb),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_STDIN | VERB_CATALOG |
	    VERB_EVENTS, .run = check_run,
};
