/* A fit as a run: inputs, parameters, metrics, cost. */
#include <stdio.h>

#include "base/num.h"
#include "catalog/bytes.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "catalog/put.h"
#include "exec/command.h"
#include "exec/provenance.h"
#include "flow/fit/internal.h"
#include "store/odb.h"
#include "store/repo.h"
#include "store/worktree.h"

/* The bytes behind a name are stored.  What was not read, because it had been
 * made ready before, is as the stat cache knows it. */
static int
store_rows(struct oid *id, uint64_t *size, struct fitting *f,
    const struct fit_input *in, struct err *e)
{
	const struct catalog_bytes *b = &in->bytes;
	struct odb *odb = repo_odb(f->s);

	if (b->data) {
		*size = b->n;
		return odb_put(id, odb, b->data, b->n, e);
	}
	*id = in->content;
	if (odb_has(odb, id))
		return odb_size(size, odb, id, e) < 0 ? -1 : odb_keep(odb, id,
		    e);
	if (b->item.kind != NAME_PATH)
		return odb_size(size, odb, id, e);
	if (worktree_put_file(id, size, f->s, b->item.base, e) < 0)
		return -1;
	return oid_eq(id, &in->content) ? 0 : err_set(e, ERR_MOVED, "'%s' "
	    "changed while it was learned from", in->name);
}

/* `rel`: "input", what is learned from, or "valid". */
static int
record_rows(struct fitting *f, const char *rel, const struct fit_input *in,
    struct err *e)
{
	const struct catalog_bytes *b = &in->bytes;
	struct oid id;
	uint64_t size;

	if (b->item.kind == NAME_DATA) {
		if (odb_size(&size, repo_odb(f->s), &b->item.id, e) < 0)
			return -1;
		return journal_link(f->j, rel, TYPE_DATASET, b->item.label,
		    &b->item.id, size, e);
	}
	if (store_rows(&id, &size, f, in, e) < 0)
		return -1;
	return journal_link(f->j, rel, b->type ? b->type : TYPE_BYTES,
	    b->item.label, &id, size, e);
}

static int
record_text(struct fitting *f, const char *name, const char *value,
    struct err *e)
{
	struct json *v;

	if (value == NULL)
		return 0;
	v = json_new(&f->arena, JSON_TEXT);
	v->s = value;
	v->n = strlen(value);
	return journal_param(f->j, name, v, e);
}

static int
record_list(struct fitting *f, const char *name, const char *const *list,
    size_t n, struct err *e)
{
	struct json *v = json_new(&f->arena, JSON_LIST);

	for (size_t i = 0; i < n; i++)
		json_add_text(&f->arena, v, NULL, list[i]);
	return n == 0 ? 0 : journal_param(f->j, name, v, e);
}

/* What the learner goes by: what is given and every default.  Of words it
 * does not take, those, so that the failed run shows them. */
static int
record_settings(struct fitting *f, struct err *e)
{
	const struct fit_request *rq = f->rq;
	struct err late = ERR_INIT;
	struct json *m;

	if (learner_params(&m, &f->arena, &f->learn, e) < 0) {
		for (size_t i = 0; i < rq->learn.n_set; i++)
			(void)journal_param(f->j, rq->learn.set[i].name,
			    journal_value(&f->arena, rq->learn.set[i].value),
			    &late);
		return -1;
	}
	for (const struct json *p = m->child; p; p = p->next)
		if (journal_param(f->j, p->key, p, e) < 0)
			return -1;
	return 0;
}

static int
record_folds(struct fitting *f, struct err *e)
{
	const struct folds_opts *o = &f->rq->cv;
	char folds[NUM_TEXT_MAX];

	if (o->folds == 0)
		return 0;
	num_print_i64(folds, o->folds);
	return journal_param(f->j, "cv", journal_value(&f->arena, folds), e) <
	    0 || record_text(f, "cv_by", o->by, e) < 0 ||
	    record_text(f, "cv_time", o->time, e) < 0 ? -1 : 0;
}

