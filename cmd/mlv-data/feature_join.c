/* mlv-data feature join: a training set, as of each row's time. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/path.h"
#include "catalog/dataset.h"
#include "catalog/name.h"
#include "catalog/put.h"
#include "cli/cli.h"
#include "cli/reading.h"
#include "flow/features/join.h"
#include "flow/features/source.h"
#include "store/odb.h"
#include "verbs.h"
#include "write/rows.h"

struct join_verb {
	struct reading read;
	const char *service, *output, *timestamp, *name;
	bool short_names;
	int64_t memory;
};

static const struct join_verb join_defaults = {
	.timestamp = "event_timestamp", .memory = 1024, .output = "-",
};

static const struct opt join_options[] = {
	{ OPT_TEXT, 's', "service", offsetof(struct join_verb, service),
	    "SERVICE", "whose features to join",
	    .needed = "say with --service which features to join" },
	{ OPT_TEXT, 'o', "output", offsetof(struct join_verb, output), "FILE",
	    "write there, .csv, .jsonl or .parquet (.gz, .zst), not to stdout" },
	{ OPT_TEXT, 'n', "name", offsetof(struct join_verb, name), "NAME",
	    "keep FILE as data:NAME, linked to what it was made of" },
	{ OPT_TEXT, 't', "timestamp", offsetof(struct join_verb, timestamp),
	    "COLUMN", "the time of each row (event_timestamp)" },
	{ OPT_FLAG, 0, "short", offsetof(struct join_verb, short_names), NULL,
	    "FEATURE instead of VIEW__FEATURE where that is unambiguous" },
	{ OPT_INT, 0, "memory", offsetof(struct join_verb, memory), "MIB",
	    "for rows (1024); more are joined in parts, from a copy on disk",
	    .low = 1, .high = 1 << 20 },
	READING_OPTIONS(struct join_verb, read),
	OPT_END
};

struct join_job {
	struct cli *c;
	const struct join_verb *o;
	struct feature_join join;
	struct feature_joined done;
	struct rows_out rows;
	struct oid content;
};

static int
take_rows(void *ctx, const void *p, size_t n, struct err *e)
{
	struct join_job *j = ctx;

	return rows_out_add(&j->rows, p, n, e);
}

/* As a version of data:NAME, linked to sources and definitions. */
static int
keep_version(struct join_job *j, const char **label, struct err *e)
{
	struct arena *a = &j->c->arena;
	struct json *extra = json_new(a, JSON_MAP), *f;
	struct link *from = arena_alloc(a, (j->done.n_from + 1) *
	    sizeof(*from));
	struct catalog_dataset d = { .name = j->o->name,
	    .path = j->o->output, .rows = (int64_t)j->done.rows,
	    .extra = extra, .from = from };
	struct catalog_put put;
	struct buf b;
	size_t n = 0;
	int r;

	for (size_t i = 0; i < j->done.n_from; i++)
		if (strcmp(j->done.from[i].type, TYPE_DATASET) == 0)
			from[n++] = j->done.from[i];
	f = json_add_map(a, extra, "features");
	json_add_text(a, f, "service", j->o->service);
	f = json_add_list(a, f, "made_of");
	for (size_t i = 0; i < j->done.n_from; i++) {
		struct json *m = json_add_map(a, f, NULL);
		char text[OID_TEXT];

		json_add_text(a, m, "name", j->done.from[i].name);
		json_add_text(a, m, "id", oid_print(text,
		    &j->done.from[i].id));
	}
	buf_init(&b, BUF_CAP_DOC);
	r = json_canonical(&b, j->join.spec->tree, e);
	from[n] = (struct link){ .rel = "features",
	    .type = "application/json", .name = "features.yaml",
	    .size = b.len };
	if (r == 0)
		r = catalog_put_bytes(&from[n].id, j->c->catalog, b.data,
		    b.len, e);
	d.n_from = n + 1;
	buf_free(&b);
	if (r < 0 || catalog_put_dataset(&put, j->c->catalog, &d, e) < 0)
		return -1;
	*label = arena_strdup(a, put.label);
	return 0;
}

static void
print_joined(struct join_job *j, const char *label)
{
	struct out *out = &j->c->out;
	struct json *list = json_new(&j->c->arena, JSON_LIST), *m;
	char text[OID_TEXT];

	out_begin(out, "mlv.feature.joined/1");
	out_text(out, "name", label);
	out_text(out, "id", oid_print(text, &j->content));
	out_int(out, "rows", (int64_t)j->done.rows);
	out_int(out, "missing", (int64_t)j->done.missing);
	out_only(out, OUT_JSON);
	out_int(out, "passes", j->done.passes);
	for (size_t i = 0; i < j->done.n_from; i++) {
		m = json_add_map(&j->c->arena, list, NULL);
		json_add_text(&j->c->arena, m, "name", j->done.from[i].name);
		json_add_text(&j->c->arena, m, "id", oid_print(text,
		    &j->done.from[i].id));
	}
	out_tree(out, "made_of", list);
	out_only(out, OUT_BOTH);
	out_path(out, "path", j->o->output);
	out_end(out);
}

