/* Trials that fit our own learner. */
#include "search_fit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "catalog/bytes.h"
#include "search/front.h"
#include "search/pruner.h"

/* What a metric is watched by after each round, as the learner gbdt calls it;
 * NULL: the loss that is watched anyway. */
struct watched {
	const char *metric, *as;
};

static const struct watched watched[] = {
	{ "auc", "auc" }, { "logloss", NULL }, { "rmse", NULL },
	{ "mae", "l1" }
};

static const struct watched *
find_watched(const char *metric)
{
	for (size_t i = 0; i < sizeof(watched) / sizeof(*watched); i++)
		if (strcmp(watched[i].metric, metric) == 0)
			return &watched[i];
	return NULL;
}

static int
check_value(const struct search_fit *f, const struct space_param *p, double v,
    struct err *e)
{
	struct param one = { .name = p->name };
	struct buf text;
	int r;

	buf_init(&text, BUF_CAP_SMALL);
	space_value_text(&text, p, v);
	one.value = text.data;
	r = learner_check_param(f->opts->rq.learn.name, &one, e);
	buf_free(&text);
	return r;
}

/* Each name is a parameter of the learner, which takes the ends of its range,
 * or all of its choices. */
static int
check_space(const struct search_fit *f, const struct space *s, struct err *e)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct space_param *p = &s->param[i];

		for (size_t k = 0; k < p->n_choices; k++)
			if (check_value(f, p, (double)k, e) < 0)
				return -1;
		if (p->n_choices == 0 && (check_value(f, p, p->low, e) < 0 ||
		    check_value(f, p, p->high, e) < 0))
			return -1;
	}
	return 0;
}

int
search_fit_init(struct search_fit *f, struct cli *c, struct fitting_opts *o,
    const char *data, const struct study *s, const struct study_setup *setup,
    const struct texts *metrics)
{
	struct err e = ERR_INIT;
	int r;

	*f = (struct search_fit){ .cli = c, .opts = o, .metric = metrics->v,
	    .n = metrics->n };
	if ((r = fitting_check(c, o)) != 0 ||
	    (r = fitting_fill(c, o, data)) != 0)
		return r;
	o->rq.intervals = false;
	o->rq.learn.progress = NULL;
	if (o->rq.frame.target == NULL)
		return cli_usage(c, "say with --target which column to learn");
	if (!o->rq.valid && o->rq.cv.folds == 0)
		return cli_usage(c, "say with --valid or --cv what a trial is "
		    "judged by");
	if (catalog_repo(c->catalog) == NULL)
		return cli_usage(c, "a trial with --learner is a run: make a "
		    "repository with 'mlv-data init'");
	if (metrics->n != s->n_objectives)
		return cli_usage(c, "say with --metric what counts, as auc, "
		    "logloss or rmse: one a direction");
	f->reported = s->n_objectives == 1 &&
	    setup->pruner != pruner_find("none");
	return check_space(f, &setup->space, &e) < 0 ? cli_fail(c, &e) : 0;
}

/* --- one trial ------------------------------------------------------------- */

static bool
report_step(void *ctx, int64_t step, double value)
{
	return search_trial_report(ctx, step, value);
}

static bool
has_param(const struct learner_request *rq, const char *name)
{
	for (size_t i = 0; i < rq->n_set; i++)
		if (strcmp(rq->set[i].name, name) == 0)
			return true;
	return false;
}

/* So that the pruner learns of rounds, or folds. */
static void
report_steps(struct fit_request *rq, struct param *set, struct search_fit *f,
    struct search_trial *t)
{
	const struct watched *w = find_watched(f->metric[0]);

	if (rq->cv.folds) {
		rq->judged = report_step;
		rq->judged_ctx = t;
		rq->judged_metric = f->metric[0];
	} else if (w && !has_param(&rq->learn, "metric") &&
	    strcmp(rq->learn.name, "gbdt") == 0) {
		rq->learn.round = report_step;
		rq->learn.round_ctx = t;
		if (w->as)
			set[rq->learn.n_set++] = (struct param){ "metric",
			    w->as };
	}
}

static int
find_metric(double *v, const struct fit_outcome *done, const char *name,
    struct err *e)
{
	const struct metric *m = done->judged ? metrics_find(
	    &done->valid.metrics, name) : NULL;

	if (m) {
		*v = m->value;
		return 0;
	}
	for (size_t i = 0; i < done->cv.n; i++)
		if (strcmp(done->cv.m[i].name, name) == 0) {
			*v = done->cv.m[i].mean;
			return 0;
		}
	return err_set(e, ERR_USAGE, "such a model has no metric '%s'", name);
}

int
search_fit_trial(void *ctx, struct search_trial *t, struct err *e)
{
	struct search_fit *f = ctx;
	struct fit_request rq = f->opts->rq;
	struct arena *a = &f->cli->arena;
	struct param *set = arena_alloc(a, (rq.learn.n_set + t->n_params + 1) *
	    sizeof(*set));
	struct fit_outcome done;
	int r;

	if (rq.learn.n_set)
		memcpy(set, rq.learn.set, rq.learn.n_set * sizeof(*set));
	for (size_t i = 0; i < t->n_params; i++)
		set[rq.learn.n_set++] = t->param[i];
	rq.learn.set = set;
	rq.name = arena_printf(a, "%s-%zu", t->study->name, t->number);
	rq.output = NULL;
	rq.parent = getenv("MLV_RUN");
	if (f->reported)
		report_steps(&rq, set, f, t);
	r = fit_model(&done, f->cli->catalog, &rq, e);
	if (r < 0 && e->code != ERR_UNPROVEN)
		return -1;
	snprintf(t->run, sizeof(t->run), "%s", strchr(done.label, ':') + 1);
	for (size_t k = 0; r == 0 && k < f->n; k++)
		r = find_metric(&t->value[k], &done, f->metric[k], e);
	fit_outcome_release(&done);
	return r;
}

/* --- the best one's model -------------------------------------------------- */

static int
write_model(const struct catalog_bytes *b, const char *path, struct err *e)
{
	struct out_file f;

	if (out_file_open(&f, os_real(), path, 0666, true, e) < 0)
		return -1;
	if (out_file_add(&f, b->data, b->n, e) < 0) {
		out_file_drop(&f);
		return -1;
	}
	return out_file_commit(&f, e);
}

int
search_fit_deliver(struct cli *c, struct study *s, const char *path,
    struct err *e)
{
	struct catalog_bytes b;
	const size_t *number;
	const char *name;
	int r;

	if (study_catch_up(s, e) < 0)
		return -1;
	if (study_front(&number, &c->arena, s) == 0)
		return err_set(e, ERR_NO, "no trial of '%s' is complete",
		    s->name);
	if (s->trial[number[0]].run[0] == '\0')
		return err_set(e, ERR_NO, "trial %zu, the best one of '%s', is "
		    "no run with a model", number[0], s->name);
	/* of a run that was added the model has a name of its own */
	name = arena_printf(&c->arena, "run:%s", s->trial[number[0]].run);
	if (catalog_open_bytes(&b, c->catalog, name, e) < 0)
		return -1;
	r = write_model(&b, path, e);
	catalog_bytes_close(&b);
	return r;
}
