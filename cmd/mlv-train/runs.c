/* mlv-train runs: the runs of this repository. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/metrics.h"
#include "codec/json.h"
#include "track/query.h"
#include "verbs.h"

struct runs_opts {
	const char *where, *sort, *input;
	struct texts columns;
	int64_t limit;
};

static const struct opt runs_options[] = {
	{ OPT_TEXT, 'w', "where", offsetof(struct runs_opts, where), "EXPR",
	    "only runs for which it holds, as 'metrics.auc > 0.8'" },
	{ OPT_TEXT, 'i', "input", offsetof(struct runs_opts, input), "NAME",
	    "only runs that read it: a name, an id, a file" },
	{ OPT_TEXT, 's', "sort", offsetof(struct runs_opts, sort), "FIELD",
	    "order by a field; -FIELD is descending" },
	{ OPT_LIST, 'c', "columns", offsetof(struct runs_opts, columns),
	    "FIELD,...", "fields to print after the run's name" },
	{ OPT_INT, 'n', "limit", offsetof(struct runs_opts, limit), "N",
	    "at most N runs", .high = INFINITY },
	OPT_END
};

static void
print_field(struct cli *c, const struct json *row, const char *field)
{
	const struct json *j = query_field(row, field);

	if (j == NULL || j->type == JSON_NULL)
		out_null(&c->out, field);
	else if (j->type == JSON_TEXT)
		out_textn(&c->out, field, j->s, j->n);
	else if (j->type == JSON_REAL)
		out_num(&c->out, field, j->d);
	else
		out_tree(&c->out, field, j);
}

static void
print_metrics(struct cli *c, const struct json *row)
{
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	metrics_text(&b, &c->out, json_get(row, "metrics"),
	    json_get(row, "metrics_flag"));
	out_text(&c->out, "metrics", b.data);
	buf_free(&b);
}

static void
print_row(struct cli *c, const struct json *row, const struct texts *columns)
{
	const char *id = json_text(row, "id", "");

	out_begin(&c->out, "mlv.run.listed/1");
	out_only(&c->out, OUT_TEXT);
	out_text(&c->out, "run", arena_printf(&c->arena, "run:%s", id));
	if (columns->n == 0) {
		print_field(c, row, "status");
		print_field(c, row, "verb");
		print_field(c, row, "name");
		print_metrics(c, row);
		print_field(c, row, "learner");
		print_field(c, row, "target");
		print_field(c, row, "data");
	}
	for (size_t i = 0; i < columns->n; i++)
		print_field(c, row, columns->v[i]);
	out_only(&c->out, OUT_JSON);
	for (const struct json *j = row->child; j; j = j->next)
		if (strcmp(j->key, "schema") != 0)
			out_tree(&c->out, j->key, j);
	out_end(&c->out);
}

static int
runs_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	if (argc)
		return cli_usage(c, "runs takes no argument, not '%s'; "
		    "'mlv-train show' shows one", argv[0]);
	return 0;
}

static int
runs_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct runs_opts *o = opts;
	struct query q = { .where = o->where, .sort = o->sort,
	    .input = o->input,
	    .columns = o->columns.v, .n_columns = o->columns.n };
	struct err e = ERR_INIT;
	struct query_rows rows;
	int r;

	(void)argc;
	(void)argv;
	q.limit = (size_t)o->limit;
	r = query_runs(&rows, c->catalog, &q, &e);
	for (size_t i = 0; r == 0 && i < rows.n_absent; i++)
		cli_warn(c, "no run has %s", rows.absent[i]);
	for (size_t i = 0; r == 0 && i < rows.n; i++)
		print_row(c, rows.row[i], &o->columns);
	query_free(&rows);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_runs = {
	.name = "runs",
	.summary = "list runs, filtered and sorted",
	.synopsis = "[-w EXPR] [-i NAME] [-s [-]FIELD] [-c FIELD,...] [-n N]",
	.about =
"Prints one record a run, newest first: run:ID, and then the fields status,\n"
"verb, name (the word given with --name), metrics, learner, target and data\n"
"(what it read), or with --columns those asked for.\n"
"\n"
"--input asks by what was read: data:NAME is every version of it, data:NAME@V\n"
"and an id those bytes, a file its bytes or its name.\n"
"\n"
"Fields: id, name, verb, learner, target, data, status (running, finished,\n"
"failed, killed, unknown), exit, params.KEY, metrics.NAME, git.commit,\n"
"usage.wall_s, usage.cpu_s, tags.NAME.  --where also takes a filter string of\n"
"MLflow, as \"metrics.auc > 0.8 AND params.lr = '0.1' AND tags.a LIKE 'x%'\".\n"
"Another name is a usage error; a metric or parameter that no run has, a\n"
"warning.  A killed run reads as killed: a lock says so, not a field.\n"
"\n"
"example: mlv-train runs --where 'metrics.auc > 0.8 and params.lr = 0.1' \\\n"
"             --sort -metrics.auc\n",
	.options = runs_options, .opts_size = sizeof(struct runs_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY, .check = runs_check, .run = runs_run,
};
