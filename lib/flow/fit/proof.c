/* A graph proved before it is written: our engine must answer some training
 * rows as the learner does.  Golden rows then travel with the model. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "flow/fit/internal.h"
#include "model/golden.h"
#include "model/meta.h"
#include "model/open.h"
#include "onnx/build.h"

/* The probed rows, as the scorer wants them. */
static int
probe_block(struct table **out, struct fitting *f, struct err *e)
{
	size_t n;
	const struct table_want *want = binding_wants(f->plan, &n);
	struct table picked = { f->train_table->rows, n, NULL };
	int r;

	picked.col = xalloc(n + 1, sizeof(*picked.col));
	for (size_t i = 0; i < n; i++)
		picked.col[i] = *fit_column(f, want[i].name);
	r = table_gather(out, &picked, f->probe, f->n_probes, e);
	free(picked.col);
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = column_convert(&(*out)->col[i], want[i].type, e);
		if (r < 0)
			table_free(*out);
	}
	return r;
}

/* The engine must say what the learner says, within float rounding. */
static int
compare_answers(struct fitting *f, const struct table *block, struct err *e)
{
	const struct learned *l = &f->learned;
	size_t first = f->train.task == TASK_REGRESSION ? 0 : 1;
	struct scorer *s = scorer_new(f->plan);
	struct table *got;
	int r = scorer_run(&got, s, block, e);

	if (f->train.task == TASK_BINARY)
		first += f->train.positive;
	for (size_t i = 0; r == 0 && i < f->n_probes * l->width; i++) {
		double want = l->answer[i], have = column_number(
		    &got->col[first + i % l->width], i / l->width);

		if (!(fabs(have - want) <= 1e-4 * (1 + fabs(want))))
			r = err_set(e, ERR_CORRUPT, "the graph answers %g where "
			    "the learner says %g (row %zu)", have, want,
			    f->probe[i / l->width] + 1);
	}
	scorer_free(s);
	return r;
}

static int
write_graph(struct fitting *f, struct err *e)
{
	buf_clear(&f->bytes);
	onnx_write(&f->bytes, f->learned.graph);
	return buf_check(&f->bytes, e);
}

/* The rows proved by are training rows: they travel when that was asked. */
static int
add_golden(struct fitting *f, const struct table *proved, struct err *e)
{
	struct table *drawn = NULL;
	size_t rows = f->n_probes;
	struct buf golden;
	int r = f->rq->golden_real ? 0 : fit_golden_rows(&drawn, &rows, f, e);

	buf_init(&golden, BUF_CAP_DOC);
	if (r == 0 && rows)
		r = golden_write(&golden, f->plan, drawn ? drawn : proved,
		    rows, e);
	if (r == 0 && rows)
		onnx_add_meta(&f->arena, f->learned.graph, META_GOLDEN,
		    golden.data, golden.len);
	buf_free(&golden);
	table_free(drawn);
	return r;
}

int
fit_prove(struct fitting *f, struct err *e)
{
	struct table *block;
	int r;

	if (write_graph(f, e) < 0 ||
	    binding_open(&f->plan, f->bytes.data, f->bytes.len, NULL, e) < 0 ||
	    probe_block(&block, f, e) < 0)
		return -1;
	r = compare_answers(f, block, e);
	if (r == 0)
		r = add_golden(f, block, e);
	table_free(block);
	if (r < 0 || write_graph(f, e) < 0)
		return -1;
	binding_free(f->plan);
	f->plan = NULL;
	return binding_open(&f->plan, f->bytes.data, f->bytes.len, NULL, e);
}
