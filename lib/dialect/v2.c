/* Open Inference Protocol v2: tensors by name, as JSON. */
#include "dialect/dialect.h"

#include <string.h>

#include "base/num.h"
#include "read/stream.h"
#include "table/column_set.h"
#include "table/write.h"

static const char *
datatype_of(enum onnx_elem e)
{
	switch (e) {
	case ONNX_FLOAT:
		return "FP32";
	case ONNX_DOUBLE:
		return "FP64";
	case ONNX_INT64:
		return "INT64";
	case ONNX_INT32:
		return "INT32";
	case ONNX_BOOL:
		return "BOOL";
	case ONNX_TEXT:
		return "BYTES";
	default:
		return "INT64";
	}
}

/* --- reading -------------------------------------------------------------- */

struct v2_reader {
	struct dialect_request *r;
	struct session *session;
	const struct version *version;
	size_t n;			/* bytes of the body */
	size_t rows;			/* 0: not known yet */
	size_t next;			/* the input that probably comes next */
	bool *seen;			/* by input */
};

/* What the protocol's datatypes say of a value in JSON. */
enum v2_kind { KIND_NONE, KIND_BOOL, KIND_WHOLE, KIND_NUMBER, KIND_TEXT };

/* One element of "inputs"; its members come in any order. */
struct v2_input {
	const struct version_port *port;	/* NULL: not one we take */
	bool named, shaped, filled;
	enum v2_kind kind;
	int rank;
	int64_t dim[2];
	const char *data;		/* seen before the others */
	size_t n_data;
};

/* The usual client sends the inputs in the model's order. */
static const struct version_port *
find_port(struct v2_reader *g, const char *name, size_t n)
{
	const struct version *v = g->version;

	for (size_t i = 0; i < v->n_ports; i++) {
		size_t k = g->next + i;
		const struct version_port *p;

		p = &v->port[k < v->n_ports ? k : k - v->n_ports];
		if (p->n == n && memcmp(p->name, name, n) == 0) {
			g->next = (size_t)(p - v->port) + 1;
			if (g->next == v->n_ports)
				g->next = 0;
			return p;
		}
	}
	return NULL;
}

static int
read_name(struct v2_reader *g, struct v2_input *in, struct json_pull *p,
    struct err *e)
{
	enum json_token t = json_pull(p, e);

	if (t == JSON_BAD)
		return -1;
	if (t != JSON_T_TEXT || in->named)
		return err_set(e, ERR_FORMAT, "an input has one name, a text");
	in->named = true;
	in->port = find_port(g, p->s, p->n);
	if (in->port == NULL)
		return 0;
	if (g->seen[in->port - g->version->port])
		return err_set(e, ERR_FORMAT, "input '%s' is there twice",
		    in->port->name);
	g->seen[in->port - g->version->port] = true;
	return 0;
}

static int
read_shape(struct v2_input *in, struct json_pull *p, struct err *e)
{
	enum json_token t = json_pull(p, e);

	in->rank = 0;
	in->shaped = true;
	if (t != JSON_T_LIST)
		return t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT, "a shape is "
		    "a list");
	while ((t = json_pull(p, e)) == JSON_T_NUM && p->is_int && p->i >= 0) {
		if (in->rank < 2)
			in->dim[in->rank] = p->i;
		in->rank++;
	}
	if (t != JSON_T_LIST_END)
		return t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT, "a shape is "
		    "a list of sizes");
	return 0;
}

