/* What the answers hang on: each input weighed by a loss. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "judge/importance.h"
#include "judge/internal.h"
#include "math/elem.h"

/* The truth of the rows looked at, and how answers are held against it. */
struct truth {
	const struct evaluation *v;
	const struct loss *loss;
	size_t n, width, positive;
	uint32_t *y;			/* classes, or */
	double *number, *p;
	uint8_t *yes;
};

/* How wrong the answers are; the metric it comes from names it. */
struct loss {
	const char *name;
	enum task task;
	bool probability;		/* only for scores that are such */
	double (*of)(const struct truth *t, const double *score);
};

static double
auc_loss(const struct truth *t, const double *score)
{
	const struct scores s = { score, t->n, t->width };

	for (size_t i = 0; i < t->n; i++)
		t->p[i] = positive_score(&s, i, t->positive);
	return -metric_auc(t->p, t->yes, t->n);
}

static double
rmse_loss(const struct truth *t, const double *score)
{
	double sum = 0;

	for (size_t i = 0; i < t->n; i++) {
		double d = score[i * t->width] - t->number[i];

		sum += d * d;
	}
	return sqrt(sum / (double)t->n);
}

static double
log_loss(const struct truth *t, const double *score)
{
	double sum = 0;

	for (size_t i = 0; i < t->n; i++) {
		double p = t->y[i] < t->width ? score[i * t->width +
		    t->y[i]] : 0;

		sum += -m_log(p > 1e-15 ? p : 1e-15);
	}
	return sum / (double)t->n;
}

static double
accuracy_loss(const struct truth *t, const double *score)
{
	double wrong = 0;

	for (size_t i = 0; i < t->n; i++)
		wrong += first_largest(score + i * t->width, t->width) !=
		    t->y[i];
	return wrong / (double)t->n;
}

/* The first that fits counts. */
static const struct loss losses[] = {
	{ "auc", TASK_BINARY, false, auc_loss },
	{ "rmse", TASK_REGRESSION, false, rmse_loss },
	{ "logloss", TASK_MULTICLASS, true, log_loss },
	{ "accuracy", TASK_MULTICLASS, false, accuracy_loss },
};

static const struct loss *
find_loss(const struct evaluation *v)
{
	const struct loss *l = losses;

	while (l->task != v->task || (l->probability &&
	    v->metrics.no_probability))
		l++;
	return l;
}

static double
finite_loss(void *ctx, const double *score)
{
	const struct truth *t = ctx;

	/* shuffled rows may lie where the model has no finite answer */
	for (size_t i = 0; i < t->n * t->width; i++)
		if (!isfinite(score[i]))
			return NAN;
	return t->loss->of(t, score);
}

/* The same rows whatever the file's order would suggest: by a seeded draw
 * without replacement (Knuth's algorithm S), in their order. */
static void
draw_rows(size_t *row, size_t want, size_t rows, uint64_t seed)
{
	struct rng r;

	rng_seed(&r, seed, UINT64_MAX);
	for (size_t i = 0, n = 0; n < want; i++)
		if (rng_below(&r, rows - i) < want - n)
			row[n++] = i;
}

static int
read_truth(struct truth *t, const struct column *y, struct err *e)
{
	const struct evaluation *v = t->v;

	t->y = xalloc(t->n, sizeof(*t->y));
	t->number = xalloc(t->n, sizeof(*t->number));
	t->p = xalloc(t->n, sizeof(*t->p));
	t->yes = xalloc(t->n, sizeof(*t->yes));
	if (v->task == TASK_REGRESSION) {
		for (size_t i = 0; i < t->n; i++)
			t->number[i] = column_number(y, i);
		return 0;
	}
	if (true_classes(t->y, v, y, e) < 0)
		return -1;
	for (size_t i = 0; v->task == TASK_BINARY && i < t->n; i++) {
		t->positive = strcmp(v->classes[1], v->positive) == 0;
		t->yes[i] = t->y[i] == t->positive;
	}
	return 0;
}

int
weigh_inputs(struct evaluation *v, const struct judging *g, uint64_t seed,
    struct err *e)
{
	struct importance *im = &v->importance;
	struct truth truth = { .v = v, .loss = find_loss(v),
	    .width = g->width };
	const struct importance_judge judge = { finite_loss, &truth, g->first,
	    g->width };
	struct table picked = { g->t->rows, 1, &g->t->col[g->target] };
	struct table *block = NULL, *answers = NULL;
	size_t inputs, *row;
	int r = -1;

	binding_wants(g->p, &inputs);
	truth.n = importance_rows(g->t->rows, inputs,
	    model_effort(binding_model(g->p)));
	if (truth.n == 0)
		return 0;
	im->metric = truth.loss->name;
	im->input = arena_alloc(&v->arena, inputs * sizeof(*im->input));
	for (size_t i = 0; i < inputs; i++)
		im->input[i].name = arena_strdup(&v->arena,
		    g->t->col[g->at[i]].name);
	row = xalloc(truth.n, sizeof(*row));
	draw_rows(row, truth.n, g->t->rows, seed);
	if (judging_block(&block, g, row, truth.n, e) == 0 &&
	    table_gather(&answers, &picked, row, truth.n, e) == 0 &&
	    read_truth(&truth, &answers->col[0], e) == 0)
		r = importance_measure(im, g->p, block, &judge, seed, e);
	table_free(block);
	table_free(answers);
	free(row);
	free(truth.y);
	free(truth.number);
	free(truth.p);
	free(truth.yes);
	return r;
}
