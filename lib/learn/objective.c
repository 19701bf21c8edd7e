/* The table of objectives, and the pass over all rows that they share. */
#include "learn/objective.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define PART ((size_t)8192)	/* rows of one thread's turn */

#define OBJECTIVE_ENTRY(name) &objective_##name,
static const struct objective *const objectives[] = {
	OBJECTIVES(OBJECTIVE_ENTRY)
};
#undef OBJECTIVE_ENTRY

#define N_OBJECTIVES (sizeof(objectives) / sizeof(*objectives))

const struct objective *
objective_of(enum task t)
{
	for (size_t i = 0; i < N_OBJECTIVES; i++)
		if (objectives[i]->task == t)
			return objectives[i];
	return NULL;
}

static const struct {
	const char *name, *objective;
} aliases[] = {
	{ "regression_l2", "regression" }, { "l2", "regression" },
	{ "mean_squared_error", "regression" }, { "mse", "regression" },
	{ "l1", "regression_l1" }, { "mae", "regression_l1" },
	{ "mean_absolute_error", "regression_l1" },
	{ "softmax", "multiclass" },
};

const struct objective *
objective_named(const char *name)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		if (strcmp(name, aliases[i].name) == 0)
			name = aliases[i].objective;
	for (size_t i = 0; i < N_OBJECTIVES; i++)
		if (strcmp(name, objectives[i]->name) == 0)
			return objectives[i];
	return NULL;
}

size_t
objective_scores(const struct objective *ob, const struct frame *f)
{
	return ob->score_per_class ? f->n_classes : 1;
}

struct pass_job {
	const struct objective *ob;
	const struct objective_pass *pass;
	struct loss_sum *sum;		/* by part */
};

static void
pass_part(void *ctx, size_t part, int worker)
{
	struct pass_job *j = ctx;
	size_t i = part * PART, end = i + PART;
	struct loss_sum all = { 0, 0 };

	(void)worker;
	if (end > j->pass->f->rows)
		end = j->pass->f->rows;
	for (; i < end; i += OBJECTIVE_LANE) {
		size_t n = end - i < OBJECTIVE_LANE ? end - i : OBJECTIVE_LANE;
		struct loss_sum s = j->ob->pass(j->pass, i, n);

		all.loss += s.loss;
		all.weight += s.weight;
	}
	j->sum[part] = all;
}

double
objective_run(const struct objective *ob, const struct objective_pass *p,
    struct pool *pool)
{
	size_t parts = (p->f->rows + PART - 1) / PART;
	struct pass_job j = { ob, p, xalloc(parts + 1, sizeof(*j.sum)) };
	struct loss_sum all = { 0, 0 };

	pool_run(pool, parts, pass_part, &j);
	for (size_t i = 0; i < parts; i++) {
		all.loss += j.sum[i].loss;
		all.weight += j.sum[i].weight;
	}
	free(j.sum);
	return all.loss / all.weight;
}
