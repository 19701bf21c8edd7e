/* mlv-serve rollout status, judge, step, watch: rollouts looked at and taken
 * further. */
#include <poll.h>

#include "base/stop.h"
#include "rollout.h"
#include "verbs.h"

static struct rollout_look
look_of(const struct rollout_opts *o, const char *name)
{
	return (struct rollout_look){ name, { o->labels, o->key }, NULL };
}

static void
warn_unlabelled(struct cli *c, const struct rollout_view *v)
{
	if (v->tally.policy && v->labels == NULL &&
	    rollout_policy_needs_labels(&v->policy))
		cli_warn(c, "the policy of rollout %s looks at what came true: "
		    "give --labels FILE and --key COLUMN", v->state.id);
	for (size_t i = 0; v->tally.measure && i <= v->policy.n_guards; i++)
		if (v->tally.measure[i].unplaced)
			cli_warn(c, "%s was beyond its 'low' or 'high', and "
			    "counts as these", v->tally.measure[i].measure->
			    name);
}

/* 0 promote, 1 rollback, 4 not yet; of one that has ended, how. */
static int
verdict_status(struct cli *c, const struct rollout_view *v)
{
	struct err e;

	switch (v->state.phase) {
	case ROLLOUT_PROMOTED:
		return EXIT_YES;
	case ROLLOUT_ROLLED_BACK:
	case ROLLOUT_ABORTED:
		err_set(&e, ERR_NO, "rollout %s is %s%s%.500s", v->state.id,
		    rollout_phase_text(v->state.phase), *v->state.why ? ": " :
		    "", v->state.why);
		return cli_fail(c, &e);
	default:
		break;
	}
	if (v->verdict.word == WORD_PROMOTE)
		return EXIT_YES;
	if (v->verdict.word == WORD_ROLLBACK)
		err_set(&e, ERR_NO, "rollback: %.600s", v->verdict.why);
	else
		err_set(&e, ERR_BUSY, "not yet: %.600s", v->verdict.why);
	return cli_fail(c, &e);
}

/* --- status --------------------------------------------------------------- */

static const struct opt judge_options[] = {
	LABELS_OPTIONS,
	OPT_END
};

static void
print_view(struct cli *c, const struct rollout_view *v)
{
	print_rollout(c, &v->state, v);
	print_findings(c, v);
	if (v->state.kind == ROLLOUT_SHADOW)
		print_compared(c, &v->tally.compared, v->tally.shadow_failed);
	warn_unlabelled(c, v);
}

static int
status_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct rollout_look look = look_of(opts, argv[0]);
	struct err e = ERR_INIT;
	struct rollout_view v;
	int r = rollout_view(&v, c->catalog, &look, &e);

	(void)argc;
	if (r == 0)
		print_view(c, &v);
	rollout_view_release(&v);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_rollout_status = {
	.name = "rollout status",
	.summary = "show where a rollout is, and what was seen of it",
	.synopsis = "[--labels FILE --key COLUMN] NAME",
	.about =
"A record of the rollout, one for each guard and goal with its evidence, and of\n"
"a shadow how many rows it answers otherwise, by the size of the difference.\n"
"Changes nothing and keeps nothing.\n"
"\n"
"example: mlv-serve rollout status churn\n",
	.options = judge_options, .opts_size = sizeof(struct rollout_opts),
	.flags = VERB_JSON | VERB_REPOSITORY,
	.check = rollout_check_name, .run = status_run,
};

/* --- judge ---------------------------------------------------------------- */

static int
judge_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct rollout_look look = look_of(opts, argv[0]);
	struct err e = ERR_INIT;
	struct rollout_view v;
	int status;

	(void)argc;
	if (rollout_view(&v, c->catalog, &look, &e) < 0) {
		rollout_view_release(&v);
		return cli_fail(c, &e);
	}
	print_view(c, &v);
	/* of a store that cannot be written it still judges */
	if (rollout_keep(&v, c->catalog, &e) < 0 && e.code != ERR_UNPROVEN)
		cli_warn(c, "the verdict is not kept: %s", e.msg);
	status = verdict_status(c, &v);
	rollout_view_release(&v);
	return status;
}

const struct verb verb_rollout_judge = {
	.name = "rollout judge",
	.summary = "promote, roll back or wait: the verdict, moving nothing",
	.synopsis = "[--labels FILE --key COLUMN] NAME",
	.about =
"By what the request log says, as often as one likes: the tests are sequential,\n"
"so that looking every second is no more alarming than looking once.  The first\n"
"verdict of each kind is kept in the audit log.\n"
"\n"
"Exit status: 0 promote, 1 roll back, 4 not yet, 2 usage, 3 trouble.\n"
"\n"
"example: mlv-serve rollout judge churn --json || test $? = 4\n",
	.options = judge_options, .opts_size = sizeof(struct rollout_opts),
	.flags = VERB_JSON | VERB_REPOSITORY,
	.check = rollout_check_name, .run = judge_run,
};

