/* Building a model in memory, and small look-ups. */
#include <string.h>

#include "onnx/build.h"

size_t
onnx_elem_size(enum onnx_elem e)
{
	switch (e) {
	case ONNX_FLOAT:
	case ONNX_INT32:
	case ONNX_UINT32:
	case ONNX_FLOAT16:		/* kept as float */
	case ONNX_BFLOAT16:
		return 4;
	case ONNX_UINT8:
	case ONNX_INT8:
	case ONNX_BOOL:
		return 1;
	case ONNX_UINT16:
	case ONNX_INT16:
		return 2;
	case ONNX_INT64:
	case ONNX_UINT64:
	case ONNX_DOUBLE:
		return 8;
	case ONNX_TEXT:
		return sizeof(struct text);
	default:
		return 0;
	}
}

const char *
onnx_elem_name(enum onnx_elem e)
{
	static const char *const names[] = { "none", "float", "uint8", "int8",
	    "uint16", "int16", "int32", "int64", "string", "bool", "float16",
	    "double", "uint32", "uint64", "complex64", "complex128",
	    "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2",
	    "float8e5m2fnuz", "uint4", "int4", "float4e2m1", "float8e8m0",
	    "uint2", "int2" };

	return (unsigned)e < sizeof(names) / sizeof(*names) ? names[e] :
	    "unknown";
}

struct onnx_model *
onnx_new(struct arena *a, const char *graph_name)
{
	struct onnx_model *m = arena_alloc(a, sizeof(*m));

	m->ir_version = 8;
	m->producer = "mlv";
	m->producer_version = "1";
	m->graph_name = arena_strdup(a, graph_name);
	return m;
}

void
onnx_set_opset(struct arena *a, struct onnx_model *m, const char *domain,
    int64_t version)
{
	for (size_t i = 0; i < m->n_opsets; i++)
		if (strcmp(m->opset[i].domain, domain) == 0) {
			m->opset[i].version = version;
			return;
		}
	m->opset = arena_grow(a, m->opset, m->n_opsets, &m->room[4],
	    sizeof(*m->opset));
	m->opset[m->n_opsets++] = (struct onnx_opset){
		arena_strdup(a, domain), version
	};
}

static void
set_value(struct arena *a, struct onnx_value *v, const char *name,
    enum onnx_elem elem, int rank, const int64_t *dims)
{
	memset(v, 0, sizeof(*v));
	v->name = arena_strdup(a, name);
	v->elem = elem;
	v->rank = rank;
	memcpy(v->dim, dims, (size_t)rank * sizeof(*dims));
}

void
onnx_add_input(struct arena *a, struct onnx_model *m, const char *name,
    enum onnx_elem elem, int rank, const int64_t *dims)
{
	m->input = arena_grow(a, m->input, m->n_inputs, &m->room[2],
	    sizeof(*m->input));
	set_value(a, &m->input[m->n_inputs++], name, elem, rank, dims);
}

void
onnx_add_output(struct arena *a, struct onnx_model *m, const char *name,
    enum onnx_elem elem, int rank, const int64_t *dims)
{
	m->output = arena_grow(a, m->output, m->n_outputs, &m->room[3],
	    sizeof(*m->output));
	set_value(a, &m->output[m->n_outputs++], name, elem, rank, dims);
}

void
onnx_add_meta(struct arena *a, struct onnx_model *m, const char *key,
    const char *value, size_t n)
{
	m->meta = arena_grow(a, m->meta, m->n_metas, &m->room[5], sizeof(*m->meta));
	m->meta[m->n_metas++] = (struct onnx_meta){
		arena_strdup(a, key), { arena_strndup(a, value, n), n }
	};
}

static void
set_tensor(struct arena *a, struct onnx_tensor *t, const char *name,
    enum onnx_elem elem, int rank, const int64_t *dims, const void *data)
{
	memset(t, 0, sizeof(*t));
	t->name = arena_strdup(a, name);
	t->elem = elem;
	t->rank = rank;
	t->n = 1;
	for (int i = 0; i < rank; i++) {
		t->dim[i] = dims[i];
		t->n *= (size_t)dims[i];
	}
	t->data = arena_alloc(a, t->n * onnx_elem_size(elem));
	if (t->n)
		memcpy(t->data, data, t->n * onnx_elem_size(elem));
}

void
onnx_add_initializer(struct arena *a, struct onnx_model *m, const char *name,
    enum onnx_elem elem, int rank, const int64_t *dims, const void *data)
{
	m->initializer = arena_grow(a, m->initializer, m->n_initializers,
	    &m->room[1], sizeof(*m->initializer));
	set_tensor(a, &m->initializer[m->n_initializers++], name, elem, rank,
	    dims, data);
}

