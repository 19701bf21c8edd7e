/* Rows made ready for a learner, from the tables they stand in. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pool.h"
#include "flow/fit/internal.h"

/* The columns of the features, then the target's, borrowed from t. */
static struct table
pick_columns(const struct frame *f, const struct table *t)
{
	struct names *names = table_names(t);
	struct table picked = { t->rows, f->n_features + 1, xalloc(
	    f->n_features + 1, sizeof(*picked.col)) };

	for (size_t i = 0; i < f->n_features; i++)
		picked.col[i] = t->col[names_find(names, f->feature[i].name)];
	picked.col[f->n_features] = t->col[names_find(names, f->target)];
	names_free(names);
	return picked;
}

/* Some rows, spread over all, as they stand in the table and as the scorer
 * will want them. */
static int
take_probes(struct prepared *p, const struct table *picked, struct err *e)
{
	const struct frame *f = &p->train;
	size_t row[FIT_GOLDEN], n = f->rows < FIT_GOLDEN ? f->rows :
	    FIT_GOLDEN;

	for (size_t i = 0; i < n; i++)
		row[i] = i * f->rows / n;
	if (table_gather(&p->probe_rows, picked, row, n, e) < 0 ||
	    frame_init_like(&p->probe, f, p->probe_rows, e) < 0)
		return -1;
	for (size_t i = 0; i < f->n_features; i++)
		if (column_convert(&p->probe_rows->col[i],
		    f->feature[i].read_as, e) < 0)
			return -1;
	return 0;
}

static int
write_profile(struct buf *out, const struct profile *profile, struct err *e)
{
	buf_init(out, BUF_CAP_DOC);
	if (profile_write(out, profile, e) < 0)
		return -1;
	while (out->len && out->data[out->len - 1] == '\n')
		out->len--;
	return 0;
}

/* What travels in the model: the profile of the rows, and rows drawn from it.
 * 1: one of these may be a training row, which only its numbers as they were
 * written can say. */
static int
describe_rows(struct prepared *p, struct fit_input *in, int threads,
    struct err *e)
{
	struct table picked = pick_columns(&p->train, in->table);
	struct profile *own = NULL, *profile = in->parts.profile;
	bool met = false;
	int r = 0;

	if (profile == NULL) {
		r = profile_of_table(&own, &picked, threads, e);
		profile = own;
	}
	if (r == 0)
		r = write_profile(&p->profile, profile, e);
	if (r == 0)
		r = golden_rows(&p->golden, &met, &p->train, in->table,
		    profile, e);
	if (r == 0)
		r = take_probes(p, &picked, e);
	profile_free(own);
	free(picked.col);
	return r == 0 && met && in->parts.rounded ? 1 : r;
}

static int
make_bins(struct prepared *p, const struct fitting *f, struct err *e)
{
	struct bin_params bp;
	struct pool *pool;
	int r;

	p->binned = learner_bins(&bp, &f->learn) && p->train.rows <=
	    UINT32_MAX;
	if (!p->binned)
		return 0;
	pool = pool_new(f->learn.threads);
	r = bins_init(&p->train_bins, &p->train, &bp, pool, e);
	if (r == 0 && p->valid.rows)
		r = bins_init_like(&p->valid_bins, &p->train_bins, &p->valid,
		    pool, e);
	pool_free(pool);
	return r;
}

/* All rows to learn from, in parts where that will do. */
static int
make_train(struct prepared *p, struct fitting *f, struct err *e)
{
	struct frame_opts o = f->frame_opts;
	int r;

	if (fit_load_train(f, e) < 0)
		return -1;
	p->dropped = f->data.dropped;
	o.mapped = f->data.parts.profile != NULL;
	if (frame_init(&p->train, f->data.table, &o, e) < 0)
		return err_wrap(e, "%s", f->data.name);
	r = describe_rows(p, &f->data, f->rq->learn.threads, e);
	if (r <= 0)
		return r;
	prepared_release(p);
	fit_parts_release(&f->data);
	return make_train(p, f, e);
}

/* Those, and the ones of --valid to judge by. */
static int
make_whole(struct prepared *p, struct fitting *f, struct err *e)
{
	if (make_train(p, f, e) < 0)
		return -1;
	if (f->rq->valid) {
		if (fit_load_valid(f, &p->train, e) < 0)
			return -1;
		p->judged = f->judge.table;
		p->judged_dropped = f->judge.dropped;
		if (frame_init_like(&p->valid, &p->train, p->judged, e) < 0)
			return err_wrap(e, "%s", f->judge.name);
	}
	return make_bins(p, f, e);
}

/* Those a fold learns from and is judged by. */
static int
make_fold(struct prepared *p, struct fitting *f, const struct fold_of *fold,
    struct err *e)
{
	const struct folds *folds = fold->deal(f, e);
	const struct frame *whole = &f->rows.train;
	struct frame_opts o = f->frame_opts;
	struct table *learned = NULL;
	size_t *row, n;
	int r;

	if (folds == NULL)
		return -1;
	o.task = whole->task;
	if (o.task == TASK_BINARY)
		o.positive = whole->classes[whole->positive];
	row = xalloc(folds->rows + 1, sizeof(*row));
	n = folds_learned(row, folds, fold->k);
	r = table_gather(&learned, f->data.table, row, n, e);
	n = folds_judged(row, folds, fold->k);
	if (r == 0)
		r = table_gather(&p->judged, f->data.table, row, n, e);
	p->judged_own = true;
	if (r == 0)
		r = frame_init(&p->train, learned, &o, e);
	if (r == 0)
		r = make_bins(p, f, e);
	table_free(learned);
	free(row);
	return r;
}

int
prepared_make(struct prepared *p, struct fitting *f,
    const struct fold_of *fold, struct err *e)
{
	memset(p, 0, sizeof(*p));
	return fold ? make_fold(p, f, fold, e) : make_whole(p, f, e);
}

void
prepared_release(struct prepared *p)
{
	bins_release(&p->train_bins);
	bins_release(&p->valid_bins);
	frame_release(&p->probe);
	frame_release(&p->valid);
	frame_release(&p->train);
	table_free(p->probe_rows);
	table_free(p->golden);
	if (p->judged_own)
		table_free(p->judged);
	if (p->profile.data)
		buf_free(&p->profile);
	parcel_close(&p->from);
	memset(p, 0, sizeof(*p));
}