/* --- step ----------------------------------------------------------------- */

static int
step_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct rollout_look look = look_of(opts, argv[0]);
	struct err e = ERR_INIT;
	struct rollout_view v;
	bool changed;
	int r = rollout_step(&v, &changed, c->catalog, &look, &e);
	int status;

	(void)argc;
	c->committed = changed;
	if (r == 0 || e.code == ERR_UNPROVEN) {
		print_rollout(c, &v.state, &v);
		warn_unlabelled(c, &v);
	}
	if (r < 0)
		status = cli_fail(c, &e);
	else if (changed && rollout_is_open(v.state.phase))
		status = EXIT_YES;
	else
		status = verdict_status(c, &v);
	rollout_view_release(&v);
	return status;
}

const struct verb verb_rollout_step = {
	.name = "rollout step",
	.summary = "judge, and do it: the next share, the alias, or the end",
	.synopsis = "[--labels FILE --key COLUMN] NAME",
	.about =
"The next share when the step is over and no guard has fired; the alias, through\n"
"its gate, when the goal is shown at the last one; all units back to the champion\n"
"when a guard fires.  A bandit's share is computed anew.\n"
"\n"
"Exit status: 0 stepped or promoted, 1 rolled back or refused by the gate, 4 not\n"
"yet, 2 usage, 3 trouble.\n"
"\n"
"example: mlv-serve rollout step churn\n",
	.options = judge_options, .opts_size = sizeof(struct rollout_opts),
	.flags = VERB_JSON | VERB_REPOSITORY,
	.check = rollout_check_name, .run = step_run,
};

/* --- watch ---------------------------------------------------------------- */

static const struct opt watch_options[] = {
	{ OPT_NUM, 'e', "every", offsetof(struct rollout_opts, every),
	    "SECONDS", "how often it is judged, 2 by default",
	    .low = 0.05, .high = 86400 },
	LABELS_OPTIONS,
	OPT_END
};

static const struct rollout_opts watch_defaults = { .every = 2 };

/* One look; -1 with *e, 1 when it is over, with *status. */
static int
watch_once(int *status, struct cli *c, const struct rollout_look *look,
    bool first, struct err *e)
{
	struct rollout_view v;
	bool changed;
	int r = rollout_step(&v, &changed, c->catalog, look, e);

	c->committed |= changed;
	if (r == 0 || e->code == ERR_UNPROVEN) {
		if (first)
			warn_unlabelled(c, &v);
		if (first || changed)
			print_rollout(c, &v.state, &v);
	}
	if (r == 0 && !rollout_is_open(v.state.phase)) {
		*status = verdict_status(c, &v);
		r = 1;
	}
	rollout_view_release(&v);
	if (r == 0)
		r = out_flush(&c->out, e);
	return r;
}

static int
watch_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct rollout_opts *o = opts;
	struct rollout_look look = look_of(o, argv[0]);
	struct err e = ERR_INIT;
	struct stop stop;
	bool first = true;
	int r = 0, status = EXIT_YES;

	(void)argc;
	if (stop_open(&stop, &e) < 0)
		return cli_fail(c, &e);
	look.memory = rollout_memory_new();
	while (r == 0) {
		struct pollfd p = { stop.fd, POLLIN, 0 };

		r = watch_once(&status, c, &look, first, &e);
		first = false;
		if (r < 0 && e.code == ERR_BUSY) {
			cli_warn(c, "%s", e.msg);
			r = 0;
		}
		if (r == 0 && poll(&p, 1, (int)(o->every * 1000)) > 0 &&
		    stop_signal(&stop))
			break;
	}
	stop_close(&stop);
	rollout_memory_free(look.memory);
	return r < 0 ? cli_fail(c, &e) : status;
}

const struct verb verb_rollout_watch = {
	.name = "rollout watch",
	.summary = "step until it is over: promoted, or rolled back in seconds",
	.synopsis = "[--every SECONDS] [--labels FILE --key COLUMN] NAME",
	.about =
"What 'rollout step' does, again and again, and a record of each change.  It is a\n"
"program of its own, not a thread of a server: it sees the log of all replicas,\n"
"only it needs to write the registry, and what happens to it happens to no\n"
"answer.  Ended by a signal it leaves the rollout as it is, and another takes it\n"
"up.\n"
"\n"
"Exit status: 0 promoted, or ended by a signal; 1 rolled back, aborted or refused\n"
"by the gate; 2 usage; 3 trouble.\n"
"\n"
"example: mlv-serve rollout watch churn --every 1\n",
	.options = watch_options, .opts_size = sizeof(struct rollout_opts),
	.defaults = &watch_defaults,
	.flags = VERB_JSON | VERB_REPOSITORY,
	.check = rollout_check_name, .run = watch_run,
};
