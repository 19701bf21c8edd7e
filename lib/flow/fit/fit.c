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
	const struct fit_request *rq = f->rq;
	size_t n = f->train.rows < FIT_GOLDEN ? f->train.rows : FIT_GOLDEN;
	const struct learner_rows rows = { &f->train, rq->valid ? &f->valid :
	    NULL };
	const struct history *h;

	for (size_t i = 0; i < n; i++)
		f->probe[i] = i * f->train.rows / n;
	f->n_probes = n;
	if (learner_fit(&f->learned, &f->arena, &rows, &f->learn, f->probe,
	    f->n_probes, e) < 0)
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

/* What the model was trained on, for drift: features and target. */
static int
add_profile(struct fitting *f, struct err *e)
{
	const struct frame *t = &f->train;
	struct table picked = { t->rows, 0, NULL };
	struct buf b;
	int r;

	picked.col = xalloc(t->n_features + 1, sizeof(*picked.col));
	for (size_t i = 0; i < t->n_features; i++)
		picked.col[picked.cols++] = *fit_column(f,
		    t->feature[i].name);
	picked.col[picked.cols++] = *fit_column(f, t->target);
	r = profile_of_table(&f->profile, &picked, f->rq->learn.threads, e);
	free(picked.col);
	if (r < 0)
		return -1;
	buf_init(&b, BUF_CAP_DOC);
	r = profile_write(&b, f->profile, e);
	while (b.len && b.data[b.len - 1] == '\n')
		b.len--;
	if (r == 0)
		onnx_add_meta(&f->arena, f->learned.graph, META_PROFILE,
		    b.data, b.len);
	buf_free(&b);
	return r;
}

static int
judge_valid(struct fitting *f, struct err *e)
{
	const struct evaluate_opts o = { .target = f->train.target,
	    .threshold = 0.5, .threads = f->rq->learn.threads };
	const char *gap[EVALUATION_GAPS];
	size_t n;

	if (f->rq->valid == NULL)
		return 0;
	if (evaluate_table(&f->out->valid, f->plan, f->valid_table, &o, e) < 0)
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
	if (fit_open_output(f, e) < 0 ||
	    out_file_add(&f->file, f->bytes.data, f->bytes.len, e) < 0 ||
	    out_file_flush(&f->file, e) < 0)
		return -1;
	if (f->j && (odb_put(&f->out->model, repo_odb(f->s), f->bytes.data,
	    f->bytes.len, e) < 0 ||
	    journal_link(f->j, "output", TYPE_ONNX, f->rq->output,
	    &f->out->model, f->bytes.len, e) < 0 ||
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
	r = out_file_commit(&f->file, e);
	f->file_open = false;
	if (r == 0 && late.code != ERR_NONE) {
		*e = late;
		r = -1;
	}
	return r;
}

static void
release_fitting(struct fitting *f, const struct err *e)
{
	if (f->file_open)
		out_file_drop(&f->file);
	if (f->j)
		fit_seal_failed(f, e->msg);
	binding_free(f->plan);
	profile_free(f->profile);
	if (f->bytes.data)
		buf_free(&f->bytes);
	frame_release(&f->train);
	frame_release(&f->valid);
	if (f->train_table) {
		names_free(f->train_names);
		table_free(f->train_table);
		table_free(f->train_read);
		catalog_bytes_close(&f->train_bytes);
	}
	if (f->valid_table) {
		table_free(f->valid_table);
		table_free(f->valid_read);
		catalog_bytes_close(&f->valid_bytes);
	}
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
	if (fit_try_output(&f, e) == 0 && fit_read_rows(&f, e) == 0 &&
	    fit_begin_run(&f, e) == 0 && fit_cross_validate(&f, e) == 0 &&
	    learn_model(&f, e) == 0 &&
	    add_profile(&f, e) == 0 && fit_prove(&f, e) == 0 &&
	    judge_valid(&f, e) == 0) {
		out->task = f.train.task;
		if (f.train.task == TASK_BINARY)
			out->positive = arena_strdup(&out->arena,
			    f.train.classes[f.train.positive]);
		out->rows = f.train.rows;
		out->features = f.train.n_features;
		r = deliver_model(&f, e);
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
