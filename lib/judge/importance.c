/* Permutation importance: one input after the other is shuffled. */
#include "judge/importance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

size_t
importance_rows(size_t rows, size_t inputs, size_t effort)
{
	size_t most = IMPORTANCE_WORK / (effort + 1);

	if (most > IMPORTANCE_ROWS)
		most = IMPORTANCE_ROWS;
	most = inputs ? most / inputs / IMPORTANCE_REPEATS : 0;
	if (rows > most)
		rows = most;
	return rows < IMPORTANCE_FEW ? 0 : rows;
}

struct asked {
	const struct table *block;
	const struct importance_judge *j;
	struct scorer *scorer;
	double *score;			/* (rows, width) */
	size_t *order;			/* (rows) */
};

static int
ask_model(double *loss, struct asked *a, const struct table *block,
    struct err *e)
{
	const struct importance_judge *j = a->j;
	struct table *got;

	if (scorer_run(&got, a->scorer, block, e) < 0)
		return -1;
	for (size_t i = 0; i < block->rows; i++)
		for (size_t k = 0; k < j->width; k++)
			a->score[i * j->width + k] = column_number(
			    &got->col[j->first + k], i);
	*loss = j->loss(j->ctx, a->score);
	return 0;
}

/* The block with column `at` in another order. */
static int
ask_shuffled(double *loss, struct asked *a, size_t at, struct rng *r,
    struct err *e)
{
	struct table one = { a->block->rows, 1, &a->block->col[at] };
	struct table mixed = *a->block, *dealt;
	int status;

	for (size_t i = one.rows; i > 1; i--) {
		size_t k = (size_t)rng_below(r, i), keep = a->order[i - 1];

		a->order[i - 1] = a->order[k];
		a->order[k] = keep;
	}
	if (table_gather(&dealt, &one, a->order, one.rows, e) < 0)
		return -1;
	mixed.col = xalloc(mixed.cols, sizeof(*mixed.col));
	memcpy(mixed.col, a->block->col, mixed.cols * sizeof(*mixed.col));
	mixed.col[at] = dealt->col[0];
	status = ask_model(loss, a, &mixed, e);
	free(mixed.col);
	table_free(dealt);
	return status;
}

static int
measure_input(struct importance_input *out, struct asked *a, size_t at,
    double base, uint64_t seed, struct err *e)
{
	double loss[IMPORTANCE_REPEATS], sum = 0, squares = 0;
	struct rng r;

	rng_seed(&r, seed, at);
	for (size_t i = 0; i < a->block->rows; i++)
		a->order[i] = i;
	for (size_t i = 0; i < IMPORTANCE_REPEATS; i++) {
		if (ask_shuffled(&loss[i], a, at, &r, e) < 0)
			return -1;
		loss[i] -= base;
		sum += loss[i];
	}
	out->loss = sum / IMPORTANCE_REPEATS;
	for (size_t i = 0; i < IMPORTANCE_REPEATS; i++)
		squares += (loss[i] - out->loss) * (loss[i] - out->loss);
	out->std = sqrt(squares / IMPORTANCE_REPEATS);
	return 0;
}

static int
by_loss(const void *a, const void *b)
{
	const struct importance_input *x = a, *y = b;

	if (x->loss != y->loss)
		return x->loss < y->loss ? 1 : -1;
	return strcmp(x->name, y->name);
}

int
importance_measure(struct importance *out, const struct binding *p,
    const struct table *block, const struct importance_judge *j,
    uint64_t seed, struct err *e)
{
	struct asked a = { .block = block, .j = j };
	size_t cells;
	double base = NAN;
	int r = -1;

	out->n = 0;
	out->rows = block->rows;
	a.scorer = scorer_new(p);
	a.order = mem_array(block->rows + 1, sizeof(*a.order));
	if (size_mul(&cells, block->rows, j->width))
		a.score = mem_array(cells + 1, sizeof(*a.score));
	if (a.order == NULL || a.score == NULL)
		err_set(e, ERR_NOMEM, "out of memory");
	else
		r = ask_model(&base, &a, block, e);
	for (size_t i = 0; r == 0 && !isnan(base) && i < block->cols; i++) {
		r = measure_input(&out->input[i], &a, i, base, seed, e);
		if (r == 0 && isnan(out->input[i].loss))
			break;
		out->n = r == 0 ? i + 1 : 0;
	}
	if (out->n < block->cols)
		out->n = 0;
	qsort(out->input, out->n, sizeof(*out->input), by_loss);
	free(a.score);
	free(a.order);
	scorer_free(a.scorer);
	return r;
}
