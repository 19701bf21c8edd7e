/* One trial of a study, for whoever starts trials itself: xargs, GNU parallel,
 * an array of jobs. */
#include "run_trial.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "flow/search/search.h"
#include "study.h"

/* "tune/3" */
static int
split_trial(const char **name, bool *one, int64_t *number, struct cli *c,
    const char *trial, struct err *e)
{
	const char *slash = strrchr(trial, '/');

	*one = slash != NULL;
	*name = slash ? arena_strndup(&c->arena, trial, (size_t)(slash -
	    trial)) : trial;
	return slash ? study_read_number(number, slash + 1, e) : 0;
}

/* A job that its scheduler has begun again: its first worker is dead. */
static bool
was_requeued(void)
{
	const char *s = getenv("SLURM_RESTART_COUNT");
	int64_t n;

	return s && num_parse_i64(s, strlen(s), &n) && n > 0;
}

/* What has ended is told as it was, and not done again. */
static int
print_told(struct cli *c, const struct study *s, size_t number)
{
	enum trial_state state = s->trial[number].state;

	print_trial(c, s, number);
	return state == TRIAL_COMPLETE || state == TRIAL_PRUNED ? EXIT_YES :
	    EXIT_NO;
}

static int
tell_outcome(struct cli *c, struct study *s, const struct search_outcome *out,
    size_t number)
{
	struct err e = ERR_INIT;

	c->committed = true;
	if (out->left == 0)
		return print_told(c, s, number);
	print_trial(c, s, number);
	err_set(&e, out->stopped ? ERR_STOPPED : ERR_BUSY, "trial %zu of '%s' "
	    "is left to be asked again", number, s->name);
	return cli_fail(c, &e);
}

static void
note_number(void *ctx, size_t number)
{
	*(size_t *)ctx = number;
}

static int
drive_one(struct cli *c, struct search_request *rq)
{
	struct study *s = rq->study;
	struct search_outcome out;
	struct err e = ERR_INIT;
	size_t number = 0;
	struct trial *t;

	rq->ended = note_number;
	rq->ctx = &number;
	if (rq->one && (study_catch_up(s, &e) < 0 || study_find_trial(&t, s,
	    rq->number, &e) < 0))
		return cli_fail(c, &e);
	if (rq->one && t->state != TRIAL_RUNNING && t->state != TRIAL_WAITING)
		return print_told(c, s, (size_t)rq->number);
	if (search_drive(&out, rq, &e) < 0)
		return cli_fail(c, &e);
	if (out.asked == 0) {
		err_set(&e, ERR_NO, "all values of study '%s' have been tried",
		    s->name);
		return cli_fail(c, &e);
	}
	return tell_outcome(c, s, &out, number);
}

int
run_as_trial(struct cli *c, const char *trial, const char *journal,
    const struct texts *metrics, const struct command_request *as)
{
	struct search_request rq = { .catalog = c->catalog,
	    .command = as->command, .as = as, .metric = metrics->v,
	    .n_metrics = metrics->n, .jobs = 1, .trials = 1, .log = &c->log,
	    .take_over = was_requeued() };
	struct study_setup setup;
	struct err e = ERR_INIT;
	struct study_place at;
	const char *name;
	int status;

	if (split_trial(&name, &rq.one, &rq.number, c, trial, &e) < 0 ||
	    study_open_there(&rq.study, c, journal, name, &e) < 0)
		return cli_fail(c, &e);
	at = study_place_of(c, rq.study);
	rq.place = &at;
	rq.setup = &setup;
	if (setup_of_study(&setup, rq.study, &e) < 0)
		status = cli_fail(c, &e);
	else if ((status = study_check_metrics(c, rq.study, metrics)) == 0)
		status = drive_one(c, &rq);
	setup_release(&setup);
	study_close(rq.study);
	return status;
}
