/* mlv-train log: stepwise metrics into a run, from words or from a pipe. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "catalog/put.h"
#include "track/journal.h"
#include "cli/cli.h"
#include "exec/command.h"
#include "foreign/runs.h"
#include "track/stdin.h"
#include "verbs.h"

struct log_opts {
	const char *run, *name, *events;
	struct texts params;
	int64_t step;
	bool tee;
};

static const struct log_opts log_defaults = { .step = INT64_MIN };

static const struct opt log_options[] = {
	{ OPT_TEXT, 'r', "run", offsetof(struct log_opts, run), "RUN",
	    "add to this living run; default MLV_RUN" },
	{ OPT_TEXT, 'n', "name", offsetof(struct log_opts, name), "WORD",
	    "name of the run begun when there is none" },
	{ OPT_TEXTS, 'p', "param", offsetof(struct log_opts, params),
	    "KEY=VALUE", "a parameter; repeatable" },
	{ OPT_INT, 's', "step", offsetof(struct log_opts, step), "N",
	    "the step of the metrics given as arguments" },
	{ OPT_TEXT, 'e', "events", offsetof(struct log_opts, events), "PATH",
	    "an event file of TensorBoard, or a folder of them" },
	{ OPT_FLAG, 't', "tee", offsetof(struct log_opts, tee), NULL,
	    "copy standard input to standard output" },
	OPT_END
};

static int
add_params(struct cli *c, struct journal *j, const struct texts *given,
    struct err *e)
{
	const char *key, *value;

	for (size_t i = 0; i < given->n; i++) {
		if (!cli_key_value(c, given->v[i], &key, &value))
			return err_set(e, ERR_USAGE,
			    "'-p %s' is not KEY=VALUE", given->v[i]);
		if (journal_param(j, key, journal_value(&c->arena, value), e) < 0)
			return -1;
	}
	return 0;
}

static int
add_words(struct metric_stream *s, int argc, char **argv, struct err *e)
{
	struct buf line;
	int r;

	buf_init(&line, BUF_CAP_SMALL);
	for (int i = 0; i < argc; i++)
		buf_addf(&line, "%s%s", i ? " " : "", argv[i]);
	r = buf_check(&line, e) < 0 ? -1 :
	    metric_stream_line(s, line.data, line.len, e);
	if (r == 0 && s->points == 0)
		r = err_set(e, ERR_USAGE, "'%s' holds no NAME=NUMBER",
		    line.data);
	if (r == 0)
		r = metric_stream_flush(s, e);
	buf_free(&line);
	return r;
}

static int
add_scalar(void *ctx, const char *tag, size_t n, int64_t step, double value,
    int64_t us, struct err *e)
{
	return metric_stream_point(ctx, tag, n, step, value, us, e);
}

static int
add_events(struct metric_stream *s, const char *path, struct err *e)
{
	int r = tensorboard_scalars(path, add_scalar, s, e);

	return r == 0 ? metric_stream_flush(s, e) : r;
}

/* A run of our own lives as long as the pipe does. */
static int
seal_own(struct cli *c, struct journal *j, int r, struct err *e)
{
	struct err ignored = ERR_INIT;
	struct catalog_put put;
	const char *name = arena_printf(&c->arena, "run:%s", journal_id(j));
	struct err *to = r < 0 ? &ignored : e;
	char id[OID_TEXT];
	int sealed = journal_seal(&put, j, r < 0 ? RUN_FAILED : RUN_FINISHED,
	    r < 0, to);

	if (sealed < 0 && to->code != ERR_UNPROVEN)
		return -1;
	c->committed = true;
	out_begin(&c->out, "mlv.run.ended/1");
	out_text(&c->out, "name", name);
	out_text(&c->out, "id", oid_print(id, &put.id));
	out_text(&c->out, "status", r < 0 ? "failed" : "finished");
	out_end(&c->out);
	return r < 0 ? r : sealed;
}

static int
log_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct log_opts *o = opts;
	const char *run = o->run ? o->run : getenv("MLV_RUN");
	struct journal_start start = { .verb = "log", .name = o->name };
	struct metric_stream s;
	struct err e = ERR_INIT;
	int r;

	if (run && o->name)
		return cli_usage(c, "--name is for a new run; '%s' has begun",
		    run);
	if (o->events && argc)
		return cli_usage(c, "--events takes metrics from '%s'; '%s' is "
		    "too much", o->events, argv[0]);
	if (o->tee && run == NULL)
		return cli_usage(c, "--tee needs a run: its output would mix "
		    "with the new run's record");
	metric_stream_init(&s, NULL);
	r = run ? journal_join(&s.j, c->catalog, run, &e) :
	    journal_begin(&s.j, c->catalog, &start, &e);
	if (r < 0)
		goto done;
	if (o->step != INT64_MIN)
		s.next_step = o->step;
	r = add_params(c, s.j, &o->params, &e);
	if (r == 0 && o->events)
		r = add_events(&s, o->events, &e);
	else if (r == 0 && argc)
		r = add_words(&s, argc, argv, &e);
	else if (r == 0 && !(run && o->params.n))
		r = metric_stream_read(&s, 0, o->tee ? 1 : -1, &e);
	if (r == 0 && s.skipped && !o->tee)
		cli_warn(c, "%llu of %llu lines held no NAME=NUMBER",
		    (unsigned long long)s.skipped, (unsigned long long)s.lines);
	if (r == 0 && s.refused)
		cli_warn(c, "%llu values are no numbers or no steps and were "
		    "left out, the first on line %llu: '%s'",
		    (unsigned long long)s.refused,
		    (unsigned long long)s.first_line, s.first);
	if (run)
		journal_close(s.j);
	else
		r = seal_own(c, s.j, r, &e);
done:
	metric_stream_release(&s);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_log = {
	.name = "log",
	.summary = "add stepwise metrics to a run",
	.synopsis = "[-r RUN] [-s N] [-p KEY=VALUE]... NAME=NUMBER...\n"
	    "[-r RUN] [-p KEY=VALUE]... [--tee] < LINES\n"
	    "[-r RUN] [-p KEY=VALUE]... --events PATH",
	.about =
"Adds metrics to a living run: the one of --run, else the one of MLV_RUN,\n"
"which 'mlv-train run' sets for its command.  Without either a new run is\n"
"begun that lives as long as standard input, and its record is printed.\n"
"\n"
"A line is one step: words 'loss=0.31 auc=0.82 step=3', or a JSON object\n"
"{\"step\":3,\"loss\":0.31}.  'step', 'epoch' or 'iteration' sets the step,\n"
"otherwise it is one more than the last.  Other words are passed over.\n"
"A first line of names between TABs heads a table of such lines; an event\n"
"file of TensorBoard on standard input, or with --events a folder of them,\n"
"has its own steps and times, and its scalars are the metrics.\n"
"\n"
"example: python3 train.py | mlv-train log -n try7 -p lr=0.1\n",
	.options = log_options, .opts_size = sizeof(struct log_opts),
	.defaults = &log_defaults, .flags = VERB_JSON | VERB_REPOSITORY |
	    VERB_EVENTS, .run = log_run,
};
