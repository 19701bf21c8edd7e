/* mlv-train show: one run, with the history of its metrics. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "catalog/manifest.h"
#include "store/odb.h"
#include "track/find.h"
#include "track/journal.h"
#include "cli/cli.h"
#include "doc/spark.h"
#include "verbs.h"

#define SPARK_WIDTH 40

struct show_opts {
	const char *metric;
	int words;
};

enum { STREAM_STDOUT = 1, STREAM_STDERR, STREAM_DIFF };

static const struct opt_word streams[] = { { "stdout", STREAM_STDOUT },
	{ "stderr", STREAM_STDERR }, { "diff", STREAM_DIFF }, { NULL, 0 } };

static const struct opt show_options[] = {
	{ OPT_TEXT, 'm', "metric", offsetof(struct show_opts, metric), "NAME",
	    "only this metric: one record a step" },
	{ OPT_WORD, 'w', "words", offsetof(struct show_opts, words), "STREAM",
	    "what the command printed: stdout, stderr or diff",
	    .words = streams },
	OPT_END
};

static void
tree_line(struct cli *c, const char *key, const struct json *j)
{
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	if (j->type == JSON_TEXT)
		buf_add(&b, j->s, j->n);
	else
		json_write(&b, j);
	out_fact(&c->out, key, b.data);
	buf_free(&b);
}

static void
time_line(struct cli *c, const char *key, int64_t us)
{
	char text[CLOCK_TEXT_MAX];

	if (us == 0)
		return;
	clock_print(text, us);
	out_fact(&c->out, key, text);
}

/* "0.3121", and on a terminal how it got there. */
static void
metric_line(struct cli *c, const struct run_metric *m)
{
	struct buf key, value;
	char text[NUM_TEXT_MAX];

	buf_init(&key, BUF_CAP_SMALL);
	buf_init(&value, BUF_CAP_SMALL);
	buf_addf(&key, "metrics.%s", m->name);
	if (c->terminal)
		snprintf(text, sizeof(text), "%.4g", m->summary);
	else
		num_print_f64(text, m->summary);
	buf_adds(&value, text);
	if (c->terminal && m->n > 1) {
		buf_adds(&value, "  ");
		plot_spark(&value, m->value, m->n, SPARK_WIDTH);
		buf_addf(&value, "  %zu steps", m->n);
	}
	out_fact(&c->out, key.data, value.data);
	buf_free(&key);
	buf_free(&value);
}

static void
link_line(struct cli *c, const struct link *l)
{
	char id[OID_TEXT];

	out_begin(&c->out, "mlv.run.link/1");
	out_text(&c->out, "field", l->rel);
	out_text(&c->out, "id", oid_print(id, &l->id));
	out_path(&c->out, "value", l->name);
	out_end(&c->out);
}

static void
map_lines(struct cli *c, const char *prefix, const struct json *map)
{
	for (const struct json *j = map ? map->child : NULL; j; j = j->next) {
		char *key = arena_printf(&c->arena, "%s.%s", prefix, j->key);

		if (j->type == JSON_MAP)
			map_lines(c, key, j);
		else
			tree_line(c, key, j);
	}
}

static void
show_text(struct cli *c, const struct run *r)
{
	char *id = arena_printf(&c->arena, "run:%s", r->id);

	out_fact(&c->out, "run", id);
	out_fact(&c->out, "status", run_status_text(r->status));
	if (*r->name)
		out_fact(&c->out, "name", r->name);
	if (r->command)
		tree_line(c, "command", r->command);
	if (r->status == RUN_FINISHED || r->status == RUN_FAILED)
		out_fact(&c->out, "exit", arena_printf(&c->arena, "%d", r->exit_status));
	time_line(c, "began", r->begin_us);
	time_line(c, "ended", r->end_us);
	out_fact(&c->out, "host", r->host);
	if (r->user)
		out_fact(&c->out, "user", r->user);
	map_lines(c, "params", r->params);
	for (size_t i = 0; i < r->n_metrics; i++)
		if (r->metric[i].n)
			metric_line(c, &r->metric[i]);
	for (const struct json *j = r->facts->child; j; j = j->next) {
		if (j->type == JSON_MAP)
			map_lines(c, j->key, j);
		else
			tree_line(c, j->key, j);
	}
	for (size_t i = 0; i < r->n_links; i++)
		link_line(c, &r->link[i]);
}

