/* A graph compiled to a plan: operators looked up, values numbered, what is
 * constant folded, the rest tried on one row. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/outputs.h"
#include "engine/step.h"
#include "onnx/capture.h"
#include "onnx/scope.h"

#define INNER_DEPTH_MAX 3
#define INNER_BYTES ((size_t)1 << 16)	/* a graph within, beside its parts */

/* The newest versions whose operators were compared with ours (onnx 1.22). */
static const struct {
	const char *domain, *shown;
	int64_t newest;
} known_opsets[] = { { "", "ai.onnx", 27 }, { "ai.onnx.ml", "ai.onnx.ml", 5 } };

#define FAMILY_TABLE(name) ops_##name,
static const struct op *const families[] = { OP_FAMILIES(FAMILY_TABLE) };
#undef FAMILY_TABLE

static int plan_graph(struct model *m, struct err *e);

/* --- what it costs -------------------------------------------------------- */

/* `more` bytes beside what the arena has got since the last time. */
static int
pay_plan(struct model *m, size_t more, struct err *e)
{
	size_t bytes = m->arena.used - m->arena_taken + more;

	if (!budget_take(m->budget, bytes))
		return err_set(e, ERR_TOOBIG, "the model needs too much memory "
		    "for a file of its size");
	m->arena_taken = m->arena.used;
	return 0;
}

/* --- graphs inside nodes -------------------------------------------------- */

/* What the graph reads from around it is inputs of the step, too, and of the
 * graph. */
static int
add_captures(struct model *m, struct step *s, struct model *in,
    const struct intern *names, const struct intern *taken, struct err *e)
{
	struct onnx_model *o = in->onnx;
	size_t n = intern_count(taken), len;
	struct onnx_value *input = arena_alloc(&in->arena, (o->n_inputs + n +
	    1) * sizeof(*input));
	int *all = arena_alloc(&m->arena, (s->n_in + n + 1) * sizeof(*all));

	in->first_capture = s->n_in;
	in->n_captured = n;
	if (o->n_inputs)
		memcpy(input, o->input, o->n_inputs * sizeof(*input));
	if (s->n_in)
		memcpy(all, s->in, s->n_in * sizeof(*all));
	for (size_t i = 0; i < n; i++) {
		struct onnx_value *v = &input[o->n_inputs + i];
		const char *outside;
		uint32_t at;

		v->name = arena_strdup(&in->arena, intern_text(taken,
		    (uint32_t)i, &len));
		v->elem = ONNX_NONE;
		v->rank = -1;
		outside = onnx_scope_name(s->node->scope, v->name);
		at = intern_find(names, outside, strlen(outside));
		if (at == INTERN_NONE)
			return err_set(e, ERR_FORMAT, "a graph in node '%s' "
			    "reads '%s', which nothing before it makes",
			    s->node->name, outside);
		all[s->n_in + i] = (int)at;
	}
	o->input = input;
	o->n_inputs += n;
	s->in = all;
	s->n_in += n;
	return 0;
}

static int
read_inner(struct model *m, struct step *s, const struct text *bytes,
    const struct intern *names, struct err *e)
{
	struct model *in = xalloc(1, sizeof(*in));
	struct intern *taken = intern_new();
	int r = -1;

	/* freed with the model, whatever becomes of it */
	m->inner = xresize(m->inner, m->n_inner + 1, sizeof(*m->inner));
	m->inner[m->n_inner++] = in;
	in->depth = m->depth + 1;
	in->budget = m->budget;
	in->of_file = m->of_file;
	if (m->depth == INNER_DEPTH_MAX)
		step_bad(s, e, "graphs in graphs in graphs");
	else if (pay_plan(m, INNER_BYTES, e) == 0 &&
	    onnx_read_graph(&in->onnx, &in->arena, m->onnx, s->node,
	    bytes->s, bytes->n, e) == 0 &&
	    onnx_free_names(taken, in->onnx, &in->arena, e) == 0)
		r = add_captures(m, s, in, names, taken, e);
	intern_free(taken);
	return r;
}

static int
read_inner_graphs(struct model *m, struct step *s, const struct intern *names,
    struct err *e)
{
	s->first_graph = m->n_inner;
	for (size_t i = 0; i < s->node->n_attrs; i++) {
		const struct onnx_attr *a = &s->node->attr[i];

		if (a->type == ONNX_ATTR_GRAPH && read_inner(m, s, &a->s,
		    names, e) < 0)
			return -1;
	}
	return 0;
}

static int
plan_inner_graphs(struct model *m, const struct step *s, struct err *e)
{
	size_t at = s->first_graph;

	for (size_t i = 0; i < s->node->n_attrs; i++)
		if (s->node->attr[i].type == ONNX_ATTR_GRAPH &&
		    plan_graph(m->inner[at++], e) < 0)
			return err_wrap(e, "in node '%s'", s->node->name);
	return 0;
}

