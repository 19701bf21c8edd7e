/* ModelProto and what hangs below it, from bytes. */
#include <string.h>

#include "codec/pb.h"
#include "onnx/build.h"
#include "onnx/function.h"
#include "onnx/internal.h"

#define OPSETS_MAX 256

/* Varints of a packed list: as many as bytes that end one. */
static size_t
count_varints(const struct pb_field *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += f->s[i] < 0x80;
	return n;
}

/* How many fields of that number are still to come; of numbers, packed or
 * not, how many of them. */
static size_t
count_fields(struct pb from, uint32_t number, bool numbers)
{
	struct pb_field f;
	size_t n = 0;

	while (pb_next(&from, &f))
		if (f.number == number)
			n += !numbers || f.wire != PB_BYTES ? 1 :
			    number == 7 ? f.n / 4 : count_varints(&f);
	return n;
}

/* Room for n things at once, so that nothing is left behind by growing. */
static void *
reserve_list(struct reader *r, size_t n, size_t *room, size_t size)
{
	if (n == 0 || r->a->used + n * size > r->most)
		return NULL;
	*room = n;
	return arena_alloc(r->a, n * size);
}

static int
check_room(struct reader *r)
{
	return r->a->used <= r->most ? 0 : err_set(r->e, ERR_TOOBIG,
	    "an ONNX file of more parts than its size allows for");
}

/* --- attributes and nodes ------------------------------------------------ */

struct attr_lists {
	float *floats;
	int64_t *ints;
	struct text *texts;
	size_t n_floats, n_ints, n_texts, room_f, room_i, room_t;
};

static void
add_float(struct reader *r, struct attr_lists *l, uint64_t bits)
{
	uint32_t u = (uint32_t)bits;

	l->floats = arena_grow(r->a, l->floats, l->n_floats, &l->room_f, 4);
	memcpy(&l->floats[l->n_floats++], &u, 4);
}

static void
add_int(struct reader *r, struct attr_lists *l, uint64_t v)
{
	l->ints = arena_grow(r->a, l->ints, l->n_ints, &l->room_i, 8);
	l->ints[l->n_ints++] = (int64_t)v;
}

static int
attr_field(struct reader *r, struct onnx_attr *at, struct attr_lists *l,
    const struct pb_field *f)
{
	struct pb packed = pb_over(f->s, f->wire == PB_BYTES ? f->n : 0);
	uint64_t v;

	switch (f->number) {
	case 1:
		at->name = name_of(r, f);
		break;
	case 2:
		at->f = pb_float(f);
		at->type = ONNX_ATTR_FLOAT;
		break;
	case 3:
		at->i = (int64_t)f->v;
		at->type = ONNX_ATTR_INT;
		break;
	case 4:
		at->s = (struct text){ name_of(r, f), f->n };
		at->type = ONNX_ATTR_TEXT;
		break;
	case 5:
		at->t = arena_alloc(r->a, sizeof(*at->t));
		at->type = ONNX_ATTR_TENSOR;
		return read_tensor(r, at->t, f->s, f->n);
	case 7:
		if (f->wire != PB_BYTES)
			add_float(r, l, f->v);
		for (size_t i = 0; f->wire == PB_BYTES && i + 4 <= f->n; i += 4)
			add_float(r, l, get_le32(f->s + i));
		break;
	case 8:
		if (f->wire != PB_BYTES)
			add_int(r, l, f->v);
		while (f->wire == PB_BYTES && pb_varint(&packed, &v))
			add_int(r, l, v);
		break;
	case 9:
		l->texts = arena_grow(r->a, l->texts, l->n_texts, &l->room_t,
		    sizeof(*l->texts));
		l->texts[l->n_texts++] = (struct text){ name_of(r, f), f->n };
		break;
	case 6:
		at->s = (struct text){ name_of(r, f), f->n };
		at->type = ONNX_ATTR_GRAPH;
		break;
	case 11:
		/* several graphs: no operator that takes them is supported,
		 * and the plan says so by its name */
		break;
	case 10:
	case 22:
		return err_set(r->e, ERR_UNSUPPORTED,
		    "an attribute of sparse or several tensors");
	default:
		break;
	}
	return 0;
}