struct onnx_node *
onnx_add_node(struct arena *a, struct onnx_model *m, const char *domain,
    const char *op, const char *name)
{
	struct onnx_node *n;

	m->node = arena_grow(a, m->node, m->n_nodes, &m->room[0], sizeof(*m->node));
	n = &m->node[m->n_nodes++];
	memset(n, 0, sizeof(*n));
	n->domain = arena_strdup(a, domain);
	n->op = arena_strdup(a, op);
	n->name = arena_strdup(a, name);
	n->overload = "";
	return n;
}

void
onnx_node_in(struct arena *a, struct onnx_node *n, const char *name)
{
	n->in = arena_grow(a, n->in, n->n_in, &n->room_in, sizeof(*n->in));
	n->in[n->n_in++] = arena_strdup(a, name);
}

void
onnx_node_out(struct arena *a, struct onnx_node *n, const char *name)
{
	n->out = arena_grow(a, n->out, n->n_out, &n->room_out, sizeof(*n->out));
	n->out[n->n_out++] = arena_strdup(a, name);
}

static struct onnx_attr *
add_attr(struct arena *a, struct onnx_node *n, const char *name,
    enum onnx_attr_type type)
{
	struct onnx_attr *at;

	n->attr = arena_grow(a, n->attr, n->n_attrs, &n->room_attr,
	    sizeof(*n->attr));
	at = &n->attr[n->n_attrs++];
	memset(at, 0, sizeof(*at));
	at->name = arena_strdup(a, name);
	at->type = type;
	return at;
}

static void *
copied_text(struct arena *a, const void *v, size_t bytes)
{
	void *p = arena_alloc(a, bytes);

	if (bytes)
		memcpy(p, v, bytes);
	return p;
}

void
onnx_attr_int(struct arena *a, struct onnx_node *n, const char *name,
    int64_t v)
{
	add_attr(a, n, name, ONNX_ATTR_INT)->i = v;
}

void
onnx_attr_float(struct arena *a, struct onnx_node *n, const char *name,
    float v)
{
	add_attr(a, n, name, ONNX_ATTR_FLOAT)->f = v;
}

void
onnx_attr_text(struct arena *a, struct onnx_node *n, const char *name,
    const char *v)
{
	add_attr(a, n, name, ONNX_ATTR_TEXT)->s =
	    (struct text){ arena_strdup(a, v), strlen(v) };
}

void
onnx_attr_ints(struct arena *a, struct onnx_node *n, const char *name,
    const int64_t *v, size_t count)
{
	struct onnx_attr *at = add_attr(a, n, name, ONNX_ATTR_INTS);

	at->ints = copied_text(a, v, count * sizeof(*v));
	at->n = count;
}

void
onnx_attr_floats(struct arena *a, struct onnx_node *n, const char *name,
    const float *v, size_t count)
{
	struct onnx_attr *at = add_attr(a, n, name, ONNX_ATTR_FLOATS);

	at->floats = copied_text(a, v, count * sizeof(*v));
	at->n = count;
}

void
onnx_attr_texts(struct arena *a, struct onnx_node *n, const char *name,
    const struct text *v, size_t count)
{
	struct onnx_attr *at = add_attr(a, n, name, ONNX_ATTR_TEXTS);
	struct text *t = arena_alloc(a, count * sizeof(*t));

	for (size_t i = 0; i < count; i++)
		t[i] = (struct text){ arena_strndup(a, v[i].s, v[i].n), v[i].n };
	at->texts = t;
	at->n = count;
}

void
onnx_attr_tensor(struct arena *a, struct onnx_node *n, const char *name,
    enum onnx_elem elem, int rank, const int64_t *dims, const void *data)
{
	struct onnx_attr *at = add_attr(a, n, name, ONNX_ATTR_TENSOR);

	at->t = arena_alloc(a, sizeof(*at->t));
	set_tensor(a, at->t, "", elem, rank, dims, data);
}

const char *
onnx_find_meta(const struct onnx_model *m, const char *key)
{
	for (size_t i = 0; i < m->n_metas; i++)
		if (strcmp(m->meta[i].key, key) == 0)
			return m->meta[i].value.s;
	return NULL;
}

int64_t
onnx_opset_of(const struct onnx_model *m, const char *domain)
{
	for (size_t i = 0; i < m->n_opsets; i++)
		if (strcmp(m->opset[i].domain, domain) == 0)
			return m->opset[i].version;
	return 0;
}

int64_t
onnx_node_opset(const struct onnx_model *m, const struct onnx_node *n)
{
	for (size_t i = 0; i < n->n_opsets; i++)
		if (strcmp(n->opset[i].domain, n->domain) == 0)
			return n->opset[i].version;
	return onnx_opset_of(m, n->domain);
}

const struct onnx_attr *
onnx_find_attr(const struct onnx_node *n, const char *name)
{
	for (size_t i = 0; i < n->n_attrs; i++)
		if (strcmp(n->attr[i].name, name) == 0)
			return &n->attr[i];
	return NULL;
}
