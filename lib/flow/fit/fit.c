/* A fit, step by step: fit_model at the end is its table of contents. */
#include "flow/fit/fit.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/bytes.h"
#include "catalog/manifest.h"
#include "catalog/put.h"
#include "flow/fit/internal.h"
#include "model/meta.h"
#include "onnx/build.h"
#include "store/odb.h"
#include "store/repo.h"

static int
learn_model(struct fitting *f, struct err *e)
{
	const struct prepared *p = &f->rows;
	bool judged = p->valid.rows > 0;
	const struct learner_rows rows = { &p->train, judged ? &p->valid :
	    NULL, &p->probe, p->binned ? &p->train_bins : NULL, p->binned &&
	    judged ? &p->valid_bins : NULL };
	const struct history *h;

	if (learner_fit(&f->learned, &f->arena, &rows, &f->learn, e) < 0)
		return -1;
	f->out->iterations = f->learned.iterations;
	f->out->converged = f->learned.converged;
	if (f->learned.warning)
		f->out->warning = arena_strdup(&f->out->arena,
		    f->learned.warning);
	h = f->learned.history;
	if (f->learned.n_histories && h->n) {
		f->out->loss_name = arena_strdup(&f->out->arena, h->name);
		f->out->loss = fit_kept_value(f, h);
	}
	return 0;
}

/* What the model was trained on, for drift. */
static void
add_profile(struct fitting *f)
{
	onnx_add_meta(&f->arena, f->learned.graph, META_PROFILE,
	    f->rows.profile.data, f->rows.profile.len);
}

static int
judge_valid(struct fitting *f, struct err *e)
{
	const struct evaluate_opts o = { .target = f->rows.train.target,
	    .threshold = 0.5, .threads = f->rq->learn.threads,
	    .values_only = !f->rq->intervals };
	const char *gap[EVALUATION_GAPS];
	size_t n;

	if (f->rq->valid == NULL)
		return 0;
	if (evaluate_table(&f->out->valid, f->plan, f->rows.judged, &o, e) < 0)
		return err_wrap(e, "%s", f->rq->valid);
	f->out->judged = true;
	n = evaluation_gaps(gap, &f->out->valid);
	for (size_t i = 0; i < n; i++)
		log_warn(f->rq->log, "%s: %s", f->rq->valid, gap[i]);
	return 0;
}

/* Stored, linked, sealed; then the file appears, also when it is not proven
 * that the run will last (ERR_UNPROVEN at the end). */
static int
deliver_model(struct fitting *f, struct err *e)
{
	struct err late = ERR_INIT;
	struct catalog_put put;
	struct journal *j;
	int r;

	oid_of(&f->out->model, f->bytes.data, f->bytes.len);
	f->out->size = f->bytes.len;
	if (f->rq->output && (fit_open_output(f, e) < 0 ||
	    out_file_add(&f->file, f->bytes.data, f->bytes.len, e) < 0 ||
	    out_file_flush(&f->file, e) < 0))
		return -1;
	if (f->j && (odb_put(&f->out->model, repo_odb(f->s), f->bytes.data,
	    f->bytes.len, e) < 0 ||
	    journal_link(f->j, "output", TYPE_ONNX, f->rq->output ?
	    f->rq->output : FIT_OUTPUT, &f->out->model, f->bytes.len, e) < 0 ||
	    fit_record_results(f, e) < 0))
		return -1;
	if (f->j) {
		j = f->j;
		f->j = NULL;
		if (journal_seal(&put, j, RUN_FINISHED, 0, &late) < 0 &&
		    late.code != ERR_UNPROVEN) {
			*e = late;
			return -1;
		}
	}
	r = f->file_open ? out_file_commit(&f->file, e) : 0;
	f->file_open = false;
	if (r == 0 && late.code != ERR_NONE) {
		*e = late;
		r = -1;
	}
	return r;
}

static void
describe_rows(struct fit_outcome *out, const struct prepared *p)
{
	const struct frame *t = &p->train;

	out->task = t->task;
	if (t->task == TASK_BINARY)
		out->positive = arena_strdup(&out->arena,
		    t->classes[t->positive]);
	out->rows = t->rows;
	out->dropped = p->dropped;
	out->features = t->n_features;
}

static void
release_fitting(struct fitting *f, const struct err *e)
{
	if (f->file_open)
		out_file_drop(&f->file);
	if (f->j)
		fit_seal_failed(f, e->msg);
	binding_free(f->plan);
	if (f->bytes.data)
		buf_free(&f->bytes);
	prepared_release(&f->rows);
	if (f->dealt)
		folds_release(&f->folds);
	fit_input_release(&f->data);
	fit_input_release(&f->judge);
	arena_free(&f->arena);
}

int
fit_model(struct fit_outcome *out, struct catalog *c,
    const struct fit_request *rq, struct err *e)
{
	struct fitting f = { .c = c, .s = catalog_repo(c), .rq = rq,
	    .out = out, .frame_opts = rq->frame, .learn = rq->learn };
	int r = -1;

	memset(out, 0, sizeof(*out));
	meter_begin(&f.meter);
	f.learn.watched = rq->valid != NULL;
	if (f.frame_opts.task == TASK_AUTO &&
	    learner_settle_task(&f.frame_opts.task, &f.learn, e) < 0)
		return -1;
	buf_init(&f.bytes, ONNX_BYTES_MAX);
	if (fit_try_output(&f, e) == 0 && fit_find_inputs(&f, e) == 0 &&
	    fit_prepare(&f.rows, &f, NULL, e) == 0 &&
	    fit_begin_run(&f, e) == 0 && fit_cross_validate(&f, e) == 0 &&
	    learn_model(&f, e) == 0) {
		add_profile(&f);
		if (fit_prove(&f, e) == 0 && judge_valid(&f, e) == 0) {
			describe_rows(out, &f.rows);
			r = deliver_model(&f, e);
		}
	}
	release_fitting(&f, e);
	if (r < 0 && e->code != ERR_UNPROVEN)
		fit_outcome_release(out);
	return r;
}

void
fit_outcome_release(struct fit_outcome *out)
{
	evaluation_release(&out->valid);
	arena_free(&out->arena);
}
