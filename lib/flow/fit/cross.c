/* A cross validation: the learner fitted to the rest of each fold, and judged
 * on the fold by the engine that will serve the model. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "flow/fit/internal.h"
#include "model/open.h"

/* The model of some rows, as it would be served. */
static int
fit_part(struct binding **out, struct buf *bytes, struct fitting *f,
    const struct table *t, const struct frame_opts *o, struct err *e)
{
	struct arena a = { 0 };
	struct learned learned;
	struct frame frame;
	int r;

	if (frame_init(&frame, t, o, e) < 0)
		return -1;
	r = learner_fit(&learned, &a, &(struct learner_rows){ &frame, NULL },
	    &f->learn, NULL, 0, e);
	if (r == 0) {
		onnx_write(bytes, learned.graph);
		r = buf_check(bytes, e);
	}
	if (r == 0)
		r = binding_open(out, bytes->data, bytes->len, NULL, e);
	frame_release(&frame);
	arena_free(&a);
	return r;
}

static int
judge_fold(struct fitting *f, const struct folds *folds, size_t k,
    const struct frame_opts *o, struct err *e)
{
	const struct evaluate_opts eo = { .target = f->train.target,
	    .task = f->train.task, .threshold = 0.5,
	    .threads = f->rq->learn.threads };
	size_t *row = xalloc(folds->rows + 1, sizeof(*row)), n;
	struct table *learned = NULL, *judged = NULL;
	struct binding *p = NULL;
	struct evaluation v;
	struct buf bytes;
	int r;

	buf_init(&bytes, ONNX_BYTES_MAX);
	n = folds_learned(row, folds, k);
	r = table_gather(&learned, f->train_table, row, n, e);
	n = folds_judged(row, folds, k);
	if (r == 0)
		r = table_gather(&judged, f->train_table, row, n, e);
	if (r == 0)
		r = fit_part(&p, &bytes, f, learned, o, e);
	if (r == 0)
		r = evaluate_table(&v, p, judged, &eo, e);
	if (r == 0) {
		if (v.unknown)
			log_warn(f->rq->log, "fold %zu: %s", k + 1,
			    v.unknown);
		fold_metrics_add(&f->out->cv, &f->out->arena, &v);
		evaluation_release(&v);
	}
	binding_free(p);
	buf_free(&bytes);
	table_free(learned);
	table_free(judged);
	free(row);
	return r < 0 ? err_wrap(e, "fold %zu", k + 1) : 0;
}

int
fit_cross_validate(struct fitting *f, struct err *e)
{
	struct folds_opts o = f->rq->cv;
	struct frame_opts fo = f->frame_opts;
	struct folds folds;
	int r = 0;

	if (o.folds == 0)
		return 0;
	if (!o.by && !o.time && f->train.task != TASK_REGRESSION)
		o.stratify = f->train.target;
	fo.task = f->train.task;
	if (f->train.task == TASK_BINARY)
		fo.positive = f->train.classes[f->train.positive];
	if (folds_deal(&folds, f->train_table, &o, e) < 0)
		return err_wrap(e, "%s", f->rq->data);
	f->out->cv_kind = folds_kind(&o);
	f->out->cv.folds = folds.n;
	for (size_t k = 0; r == 0 && k < folds.n; k++)
		r = judge_fold(f, &folds, k, &fo, e);
	folds_release(&folds);
	return r;
}