/* --- steps and values ----------------------------------------------------- */

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

/* An operator may mean another thing in an opset to come. */
static int
check_opset(const struct step *s, struct err *e)
{
	for (size_t k = 0; k < sizeof(known_opsets) / sizeof(*known_opsets);
	    k++)
		if (strcmp(s->node->domain, known_opsets[k].domain) == 0 &&
		    s->opset > known_opsets[k].newest)
			return err_set(e, ERR_UNSUPPORTED, "opset %lld of %s is "
			    "newer than %lld, the newest one known, in node "
			    "'%s'", (long long)s->opset, known_opsets[k].shown,
			    (long long)known_opsets[k].newest, s->node->name);
	return 0;
}

static int
plan_step(struct model *m, struct step *s, const struct onnx_node *n,
    struct intern *names, struct err *e)
{
	const char *domain = n->domain[0] ? n->domain : "ai.onnx";

	s->node = n;
	s->opset = onnx_node_opset(m->onnx, n);
	if (check_opset(s, e) < 0)
		return -1;
	s->op = find_op(n->domain, n->op, s->opset);
	if (s->op == NULL)
		return err_set(e, ERR_UNSUPPORTED, "unsupported operator %s%s%s"
		    " (opset %lld) in node '%s'", n->domain[0] ? domain : "",
		    n->domain[0] ? "." : "", n->op, (long long)s->opset,
		    n->name);
	s->n_in = s->n_given = n->n_in;
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
	if (read_inner_graphs(m, s, names, e) < 0)
		return -1;
	for (size_t i = 0; i < n->n_out; i++) {
		size_t before = intern_count(names);

		s->out[i] = value_number(names, n->out[i]);
		if (n->out[i][0] && intern_count(names) == before)
			return err_set(e, ERR_FORMAT,
			    "'%s' is made twice", n->out[i]);
	}
	return 0;
}

