/* An evaluation: rows scored, scores judged by the target. */
#include "judge/evaluate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "judge/internal.h"
#include "model/meta.h"

void
evaluate_read_opts(struct table_read_opts *o, struct arena *a,
    const struct binding *p)
{
	size_t n_wants, n = 0;
	const struct table_want *want = binding_wants(p, &n_wants);
	struct table_type *types;

	if (binding_by_place(p))
		return;
	types = arena_alloc(a, (n_wants + o->n_types) * sizeof(*types));
	for (size_t i = 0; i < o->n_types; i++)
		types[n++] = o->types[i];
	for (size_t i = 0; i < n_wants; i++) {
		size_t k = 0;

		while (k < o->n_types &&
		    strcmp(o->types[k].name, want[i].name) != 0)
			k++;
		if (k == o->n_types)
			types[n++] = (struct table_type){ want[i].name,
			    want[i].type };
	}
	o->types = types;
	o->n_types = n;
}

#define PART 16384

/* Scores (rows, width), row-major. */
static int
score_rows(double *out, struct judging *g, struct err *e)
{
	struct scorer *s = scorer_new(g->p);
	const struct table *t = g->t;
	size_t *row = xalloc(PART, sizeof(*row));
	int r = 0;

	for (size_t from = 0; r == 0 && from < t->rows; from += PART) {
		size_t to = t->rows - from < PART ? t->rows : from + PART;
		struct table *block, *got;

		for (size_t i = from; i < to; i++)
			row[i - from] = i;
		if (judging_block(&block, g, row, to - from, e) < 0) {
			r = -1;
			break;
		}
		r = scorer_run(&got, s, block, e);
		for (size_t i = 0; r == 0 && i < to - from; i++) {
			double *row_out = out + (from + i) * g->width;

			for (size_t k = 0; k < g->width; k++)
				row_out[k] = column_number(
				    &got->col[g->first + k], i);
			if (g->label != SIZE_MAX)
				labels_note(g, row_out, &got->col[g->label],
				    i);
		}
		table_free(block);
	}
	free(row);
	scorer_free(s);
	return r;
}

static uint64_t
draw_seed(const struct evaluate_opts *o)
{
	return o->values_only ? METRIC_NO_DRAWS : o->seed;
}

static int
judge_binary(struct evaluation *v, const struct scores *s, const uint32_t *y,
    const struct evaluate_opts *o, struct err *e)
{
	size_t n = s->rows;
	double *p = mem_array(n + 1, sizeof(*p));
	uint8_t *yes = mem_array(n + 1, 1);
	size_t at = 0;
	int r;

	while (at < 2 && strcmp(v->classes[at], v->positive) != 0)
		at++;
	if (at == 2 || p == NULL || yes == NULL) {
		r = at == 2 ? err_set(e, ERR_USAGE, "the model has no class "
		    "'%s', but '%s' and '%s'", v->positive, v->classes[0],
		    v->classes[1]) : err_set(e, ERR_NOMEM, "out of memory");
		free(p);
		free(yes);
		return r;
	}
	for (size_t i = 0; i < n; i++) {
		p[i] = positive_score(s, i, at);
		yes[i] = y[i] >= 2 ? 2 : y[i] == at;
	}
	r = metrics_binary(&v->metrics, p, yes, n, o->threshold, draw_seed(o),
	    o->threads, e);
	if (r == 0)
		spread_scores(v, p, yes, n);
	v->confusion = arena_alloc(&v->arena, 4 * sizeof(*v->confusion));
	v->confusion[at * 2 + at] = v->metrics.tp;
	v->confusion[at * 2 + !at] = v->metrics.fn;
	for (size_t i = 0; i < n; i++)
		v->confusion[!at * 2 + at] += y[i] == !at &&
		    p[i] >= o->threshold;
	v->confusion[!at * 2 + !at] = v->metrics.tn;
	free(p);
	free(yes);
	return r;
}

static int
judge_classes(struct evaluation *v, const struct scores *s, const uint32_t *y,
    const struct evaluate_opts *o, struct err *e)
{
	size_t k = v->n_classes, n = s->rows;

	v->confusion = arena_alloc(&v->arena, k * k * sizeof(*v->confusion));
	for (size_t i = 0; i < n; i++)
		if (y[i] < k)
			v->confusion[y[i] * k + first_largest(s->score +
			    i * k, k)]++;
	return metrics_multiclass(&v->metrics, s->score, y, n, k, draw_seed(o),
	    o->threads, e);
}

