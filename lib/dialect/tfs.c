/* TensorFlow Serving's REST, as KServe's version 1 and Vertex AI speak it, too:
 * predict in rows or columns, classify, regress. */
#include "dialect/internal.h"

#include <string.h>

#include "dialect/rows.h"
#include "table/write.h"

#define SIGNATURE "serving_default"

/* --- rows ----------------------------------------------------------------- */

/* The members of an object that are columns, behind its brace, into the last
 * row; those that were seen before are passed over where `fill`. */
static int
read_members(struct rows_reader *g, struct json_pull *p, bool fill,
    struct err *e)
{
	const char *port = g->session->version->port[0].name;
	size_t row = g->block->rows - 1, guess = 0;
	enum json_token t;

	while ((t = json_pull(p, e)) == JSON_KEY) {
		size_t k = g->by_place ? ROWS_NO_COLUMN :
		    rows_find_want(g, p->s, p->n, guess);

		if (g->by_place && json_pull_is(p, port) && !g->seen[0]) {
			memset(g->seen, 1, g->n_wants * sizeof(*g->seen));
			if (rows_expect(p, JSON_T_LIST, "a matrix's row is a "
			    "list", e) < 0 ||
			    rows_read_row(g, p, NULL, g->n_wants, e) < 0)
				return -1;
			continue;
		}
		if (k == ROWS_NO_COLUMN || (fill && g->seen[k])) {
			if (json_pull_skip(p, e) < 0)
				return -1;
			continue;
		}
		guess = k + 1;
		if (rows_mark_seen(g, k, e) < 0 ||
		    rows_set_value(g, p, json_pull(p, e), k, row, e) < 0)
			return -1;
	}
	return t == JSON_BAD ? -1 : 0;
}

static int
begin_row(struct rows_reader *g, struct err *e)
{
	memset(g->seen, 0, g->n_wants * sizeof(*g->seen));
	return rows_add(g, e);
}

/* {"b64":"..."} where a row is one text. */
static bool
is_bare_text(const struct rows_reader *g, const struct json_pull *p)
{
	const char *at;

	return g->n_wants == 1 && json_peek(p, &at) == '"' &&
	    p->end - at > 5 && memcmp(at, "\"b64\"", 5) == 0;
}

/* An instance whose first token was read: an object of columns, a list of all
 * of them, or the value of the only one. */
static int
read_instance(struct rows_reader *g, struct json_pull *p, enum json_token t,
    struct err *e)
{
	if (begin_row(g, e) < 0)
		return -1;
	if (t == JSON_T_MAP && !is_bare_text(g, p))
		return read_members(g, p, false, e) < 0 ? -1 :
		    rows_check_all_seen(g, e);
	if (rows_need_names(g, e) < 0)
		return -1;
	if (t == JSON_T_LIST)
		return rows_read_row(g, p, NULL, g->n_wants, e);
	if (g->n_wants != 1)
		return err_set(e, ERR_FORMAT, "it is one value, the model takes "
		    "%zu", g->n_wants);
	return rows_set_value(g, p, t, 0, g->block->rows - 1, e);
}

static int
read_instances(struct rows_reader *g, struct json_pull *p, const char *what,
    struct err *e)
{
	enum json_token t = json_pull(p, e);

	if (t != JSON_T_LIST)
		return t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT, "%s is a "
		    "list of rows", what);
	while ((t = json_pull(p, e)) != JSON_T_LIST_END) {
		if (t == JSON_BAD)
			return -1;
		if (read_instance(g, p, t, e) < 0)
			return err_wrap(e, "%s: row %zu", what, g->block->rows);
	}
	g->r->block = g->block;
	return g->block->rows ? 0 : rows_none(e);
}

/* One tensor, or tensors by name. */
static int
read_inputs(struct rows_reader *g, struct json_pull *p, struct err *e)
{
	const char *at;

	g->r->columnar = true;
	if (json_peek(p, &at) != '{')
		return read_instances(g, p, "inputs", e);
	if (json_pull(p, e) != JSON_T_MAP)
		return -1;
	return rows_read_columns(g, p, e);
}

/* --- predict -------------------------------------------------------------- */

/* There is one signature, whatever the model was made by. */
static int
read_signature(struct json_pull *p, struct err *e)
{
	enum json_token t = json_pull(p, e);

	if (t == JSON_BAD)
		return -1;
	if (t != JSON_T_TEXT)
		return err_set(e, ERR_FORMAT, "signature_name is a text");
	if (p->n == 0 || json_pull_is(p, SIGNATURE))
		return 0;
	return err_set(e, ERR_FORMAT, "no signature_name '%.*s': the model has "
	    SIGNATURE, p->n > 100 ? 100 : (int)p->n, p->s);
}

