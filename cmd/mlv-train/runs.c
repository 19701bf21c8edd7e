/* mlv-train runs: the runs of this repository. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/metrics.h"
#include "codec/json_edit.h"
#include "track/group.h"
#include "track/query.h"
#include "verbs.h"

struct runs_opts {
	const char *where, *sort, *input;
	struct texts columns, by, aggs;
	int64_t limit;
	bool all;
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
	    "at most N runs, or groups", .high = INFINITY },
	{ OPT_FLAG, 'a', "all", offsetof(struct runs_opts, all), NULL,
	    "archived runs, too" },
	{ OPT_LIST, 'g', "group-by", offsetof(struct runs_opts, by),
	    "FIELD,...", "a record each value of the fields, not each run" },
	{ OPT_LIST, 0, "agg", offsetof(struct runs_opts, aggs),
	    "FN:FIELD,...", "of a group: min, max, mean, sum, median, sd, count" },
	OPT_END
};

static void
print_value(struct cli *c, const struct json *j, const char *field)
{
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
print_field(struct cli *c, const struct json *row, const char *field)
{
	print_value(c, query_field(row, field), field);
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
	const struct runs_opts *o = opts;

	if (o->aggs.n && o->by.n == 0)
		return cli_usage(c, "--agg is of groups: say --group-by, too");
	if (o->by.n && o->columns.n)
		return cli_usage(c, "--columns are of runs: a group has its "
		    "fields, its runs and what --agg asks for");
	if (argc)
		return cli_usage(c, "runs takes no argument, not '%s'; "
		    "'mlv-train show' shows one", argv[0]);
	return 0;
}

static void
warn_absent(struct cli *c, const char *const *absent, size_t n)
{
	for (size_t i = 0; i < n; i++)
		cli_warn(c, "no run has %s", absent[i]);
}

static void
print_group(struct cli *c, const struct group *v, const struct runs_opts *o)
{
	struct json *j;

	out_begin(&c->out, "mlv.run.group/1");
	out_only(&c->out, OUT_TEXT);
	for (size_t i = 0; i < o->by.n; i++)
		print_value(c, v->key[i], o->by.v[i]);
	out_only(&c->out, OUT_JSON);
	j = json_new(&c->arena, JSON_MAP);
	for (size_t i = 0; i < o->by.n; i++)
		if (v->key[i])
			json_set(&c->arena, j, o->by.v[i], v->key[i]);
	out_tree(&c->out, "by", j);
	out_only(&c->out, OUT_BOTH);
	out_int(&c->out, "runs", (int64_t)v->runs);
	out_only(&c->out, OUT_TEXT);
	for (size_t i = 0; i < o->aggs.n; i++) {
		if (isnan(v->value[i]))
			out_null(&c->out, o->aggs.v[i]);
		else
			out_num(&c->out, o->aggs.v[i], v->value[i]);
	}
	out_only(&c->out, OUT_JSON);
	j = json_new(&c->arena, JSON_MAP);
	for (size_t i = 0; i < o->aggs.n; i++) {
		if (isnan(v->value[i]))
			json_add_null(&c->arena, j, o->aggs.v[i]);
		else
			json_add_num(&c->arena, j, o->aggs.v[i], v->value[i]);
	}
	out_tree(&c->out, "agg", j);
	out_end(&c->out);
}

static int
print_groups(struct cli *c, const struct query *q, const struct runs_opts *o)
{
	struct grouping g = { .by = o->by.v, .n_by = o->by.n,
	    .agg = o->aggs.v, .n_aggs = o->aggs.n, .sort = o->sort };
	struct err e = ERR_INIT;
	struct groups groups;

	if (group_runs(&groups, c->catalog, q, &g, &e) < 0) {
		groups_release(&groups);
		return cli_fail(c, &e);
	}
	warn_absent(c, groups.absent, groups.n_absent);
	for (size_t i = 0; i < groups.n; i++)
		print_group(c, &groups.v[i], o);
	groups_release(&groups);
	return EXIT_YES;
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
	q.archived = o->all;
	if (o->by.n)
		return print_groups(c, &q, o);
	r = query_runs(&rows, c->catalog, &q, &e);
	if (r == 0)
		warn_absent(c, rows.absent, rows.n_absent);
	for (size_t i = 0; r == 0 && i < rows.n; i++)
		print_row(c, rows.row[i], &o->columns);
	query_free(&rows);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_runs = {
	.name = "runs",
	.summary = "list runs, filtered and sorted",
	.synopsis = "[-a] [-w EXPR] [-i NAME] [-s [-]FIELD] [-c FIELD,...] [-n N]\n"
	    "[-a] [-w EXPR] -g FIELD,... [--agg FN:FIELD,...] [-s [-]FIELD]",
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
"usage.wall_s, usage.cpu_s, tags.NAME, note, parent, archived.  --where also\n"
"takes a filter string of MLflow, as \"metrics.auc > 0.8 AND params.lr = '0.1'\n"
"AND tags.a LIKE 'x%'\".  Archived runs are listed with --all only.\n"
"\n"
"--group-by prints a record for each value of its fields: the values, how many\n"
"runs, and each --agg; --sort is by one of these.\n"
"\n"
"Another name is a usage error; a metric or parameter that no run has, a\n"
"warning.  A killed run reads as killed: a lock says so, not a field.\n"
"\n"
"example: mlv-train runs --where 'metrics.auc > 0.8 and params.lr = 0.1' \\\n"
"             --sort -metrics.auc\n"
"example: mlv-train runs -g params.lr --agg max:metrics.auc,mean:metrics.auc\n",
	.options = runs_options, .opts_size = sizeof(struct runs_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY, .check = runs_check, .run = runs_run,
};
