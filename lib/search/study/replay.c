/* The operations of a journal, each applied as Optuna applies it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "codec/json.h"
#include "search/study/internal.h"

struct op {
	const struct json *line;
	struct study *s;
	struct trial *t;		/* of a trial's operation */
};

static bool
is_number(const struct json *j)
{
	return j && (j->type == JSON_INT || j->type == JSON_REAL);
}

/* The first member of what should be a map: none where it is something else. */
static const struct json *
first_member(const struct json *map)
{
	return map && map->type == JSON_MAP ? map->child : NULL;
}

static int64_t
read_time(const struct json *map, const char *key)
{
	const struct json *j = json_get(map, key);
	int64_t us;

	return j && j->type == JSON_TEXT && clock_parse(j->s, j->n, &us) ? us : 0;
}

/* --- studies --------------------------------------------------------------- */

static int
create_study(struct op *o, struct err *e)
{
	const struct json *list = json_get(o->line, "directions"), *d;
	const char *name = json_text(o->line, "study_name", NULL);
	struct study *s = o->s;
	char **names;

	if (name == NULL || list == NULL || list->type != JSON_LIST || list->n == 0)
		return err_set(e, ERR_FORMAT, "a study without name or directions");
	for (size_t i = 0; i < s->n_studies; i++)
		if (s->study_name[i] && strcmp(s->study_name[i], name) == 0)
			return 0;	/* it is there: the first one holds */
	names = mem_resize(s->study_name, s->n_studies + 1, sizeof(*names));
	if (names == NULL)
		return err_set(e, ERR_NOMEM, "no memory for studies");
	s->study_name = names;
	names[s->n_studies++] = xstrdup(name);
	if (strcmp(name, s->name) != 0)
		return 0;
	if (list->n > STUDY_OBJECTIVES_MAX)
		return err_set(e, ERR_UNSUPPORTED, "study '%s' has more than %d "
		    "objectives", name, STUDY_OBJECTIVES_MAX);
	s->id = (int64_t)s->n_studies - 1;
	s->n_objectives = 0;
	for (d = list->child; d; d = d->next)
		s->maximize[s->n_objectives++] = d->i == 2;
	return 0;
}

static int64_t
study_of(const struct op *o)
{
	int64_t id = json_int(o->line, "study_id", -1);

	return id >= 0 && (uint64_t)id < o->s->n_studies &&
	    o->s->study_name[id] ? id : STUDY_NONE;
}

static void
delete_study(struct op *o)
{
	int64_t id = study_of(o);
	struct study *s = o->s;

	if (id == STUDY_NONE)
		return;
	free(s->study_name[id]);
	s->study_name[id] = NULL;
	if (id != s->id)
		return;
	/* a later study of this name begins anew */
	s->id = STUDY_NONE;
	for (size_t i = 0; i < s->n; i++) {
		free(s->trial[i].step);
		free(s->trial[i].rung);
	}
	for (size_t i = 0; i < s->n_ids; i++)
		s->number_of[i] = STUDY_NONE;
	free(s->trial);
	free(s->x);
	free(s->y);
	s->trial = NULL;
	s->x = s->y = NULL;	/* it may have other directions then */
	s->n = s->room = 0;
	s->first_last_step = -1;
	free(s->setup);
	s->setup = NULL;
}

static int
study_attr(struct op *o, struct err *e)
{
	const struct json *map = json_get(o->line, "system_attr");
	const struct json *setup = map ? json_get(map, ATTR_SETUP) : NULL;
	struct buf b;

	if (setup == NULL || study_of(o) != o->s->id || o->s->id == STUDY_NONE)
		return 0;
	buf_init(&b, BUF_CAP_DOC);
	json_write(&b, setup);
	if (buf_check(&b, e) < 0) {
		buf_free(&b);
		return -1;
	}
	free(o->s->setup);
	o->s->setup = buf_detach(&b, NULL);
	return 0;
}

/* --- trials ---------------------------------------------------------------- */

static void
read_lease(struct trial *t, const struct json *lease)
{
	t->lease_s = json_num(lease, "s", 0);
	t->seen_us = read_time(lease, "time");
	t->attempt = (uint32_t)json_int(lease, "attempt", 1);
	snprintf(t->boot, sizeof(t->boot), "%s", json_text(lease, "boot", ""));
}