static int
judge_numbers(struct evaluation *v, const struct judging *g,
    const struct scores *s, const struct evaluate_opts *o, struct err *e)
{
	const struct column *y = &g->t->col[g->target];
	size_t n = s->rows;
	double *number;
	int r = 0;

	if (o->positive)
		return err_set(e, ERR_USAGE, "--positive is for two classes, "
		    "but '%s' is judged as numbers", y->name);
	number = mem_array(n + 1, sizeof(*number));
	if (number == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	for (size_t i = 0; r == 0 && i < n; i++) {
		number[i] = column_number(y, i);
		if (!isfinite(number[i]))
			r = err_set(e, ERR_FORMAT, "row %zu has no number in "
			    "the target '%s'", i + 1, y->name);
	}
	if (r == 0)
		r = metrics_regression(&v->metrics, s->score, number, n,
		    draw_seed(o), o->threads, e);
	if (r == 0) {
		judge_objective(v, g, s->score, number, n);
		r = spread_tenths(v, s->score, number, n, e);
	}
	free(number);
	return r;
}

/* Names may belong to the model, which does not live as long. */
static void
own_classes(struct evaluation *v)
{
	const char **own = arena_alloc(&v->arena, v->n_classes *
	    sizeof(*own));

	for (size_t k = 0; k < v->n_classes; k++)
		own[k] = arena_strdup(&v->arena, v->classes[k]);
	v->classes = own;
}

/* Of two classes the one the model itself looks for. */
static void
own_positive(struct evaluation *v, const struct judging *g)
{
	const char *own = model_meta(binding_model(g->p), META_POSITIVE);

	v->own_positive = arena_strdup(&v->arena, own ? own : v->classes[1]);
}

static int
judge_scores(struct evaluation *v, const struct judging *g,
    const struct scores *s, const struct evaluate_opts *o, struct err *e)
{
	const struct column *y = &g->t->col[g->target];
	uint32_t *truth;
	int r;

	if (v->task == TASK_REGRESSION)
		return judge_numbers(v, g, s, o, e);
	if (judging_find_classes(v, g, e) < 0)
		return -1;
	truth = mem_array(s->rows + 1, sizeof(*truth));
	r = truth == NULL ? err_set(e, ERR_NOMEM, "out of memory") :
	    true_classes(truth, v, y, e);
	if (r == 0)
		r = count_unknown(v, truth, y, e);
	if (r == 0 && v->n_classes == 2) {
		v->task = TASK_BINARY;
		v->positive = o->positive ? o->positive :
		    model_meta(binding_model(g->p), META_POSITIVE);
		if (v->positive == NULL)
			v->positive = v->classes[1];
		v->positive = arena_strdup(&v->arena, v->positive);
		own_positive(v, g);
		v->threshold = o->threshold;
		v->has_threshold = true;
		r = judge_binary(v, s, truth, o, e);
	} else if (r == 0 && o->positive) {
		r = err_set(e, ERR_USAGE, "--positive is for two classes, the "
		    "model has %zu", v->n_classes);
	} else if (r == 0) {
		v->task = TASK_MULTICLASS;
		r = judge_classes(v, s, truth, o, e);
	}
	free(truth);
	if (r == 0)
		own_classes(v);
	return r;
}

/* Another output than the usual one is judged: its name. */
static void
name_output(struct evaluation *v, const struct judging *g,
    const struct evaluate_opts *o)
{
	struct judging usual = *g;
	struct err ignored;

	if (o->score == NULL)
		return;
	if (judging_find_output(&usual, NULL, &ignored) < 0 ||
	    usual.first != g->first || usual.width != g->width)
		v->score = arena_strdup(&v->arena, o->score);
}

/* All rows scored and judged; then the inputs are weighed. */
static int
judge_rows(struct evaluation *v, struct judging *g,
    const struct evaluate_opts *o, struct err *e)
{
	struct scores s = { NULL, g->t->rows, g->width };
	double *score = NULL;
	size_t cells;
	int r = -1;

	if (!size_mul(&cells, s.rows, s.width) ||
	    (score = mem_array(cells, sizeof(*score))) == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	s.score = score;
	g->arena = &v->arena;
	labels_find(g);
	if (score_rows(score, g, e) == 0 &&
	    judge_scores(v, g, &s, o, e) == 0) {
		labels_tell(v, g);
		r = o->importance ? weigh_inputs(v, g, o->seed, e) : 0;
	}
	free(score);
	return r;
}

static int
refuse_unanswered(const struct column *y, struct err *e)
{
	size_t gone = 0;

	for (size_t i = 0; i < y->rows; i++)
		gone += column_missing(y, i);
	return gone == 0 ? 0 : err_set(e, ERR_FORMAT, "%zu of %zu rows have no "
	    "value of the target '%s': --drop-missing-target leaves them out",
	    gone, y->rows, y->name);
}

int
evaluate_table(struct evaluation *v, const struct binding *p,
    const struct table *t, const struct evaluate_opts *o, struct err *e)
{
	const char *said = model_meta(binding_model(p), META_TASK), *own;
	struct judging g = { .p = p, .t = t };
	size_t n_wants;
	int r = -1;

	memset(v, 0, sizeof(*v));
	binding_wants(p, &n_wants);
	v->target = o->target ? o->target : model_meta(binding_model(p),
	    META_TARGET);
	if (v->target == NULL)
		return err_set(e, ERR_USAGE, "the model does not say what it "
		    "answers: name the column with --target");
	v->target = arena_strdup(&v->arena, v->target);
	own = model_meta(binding_model(p), META_TARGET);
	if (own && strcmp(own, v->target) != 0)
		v->own_target = arena_strdup(&v->arena, own);
	g.at = xalloc(n_wants + 1, sizeof(*g.at));
	if (table_index(&g.target, t, v->target, e) < 0 ||
	    judging_find_inputs(&g, v->target, o, e) < 0 ||
	    judging_find_output(&g, o->score, e) < 0)
		goto done;
	name_output(v, &g, o);
	if (t->rows == 0) {
		err_set(e, ERR_FORMAT, "there are no rows to judge by");
		goto done;
	}
	if (refuse_unanswered(&t->col[g.target], e) < 0)
		goto done;
	v->task = o->task;
	if (v->task == TASK_AUTO && (said == NULL || !task_parse(&v->task,
	    said)))
		v->task = judging_guess_task(&g);
	if (v->task == TASK_REGRESSION && g.width > 1) {
		err_set(e, ERR_FORMAT, "the model answers with %zu numbers a "
		    "row: pick one with --score", g.width);
		goto done;
	}
	r = judge_rows(v, &g, o, e);
done:
	free(g.at);
	if (r < 0)
		evaluation_release(v);
	return r;
}
