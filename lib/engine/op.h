/*
 * engine/op.h - the compiled form of a graph.  Private to lib/engine.
 *
 * Every tensor of the graph has a number.  A step is a node with its
 * operator looked up, its inputs and outputs as numbers (-1: absent) and
 * its attributes turned into a state by the operator's prepare function.
 */
#ifndef ENGINE_OP_H
#define ENGINE_OP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/intern.h"
#include "engine/model.h"

#define INNER_DEPTH_MAX 3
#define TREE_PATH 16		/* steps from a root to a leaf, about */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
#define TENSOR_N_MAX ((size_t)1 << 16)	/* a fuzzer is to try many */
#else
#define TENSOR_N_MAX ((size_t)1 << 26)
#endif
/* What one run may keep, and what folding may add to a model. */
#define RUN_BYTES_MAX ((size_t)1 << 31)
#define FOLD_BYTES_MAX ((size_t)1 << 28)

struct step;

struct op {
	const char *domain, *name;
	int since, until;	/* opsets, inclusive; until 0: still */
	/* Check the attributes and keep what run needs in step->state; may be
	 * NULL. */
	int (*prepare)(struct step *s, struct model *m, struct err *e);
	int (*run)(struct model_run *r, const struct step *s, struct err *e);
	int arg;		/* for families that share a run function */
};

struct step {
	const struct op *op;
	const struct onnx_node *node;
	int64_t opset;
	int *in, *out;
	size_t n_in, n_out;
	void *state;		/* in the model's arena */
};

struct model {
	struct arena arena;
	struct onnx_model *onnx;
	const char **value_name;
	size_t n_values;
	struct tensor *constant;	/* by value; data NULL: not constant */
	struct step *step;
	size_t n_steps;
	struct model_port *input, *output;
	int *input_value, *output_value;
	size_t n_inputs, n_outputs;
	/* names of an output's entries, by value, from ZipMap and its like */
	const char *const **value_names;
	size_t *n_value_names;
	/* dictionaries of encoders, which live outside the arena */
	struct intern **dict;
	size_t n_dicts;
	/* graphs inside nodes, planned; and how deep this one is in another */
	struct model **inner;
	size_t n_inner;
	int depth;
	size_t folded;		/* bytes of constants made at load */
	const char *trial_why;	/* why the row of nothing was refused; or
				 * NULL */
};

struct model_run {
	const struct model *m;
	struct tensor *value;	/* by value */
	void **room;		/* buffers, by value */
	size_t *room_bytes;
	size_t bytes;		/* all of them together */
	int64_t around;		/* steps of the Scans around, multiplied; or 0 */
	/* the row of nothing at load: a value that no row would have, as an
	 * unknown category, is taken for the first one instead of refused */
	bool trial;
	struct buf unseen;	/* by row, 1: a text no encoder knew; empty
				 * until there is one */
	struct arena text;	/* strings made by this call */
	struct model_run **inner;	/* by model.inner; made when needed */
	size_t n_inner;
};

/* The families: tables ended by a NULL name. */
extern const struct op ops_elementwise[], ops_shape[], ops_reduce[],
    ops_linear[], ops_encode[], ops_tree[], ops_compare[], ops_index[],
    ops_norm[], ops_svm[], ops_scan[];

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

/* Say that value v's last dimension has these names. */
void plan_names(struct model *m, int v, const char **names, size_t n);
/* Plan the graph in an attribute of the step; it may use nothing of what is
 * around it.  Its number in m->inner. */
int plan_inner(size_t *number, const struct step *s, const char *attr,
    struct model *m, struct err *e);
/* The run of an inner graph that belongs to this run. */
struct model_run *run_inner(struct model_run *r, size_t number);
/* Hand over a dictionary, to be freed with the model. */
void plan_own_intern(struct model *m, struct intern *t);
/* Integers of a 1-D int64 or int32 tensor; at most ONNX_RANK_MAX. */
int tensor_ints(int64_t *out, int *n, const struct tensor *t, struct err *e);
/* Value i of an int64 or int32 tensor. */
int64_t tensor_index(const struct tensor *t, size_t i);
/* Product of the dimensions [from, to). */
size_t tensor_span(const struct tensor *t, int from, int to);
/* An axis counted from the front; a negative one counts from the back. */
int step_axis(int64_t *axis, int64_t given, int rank, const struct step *s,
    struct err *e);

#endif
