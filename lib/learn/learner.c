#include "learn/learner.h"

#include <math.h>
#include <string.h>

#include "base/nearest.h"
#include "learn/emit.h"
#include "learn/gbdt/predict.h"
#include "learn/objective.h"

#define EARLY_STOPPING 50

static const char *const names[] = { "logistic", "linear", "gbdt" };

int
learner_check(enum task *wanted, const char *name, struct err *e)
{
	const char *near = nearest_word(name, names, 3);

	*wanted = strcmp(name, "linear") == 0 ? TASK_REGRESSION : TASK_AUTO;
	for (int i = 0; i < 3; i++)
		if (strcmp(name, names[i]) == 0)
			return 0;
	return err_set(e, ERR_USAGE, "there is no learner '%s'%s%s%s: "
	    "logistic, linear and gbdt are known", name, near ?
	    "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* --- linear and logistic -------------------------------------------------- */

static void
linear_scores(double *s, const struct linear_fit *fit, const struct design *d,
    size_t row)
{
	for (size_t k = 0; k < fit->k; k++) {
		s[k] = fit->intercept[k];
		for (size_t j = 0; j < fit->p; j++)
			s[k] += fit->coef[k * fit->p + j] *
			    (double)d->x[row * d->p + j];
	}
}

/* The mean loss of all rows. */
static double
linear_loss(struct arena *a, const struct linear_fit *fit,
    const struct design *d, const struct frame *f)
{
	const struct objective *ob = objective_of(f->task);
	double *s = arena_alloc(a, fit->k * sizeof(*s));
	double sum = 0, weights = 0, w;

	for (size_t i = 0; i < f->rows; i++) {
		w = f->weight ? f->weight[i] : 1;
		linear_scores(s, fit, d, i);
		ob->link(s, fit->k);
		sum += w * ob->answer_loss(s, f, i);
		weights += w;
	}
	return weights > 0 ? sum / weights : NAN;
}

static int
set_linear(struct linear_params *p, const struct learner_request *rq,
    struct err *e)
{
	bool logistic = strcmp(rq->name, "logistic") == 0;

	*p = linear_defaults(logistic);
	for (size_t i = 0; i < rq->n_set; i++)
		if (linear_set(p, logistic, rq->set[i].name, rq->set[i].value,
		    e) < 0)
			return -1;
	return 0;
}

static int
fit_linear(struct learned *out, struct arena *a, const struct frame *f,
    const struct learner_request *rq, struct err *e)
{
	const struct objective *ob = objective_of(f->task);
	struct linear_params p;
	struct linear_fit fit = { 0 };
	struct design d = { 0 };
	double *answer, *loss;
	int r = -1;

	if (set_linear(&p, rq, e) < 0 || design_make(&d, f, e) < 0)
		return -1;
	if (linear_train(&fit, &d, f, &p, rq->progress, e) < 0)
		goto done;
	out->graph = export_begin(a, f, rq->name);
	export_linear(a, out->graph, f, &d, &fit);
	out->width = fit.k;
	answer = arena_alloc(a, (rq->n_probes * fit.k + 1) * sizeof(*answer));
	for (size_t i = 0; i < rq->n_probes; i++) {
		linear_scores(answer + i * fit.k, &fit, &d, rq->probe[i]);
		ob->link(answer + i * fit.k, fit.k);
	}
	out->answer = answer;
	loss = arena_alloc(a, sizeof(*loss));
	*loss = linear_loss(a, &fit, &d, f);
	out->history[out->n_histories++] = (struct history){
	    arena_printf(a, "train.%s", ob->loss), 1, loss };
	out->iterations = fit.iterations;
	out->converged = fit.converged;
	out->kernel = arena_strdup(a, fit.kernel);
	r = 0;
done:
	linear_free(&fit);
	design_free(&d);
	return r;
}

/* --- trees ---------------------------------------------------------------- */

static void
keep_history(struct learned *out, struct arena *a, const char *set,
    const char *what, const double *v, size_t n)
{
	double *copy;

	if (v == NULL || n == 0)
		return;
	copy = arena_alloc(a, n * sizeof(*copy));
	memcpy(copy, v, n * sizeof(*copy));
	out->history[out->n_histories++] = (struct history){
	    arena_printf(a, "%s.%s", set, what), n, copy };
}

/* The last value of a name counts; but of two names, which one? */
static int
refuse_twice(const struct learner_request *rq, size_t at, struct err *e)
{
	const char *name = rq->set[at].name, *real = gbdt_param_name(name);

	for (size_t i = 0; i < at; i++)
		if (strcmp(rq->set[i].name, name) != 0 &&
		    gbdt_param_name(rq->set[i].name) == real)
			return err_set(e, ERR_USAGE, "%s and %s are the same "
			    "parameter: give one", rq->set[i].name, name);
	return 0;
}

static int
set_gbdt(struct gbdt_params *p, const struct learner_request *rq,
    bool watched, struct err *e)
{
	gbdt_defaults(p);
	p->seed = rq->seed;
	p->early_stopping_round = watched ? EARLY_STOPPING : 0;
	for (size_t i = 0; i < rq->n_set; i++)
		if (gbdt_set(p, rq->set[i].name, rq->set[i].value, e) < 0 ||
		    refuse_twice(rq, i, e) < 0)
			return -1;
	return gbdt_check(p, watched, e);
}

static int
fit_gbdt(struct learned *out, struct arena *a, const struct frame *f,
    const struct frame *valid, const struct learner_request *rq,
    struct err *e)
{
	struct gbdt_params p;
	struct gbdt_model m;
	double *answer;

	if (set_gbdt(&p, rq, valid != NULL, e) < 0 ||
	    gbdt_train(&m, f, valid, &p, rq->threads, rq->progress, e) < 0)
		return -1;
	out->graph = export_begin(a, f, rq->name);
	export_gbdt(a, out->graph, f, &m);
	out->width = m.n_outputs;
	answer = arena_alloc(a, (rq->n_probes * m.n_outputs + 1) *
	    sizeof(*answer));
	for (size_t i = 0; i < rq->n_probes; i++) {
		gbdt_predict(answer + i * m.n_outputs, &m, f, rq->probe[i]);
		m.objective->link(answer + i * m.n_outputs, m.n_outputs);
	}
	out->answer = answer;
	keep_history(out, a, "train", m.objective->loss, m.train_loss,
	    m.n_history);
	keep_history(out, a, "valid", m.objective->metric, m.valid_metric,
	    m.n_history);
	out->iterations = m.best_iteration;
	out->converged = true;
	gbdt_free(&m);
	return 0;
}

int
learner_params(struct json **out, struct arena *a,
    const struct learner_request *rq, bool watched, struct err *e)
{
	struct linear_params linear;
	struct gbdt_params gbdt;

	*out = json_new(a, JSON_MAP);
	if (strcmp(rq->name, "gbdt") == 0) {
		if (set_gbdt(&gbdt, rq, watched, e) < 0)
			return -1;
		gbdt_record(*out, a, &gbdt);
	} else {
		if (set_linear(&linear, rq, e) < 0)
			return -1;
		linear_record(*out, a, &linear, strcmp(rq->name,
		    "logistic") == 0);
	}
	return 0;
}

int
learner_fit(struct learned *out, struct arena *a, const struct frame *train,
    const struct frame *valid, const struct learner_request *rq,
    struct err *e)
{
	memset(out, 0, sizeof(*out));
	if (strcmp(rq->name, "gbdt") == 0)
		return fit_gbdt(out, a, train, valid, rq, e);
	if (strcmp(rq->name, "linear") == 0 && train->task != TASK_REGRESSION)
		return err_set(e, ERR_USAGE, "the linear learner is for "
		    "numbers; for classes there are logistic and gbdt");
	if (strcmp(rq->name, "logistic") == 0 &&
	    train->task == TASK_REGRESSION)
		return err_set(e, ERR_USAGE, "the logistic learner is for "
		    "classes, but '%s' holds numbers: --task multiclass takes "
		    "them as classes, or use linear or gbdt", train->target);
	return fit_linear(out, a, train, rq, e);
}
