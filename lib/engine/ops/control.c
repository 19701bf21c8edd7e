/*
 * Graphs inside nodes: Scan and If.
 *
 * Scan runs one once for each slice of some inputs, as the exports of
 * neighbours and kernels do for distances.  The first inputs are states,
 * which one run hands to the next; of the others each run gets the next slice
 * along the first axis.  Its outputs are the states, then what is stacked up,
 * a slice a run.  Other axes and directions, and texts, are refused.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/step.h"

#define SCAN_STEPS_MAX ((int64_t)1 << 20)

struct scan {
	size_t inner;			/* of the model */
	size_t n_states, n_slices;	/* inputs */
	size_t n_outs;			/* of the graph */
};

static int
only_first_axes(const struct step *s, struct err *e)
{
	static const char *const names[] = { "scan_input_axes",
	    "scan_input_directions", "scan_output_axes",
	    "scan_output_directions" };

	for (int k = 0; k < 4; k++) {
		const struct onnx_attr *a = attr_list(s, names[k],
		    ONNX_ATTR_INTS);

		for (size_t i = 0; a && i < a->n; i++)
			if (a->ints[i] != 0)
				return err_set(e, ERR_UNSUPPORTED, "Scan with "
				    "%s is not supported in node '%s'",
				    names[k], s->node->name);
	}
	return 0;
}

static int
prepare_scan(struct step *s, struct model *m, struct err *e)
{
	struct scan *c = arena_alloc(&m->arena, sizeof(*c));
	int64_t slices = attr_int(s, "num_scan_inputs", 0);
	const struct model *in;

	if (only_first_axes(s, e) < 0 ||
	    step_graph(&c->inner, s, "body", e) < 0)
		return -1;
	in = m->inner[c->inner];
	if (slices < 1 || (uint64_t)slices > s->n_given)
		return step_bad(s, e, "bad num_scan_inputs");
	c->n_slices = (size_t)slices;
	c->n_states = s->n_given - c->n_slices;
	c->n_outs = in->n_outputs;
	if (in->n_inputs != s->n_given + in->n_captured || c->n_outs < c->n_states ||
	    s->n_out > c->n_outs)
		return step_bad(s, e, "its graph has other inputs or outputs");
	s->state = c;
	return 0;
}

static bool
same_shape(const struct tensor *a, const struct tensor *b)
{
	return a->elem == b->elem && a->rank == b->rank &&
	    memcmp(a->dim, b->dim, (size_t)a->rank * sizeof(*a->dim)) == 0;
}

/* The inputs of the first run, and how many runs there are. */
static int
first_inputs(struct tensor *in, int64_t *steps, struct model_run *r,
    const struct step *s, const struct scan *c, struct err *e)
{
	for (size_t i = 0; i < s->n_given; i++) {
		const struct tensor *a = step_in(r, s, i);
		struct tensor *t = &in[i];

		if (a == NULL || (i >= c->n_states && a->rank < 1))
			return step_bad(s, e, "an input is missing");
		if (a->elem == ONNX_TEXT)
			return step_bad_type(s, a->elem, e);
		*t = *a;
		if (i < c->n_states)
			continue;
		if (i > c->n_states && a->dim[0] != *steps)
			return step_bad(s, e, "inputs of different lengths");
		*steps = a->dim[0];
		t->rank--;
		memmove(t->dim, t->dim + 1, (size_t)t->rank *
		    sizeof(*t->dim));
		t->n = *steps ? a->n / (size_t)*steps : 0;
	}
	if (*steps < 1 || *steps > SCAN_STEPS_MAX)
		return step_bad(s, e, "%lld steps, where 1 to %lld are taken",
		    (long long)*steps, (long long)SCAN_STEPS_MAX);
	return 0;
}

/* States for the next run.  What the graph only passed on stays where it
 * is; else it is kept aside, for the next run writes where this one did: in
 * one of two places, since other states may still be read from the one. */
static int
keep_states(struct tensor *in, const struct tensor *out, void **aside,
    struct model_run *r, const struct step *s, const struct scan *c,
    struct err *e)
{
	for (size_t i = 0; i < c->n_states; i++) {
		size_t bytes = in[i].n * onnx_elem_size(in[i].elem);
		size_t at = 2 * i;

		if (!same_shape(&in[i], &out[i]))
			return step_bad(s, e, "a state changes its shape");
		if (out[i].data == in[i].data)
			continue;
		at += in[i].data == aside[at];
		if (aside[at] == NULL && (aside[at] = step_room(r, s, bytes +
		    1, 1, e)) == NULL)
			return -1;
		if (bytes)
			memcpy(aside[at], out[i].data, bytes);
		in[i].data = aside[at];
	}
	return 0;
}