/* Numbers for initializers, inputs and what nodes make, in that order. */
static int
plan_values(struct model *m, struct intern *names, struct err *e)
{
	struct onnx_model *o = m->onnx;
	size_t n_known;

	for (size_t i = 0; i < o->n_initializers; i++)
		value_number(names, o->initializer[i].name);
	n_known = intern_count(names);
	m->input = arena_alloc(&m->arena, (o->n_inputs + 1) *
	    sizeof(*m->input));
	m->input_value = arena_alloc(&m->arena, (o->n_inputs + 1) *
	    sizeof(int));
	for (size_t i = 0; i < o->n_inputs; i++) {
		const struct onnx_value *v = &o->input[i];
		struct model_port *p = &m->input[m->n_inputs];

		/* before IR 4 initializers stood among the inputs */
		if (intern_find(names, v->name, strlen(v->name)) < n_known)
			continue;
		if ((onnx_elem_size(v->elem) == 0 || v->sequence) &&
		    (m->depth == 0 || v->elem != ONNX_NONE))
			return err_set(e, ERR_UNSUPPORTED, "input '%s' is %s, "
			    "which is not supported", v->name, v->sequence ?
			    "a sequence" : v->elem == ONNX_NONE ? "no tensor" :
			    onnx_elem_name(v->elem));
		if (v->name[0] == '\0')
			return err_set(e, ERR_FORMAT, "an input has no name");
		p->name = v->name;
		p->elem = v->elem == ONNX_FLOAT16 ? ONNX_FLOAT : v->elem;
		p->rank = v->rank;
		memcpy(p->dim, v->dim, sizeof(p->dim));
		m->input_value[m->n_inputs++] = value_number(names, v->name);
	}
	m->step = arena_alloc(&m->arena, (o->n_nodes + 1) * sizeof(*m->step));
	for (size_t i = 0; i < o->n_nodes; i++) {
		struct onnx_node *n = &o->node[i];

		/* to be told by: what it makes, where it has no name */
		if (n->name[0] == '\0' && n->n_out)
			n->name = n->out[0];
		if (plan_step(m, &m->step[m->n_steps++], n, names, e) < 0)
			return -1;
	}
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

/* --- folding -------------------------------------------------------------- */

static bool
all_constant(const struct model *m, const struct step *s)
{
	for (size_t i = 0; i < s->n_in; i++)
		if (s->in[i] >= 0 && m->constant[s->in[i]].elem == ONNX_NONE)
			return false;
	return true;
}

/* A copy in the model's arena. */
static int
copy_constant(struct model *m, struct tensor *to, const struct tensor *t,
    const struct step *s, struct err *e)
{
	const struct text *from = t->data;
	size_t bytes = t->n * onnx_elem_size(t->elem), all = bytes;
	struct text *c;

	for (size_t k = 0; t->elem == ONNX_TEXT && k < t->n; k++)
		all += from[k].n + 1 + sizeof(max_align_t);
	if (all > m->budget->bytes)
		return err_set(e, ERR_TOOBIG, "%s node '%s': too much is "
		    "constant", s->node->op, s->node->name);
	*to = *t;
	c = to->data = arena_alloc(&m->arena, bytes);
	if (bytes)
		memcpy(to->data, t->data, bytes);
	for (size_t k = 0; t->elem == ONNX_TEXT && k < t->n; k++)
		c[k].s = arena_strndup(&m->arena, c[k].s, c[k].n);
	return pay_plan(m, 0, e);
}

/* Keep what the step made as constants of the model.  What it only passed on
 * is one already. */
static int
keep_constant(struct model *m, struct model_run *r, const struct step *s,
    struct err *e)
{
	for (size_t i = 0; i < s->n_out; i++) {
		int v = s->out[i];

		if (v < 0)
			continue;
		m->constant[v] = r->value[v];
		if (r->value[v].data == r->room[v] && copy_constant(m,
		    &m->constant[v], &r->value[v], s, e) < 0)
			return -1;
		r->value[v] = m->constant[v];
		run_drop_room(r, v);
	}
	run_drop_text(r);
	return 0;
}

/* Operators whose output has its entries where the input had them. */
static const char *const keeps_entries[] = { "Identity", "Cast", "CastLike",
	"Normalizer", "Softmax", "LogSoftmax", "Sigmoid", "Exp", "Log", "Clip",
	"Neg", "Abs", "Sqrt", "Pow", "Add", "Sub", "Mul", "Div", "Min", "Max",
	"Relu", "Where", "Dropout" };

/* Names of classes travel on to what such an operator makes of them.  Where
 * the last dimension turns out to be another, nobody takes them. */
static void
pass_names_on(struct model *m, const struct step *s)
{
	size_t k = 0, n = sizeof(keeps_entries) / sizeof(*keeps_entries);

	while (k < n && strcmp(keeps_entries[k], s->op->name) != 0)
		k++;
	if (k == n || s->n_out == 0 || s->out[0] < 0 ||
	    m->value_names[s->out[0]] != NULL)
		return;
	for (size_t i = 0; i < s->n_in; i++) {
		int v = s->in[i];

		if (v < 0 || m->value_names[v] == NULL)
			continue;
		m->value_names[s->out[0]] = m->value_names[v];
		m->n_value_names[s->out[0]] = m->n_value_names[v];
		return;
	}
}

/* Dictionaries made since the last time lie outside the arena. */
static int
pay_dicts(struct model *m, size_t *known, struct err *e)
{
	size_t bytes = 0;

	for (; *known < m->n_dicts; ++*known)
		bytes += 1024 + 96 * intern_count(m->dict[*known]);
	return pay_plan(m, bytes, e);
}

/* Steps and outputs that read value v. */
static size_t
readers_of(const struct model *m, int v)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_steps; i++)
		for (size_t k = 0; k < m->step[i].n_in; k++)
			n += m->step[i].in[k] == v;
	for (size_t i = 0; i < m->n_outputs; i++)
		n += m->output_value[i] == v;
	return n;
}

/* The Concat before `at` that makes its first input for nobody else. */
static struct step *
concat_for(struct model *m, const struct step *at)
{
	for (struct step *s = m->step; s < at; s++)
		if (at->n_in && at->in[0] >= 0 && s->n_out &&
		    s->out[0] == at->in[0])
			return strcmp(s->op->name, "Concat") == 0 &&
			    readers_of(m, at->in[0]) == 1 ? s : NULL;
	return NULL;
}

/* Columns that are put side by side for an operator that would take them
 * apart again are left as they are. */
static void
defer_concats(struct model *m)
{
	for (size_t i = 0; i < m->n_steps; i++) {
		struct step *c = m->step[i].op->by_column ?
		    concat_for(m, &m->step[i]) : NULL, *kept;

		if (c == NULL)
			continue;
		kept = arena_alloc(&m->arena, sizeof(*kept));
		*kept = *c;
		m->step[i].deferred = kept;
		memmove(c, c + 1, (size_t)(m->step + m->n_steps - c - 1) *
		    sizeof(*c));
		m->n_steps--;
		i--;
	}
}

/* Prepare every step; run now, and drop, what depends on constants only. */
static int
prepare_and_fold(struct model *m, struct err *e)
{
	struct model_run *r = run_new(m, m->budget);
	size_t kept = 0, known = 0;
	int result = -1;

	for (size_t i = 0; i < m->n_steps; i++) {
		struct step *s = &m->step[i];

		if (plan_inner_graphs(m, s, e) < 0 ||
		    (s->op->prepare && s->op->prepare(s, m, e) < 0) ||
		    pay_dicts(m, &known, e) < 0)
			goto done;
		if (!all_constant(m, s)) {
			pass_names_on(m, s);
			m->step[kept++] = *s;
			continue;
		}
		if (run_step(r, s, e) < 0 || keep_constant(m, r, s, e) < 0)
			goto done;
	}
	m->n_steps = kept;
	defer_concats(m);
	result = 0;
done:
	model_run_free(r);
	return result;
}