/* The whole of them: they take the place of those told before. */
static void
read_constraints(struct trial *t, const struct json *list)
{
	t->n_constraints = 0;
	t->violation = 0;
	for (const struct json *j = list->child; j; j = j->next, t->n_constraints++)
		if (is_number(j) && j->d > 0)
			t->violation += j->d;
}

static int
trial_attrs(struct op *o, const struct json *map, struct err *e)
{
	struct trial *t = o->t;
	unsigned rung;
	int end;

	for (const struct json *j = first_member(map); j; j = j->next) {
		if (strcmp(j->key, ATTR_LEASE) == 0) {
			read_lease(t, j);
		} else if (strcmp(j->key, ATTR_RUN) == 0 && j->type == JSON_TEXT) {
			snprintf(t->run, sizeof(t->run), "%s", j->s);
		} else if (strncmp(j->key, "constraints:", 12) == 0 && is_number(j)) {
			t->n_constraints++;
			t->violation += j->d > 0 ? j->d : 0;
		} else if (strcmp(j->key, "constraints") == 0 && j->type == JSON_LIST) {
			read_constraints(t, j);
		} else if (strcmp(j->key, "fixed_params") == 0 && j->type == JSON_MAP) {
			struct buf b;

			buf_init(&b, BUF_CAP_DOC);
			json_write(&b, j);
			t->fixed = arena_strndup(&o->s->arena, b.data, b.len);
			buf_free(&b);
		} else if (sscanf(j->key, "completed_rung_%u%n", &rung, &end) == 1 &&
		    j->key[end] == '\0' && is_number(j) &&
		    trial_set_rung(t, rung, j->d, e) < 0) {
			return -1;
		}
	}
	return 0;
}

static void
read_values(struct op *o, const struct json *line)
{
	const struct json *list = json_get(line, "values"), *one;
	double value[STUDY_OBJECTIVES_MAX];
	size_t n = 0;

	if (list && list->type == JSON_LIST) {
		for (one = list->child; one && n < STUDY_OBJECTIVES_MAX; one = one->next)
			value[n++] = is_number(one) ? one->d : NAN;
	} else if (is_number(one = json_get(line, "value"))) {
		value[n++] = one->d;
	}
	if (n)
		study_set_values(o->s, o->t, value, n);
}

static int
set_params(struct op *o, const struct json *params,
    const struct json *distributions, struct err *e)
{
	size_t number = (size_t)(o->t - o->s->trial);
	const struct json *d = first_member(distributions);

	for (const struct json *j = first_member(params); j; j = j->next) {
		/* both maps have one order, as they are written */
		if (d == NULL || strcmp(d->key, j->key) != 0)
			d = json_get(distributions, j->key);
		if (d == NULL || d->type != JSON_TEXT || !is_number(j))
			return err_set(e, ERR_FORMAT, "a trial with a parameter "
			    "'%s' of no distribution", j->key);
		if (study_set_param(o->s, number, j->key, d->s, d->n, j->d, e) < 0)
			return -1;
		d = d->next;
	}
	return 0;
}

static int
create_trial(struct op *o, struct err *e)
{
	int64_t id = study_of(o), state = json_int(o->line, "state", 0);
	const struct json *steps = json_get(o->line, "intermediate_values"), *j;
	int64_t step;

	if (id == STUDY_NONE)
		return 0;		/* Optuna counts no such trial */
	if (study_new_trial(&o->t, o->s, id == o->s->id, e) < 0)
		return -1;
	if (o->t == NULL)
		return 0;
	if (state < 0 || state > TRIAL_WAITING)
		return err_set(e, ERR_FORMAT, "a trial of unknown state");
	o->t->begin_us = read_time(o->line, "datetime_start");
	o->t->end_us = read_time(o->line, "datetime_complete");
	for (j = first_member(steps); j; j = j->next)
		if (is_number(j) && num_parse_i64(j->key, strlen(j->key), &step) &&
		    trial_add_step(o->t, step, j->d, e) < 0)
			return -1;
	if (set_params(o, json_get(o->line, "params"), json_get(o->line, "distributions"), e) < 0 ||
	    trial_attrs(o, json_get(o->line, "system_attrs"), e) < 0)
		return -1;
	read_values(o, o->line);
	study_set_state(o->s, o->t, (enum trial_state)state);
	return 0;
}

/* The trial of an operation, when it can still change; else NULL. */
static struct trial *
open_trial(const struct op *o)
{
	int64_t id = json_int(o->line, "trial_id", -1);
	struct trial *t;

	if (id < 0 || (uint64_t)id >= o->s->n_ids || o->s->number_of[id] < 0)
		return NULL;
	t = &o->s->trial[o->s->number_of[id]];
	return t->state == TRIAL_RUNNING || t->state == TRIAL_WAITING ? t : NULL;
}

