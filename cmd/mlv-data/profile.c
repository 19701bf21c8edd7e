/* mlv-data profile: a summary that merges exactly. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "catalog/bytes.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "catalog/open_table.h"
#include "catalog/put.h"
#include "cli/cli.h"
#include "cli/reading.h"
#include "profile/profile.h"
#include "quality/schema.h"
#include "store/odb.h"
#include "verbs.h"

struct profile_verb {
	struct reading read;
	const char *schema, *output;
	bool merge;
	struct texts drop;
};

static const struct opt profile_options[] = {
	{ OPT_FLAG, 0, "merge", offsetof(struct profile_verb, merge), NULL,
	    "NAME... are profiles: print that of all their rows" },
	{ OPT_TEXT, 'o', "output", offsetof(struct profile_verb, output),
	    "NAME", "write a file, or profile:NAME in the repository" },
	{ OPT_TEXT, 0, "schema", offsetof(struct profile_verb, schema), "FILE",
	    "take column types and reading from this schema" },
	{ OPT_LIST, 0, "drop", offsetof(struct profile_verb, drop),
	    "COLUMN,...", "leave these columns out" },
	READING_OPTIONS(struct profile_verb, read),
	OPT_END
};

static int
profile_data(struct profile **p, struct json *links, struct cli *c,
    struct catalog *catalog, const char *name, const struct profile_verb *o,
    const struct table_read_opts *user, struct err *e)
{
	struct catalog_bytes b;
	struct table *t;
	uint64_t size;
	int r;

	if (catalog_open_table(&t, &b, catalog, name, user, e) != 0)
		return -1;
	r = o->output != NULL && b.item.kind == NAME_PATH ?
	    file_refuse_same(o->output, b.item.base, e) : 0;
	if (r == 0)
		r = table_drop(t, o->drop.v, o->drop.n, e);
	if (r == 0)
		r = profile_of_table(p, t, 0, e);
	if (r == 0 && b.item.kind == NAME_DATA)
		r = odb_size(&size, catalog_odb(catalog), &b.item.id, e);
	if (r == 0 && b.item.kind == NAME_DATA)
		manifest_link(&c->arena, links, "data", TYPE_DATASET,
		    arena_strdup(&c->arena, b.item.label), &b.item.id, size);
	table_free(t);
	catalog_bytes_close(&b);
	return r;
}

static int
merge_one(struct profile **p, struct catalog *catalog, const char *name,
    struct err *e)
{
	struct profile *one;
	struct catalog_bytes b;
	int r = -1;

	if (catalog_open_bytes(&b, catalog, name, e) != 0)
		return -1;
	if (profile_parse(&one, b.data, b.n, e) != 0) {
		err_wrap(e, "%s", name);
	} else if (*p == NULL) {
		*p = one;
		r = 0;
	} else {
		r = profile_merge(*p, one, e);
		if (r != 0)
			err_wrap(e, "%s", name);
		profile_free(one);
	}
	catalog_bytes_close(&b);
	return r;
}

/* profile:NAME becomes a version there. */
static int
register_profile(struct cli *c, struct catalog *catalog, const char *base,
    struct json *m, const struct json *links, struct err *e)
{
	char text[OID_TEXT];
	struct catalog_put put;
	struct link k;

	json_add_list(&c->arena, m, "links");
	if (manifest_find(&k, links, "data", NULL))
		manifest_link(&c->arena, m, k.rel, k.type, k.name, &k.id,
		    k.size);
	if (catalog_put_manifest(&put, catalog, NAME_PROFILE, base, m, NULL,
	    e) != 0)
		return -1;
	c->committed = true;
	out_begin(&c->out, "mlv.profile.added/1");
	out_text(&c->out, "name", put.label);
	out_text(&c->out, "id", oid_print(text, &put.id));
	out_end(&c->out);
	return 0;
}

static void
print_moment(struct out *out, const char *key, const struct profile_column *c,
    double v)
{
	char text[COLUMN_PRINT_MAX];

	if (!c->is_number || c->finite == 0 || isnan(v)) {
		out_null(out, key);
	} else if (c->type == COL_DATETIME) {
		clock_print(text, (int64_t)v);
		out_text(out, key, text);
	} else {
		out_num(out, key, v);
	}
}

/* Whole numbers beyond 2^53 are no doubles. */
static void
print_end(struct out *out, const char *key, const struct profile_column *c,
    double v, int64_t exact)
{
	if (c->whole && fabs(v) > 0x1p53)
		out_int(out, key, exact);
	else
		print_moment(out, key, c, v);
}

