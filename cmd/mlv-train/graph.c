/* mlv-train graph: a pipeline looked at, or written for other programs. */
#include <string.h>

#include "cli/cli.h"
#include "flow/history.h"
#include "pipeline/pipeline.h"
#include "pipeline/write.h"
#include "verbs.h"

struct graph_opts {
	const char *file;
	struct texts runs;
	bool history;
	bool make, ninja, dot, mermaid, yaml, airflow, argo, gitlab, github;
};

#define FORM(name, help) \
	{ OPT_FLAG, 0, #name, offsetof(struct graph_opts, name), NULL, help }

static const struct opt graph_options[] = {
	{ OPT_TEXT, 'f', "file", offsetof(struct graph_opts, file), "FILE",
	    "the pipeline; default dvc.yaml, else pipeline.yaml" },
	{ OPT_FLAG, 0, "runs", offsetof(struct graph_opts, history), NULL,
	    "instead: the newest run that made each file", .excludes = "file" },
	{ OPT_TEXTS, 'r', "run", offsetof(struct graph_opts, runs), "RUN",
	    "instead: this run and those that made what it read; repeatable",
	    .excludes = "file" },
	FORM(make, "a Makefile"),
	FORM(ninja, "a build.ninja"),
	FORM(dot, "a picture for Graphviz"),
	FORM(mermaid, "a picture for Mermaid"),
	FORM(yaml, "a pipeline.yaml, everything unfolded"),
	FORM(airflow, "an Airflow DAG"),
	FORM(argo, "an Argo workflow"),
	FORM(gitlab, "GitLab jobs"),
	FORM(github, "a GitHub workflow"),
	OPT_END
};

static int
find_form(struct cli *c, enum pipeline_form *form, const struct graph_opts *o)
{
	const struct { bool on; enum pipeline_form form; } said[] = {
		{ o->make, PIPELINE_MAKE }, { o->ninja, PIPELINE_NINJA },
		{ o->dot, PIPELINE_DOT }, { o->mermaid, PIPELINE_MERMAID },
		{ o->yaml, PIPELINE_YAML }, { o->airflow, PIPELINE_AIRFLOW },
		{ o->argo, PIPELINE_ARGO }, { o->gitlab, PIPELINE_GITLAB },
		{ o->github, PIPELINE_GITHUB },
	};

	*form = PIPELINE_EDGES;
	for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++) {
		if (!said[i].on)
			continue;
		if (*form != PIPELINE_EDGES)
			return cli_usage(c, "graph writes one form at a time");
		*form = said[i].form;
	}
	return 0;
}

static bool
is_scheduled(enum pipeline_form form)
{
	return form == PIPELINE_AIRFLOW || form == PIPELINE_ARGO ||
	    form == PIPELINE_GITLAB || form == PIPELINE_GITHUB;
}

static int
graph_check(struct cli *c, void *opts, int argc, char **argv)
{
	const struct graph_opts *o = opts;
	enum pipeline_form form;
	int r = find_form(c, &form, o);

	(void)argc;
	(void)argv;
	if (r != 0)
		return r;
	if (form != PIPELINE_EDGES && c->json)
		return cli_usage(c, "graph writes one form at a time: --json is "
		    "another");
	if ((o->history || o->runs.n) && is_scheduled(form))
		return cli_usage(c, "the tasks of such a form read a pipeline file, "
		    "which runs have not: write it with --yaml first, then "
		    "leave out --runs and --run");
	return 0;
}

static void
print_texts(struct cli *c, const char *key, const char *const *v, size_t n)
{
	struct json *list = json_new(&c->arena, JSON_LIST);

	for (size_t i = 0; i < n; i++)
		json_add_text(&c->arena, list, NULL, v[i]);
	out_tree(&c->out, key, list);
}

/* A record a stage: what it needs, reads, makes. */
static void
print_stage(struct cli *c, const struct pipeline *p, const struct stage *s)
{
	size_t n = s->n_after + s->n_outs + 1;
	const char **v = arena_alloc(&c->arena, n * sizeof(*v));

	out_begin(&c->out, "mlv.pipeline.node/1");
	out_text(&c->out, "name", s->name);
	for (size_t i = 0; i < s->n_after; i++)
		v[i] = p->stage[s->after[i]].name;
	print_texts(c, "after", v, s->n_after);
	print_texts(c, "deps", s->dep, s->n_deps);
	for (size_t i = 0; i < s->n_outs; i++)
		v[i] = s->out[i].path;
	print_texts(c, "outs", v, s->n_outs);
	out_text(&c->out, "command", s->command);
	out_end(&c->out);
}

static int
print_graph(struct cli *c, const struct pipeline *p, const char *const *targets,
    size_t n, enum pipeline_form form)
{
	bool *want = arena_alloc(&c->arena, p->n + 1);
	struct err e = ERR_INIT;
	struct buf b;
	int r;

	if (pipeline_select(want, p, targets, n, NULL, &e) < 0)
		return cli_fail(c, &e);
	if (p->n == 0 && is_scheduled(form)) {
		err_set(&e, ERR_FORMAT, "the pipeline has no stage: schedulers "
		    "refuse work without a task");
		return cli_fail(c, &e);
	}
	if (form == PIPELINE_EDGES) {
		for (size_t i = 0; i < p->n; i++)
			if (want[i])
				print_stage(c, p, &p->stage[i]);
		return EXIT_YES;
	}
	buf_init(&b, BUF_CAP_DOC);
	r = pipeline_write(&b, p, want, form, &e);
	if (r == 0)
		out_raw(&c->out, b.data, b.len);
	buf_free(&b);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

static int
graph_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct graph_opts *o = opts;
	enum pipeline_form form;
	struct err e = ERR_INIT;
	struct pipeline p;
	int r, status;

	(void)find_form(c, &form, o);
	if (o->history || o->runs.n)
		r = pipeline_of_runs(&p, c->catalog, o->runs.v, o->runs.n, &e);
	else
		r = pipeline_open(&p, o->file, &e);
	status = r < 0 ? cli_fail(c, &e) : print_graph(c, &p,
	    (const char *const *)argv, (size_t)argc, form);
	pipeline_release(&p);
	return status;
}

const struct verb verb_graph = {
	.name = "graph",
	.summary = "show a pipeline, or write it for make and others",
	.synopsis = "[-f FILE|--runs|-r RUN...] [--make|--dot|...] "
	    "[STAGE|OUTPUT...]",
	.about =
"Prints a record a stage, in an order in which they can be done: name, after\n"
"(the stages it needs), deps, outs, command; or the whole in another form.\n"
"\n"
"A Makefile or build.ninja holds 'mlv-train run' for each stage, so what was\n"
"done before is put back, and needs no pipeline file.  Airflow, Argo, GitLab and\n"
"GitHub get a task a stage that begins 'mlv-train repro --single STAGE'; it finds\n"
"the programs in PATH there and reads the pipeline's file.\n"
"\n"
"With --runs or --run the stages are recorded runs with outputs, so that what\n"
"was done by hand becomes a pipeline: graph --runs --yaml >pipeline.yaml\n"
"\n"
"example: mlv-train graph --make >Makefile && make -j4\n",
	.options = graph_options, .opts_size = sizeof(struct graph_opts),
	.flags = VERB_JSON | VERB_TABLE | VERB_CATALOG, .check = graph_check,
	.run = graph_run,
};
