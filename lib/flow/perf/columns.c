/* Which columns of a log or a table are the answers, and a row of them. */
#include <math.h>
#include <string.h>

#include "base/nearest.h"
#include "base/num.h"
#include "flow/perf/internal.h"

#define CLASS_PREFIX "probabilities."

static bool
has_name(const char *const *name, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name[i], s) == 0)
			return true;
	return false;
}

static int
refuse_name(const char *what, const char *s, const char *const *name,
    size_t n, struct err *e)
{
	const char *near = nearest_word(s, name, n);

	if (near != NULL)
		return err_set(e, ERR_NOENT, "no column '%s' for the %s; did "
		    "you mean '%s'?", s, what, near);
	return err_set(e, ERR_NOENT, "no column '%s' for the %s", s, what);
}

/* Two classes known by one score: what is not the positive one is the other. */
static int
find_one_score(struct perf *p, const char *column, struct err *e)
{
	struct arena *a = &p->found->arena;
	const char *class = strncmp(column, CLASS_PREFIX, sizeof(CLASS_PREFIX)
	    - 1) == 0 ? column + sizeof(CLASS_PREFIX) - 1 : NULL;

	if (p->o->positive == NULL && class == NULL)
		return err_set(e, ERR_USAGE, "say with --positive which label "
		    "the score '%s' stands for, as in --positive 1", column);
	p->col.task = TASK_BINARY;
	p->col.scores = 1;
	p->col.score = arena_alloc(a, sizeof(*p->col.score));
	p->col.score[0] = column;
	p->col.classes = 2;
	p->col.class = arena_alloc(a, 2 * sizeof(*p->col.class));
	p->col.class[1] = p->o->positive != NULL ? p->o->positive : class;
	return 0;
}

static int
find_classes(struct perf *p, const char *const *name, size_t n,
    struct err *e)
{
	struct arena *a = &p->found->arena;
	struct perf_columns *c = &p->col;
	const size_t cut = sizeof(CLASS_PREFIX) - 1;
	const char *wanted = p->o->positive;

	c->class = arena_alloc(a, (n + 1) * sizeof(*c->class));
	c->score = arena_alloc(a, (n + 1) * sizeof(*c->score));
	for (size_t i = 0; i < n; i++)
		if (strncmp(name[i], CLASS_PREFIX, cut) == 0)
			c->class[c->classes++] = arena_strdup(a, name[i] +
			    cut);
	if (c->classes > LATE_CLASSES_MAX)
		return err_set(e, ERR_TOOBIG, "more than %d classes",
		    LATE_CLASSES_MAX);
	if (wanted != NULL && !has_name(c->class, c->classes, wanted))
		return err_set(e, ERR_USAGE, "no class '%s' among the answers",
		    wanted);
	if (c->classes == 2) {
		if (wanted != NULL && strcmp(c->class[0], wanted) == 0) {
			c->class[0] = c->class[1];
			c->class[1] = wanted;
		}
		c->task = TASK_BINARY;
		c->score[c->scores++] = arena_printf(a, CLASS_PREFIX "%s",
		    c->class[1]);
		return 0;
	}
	c->task = TASK_MULTICLASS;
	for (; c->scores < c->classes; c->scores++)
		c->score[c->scores] = arena_printf(a, CLASS_PREFIX "%s",
		    c->class[c->scores]);
	return 0;
}

static int
find_task(struct perf *p, const char *const *name, size_t n, struct err *e)
{
	size_t classes = 0;

	for (size_t i = 0; i < n; i++)
		classes += strncmp(name[i], CLASS_PREFIX,
		    sizeof(CLASS_PREFIX) - 1) == 0;
	if (p->o->score != NULL && !has_name(name, n, p->o->score))
		return refuse_name("score", p->o->score, name, n, e);
	if (p->o->score != NULL && p->o->positive != NULL)
		return find_one_score(p, p->o->score, e);
	if (p->o->score == NULL && classes == 1)
		for (size_t i = 0; i < n; i++)
			if (strncmp(name[i], CLASS_PREFIX,
			    sizeof(CLASS_PREFIX) - 1) == 0)
				return find_one_score(p, name[i], e);
	if (p->o->score == NULL && classes > 1)
		return find_classes(p, name, n, e);
	if (p->o->score == NULL && !has_name(name, n, "prediction"))
		return err_set(e, ERR_NOENT, "no answers are found by name "
		    "(probabilities.CLASS, prediction): say with --score which "
		    "column they are, and of a classifier --positive");
	p->col.task = TASK_REGRESSION;
	p->col.scores = 1;
	p->col.score = arena_alloc(&p->found->arena, sizeof(*p->col.score));
	p->col.score[0] = p->o->score != NULL ? p->o->score : "prediction";
	return 0;
}

