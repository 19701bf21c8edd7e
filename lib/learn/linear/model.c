/* A fitted linear model as the learners logistic and linear hold it. */
#include "learn/linear/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/linear/block.h"
#include "learn/linear/emit.h"
#include "learn/objective.h"

#define LET_GO 32	/* blocks, then their numbers are let go */

struct linear_model {
	struct design design;		/* of the training rows */
	struct linear_fit fit;
};

const char *const linear_penalties[] = {
	[PENALTY_L2] = "l2", [PENALTY_L1] = "l1",
	[PENALTY_ELASTICNET] = "elasticnet", [PENALTY_NONE] = "none",
	[PENALTY_NONE + 1] = NULL
};

bool
linear_penalised(const void *params)
{
	const struct linear_params *p = params;

	return p->penalty != PENALTY_NONE;
}

bool
linear_mixed(const void *params)
{
	const struct linear_params *p = params;

	return p->penalty == PENALTY_ELASTICNET;
}

int
linear_model_fit(void **model, const struct learner_rows *rows,
    const void *params, const struct learner_request *rq, struct err *e)
{
	struct linear_model *m = xalloc(1, sizeof(*m));

	struct pool *pool = pool_new(rq->threads);
	int r = design_init(&m->design, rows->train, pool, e);

	if (r == 0) {
		r = linear_train(&m->fit, &m->design, rows->train, params,
		    pool, rq->progress, e);
		if (r < 0)
			design_release(&m->design);
	}
	pool_free(pool);
	if (r < 0)
		free(m);
	else
		*model = m;
	return r;
}

void
linear_model_score(double *score, const void *model, const struct frame *f,
    size_t row)
{
	const struct linear_model *m = model;
	struct linear_block b;

	linear_block_init(&b, &m->design, f, m->fit.k);
	linear_block_read(&b, &(struct design_rows){ row, 1 });
	linear_block_score(&b, m->fit.weight);
	memcpy(score, b.score, m->fit.k * sizeof(*score));
	linear_block_release(&b);
}

void
linear_model_emit(struct arena *a, struct onnx_model *graph,
    const struct frame *f, const void *model)
{
	const struct linear_model *m = model;

	linear_emit(a, graph, f, &m->design, &m->fit);
}

/* The mean loss of the training rows. */
static double
train_loss(const struct linear_model *m, const struct frame *f)
{
	const struct objective *ob = objective_of(f->task);
	double sum = 0, weights = 0, w;
	struct linear_block b;

	linear_block_init(&b, &m->design, f, m->fit.k);
	for (size_t from = 0; from < f->rows; from += LINEAR_BLOCK) {
		size_t n = f->rows - from < LINEAR_BLOCK ? f->rows - from :
		    LINEAR_BLOCK;

		linear_block_read(&b, &(struct design_rows){ from, n });
		linear_block_score(&b, m->fit.weight);
		for (size_t i = 0; i < n; i++) {
			double *s = b.score + i * m->fit.k;

			w = f->weight ? f->weight[from + i] : 1;
			ob->link(s, m->fit.k);
			sum += w * ob->answer_loss(s, f, from + i);
			weights += w;
		}
		if ((from / LINEAR_BLOCK + 1) % LET_GO == 0)
			frame_let_go(f, from + n - LET_GO * LINEAR_BLOCK,
			    from + n);
	}
	linear_block_release(&b);
	return weights > 0 ? sum / weights : NAN;
}

void
linear_model_report(struct learned *out, struct arena *a,
    const struct frame *f, const void *model)
{
	const struct linear_model *m = model;
	double loss = train_loss(m, f);

	learned_add_history(out, a, "train", objective_of(f->task)->loss,
	    &loss, 1);
	out->iterations = m->fit.iterations;
	out->converged = m->fit.converged;
	out->kernel = arena_strdup(a, m->fit.kernel);
	if (!m->fit.converged)
		out->warning = arena_printf(a, "the coefficients still move "
		    "after %lld steps: --set max_iter=N",
		    (long long)m->fit.iterations);
}

void
linear_model_free(void *model)
{
	struct linear_model *m = model;

	linear_release(&m->fit);
	design_release(&m->design);
	free(m);
}
