/* What operators call while a graph is planned and run: their inputs,
 * outputs and attributes. */
#include "engine/step.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/mem.h"

/* --- inputs and outputs --------------------------------------------------- */

const struct tensor *
step_in(const struct model_run *r, const struct step *s, size_t i)
{
	return i < s->n_in && s->in[i] >= 0 ? &r->value[s->in[i]] : NULL;
}

const struct tensor *
step_constant(const struct step *s, const struct model *m, size_t i)
{
	if (i >= s->n_in || s->in[i] < 0 ||
	    m->constant[s->in[i]].elem == ONNX_NONE)
		return NULL;
	return &m->constant[s->in[i]];
}

int
step_bad(const struct step *s, struct err *e, const char *fmt, ...)
{
	char what[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return err_set(e, ERR_FORMAT, "%s node '%s': %s", s->node->op,
	    s->node->name, what);
}

int
step_bad_type(const struct step *s, enum onnx_elem elem, struct err *e)
{
	return err_set(e, ERR_UNSUPPORTED, "operator %s of %s is not supported "
	    "in node '%s'", s->node->op, onnx_elem_name(elem), s->node->name);
}

static int
set_shape(struct tensor *t, enum onnx_elem elem, int rank, const int64_t *dim,
    const struct step *s, struct err *e)
{
	size_t reach = 1;

	t->elem = elem;
	t->rank = rank;
	t->n = 1;
	for (int i = 0; i < rank; i++) {
		t->dim[i] = dim[i];
		if (dim[i] < 0)
			return step_bad(s, e, "a negative dimension");
		if (dim[i] > (int64_t)TENSOR_N_MAX ||
		    reach > TENSOR_N_MAX / (size_t)(dim[i] ? dim[i] : 1))
			return err_set(e, ERR_TOOBIG, "%s node '%s' would make "
			    "too large a tensor", s->node->op, s->node->name);
		reach *= (size_t)(dim[i] ? dim[i] : 1);
		t->n *= (size_t)dim[i];
	}
	return 0;
}

static int
no_memory_left(const struct step *s, struct err *e)
{
	return err_set(e, ERR_TOOBIG, "%s node '%s': the model needs too much "
	    "memory", s->node->op, s->node->name);
}

int
step_work(struct model_run *r, const struct step *s, size_t n, size_t m,
    struct err *e)
{
	size_t work;

	if (size_mul(&work, n, m) && budget_spend(r->budget, work))
		return 0;
	return err_set(e, ERR_TOOBIG, "%s node '%s': the model is too much "
	    "work for a file of its size", s->node->op, s->node->name);
}

void
run_drop_room(struct model_run *r, int v)
{
	free(r->room[v]);
	budget_give(r->budget, r->room_bytes[v]);
	r->bytes -= r->room_bytes[v];
	r->room[v] = NULL;
	r->room_bytes[v] = 0;
}

void
run_drop_text(struct model_run *r)
{
	arena_clear(&r->text);
	budget_give(r->budget, r->text_bytes);
	r->bytes -= r->text_bytes;
	r->text_bytes = 0;
}

void *
step_room(struct model_run *r, const struct step *s, size_t n, size_t size,
    struct err *e)
{
	size_t bytes;
	void *p;

	if (!size_mul(&bytes, n, size) || !budget_take(r->budget, bytes)) {
		no_memory_left(s, e);
		return NULL;
	}
	r->bytes += bytes;
	r->text_bytes += bytes;
	if ((p = arena_try(&r->text, bytes)) == NULL)
		err_set(e, ERR_NOMEM, "out of memory");
	return p;
}

/* The buffer of value v holds `bytes` at least. */
static int
make_room(struct model_run *r, const struct step *s, int v, size_t bytes,
    struct err *e)
{
	if (bytes <= r->room_bytes[v] && r->room[v])
		return 0;
	run_drop_room(r, v);
	if (!budget_take(r->budget, bytes))
		return no_memory_left(s, e);
	r->room[v] = mem_aligned(64, bytes + 64, 1);
	if (r->room[v] == NULL) {
		budget_give(r->budget, bytes);
		return err_set(e, ERR_NOMEM, "out of memory");
	}
	r->room_bytes[v] = bytes;
	r->bytes += bytes;
	return 0;
}

struct tensor *
step_out(struct model_run *r, const struct step *s, size_t i,
    enum onnx_elem elem, int rank, const int64_t *dim, struct err *e)
{
	int v = i < s->n_out ? s->out[i] : -1;
	struct tensor *t;

	if (v < 0) {
		step_bad(s, e, "output %zu is missing", i);
		return NULL;
	}
	t = &r->value[v];
	if (set_shape(t, elem, rank, dim, s, e) < 0 ||
	    step_work(r, s, tensor_reach(t), 1, e) < 0 ||
	    make_room(r, s, v, t->n * onnx_elem_size(elem), e) < 0)
		return NULL;
	t->data = r->room[v];
	return t;
}

int
step_alias(struct model_run *r, const struct step *s, size_t i,
    const struct tensor *t, int rank, const int64_t *dim, struct err *e)
{
	struct tensor *out;

	if (i >= s->n_out || s->out[i] < 0)
		return step_bad(s, e, "output %zu is missing", i);
	out = &r->value[s->out[i]];
	if (set_shape(out, t->elem, rank, dim, s, e) < 0)
		return -1;
	if (out->n != t->n)
		return step_bad(s, e, "%zu values do not fit a shape of %zu",
		    t->n, out->n);
	out->data = t->data;
	return 0;
}

/* --- attributes ----------------------------------------------------------- */

int64_t
attr_int(const struct step *s, const char *name, int64_t fallback)
{
	const struct onnx_attr *a = onnx_find_attr(s->node, name);

	return a && a->type == ONNX_ATTR_INT ? a->i : fallback;
}

float
attr_float(const struct step *s, const char *name, float fallback)
{
	const struct onnx_attr *a = onnx_find_attr(s->node, name);

	return a && a->type == ONNX_ATTR_FLOAT ? a->f : fallback;
}

const char *
attr_text(const struct step *s, const char *name, const char *fallback)
{
	const struct onnx_attr *a = onnx_find_attr(s->node, name);

	return a && a->type == ONNX_ATTR_TEXT ? a->s.s : fallback;
}

const struct onnx_attr *
attr_list(const struct step *s, const char *name, enum onnx_attr_type type)
{
	const struct onnx_attr *a = onnx_find_attr(s->node, name);

	return a && a->n && a->type == type ? a : NULL;
}

int
step_graph(size_t *number, const struct step *s, const char *attr,
    struct err *e)
{
	*number = s->first_graph;
	for (size_t i = 0; i < s->node->n_attrs; i++) {
		const struct onnx_attr *a = &s->node->attr[i];

		if (strcmp(a->name, attr) == 0)
			return a->type == ONNX_ATTR_GRAPH ? 0 :
			    step_bad(s, e, "it has no %s", attr);
		*number += a->type == ONNX_ATTR_GRAPH;
	}
	return step_bad(s, e, "it has no %s", attr);
}

/* --- what a model keeps for an operator ----------------------------------- */

void
step_name_output(struct model *m, const struct step *s, size_t i,
    const char **names, size_t n)
{
	if (i >= s->n_out || s->out[i] < 0)
		return;
	m->value_names[s->out[i]] = names;
	m->n_value_names[s->out[i]] = n;
}

void
step_keep_forest(struct model *m, const struct forest *f)
{
	m->forest = xresize(m->forest, m->n_forests + 1, sizeof(*m->forest));
	m->forest[m->n_forests++] = f;
}

void
step_keep_dict(struct model *m, struct intern *t)
{
	m->dict = xresize(m->dict, m->n_dicts + 1, sizeof(*m->dict));
	m->dict[m->n_dicts++] = t;
}

void
step_keep_regex(struct model *m, struct regex *r)
{
	m->regex = xresize(m->regex, m->n_regexes + 1, sizeof(*m->regex));
	m->regex[m->n_regexes++] = r;
}

/* --- tensors -------------------------------------------------------------- */

int
tensor_ints(int64_t *out, int *n, const struct tensor *t, struct err *e)
{
	if (t->n > ONNX_RANK_MAX || (t->elem != ONNX_INT64 &&
	    t->elem != ONNX_INT32))
		return err_set(e, ERR_FORMAT,
		    "a list of at most %d integers is expected", ONNX_RANK_MAX);
	*n = (int)t->n;
	for (size_t i = 0; i < t->n; i++)
		out[i] = t->elem == ONNX_INT64 ? ((int64_t *)t->data)[i] :
		    ((int32_t *)t->data)[i];
	return 0;
}

size_t
tensor_reach(const struct tensor *t)
{
	size_t n = 1;

	for (int i = 0; i < t->rank; i++)
		n *= t->dim[i] ? (size_t)t->dim[i] : 1;
	return n;
}

size_t
tensor_span(const struct tensor *t, int from, int to)
{
	size_t n = 1;

	for (int i = from; i < to; i++)
		n *= (size_t)t->dim[i];
	return n;
}

int
step_axis(int64_t *axis, int64_t given, int rank, const struct step *s,
    struct err *e)
{
	*axis = given < 0 ? given + rank : given;
	if (*axis < 0 || *axis >= (rank ? rank : 1))
		return step_bad(s, e, "axis %lld of %d dimensions",
		    (long long)given, rank);
	return 0;
}