static int
read_datatype(struct v2_input *in, struct json_pull *p, struct err *e)
{
	static const struct {
		const char *word;
		enum v2_kind kind;
	} all[] = {
		{ "FP32", KIND_NUMBER }, { "BYTES", KIND_TEXT },
		{ "FP64", KIND_NUMBER }, { "INT64", KIND_WHOLE },
		{ "BOOL", KIND_BOOL }, { "INT32", KIND_WHOLE },
		{ "FP16", KIND_NUMBER }, { "BF16", KIND_NUMBER },
		{ "INT8", KIND_WHOLE }, { "INT16", KIND_WHOLE },
		{ "UINT8", KIND_WHOLE }, { "UINT16", KIND_WHOLE },
		{ "UINT32", KIND_WHOLE }, { "UINT64", KIND_WHOLE },
	};
	enum json_token t = json_pull(p, e);

	if (t == JSON_BAD)
		return -1;
	if (in->kind != KIND_NONE)
		return err_set(e, ERR_FORMAT, "an input has one datatype");
	for (size_t i = 0; t == JSON_T_TEXT && i < sizeof(all) / sizeof(*all);
	    i++)
		if (json_pull_is(p, all[i].word))
			in->kind = all[i].kind;
	return in->kind != KIND_NONE ? 0 : err_set(e, ERR_FORMAT, "a datatype "
	    "is BOOL, INT8 to INT64, UINT8 to UINT64, FP16, FP32, FP64 or "
	    "BYTES");
}

/* Texts are no numbers; a date is sent as either. */
static int
check_datatype(const struct v2_reader *g, const struct v2_input *in,
    struct err *e)
{
	enum col_type t = g->session->block->col[in->port->first].type;

	if (t == COL_DATETIME || in->port->key || col_type_is_text(t) ==
	    (in->kind == KIND_TEXT))
		return 0;
	return err_set(e, ERR_FORMAT, "input '%s' takes the datatype %s",
	    in->port->name, datatype_of(in->port->elem));
}

/* Name and shape are known: is there a place for it? */
static int
check_shape(struct v2_reader *g, const struct v2_input *in, struct err *e)
{
	const struct version_port *port = in->port;
	size_t rows;
	bool fits = in->rank == 1 ? port->width == 1 : in->rank == 2 &&
	    in->dim[1] == (int64_t)port->width;

	if (port->width == 0 || !fits)
		return err_set(e, ERR_FORMAT, "input '%s': the shape must be "
		    "[n, %zu]", port->name, port->width);
	if (in->dim[0] == 0)
		return err_set(e, ERR_FORMAT, "no rows came");
	/* a value is a byte at least: room is made for what can have come */
	if (in->dim[0] > DIALECT_ROWS_MAX || (size_t)in->dim[0] * port->width >
	    g->n)
		return err_set(e, ERR_FORMAT, "input '%s': the shape says more "
		    "values than came", port->name);
	rows = (size_t)in->dim[0];
	if (g->rows == 0) {
		g->rows = rows;
		return session_set_rows(g->session, rows, e);
	}
	if (rows != g->rows)
		return err_set(e, ERR_FORMAT, "input '%s' has %zu rows, others "
		    "have %zu", port->name, rows, g->rows);
	return 0;
}

/* Data nested or flat, in row-major order. */
static int
fill_columns(struct v2_reader *g, struct v2_input *in, struct json_pull *p,
    struct err *e)
{
	const struct version_port *port = in->port;
	struct column *col = &g->session->block->col[port->first];
	size_t row = 0, k = 0, came = 0;
	enum json_token t;
	int depth = 0;

	in->filled = true;
	do {
		t = json_pull(p, e);
		if (t == JSON_BAD)
			return -1;
		if (t == JSON_T_LIST && depth < 4) {
			depth++;
			continue;
		}
		if (t == JSON_T_LIST_END) {
			depth--;
			continue;
		}
		if (depth == 0)
			return err_set(e, ERR_FORMAT, "data is a list");
		if (row == g->rows)
			return err_set(e, ERR_FORMAT, "more values than the "
			    "shape has room for");
		if (in->kind == KIND_WHOLE && t == JSON_T_NUM && !p->is_int &&
		    p->d != floor(p->d))
			return err_set(e, ERR_FORMAT, "%.*s is no whole "
			    "number", p->n > 40 ? 40 : (int)p->n, p->s);
		if (column_set_token(&col[k], row, t, p, e) < 0)
			return -1;
		came++;
		if (++k == port->width) {
			k = 0;
			row++;
		}
	} while (depth > 0);
	if (row != g->rows)
		return err_set(e, ERR_FORMAT, "%zu values came, the shape says "
		    "%zu", came, g->rows * port->width);
	return 0;
}

