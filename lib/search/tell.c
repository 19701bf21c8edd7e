/* Reports, ends and notes of trials. */
#include "search/tell.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "search/pruner.h"
#include "search/study/write.h"

static int
refuse_ended(const struct study *s, const struct trial *t, struct err *e)
{
	size_t number = (size_t)(t - s->trial);
	char text[NUM_TEXT_MAX] = "";

	if (t->has_value && s->n_objectives == 1)
		num_print_f64(text, study_objectives(s, number)[0]);
	return err_set(e, ERR_NO, "trial %zu of '%s' was told already: %s%s%s",
	    number, s->name, trial_state_text(t->state), *text ? " " : "", text);
}

/* Locked, read to the end, and the trial found; the caller unlocks. */
static int
begin_change(struct trial **t, struct study *s, int64_t number, struct err *e)
{
	if (oplog_lock(&s->log, e) < 0)
		return -1;
	if (study_catch_up(s, e) < 0 || study_find_trial(t, s, number, e) < 0)
		return -1;
	if ((*t)->state == TRIAL_WAITING)
		return err_set(e, ERR_USAGE, "trial %lld of '%s' waits; ask for "
		    "it first", (long long)number, s->name);
	return 0;
}

/* Pruned: its value is the last one reported, as in Optuna. */
static void
write_pruned(struct buf *lines, const struct trial *t)
{
	const struct trial_step *last = trial_last_step(t);
	bool there = last && !isnan(last->value);

	write_state(lines, t->id, TRIAL_PRUNED, there ? &last->value : NULL, there);
}

int
study_report(bool *prune, struct study *s, const struct study_setup *setup,
    int64_t number, int64_t step, double value, struct err *e)
{
	struct verdict v = { .prune = false };
	struct trial *t;
	struct buf b;
	char key[40];
	int r = -1;

	*prune = false;
	buf_init(&b, BUF_CAP_SMALL);
	if (begin_change(&t, s, number, e) < 0)
		goto done;
	if (t->state != TRIAL_RUNNING) {
		*prune = t->state == TRIAL_PRUNED;
		r = *prune ? 0 : refuse_ended(s, t, e);
		goto done;
	}
	write_step(&b, t->id, step, value);
	if (study_append(s, &b, false, e) < 0)
		goto done;
	t = &s->trial[number];
	setup->pruner->judge(&v, s, (size_t)number, setup->pruner_set);
	for (size_t i = 0; i < v.n_rungs; i++) {
		snprintf(key, sizeof(key), "completed_rung_%zu", v.rung[i].rung);
		write_number_attr(&b, t->id, key, v.rung[i].value);
	}
	if (v.prune)
		write_pruned(&b, t);
	r = b.len ? study_append(s, &b, v.prune, e) : 0;
	if (r == 0) {
		*prune = v.prune;
		index_write(s);
	}
done:
	oplog_unlock(&s->log);
	buf_free(&b);
	return r;
}

static int
check_end(const struct study *s, int64_t number, const struct trial_end *end,
    struct err *e)
{
	char text[NUM_TEXT_MAX];

	if (end->state != TRIAL_COMPLETE && end->n)
		return err_set(e, ERR_USAGE, "a trial that is told as %s has no "
		    "value", trial_state_text(end->state));
	if (end->state == TRIAL_COMPLETE && end->n != s->n_objectives)
		return err_set(e, ERR_USAGE, "study '%s' takes %zu value%s, not "
		    "%zu", s->name, s->n_objectives,
		    s->n_objectives == 1 ? "" : "s", end->n);
	for (size_t i = 0; i < end->n; i++) {
		if (isfinite(end->value[i]))
			continue;
		num_print_f64(text, end->value[i]);
		return err_set(e, ERR_USAGE, "%s is no value of trial %lld; if "
		    "it failed, tell it with --state fail", text,
		    (long long)number);
	}
	for (size_t i = 0; i < end->n_constraints; i++)
		if (isnan(end->constraint[i].value))
			return err_set(e, ERR_USAGE, "constraint '%s' is NaN",
			    end->constraint[i].name);
	return 0;
}

static void
write_end(struct buf *b, const struct trial *t, const struct trial_end *end)
{
	struct arena a = { NULL, 0 };

	for (size_t i = 0; i < end->n_constraints; i++)
		write_number_attr(b, t->id, arena_printf(&a, "constraints:%s",
		    end->constraint[i].name), end->constraint[i].value);
	if (end->run)
		write_text_attr(b, t->id, ATTR_RUN, end->run);
	if (end->state == TRIAL_PRUNED)
		write_pruned(b, t);
	else
		write_state(b, t->id, end->state, end->value, end->n);
	arena_free(&a);
}

int
study_tell(struct study *s, int64_t number, const struct trial_end *end,
    struct err *e)
{
	struct trial *t;
	struct buf b;
	int r = -1;

	buf_init(&b, BUF_CAP_SMALL);
	if (begin_change(&t, s, number, e) < 0 || check_end(s, number, end, e) < 0)
		goto done;
	if (t->state != TRIAL_RUNNING) {
		r = t->state == TRIAL_PRUNED && end->state == TRIAL_PRUNED ? 0 :
		    refuse_ended(s, t, e);
		goto done;
	}
	write_end(&b, t, end);
	r = study_append(s, &b, true, e);
	if (r == 0)
		index_write(s);
done:
	oplog_unlock(&s->log);
	buf_free(&b);
	return r;
}

int
study_renew(struct study *s, int64_t number, bool held, struct err *e)
{
	struct lease lease;
	struct trial *t;
	struct buf b;
	int r = -1;

	buf_init(&b, BUF_CAP_SMALL);
	if (begin_change(&t, s, number, e) < 0)
		goto done;
	if (t->state != TRIAL_RUNNING) {
		refuse_ended(s, t, e);
		goto done;
	}
	lease = (struct lease){ t->lease_s, held, t->attempt ? t->attempt : 1 };
	write_lease(&b, t->id, &lease);
	r = study_append(s, &b, false, e);
done:
	oplog_unlock(&s->log);
	buf_free(&b);
	return r;
}