static int
set_param(struct op *o, struct err *e)
{
	const struct json *v = json_get(o->line, "param_value_internal");
	const struct json *d = json_get(o->line, "distribution");
	const char *name = json_text(o->line, "param_name", NULL);

	if (name == NULL || !is_number(v) || d == NULL || d->type != JSON_TEXT)
		return err_set(e, ERR_FORMAT, "a parameter without name, value "
		    "or distribution");
	return study_set_param(o->s, (size_t)(o->t - o->s->trial), name, d->s,
	    d->n, v->d, e);
}

static int
set_state(struct op *o, struct err *e)
{
	int64_t state = json_int(o->line, "state", -1);

	if (state < 0 || state > TRIAL_WAITING)
		return err_set(e, ERR_FORMAT, "a trial of unknown state");
	if (state == TRIAL_RUNNING && o->t->state == TRIAL_RUNNING)
		return 0;		/* another process was faster */
	if (state == TRIAL_RUNNING)
		o->t->begin_us = read_time(o->line, "datetime_start");
	else
		o->t->end_us = read_time(o->line, "datetime_complete");
	read_values(o, o->line);
	study_set_state(o->s, o->t, (enum trial_state)state);
	return 0;
}

static int
add_step(struct op *o, struct err *e)
{
	const struct json *v = json_get(o->line, "intermediate_value");
	const struct json *step = json_get(o->line, "step");
	int64_t us = read_time(o->line, "datetime");

	if (!is_number(v) || step == NULL || step->type != JSON_INT)
		return err_set(e, ERR_FORMAT, "a report without step or value");
	if (us)
		o->t->seen_us = us;
	return trial_add_step(o->t, step->i, v->d, e);
}

static int
apply_trial_op(struct op *o, int64_t code, struct err *e)
{
	if ((o->t = open_trial(o)) == NULL)
		return 0;
	switch (code) {
	case OP_SET_TRIAL_PARAM:
		return set_param(o, e);
	case OP_SET_TRIAL_STATE_VALUES:
		return set_state(o, e);
	case OP_SET_TRIAL_INTERMEDIATE_VALUE:
		return add_step(o, e);
	case OP_SET_TRIAL_SYSTEM_ATTR:
		return trial_attrs(o, json_get(o->line, "system_attr"), e);
	default:
		return 0;
	}
}

static int
apply_op(struct op *o, struct err *e)
{
	const struct json *op = o->line->type == JSON_MAP ?
	    json_get(o->line, "op_code") : NULL;

	if (op == NULL || op->type != JSON_INT)
		return err_set(e, ERR_FORMAT, "not an operation of an Optuna journal");
	switch (op->i) {
	case OP_CREATE_STUDY:
		return create_study(o, e);
	case OP_DELETE_STUDY:
		delete_study(o);
		return 0;
	case OP_SET_STUDY_USER_ATTR:
	case OP_DISCARD_TRIALS:
		return 0;
	case OP_SET_STUDY_SYSTEM_ATTR:
		return study_attr(o, e);
	case OP_CREATE_TRIAL:
		return create_trial(o, e);
	default:
		break;
	}
	if (op->i < 0 || op->i > OP_DISCARD_TRIALS)
		return err_set(e, ERR_UNSUPPORTED, "an operation %lld of a newer "
		    "Optuna", (long long)op->i);
	return apply_trial_op(o, op->i, e);
}

int
replay_lines(struct study *s, const char *text, size_t n, size_t *used,
    struct err *e)
{
	*used = 0;
	while (*used < n) {
		const char *line = text + *used, *end = memchr(line, '\n', n - *used);
		struct arena a = { NULL, 0 };
		struct op o = { .s = s };
		struct json *j;
		int r;

		r = json_parse(&j, &a, line, (size_t)(end - line), JSON_NAN, e);
		if (r == 0) {
			o.line = j;
			r = apply_op(&o, e);
		} else {
			/* it says where, but counts lines from this one */
			err_set(e, ERR_FORMAT, "not an operation of an Optuna journal");
		}
		arena_free(&a);
		if (r < 0)
			return err_wrap(e, "'%s': line %llu", s->log.path,
			    (unsigned long long)s->lines + 1);
		s->lines++;
		*used += (size_t)(end - line) + 1;
	}
	return 0;
}
