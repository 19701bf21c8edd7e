/* Open Inference Protocol v2: answers, as JSON and bytes. */
#include "dialect/internal.h"

#include <string.h>

#include "base/num.h"
#include "dialect/raw_tensor.h"
#include "table/write.h"

static void
put_size(struct buf *out, size_t v)
{
	char text[NUM_TEXT_MAX];

	buf_add(out, text, num_print_u64(text, v));
}

/* Its values here, or their bytes into `raw`. */
static void
put_tensor(struct buf *out, struct buf *raw, const struct model_port *p,
    const struct column *col, size_t width, size_t rows)
{
	enum raw_type t = raw_type_of(p->elem);

	buf_adds(out, "{\"name\":");
	json_quote(out, p->name, strlen(p->name));
	buf_adds(out, ",\"datatype\":\"");
	buf_adds(out, raw_type_word(t));
	buf_adds(out, "\",\"shape\":[");
	put_size(out, rows);
	if (p->rank == 2) {
		buf_addc(out, ',');
		put_size(out, width);
	}
	if (raw) {
		size_t before = raw->len;

		raw_tensor_write(raw, col, width, rows, t);
		buf_adds(out, "],\"parameters\":{\"binary_data_size\":");
		put_size(out, raw->len - before);
		buf_adds(out, "}}");
		return;
	}
	buf_adds(out, "],\"data\":[");
	for (size_t k = 0; k < rows && !out->failed; k++)
		for (size_t w = 0; w < width; w++) {
			if (k || w)
				buf_addc(out, ',');
			json_write_cell(out, &col[w], k);
		}
	buf_adds(out, "]}");
}

static bool
goes_as_bytes(const struct dialect_request *r, size_t output)
{
	return r->as_bytes && r->as_bytes[output] ? r->as_bytes[output] > 0 :
	    r->all_as_bytes;
}

static void
put_outputs(struct buf *out, struct buf *raw, struct dialect_request *r,
    const struct table *answers)
{
	const struct version *v = r->session->version;
	const struct model *m = binding_model(v->binding);
	const struct binding_column *col;
	size_t n, at = 0;
	bool first = true;

	col = binding_columns(v->binding, &n);
	for (size_t i = 0; i < model_outputs(m); i++) {
		size_t width = 0;

		while (at + width < n && col[at + width].output == i)
			width++;
		if (r->outputs == NULL || r->outputs[i]) {
			bool bytes = goes_as_bytes(r, i);

			if (!first)
				buf_addc(out, ',');
			first = false;
			r->bytes |= bytes;
			put_tensor(out, bytes ? raw : NULL,
			    model_output(m, i), &answers->col[at], width,
			    answers->rows);
		}
		at += width;
	}
}

void
v2_write(struct buf *out, struct dialect_request *r,
    const struct table *answers)
{
	const struct version *v = r->session->version;
	struct buf raw;

	buf_init(&raw, BUF_CAP_DOC);
	buf_reserve(out, 512);
	buf_adds(out, "{\"model_name\":");
	json_quote(out, r->model, strlen(r->model));
	buf_adds(out, ",\"model_version\":\"");
	buf_adds(out, v->number);
	buf_addc(out, '"');
	if (r->id) {
		buf_adds(out, ",\"id\":");
		if (r->id_is_number)
			buf_add(out, r->id, r->n_id);
		else
			json_quote(out, r->id, r->n_id);
	}
	buf_adds(out, ",\"outputs\":[");
	put_outputs(out, &raw, r, answers);
	buf_adds(out, "]}");
	r->n_json = out->len;
	buf_add(out, raw.data, raw.len);
	out->failed |= raw.failed;
	out->starved |= raw.starved;
	buf_free(&raw);
}

static void
put_port(struct buf *out, const struct model_port *p, size_t width)
{
	buf_adds(out, "{\"name\":");
	json_quote(out, p->name, strlen(p->name));
	buf_addf(out, ",\"datatype\":\"%s\",\"shape\":[-1", raw_type_word(raw_type_of(p->elem)));
	if (p->rank != 1)
		buf_addf(out, ",%zu", width);
	buf_adds(out, "]}");
}

/* What a request must bring. */
static void
put_inputs(struct buf *out, const struct version *v)
{
	const struct model *m = binding_model(v->binding);
	const char *comma = "";

	for (size_t i = 0; v->filled && i < v->n_ports; i++) {
		const struct version_port *p = &v->port[i];
		const struct model_port as = { .name = p->name,
		    .elem = p->elem, .rank = 1 };

		if (p->filled)
			continue;
		buf_adds(out, comma);
		put_port(out, &as, 1);
		comma = ",";
	}
	for (size_t i = 0; !v->filled && i < model_inputs(m); i++) {
		const struct model_port *p = model_input(m, i);

		buf_adds(out, comma);
		put_port(out, p, p->rank == 2 && p->dim[1] > 0 ?
		    (size_t)p->dim[1] : 1);
		comma = ",";
	}
}

void
v2_refuse(struct buf *out, int status, const char *why)
{
	(void)status;
	buf_adds(out, "{\"error\":");
	json_quote(out, why, strlen(why));
	buf_adds(out, "}");
}

void
v2_describe(struct buf *out, const struct version *v,
    const char *const *others)
{
	const struct model *m = binding_model(v->binding);

	buf_adds(out, "{\"name\":");
	json_quote(out, v->name, strlen(v->name));
	buf_addf(out, ",\"versions\":[\"%s\"", v->number);
	for (size_t i = 0; others[i]; i++)
		buf_addf(out, ",\"%s\"", others[i]);
	buf_adds(out, "],\"platform\":\"onnx_onnxv1\",\"inputs\":[");
	put_inputs(out, v);
	buf_adds(out, "],\"outputs\":[");
	for (size_t i = 0; i < model_outputs(m); i++) {
		const struct model_port *p = model_output(m, i);

		if (i)
			buf_addc(out, ',');
		put_port(out, p, p->rank == 2 ? (size_t)p->dim[1] : 1);
	}
	buf_addf(out, "],\"parameters\":{\"digest\":\"%s\"}}", v->digest);
}

