/* A model as bytes, fields in the order of their numbers. */
#include <string.h>

#include "codec/pb.h"
#include "onnx/onnx.h"

/* A nested message: written aside, then put whole. */
static void
put_message(struct buf *out, uint32_t number, struct buf *part)
{
	pb_put_bytes(out, number, part->data, part->len);
	out->failed |= part->failed;
	buf_free(part);
}

static void
put_tensor(struct buf *out, uint32_t number, const struct onnx_tensor *t)
{
	struct buf b;

	buf_init(&b, out->cap);
	for (int i = 0; i < t->rank; i++)
		pb_put_varint(&b, 1, (uint64_t)t->dim[i]);
	pb_put_varint(&b, 2, (uint64_t)t->elem);
	if (t->elem == ONNX_TEXT) {
		const struct text *s = t->data;

		for (size_t i = 0; i < t->n; i++)
			pb_put_bytes(&b, 6, s[i].s, s[i].n);
	}
	if (t->name[0])
		pb_put_text(&b, 8, t->name);
	if (t->elem != ONNX_TEXT)
		pb_put_bytes(&b, 9, t->data, t->n * onnx_elem_size(t->elem));
	put_message(out, number, &b);
}

static void
put_attr(struct buf *out, const struct onnx_attr *at)
{
	struct buf b;

	buf_init(&b, out->cap);
	pb_put_text(&b, 1, at->name);
	switch (at->type) {
	case ONNX_ATTR_FLOAT:
		pb_put_float(&b, 2, at->f);
		break;
	case ONNX_ATTR_INT:
		pb_put_varint(&b, 3, (uint64_t)at->i);
		break;
	case ONNX_ATTR_TEXT:
		pb_put_bytes(&b, 4, at->s.s, at->s.n);
		break;
	case ONNX_ATTR_TENSOR:
		put_tensor(&b, 5, at->t);
		break;
	case ONNX_ATTR_GRAPH:
		pb_put_bytes(&b, 6, at->s.s, at->s.n);
		break;
	case ONNX_ATTR_FLOATS:
		for (size_t i = 0; i < at->n; i++)
			pb_put_float(&b, 7, at->floats[i]);
		break;
	case ONNX_ATTR_INTS:
		for (size_t i = 0; i < at->n; i++)
			pb_put_varint(&b, 8, (uint64_t)at->ints[i]);
		break;
	case ONNX_ATTR_TEXTS:
		for (size_t i = 0; i < at->n; i++)
			pb_put_bytes(&b, 9, at->texts[i].s, at->texts[i].n);
		break;
	}
	pb_put_varint(&b, 20, (uint64_t)at->type);
	put_message(out, 5, &b);
}

static void
put_node(struct buf *out, const struct onnx_node *n)
{
	struct buf b;

	buf_init(&b, out->cap);
	for (size_t i = 0; i < n->n_in; i++)
		pb_put_text(&b, 1, n->in[i]);
	for (size_t i = 0; i < n->n_out; i++)
		pb_put_text(&b, 2, n->out[i]);
	pb_put_text(&b, 3, n->name);
	pb_put_text(&b, 4, n->op);
	for (size_t i = 0; i < n->n_attrs; i++)
		put_attr(&b, &n->attr[i]);
	if (n->domain[0])
		pb_put_text(&b, 7, n->domain);
	put_message(out, 1, &b);
}

static void
put_value(struct buf *out, uint32_t number, const struct onnx_value *v)
{
	struct buf b, type, tensor, shape, dim;

	buf_init(&b, out->cap);
	buf_init(&type, out->cap);
	buf_init(&tensor, out->cap);
	buf_init(&shape, out->cap);
	for (int i = 0; i < v->rank; i++) {
		buf_init(&dim, out->cap);
		if (v->dim[i] < 0)
			pb_put_text(&dim, 2, "N");
		else
			pb_put_varint(&dim, 1, (uint64_t)v->dim[i]);
		put_message(&shape, 1, &dim);
	}
	pb_put_varint(&tensor, 1, (uint64_t)v->elem);
	if (v->rank >= 0)
		put_message(&tensor, 2, &shape);
	else
		buf_free(&shape);
	put_message(&type, 1, &tensor);
	pb_put_text(&b, 1, v->name);
	put_message(&b, 2, &type);
	put_message(out, number, &b);
}

void
onnx_write(struct buf *out, const struct onnx_model *m)
{
	struct buf graph, part;

	pb_put_varint(out, 1, (uint64_t)m->ir_version);
	pb_put_text(out, 2, m->producer);
	pb_put_text(out, 3, m->producer_version);
	buf_init(&graph, out->cap);
	for (size_t i = 0; i < m->n_nodes; i++)
		put_node(&graph, &m->node[i]);
	pb_put_text(&graph, 2, m->graph_name);
	for (size_t i = 0; i < m->n_initializers; i++)
		put_tensor(&graph, 5, &m->initializer[i]);
	for (size_t i = 0; i < m->n_inputs; i++)
		put_value(&graph, 11, &m->input[i]);
	for (size_t i = 0; i < m->n_outputs; i++)
		put_value(&graph, 12, &m->output[i]);
	put_message(out, 7, &graph);
	for (size_t i = 0; i < m->n_opsets; i++) {
		buf_init(&part, out->cap);
		pb_put_text(&part, 1, m->opset[i].domain);
		pb_put_varint(&part, 2, (uint64_t)m->opset[i].version);
		put_message(out, 8, &part);
	}
	for (size_t i = 0; i < m->n_metas; i++) {
		buf_init(&part, out->cap);
		pb_put_text(&part, 1, m->meta[i].key);
		pb_put_bytes(&part, 2, m->meta[i].value.s,
		    m->meta[i].value.n);
		put_message(out, 14, &part);
	}
}

void
onnx_append_meta(struct buf *file, const char *key, const char *value,
    size_t n)
{
	struct buf part;

	buf_init(&part, BUF_CAP_DOC);
	pb_put_text(&part, 1, key);
	pb_put_bytes(&part, 2, value, n);
	put_message(file, 14, &part);
	buf_free(&part);
}