/* Null and a flag where JSON has no number, as in every record. */
static void
point_value(struct cli *c, struct json *point, double v)
{
	char text[NUM_TEXT_MAX];

	if (isfinite(v)) {
		json_add_num(&c->arena, point, "value", v);
		return;
	}
	num_print_f64(text, v);
	json_add_null(&c->arena, point, "value");
	json_add_text(&c->arena, point, "value_flag", text);
}

/* The whole run as one object, histories included. */
static void
show_json(struct cli *c, const struct run *r)
{
	struct json *j = run_to_json(&c->arena, r), *history, *points, *p;

	history = json_add_map(&c->arena, j, "history");
	for (size_t i = 0; i < r->n_metrics; i++) {
		const struct run_metric *m = &r->metric[i];

		points = json_add_list(&c->arena, history, m->name);
		for (size_t k = 0; k < m->n; k++) {
			p = json_add_map(&c->arena, points, NULL);
			json_add_int(&c->arena, p, "step", m->step[k]);
			point_value(c, p, m->value[k]);
		}
	}
	out_begin(&c->out, "mlv.run.shown/1");
	for (p = j->child; p; p = p->next)
		if (strcmp(p->key, "schema") != 0)
			out_tree(&c->out, p->key, p);
	out_end(&c->out);
}

static int
show_metric(struct cli *c, const struct run *r, const char *name,
    struct err *e)
{
	const struct run_metric *m = run_find_metric(r, name);

	if (m == NULL)
		return err_set(e, ERR_NOENT, "run '%s' has no metric '%s'",
		    r->id, name);
	for (size_t i = 0; i < m->n; i++) {
		out_begin(&c->out, "mlv.run.metric/1");
		out_int(&c->out, "step", m->step[i]);
		out_num(&c->out, "value", m->value[i]);
		out_end(&c->out);
	}
	return 0;
}

static int
show_words(struct cli *c, struct catalog *catalog, const struct run *r,
    const char *rel, struct err *e)
{
	for (size_t i = 0; i < r->n_links; i++) {
		struct buf b;
		int got;

		if (strcmp(r->link[i].rel, rel) != 0)
			continue;
		buf_init(&b, BUF_CAP_DOC);
		got = odb_get(&b, catalog_odb(catalog), &r->link[i].id, e);
		if (got == 0)
			out_raw(&c->out, b.data, b.len);
		buf_free(&b);
		return got;
	}
	return 0;
}

static int
show_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct show_opts *o = opts;
	struct err e = ERR_INIT;
	struct texts names;
	struct run r;
	int done = 0;

	if (cli_names(c, &names, argc, argv, &e) < 0)
		return cli_fail(c, &e);
	for (size_t i = 0; i < names.n && done == 0; i++) {
		done = run_read(&r, c->catalog, names.v[i], &e);
		if (done < 0)
			break;
		if (o->words)
			done = show_words(c, c->catalog, &r,
			    streams[o->words - 1].word, &e);
		else if (o->metric)
			done = show_metric(c, &r, o->metric, &e);
		else if (c->json)
			show_json(c, &r);
		else
			show_text(c, &r);
		run_free(&r);
	}
	return done < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_show = {
	.name = "show",
	.summary = "show one run and the history of its metrics",
	.synopsis = "[-m NAME | -w STREAM] RUN...\n--stdin",
	.about =
"Prints a run field by field: what ran, on what, with which parameters, the\n"
"value of each metric, what it read and made, what it cost.  On a terminal\n"
"this is a table, numbers have 4 digits, and each metric's history is drawn\n"
"beside it.\n"
"\n"
"RUN is run:ID, an ID, a unique beginning of one, or the word given with\n"
"--name (its newest run).\n",
	.options = show_options, .opts_size = sizeof(struct show_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_STDIN | VERB_TABLE | VERB_REPOSITORY, .run = show_run,
};