static int
read_predict(struct rows_reader *g, struct json_pull *p, struct err *e)
{
	enum json_token t;
	int given = 0, r = 0;

	if (rows_expect(p, JSON_T_MAP, "a request is a JSON object", e) < 0)
		return -1;
	while (r == 0 && (t = json_pull(p, e)) == JSON_KEY) {
		bool rows = json_pull_is(p, "instances");
		bool columns = json_pull_is(p, "inputs");

		given += rows || columns;
		if (given > 1)
			break;
		r = rows ? read_instances(g, p, "instances", e) : columns ?
		    read_inputs(g, p, e) : json_pull_is(p, "signature_name") ?
		    read_signature(p, e) : json_pull_skip(p, e);
	}
	if (r < 0 || (given < 2 && (t == JSON_BAD || json_pull(p, e) ==
	    JSON_BAD)))
		return -1;
	return given == 1 ? 0 : err_set(e, ERR_FORMAT, "the request must hold "
	    "exactly one of instances and inputs");
}

static int
read_with(struct dialect_request *r, const struct dialect_body *b,
    int (*read)(struct rows_reader *g, struct json_pull *p, struct err *e),
    struct err *e)
{
	struct rows_reader g;
	struct json_pull p;
	int got;

	if (rows_init(&g, r, e) < 0)
		return -1;
	g.b64 = true;
	json_pull_init(&p, b->data, b->n, JSON_NAN);
	got = read(&g, &p, e);
	json_pull_free(&p);
	return got;
}

static int
tfs_read(struct dialect_request *r, const struct dialect_body *b,
    struct err *e)
{
	return read_with(r, b, read_predict, e);
}

/* --- examples ------------------------------------------------------------- */

/* The members of a context are those of every example that does not have
 * them itself. */
static int
fill_from_context(struct rows_reader *g, const char *s, size_t n,
    struct err *e)
{
	struct json_pull p;
	int r;

	if (s == NULL)
		return 0;
	json_pull_init(&p, s, n, JSON_NAN);
	r = rows_expect(&p, JSON_T_MAP, "context is an object", e);
	if (r == 0)
		r = read_members(g, &p, true, e);
	json_pull_free(&p);
	return r;
}

static int
read_example_list(struct rows_reader *g, const char *s, size_t n,
    const char *context, size_t n_context, struct err *e)
{
	enum json_token t;
	struct json_pull p;
	int r;

	json_pull_init(&p, s, n, JSON_NAN);
	r = rows_expect(&p, JSON_T_LIST, "examples is a list", e);
	while (r == 0 && (t = json_pull(&p, e)) == JSON_T_MAP) {
		if (begin_row(g, e) < 0 || read_members(g, &p, false, e) < 0 ||
		    fill_from_context(g, context, n_context, e) < 0 ||
		    rows_check_all_seen(g, e) < 0)
			r = err_wrap(e, "examples: row %zu", g->block->rows);
	}
	if (r == 0 && t != JSON_T_LIST_END)
		r = t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT, "an example is "
		    "an object");
	json_pull_free(&p);
	g->r->block = g->block;
	return r < 0 || g->block->rows ? r : rows_none(e);
}

/* Where a member's value lies, which is read later. */
static int
note_value(struct json_pull *p, const char **s, size_t *n, const char *what,
    struct err *e)
{
	if (*s)
		return err_set(e, ERR_FORMAT, "'%s' is there twice", what);
	(void)json_peek(p, s);
	if (json_pull_skip(p, e) < 0)
		return -1;
	*n = (size_t)(p->at - *s);
	return 0;
}

static int
read_examples(struct rows_reader *g, struct json_pull *p, struct err *e)
{
	const char *examples = NULL, *context = NULL;
	size_t n_examples = 0, n_context = 0;
	enum json_token t;
	int r = 0;

	if (rows_expect(p, JSON_T_MAP, "a request is a JSON object", e) < 0)
		return -1;
	while (r == 0 && (t = json_pull(p, e)) == JSON_KEY)
		r = json_pull_is(p, "examples") ? note_value(p, &examples,
		    &n_examples, "examples", e) : json_pull_is(p, "context") ?
		    note_value(p, &context, &n_context, "context", e) :
		    json_pull_is(p, "signature_name") ? read_signature(p, e) :
		    json_pull_skip(p, e);
	if (r < 0 || t == JSON_BAD || json_pull(p, e) == JSON_BAD)
		return -1;
	if (examples == NULL)
		return err_set(e, ERR_FORMAT, "the request has no examples");
	return read_example_list(g, examples, n_examples, context, n_context,
	    e);
}

/* The answers that are classes, or that are the only number: columns [*from,
 * *to); false when the model has none. */
