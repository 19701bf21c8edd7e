/* A study in memory: its trials and what they have. */
#include "search/study/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/distribution.h"
#include "search/study/internal.h"

const char *
trial_state_text(enum trial_state s)
{
	static const char *const text[] = { "running", "complete", "pruned",
	    "fail", "waiting" };

	return text[s];
}

/* --- room ------------------------------------------------------------------ */

int
study_room_trials(struct study *s, size_t want, struct err *e)
{
	size_t room = s->room ? s->room : 64, cells;
	void *p;

	if (want > STUDY_TRIALS_MAX)
		return err_set(e, ERR_TOOBIG, "study '%s' has more than %d trials",
		    s->name, STUDY_TRIALS_MAX);
	while (room < want)
		room *= 2;
	if (room == s->room)
		return 0;
	if ((p = mem_resize(s->trial, room, sizeof(*s->trial))) == NULL)
		goto fail;
	s->trial = p;
	if (!size_mul(&cells, room, s->columns_room) ||
	    (p = mem_resize(s->x, cells + 1, sizeof(*s->x))) == NULL)
		goto fail;
	s->x = p;
	if (!size_mul(&cells, room, s->n_objectives) ||
	    (p = mem_resize(s->y, cells + 1, sizeof(*s->y))) == NULL)
		goto fail;
	s->y = p;
	s->room = room;
	return 0;
fail:
	return err_set(e, ERR_NOMEM, "no memory for %zu trials", want);
}

/* More columns: each trial's row moves. */
int
study_room_columns(struct study *s, size_t want, struct err *e)
{
	size_t room = s->columns_room ? s->columns_room : 16, cells;
	struct study_column *column;
	double *x;

	while (room < want)
		room *= 2;
	if (room == s->columns_room)
		return 0;
	if (want > SPACE_MAX * 4)
		return err_set(e, ERR_TOOBIG, "study '%s' has more than %d "
		    "parameters", s->name, SPACE_MAX * 4);
	column = mem_resize(s->column, room, sizeof(*column));
	if (column == NULL)
		return err_set(e, ERR_NOMEM, "no memory for %zu parameters", want);
	s->column = column;
	if (!size_mul(&cells, room, s->room) ||
	    (x = mem_array(cells + 1, sizeof(*x))) == NULL)
		return err_set(e, ERR_NOMEM, "no memory for %zu parameters", want);
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < room; k++)
			x[i * room + k] = k < s->columns_room ?
			    s->x[i * s->columns_room + k] : NAN;
	free(s->x);
	s->x = x;
	s->columns_room = room;
	return 0;
}

static int
add_id(struct study *s, int64_t number, struct err *e)
{
	if (s->n_ids == s->ids_room) {
		size_t room = s->ids_room ? s->ids_room * 2 : 64;
		int64_t *p = mem_resize(s->number_of, room, sizeof(*p));

		if (p == NULL)
			return err_set(e, ERR_NOMEM, "no memory for %zu trials", room);
		s->number_of = p;
		s->ids_room = room;
	}
	s->number_of[s->n_ids++] = number;
	return 0;
}

/* --- columns --------------------------------------------------------------- */

/* A distribution that was not the last one seen of this parameter. */
static int
learn_distribution(struct study *s, struct study_column *c,
    const char *text, size_t n, struct err *e)
{
	const char *name = c->param.name;
	struct space_param p = { .name = name };
	bool first = c->seen == NULL;
	const struct json **choice;

	if (distribution_read(&p, &s->arena, text, n, e) < 0)
		return err_wrap(e, "parameter '%s'", name);
	free(c->seen);
	free(c->map);
	c->seen = xstrndup(text, n);
	c->seen_n = n;
	c->map = NULL;
	c->n_map = p.n_choices;
	/* Optuna takes no such parameter */
	c->clash = !first && (c->param.kind != p.kind || c->param.log != p.log);
	c->shifted |= c->clash;
	if (p.kind != SPACE_CATEGORICAL || first) {
		/* the newest range; the choices are those of the first */
		if (!c->clash)
			c->param = p;
		choice = p.choice;
	} else {
		choice = c->param.choice;
	}
	if (p.kind != SPACE_CATEGORICAL || c->clash)
		return 0;
	c->map = mem_array(p.n_choices + 1, sizeof(*c->map));
	if (c->map == NULL)
		return err_set(e, ERR_NOMEM, "no memory for choices");
	c->shifted |= choice != p.choice;
	for (size_t i = 0; i < p.n_choices; i++)
		if (choice == p.choice)
			c->map[i] = (double)i;
		else if (!space_value_read(&c->param, p.choice[i], &c->map[i]))
			c->map[i] = NAN;
	return 0;
}

