/* The frame of a model's graph: inputs, outputs, metadata, names. */
#include "learn/emit.h"

#include <stdlib.h>
#include <string.h>

#include "codec/json.h"
#include "model/meta.h"
#include "onnx/build.h"

static const int64_t any_by_one[2] = { -1, 1 };

static void
meta_json(struct arena *a, struct onnx_model *m, const char *key,
    const struct json *j)
{
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	json_write(&b, j);
	onnx_add_meta(a, m, key, b.data, b.len);
	buf_free(&b);
}

static void
meta_text(struct arena *a, struct onnx_model *m, const char *key,
    const char *s)
{
	onnx_add_meta(a, m, key, s, strlen(s));
}

struct onnx_model *
emit_begin(struct arena *a, const struct frame *f, const char *learner)
{
	struct onnx_model *m = onnx_new(a, "mlv");
	struct json *columns = json_new(a, JSON_MAP);
	struct json *classes = json_new(a, JSON_LIST);

	onnx_set_opset(a, m, "", 17);
	onnx_set_opset(a, m, EMIT_ML, 3);
	for (size_t i = 0; i < f->n_features; i++) {
		const struct feature *x = &f->feature[i];

		onnx_add_input(a, m, x->name, x->category ? ONNX_TEXT :
		    ONNX_FLOAT, 2, any_by_one);
		json_add_text(a, columns, x->name, x->category ? "category" :
		    x->read_as == COL_FLOAT64 ? "number" :
		    col_type_name(x->read_as));
	}
	meta_text(a, m, META_TASK, task_name(f->task));
	meta_text(a, m, META_TARGET, f->target);
	meta_text(a, m, META_LEARNER, learner);
	meta_json(a, m, META_COLUMNS, columns);
	if (f->task == TASK_REGRESSION) {
		onnx_add_output(a, m, "prediction", ONNX_FLOAT, 2, any_by_one);
		return m;
	}
	for (size_t i = 0; i < f->n_classes; i++)
		json_add_text(a, classes, NULL, f->classes[i]);
	meta_json(a, m, META_CLASSES, classes);
	if (f->task == TASK_BINARY)
		meta_text(a, m, META_POSITIVE, f->classes[f->positive]);
	onnx_add_output(a, m, "label", ONNX_TEXT, 1, any_by_one);
	onnx_add_output(a, m, "probabilities", ONNX_FLOAT, 2,
	    (int64_t[]){ -1, (int64_t)f->n_classes });
	return m;
}

/* A name for a value inside the graph that no column has. */
const char *
emit_own(struct arena *a, const struct frame *f, const char *name)
{
	for (size_t i = 0; i < f->n_features; i++)
		if (strcmp(f->feature[i].name, name) == 0) {
			name = arena_printf(a, "%s_", name);
			i = SIZE_MAX;		/* once more from the first */
		}
	return name;
}

/* The same for a column's own steps: "hot_3". */
const char *
emit_own_of(struct arena *a, const struct frame *f, const char *stem, size_t i)
{
	return emit_own(a, f, arena_printf(a, "%s_%zu", stem, i));
}

struct text *
emit_texts(struct arena *a, const char *const *s, size_t n)
{
	struct text *t = arena_alloc(a, (n + 1) * sizeof(*t));

	for (size_t i = 0; i < n; i++)
		t[i] = (struct text){ s[i], strlen(s[i]) };
	return t;
}

/* One node with one input and one output. */
struct onnx_node *
emit_chain(struct arena *a, struct onnx_model *m, const char *domain,
    const char *op, const char *in, const char *out)
{
	struct onnx_node *n = onnx_add_node(a, m, domain, op, out);

	onnx_node_in(a, n, in);
	onnx_node_out(a, n, out);
	return n;
}

float *
emit_floats(struct arena *a, const double *v, size_t n, double sign)
{
	float *out = arena_alloc(a, (n + 1) * sizeof(*out));

	for (size_t i = 0; i < n; i++)
		out[i] = (float)(sign * v[i]);
	return out;
}
