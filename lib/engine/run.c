/* A plan run on rows: the values of one call, and memory kept between
 * calls. */
#include <stdlib.h>

#include "base/mem.h"
#include "engine/step.h"

struct model_run *
model_run_new(const struct model *m)
{
	struct model_run *r = xalloc(1, sizeof(*r));

	r->m = m;
	r->value = xalloc(m->n_values + 1, sizeof(*r->value));
	r->room = xalloc(m->n_values + 1, sizeof(*r->room));
	r->room_bytes = xalloc(m->n_values + 1, sizeof(*r->room_bytes));
	buf_init(&r->unseen, BUF_CAP_DOC);
	for (size_t i = 0; i < m->n_values; i++)
		r->value[i] = m->constant[i];
	return r;
}

void
model_run_free(struct model_run *r)
{
	if (r == NULL)
		return;
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
		r->inner[number] = model_run_new(r->m->inner[number]);
	r->inner[number]->trial = r->trial;
	return r->inner[number];
}

static int
set_inputs(struct model_run *r, const struct tensor *in, struct err *e)
{
	const struct model *m = r->m;

	for (size_t i = 0; i < m->n_inputs; i++) {
		if (in[i].elem != m->input[i].elem)
			return err_set(e, ERR_FORMAT, "input '%s' is %s, not "
			    "%s", m->input[i].name,
			    onnx_elem_name(m->input[i].elem),
			    onnx_elem_name(in[i].elem));
		r->value[m->input_value[i]] = in[i];
	}
	return 0;
}

int
model_run(struct model_run *r, const struct tensor *in, struct tensor *out,
    struct err *e)
{
	const struct model *m = r->m;

	if (r->text.block)
		arena_free(&r->text);
	buf_clear(&r->unseen);
	if (set_inputs(r, in, e) < 0)
		return -1;
	for (size_t i = 0; i < m->n_steps; i++)
		if (m->step[i].op->run(r, &m->step[i], e) < 0)
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