static int
read_attr(struct reader *r, struct onnx_attr *at, const uint8_t *s, size_t n)
{
	struct attr_lists l = { 0 };
	struct pb from = pb_over(s, n);
	struct pb_field f;
	int type = 0;

	memset(at, 0, sizeof(*at));
	at->name = at->s.s = "";
	l.floats = reserve_list(r, count_fields(from, 7, true), &l.room_f,
	    sizeof(*l.floats));
	l.ints = reserve_list(r, count_fields(from, 8, true), &l.room_i,
	    sizeof(*l.ints));
	l.texts = reserve_list(r, count_fields(from, 9, false), &l.room_t,
	    sizeof(*l.texts));
	while (pb_next(&from, &f)) {
		if (f.number == 20)
			type = (int)f.v;
		else if (f.number == 21 && f.wire == PB_BYTES && f.n)
			at->ref = name_of(r, &f);
		else if (attr_field(r, at, &l, &f) < 0 || check_room(r) < 0)
			return -1;
	}
	if (from.bad)
		return refuse_broken(r, "attribute");
	/* a default value (0, "", empty list) may have no field at all */
	if (type)
		at->type = (enum onnx_attr_type)type;
	else if (l.n_floats || l.n_ints || l.n_texts)
		at->type = l.n_floats ? ONNX_ATTR_FLOATS : l.n_ints ?
		    ONNX_ATTR_INTS : ONNX_ATTR_TEXTS;
	at->floats = l.floats;
	at->ints = l.ints;
	at->texts = l.texts;
	at->n = at->type == ONNX_ATTR_FLOATS ? l.n_floats :
	    at->type == ONNX_ATTR_INTS ? l.n_ints :
	    at->type == ONNX_ATTR_TEXTS ? l.n_texts : 0;
	if (at->type == ONNX_ATTR_TENSOR && at->t == NULL && at->ref == NULL)
		return refuse_broken(r, "tensor attribute");
	return 0;
}

static int
read_node(struct reader *r, struct onnx_node *nd, const uint8_t *s, size_t n)
{
	struct pb from = pb_over(s, n);
	struct pb_field f;

	memset(nd, 0, sizeof(*nd));
	nd->name = nd->op = nd->domain = nd->overload = "";
	nd->attr = reserve_list(r, count_fields(from, 5, false),
	    &nd->room_attr, sizeof(*nd->attr));
	while (pb_next(&from, &f)) {
		switch (f.number) {
		case 1:
			onnx_node_in(r->a, nd, name_of(r, &f));
			break;
		case 2:
			onnx_node_out(r->a, nd, name_of(r, &f));
			break;
		case 3:
			nd->name = name_of(r, &f);
			break;
		case 4:
			nd->op = name_of(r, &f);
			break;
		case 5:
			nd->attr = arena_grow(r->a, nd->attr, nd->n_attrs,
			    &nd->room_attr, sizeof(*nd->attr));
			if (read_attr(r, &nd->attr[nd->n_attrs++], f.s,
			    f.n) < 0)
				return err_wrap(r->e, "node '%s'", nd->name);
			break;
		case 7:
			nd->domain = name_of(r, &f);
			break;
		case 8:
			nd->overload = name_of(r, &f);
			break;
		default:
			break;
		}
	}
	if (strcmp(nd->domain, "ai.onnx") == 0)
		nd->domain = "";
	if (check_room(r) < 0)
		return -1;
	return from.bad ? refuse_broken(r, "node") : 0;
}

/* --- inputs and outputs -------------------------------------------------- */

static void
read_shape(struct onnx_value *v, const struct pb_field *shape)
{
	struct pb dims = pb_over(shape->s, shape->n), one;
	struct pb_field f, g;

	v->rank = 0;
	while (pb_next(&dims, &f)) {
		if (f.number != 1 || v->rank == ONNX_RANK_MAX)
			continue;
		v->dim[v->rank] = -1;
		one = pb_over(f.s, f.n);
		while (pb_next(&one, &g))
			if (g.number == 1 && g.wire == PB_VARINT && g.v <
			    COUNT_MAX)
				v->dim[v->rank] = (int64_t)g.v;
		v->rank++;
	}
}

/* TypeProto: a tensor, or a sequence (of maps) of which we keep the kind. */
static void
read_type(struct onnx_value *v, const uint8_t *s, size_t n, int depth)
{
	struct pb from = pb_over(s, n), in;
	struct pb_field f, g;

	while (pb_next(&from, &f)) {
		if (f.wire != PB_BYTES || depth > 4)
			continue;
		in = pb_over(f.s, f.n);
		if (f.number == 4)
			v->sequence = true;
		while (pb_next(&in, &g)) {
			if (f.number == 1 && g.number == 1)
				v->elem = (enum onnx_elem)g.v;
			else if (f.number == 1 && g.number == 2 &&
			    g.wire == PB_BYTES)
				read_shape(v, &g);
			else if ((f.number == 4 && g.number == 1) ||
			    (f.number == 5 && g.number == 2))
				read_type(v, g.s, g.wire == PB_BYTES ? g.n : 0,
				    depth + 1);
		}
	}
}

