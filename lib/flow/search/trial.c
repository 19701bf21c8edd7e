/* One trial: its command or work, and what it is told as. */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exec/command.h"
#include "exec/spawn.h"
#include "flow/search/internal.h"
#include "search/printed.h"
#include "search/tell.h"
#include "track/find.h"

#define TRY_LATER 75			/* EX_TEMPFAIL: asked again */

static void
read_params(struct trial_work *w)
{
	const struct study *s = w->study;

	w->param = arena_alloc(&w->arena, (s->n_columns + 1) * sizeof(*w->param));
	for (size_t i = 0; i < s->n_columns; i++) {
		double v = s->x[w->number * s->columns_room + i];
		struct buf b;

		if (isnan(v))
			continue;
		buf_init(&b, BUF_CAP_DOC);
		space_value_text(&b, &s->column[i].param, v);
		w->param[w->n_params].name = s->column[i].param.name;
		w->param[w->n_params++].value = arena_strndup(&w->arena, b.data, b.len);
		buf_free(&b);
	}
}

/* The text for {NAME}, or NULL. */
static const char *
find_value(struct trial_work *w, const char *name, size_t n)
{
	for (size_t i = 0; i < w->n_params; i++)
		if (strncmp(w->param[i].name, name, n) == 0 && w->param[i].name[n] == '\0')
			return w->param[i].value;
	if (n == 5 && memcmp(name, "trial", 5) == 0)
		return arena_printf(&w->arena, "%zu", w->number);
	/* one that does not apply is empty */
	return space_find(&w->rq->setup->space, name, n) == SPACE_NONE ? NULL : "";
}

static const char *
fill_word(struct trial_work *w, const char *word)
{
	const char *out, *end, *value;
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	for (; *word; word++) {
		end = *word == '{' ? strchr(word, '}') : NULL;
		value = end ? find_value(w, word + 1, (size_t)(end - word - 1)) : NULL;
		if (value) {
			buf_adds(&b, value);
			word = end;
		} else {
			buf_addc(&b, *word);
		}
	}
	out = arena_strndup(&w->arena, b.data, b.len);
	buf_free(&b);
	return out;
}

static const char **
fill_words(struct trial_work *w, const char *const *words, size_t n)
{
	const char **out = arena_alloc(&w->arena, (n + 1) * sizeof(*out));

	for (size_t i = 0; i < n; i++)
		out[i] = fill_word(w, words[i]);
	return out;
}

static const char **
fill_command(struct trial_work *w)
{
	size_t n = 0;

	while (w->rq->command[n])
		n++;
	return fill_words(w, w->rq->command, n);
}

/* With the parameters, where no run adds them. */
static const char **
make_environment(struct trial_work *w, bool params)
{
	const char **env = arena_alloc(&w->arena, (w->n_params + 4) * sizeof(*env));
	char *where;
	size_t n = 0;

	env[n++] = arena_printf(&w->arena, "MLV_STUDY=%s", w->study->name);
	env[n++] = arena_printf(&w->arena, "MLV_TRIAL=%zu", w->number);
	/* wherever the command goes from here */
	where = realpath(w->study->log.path, NULL);
	env[n++] = arena_printf(&w->arena, "MLV_STUDY_JOURNAL=%s",
	    where ? where : w->study->log.path);
	free(where);
	for (size_t i = 0; params && i < w->n_params; i++)
		env[n++] = command_param_env(&w->arena, &w->param[i]);
	return env;
}

/* Without a repository it is a command and no more. */
static int
run_plain(struct trial_work *w, struct err *e)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), r;
	struct spawned seen;

	spawned_init(&seen);
	r = spawn_command(&seen, fill_command(w), make_environment(w, true), null, -1, e);
	if (r == 0) {
		w->status = seen.status;
		buf_add(&w->words, seen.out.data, seen.out.len);
	}
	spawned_release(&seen);
	if (null >= 0)
		close(null);
	return r;
}

/* Those of the space, then the user's. */
static void
add_params(struct command_request *rq, struct trial_work *w,
    const struct command_request *as)
{
	struct param *p = arena_alloc(&w->arena, (w->n_params + as->n_params +
	    1) * sizeof(*p));

	for (size_t i = 0; i < w->n_params; i++)
		p[i] = w->param[i];
	for (size_t i = 0; i < as->n_params; i++)
		p[rq->n_params++] = as->params[i];
	rq->params = p;
}

static int
run_tracked(struct trial_work *w, struct err *e)
{
	struct command_outcome done;
	const struct command_request *as = w->rq->as;
	struct command_request rq = {
		.command = fill_command(w),
		.name = arena_printf(&w->arena, "%s-%zu", w->study->name, w->number),
		.params = w->param, .n_params = w->n_params,
		.env = make_environment(w, false), .words = &w->words,
		.log = w->rq->log, .force = true,
	};
	int r;

	if (as) {
		rq.name = as->name ? as->name : rq.name;
		rq.parent = as->parent;
		rq.deps = fill_words(w, as->deps, as->n_deps);
		rq.n_deps = as->n_deps;
		rq.outs = fill_words(w, as->outs, as->n_outs);
		rq.n_outs = as->n_outs;
		add_params(&rq, w, as);
	}
	r = command_run(&done, w->rq->catalog, &rq, e);

	w->status = done.exit_status;
	snprintf(w->run, sizeof(w->run), "%s", done.id);
	return r;
}