/* Data where the pull reader stands. */
static int
read_data(struct v2_reader *g, struct v2_input *in, struct json_pull *p,
    struct err *e)
{
	if (check_shape(g, in, e) < 0 || check_datatype(g, in, e) < 0)
		return -1;
	return fill_columns(g, in, p, e) < 0 ? err_wrap(e, "input '%s'",
	    in->port->name) : 0;
}

/* Name, datatype or shape came after the data. */
static int
read_late_data(struct v2_reader *g, struct v2_input *in, struct err *e)
{
	struct json_pull p;
	int r;

	if (in->port == NULL || in->filled)
		return 0;
	if (!in->shaped || in->kind == KIND_NONE || in->data == NULL)
		return err_set(e, ERR_FORMAT, "input '%s' has no %s",
		    in->port->name, !in->shaped ? "shape" : in->kind ==
		    KIND_NONE ? "datatype" : "data");
	json_pull_init(&p, in->data, in->n_data, JSON_NAN);
	r = read_data(g, in, &p, e);
	json_pull_free(&p);
	return r;
}

static int
read_data_member(struct v2_reader *g, struct v2_input *in, struct json_pull *p,
    struct err *e)
{
	if (in->filled || in->data)
		return err_set(e, ERR_FORMAT, "an input has one data");
	if (in->port && in->shaped && in->kind != KIND_NONE)
		return read_data(g, in, p, e);
	(void)json_peek(p, &in->data);
	if (json_pull_skip(p, e) < 0)
		return -1;
	in->n_data = (size_t)(p->at - in->data);
	return 0;
}

static int
read_input(struct v2_reader *g, struct json_pull *p, struct err *e)
{
	struct v2_input in = { 0 };
	enum json_token t;
	int r = 0;

	while (r == 0 && (t = json_pull(p, e)) == JSON_KEY) {
		if (json_pull_is(p, "name"))
			r = read_name(g, &in, p, e);
		else if (json_pull_is(p, "shape") && !in.shaped)
			r = read_shape(&in, p, e);
		else if (json_pull_is(p, "shape"))
			r = err_set(e, ERR_FORMAT, "an input has one shape");
		else if (json_pull_is(p, "datatype"))
			r = read_datatype(&in, p, e);
		else if (json_pull_is(p, "data"))
			r = read_data_member(g, &in, p, e);
		else
			r = json_pull_skip(p, e);
	}
	if (r < 0 || t == JSON_BAD)
		return -1;
	if (!in.named)
		return err_set(e, ERR_FORMAT, "an input has no name");
	return read_late_data(g, &in, e);
}

static int
read_inputs(struct v2_reader *g, struct json_pull *p, struct err *e)
{
	enum json_token t = json_pull(p, e);

	if (t != JSON_T_LIST)
		return t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT, "inputs is "
		    "a list");
	while ((t = json_pull(p, e)) == JSON_T_MAP)
		if (read_input(g, p, e) < 0)
			return -1;
	if (t != JSON_T_LIST_END)
		return t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT, "an input "
		    "is an object");
	return 0;
}

static int
mark_output(struct v2_reader *g, const char *name, size_t n, struct err *e)
{
	const struct model *m = binding_model(g->version->binding);
	bool *mark = g->session->mark;

	if (g->r->outputs == NULL)
		memset(mark, 0, model_outputs(m) * sizeof(*mark));
	g->r->outputs = mark;
	for (size_t i = 0; i < model_outputs(m); i++)
		if (strlen(model_output(m, i)->name) == n &&
		    memcmp(model_output(m, i)->name, name, n) == 0) {
			mark[i] = true;
			return 0;
		}
	return err_set(e, ERR_FORMAT, "no output '%.*s'", n > 200 ? 200 :
	    (int)n, name);
}