static int
record_params(struct fitting *f, struct err *e)
{
	const struct fit_request *rq = f->rq;
	char seed[NUM_TEXT_MAX];

	num_print_i64(seed, rq->learn.seed);
	if (record_text(f, "learner", rq->learn.name, e) < 0 ||
	    record_text(f, "task", task_name(f->rows.train.task), e) < 0 ||
	    record_text(f, "target", f->rows.train.target, e) < 0 ||
	    record_text(f, "positive", rq->frame.positive, e) < 0 ||
	    record_text(f, "weight", rq->frame.weight, e) < 0 ||
	    record_text(f, "golden_rows", rq->golden_real ? "real" : NULL,
	    e) < 0 ||
	    (rq->drop_missing && record_text(f, "drop_missing_target", "true",
	    e) < 0) ||
	    record_list(f, "drop", rq->frame.drop, rq->frame.n_drop, e) < 0 ||
	    record_list(f, "categorical", rq->frame.categorical,
	    rq->frame.n_categorical, e) < 0 ||
	    record_list(f, "numeric", rq->frame.numeric, rq->frame.n_numeric,
	    e) < 0 ||
	    record_folds(f, e) < 0 ||
	    journal_param(f->j, "seed", journal_value(&f->arena, seed), e) < 0)
		return -1;
	return record_settings(f, e);
}

int
fit_begin_run(struct fitting *f, struct err *e)
{
	struct json *facts = json_new(&f->arena, JSON_MAP);
	struct journal_start start = { .verb = "fit", .name = f->rq->name,
	    .facts = facts, .parent = f->rq->parent };
	struct provenance t = { NULL, f->s, &f->arena, f->rq->log };

	if (f->s == NULL)
		return 0;
	provenance_machine(&f->arena, facts);
	if (journal_begin(&f->j, f->c, &start, e) < 0)
		return -1;
	snprintf(f->out->label, sizeof(f->out->label), "run:%s",
	    journal_id(f->j));
	if (record_params(f, e) < 0 ||
	    record_rows(f, "input", &f->data, e) < 0 ||
	    (f->rq->valid && record_rows(f, "valid", &f->judge, e) < 0))
		return -1;
	t.j = f->j;
	return provenance_code(&t, e);
}

double
fit_kept_value(const struct fitting *f, const struct history *h)
{
	int64_t at = f->learned.iterations;

	return h->value[at > 0 && (size_t)at <= h->n ? (size_t)at - 1 :
	    h->n - 1];
}

/* "cv.auc" by fold, its mean as the run's, and "cv.auc.sd". */
static int
record_cv(struct fitting *f, struct err *e)
{
	const struct fold_metrics *cv = &f->out->cv;

	for (size_t i = 0; i < cv->n; i++) {
		const struct fold_metric *m = &cv->m[i];
		const char *name = arena_printf(&f->arena, "cv.%s", m->name);

		for (size_t k = 0; k < cv->folds; k++)
			if (journal_metric(f->j, name, (int64_t)k + 1,
			    m->value[k], e) < 0)
				return -1;
		if (journal_summary(f->j, name, m->mean, e) < 0 ||
		    journal_metric(f->j, arena_printf(&f->arena, "%s.sd",
		    name), (int64_t)cv->folds, m->sd, e) < 0)
			return -1;
	}
	return 0;
}

int
fit_record_results(struct fitting *f, struct err *e)
{
	const struct learned *l = &f->learned;
	struct json *m = json_new(&f->arena, JSON_MAP);
	struct provenance_cost cost;

	for (size_t h = 0; h < l->n_histories; h++)
		for (size_t i = 0; i < l->history[h].n; i++)
			if (journal_metric(f->j, l->history[h].name,
			    (int64_t)i + 1, l->history[h].value[i], e) < 0)
				return -1;
	for (size_t h = 0; h < l->n_histories; h++)
		if (l->history[h].n && journal_summary(f->j,
		    l->history[h].name, fit_kept_value(f, &l->history[h]), e) < 0)
			return -1;
	for (size_t i = 0; f->out->judged && i < f->out->valid.metrics.n; i++)
		if (journal_metric(f->j, f->out->valid.metrics.m[i].name,
		    l->iterations, f->out->valid.metrics.m[i].value, e) < 0)
			return -1;
	if (record_cv(f, e) < 0)
		return -1;
	if (l->kernel)
		json_add_text(&f->arena, m, "blas_kernel", l->kernel);
	meter_read(&cost, &f->meter);
	provenance_cost(&f->arena, m, &cost);
	return journal_fact(f->j, "usage", m, e);
}

void
fit_seal_failed(struct fitting *f, const char *why)
{
	struct json *m = json_new(&f->arena, JSON_MAP);
	struct err ignored = ERR_INIT;
	struct catalog_put put;

	json_add_text(&f->arena, m, "error", why);
	(void)journal_fact(f->j, "error", m->child, &ignored);
	journal_seal(&put, f->j, RUN_FAILED, 1, &ignored);
}
