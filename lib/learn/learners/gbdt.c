/* The learner gbdt: boosted trees, for every task. */
#include <stdlib.h>

#include "base/mem.h"
#include "learn/gbdt/emit.h"
#include "learn/gbdt/gbdt.h"
#include "learn/gbdt/predict.h"
#include "learn/learner.h"

#define EARLY_STOPPING 50	/* rounds, with rows to watch */

static void
gbdt_preset(void *params, const struct learner_request *rq)
{
	struct gbdt_params *p = params;

	p->seed = rq->seed;
	p->early_stopping_round = rq->watched ? EARLY_STOPPING : 0;
}

static int
gbdt_check_request(const void *params, const struct learner_request *rq,
    struct err *e)
{
	return gbdt_check(params, rq->watched, e);
}

static int
gbdt_fit(void **model, const struct learner_rows *rows, const void *params,
    const struct learner_request *rq, struct err *e)
{
	struct gbdt_model *m = xalloc(1, sizeof(*m));

	const struct gbdt_rows from = { rows->train, rows->valid,
	    rows->train_bins, rows->valid_bins, rq->round, rq->round_ctx };

	if (gbdt_train(m, &from, params, rq->threads, rq->progress, e) < 0) {
		free(m);
		return -1;
	}
	*model = m;
	return 0;
}

static void
gbdt_bins(struct bin_params *out, const void *params)
{
	gbdt_bin_params(out, params);
}

static void
gbdt_score(double *score, const void *model, const struct frame *f, size_t row)
{
	gbdt_predict(score, model, f, row);
}

static void
gbdt_emit_graph(struct arena *a, struct onnx_model *graph,
    const struct frame *f, const void *model)
{
	gbdt_emit(a, graph, f, model);
}

static const struct objective *
gbdt_objective(const void *model)
{
	return ((const struct gbdt_model *)model)->objective;
}

static enum task
gbdt_task(const void *params)
{
	const struct gbdt_params *p = params;

	return p->objective == 0 ? TASK_AUTO :
	    objective_named(gbdt_objectives[p->objective])->task;
}

static void
gbdt_report(struct learned *out, struct arena *a, const struct frame *f,
    const void *model)
{
	const struct gbdt_model *m = model;

	(void)f;
	learned_add_history(out, a, "train", m->objective->loss, m->train_loss,
	    m->n_history);
	learned_add_history(out, a, "valid", m->metric,
	    m->valid_metric, m->n_history);
	out->iterations = m->best_iteration;
	out->converged = true;
	if (m->best_iteration == 0)
		out->warning = "no cut was worth making: the model says the "
		    "same of every row";
}

static void
gbdt_free_model(void *model)
{
	gbdt_release(model);
	free(model);
}

const struct learner learner_gbdt = {
	.name = "gbdt",
	.help = "boosted trees, LightGBM's",
	.tasks = LEARNER_TASK(TASK_BINARY) | LEARNER_TASK(TASK_MULTICLASS) |
	    LEARNER_TASK(TASK_REGRESSION),
	.params = { gbdt_hyperparams, GBDT_HYPERPARAMS },
	.params_size = sizeof(struct gbdt_params),
	.task_of = gbdt_task, .objective = gbdt_objective,
	.bins = gbdt_bins, .preset = gbdt_preset, .check = gbdt_check_request, .fit = gbdt_fit,
	.score = gbdt_score, .emit = gbdt_emit_graph, .report = gbdt_report,
	.free = gbdt_free_model,
};
