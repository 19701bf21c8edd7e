/* Making a study, and asking it for trials. */
#include "search/ask.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/machine.h"
#include "search/past.h"
#include "search/pruner.h"
#include "search/sampler.h"
#include "search/study/write.h"

/* --- making ---------------------------------------------------------------- */

static int
check_same(struct study *s, const struct study_setup *setup,
    const bool *maximize, size_t n_objectives, struct err *e)
{
	struct study_setup was;
	const char *d;
	int r;

	if (s->n_objectives != n_objectives || memcmp(s->maximize, maximize,
	    n_objectives * sizeof(*maximize)) != 0)
		return err_set(e, ERR_EXISTS, "study '%s' is there with other "
		    "directions", s->name);
	if (s->setup == NULL)
		return 0;
	if ((r = setup_of_study(&was, s, e)) == 0 &&
	    (d = setup_difference(&s->arena, &was, setup)) != NULL)
		r = err_set(e, ERR_EXISTS, "study '%s' is there with %s", s->name, d);
	setup_release(&was);
	return r;
}

int
study_setup_check(const struct study_setup *setup, size_t n_objectives, struct err *e)
{
	if (setup->sampler->check &&
	    setup->sampler->check(&setup->space, n_objectives, e) < 0)
		return -1;
	if (n_objectives > 1 && setup->pruner != &pruner_none)
		return err_set(e, ERR_USAGE, "pruning compares one value: "
		    "several directions take --pruner none");
	return 0;
}

int
study_make(bool *made, struct study *s, const struct study_setup *setup,
    const bool *maximize, size_t n_objectives, struct err *e)
{
	struct arena a = { NULL, 0 };
	struct buf b;
	int r = -1;

	*made = false;
	if (study_setup_check(setup, n_objectives, e) < 0)
		return -1;
	buf_init(&b, BUF_CAP_DOC);
	if (oplog_lock(&s->log, e) < 0 || study_catch_up(s, e) < 0)
		goto done;
	if (s->id != STUDY_NONE && check_same(s, setup, maximize, n_objectives, e) < 0)
		goto done;
	*made = s->id == STUDY_NONE;
	if (*made)
		write_study(&b, s->name, maximize, n_objectives);
	if (s->setup == NULL)
		write_setup(&b, *made ? (int64_t)s->n_studies : s->id, setup_to_json(&a, setup));
	r = b.len ? study_append(s, &b, true, e) : 0;
done:
	oplog_unlock(&s->log);
	buf_free(&b);
	arena_free(&a);
	return r;
}

/* --- asking ---------------------------------------------------------------- */

struct asking {
	struct study *s;
	const struct study_setup *setup;
	const struct ask_request *rq;
	int64_t now_us;
	int64_t number;			/* the one to be taken */
	bool over;			/* even from another host */
	bool hold;
	char boot[64];
	struct buf lines;
};

/* Has its worker died, or been silent for too long?  1, 0, -1. */
static int
is_lost(const struct asking *k, const struct trial *t, struct err *e)
{
	int64_t heard = t->seen_us > t->begin_us ? t->seen_us : t->begin_us;
	int held;

	if (t->state != TRIAL_RUNNING)
		return 0;
	if (*t->boot && strcmp(t->boot, k->boot) == 0 && k->s->log.by_kernel) {
		held = oplog_is_held(&k->s->log, t->id, e);
		return held < 0 ? -1 : !held;
	}
	return t->lease_s > 0 && (double)(k->now_us - heard) > t->lease_s * 1e6;
}

static struct lease
make_lease(const struct asking *k, unsigned attempt)
{
	return (struct lease){ k->rq->lease_s > 0 ? k->rq->lease_s :
	    k->setup->lease_s, k->hold, attempt };
}

/* 1: a lost trial is asked again. */
static int
ask_lost(struct asked *out, struct asking *k, struct err *e)
{
	struct study *s = k->s;

	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = &s->trial[i];
		unsigned attempt = t->attempt ? t->attempt : 1;
		struct lease lease = make_lease(k, attempt + 1);
		int lost = is_lost(k, t, e);

		if (lost < 0)
			return -1;
		if (!lost)
			continue;
		if (attempt >= ASK_ATTEMPTS) {
			write_state(&k->lines, t->id, TRIAL_FAIL, NULL, 0);
			if (study_append(s, &k->lines, false, e) < 0)
				return -1;
			continue;
		}
		write_lease(&k->lines, t->id, &lease);
		if (study_append(s, &k->lines, false, e) < 0)
			return -1;
		*out = (struct asked){ (int64_t)i, true, false };
		return 1;
	}
	return 0;
}

static int
draw_values(double *x, struct asking *k, size_t number, struct err *e)
{
	const struct space *space = &k->setup->space;
	struct sampling sampling = { .set = k->setup->sampler_set,
	    .seed = k->setup->seed, .number = number };
	struct past past;
	int r;

	if (past_read(&past, k->s, space, e) < 0)
		return -1;
	sampling.past = &past;
	rng_seed(&sampling.rng, sampling.seed, number);
	r = k->setup->sampler->draw(x, &sampling, e);
	past_release(&past);
	return r;
}

/* A trial that waits: what Optuna fixed, and the rest drawn. */
static int
ask_waiting(struct asked *out, struct asking *k, size_t number, double *x,
    struct err *e)
{
	const struct space *space = &k->setup->space;
	struct trial *t = &k->s->trial[number];
	struct lease lease = make_lease(k, 1);
	struct arena a = { NULL, 0 };
	struct json *fixed = NULL;
	int64_t id = t->id;
	int r = -1;

