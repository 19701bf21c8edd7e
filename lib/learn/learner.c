/* The table of learners, and what a fit does whichever of them it is. */
#include "learn/learner.h"

#include <string.h>

#include "base/nearest.h"
#include "learn/class_weight.h"
#include "learn/emit.h"
#include "learn/objective.h"

#define LEARNER_ENTRY(name) &learner_##name,
static const struct learner *const learners[] = {
	LEARNERS(LEARNER_ENTRY)
};
#undef LEARNER_ENTRY

#define N_LEARNERS (sizeof(learners) / sizeof(*learners))

const struct learner *
learner_at(size_t i)
{
	return i < N_LEARNERS ? learners[i] : NULL;
}

const char *
learner_names(struct arena *a, const char *last)
{
	const char *s = learners[0]->name;

	for (size_t i = 1; i < N_LEARNERS; i++)
		s = i + 1 < N_LEARNERS ?
		    arena_printf(a, "%s, %s", s, learners[i]->name) :
		    arena_printf(a, "%s %s %s", s, last, learners[i]->name);
	return s;
}

int
learner_find(const struct learner **out, const char *name, struct err *e)
{
	const char *names[N_LEARNERS], *near;
	struct arena a = { 0 };

	for (size_t i = 0; i < N_LEARNERS; i++) {
		names[i] = learners[i]->name;
		if (strcmp(name, names[i]) == 0) {
			*out = learners[i];
			return 0;
		}
	}
	near = nearest_word(name, names, N_LEARNERS);
	err_set(e, ERR_USAGE, "there is no learner '%s'%s%s%s: %s are known",
	    name, near ? "; did you mean '" : "", near ? near : "", near ?
	    "'?" : "", learner_names(&a, "and"));
	arena_free(&a);
	return -1;
}

enum task
learner_task(const struct learner *l)
{
	for (int t = TASK_BINARY; t <= TASK_REGRESSION; t++)
		if (l->tasks == LEARNER_TASK(t))
			return (enum task)t;
	return TASK_AUTO;
}

/* The learner's struct of parameters, filled. */
static int
read_params(void **out, struct arena *a, const struct learner *l,
    const struct learner_request *rq, struct err *e)
{
	void *params = *out = arena_alloc(a, l->params_size);

	hyperparams_preset(params, &l->params);
	if (l->preset)
		l->preset(params, rq);
	if (hyperparams_read(params, &l->params, rq->set, rq->n_set, e) < 0)
		return -1;
	return l->check ? l->check(params, rq, e) : 0;
}

int
learner_settle_task(enum task *t, const struct learner_request *rq,
    struct err *e)
{
	struct err later = ERR_INIT;
	struct arena a = { 0 };
	const struct learner *l;
	void *params;

	if (learner_find(&l, rq->name, e) < 0)
		return -1;
	*t = learner_task(l);
	if (*t == TASK_AUTO && l->task_of && read_params(&params, &a, l, rq,
	    &later) == 0)
		*t = l->task_of(params);
	arena_free(&a);
	return 0;
}

int
learner_params(struct json **out, struct arena *a,
    const struct learner_request *rq, struct err *e)
{
	const struct learner *l;
	void *params;

	*out = json_new(a, JSON_MAP);
	if (learner_find(&l, rq->name, e) < 0 ||
	    read_params(&params, a, l, rq, e) < 0)
		return -1;
	hyperparams_record(*out, a, params, &l->params);
	return 0;
}

int
learner_check_param(const char *learner, const struct param *p, struct err *e)
{
	const struct learner *l;
	struct arena a = { 0 };
	void *params;
	int r;

	if (learner_find(&l, learner, e) < 0)
		return -1;
	params = arena_alloc(&a, l->params_size);
	hyperparams_preset(params, &l->params);
	r = hyperparams_set(params, &l->params, p->name, p->value, e);
	arena_free(&a);
	return r;
}

bool
learner_bins(struct bin_params *out, const struct learner_request *rq)
{
	struct err later = ERR_INIT;
	struct arena a = { 0 };
	const struct learner *l;
	void *params;
	bool binned;

	binned = learner_find(&l, rq->name, &later) == 0 && l->bins != NULL &&
	    read_params(&params, &a, l, rq, &later) == 0;
	if (binned)
		l->bins(out, params);
	arena_free(&a);
	return binned;
}

int
learner_fit(struct learned *out, struct arena *a,
    const struct learner_rows *rows, const struct learner_request *rq,
    struct err *e)
{
	struct frame train = *rows->train;
	const struct frame *f = &train;
	struct learner_rows weighed = *rows;
	size_t probes = rows->probe ? rows->probe->rows : 0;
	const struct objective *ob;
	const struct learner *l;
	const char *weights;
	void *params, *model;
	double *answer;

	memset(out, 0, sizeof(*out));
	weighed.train = f;
	if (learner_find(&l, rq->name, e) < 0)
		return -1;
	if (!(l->tasks & LEARNER_TASK(f->task)))
		return l->refuse ? l->refuse(f, e) : err_set(e, ERR_USAGE,
		    "the %s learner is not for a %s target", l->name,
		    task_name(f->task));
	if (read_params(&params, a, l, rq, e) < 0)
		return -1;
	weights = hyperparams_text(params, &l->params, "class_weight");
	if (weights && class_weights(&train.weight, a, f, weights, e) < 0)
		return -1;
	if (l->fit(&model, &weighed, params, rq, e) < 0)
		return -1;
	ob = l->objective ? l->objective(model) : objective_of(f->task);
	out->graph = emit_begin(a, f, l->name);
	l->emit(a, out->graph, f, model);
	out->width = objective_scores(ob, f);
	answer = arena_alloc(a, (probes * out->width + 1) * sizeof(*answer));
	for (size_t i = 0; i < probes; i++) {
		l->score(answer + i * out->width, model, rows->probe, i);
		ob->link(answer + i * out->width, out->width);
	}
	out->answer = answer;
	l->report(out, a, f, model);
	l->free(model);
	return 0;
}