/* The types that the file declares: they stay where the trial row is
 * refused. */
static void
declare_outputs(struct model *m)
{
	for (size_t i = 0; i < m->n_outputs; i++) {
		const struct onnx_value *v = &m->onnx->output[i];

		m->output[i].elem = v->elem;
		m->output[i].rank = v->rank;
		memcpy(m->output[i].dim, v->dim, sizeof(v->dim));
	}
}

static int
plan_graph(struct model *m, struct err *e)
{
	struct intern *names = intern_new();
	int r = plan_values(m, names, e);

	if (r == 0) {
		plan_constants(m, names);
		declare_outputs(m);
		/* a run has its values beside the plan's */
		r = pay_plan(m, m->n_values * 2 * sizeof(struct tensor), e);
	}
	if (r == 0)
		r = prepare_and_fold(m, e);
	intern_free(names);
	return r;
}

/* --- the trial row -------------------------------------------------------- */

/* One row of zeros or empty texts; free(t->data). */
static int
make_trial_input(struct tensor *t, struct model *m, const struct model_port *p,
    struct err *e)
{
	size_t reach = 1, size = onnx_elem_size(p->elem);

	t->elem = p->elem;
	t->rank = p->rank < 0 ? 2 : p->rank;
	t->n = 1;
	for (int k = 0; k < t->rank; k++) {
		t->dim[k] = p->rank < 0 || p->dim[k] < 0 ? 1 : p->dim[k];
		if (t->dim[k] > (int64_t)(TENSOR_N_MAX / reach))
			return err_set(e, ERR_TOOBIG, "input '%s' takes too "
			    "many values", p->name);
		reach *= (size_t)(t->dim[k] ? t->dim[k] : 1);
		t->n *= (size_t)t->dim[k];
	}
	if (!budget_take(m->budget, (t->n + 1) * size) ||
	    !budget_spend(m->budget, t->n))
		return err_set(e, ERR_TOOBIG, "input '%s' takes too many "
		    "values", p->name);
	t->data = xalloc(t->n + 1, size);
	for (size_t k = 0; p->elem == ONNX_TEXT && k < t->n; k++)
		((struct text *)t->data)[k].s = "";
	return 0;
}

/* What the outputs are, seen in the answers to the trial row. */
static void
learn_outputs(struct model *m, const struct tensor *out)
{
	for (size_t i = 0; i < m->n_outputs; i++) {
		m->output[i].elem = out[i].elem;
		m->output[i].rank = out[i].rank;
		for (int k = 0; k < out[i].rank; k++)
			m->output[i].dim[k] = k == 0 ? -1 : out[i].dim[k];
	}
}

static int
try_one_row(struct model *m, struct err *e)
{
	struct tensor *in = xalloc(m->n_inputs + 1, sizeof(*in));
	struct tensor *out = xalloc(m->n_outputs + 1, sizeof(*out));
	struct model_run *r = run_new(m, m->budget);
	struct err why = ERR_INIT;
	int result = 0;

	for (size_t i = 0; i < m->n_inputs && result == 0; i++)
		result = make_trial_input(&in[i], m, &m->input[i], e);
	r->trial = true;
	if (result < 0) {
		/* as refused */
	} else if (model_run(r, in, out, &why) == 0) {
		learn_outputs(m, out);
	} else if (why.code == ERR_FORMAT) {
		/* says nothing about the model: its rows may have another
		 * shape, or other values */
		m->trial_why = arena_strdup(&m->arena, why.msg);
	} else {
		*e = why;
		result = -1;
	}
	for (size_t i = 0; i < m->n_inputs; i++)
		free(in[i].data);
	free(in);
	free(out);
	model_run_free(r);
	return result;
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

/* The load is over. */
static void
forget_budget(struct model *m)
{
	m->budget = NULL;
	for (size_t i = 0; i < m->n_inner; i++)
		forget_budget(m->inner[i]);
}

int
model_load(struct model **out, const void *bytes, size_t n, struct err *e)
{
	struct model *m = xalloc(1, sizeof(*m));
	struct budget left = budget_of_file(n);

	m->of_file = left;
	m->budget = &left;
	if (onnx_read(&m->onnx, &m->arena, bytes, n, e) < 0 ||
	    outputs_split(m->onnx, &m->arena, e) < 0 ||
	    plan_graph(m, e) < 0 || try_one_row(m, e) < 0) {
		model_free(m);
		return -1;
	}
	name_outputs(m);
	forget_budget(m);
	*out = m;
	return 0;
}
