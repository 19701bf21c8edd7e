/* If: one of two graphs inside the node, by a truth value. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/step.h"

struct branches {
	size_t yes, no;			/* of the model's inner graphs */
};

static int
prepare_if(struct step *s, struct model *m, struct err *e)
{
	struct branches *b = arena_alloc(&m->arena, sizeof(*b));
	const struct model *yes, *no;

	s->state = b;
	if (step_graph(&b->yes, s, "then_branch", e) < 0 ||
	    step_graph(&b->no, s, "else_branch", e) < 0)
		return -1;
	yes = m->inner[b->yes];
	no = m->inner[b->no];
	if (yes->n_inputs != yes->n_captured || no->n_inputs !=
	    no->n_captured || yes->n_outputs != s->n_out ||
	    no->n_outputs != s->n_out)
		return step_bad(s, e, "its graphs have other inputs or outputs");
	return 0;
}

static int
run_branch(struct model_run *r, const struct step *s, size_t graph,
    struct tensor *in, struct tensor *out, struct err *e)
{
	struct model_run *inner = run_inner(r, graph);

	run_captures(in, r, s, graph);
	if (model_run(inner, in, out, e) < 0)
		return -1;
	for (size_t i = 0; i < s->n_out; i++) {
		struct tensor *t;

		if (s->out[i] < 0)
			continue;
		t = step_out(r, s, i, out[i].elem, out[i].rank, out[i].dim, e);
		if (t == NULL)
			return -1;
		if (t->n)
			memcpy(t->data, out[i].data, t->n *
			    onnx_elem_size(t->elem));
	}
	return 0;
}

static int
run_if(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	const struct branches *b = s->state;
	struct tensor *in, *out;
	int result;

	NEED(a, s, e);
	if (a->elem != ONNX_BOOL || a->n != 1)
		return step_bad(s, e, "one truth value is needed");
	in = xalloc(s->n_in + 1, sizeof(*in));
	out = xalloc(s->n_out + 1, sizeof(*out));
	result = run_branch(r, s, *(const uint8_t *)a->data ? b->yes : b->no,
	    in, out, e);
	free(in);
	free(out);
	return result;
}

const struct op ops_control[] = {
	{ "", "If", 1, 0, prepare_if, run_if, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