static bool
find_classes(const struct version *v, size_t *from, size_t *to)
{
	size_t n;
	const struct binding_column *col = binding_columns(v->binding, &n);

	for (*from = 0; *from < n && col[*from].class_name == NULL; ++*from)
		continue;
	for (*to = *from; *to < n && col[*to].class_name &&
	    col[*to].output == col[*from].output; ++*to)
		continue;
	return *from < n;
}

static bool
find_regression(const struct version *v, size_t *at)
{
	size_t n, from, to;
	const struct binding_column *col = binding_columns(v->binding, &n);

	*at = 0;
	return n == 1 && !col_type_is_text(col[0].type) &&
	    !find_classes(v, &from, &to);
}

static int
classify_read(struct dialect_request *r, const struct dialect_body *b,
    struct err *e)
{
	size_t from, to;

	if (!find_classes(r->session->version, &from, &to))
		return err_set(e, ERR_UNSUPPORTED, "the model has no classes: ask "
		    "for :predict or :regress");
	return read_with(r, b, read_examples, e);
}

static int
regress_read(struct dialect_request *r, const struct dialect_body *b,
    struct err *e)
{
	size_t at;

	if (!find_regression(r->session->version, &at))
		return err_set(e, ERR_UNSUPPORTED, "the model answers with other "
		    "things than one number: ask for :predict or :classify");
	return read_with(r, b, read_examples, e);
}

/* --- answers -------------------------------------------------------------- */

/* An output's columns lie beside each other. */
struct output {
	const struct model_port *port;
	const struct column *col;	/* (width) */
	size_t width;
};

/* Bytes as base64 where the output's name says that it is bytes. */
static void
put_base64(struct buf *out, const struct column *c, size_t row)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = 0;
	const char *s = column_text(c, row, &n);

	buf_adds(out, "{\"b64\":\"");
	for (size_t i = 0; i < n; i += 3) {
		uint32_t bits = (uint32_t)(unsigned char)s[i] << 16;

		if (i + 1 < n)
			bits |= (uint32_t)(unsigned char)s[i + 1] << 8;
		if (i + 2 < n)
			bits |= (unsigned char)s[i + 2];
		for (int k = 0; k < 4; k++)
			buf_addc(out, i + (size_t)k > n ? '=' :
			    digits[bits >> (18 - 6 * k) & 63]);
	}
	buf_adds(out, "\"}");
}

static bool
is_bytes(const struct output *o)
{
	size_t n = strlen(o->port->name);

	return o->port->elem == ONNX_TEXT && n > 6 &&
	    strcmp(o->port->name + n - 6, "_bytes") == 0;
}

/* The part of an output that is one row's. */
static void
put_row(struct buf *out, const struct output *o, size_t row)
{
	bool list = o->port->rank > 1;

	if (list)
		buf_addc(out, '[');
	for (size_t k = 0; k < o->width; k++) {
		if (k)
			buf_addc(out, ',');
		if (is_bytes(o))
			put_base64(out, &o->col[k], row);
		else
			json_write_cell(out, &o->col[k], row);
	}
	if (list)
		buf_addc(out, ']');
}

/* (model_outputs) in the session's arena. */
static struct output *
find_outputs(const struct dialect_request *r, const struct table *answers,
    size_t *count)
{
	const struct version *v = r->session->version;
	const struct model *m = binding_model(v->binding);
	size_t n, at = 0;
	const struct binding_column *col = binding_columns(v->binding, &n);
	struct output *all;

	*count = model_outputs(m);
	all = arena_alloc(&r->session->arena, (*count + 1) * sizeof(*all));
	for (size_t i = 0; i < *count; i++) {
		all[i] = (struct output){ model_output(m, i),
		    answers->col + at, 0 };
		for (; at < n && col[at].output == i; at++)
			all[i].width++;
	}
	return all;
}

static void
put_name(struct buf *out, bool first, const char *name)
{
	buf_addc(out, first ? '{' : ',');
	json_quote(out, name, strlen(name));
	buf_addc(out, ':');
}

static void
put_tensor(struct buf *out, const struct output *o, size_t rows)
{
	buf_addc(out, '[');
	for (size_t row = 0; row < rows && !out->failed; row++) {
		if (row)
			buf_addc(out, ',');
		put_row(out, o, row);
	}
	buf_addc(out, ']');
}

static void
put_columns(struct buf *out, const struct output *o, size_t n, size_t rows)
{
	for (size_t i = 0; i < n; i++) {
		if (n > 1)
			put_name(out, i == 0, o[i].port->name);
		put_tensor(out, &o[i], rows);
	}
	if (n > 1)
		buf_addc(out, '}');
}