int
study_add_column(struct study *s, const char *name, const char *text,
    size_t n, struct err *e)
{
	struct study_column *c;

	if (study_room_columns(s, s->n_columns + 1, e) < 0)
		return -1;
	c = &s->column[s->n_columns];
	memset(c, 0, sizeof(*c));
	c->param.name = arena_strdup(&s->arena, name);
	if (learn_distribution(s, c, text, n, e) < 0)
		return -1;
	s->n_columns++;
	return 0;
}

int
study_set_param(struct study *s, size_t number, const char *name,
    const char *text, size_t n, double v, struct err *e)
{
	size_t at = study_find_column(s, name);
	struct study_column *c = at == SPACE_NONE ? NULL : &s->column[at];

	if (c == NULL) {
		if (study_add_column(s, name, text, n, e) < 0)
			return -1;
		c = &s->column[s->n_columns - 1];
	}
	if ((c->seen == NULL || c->seen_n != n || memcmp(c->seen, text, n) != 0) &&
	    learn_distribution(s, c, text, n, e) < 0)
		return -1;
	if (c->map)
		v = v >= 0 && v < (double)c->n_map ? c->map[(size_t)v] : NAN;
	s->x[number * s->columns_room + (size_t)(c - s->column)] =
	    c->clash ? NAN : v;
	return 0;
}

/* --- trials ---------------------------------------------------------------- */

int
study_new_trial(struct trial **out, struct study *s, bool ours,
    struct err *e)
{
	int64_t id = (int64_t)s->n_ids;
	struct trial *t;

	if (add_id(s, ours ? (int64_t)s->n : STUDY_NONE, e) < 0)
		return -1;
	*out = NULL;
	if (!ours)
		return 0;
	if (study_room_columns(s, 1, e) < 0 || study_room_trials(s, s->n + 1, e) < 0)
		return -1;
	t = &s->trial[s->n];
	memset(t, 0, sizeof(*t));
	t->id = id;
	for (size_t k = 0; k < s->columns_room; k++)
		s->x[s->n * s->columns_room + k] = NAN;
	for (size_t k = 0; k < s->n_objectives; k++)
		s->y[s->n * s->n_objectives + k] = NAN;
	s->n++;
	*out = t;
	return 0;
}

int
trial_add_step(struct trial *t, int64_t step, double value, struct err *e)
{
	for (size_t i = t->n_steps; i-- > 0;)
		if (t->step[i].step == step) {
			t->step[i].value = value;
			return 0;
		}
	if (t->n_steps == t->steps_room) {
		uint32_t room = t->steps_room ? t->steps_room * 2 : 8;
		struct trial_step *p = mem_resize(t->step, room, sizeof(*p));

		if (p == NULL)
			return err_set(e, ERR_NOMEM, "no memory for steps");
		t->step = p;
		t->steps_room = room;
	}
	t->step[t->n_steps++] = (struct trial_step){ step, value };
	return 0;
}

int
trial_set_rung(struct trial *t, size_t rung, double value, struct err *e)
{
	double *p;

	if (rung >= 64)
		return 0;		/* nobody gets there: eta^64 steps */
	if (rung >= t->n_rungs) {
		p = mem_resize(t->rung, rung + 1, sizeof(*p));
		if (p == NULL)
			return err_set(e, ERR_NOMEM, "no memory for rungs");
		t->rung = p;
		while (t->n_rungs <= rung)
			t->rung[t->n_rungs++] = NAN;
	}
	t->rung[rung] = value;
	return 0;
}

void
study_set_values(struct study *s, struct trial *t, const double *value,
    size_t n)
{
	double *y = s->y + (size_t)(t - s->trial) * s->n_objectives;

	for (size_t k = 0; k < s->n_objectives; k++)
		y[k] = k < n ? value[k] : NAN;
	t->has_value = n == s->n_objectives;
}