static int
read_outputs(struct v2_reader *g, struct json_pull *p, struct err *e)
{
	enum json_token t = json_pull(p, e);

	if (t != JSON_T_LIST)
		return t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT, "outputs is "
		    "a list");
	while ((t = json_pull(p, e)) == JSON_T_MAP) {
		while ((t = json_pull(p, e)) == JSON_KEY) {
			if (!json_pull_is(p, "name")) {
				if (json_pull_skip(p, e) < 0)
					return -1;
				continue;
			}
			t = json_pull(p, e);
			if (t == JSON_BAD)
				return -1;
			if (t != JSON_T_TEXT)
				return err_set(e, ERR_FORMAT, "an output's "
				    "name is a text");
			if (mark_output(g, p->s, p->n, e) < 0)
				return -1;
		}
		if (t == JSON_BAD)
			return -1;
	}
	if (t != JSON_T_LIST_END)
		return t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT, "an output "
		    "is an object");
	return 0;
}

/* A text or a number is echoed as it came; null is no id. */
static int
read_id(struct v2_reader *g, struct json_pull *p, struct err *e)
{
	struct dialect_request *r = g->r;
	struct buf *id = &g->session->id;
	enum json_token t = json_pull(p, e);

	if (t == JSON_BAD)
		return -1;
	if (t == JSON_T_NULL)
		return 0;
	if (t != JSON_T_TEXT && (t != JSON_T_NUM || !isfinite(p->d)))
		return err_set(e, ERR_FORMAT, "an id is a text");
	if (p->n > DIALECT_ID_MAX)
		return err_set(e, ERR_FORMAT, "the id is longer than %d bytes",
		    DIALECT_ID_MAX);
	if (memchr(p->s, '\0', p->n))
		return err_set(e, ERR_FORMAT, "the id holds a NUL");
	buf_clear(id);
	buf_add(id, p->s, p->n);
	r->id_is_number = t == JSON_T_NUM;
	r->id = id->data;
	r->n_id = id->len;
	return 0;
}

static int
read_request(struct v2_reader *g, struct json_pull *p, struct err *e)
{
	enum { ID = 1, INPUTS = 2, OUTPUTS = 4 };
	enum json_token t = json_pull(p, e);
	int given = 0, r = 0;

	if (t != JSON_T_MAP)
		return t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT, "a request "
		    "is a JSON object");
	while (r == 0 && (t = json_pull(p, e)) == JSON_KEY) {
		int which = json_pull_is(p, "inputs") ? INPUTS :
		    json_pull_is(p, "id") ? ID :
		    json_pull_is(p, "outputs") ? OUTPUTS : 0;

		if (which & given)
			return err_set(e, ERR_FORMAT, "'%s' is there twice",
			    which == INPUTS ? "inputs" : which == ID ? "id" :
			    "outputs");
		given |= which;
		r = which == INPUTS ? read_inputs(g, p, e) : which == ID ?
		    read_id(g, p, e) : which == OUTPUTS ?
		    read_outputs(g, p, e) : json_pull_skip(p, e);
	}
	if (r < 0 || t == JSON_BAD || json_pull(p, e) == JSON_BAD)
		return -1;
	if (!(given & INPUTS))
		return err_set(e, ERR_FORMAT, "the request has no inputs");
	return 0;
}

static int
v2_read(struct dialect_request *r, const struct dialect_body *b,
    struct err *e)
{
	bool few[64] = { false };
	struct session *s = r->session;
	const struct version *v = s->version;
	struct v2_reader g = { .r = r, .session = s, .version = v, .n = b->n };
	struct json_pull p;
	int got;

	g.seen = v->n_ports <= 64 ? few : arena_alloc(&s->arena, v->n_ports *
	    sizeof(*g.seen));
	json_pull_init(&p, b->data, b->n, JSON_NAN);
	got = read_request(&g, &p, e);
	json_pull_free(&p);
	if (got < 0)
		return -1;
	for (size_t i = 0; i < v->n_ports; i++)
		if (!g.seen[i] && !v->port[i].filled)
			return err_set(e, ERR_FORMAT, "input '%s' is missing",
			    v->port[i].name);
	r->block = s->block;
	return 0;
}

