/* Loading, folding constants, running. */
#include "engine/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/mem.h"
#include "engine/op.h"

static const struct op *const families[] = { ops_elementwise, ops_compare,
	ops_shape, ops_reduce, ops_linear, ops_encode, ops_tree, ops_index,
	ops_norm, ops_svm, ops_scan };

/* --- what operators call -------------------------------------------------- */

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
	t->elem = elem;
	t->rank = rank;
	t->n = 1;
	for (int i = 0; i < rank; i++) {
		t->dim[i] = dim[i];
		if (dim[i] < 0)
			return step_bad(s, e, "a negative dimension");
		if (dim[i] && t->n > TENSOR_N_MAX / (size_t)dim[i])
			return err_set(e, ERR_TOOBIG, "%s node '%s' would make "
			    "too large a tensor", s->node->op, s->node->name);
		t->n *= (size_t)dim[i];
	}
	return 0;
}

struct tensor *
step_out(struct model_run *r, const struct step *s, size_t i,
    enum onnx_elem elem, int rank, const int64_t *dim, struct err *e)
{
	int v = i < s->n_out ? s->out[i] : -1;
	struct tensor *t;
	size_t bytes;

	if (v < 0) {
		step_bad(s, e, "output %zu is missing", i);
		return NULL;
	}
	t = &r->value[v];
	if (set_shape(t, elem, rank, dim, s, e) < 0)
		return NULL;
	bytes = t->n * onnx_elem_size(elem);
	if (bytes > r->room_bytes[v] || r->room[v] == NULL) {
		if (bytes > RUN_BYTES_MAX - (r->bytes - r->room_bytes[v])) {
			err_set(e, ERR_TOOBIG, "%s node '%s': the model needs "
			    "too much memory", s->node->op, s->node->name);
			return NULL;
		}
		free(r->room[v]);
		r->bytes -= r->room_bytes[v];
		r->room_bytes[v] = 0;
		r->room[v] = mem_aligned(64, bytes + 64, 1);
		if (r->room[v] == NULL) {
			err_set(e, ERR_NOMEM, "out of memory");
			return NULL;
		}
		r->room_bytes[v] = bytes;
		r->bytes += bytes;
	}
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

void
plan_names(struct model *m, int v, const char **names, size_t n)
{
	if (v < 0)
		return;
	m->value_names[v] = names;
	m->n_value_names[v] = n;
}

void
plan_own_intern(struct model *m, struct intern *t)
{
	m->dict = xresize(m->dict, m->n_dicts + 1, sizeof(*m->dict));
	m->dict[m->n_dicts++] = t;
}

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

/* --- planning ------------------------------------------------------------- */

static const struct op *
find_op(const char *domain, const char *name, int64_t opset)
{
	for (size_t f = 0; f < sizeof(families) / sizeof(*families); f++)
		for (const struct op *o = families[f]; o->name; o++)
			if (strcmp(o->name, name) == 0 &&
			    strcmp(o->domain, domain) == 0 &&
			    opset >= o->since &&
			    (o->until == 0 || opset <= o->until))
				return o;
	return NULL;
}

static int
value_number(struct intern *names, const char *name)
{
	return *name ? (int)intern_add(names, name, strlen(name)) : -1;
}

static int
plan_step(struct model *m, struct step *s, const struct onnx_node *n,
    struct intern *names, struct err *e)
{
	const char *domain = n->domain[0] ? n->domain : "ai.onnx";

