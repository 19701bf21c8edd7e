/* Functions inside a model put where they are called. */
#include "onnx/function.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/mem.h"
#include "onnx/scope.h"

#define CALLS_DEEP_MAX 32
/* Nodes, their inputs, outputs and attributes that calls may add up to. */
#define PARTS_MAX ((size_t)1 << 19)

struct inliner {
	struct onnx_model *m;
	struct arena *a;
	struct err *e;
	struct intern *known;		/* functions by domain, name, overload */
	struct onnx_node *node;		/* the graph in the making */
	size_t n_nodes, room, parts, calls;
	const struct onnx_function *open[CALLS_DEEP_MAX];
	size_t depth;
};

/* A call: what the names inside the function are outside. */
struct call {
	const struct onnx_function *f;
	const struct onnx_node *from;
	struct intern *inside;
	const char **outside;
	size_t n, room;
	size_t number;
	struct onnx_scope *scope;	/* made for graphs inside its nodes */
};

static int expand_nodes(struct inliner *in, struct call *c,
    const struct onnx_node *node, size_t n);

static uint32_t
function_number(struct intern *known, const struct onnx_node *n, bool add)
{
	struct buf key;
	uint32_t at;

	buf_init(&key, BUF_CAP_DOC);
	buf_add(&key, n->domain, strlen(n->domain) + 1);
	buf_add(&key, n->op, strlen(n->op) + 1);
	buf_add(&key, n->overload, strlen(n->overload));
	at = add ? intern_add(known, key.data, key.len) :
	    intern_find(known, key.data, key.len);
	buf_free(&key);
	return at;
}

static void
bind_name(struct inliner *in, struct call *c, const char *inside,
    const char *outside)
{
	uint32_t at = intern_add(c->inside, inside, strlen(inside));

	if (at == c->n) {
		c->outside = arena_grow(in->a, c->outside, c->n, &c->room,
		    sizeof(*c->outside));
		c->n++;
	}
	c->outside[at] = outside;
}

/* The name outside; one that only the function knows gets a new one. */
static const char *
outside_name(struct inliner *in, struct call *c, const char *inside)
{
	uint32_t at;
	char *made;
	size_t n;

	if (c == NULL || *inside == '\0')
		return inside;
	at = intern_find(c->inside, inside, strlen(inside));
	if (at != INTERN_NONE)
		return c->outside[at];
	n = strlen(inside) + 32;
	made = arena_alloc(in->a, n);
	snprintf(made, n, "%s#%zu", inside, c->number);
	bind_name(in, c, inside, made);
	return made;
}

static struct onnx_node *
add_node(struct inliner *in, const struct onnx_node *like)
{
	struct onnx_node *n;

	in->parts += 1 + like->n_in + like->n_out + like->n_attrs;
	if (in->parts > PARTS_MAX) {
		err_set(in->e, ERR_TOOBIG, "calls of functions make a graph of "
		    "too many nodes");
		return NULL;
	}
	in->node = arena_grow(in->a, in->node, in->n_nodes, &in->room,
	    sizeof(*in->node));
	n = &in->node[in->n_nodes++];
	*n = *like;
	return n;
}

/* The attributes of a node in a function: the caller's where they refer to
 * them, else the function's defaults; what nobody gives is left out. */
static void
fill_attrs(struct inliner *in, struct onnx_node *n, const struct call *c)
{
	struct onnx_attr *attr = arena_alloc(in->a, (n->n_attrs + 1) *
	    sizeof(*attr));
	size_t kept = 0;

	for (size_t i = 0; i < n->n_attrs; i++) {
		const struct onnx_attr *a = &n->attr[i], *given = a;

		if (a->ref)
			given = onnx_find_attr(c->from, a->ref);
		if (given == NULL)
			given = onnx_find_attr(&c->f->head, a->ref);
		if (given == NULL)
			continue;
		attr[kept] = *given;
		attr[kept].name = a->name;
		kept++;
	}
	n->attr = attr;
	n->n_attrs = kept;
}