/* Slice `at` of `steps` of what is stacked up. */
static int
stack_output(struct model_run *r, const struct step *s, const struct scan *c,
    const struct tensor *out, int64_t at, int64_t steps, struct err *e)
{
	int64_t dim[ONNX_RANK_MAX];

	for (size_t i = c->n_states; i < s->n_out; i++) {
		const struct tensor *a = &out[i];
		size_t bytes = a->n * onnx_elem_size(a->elem);
		struct tensor *t;

		if (s->out[i] < 0)
			continue;
		if (a->elem == ONNX_TEXT)
			return step_bad_type(s, a->elem, e);
		if (a->rank == ONNX_RANK_MAX)
			return step_bad(s, e, "too many dimensions");
		t = &r->value[s->out[i]];
		dim[0] = steps;
		memcpy(dim + 1, a->dim, (size_t)a->rank * sizeof(*dim));
		if (at == 0 && (t = step_out(r, s, i, a->elem, a->rank + 1,
		    dim, e)) == NULL)
			return -1;
		if (t->elem != a->elem || t->rank != a->rank + 1 ||
		    memcmp(t->dim, dim, (size_t)t->rank * sizeof(*dim)) != 0)
			return step_bad(s, e, "slices of different shapes");
		if (bytes)
			memcpy((char *)t->data + (size_t)at * bytes, a->data,
			    bytes);
	}
	return 0;
}

/* What the graph put out is copied once. */
static int
pay_copies(struct model_run *r, const struct step *s, const struct scan *c,
    const struct tensor *out, struct err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_outs; i++)
		n += tensor_reach(&out[i]);
	return step_work(r, s, n, 1, e);
}

static int
run_all(struct model_run *r, const struct step *s, struct tensor *in,
    struct tensor *out, void **aside, struct err *e)
{
	const struct scan *c = s->state;
	struct model_run *inner = run_inner(r, c->inner);
	int64_t steps = 0;

	if (first_inputs(in, &steps, r, s, c, e) < 0)
		return -1;
	run_captures(in + s->n_given, r, s, c->inner);
	for (int64_t at = 0; at < steps; at++) {
		/* by step, for one within another takes the product */
		if (step_work(r, s, STEP_WORK + s->n_given + c->n_outs, 1, e) <
		    0)
			return -1;
		if (model_run(inner, in, out, e) < 0)
			return err_wrap(e, "Scan node '%s'", s->node->name);
		if (pay_copies(r, s, c, out, e) < 0 ||
		    keep_states(in, out, aside, r, s, c, e) < 0 ||
		    stack_output(r, s, c, out, at, steps, e) < 0)
			return -1;
		for (size_t i = c->n_states; i < s->n_given; i++)
			in[i].data = (char *)in[i].data + in[i].n *
			    onnx_elem_size(in[i].elem);
	}
	for (size_t i = 0; i < c->n_states && i < s->n_out; i++) {
		struct tensor *t;

		if (s->out[i] < 0)
			continue;
		t = step_out(r, s, i, in[i].elem, in[i].rank, in[i].dim, e);
		if (t == NULL)
			return -1;
		if (t->n)
			memcpy(t->data, in[i].data, t->n *
			    onnx_elem_size(t->elem));
	}
	return 0;
}

static int
run_scan(struct model_run *r, const struct step *s, struct err *e)
{
	const struct scan *c = s->state;
	struct tensor *in = xalloc(s->n_in + 1, sizeof(*in));
	struct tensor *out = xalloc(c->n_outs + 1, sizeof(*out));
	void **aside = xalloc(2 * c->n_states + 1, sizeof(*aside));
	int result = run_all(r, s, in, out, aside, e);

	free(in);
	free(out);
	free(aside);
	return result;
}

/* --- If: one of two graphs ------------------------------------------------ */

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
	{ "", "Scan", 9, 0, prepare_scan, run_scan, 0 },
	{ "", "If", 1, 0, prepare_if, run_if, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