	s->node = n;
	s->opset = onnx_opset_of(m->onnx, n->domain);
	s->op = find_op(n->domain, n->op, s->opset);
	if (s->op == NULL)
		return err_set(e, ERR_UNSUPPORTED, "unsupported operator %s%s%s"
		    " (opset %lld) in node '%s'", n->domain[0] ? domain : "",
		    n->domain[0] ? "." : "", n->op, (long long)s->opset,
		    n->name);
	s->n_in = n->n_in;
	s->n_out = n->n_out;
	s->in = arena_alloc(&m->arena, (n->n_in + 1) * sizeof(int));
	s->out = arena_alloc(&m->arena, (n->n_out + 1) * sizeof(int));
	for (size_t i = 0; i < n->n_in; i++) {
		size_t before = intern_count(names);

		s->in[i] = value_number(names, n->in[i]);
		if (intern_count(names) > before)
			return err_set(e, ERR_FORMAT, "node '%s' reads '%s', "
			    "which nothing before it makes", n->name, n->in[i]);
	}
	for (size_t i = 0; i < n->n_out; i++) {
		size_t before = intern_count(names);

		s->out[i] = value_number(names, n->out[i]);
		if (n->out[i][0] && intern_count(names) == before)
			return err_set(e, ERR_FORMAT,
			    "'%s' is made twice", n->out[i]);
	}
	return 0;
}

static bool
is_initializer(const struct onnx_model *o, const char *name)
{
	for (size_t i = 0; i < o->n_initializers; i++)
		if (strcmp(o->initializer[i].name, name) == 0)
			return true;
	return false;
}

/* Numbers for initializers, inputs and what nodes make, in that order. */
static int
plan_values(struct model *m, struct intern *names, struct err *e)
{
	const struct onnx_model *o = m->onnx;

	for (size_t i = 0; i < o->n_initializers; i++)
		value_number(names, o->initializer[i].name);
	m->input = arena_alloc(&m->arena, (o->n_inputs + 1) *
	    sizeof(*m->input));
	m->input_value = arena_alloc(&m->arena, (o->n_inputs + 1) *
	    sizeof(int));
	for (size_t i = 0; i < o->n_inputs; i++) {
		const struct onnx_value *v = &o->input[i];
		struct model_port *p = &m->input[m->n_inputs];

		/* before IR 4 initializers stood among the inputs */
		if (is_initializer(o, v->name))
			continue;
		if (onnx_elem_size(v->elem) == 0 || v->sequence)
			return err_set(e, ERR_UNSUPPORTED, "input '%s' is not "
			    "a tensor of a supported type", v->name);
		if (v->name[0] == '\0')
			return err_set(e, ERR_FORMAT, "an input has no name");
		p->name = v->name;
		p->elem = v->elem == ONNX_FLOAT16 ? ONNX_FLOAT : v->elem;
		p->rank = v->rank;
		memcpy(p->dim, v->dim, sizeof(p->dim));
		m->input_value[m->n_inputs++] = value_number(names, v->name);
	}
	m->step = arena_alloc(&m->arena, (o->n_nodes + 1) * sizeof(*m->step));
	for (size_t i = 0; i < o->n_nodes; i++)
		if (plan_step(m, &m->step[m->n_steps++], &o->node[i], names,
		    e) < 0)
			return -1;
	m->output = arena_alloc(&m->arena, (o->n_outputs + 1) *
	    sizeof(*m->output));
	m->output_value = arena_alloc(&m->arena, (o->n_outputs + 1) *
	    sizeof(int));
	for (size_t i = 0; i < o->n_outputs; i++) {
		uint32_t v = intern_find(names, o->output[i].name,
		    strlen(o->output[i].name));

		if (v == INTERN_NONE)
			return err_set(e, ERR_FORMAT,
			    "nothing makes the output '%s'", o->output[i].name);
		m->output[i].name = o->output[i].name;
		m->output_value[i] = (int)v;
	}
	m->n_outputs = o->n_outputs;
	return 0;
}

static void
plan_constants(struct model *m, const struct intern *names)
{
	const struct onnx_model *o = m->onnx;

	m->n_values = intern_count(names);
	m->constant = arena_alloc(&m->arena, m->n_values *
	    sizeof(*m->constant));
	m->value_names = arena_alloc(&m->arena, m->n_values *
	    sizeof(*m->value_names));
	m->n_value_names = arena_alloc(&m->arena, m->n_values *
	    sizeof(*m->n_value_names));
	for (size_t i = 0; i < o->n_initializers; i++) {
		const struct onnx_tensor *t = &o->initializer[i];
		uint32_t v = intern_find(names, t->name, strlen(t->name));
		struct tensor *c;

		if (v == INTERN_NONE)
			continue;
		c = &m->constant[v];
		c->elem = t->elem;
		c->rank = t->rank;
		memcpy(c->dim, t->dim, sizeof(c->dim));
		c->n = t->n;
		c->data = t->data;
	}
}

/* --- folding and trying --------------------------------------------------- */

static bool
all_constant(const struct model *m, const struct step *s)
{
	for (size_t i = 0; i < s->n_in; i++)
		if (s->in[i] >= 0 && m->constant[s->in[i]].elem == ONNX_NONE)
			return false;
	return true;
}

/* Keep what the step made as constants of the model. */
static int
keep_constant(struct model *m, const struct model_run *r,
    const struct step *s, struct err *e)
{
	for (size_t i = 0; i < s->n_out; i++) {
		const struct tensor *t;
		size_t bytes;

		if (s->out[i] < 0)
			continue;
		t = &r->value[s->out[i]];
		bytes = t->n * onnx_elem_size(t->elem);
		if (bytes > FOLD_BYTES_MAX - m->folded)
			return err_set(e, ERR_TOOBIG, "%s node '%s': too much "
			    "is constant", s->node->op, s->node->name);
		m->folded += bytes;
		m->constant[s->out[i]] = *t;
		m->constant[s->out[i]].data = arena_alloc(&m->arena, bytes);
		if (bytes)
			memcpy(m->constant[s->out[i]].data, t->data, bytes);
		if (t->elem == ONNX_TEXT)
			for (size_t k = 0; k < t->n; k++) {
				struct text *c = m->constant[s->out[i]].data;

				c[k].s = arena_strndup(&m->arena, c[k].s,
				    c[k].n);
			}
	}
	return 0;
}

/* Prepare every step; run now, and drop, what depends on constants only. */
static int
prepare_and_fold(struct model *m, struct err *e)
{
	struct model_run *r = model_run_new(m);
	size_t kept = 0;
	int result = -1;

	for (size_t i = 0; i < m->n_steps; i++) {
		struct step *s = &m->step[i];

		if (s->op->prepare && s->op->prepare(s, m, e) < 0)
			goto done;
		if (!all_constant(m, s)) {
			m->step[kept++] = *s;
			continue;
		}
		if (s->op->run(r, s, e) < 0 || keep_constant(m, r, s, e) < 0)
			goto done;
		for (size_t k = 0; k < s->n_out; k++)
			if (s->out[k] >= 0)
				r->value[s->out[k]] = m->constant[s->out[k]];
	}
	m->n_steps = kept;
	result = 0;
done:
	model_run_free(r);
	return result;
}

/* One row of nothing: zeros and empty texts. */
static int
try_one_row(struct model *m, struct err *e)
{
	struct tensor *in = xalloc(m->n_inputs + 1, sizeof(*in));
	struct tensor *out = xalloc(m->n_outputs + 1, sizeof(*out));
	struct model_run *r = model_run_new(m);
	struct err why = ERR_INIT;
	int result = 0;

	for (size_t i = 0; i < m->n_inputs; i++) {
		const struct model_port *p = &m->input[i];

		in[i].elem = p->elem;
		in[i].rank = p->rank < 0 ? 2 : p->rank;
		in[i].n = 1;
		for (int k = 0; k < in[i].rank; k++) {
			in[i].dim[k] = p->rank < 0 || p->dim[k] < 0 ? 1 :
			    p->dim[k];
			if (in[i].n && in[i].dim[k] >
			    (int64_t)(TENSOR_N_MAX / in[i].n))
				in[i].dim[k] = 1;
			in[i].n *= (size_t)in[i].dim[k];
		}
		in[i].data = xalloc(in[i].n + 1, onnx_elem_size(p->elem));
		for (size_t k = 0; p->elem == ONNX_TEXT && k < in[i].n; k++)
			((struct text *)in[i].data)[k].s = "";
	}
	/* a value that is refused all the same says nothing about the model,
	 * as a shape that the rows are to give */
	r->trial = true;
	if (model_run(r, in, out, &why) < 0) {
		if (why.code == ERR_FORMAT)
			m->trial_why = arena_strdup(&m->arena, why.msg);
		else
			*e = why;
		result = why.code == ERR_FORMAT ? 0 : -1;
	}
	for (size_t i = 0; result == 0 && why.code == ERR_NONE &&
	    i < m->n_outputs; i++) {
		m->output[i].elem = out[i].elem;
		m->output[i].rank = out[i].rank;
		for (int k = 0; k < out[i].rank; k++)
			m->output[i].dim[k] = k == 0 ? -1 : out[i].dim[k];
	}
	for (size_t i = 0; i < m->n_inputs; i++)
		free(in[i].data);
	free(in);
	free(out);
	model_run_free(r);
	return result;
}

/* Declared types serve where the trial row was refused. */
static void
declared_outputs(struct model *m)
{
	for (size_t i = 0; i < m->n_outputs; i++) {
		const struct onnx_value *v = &m->onnx->output[i];

		m->output[i].elem = v->elem;
		m->output[i].rank = v->rank;
		memcpy(m->output[i].dim, v->dim, sizeof(v->dim));
	}
}

/* Outputs carry the names that operators gave to their values. */
static void
name_outputs(struct model *m)
{
	for (size_t i = 0; i < m->n_outputs; i++) {
		int v = m->output_value[i];

		m->output[i].names = m->value_names[v];
		m->output[i].n_names = m->n_value_names[v];
	}
}

/* From what was read to steps that can run. */
static int
plan_model(struct model *m, struct err *e)
{
	struct intern *names = intern_new();
	int r = plan_values(m, names, e);

	if (r == 0) {
		plan_constants(m, names);
		declared_outputs(m);
		r = prepare_and_fold(m, e);
	}
	intern_free(names);
	return r;
}

int
plan_inner(size_t *number, const struct step *s, const char *attr,
    struct model *m, struct err *e)
{
	const struct onnx_attr *g = onnx_find_attr(s->node, attr);
	struct model *in;

