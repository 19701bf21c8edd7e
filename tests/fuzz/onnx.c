/* An ONNX file: refused with a reason, or loaded and run on two rows; what
 * was read is written and reads back to the same bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
round_trip(const struct onnx_model *m)
{
	struct arena a = { 0 };
	struct onnx_model *again;
	struct err e = ERR_INIT;
	struct buf one, two;

	buf_init(&one, BUF_CAP_DOC);
	buf_init(&two, BUF_CAP_DOC);
	onnx_write(&one, m);
	if (onnx_read(&again, &a, one.data, one.len, &e) < 0)
		abort();
	onnx_write(&two, again);
	if (one.len != two.len || memcmp(one.data, two.data, one.len))
		abort();
	buf_free(&one);
	buf_free(&two);
	arena_free(&a);
}

/* Two rows of ones; texts are "1". */
static void
fill(struct tensor *t, const struct model_port *p)
{
	size_t size = onnx_elem_size(p->elem);

	memset(t, 0, sizeof(*t));
	t->elem = p->elem;
	t->rank = p->rank < 0 ? 2 : p->rank;
	t->n = 1;
	for (int d = 0; d < t->rank; d++) {
		t->dim[d] = p->rank < 0 || p->dim[d] < 0 ? 2 : p->dim[d];
		if (t->dim[d] > 64)
			t->dim[d] = 64;
		t->n *= (size_t)t->dim[d];
		if (t->n > 1 << 16)
			t->n = (size_t)(t->dim[0] = 0);
	}
	t->data = xalloc(t->n + 1, size);
	for (size_t i = 0; i < t->n; i++) {
		if (p->elem == ONNX_TEXT)
			((struct text *)t->data)[i] = (struct text){ "1", 1 };
		else if (p->elem == ONNX_FLOAT)
			((float *)t->data)[i] = 1;
		else if (p->elem == ONNX_DOUBLE)
			((double *)t->data)[i] = 1;
		else
			((uint8_t *)t->data)[i * size] = 1;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct tensor *in, *out;
	struct model_run *r;
	struct model *m;

	if (model_load(&m, data, size, &e) < 0)
		return 0;
	round_trip(model_onnx(m));
	in = xalloc(model_inputs(m) + 1, sizeof(*in));
	out = xalloc(model_outputs(m) + 1, sizeof(*out));
	for (size_t i = 0; i < model_inputs(m); i++)
		fill(&in[i], model_input(m, i));
	r = model_run_new(m);
	(void)model_run(r, in, out, &e);
	model_run_free(r);
	for (size_t i = 0; i < model_inputs(m); i++)
		free(in[i].data);
	free(in);
	free(out);
	model_free(m);
	return 0;
}
