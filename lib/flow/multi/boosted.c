/* Trees boosted on some rows of a table. */
#include "flow/multi/boosted.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/frame.h"
#include "learn/gbdt/gbdt.h"
#include "learn/gbdt/predict.h"

#define TARGET "\001y"			/* no column is called so */

struct boosted {
	struct frame frame;
	struct gbdt_model model;
	bool framed, trained;
	enum task task;
};

/* The rows, and what they are to say; y NULL: nothing. */
static int
gather(struct table **out, const struct table *t, const size_t *row,
    const double *y, size_t n, enum task task, struct err *e)
{
	enum col_type type = task == TASK_BINARY ? COL_BOOL : COL_FLOAT64;
	struct table *g;
	struct column *c;

	if (table_gather(out, t, row, n, e) < 0)
		return -1;
	g = *out;
	/* a column may be called as a model's output is */
	for (size_t i = 0; i < g->cols; i++) {
		char *name = xprintf("%s ", g->col[i].name);

		free(g->col[i].name);
		g->col[i].name = name;
	}
	g->col = xresize(g->col, g->cols + 1, sizeof(*g->col));
	c = &g->col[g->cols];
	memset(c, 0, sizeof(*c));
	if (column_init(c, TARGET, type, n, e) < 0)
		return -1;
	g->cols++;
	for (size_t i = 0; i < n; i++) {
		if (type == COL_BOOL)
			c->b[i] = y != NULL ? y[i] > 0 : i == 0;
		else
			c->f64[i] = y != NULL ? y[i] : 0;
	}
	return 0;
}

int
boosted_fit(struct boosted **out, const struct table *t, const size_t *row,
    const double *y, size_t n, enum task task, struct err *e)
{
	struct frame_opts fo = { .target = TARGET, .task = task };
	struct boosted *m = xalloc(1, sizeof(*m));
	struct table *g = NULL;
	struct gbdt_params p;
	int r = gather(&g, t, row, y, n, task, e);

	m->task = task;
	gbdt_defaults(&p);
	if (r == 0 && (r = frame_init(&m->frame, g, &fo, e)) == 0)
		m->framed = true;
	if (r == 0 && (r = gbdt_train(&m->model, &(struct gbdt_rows){
	    .train = &m->frame }, &p, 0, NULL, e)) == 0)
		m->trained = true;
	table_free(g);
	if (r < 0)
		boosted_free(m);
	else
		*out = m;
	return r;
}

int
boosted_scores(double *score, const struct boosted *m, const struct table *t,
    const size_t *row, size_t n, struct err *e)
{
	struct table *g = NULL;
	struct frame f;
	int r = n == 0 ? 0 : gather(&g, t, row, NULL, n, m->task, e);

	if (r == 0 && n > 0 && (r = frame_init_like(&f, &m->frame, g, e)) ==
	    0) {
		for (size_t i = 0; i < n; i++)
			gbdt_predict(&score[i], &m->model, &f, i);
		frame_release(&f);
	}
	table_free(g);
	return r;
}

void
boosted_free(struct boosted *m)
{
	if (m == NULL)
		return;
	if (m->framed)
		frame_release(&m->frame);
	if (m->trained)
		gbdt_release(&m->model);
	free(m);
}