	if (g == NULL || g->type != ONNX_ATTR_GRAPH)
		return step_bad(s, e, "it has no %s", attr);
	if (m->depth == INNER_DEPTH_MAX)
		return step_bad(s, e, "graphs in graphs in graphs");
	in = xalloc(1, sizeof(*in));
	in->depth = m->depth + 1;
	if (onnx_read_graph(&in->onnx, &in->arena, m->onnx, g->s.s, g->s.n,
	    e) < 0 || plan_model(in, e) < 0) {
		model_free(in);
		return err_wrap(e, "in node '%s'", s->node->name);
	}
	m->inner = xresize(m->inner, m->n_inner + 1, sizeof(*m->inner));
	*number = m->n_inner;
	m->inner[m->n_inner++] = in;
	return 0;
}

int
model_load(struct model **out, const void *bytes, size_t n, struct err *e)
{
	struct model *m = xalloc(1, sizeof(*m));

	if (onnx_read(&m->onnx, &m->arena, bytes, n, e) < 0 ||
	    plan_model(m, e) < 0 || try_one_row(m, e) < 0) {
		model_free(m);
		return -1;
	}
	name_outputs(m);
	*out = m;
	return 0;
}

void
model_free(struct model *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n_dicts; i++)
		intern_free(m->dict[i]);
	free(m->dict);
	for (size_t i = 0; i < m->n_inner; i++)
		model_free(m->inner[i]);
	free(m->inner);
	arena_free(&m->arena);
	free(m);
}

