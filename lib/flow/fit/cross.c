/* A cross validation: the learner fitted to the rest of each fold, and judged
 * on the fold by the engine that will serve the model. */
#include "flow/fit/internal.h"
#include "model/open.h"

/* The model of some rows, as it would be served. */
static int
fit_part(struct binding **out, struct buf *bytes, const struct fitting *f,
    const struct prepared *p, struct err *e)
{
	const struct learner_rows rows = { .train = &p->train,
	    .train_bins = p->binned ? &p->train_bins : NULL };
	struct arena a = { 0 };
	struct learned learned;
	int r = learner_fit(&learned, &a, &rows, &f->learn, e);

	if (r == 0) {
		onnx_write(bytes, learned.graph);
		r = buf_check(bytes, e);
	}
	if (r == 0)
		r = binding_open(out, bytes->data, bytes->len, NULL, e);
	arena_free(&a);
	return r;
}

/* Dealt out when the rows of a fold are not known from before. */
static const struct folds *
deal_rows(struct fitting *f, struct err *e)
{
	const struct frame *whole = &f->rows.train;
	struct folds_opts o = f->rq->cv;

	if (f->dealt)
		return &f->folds;
	if (!o.by && !o.time && whole->task != TASK_REGRESSION)
		o.stratify = whole->target;
	if (fit_load_train(f, e) < 0)
		return NULL;
	if (folds_deal(&f->folds, f->data.table, &o, e) < 0) {
		err_wrap(e, "%s", f->rq->data);
		return NULL;
	}
	f->dealt = true;
	return &f->folds;
}

/* Its metric is told as that of step k + 1. */
static int
tell_fold(const struct fit_request *rq, size_t k, const struct evaluation *v,
    struct err *e)
{
	const struct metric *m = rq->judged ? metrics_find(&v->metrics,
	    rq->judged_metric) : NULL;

	return m && rq->judged(rq->judged_ctx, (int64_t)k + 1, m->value) ?
	    err_set(e, ERR_STOPPED, "stopped after %zu folds", k + 1) : 0;
}

static int
judge_fold(struct fitting *f, size_t k, struct err *e)
{
	const struct evaluate_opts eo = { .target = f->rows.train.target,
	    .task = f->rows.train.task, .threshold = 0.5,
	    .threads = f->rq->learn.threads, .values_only = true };
	const struct fold_of fold = { deal_rows, k };
	struct binding *plan = NULL;
	struct prepared p;
	struct evaluation v;
	struct buf bytes;
	int r = fit_prepare(&p, f, &fold, e);

	buf_init(&bytes, ONNX_BYTES_MAX);
	if (r == 0)
		r = fit_part(&plan, &bytes, f, &p, e);
	if (r == 0)
		r = evaluate_table(&v, plan, p.judged, &eo, e);
	if (r == 0) {
		if (v.unknown)
			log_warn(f->rq->log, "fold %zu: %s", k + 1,
			    v.unknown);
		fold_metrics_add(&f->out->cv, &f->out->arena, &v);
		r = tell_fold(f->rq, k, &v, e);
		evaluation_release(&v);
	}
	binding_free(plan);
	buf_free(&bytes);
	prepared_release(&p);
	return r;
}

int
fit_cross_validate(struct fitting *f, struct err *e)
{
	struct folds_opts o = f->rq->cv;
	int r = 0;

	if (o.folds == 0)
		return 0;
	if (!o.by && !o.time && f->rows.train.task != TASK_REGRESSION)
		o.stratify = f->rows.train.target;
	f->out->cv_kind = folds_kind(&o);
	f->out->cv.folds = (size_t)o.folds;
	for (size_t k = 0; r == 0 && k < f->out->cv.folds; k++) {
		r = judge_fold(f, k, e);
		if (r < 0 && f->dealt)
			err_wrap(e, "fold %zu", k + 1);
	}
	return r;
}