void
study_set_state(struct study *s, struct trial *t, enum trial_state state)
{
	const struct trial_step *last = trial_last_step(t);

	t->state = state;
	if (state == TRIAL_COMPLETE && s->first_last_step < 0 && last)
		s->first_last_step = last->step;
}

const struct trial_step *
trial_last_step(const struct trial *t)
{
	const struct trial_step *last = NULL;

	for (size_t i = 0; i < t->n_steps; i++)
		if (last == NULL || t->step[i].step > last->step)
			last = &t->step[i];
	return last;
}

/* --- a study --------------------------------------------------------------- */

void
study_forget(struct study *s)
{
	struct oplog log = s->log;
	char *name = s->name;

	for (size_t i = 0; i < s->n; i++) {
		free(s->trial[i].step);
		free(s->trial[i].rung);
	}
	for (size_t i = 0; i < s->n_columns; i++) {
		free(s->column[i].seen);
		free(s->column[i].map);
	}
	free(s->column);
	free(s->trial);
	free(s->x);
	free(s->y);
	free(s->number_of);
	free(s->setup);
	for (size_t i = 0; i < s->n_studies; i++)
		free(s->study_name[i]);
	free(s->study_name);
	arena_free(&s->arena);
	memset(s, 0, sizeof(*s));
	s->log = log;
	s->name = name;
	s->id = STUDY_NONE;
	s->first_last_step = -1;
}

int
study_find_trial(struct trial **t, struct study *s, int64_t number,
    struct err *e)
{
	if (number < 0 || (uint64_t)number >= s->n)
		return err_set(e, ERR_NOENT, "study '%s' has no trial %lld; it "
		    "has %zu", s->name, (long long)number, s->n);
	*t = &s->trial[number];
	return 0;
}

/* What Optuna's trials have: all of them the same, or nobody can say. */
static int
infer_space(struct space *out, struct study *s, struct err *e)
{
	out->param = arena_alloc(&out->arena, (s->n_columns + 1) * sizeof(*out->param));
	for (size_t c = 0; c < s->n_columns; c++) {
		const struct study_column *column = &s->column[c];

		for (size_t i = 0; i < s->n; i++)
			if (s->trial[i].state != TRIAL_WAITING &&
			    s->trial[i].state != TRIAL_FAIL &&
			    isnan(s->x[i * s->columns_room + c]))
				return err_set(e, ERR_USAGE, "study '%s' was "
				    "not made by mlv, and not all its trials "
				    "have '%s': say its space with 'search new "
				    "--space'", s->name, column->param.name);
		out->param[out->n++] = column->param;
	}
	if (out->n == 0)
		return err_set(e, ERR_USAGE, "study '%s' says no space and has "
		    "no trial: say it with 'search new --space'", s->name);
	return 0;
}

int
study_space(struct space *out, struct study *s, struct err *e)
{
	struct arena a = { NULL, 0 };
	const struct json *space;
	struct json *j;
	int r;

	memset(out, 0, sizeof(*out));
	if (s->setup == NULL)
		return infer_space(out, s, e);
	r = json_parse(&j, &a, s->setup, strlen(s->setup), 0, e);
	if (r == 0) {
		space = json_get(j, "space");
		r = space ? space_read(out, space, e) :
		    err_set(e, ERR_FORMAT, "study '%s' has no space", s->name);
	}
	arena_free(&a);
	return r;
}

size_t
study_find_column(const struct study *s, const char *name)
{
	for (size_t i = 0; i < s->n_columns; i++)
		if (strcmp(s->column[i].param.name, name) == 0)
			return i;
	return SPACE_NONE;
}

double
study_value(const struct study *s, size_t number, size_t column,
    const struct space_param *p)
{
	const struct space_param *c;
	double v;

	if (column == SPACE_NONE)
		return NAN;
	c = &s->column[column].param;
	v = s->x[number * s->columns_room + column];
	if (isnan(v) || c->kind != p->kind || (p->kind == SPACE_CATEGORICAL &&
	    !space_value_read(p, c->choice[(size_t)v], &v)))
		return NAN;
	return space_holds(p, v) ? v : NAN;
}

const double *
study_objectives(const struct study *s, size_t number)
{
	return s->y + number * s->n_objectives;
}

bool
study_is_better(const struct study *s, double a, double b)
{
	return s->maximize[0] ? a > b : a < b;
}