/* Printed, or logged into its run. */
static int
find_objective(double *v, struct trial_work *w, const char *metric,
    struct err *e)
{
	int found = printed_value(v, w->words.data, w->words.len, metric);
	const struct run_metric *m;
	struct err ignored;
	struct run run;

	if (found < 0)
		return err_set(e, ERR_FORMAT, "the last metrics it printed are "
		    "several: say with --metric which one counts");
	if (found == 0 && metric && *w->run &&
	    run_read(&run, w->rq->catalog, w->run, &ignored) == 0) {
		m = run_find_metric(&run, metric);
		if (m) {
			*v = m->summary;
			found = 1;
		}
		run_free(&run);
	}
	if (found == 0)
		return err_set(e, ERR_FORMAT, "it printed no %s", metric ? metric :
		    "value");
	if (!isfinite(*v))
		return err_set(e, ERR_FORMAT, "its value is not finite");
	return 0;
}

/* Told as complete, or as failed and why. */
static int
tell_end(struct trial_work *w, const double *value, const struct err *why,
    struct err *e)
{
	struct trial_end end = { .state = TRIAL_COMPLETE, .value = value,
	    .n = w->study->n_objectives, .run = *w->run ? w->run : NULL };

	if (why->code != ERR_NONE) {
		log_warn(w->rq->log, "trial %zu failed: %s", w->number,
		    why->msg);
		end.state = TRIAL_FAIL;
		end.n = 0;
	}
	return study_tell(w->study, (int64_t)w->number, &end, e);
}

/* The values of a command that has ended. */
static void
find_objectives(double *value, struct trial_work *w, struct err *why)
{
	if (w->status != 0)
		err_set(why, ERR_NO, "the command failed with status %d", w->status);
	for (size_t k = 0; why->code == ERR_NONE && k < w->study->n_objectives;
	    k++)
		(void)find_objective(&value[k], w, w->rq->n_metrics ?
		    w->rq->metric[k] : NULL, why);
}

bool
search_trial_report(struct search_trial *t, int64_t step, double value)
{
	struct err late = ERR_INIT;
	bool prune = false;

	/* one that has ended otherwise is not to go on either */
	return study_report(&prune, t->study, t->setup, (int64_t)t->number,
	    step, value, &late) < 0 ? late.code == ERR_NO : prune;
}

/* Work of our own: what stops us ends it at once. */
static void
run_own(double *value, struct trial_work *w, struct err *why)
{
	struct search_trial t = { .number = w->number, .study = w->study,
	    .setup = w->rq->setup, .param = w->param, .n_params = w->n_params,
	    .value = value };

	stop_close(w->stop);
	if (w->rq->work(w->rq->work_ctx, &t, why) == 0)
		for (size_t k = 0; k < w->study->n_objectives; k++)
			if (!isfinite(value[k]))
				err_set(why, ERR_FORMAT, "its value is not "
				    "finite");
	snprintf(w->run, sizeof(w->run), "%s", t.run);
}

static bool
is_left(int status)
{
	return status == TRY_LATER || status == 128 + SIGINT ||
	    status == 128 + SIGTERM || status == 128 + SIGHUP;
}

int
search_work_trial(void *ctx)
{
	struct trial_work *w = ctx;
	double value[STUDY_OBJECTIVES_MAX];
	struct err e = ERR_INIT, why = ERR_INIT;
	struct trial *t;
	int r = 0;

	/* a descriptor of our own: the parent's locks are not ours */
	buf_init(&w->words, SPAWN_KEEP);
	if (study_open(&w->study, w->rq->place, false, &e) < 0)
		goto fail;
	read_params(w);
	if (w->rq->work)
		run_own(value, w, &why);
	else
		r = catalog_repo(w->rq->catalog) ? run_tracked(w, &e) :
		    run_plain(w, &e);
	if (r < 0 && w->status == 0)
		w->status = 127;
	if (r < 0)
		log_warn(w->rq->log, "trial %zu: %s", w->number, e.msg);
	if (study_catch_up(w->study, &e) < 0 ||
	    study_find_trial(&t, w->study, (int64_t)w->number, &e) < 0)
		goto fail;
	if (t->state != TRIAL_RUNNING)
		return 0;		/* pruned, or told by the command */
	if (is_left(w->status))
		return 1;
	if (w->rq->work == NULL)
		find_objectives(value, w, &why);
	if (tell_end(w, value, &why, &e) == 0)
		return 0;
fail:
	log_warn(w->rq->log, "trial %zu: %s", w->number, e.msg);
	return 2;
}
