/* What a model takes and gives, in MLflow's words. */
#include "ship/signature.h"

#include <math.h>
#include <string.h>

#include "base/num.h"
#include "engine/model.h"
#include "model/golden.h"
#include "model/meta.h"
#include "read/json_rows.h"
#include "table/table.h"

#define EXAMPLE_ROWS 5	/* MLflow keeps as many of a data frame's */

/* numpy's name of a type, as MLflow's tensor specs have it; NULL: none. */
static const char *
numpy_name(enum onnx_elem elem)
{
	switch (elem) {
	case ONNX_FLOAT:	return "float32";
	case ONNX_DOUBLE:	return "float64";
	case ONNX_FLOAT16:	return "float16";
	case ONNX_INT8:		return "int8";
	case ONNX_INT16:	return "int16";
	case ONNX_INT32:	return "int32";
	case ONNX_INT64:	return "int64";
	case ONNX_UINT8:	return "uint8";
	case ONNX_UINT16:	return "uint16";
	case ONNX_UINT32:	return "uint32";
	case ONNX_UINT64:	return "uint64";
	case ONNX_BOOL:		return "bool";
	case ONNX_TEXT:		return "object";
	default:		return NULL;
	}
}

/* Before IR 4 what is constant is listed among the inputs, too. */
static bool
is_asked(const struct onnx_model *m, const struct onnx_value *input)
{
	for (size_t i = 0; i < m->n_initializers; i++)
		if (strcmp(m->initializer[i].name, input->name) == 0)
			return false;
	return true;
}

static const struct onnx_value *
only_input(const struct onnx_model *m)
{
	const struct onnx_value *found = NULL;

	for (size_t i = 0; i < m->n_inputs; i++) {
		if (!is_asked(m, &m->input[i]))
			continue;
		if (found)
			return NULL;
		found = &m->input[i];
	}
	return found;
}

bool
signature_is_unnamed(const struct onnx_model *m)
{
	const struct onnx_value *v = only_input(m);

	return v && (v->rank > 2 || (v->rank == 2 && v->dim[1] != 1));
}

static bool
add_spec(struct arena *a, struct json *list, const struct onnx_value *v,
    const char *name)
{
	const char *type = numpy_name(v->elem);
	struct json *spec, *tensor, *shape;

	if (type == NULL || v->sequence || v->rank < 0)
		return false;
	spec = json_add_map(a, list, NULL);
	if (name)
		json_add_text(a, spec, "name", name);
	json_add_text(a, spec, "type", "tensor");
	tensor = json_add_map(a, spec, "tensor-spec");
	json_add_text(a, tensor, "dtype", type);
	shape = json_add_list(a, tensor, "shape");
	for (int i = 0; i < v->rank; i++)
		json_add_int(a, shape, NULL, v->dim[i]);
	return true;
}

/* How many columns one matrix takes that says no width itself. */
static int64_t
count_features(struct arena *a, const struct onnx_model *m)
{
	const char *text = onnx_find_meta(m, META_FEATURES);
	struct json *list;
	struct err ignored;

	if (text == NULL ||
	    json_parse(&list, a, text, strlen(text), 0, &ignored) < 0 ||
	    list->type != JSON_LIST || list->n == 0)
		return -1;
	return (int64_t)list->n;
}

/* MLflow wants JSON as a text within its YAML. */
static void
add_json_text(struct arena *a, struct json *to, const char *key,
    const struct json *value)
{
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	json_write(&b, value);
	json_add_textn(a, to, key, b.data, b.len);
	buf_free(&b);
}

struct json *
signature_of(struct arena *a, const struct onnx_model *m)
{
	struct json *signature = json_new(a, JSON_MAP);
	struct json *in = json_new(a, JSON_LIST), *out = json_new(a, JSON_LIST);
	bool unnamed = signature_is_unnamed(m), said = true;

	for (size_t i = 0; i < m->n_inputs; i++) {
		struct onnx_value v = m->input[i];

		if (!is_asked(m, &v))
			continue;
		if (unnamed && v.rank == 2 && v.dim[1] < 0)
			v.dim[1] = count_features(a, m);
		if (!add_spec(a, in, &v, unnamed ? NULL : v.name))
			return NULL;
	}
	for (size_t i = 0; i < m->n_outputs; i++)
		said = said && add_spec(a, out, &m->output[i],
		    m->output[i].name);
	add_json_text(a, signature, "inputs", in);
	if (said)
		add_json_text(a, signature, "outputs", out);
	else
		json_add_null(a, signature, "outputs");
	json_add_null(a, signature, "params");
	return signature;
}

/* ---- an example ---- */

static void
write_value(struct buf *out, const struct column *c, size_t row,
    enum onnx_elem elem)
{
	char room[COLUMN_PRINT_MAX];
	const char *s;
	size_t n = 0;
	double d;

	switch (elem) {
	case ONNX_TEXT:
		s = column_print(c, row, room, &n);
		json_quote(out, s ? s : "", s ? n : 0);
		break;
	case ONNX_FLOAT:
	case ONNX_DOUBLE:
		d = column_number(c, row);
		if (isnan(d))
			buf_adds(out, "NaN");
		else if (isinf(d))
			buf_adds(out, d < 0 ? "-Infinity" : "Infinity");
		else
			buf_add(out, room, num_print_f64(room, d));
		break;
	case ONNX_BOOL:
		buf_adds(out, column_number(c, row) != 0 ? "true" : "false");
		break;
	default:
		s = column_print(c, row, room, &n);
		buf_add(out, s ? s : "0", s ? n : 1);
		break;
	}
}

/* The rows of one input: "[[1.5],[2]]", or "[1.5,2]" where it has rank 1. */
static void
write_rows(struct buf *out, const struct binding *b, const struct table *block,
    size_t rows, size_t input)
{
	const struct model_port *port = model_input(binding_model(b), input);
	bool nested = port->rank != 1;
	size_t n_wants, at, place;

	(void)binding_wants(b, &n_wants);
	buf_addc(out, '[');
	for (size_t i = 0; i < rows; i++) {
		bool first = true;

		buf_adds(out, i ? (nested ? ",[" : ",") : nested ? "[" : "");
		/* wanted columns stand in the order of their places */
		for (size_t k = 0; k < n_wants; k++) {
			binding_port(b, k, &at, &place);
			if (at != input)
				continue;
			if (!first)
				buf_addc(out, ',');
			first = false;
			write_value(out, &block->col[k], i, port->elem);
		}
		if (nested)
			buf_addc(out, ']');
	}
	buf_addc(out, ']');
}

int
signature_example(struct buf *out, size_t *rows, const struct binding *b,
    const struct onnx_model *m, struct err *e)
{
	const struct model *model = binding_model(b);
	struct json_rows *golden;
	const struct table *block;

	*rows = 0;
	if (golden_asked(&golden, b, e) < 0)
		return -1;
	if (golden == NULL)
		return 0;
	block = json_rows_block(golden);
	*rows = block->rows < EXAMPLE_ROWS ? block->rows : EXAMPLE_ROWS;
	if (signature_is_unnamed(m)) {
		write_rows(out, b, block, *rows, 0);
	} else {
		buf_addc(out, '{');
		for (size_t i = 0; i < model_inputs(model); i++) {
			const char *name = model_input(model, i)->name;

			if (i)
				buf_addc(out, ',');
			json_quote(out, name, strlen(name));
			buf_addc(out, ':');
			write_rows(out, b, block, *rows, i);
		}
		buf_addc(out, '}');
	}
	json_rows_free(golden);
	return buf_check(out, e);
}
