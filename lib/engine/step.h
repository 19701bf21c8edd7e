/*
 * engine/step.h - a node of a planned graph, and what operators call.
 * Private to lib/engine.
 *
 * A step is a node with its operator looked up, its inputs and outputs as
 * numbers (-1: absent) and its attributes turned into a state by the
 * operator's prepare function.
 */
#ifndef ENGINE_STEP_H
#define ENGINE_STEP_H

#include "engine/internal.h"
#include "engine/op.h"

struct step {
	const struct op *op;
	const struct onnx_node *node;
	int64_t opset;
	int *in, *out;
	size_t n_in, n_out;
	size_t n_given;		/* inputs of the node itself; the others its
				 * graphs take from around it */
	void *state;		/* in the model's arena */
	size_t first_graph;	/* in model.inner: graphs of its attributes */
	/* the Concat that only it reads, as its first input: it takes the
	 * columns, or runs it; or NULL */
	const struct step *deferred;
};

#define NEED(t, s, e) \
	do { if ((t) == NULL) return step_bad(s, e, "an input is missing"); } \
	while (0)

/* Input i, or NULL when absent. */
const struct tensor *step_in(const struct model_run *r, const struct step *s,
    size_t i);
/* Output i with this shape, its data ready to be filled; NULL with *e set
 * beyond TENSOR_N_MAX. */
struct tensor *step_out(struct model_run *r, const struct step *s, size_t i,
    enum onnx_elem elem, int rank, const int64_t *dim, struct err *e);
/* Room for n things of `size` bytes until the next run, zeroed; NULL with *e
 * set when the model has no memory left. */
void *step_room(struct model_run *r, const struct step *s, size_t n,
    size_t size, struct err *e);
/* n times m units of work are about to be done, beyond one an element of the
 * inputs and outputs; -1 with *e set when that is too much. */
int step_work(struct model_run *r, const struct step *s, size_t n, size_t m,
    struct err *e);
/* Output i is the same data as t under another shape. */
int step_alias(struct model_run *r, const struct step *s, size_t i,
    const struct tensor *t, int rank, const int64_t *dim, struct err *e);
/* ERR_UNSUPPORTED: this operator does not take that element type. */
int step_bad_type(const struct step *s, enum onnx_elem elem, struct err *e);
int step_bad(const struct step *s, struct err *e, const char *fmt, ...)
    MLV_PRINTF(3, 4);
/* The constant behind input i, or NULL when it is computed. */
const struct tensor *step_constant(const struct step *s,
    const struct model *m, size_t i);

int64_t attr_int(const struct step *s, const char *name, int64_t fallback);
float attr_float(const struct step *s, const char *name, float fallback);
const char *attr_text(const struct step *s, const char *name,
    const char *fallback);
/* A list that is not empty, of this type; else NULL. */
const struct onnx_attr *attr_list(const struct step *s, const char *name,
    enum onnx_attr_type type);

/* The graph in an attribute, which was planned before prepare is called: its
 * number in model.inner. */
int step_graph(size_t *number, const struct step *s, const char *attr,
    struct err *e);
/* The run of an inner graph that belongs to this run. */
struct model_run *run_inner(struct model_run *r, size_t number);
/* The last inputs of an inner graph, which are values around it: to[0 ...
 * n_captured). */
void run_captures(struct tensor *to, const struct model_run *r,
    const struct step *s, size_t number);

/* Say that the last dimension of output i has these names. */
void step_name_output(struct model *m, const struct step *s, size_t i,
    const char **names, size_t n);
/* Let the model show this forest to model_forest's callers. */
void step_keep_forest(struct model *m, const struct forest *f);
/* Hand over a dictionary, to be freed with the model. */
void step_keep_dict(struct model *m, struct intern *t);
/* Hand over a pattern, likewise. */
struct regex;
void step_keep_regex(struct model *m, struct regex *r);

/* Integers of a 1-D int64 or int32 tensor; at most ONNX_RANK_MAX. */
int tensor_ints(int64_t *out, int *n, const struct tensor *t, struct err *e);
/* Value i of an int64 or int32 tensor. */
static inline int64_t
tensor_index(const struct tensor *t, size_t i)
{
	return t->elem == ONNX_INT64 ? ((const int64_t *)t->data)[i] :
	    ((const int32_t *)t->data)[i];
}
/* Elements, or the steps of a loop over its dimensions: one that is 0 counts
 * as 1. */
size_t tensor_reach(const struct tensor *t);
/* Product of the dimensions [from, to). */
size_t tensor_span(const struct tensor *t, int from, int to);
/* An axis counted from the front; a negative one counts from the back. */
int step_axis(int64_t *axis, int64_t given, int rank, const struct step *s,
    struct err *e);

#endif