	if (t->fixed && json_parse(&fixed, &a, t->fixed, strlen(t->fixed),
	    JSON_NAN, e) < 0)
		goto done;
	if (draw_values(x, k, number, e) < 0)
		goto done;
	for (size_t i = 0; i < space->n; i++) {
		const struct json *j = fixed ? json_get(fixed, space->param[i].name) : NULL;

		if (j && !space_value_read(&space->param[i], j, &x[i])) {
			err_set(e, ERR_FORMAT, "trial %zu waits with a value "
			    "of '%s' that the space does not have", number,
			    space->param[i].name);
			goto done;
		}
	}
	space_deactivate(space, x);
	write_state(&k->lines, id, TRIAL_RUNNING, NULL, 0);
	for (size_t i = 0; i < space->n; i++)
		if (!isnan(x[i]))
			write_param(&k->lines, id, &space->param[i], x[i]);
	if (lease.s > 0 || lease.held)
		write_lease(&k->lines, id, &lease);
	if ((r = study_append(k->s, &k->lines, false, e)) == 0)
		*out = (struct asked){ (int64_t)number, false, false };
done:
	arena_free(&a);
	return r;
}

static int
ask_new(struct asked *out, struct asking *k, double *x, struct err *e)
{
	const struct lease lease = make_lease(k, 1);
	size_t number = k->s->n;

	if (draw_values(x, k, number, e) < 0)
		return -1;
	space_deactivate(&k->setup->space, x);
	write_trial(&k->lines, k->s->id, &k->setup->space, x, &lease);
	if (study_append(k->s, &k->lines, false, e) < 0)
		return -1;
	*out = (struct asked){ (int64_t)number, false, false };
	return 0;
}

static int
ask_any(struct asked *out, struct asking *k, double *x, struct err *e)
{
	struct study *s = k->s;
	int r = ask_lost(out, k, e);

	if (r != 0)
		return r < 0 ? -1 : 0;
	for (size_t i = 0; i < s->n; i++)
		if (s->trial[i].state == TRIAL_WAITING)
			return ask_waiting(out, k, i, x, e);
	return ask_new(out, k, x, e);
}

/* What study_ask and study_take share: `find` under the journal's lock, and
 * the trial held before that goes. */
static int
ask_with(struct asked *out, struct asking *k, int (*find)(struct asked *out,
    struct asking *k, double *x, struct err *e), struct err *e)
{
	struct study *s = k->s;
	struct arena a = { NULL, 0 };
	double *x = arena_alloc(&a, (k->setup->space.n + 1) * sizeof(*x));
	int r = -1;

	k->now_us = clock_wall_us();
	machine_boot(k->boot, sizeof(k->boot));
	buf_init(&k->lines, BUF_CAP_DOC);
	if (oplog_lock(&s->log, e) < 0 || study_catch_up(s, e) < 0)
		goto done;
	/* not by a lock that nobody can take: it would be lost at once */
	k->hold = k->rq->hold && s->log.by_kernel;
	r = find(out, k, x, e);
	out->held = k->hold;
	/* nobody may see it without a holder */
	if (r == 0 && k->hold)
		r = oplog_hold(&s->log, s->trial[out->number].id, e);
	if (r == 0)
		index_write(s);
done:
	oplog_unlock(&s->log);
	buf_free(&k->lines);
	arena_free(&a);
	return r;
}

int
study_ask(struct asked *out, struct study *s, const struct study_setup *setup,
    const struct ask_request *rq, struct err *e)
{
	struct asking k = { .s = s, .setup = setup, .rq = rq };

	return ask_with(out, &k, ask_any, e);
}

static int
take_running(struct asked *out, struct asking *k, struct err *e)
{
	const struct trial *t = &k->s->trial[k->number];
	unsigned attempt = t->attempt ? t->attempt : 1;
	int lost = *t->boot ? is_lost(k, t, e) : 0;
	struct lease lease;

	if (lost < 0)
		return -1;
	if (*t->boot && !lost && !(k->over && strcmp(t->boot, k->boot) != 0))
		return err_set(e, ERR_BUSY, "trial %lld of '%s' is being "
		    "worked on", (long long)k->number, k->s->name);
	lease = make_lease(k, *t->boot ? attempt + 1 : attempt);
	write_lease(&k->lines, t->id, &lease);
	*out = (struct asked){ k->number, *t->boot != '\0', false };
	return study_append(k->s, &k->lines, false, e);
}

static int
take_one(struct asked *out, struct asking *k, double *x, struct err *e)
{
	struct trial *t;

	if (study_find_trial(&t, k->s, k->number, e) < 0)
		return -1;
	if (t->state == TRIAL_WAITING)
		return ask_waiting(out, k, (size_t)k->number, x, e);
	if (t->state == TRIAL_RUNNING)
		return take_running(out, k, e);
	return err_set(e, ERR_NO, "trial %lld of '%s' has ended: %s",
	    (long long)k->number, k->s->name, trial_state_text(t->state));
}

int
study_take(struct asked *out, struct study *s, const struct study_setup *setup,
    int64_t number, bool over, const struct ask_request *rq, struct err *e)
{
	struct asking k = { .s = s, .setup = setup, .rq = rq, .number = number,
	    .over = over };

	return ask_with(out, &k, take_one, e);
}