static int
refuse_inputs(const struct join_job *j, const char *spec, struct err *e)
{
	const struct feature_spec *s = j->join.spec;
	int r = file_refuse_same(j->o->output, spec, e);

	if (r == 0 && strcmp(j->join.entities, "-") != 0)
		r = file_refuse_same(j->o->output, j->join.entities, e);
	for (size_t i = 0; r == 0 && i < s->views; i++) {
		char *path = s->view[i].source[0] == '/' ? NULL :
		    path_join(j->join.folder, s->view[i].source);

		r = file_refuse_same(j->o->output, path ? path :
		    s->view[i].source, e);
		free(path);
	}
	return r;
}

static int
join_to_file(struct join_job *j, struct err *e)
{
	const struct table_read_opts csv = { .format = TABLE_CSV };
	const struct table_read_opts jsonl = { .format = TABLE_JSONL };
	struct sink to = { take_rows, j };
	bool named = strcmp(j->o->output, "-") != 0;
	struct sha256 *hash;
	const char *label = NULL;
	int r = -1;

	if (rows_out_open(&j->rows, j->o->output, NULL, j->o->name != NULL,
	    e) < 0)
		return -1;
	hash = j->rows.to.hash = sha256_new();
	j->join.jsonl = rows_out_takes(&j->rows, TABLE_JSONL);
	rows_out_text(&j->rows, j->join.jsonl ? &jsonl : &csv);
	if (feature_join(&j->done, &j->c->arena, &j->join, &to, e) == 0 &&
	    rows_out_commit(&j->rows, e) == 0) {
		sha256_done(hash, j->content.b);
		j->c->committed = named;
		r = j->o->name != NULL ? keep_version(j, &label, e) : 0;
	}
	if (r == 0 && named)
		print_joined(j, label);
	rows_out_drop(&j->rows);
	sha256_free(hash);
	return r;
}

static int
join_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct join_verb *o = opts;
	struct join_job j = { .c = c, .o = o };
	struct table_read_opts user;
	struct feature_spec *spec;
	struct err e = ERR_INIT;
	char *folder;
	int status;

	if (argc != 2)
		return cli_usage(c, "give features.yaml and the table of "
		    "entities");
	if (o->name != NULL && strcmp(o->output, "-") == 0)
		return cli_usage(c, "--name keeps the file: say with -o "
		    "where");
	if (o->name != NULL && !name_base_ok(o->name))
		return cli_usage(c, "'%s' cannot be part of a name: use a-z "
		    "0-9 . _ -", o->name);
	if ((status = reading_opts(&user, c, &o->read)) != 0)
		return status;
	j.join = (struct feature_join){ .catalog = c->catalog,
	    .entities = argv[1], .read = &user, .timestamp = o->timestamp,
	    .short_names = o->short_names, .log = &c->log,
	    .memory = (uint64_t)o->memory << 20 };
	if (feature_spec_load(&spec, &folder, &c->arena, argv[0], &e) < 0)
		return cli_fail(c, &e);
	j.join.spec = spec;
	j.join.folder = folder;
	if (feature_service_find(&j.join.service, spec, o->service, &e) < 0)
		return cli_fail(c, &e);
	if (refuse_inputs(&j, argv[0], &e) < 0 ||
	    (o->name != NULL && catalog_need_repo(c->catalog, "--name",
	    &e) < 0) || join_to_file(&j, &e) < 0)
		return cli_fail(c, &e);
	return EXIT_YES;
}

const struct verb verb_feature_join = {
	.name = "feature join",
	.summary = "a training set: features as known at each row's time",
	.synopsis = "--service SERVICE [-o FILE [--name NAME]] FEATURES.yaml "
	    "ENTITIES",
	.about =
"ENTITIES holds the keys and a time a row; its columns come out as they are,\n"
"one row for each row, in their order, then VIEW__FEATURE for each feature\n"
"of the service: the value of the newest row of the view's source that is\n"
"not after the row's time and was created by then, and not older than the\n"
"view's ttl; of equal times the one created last, then the last in the\n"
"source.  What is not there is an empty cell.\n"
"\n"
"With -o prints name, id, rows, missing cells and path; --json also says of\n"
"what it was made, by id.\n"
"\n"
"example: mlv-data feature join features.yaml --service churn entities.csv \\\n"
"             -o train.csv\n",
	.options = join_options, .opts_size = sizeof(struct join_verb),
	.defaults = &join_defaults,
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_CATALOG | VERB_EVENTS,
	.run = join_run,
};