/* Reads to the outermost "id" and no further. */
static const char *
v2_find_id(const char *body, size_t n, struct arena *a)
{
	struct json_pull p;
	struct err ignored;
	const char *id = NULL;
	enum json_token t;

	json_pull_init(&p, body, n, JSON_NAN);
	t = json_pull(&p, &ignored);
	while (t == JSON_T_MAP || t == JSON_KEY) {
		t = json_pull(&p, &ignored);
		if (t != JSON_KEY)
			break;
		if (json_pull_is(&p, "id")) {
			t = json_pull(&p, &ignored);
			if (t == JSON_T_TEXT || t == JSON_T_NUM)
				id = arena_strndup(a, p.s, p.n);
			break;
		}
		if (json_pull_skip(&p, &ignored) < 0)
			break;
	}
	json_pull_free(&p);
	return id;
}

static int
v2_check_headers(const struct http_request *http, struct err *e)
{
	if (http_header(http, "Inference-Header-Content-Length") == NULL)
		return 0;
	return err_set(e, ERR_UNSUPPORTED, "binary tensors are not spoken "
	    "here: send JSON alone (tritonclient: binary_data=False)");
}

/* --- writing -------------------------------------------------------------- */

static void
put_size(struct buf *out, size_t v)
{
	char text[NUM_TEXT_MAX];

	buf_add(out, text, num_print_u64(text, v));
}

static void
put_tensor(struct buf *out, const struct model_port *p,
    const struct column *col, size_t width, size_t rows)
{
	buf_adds(out, "{\"name\":");
	json_quote(out, p->name, strlen(p->name));
	buf_adds(out, ",\"datatype\":\"");
	buf_adds(out, datatype_of(p->elem));
	buf_adds(out, "\",\"shape\":[");
	put_size(out, rows);
	if (p->rank == 2) {
		buf_addc(out, ',');
		put_size(out, width);
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

static void
v2_write(struct buf *out, const struct dialect_request *r,
    const struct table *answers)
{
	const struct version *v = r->session->version;
	const struct model *m = binding_model(v->binding);
	const struct binding_column *col;
	size_t n, at = 0;
	bool first = true;

	col = binding_columns(v->binding, &n);
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
	for (size_t i = 0; i < model_outputs(m); i++) {
		size_t width = 0;

		while (at + width < n && col[at + width].output == i)
			width++;
		if (r->outputs == NULL || r->outputs[i]) {
			if (!first)
				buf_addc(out, ',');
			first = false;
			put_tensor(out, model_output(m, i), &answers->col[at],
			    width, answers->rows);
		}
		at += width;
	}
	buf_adds(out, "]}");
}

static void
put_port(struct buf *out, const struct model_port *p, size_t width)
{
	buf_adds(out, "{\"name\":");
	json_quote(out, p->name, strlen(p->name));
	buf_addf(out, ",\"datatype\":\"%s\",\"shape\":[-1", datatype_of(p->elem));
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

static void
v2_refuse(struct buf *out, int status, const char *why)
{
	(void)status;
	buf_adds(out, "{\"error\":");
	json_quote(out, why, strlen(why));
	buf_adds(out, "}");
}

static void
v2_describe(struct buf *out, const struct version *v, const char *other)
{
	const struct model *m = binding_model(v->binding);

	buf_adds(out, "{\"name\":");
	json_quote(out, v->name, strlen(v->name));
	buf_addf(out, ",\"versions\":[\"%s\"", v->number);
	if (other)
		buf_addf(out, ",\"%s\"", other);
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

const struct dialect dialect_v2 = {
	.name = "v2",
	.check_headers = v2_check_headers,
	.find_id = v2_find_id,
	.read = v2_read,
	.write = v2_write,
	.refuse = v2_refuse,
	.describe = v2_describe,
};