static void
put_rows(struct buf *out, const struct output *o, size_t n, size_t rows)
{
	buf_addc(out, '[');
	for (size_t row = 0; row < rows && !out->failed; row++) {
		if (row)
			buf_addc(out, ',');
		for (size_t i = 0; i < n; i++) {
			if (n > 1)
				put_name(out, i == 0, o[i].port->name);
			put_row(out, &o[i], row);
		}
		if (n > 1)
			buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

static void
tfs_write(struct buf *out, struct dialect_request *r,
    const struct table *answers)
{
	size_t n;
	struct output *o = find_outputs(r, answers, &n);

	buf_adds(out, r->columnar ? "{\"outputs\":" : "{\"predictions\":");
	if (r->columnar)
		put_columns(out, o, n, answers->rows);
	else
		put_rows(out, o, n, answers->rows);
	buf_addc(out, '}');
}

static void
classify_write(struct buf *out, struct dialect_request *r,
    const struct table *answers)
{
	const struct version *v = r->session->version;
	size_t n, from, to;
	const struct binding_column *col = binding_columns(v->binding, &n);

	(void)find_classes(v, &from, &to);
	buf_adds(out, "{\"results\":[");
	for (size_t row = 0; row < answers->rows && !out->failed; row++) {
		buf_adds(out, row ? ",[" : "[");
		for (size_t k = from; k < to; k++) {
			buf_adds(out, k > from ? ",[" : "[");
			json_quote(out, col[k].class_name,
			    strlen(col[k].class_name));
			buf_addc(out, ',');
			json_write_cell(out, &answers->col[k], row);
			buf_addc(out, ']');
		}
		buf_addc(out, ']');
	}
	buf_adds(out, "]}");
}

static void
regress_write(struct buf *out, struct dialect_request *r,
    const struct table *answers)
{
	size_t at;

	(void)find_regression(r->session->version, &at);
	buf_adds(out, "{\"results\":[");
	for (size_t row = 0; row < answers->rows && !out->failed; row++) {
		if (row)
			buf_addc(out, ',');
		json_write_cell(out, &answers->col[at], row);
	}
	buf_adds(out, "]}");
}

/* --- metadata ------------------------------------------------------------- */

static const char *
dtype_of(enum onnx_elem e)
{
	switch (e) {
	case ONNX_FLOAT:
		return "DT_FLOAT";
	case ONNX_DOUBLE:
		return "DT_DOUBLE";
	case ONNX_INT32:
		return "DT_INT32";
	case ONNX_BOOL:
		return "DT_BOOL";
	case ONNX_TEXT:
		return "DT_STRING";
	default:
		return "DT_INT64";
	}
}

/* `width` 0: a vector. */
static void
put_port(struct buf *out, const char *name, enum onnx_elem elem,
    int64_t width)
{
	buf_addf(out, "{\"dtype\":\"%s\",\"tensor_shape\":{\"dim\":["
	    "{\"size\":\"-1\",\"name\":\"\"}", dtype_of(elem));
	if (width)
		buf_addf(out, ",{\"size\":\"%lld\",\"name\":\"\"}",
		    (long long)width);
	buf_adds(out, "],\"unknown_rank\":false},\"name\":");
	json_quote(out, name, strlen(name));
	buf_addc(out, '}');
}

static void
tfs_describe(struct buf *out, const struct version *v,
    const char *const *others)
{
	const struct model *m = binding_model(v->binding);
	bool first = true;

	(void)others;
	buf_adds(out, "{\"model_spec\":{\"name\":");
	json_quote(out, v->name, strlen(v->name));
	buf_addf(out, ",\"signature_name\":\"\",\"version\":\"%s\"},"
	    "\"metadata\":{\"signature_def\":{\"signature_def\":{\"" SIGNATURE
	    "\":{\"inputs\":", v->number);
	for (size_t i = 0; i < v->n_ports; i++) {
		const struct version_port *p = &v->port[i];

		if (p->filled)		/* not the client's to send */
			continue;
		put_name(out, first, p->name);
		put_port(out, p->name, p->elem, (int64_t)p->width);
		first = false;
	}
	buf_adds(out, first ? "{},\"outputs\":" : "},\"outputs\":");
	for (size_t i = 0; i < model_outputs(m); i++) {
		const struct model_port *p = model_output(m, i);

		put_name(out, i == 0, p->name);
		put_port(out, p->name, p->elem, p->rank > 1 ? p->dim[1] : 0);
	}
	buf_adds(out, "},\"method_name\":\"tensorflow/serving/predict\"}}}}}");
}

const struct dialect dialect_tfs_predict = {
	.name = "tfs",
	.read = tfs_read,
	.write = tfs_write,
	.refuse = v2_refuse,
	.describe = tfs_describe,
};

const struct dialect dialect_tfs_classify = {
	.name = "tfs",
	.read = classify_read,
	.write = classify_write,
	.refuse = v2_refuse,
};

const struct dialect dialect_tfs_regress = {
	.name = "tfs",
	.read = regress_read,
	.write = regress_write,
	.refuse = v2_refuse,
};