static int
read_value(struct reader *r, struct onnx_value *v, const uint8_t *s, size_t n)
{
	struct pb from = pb_over(s, n);
	struct pb_field f;

	memset(v, 0, sizeof(*v));
	v->name = "";
	v->rank = -1;
	while (pb_next(&from, &f)) {
		if (f.number == 1)
			v->name = name_of(r, &f);
		else if (f.number == 2 && f.wire == PB_BYTES)
			read_type(v, f.s, f.n, 0);
	}
	return from.bad ? refuse_broken(r, "input or output") : 0;
}

/* --- graph and model ----------------------------------------------------- */

/* Only nodes of a function itself may refer to what its caller gives. */
static int
check_refs(struct reader *r, const struct onnx_node *n)
{
	for (size_t i = 0; i < n->n_attrs; i++)
		if (n->attr[i].ref)
			return err_set(r->e, ERR_UNSUPPORTED, "node '%s' refers "
			    "to attribute %s of a function around its graph",
			    n->name, n->attr[i].ref);
	return 0;
}

static int
graph_field(struct reader *r, struct onnx_model *m, const struct pb_field *f)
{
	switch (f->number) {
	case 1:
		m->node = arena_grow(r->a, m->node, m->n_nodes, &m->room[0],
		    sizeof(*m->node));
		return read_node(r, &m->node[m->n_nodes++], f->s, f->n) < 0 ?
		    -1 : check_refs(r, &m->node[m->n_nodes - 1]);
	case 2:
		m->graph_name = name_of(r, f);
		return 0;
	case 5:
		m->initializer = arena_grow(r->a, m->initializer, m->n_initializers,
		    &m->room[1], sizeof(*m->initializer));
		return read_tensor(r, &m->initializer[m->n_initializers++],
		    f->s, f->n);
	case 11:
		m->input = arena_grow(r->a, m->input, m->n_inputs, &m->room[2],
		    sizeof(*m->input));
		return read_value(r, &m->input[m->n_inputs++], f->s, f->n);
	case 12:
		m->output = arena_grow(r->a, m->output, m->n_outputs, &m->room[3],
		    sizeof(*m->output));
		return read_value(r, &m->output[m->n_outputs++], f->s, f->n);
	case 15:
		return err_set(r->e, ERR_UNSUPPORTED,
		    "sparse initializers are not supported");
	default:
		return 0;
	}
}

static int
read_graph(struct reader *r, struct onnx_model *m, const uint8_t *s, size_t n)
{
	struct pb from = pb_over(s, n);
	struct pb_field f;

	m->node = reserve_list(r, count_fields(from, 1, false), &m->room[0],
	    sizeof(*m->node));
	m->initializer = reserve_list(r, count_fields(from, 5, false),
	    &m->room[1], sizeof(*m->initializer));
	m->input = reserve_list(r, count_fields(from, 11, false), &m->room[2],
	    sizeof(*m->input));
	m->output = reserve_list(r, count_fields(from, 12, false), &m->room[3],
	    sizeof(*m->output));
	while (pb_next(&from, &f))
		if (f.wire == PB_BYTES && (graph_field(r, m, &f) < 0 ||
		    check_room(r) < 0))
			return -1;
	return from.bad ? refuse_broken(r, "graph") : 0;
}

static int
read_opset(struct reader *r, struct onnx_model *m, const struct pb_field *at)
{
	struct pb from = pb_over(at->s, at->n);
	const char *domain = "";
	int64_t version = 0;
	struct pb_field f;

	while (pb_next(&from, &f)) {
		if (f.number == 1 && f.wire == PB_BYTES)
			domain = name_of(r, &f);
		else if (f.number == 2)
			version = (int64_t)f.v;
	}
	onnx_set_opset(r->a, m, strcmp(domain, "ai.onnx") == 0 ? "" : domain,
	    version);
	return m->n_opsets <= OPSETS_MAX ? 0 : err_set(r->e, ERR_TOOBIG,
	    "more than %d opsets", OPSETS_MAX);
}

/* FunctionProto: its head as a node's, its body as a graph's. */
static int
function_field(struct reader *r, struct onnx_function *fn,
    const struct pb_field *f)
{
	struct onnx_node *head = &fn->head;
	struct onnx_model *body = &fn->body;

	switch (f->number) {
	case 1:
		head->op = name_of(r, f);
		return 0;
	case 4:
		onnx_node_in(r->a, head, name_of(r, f));
		return 0;
	case 5:
		onnx_node_out(r->a, head, name_of(r, f));
		return 0;
	case 7:
		body->node = arena_grow(r->a, body->node, body->n_nodes,
		    &body->room[0], sizeof(*body->node));
		return read_node(r, &body->node[body->n_nodes++], f->s, f->n);
	case 9:
		return read_opset(r, body, f);
	case 10:
		head->domain = name_of(r, f);
		return 0;
	case 11:
		head->attr = arena_grow(r->a, head->attr, head->n_attrs,
		    &head->room_attr, sizeof(*head->attr));
		return read_attr(r, &head->attr[head->n_attrs++], f->s, f->n);
	case 13:
		head->overload = name_of(r, f);
	}
	return 0;
}

