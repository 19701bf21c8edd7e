/* A graph proved before it is written: our engine must answer some training
 * rows as the learner does.  Golden rows then travel with the model. */
#include <math.h>
#include <string.h>

#include "flow/fit/internal.h"
#include "model/golden.h"
#include "model/meta.h"
#include "model/open.h"
#include "onnx/build.h"

/* The probed rows, as the scorer wants them: their columns are borrowed. */
static int
probe_block(struct table *out, const struct fitting *f, struct err *e)
{
	size_t n;
	const struct table_want *want = binding_wants(f->plan, &n);
	const struct table *t = f->rows.probe_rows;

	if (n != f->rows.train.n_features)
		return err_set(e, ERR_CORRUPT, "the graph asks for %zu columns "
		    "where %zu were learned from", n, f->rows.train.n_features);
	for (size_t i = 0; i < n; i++)
		if (strcmp(want[i].name, t->col[i].name) != 0 ||
		    want[i].type != t->col[i].type)
			return err_set(e, ERR_CORRUPT, "the graph asks for "
			    "'%s' where '%s' was learned from", want[i].name,
			    t->col[i].name);
	*out = (struct table){ t->rows, n, t->col };
	return 0;
}

/* The engine must say what the learner says, within float rounding. */
static int
compare_answers(struct fitting *f, const struct table *block, struct err *e)
{
	const struct learned *l = &f->learned;
	const struct frame *t = &f->rows.train;
	size_t first = t->task == TASK_REGRESSION ? 0 : 1;
	struct scorer *s = scorer_new(f->plan);
	struct table *got;
	int r = scorer_run(&got, s, block, e);

	if (t->task == TASK_BINARY)
		first += t->positive;
	for (size_t i = 0; r == 0 && i < block->rows * l->width; i++) {
		double want = l->answer[i], have = column_number(
		    &got->col[first + i % l->width], i / l->width);

		if (!(fabs(have - want) <= 1e-4 * (1 + fabs(want))))
			r = err_set(e, ERR_CORRUPT, "the graph answers %g where "
			    "the learner says %g (probe %zu)", have, want,
			    i / l->width + 1);
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
	const struct table *t = f->rq->golden_real ? proved : f->rows.golden;
	struct buf golden;
	int r;

	if (t->rows == 0)
		return 0;
	buf_init(&golden, BUF_CAP_DOC);
	r = golden_write(&golden, f->plan, t, t->rows, e);
	if (r == 0)
		onnx_add_meta(&f->arena, f->learned.graph, META_GOLDEN,
		    golden.data, golden.len);
	buf_free(&golden);
	return r;
}

int
fit_prove(struct fitting *f, struct err *e)
{
	struct table block;
	int r;

	if (write_graph(f, e) < 0 ||
	    binding_open(&f->plan, f->bytes.data, f->bytes.len, NULL, e) < 0 ||
	    probe_block(&block, f, e) < 0)
		return -1;
	r = compare_answers(f, &block, e);
	if (r == 0)
		r = add_golden(f, &block, e);
	if (r < 0 || write_graph(f, e) < 0)
		return -1;
	binding_free(f->plan);
	f->plan = NULL;
	return binding_open(&f->plan, f->bytes.data, f->bytes.len, NULL, e);
}