/* A node of a function as it stands in the graph. */
static int
place_node(struct inliner *in, struct call *c, const struct onnx_node *node)
{
	struct onnx_node *n = add_node(in, node);
	const char **name;

	if (n == NULL)
		return -1;
	if (c == NULL)
		return 0;
	name = arena_alloc(in->a, (node->n_in + node->n_out + 1) *
	    sizeof(*name));
	for (size_t i = 0; i < node->n_in; i++)
		name[i] = outside_name(in, c, node->in[i]);
	n->in = name;
	name += node->n_in;
	for (size_t i = 0; i < node->n_out; i++)
		name[i] = outside_name(in, c, node->out[i]);
	n->out = name;
	fill_attrs(in, n, c);
	for (size_t i = 0; i < n->n_attrs; i++)
		if (n->attr[i].type == ONNX_ATTR_GRAPH && c->scope == NULL)
			c->scope = onnx_scope_new(in->a);
	n->scope = c->scope;
	if (n->opset == NULL) {
		n->opset = c->f->body.opset;
		n->n_opsets = c->f->body.n_opsets;
	}
	return 0;
}

/* An output that is one of the inputs, unchanged. */
static int
pass_input_on(struct inliner *in, const char *from, const char *to)
{
	struct onnx_node like = { .name = "", .op = "Identity", .domain = "",
	    .overload = "", .n_in = 1, .n_out = 1 };
	const char **name = arena_alloc(in->a, 2 * sizeof(*name));
	struct onnx_node *n = add_node(in, &like);

	if (n == NULL)
		return -1;
	name[0] = from;
	name[1] = to;
	n->in = name;
	n->out = name + 1;
	return 0;
}

static int
bind_call(struct inliner *in, struct call *c)
{
	const struct onnx_node *head = &c->f->head, *from = c->from;

	if (from->n_in > head->n_in || from->n_out > head->n_out)
		return err_set(in->e, ERR_FORMAT, "node '%s' gives function %s "
		    "too many inputs or outputs", from->name, head->op);
	for (size_t i = 0; i < head->n_in; i++)
		bind_name(in, c, head->in[i], i < from->n_in ? from->in[i] :
		    "");
	for (size_t i = 0; i < from->n_out; i++) {
		const char *inside = head->out[i], *to = from->out[i];

		if (*to == '\0')
			continue;
		if (intern_find(c->inside, inside, strlen(inside)) ==
		    INTERN_NONE)
			bind_name(in, c, inside, to);
		else if (pass_input_on(in, outside_name(in, c, inside),
		    to) < 0)
			return -1;
	}
	return 0;
}

/* `from` is a call of f: its names are those of the graph already. */
static int
expand_call(struct inliner *in, const struct onnx_function *f,
    const struct onnx_node *from)
{
	struct call c = { .f = f, .from = from, .number = ++in->calls };
	int r = -1;

	for (size_t i = 0; i < in->depth; i++)
		if (in->open[i] == f)
			return err_set(in->e, ERR_FORMAT, "function %s calls "
			    "itself", f->head.op);
	if (in->depth == CALLS_DEEP_MAX)
		return err_set(in->e, ERR_TOOBIG, "more than %d functions call "
		    "one another", CALLS_DEEP_MAX);
	in->open[in->depth++] = f;
	c.inside = intern_new();
	if (bind_call(in, &c) == 0)
		r = expand_nodes(in, &c, f->body.node, f->body.n_nodes);
	if (c.scope)
		onnx_scope_fill(c.scope, in->a, c.inside, c.outside);
	intern_free(c.inside);
	in->depth--;
	return r;
}

static int
expand_nodes(struct inliner *in, struct call *c, const struct onnx_node *node,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t f = function_number(in->known, &node[i], false);
		struct onnx_node call;

		if (place_node(in, c, &node[i]) < 0)
			return -1;
		if (f == INTERN_NONE)
			continue;
		/* the call itself gives way to what it stands for */
		call = in->node[--in->n_nodes];
		if (expand_call(in, &in->m->function[f], &call) < 0)
			return -1;
	}
	return 0;
}

int
onnx_inline_functions(struct onnx_model *m, struct arena *a, struct err *e)
{
	struct inliner in = { .m = m, .a = a, .e = e };
	int r = -1;

	if (m->n_functions == 0)
		return 0;
	in.known = intern_new();
	for (size_t i = 0; i < m->n_functions; i++)
		if (function_number(in.known, &m->function[i].head, true) != i) {
			err_set(e, ERR_FORMAT, "function %s stands twice",
			    m->function[i].head.op);
			goto done;
		}
	r = expand_nodes(&in, NULL, m->node, m->n_nodes);
	m->node = in.node;
	m->n_nodes = in.n_nodes;
	m->room[0] = in.room;
done:
	intern_free(in.known);
	return r;
}
