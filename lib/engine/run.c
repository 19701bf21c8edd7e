/* A plan run on rows: the values of one call, and memory kept between
 * calls. */
#include <stdlib.h>

#include "base/mem.h"
#include "engine/step.h"

struct model_run *
run_new(const struct model *m, struct budget *b)
{
	struct model_run *r = xalloc(1, sizeof(*r));

	r->m = m;
	r->own = (struct budget){ RUN_BYTES_MAX, 0 };
	r->budget = b ? b : &r->own;
	r->value = xalloc(m->n_values + 1, sizeof(*r->value));
	r->room = xalloc(m->n_values + 1, sizeof(*r->room));
	r->room_bytes = xalloc(m->n_values + 1, sizeof(*r->room_bytes));
	buf_init(&r->unseen, BUF_CAP_DOC);
	for (size_t i = 0; i < m->n_values; i++)
		r->value[i] = m->constant[i];
	return r;
}

struct model_run *
model_run_new(const struct model *m)
{
	return run_new(m, NULL);
}

void
model_run_bound(struct model_run *r)
{
	r->bounded = true;
	r->own.work = r->m->of_file.work;
}

void
model_run_float_sums(struct model_run *r)
{
	r->float_sums = true;
}

void
model_run_free(struct model_run *r)
{
	if (r == NULL)
		return;
	budget_give(r->budget, r->bytes);
	for (size_t i = 0; i < r->m->n_values; i++)
		free(r->room[i]);
	for (size_t i = 0; i < r->n_inner; i++)
		model_run_free(r->inner[i]);
	free(r->inner);
	free(r->value);
	free(r->room);
	free(r->room_bytes);
	buf_free(&r->unseen);
	arena_free(&r->text);
	free(r);
}

struct model_run *
run_inner(struct model_run *r, size_t number)
{
	while (r->n_inner <= number) {
		r->inner = xresize(r->inner, r->n_inner + 1,
		    sizeof(*r->inner));
		r->inner[r->n_inner++] = NULL;
	}
	if (r->inner[number] == NULL)
		r->inner[number] = run_new(r->m->inner[number], r->budget);
	r->inner[number]->trial = r->trial;
	r->inner[number]->float_sums = r->float_sums;
	return r->inner[number];
}

void
run_captures(struct tensor *to, const struct model_run *r,
    const struct step *s, size_t number)
{
	const struct model *in = r->m->inner[number];

	for (size_t i = 0; i < in->n_captured; i++)
		to[i] = r->value[s->in[in->first_capture + i]];
}

static int
set_inputs(struct model_run *r, const struct tensor *in, struct err *e)
{
	const struct model *m = r->m;

	for (size_t i = 0; i < m->n_inputs; i++) {
		/* what comes from around a graph may be anything */
		if (in[i].elem != m->input[i].elem &&
		    m->input[i].elem != ONNX_NONE)
			return err_set(e, ERR_FORMAT, "input '%s' is %s, not "
			    "%s", m->input[i].name,
			    onnx_elem_name(m->input[i].elem),
			    onnx_elem_name(in[i].elem));
		r->value[m->input_value[i]] = in[i];
	}
	return 0;
}

/* What reading a tensor costs: a text is looked at byte by byte. */
static size_t
read_work(const struct tensor *t)
{
	size_t work = tensor_reach(t);

	for (size_t i = 0; t->elem == ONNX_TEXT && i < t->n; i++)
		work += ((const struct text *)t->data)[i].n;
	return work;
}

int
run_step(struct model_run *r, const struct step *s, struct err *e)
{
	size_t work = STEP_WORK + s->node->n_attrs + s->n_in + s->n_out;
	const struct step *d = s->deferred;

	for (size_t i = 0; d && i < d->n_in; i++)
		if (d->in[i] >= 0)
			work += read_work(&r->value[d->in[i]]);
	for (size_t i = d ? 1 : 0; i < s->n_in; i++)
		if (s->in[i] >= 0)
			work += read_work(&r->value[s->in[i]]);
	if (step_work(r, s, work, 1, e) < 0)
		return -1;
	return s->op->run(r, s, e);
}

/* Every row may cost what the whole load might. */
static uint64_t
work_of_rows(const struct model *m, const struct tensor *in)
{
	uint64_t rows = m->n_inputs && in[0].rank && in[0].dim[0] > 1 ?
	    (uint64_t)in[0].dim[0] : 1;

	return rows > UINT64_MAX / m->of_file.work ? UINT64_MAX :
	    rows * m->of_file.work;
}

int
model_run(struct model_run *r, const struct tensor *in, struct tensor *out,
    struct err *e)
{
	const struct model *m = r->m;

	run_drop_text(r);
	buf_clear(&r->unseen);
	if (r->budget == &r->own && !r->bounded)
		r->own.work = work_of_rows(m, in);
	if (set_inputs(r, in, e) < 0)
		return -1;
	for (size_t i = 0; i < m->n_steps; i++)
		if (run_step(r, &m->step[i], e) < 0)
			return -1;
	for (size_t i = 0; i < m->n_outputs; i++)
		out[i] = r->value[m->output_value[i]];
	return 0;
}

size_t
model_run_unseen(const struct model_run *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->unseen.len; i++)
		n += r->unseen.data[i] != 0;
	return n;
}