size_t model_inputs(const struct model *m) { return m->n_inputs; }
size_t model_outputs(const struct model *m) { return m->n_outputs; }

const struct model_port *
model_input(const struct model *m, size_t i)
{
	return &m->input[i];
}

const struct model_port *
model_output(const struct model *m, size_t i)
{
	return &m->output[i];
}

const char *
model_meta(const struct model *m, const char *key)
{
	return onnx_find_meta(m->onnx, key);
}

const char *
model_trial_why(const struct model *m)
{
	return m->trial_why;
}

const struct onnx_model *
model_onnx(const struct model *m)
{
	return m->onnx;
}

/* Trees by their roots, or by the first of their nodes. */
static size_t
node_effort(const struct onnx_node *n)
{
	bool trees = strncmp(n->op, "Tree", 4) == 0;
	size_t sum = 0;

	for (size_t k = 0; k < n->n_attrs; k++) {
		const struct onnx_attr *a = &n->attr[k];

		if (trees && strcmp(a->name, "tree_roots") == 0)
			sum += a->n * TREE_PATH;
		for (size_t i = 0; trees && i < a->n && strcmp(a->name,
		    "nodes_treeids") == 0; i++)
			if (i == 0 || a->ints[i] != a->ints[i - 1])
				sum += TREE_PATH;
		if (!trees)
			sum += a->type == ONNX_ATTR_FLOATS ? a->n :
			    a->type == ONNX_ATTR_TENSOR ? a->t->n : 0;
	}
	return sum;
}

size_t
model_effort(const struct model *m)
{
	size_t sum = 0;

	for (size_t i = 0; i < m->onnx->n_initializers; i++)
		sum += m->onnx->initializer[i].n;
	for (size_t i = 0; i < m->onnx->n_nodes; i++)
		sum += node_effort(&m->onnx->node[i]);
	for (size_t i = 0; i < m->n_inner; i++)
		sum += model_effort(m->inner[i]);
	return sum;
}

/* --- running -------------------------------------------------------------- */

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
take_inputs(struct model_run *r, const struct tensor *in, struct err *e)
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
	if (take_inputs(r, in, e) < 0)
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