/* For a person at a terminal: a line a column. */
static void
print_columns(struct out *out, const struct profile *p)
{
	struct profile_column c;

	for (size_t i = 0; i < profile_cols(p); i++) {
		profile_column(&c, p, i);
		out_begin(out, "mlv.profile.column/1");
		out_text(out, "column", c.name);
		out_text(out, "type", col_type_name(c.type));
		out_int(out, "rows", (int64_t)c.rows);
		out_int(out, "missing", (int64_t)c.missing);
		out_int(out, "distinct", (int64_t)c.distinct);
		print_end(out, "min", &c, c.min, c.least);
		print_moment(out, "mean", &c, c.mean);
		print_end(out, "max", &c, c.max, c.most);
		print_moment(out, "std", &c, c.type == COL_DATETIME ? NAN :
		    c.std);
		out_end(out);
	}
}

static int
deliver_profile(struct cli *c, struct catalog *catalog,
    const struct profile_verb *o, const struct profile *p,
    const struct json *links, struct err *e)
{
	struct json *m;
	struct name n;
	struct buf b;
	int r = -1;

	if (o->output != NULL && name_parse(&n, o->output, e) != 0)
		return -1;
	if (o->output != NULL && n.kind == NAME_PROFILE) {
		r = catalog_repo(catalog) == NULL ? err_set(e, ERR_NOENT,
		    "no repository here for '%s': run mlv-data init",
		    o->output) : profile_json(&m, &c->arena, p, e);
		if (r == 0)
			r = register_profile(c, catalog, n.base, m, links, e);
		name_free(&n);
		return r;
	}
	if (o->output == NULL && c->out.form == OUT_TABLE) {
		print_columns(&c->out, p);
		return 0;
	}
	buf_init(&b, BUF_CAP_DOC);
	if (o->output != NULL && n.kind != NAME_PATH && n.kind != NAME_STDIO)
		err_set(e, ERR_USAGE, "-o is a file or profile:NAME, not "
		    "'%s'", o->output);
	else if (profile_write(&b, p, e) == 0) {
		if (o->output == NULL || n.kind == NAME_STDIO) {
			out_raw(&c->out, b.data, b.len);
			r = 0;
		} else {
			r = file_replace(os_real(), o->output, b.data, b.len,
			    0666, e);
		}
	}
	if (o->output != NULL)
		name_free(&n);
	buf_free(&b);
	return r;
}

static int
make_profile(struct cli *c, struct catalog *catalog,
    const struct profile_verb *o, struct table_read_opts *user,
    const struct texts *names, struct err *e)
{
	struct json *links = manifest_new(&c->arena, PROFILE_SCHEMA);
	struct profile *p = NULL;
	int r = 0;

	if (o->schema != NULL) {
		struct schema *s;

		r = schema_load(&s, &c->arena, o->schema, e);
		if (r == 0)
			schema_read_opts(user, &c->arena, s);
	}
	for (size_t i = 0; r == 0 && i < names->n; i++)
		r = o->merge ? merge_one(&p, catalog, names->v[i], e) :
		    profile_data(&p, links, c, catalog, names->v[i], o, user,
		    e);
	if (r == 0)
		r = deliver_profile(c, catalog, o, p, links, e);
	profile_free(p);
	return r;
}

static int
profile_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct profile_verb *o = opts;
	struct table_read_opts user;
	struct err e = ERR_INIT;
	struct texts names;
	int status;

	if (cli_names(c, &names, argc, argv, &e) != 0)
		return cli_fail(c, &e);
	if (o->merge && names.n == 0)
		return cli_usage(c, "give the profiles to merge");
	if (!o->merge && names.n != 1)
		return cli_usage(c, "give one file or name (to join profiles: "
		    "--merge)");
	if ((status = reading_opts(&user, c, &o->read)) != 0)
		return status;
	status = make_profile(c, c->catalog, o, &user, &names, &e) == 0 ?
	    EXIT_YES : cli_fail(c, &e);
	return status;
}

const struct verb verb_profile = {
	.name = "profile",
	.summary = "print a statistical summary that merges exactly",
	.synopsis = "[--schema FILE] [-o NAME] NAME\n"
	    "--merge [-o NAME] PROFILE...\n"
	    "--merge [-o NAME] --stdin",
	.about =
"Prints canonical JSON (mlv-profile(5)): counts, exact sums, histograms,\n"
"distinct values, a sample of rows; at a terminal without --json or -o, a\n"
"line a column.  The same rows give the same bytes,\n"
"however they are cut, ordered or shared among threads: profiles of parts,\n"
"merged, are the profile of the whole.  Give parts the same --schema, so\n"
"that their columns have the same types.  No value of a text column is kept.\n"
"\n"
"example: mlv-data profile data:churn-train -o profile:churn-train\n",
	.options = profile_options, .opts_size = sizeof(struct profile_verb),
	.flags = VERB_JSON | VERB_TABLE | VERB_STDIN | VERB_CATALOG |
	    VERB_EVENTS,
	.run = profile_run,
};
