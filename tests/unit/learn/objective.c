/* Objectives: gradients are slopes of the loss, the start is the best
 * constant, and answers are what the link says. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "learn/objective.h"
#include "../tap.h"

#define ROWS 6

static const uint32_t y_class[ROWS] = { 0, 1, 1, 0, 1, 1 };
static const uint32_t y_three[ROWS] = { 0, 1, 2, 0, 1, 1 };
static const double y_number[ROWS] = { 1, -2, 0.5, 3, 3, 8 };
static const double weight[ROWS] = { 1, 2, 0.5, 1, 1, 3 };

static struct frame
make_frame(enum task task)
{
	struct frame f = { .rows = ROWS, .task = task, .weight = weight,
	    .y = y_number, .positive = 1 };

	f.n_classes = task == TASK_MULTICLASS ? 3 : task == TASK_BINARY ? 2 :
	    0;
	f.y_class = task == TASK_MULTICLASS ? y_three : y_class;
	return f;
}

/* The loss of a row by its score, the others as they are. */
static double
loss_at(const struct objective *ob, const struct frame *f,
    const double *score, size_t k, size_t row, size_t output, double step)
{
	double s[3];

	for (size_t c = 0; c < k; c++)
		s[c] = score[c * ROWS + row] + (c == output ? step : 0);
	return ob->score_loss(s, k, f, row);
}

static void
gradients_are_slopes(enum task task)
{
	const struct objective *ob = objective_of(task);
	struct frame f = make_frame(task);
	size_t k = objective_scores(ob, &f);
	double score[3 * ROWS], most = 0, h = 1e-5;
	struct gh gh[3 * ROWS];
	const struct objective_pass p = { gh, &f, score, k,
	    OBJECTIVE_SETTINGS };
	struct pool *pool = pool_new(1);

	for (size_t i = 0; i < k * ROWS; i++)
		score[i] = sin((double)i) * 2;
	objective_run(ob, &p, pool);
	for (size_t c = 0; c < k; c++)
		for (size_t i = 0; i < ROWS; i++) {
			double slope = (loss_at(ob, &f, score, k, i, c, h) -
			    loss_at(ob, &f, score, k, i, c, -h)) / (2 * h);
			double d = fabs(weight[i] * slope -
			    (double)gh[c * ROWS + i].g);

			most = d > most ? d : most;
		}
	ok(most < 1e-5, "%s: gradients are slopes of the loss (%g)", ob->name,
	    most);
	pool_free(pool);
}

/* Gradients at the start add up to nothing. */
static void
start_is_best(enum task task)
{
	const struct objective *ob = objective_of(task);
	struct frame f = make_frame(task);
	size_t k = objective_scores(ob, &f);
	double start[3], score[3 * ROWS], most = 0;
	struct gh gh[3 * ROWS];
	const struct objective_pass p = { gh, &f, score, k,
	    OBJECTIVE_SETTINGS };
	struct pool *pool = pool_new(1);

	ob->start(start, &f, &p.set);
	for (size_t i = 0; i < k * ROWS; i++)
		score[i] = start[i / ROWS];
	objective_run(ob, &p, pool);
	for (size_t c = 0; c < k; c++) {
		double sum = 0;

		for (size_t i = 0; i < ROWS; i++)
			sum += (double)gh[c * ROWS + i].g;
		most = fabs(sum) > most ? fabs(sum) : most;
	}
	ok(most < 1e-5, "%s: no constant is better than the start (%g)",
	    ob->name, most);
	pool_free(pool);
}

static void
answers(void)
{
	double s[3] = { 1, 2, 3 };
	struct frame f = make_frame(TASK_MULTICLASS);
	const struct objective *ob = objective_of(TASK_MULTICLASS);
	double loss = ob->score_loss(s, 3, &f, 2);

	ob->link(s, 3);
	is_near(s[0] + s[1] + s[2], 1, 1e-15, "probabilities add up to one");
	is_near(ob->answer_loss(s, &f, 2), loss, 1e-12, "the loss of answers "
	    "is the loss of their scores");
	is_near(ob->target(&f, 2, 2), 1, 0, "the row's class is 1");
	is_near(ob->target(&f, 2, 0), 0, 0, "any other class is 0");
	ok(objective_of(TASK_AUTO) == NULL, "no task, no objective");
}

int
main(void)
{
	for (int t = TASK_BINARY; t <= TASK_REGRESSION; t++) {
		gradients_are_slopes((enum task)t);
		start_is_best((enum task)t);
	}
	answers();
	return tap_done();
}