static int
name_columns(struct perf *p, const char *const *name, size_t n,
    struct err *e)
{
	const struct perf_opts *o = p->o;
	struct arena *a = &p->found->arena;

	p->col.answer = o->answer != NULL ? o->answer : p->col.task !=
	    TASK_REGRESSION && has_name(name, n, "label") ? "label" : NULL;
	if (o->answer != NULL && !has_name(name, n, o->answer))
		return refuse_name("answer", o->answer, name, n, e);
	for (size_t i = 0; i < o->n_by; i++)
		if (!has_name(name, n, o->by[i]))
			return refuse_name("segments", o->by[i], name, n, e);
	p->names = 2 + o->n_by + p->col.scores;
	p->name = arena_alloc(a, p->names * sizeof(*p->name));
	p->text = arena_alloc(a, p->names * sizeof(*p->text));
	p->score = arena_alloc(a, p->col.scores * sizeof(*p->score));
	p->name[0] = o->key;
	p->name[1] = p->col.answer != NULL ? p->col.answer : o->key;
	for (size_t i = 0; i < o->n_by; i++)
		p->name[2 + i] = o->by[i];
	for (size_t i = 0; i < p->col.scores; i++)
		p->name[2 + o->n_by + i] = p->col.score[i];
	return 0;
}

bool
perf_needs_columns(const struct perf_opts *o)
{
	return o->estimate == PERF_DLE || o->weak_rows > 0;
}

int
perf_find_columns(struct perf *p, const char *const *name, size_t n,
    struct err *e)
{
	const struct perf_opts *o = p->o;
	struct late_opts l = { .threshold = o->threshold, .by = o->by,
	    .n_by = o->n_by, .latest = o->latest, .estimate = o->estimate == PERF_CBPE,
	    .reference_until = o->reference_until, .folder = o->folder,
	    .memory = (size_t)64 << 20 };

	if (find_task(p, name, n, e) < 0 || name_columns(p, name, n, e) < 0)
		return -1;
	if (o->estimate == PERF_CBPE && p->col.task == TASK_REGRESSION)
		return err_set(e, ERR_UNSUPPORTED, "cbpe estimates classifiers "
		    "alone; of a regression take dle");
	if (o->estimate == PERF_DLE && p->col.task != TASK_REGRESSION)
		return err_set(e, ERR_UNSUPPORTED, "dle estimates regressions "
		    "alone");
	if (perf_needs_columns(o) && strcmp(o->path[0], "-") == 0)
		return err_set(e, ERR_USAGE, "--estimate dle and --weak read "
		    "the answers twice: give a file");
	if (perf_needs_columns(o)) {
		l.labelled = dle_labelled;
		l.ctx = p;
	}
	if (o->positive != NULL && p->col.task != TASK_BINARY)
		return err_set(e, ERR_USAGE, "--positive is for two classes");
	l.task = p->found->task = p->col.task;
	l.classes = p->col.class;
	l.n_classes = p->col.classes;
	if (l.task == TASK_BINARY)
		p->found->positive = p->col.class[1];
	late_new(&p->late, &l);
	return 0;
}

int
perf_add_row(struct perf *p, int64_t time_us, bool timed, struct err *e)
{
	size_t first = 2 + p->o->n_by;
	struct late_prediction r = { .key = p->text[0], .time_us = time_us,
	    .timed = timed, .score = p->score, .by = p->text + 2 };

	p->rows++;
	if (p->col.answer != NULL)
		r.answer = p->text[1];
	for (size_t i = 0; i < p->col.scores; i++) {
		const struct late_text *t = &p->text[first + i];

		if (t->s == NULL || !num_parse_f64(t->s, t->n, &p->score[i]) ||
		    !isfinite(p->score[i])) {
			p->found->unscored++;
			return 0;
		}
	}
	if (late_prediction(p->late, &r, e) < 0)
		return err_wrap(e, "row %llu", (unsigned long long)p->rows);
	if (perf_needs_columns(p->o))
		dle_note(p);
	return 0;
}