static int
read_function(struct reader *r, struct onnx_model *m,
    const struct pb_field *at)
{
	struct pb from = pb_over(at->s, at->n);
	struct onnx_function *fn;
	struct pb_field f;

	m->function = arena_grow(r->a, m->function, m->n_functions,
	    &m->room[6], sizeof(*m->function));
	fn = &m->function[m->n_functions++];
	memset(fn, 0, sizeof(*fn));
	fn->head.name = fn->head.op = fn->head.domain = fn->head.overload = "";
	while (pb_next(&from, &f))
		if (f.wire == PB_BYTES && (function_field(r, fn, &f) < 0 ||
		    check_room(r) < 0))
			return err_wrap(r->e, "function %s", fn->head.op);
	if (strcmp(fn->head.domain, "ai.onnx") == 0)
		fn->head.domain = "";
	return from.bad ? refuse_broken(r, "function") : 0;
}

static void
read_meta(struct reader *r, struct onnx_model *m, const struct pb_field *at)
{
	struct pb from = pb_over(at->s, at->n);
	const char *key = "", *value = "";
	size_t n = 0;
	struct pb_field f;

	while (pb_next(&from, &f)) {
		if (f.wire != PB_BYTES)
			continue;
		if (f.number == 1)
			key = name_of(r, &f);
		if (f.number == 2) {
			value = name_of(r, &f);
			n = f.n;
		}
	}
	onnx_add_meta(r->a, m, key, value, n);
}

static int
model_field(struct reader *r, struct onnx_model *m, const struct pb_field *f,
    bool *graph)
{
	switch (f->number) {
	case 1:
		m->ir_version = (int64_t)f->v;
		return 0;
	case 2:
		m->producer = name_of(r, f);
		return 0;
	case 3:
		m->producer_version = name_of(r, f);
		return 0;
	case 7:
		if (*graph)
			return refuse_broken(r, "second graph");
		*graph = true;
		return f->wire == PB_BYTES ? read_graph(r, m, f->s, f->n) :
		    refuse_broken(r, "graph");
	case 8:
		return read_opset(r, m, f);
	case 14:
		read_meta(r, m, f);
		return check_room(r);
	case 25:
		return read_function(r, m, f);
	default:
		return 0;
	}
}

int
onnx_read_graph(struct onnx_model **out, struct arena *a,
    const struct onnx_model *outer, const struct onnx_node *node,
    const void *bytes, size_t n, struct err *e)
{
	const struct onnx_opset *opset = node->opset ? node->opset :
	    outer->opset;
	size_t n_opsets = node->opset ? node->n_opsets : outer->n_opsets;
	struct reader r = { a, e, a->used + READ_BYTES_MAX(n) };
	struct onnx_model *m = arena_alloc(a, sizeof(*m));

	m->ir_version = outer->ir_version;
	m->producer = m->producer_version = m->graph_name = "";
	for (size_t i = 0; i < n_opsets; i++)
		onnx_set_opset(a, m, opset[i].domain, opset[i].version);
	m->function = outer->function;
	m->n_functions = outer->n_functions;
	if (read_graph(&r, m, bytes, n) < 0 ||
	    onnx_inline_functions(m, a, e) < 0)
		return -1;
	*out = m;
	return 0;
}

int
onnx_read(struct onnx_model **out, struct arena *a, const void *bytes,
    size_t n, struct err *e)
{
	struct reader r = { a, e, a->used + READ_BYTES_MAX(n) };
	struct onnx_model *m = arena_alloc(a, sizeof(*m));
	struct pb from = pb_over(bytes, n);
	struct pb_field f;
	bool graph = false;

	if (n > ONNX_BYTES_MAX)
		return err_set(e, ERR_TOOBIG, "an ONNX file of more than 2 GiB");
	m->producer = m->producer_version = m->graph_name = "";
	while (pb_next(&from, &f)) {
		/* numbers where text should be make an empty text */
		if (f.wire != PB_BYTES)
			f.n = 0;
		if (model_field(&r, m, &f, &graph) < 0)
			return -1;
	}
	if (from.bad || !graph || m->n_opsets == 0)
		return err_set(e, ERR_FORMAT, "not an ONNX file");
	if (m->ir_version > 14)
		return err_set(e, ERR_UNSUPPORTED,
		    "ONNX IR version %lld is newer than 14",
		    (long long)m->ir_version);
	if (onnx_inline_functions(m, a, e) < 0)
		return -1;
	*out = m;
	return 0;
}
