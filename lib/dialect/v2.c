/* Open Inference Protocol v2: requests, tensors by name as JSON or bytes. */
#include "dialect/internal.h"

#include <string.h>

#include "base/num.h"
#include "dialect/raw_tensor.h"
#include "read/stream.h"
#include "table/column_set.h"

/* The members of a request that mean something here. */
enum { V2_INPUTS, V2_ID, V2_OUTPUTS, V2_PARAMETERS, V2_OTHER };

/* --- reading -------------------------------------------------------------- */

struct v2_reader {
	struct dialect_request *r;
	struct session *session;
	const struct version *version;
	size_t n;			/* bytes of the body */
	const char *raw;		/* tensors as bytes behind the JSON */
	size_t n_raw, raw_at;
	size_t rows;			/* 0: not known yet */
	size_t next;			/* the input that probably comes next */
	bool *seen;			/* by input */
	signed char *as_bytes;		/* by output */
};

/* One element of "inputs"; its members come in any order. */
struct v2_input {
	const struct version_port *port;	/* NULL: not one we take */
	bool named, shaped, filled, typed, in_bytes;
	enum raw_type type;
	int rank;
	int64_t dim[2];
	const char *data;		/* seen before the others */
	size_t n_data;
	size_t n_bytes;			/* that the tensor takes behind the JSON */
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
	/* those that come most first */
	static const enum raw_type all[RAW_TYPES] = {
		RAW_FP32, RAW_BYTES, RAW_FP64, RAW_INT64, RAW_BOOL, RAW_INT32,
		RAW_FP16, RAW_BF16, RAW_INT8, RAW_INT16, RAW_UINT8, RAW_UINT16,
		RAW_UINT32, RAW_UINT64,
	};
	enum json_token t = json_pull(p, e);

	if (t == JSON_BAD)
		return -1;
	if (in->typed)
		return err_set(e, ERR_FORMAT, "an input has one datatype");
	for (int i = 0; t == JSON_T_TEXT && !in->typed && i < RAW_TYPES; i++)
		if (json_pull_is(p, raw_type_word(all[i]))) {
			in->type = all[i];
			in->typed = true;
		}
	return in->typed ? 0 : err_set(e, ERR_FORMAT, "a datatype is BOOL, "
	    "INT8 to INT64, UINT8 to UINT64, FP16, FP32, FP64 or BYTES");
}

/* May a value of that datatype have a fraction? */
static bool
is_whole(enum raw_type t)
{
	return t >= RAW_INT8 && t <= RAW_UINT64;
}

/* Texts are no numbers; a date is sent as either. */
static int
check_datatype(const struct v2_reader *g, const struct v2_input *in,
    struct err *e)
{
	enum col_type t = g->session->block->col[in->port->first].type;

	if (t == COL_DATETIME || in->port->key ||
	    col_type_is_text(t) == (in->type == RAW_BYTES))
		return 0;
	return err_set(e, ERR_FORMAT, "input '%s' takes the datatype %s",
	    in->port->name, raw_type_word(raw_type_of(in->port->elem)));
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
		if (is_whole(in->type) && t == JSON_T_NUM && !p->is_int &&
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

/* The bytes that are the tensor's: the next ones, also of an input that we do
 * not take.  NULL and *e when they are not there. */
static const char *
take_bytes(struct v2_reader *g, const struct v2_input *in, struct err *e)
{
	const char *s, *name = in->port ? in->port->name : "that we do not take";

	if (g->raw == NULL) {
		err_set(e, ERR_FORMAT, "input '%s' has a binary_data_size: the "
		    "header Inference-Header-Content-Length must say where the "
		    "JSON ends", name);
		return NULL;
	}
	if (in->n_bytes > g->n_raw - g->raw_at) {
		err_set(e, ERR_FORMAT, "input '%s': %zu bytes are left behind "
		    "the JSON, its binary_data_size is %zu", name, g->n_raw -
		    g->raw_at, in->n_bytes);
		return NULL;
	}
	s = g->raw + g->raw_at;
	g->raw_at += in->n_bytes;
	return s;
}

static int
read_bytes(struct v2_reader *g, struct v2_input *in, struct err *e)
{
	const struct version_port *port = in->port;
	const char *s = take_bytes(g, in, e);

	if (s == NULL)
		return -1;
	if (port == NULL)
		return 0;
	if (in->filled || in->data)
		return err_set(e, ERR_FORMAT, "input '%s' has both data and a "
		    "binary_data_size", port->name);
	if (check_shape(g, in, e) < 0 || check_datatype(g, in, e) < 0)
		return -1;
	return raw_tensor_read(&g->session->block->col[port->first],
	    port->width, g->rows, in->type, s, in->n_bytes, e) < 0 ?
	    err_wrap(e, "input '%s'", port->name) : 0;
}

/* Name, datatype or shape came after the data, or the data are bytes. */
static int
read_late_data(struct v2_reader *g, struct v2_input *in, struct err *e)
{
	struct json_pull p;
	int r;

	if (in->port && (!in->shaped || !in->typed))
		return err_set(e, ERR_FORMAT, "input '%s' has no %s",
		    in->port->name, !in->shaped ? "shape" : "datatype");
	if (in->in_bytes)
		return read_bytes(g, in, e);
	if (in->port == NULL || in->filled)
		return 0;
	if (in->data == NULL)
		return err_set(e, ERR_FORMAT, "input '%s' has no data",
		    in->port->name);
	json_pull_init(&p, in->data, in->n_data, JSON_NAN);
	r = read_data(g, in, &p, e);
	json_pull_free(&p);
	return r;
}

/* Of an input: how many bytes behind the JSON are its. */
static int
read_input_parameters(struct v2_input *in, struct json_pull *p,
    struct err *e)
{
	enum json_token t = json_pull(p, e);

	if (t != JSON_T_MAP)
		return t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT,
		    "parameters is an object");
	while ((t = json_pull(p, e)) == JSON_KEY) {
		if (json_pull_is(p, "shared_memory_region"))
			return err_set(e, ERR_UNSUPPORTED, "shared memory is not "
			    "spoken here: send the data");
		if (!json_pull_is(p, "binary_data_size")) {
			if (json_pull_skip(p, e) < 0)
				return -1;
			continue;
		}
		if (json_pull(p, e) != JSON_T_NUM || !p->is_int || p->i < 0)
			return err_set(e, ERR_FORMAT, "a binary_data_size is a "
			    "number of bytes");
		in->n_bytes = (size_t)p->i;
		in->in_bytes = true;
	}
	return t == JSON_BAD ? -1 : 0;
}

static int
read_data_member(struct v2_reader *g, struct v2_input *in, struct json_pull *p,
    struct err *e)
{
	if (in->filled || in->data)
		return err_set(e, ERR_FORMAT, "an input has one data");
	if (in->port && in->shaped && in->typed)
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
		else if (json_pull_is(p, "parameters"))
			r = read_input_parameters(&in, p, e);
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
find_output(const struct v2_reader *g, size_t *at, const char *name, size_t n,
    struct err *e)
{
	const struct model *m = binding_model(g->version->binding);

	for (size_t i = 0; i < model_outputs(m); i++)
		if (strlen(model_output(m, i)->name) == n &&
		    memcmp(model_output(m, i)->name, name, n) == 0) {
			*at = i;
			return 0;
		}
	return err_set(e, ERR_FORMAT, "no output '%.*s'", n > 200 ? 200 :
	    (int)n, name);
}

/* The member of "parameters" that says whether answers come as bytes: 1, -1
 * for no, 0 where there is none; of a request also Triton's time-out. */
static int
read_as_bytes(struct json_pull *p, const char *word, signed char *yes,
    int64_t *timeout_us, struct err *e)
{
	enum json_token t = json_pull(p, e);

	if (t != JSON_T_MAP)
		return t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT,
		    "parameters is an object");
	while ((t = json_pull(p, e)) == JSON_KEY) {
		if (json_pull_is(p, "classification"))
			return err_set(e, ERR_UNSUPPORTED, "the classification "
			    "extension is not spoken here: ask for the output "
			    "itself");
		if (timeout_us && json_pull_is(p, "timeout")) {
			if (json_pull(p, e) != JSON_T_NUM || !p->is_int ||
			    p->i < 0)
				return err_set(e, ERR_FORMAT, "a timeout is a "
				    "number of microseconds");
			*timeout_us = p->i;
			continue;
		}
		if (!json_pull_is(p, word)) {
			if (json_pull_skip(p, e) < 0)
				return -1;
			continue;
		}
		if (json_pull(p, e) != JSON_T_BOOL)
			return err_set(e, ERR_FORMAT, "%s is true or false",
			    word);
		*yes = p->b ? 1 : -1;
	}
	return t == JSON_BAD ? -1 : 0;
}

static int
read_output(struct v2_reader *g, struct json_pull *p, struct err *e)
{
	enum json_token t;
	size_t at = SIZE_MAX;
	signed char as_bytes = 0;

	while ((t = json_pull(p, e)) == JSON_KEY) {
		if (json_pull_is(p, "parameters")) {
			if (read_as_bytes(p, "binary_data", &as_bytes, NULL,
			    e) < 0)
				return -1;
			continue;
		}
		if (!json_pull_is(p, "name")) {
			if (json_pull_skip(p, e) < 0)
				return -1;
			continue;
		}
		t = json_pull(p, e);
		if (t == JSON_BAD)
			return -1;
		if (t != JSON_T_TEXT)
			return err_set(e, ERR_FORMAT, "an output's name is a "
			    "text");
		if (find_output(g, &at, p->s, p->n, e) < 0)
			return -1;
	}
	if (t == JSON_BAD)
		return -1;
	if (at == SIZE_MAX)
		return err_set(e, ERR_FORMAT, "an output has no name");
	g->session->mark[at] = true;
	g->as_bytes[at] = as_bytes;
	return 0;
}

/* An empty list asks for all, as does none. */
static int
read_outputs(struct v2_reader *g, struct json_pull *p, struct err *e)
{
	size_t n = model_outputs(binding_model(g->version->binding));
	enum json_token t = json_pull(p, e);

	if (t != JSON_T_LIST)
		return t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT, "outputs is "
		    "a list");
	memset(g->session->mark, 0, n * sizeof(*g->session->mark));
	g->as_bytes = arena_alloc(&g->session->arena, n + 1);
	memset(g->as_bytes, 0, n + 1);
	while ((t = json_pull(p, e)) == JSON_T_MAP) {
		if (read_output(g, p, e) < 0)
			return -1;
		g->r->outputs = g->session->mark;
		g->r->as_bytes = g->as_bytes;
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
read_parameters(struct v2_reader *g, struct json_pull *p, struct err *e)
{
	signed char yes = 0;

	if (read_as_bytes(p, "binary_data_output", &yes, &g->r->timeout_us,
	    e) < 0)
		return -1;
	g->r->all_as_bytes = yes > 0;
	return 0;
}

static int
read_member(struct v2_reader *g, struct json_pull *p, int which,
    struct err *e)
{
	switch (which) {
	case V2_INPUTS:
		return read_inputs(g, p, e);
	case V2_ID:
		return read_id(g, p, e);
	case V2_OUTPUTS:
		return read_outputs(g, p, e);
	case V2_PARAMETERS:
		return read_parameters(g, p, e);
	default:
		return json_pull_skip(p, e);
	}
}

static int
read_request(struct v2_reader *g, struct json_pull *p, struct err *e)
{
	static const char *const words[] = {
		"inputs", "id", "outputs", "parameters"
	};
	enum json_token t = json_pull(p, e);
	bool given[V2_OTHER] = { false };
	int r = 0;

	if (t != JSON_T_MAP)
		return t == JSON_BAD ? -1 : err_set(e, ERR_FORMAT, "a request "
		    "is a JSON object");
	while (r == 0 && (t = json_pull(p, e)) == JSON_KEY) {
		int which = 0;

		while (which < V2_OTHER && !json_pull_is(p, words[which]))
			which++;
		if (which < V2_OTHER && given[which])
			return err_set(e, ERR_FORMAT, "'%s' is there twice",
			    words[which]);
		if (which < V2_OTHER)
			given[which] = true;
		r = read_member(g, p, which, e);
	}
	if (r < 0 || t == JSON_BAD || json_pull(p, e) == JSON_BAD)
		return -1;
	if (!given[V2_INPUTS])
		return err_set(e, ERR_FORMAT, "the request has no inputs");
	return 0;
}

/* --- bodies --------------------------------------------------------------- */

/* Where the JSON ends, as the header says. */
static int
cut_body(struct v2_reader *g, const struct dialect_body *b, size_t *n_json,
    struct err *e)
{
	uint64_t n;

	*n_json = b->n;
	if (b->json_length == NULL)
		return 0;
	if (!num_parse_u64(b->json_length, strlen(b->json_length), &n) ||
	    n > b->n)
		return err_set(e, ERR_FORMAT, "Inference-Header-Content-Length is "
		    "the number of bytes of JSON, at most the body's %zu, not "
		    "'%.40s'", b->n, b->json_length);
	*n_json = (size_t)n;
	g->raw = b->data + n;
	g->n_raw = b->n - (size_t)n;
	return 0;
}

/* No JSON at all: the bytes are the one input, and so is what comes back. */
static int
read_raw_request(struct v2_reader *g, struct err *e)
{
	const struct version_port *port = &g->version->port[0];
	enum raw_type t = raw_type_of(port->elem);
	size_t row = raw_type_size(t) * port->width;

	if (g->version->n_ports != 1 || g->version->filled ||
	    port->width == 0)
		return err_set(e, ERR_FORMAT, "a body without JSON is for a model "
		    "of one input, this one takes %zu", g->version->n_ports);
	if (row && (g->n_raw == 0 || g->n_raw % row))
		return err_set(e, ERR_FORMAT, "input '%s': %zu bytes came, a row "
		    "is %zu of %s", port->name, g->n_raw, row,
		    raw_type_word(t));
	g->rows = row ? g->n_raw / row : 1;
	if (g->rows > DIALECT_ROWS_MAX)
		return err_set(e, ERR_TOOBIG, "more than %d rows",
		    DIALECT_ROWS_MAX);
	g->seen[0] = true;
	g->r->all_as_bytes = true;
	if (session_set_rows(g->session, g->rows, e) < 0)
		return -1;
	return raw_tensor_read(&g->session->block->col[port->first],
	    port->width, g->rows, t, g->raw, g->n_raw, e) < 0 ?
	    err_wrap(e, "input '%s'", port->name) : 0;
}

static int
read_json(struct v2_reader *g, const char *s, size_t n, struct err *e)
{
	struct json_pull p;
	int r;

	json_pull_init(&p, s, n, JSON_NAN);
	r = read_request(g, &p, e);
	json_pull_free(&p);
	if (r == 0 && g->raw_at != g->n_raw)
		return err_set(e, ERR_FORMAT, "%zu bytes behind the JSON are of "
		    "no input", g->n_raw - g->raw_at);
	return r;
}

static int
v2_read(struct dialect_request *r, const struct dialect_body *b,
    struct err *e)
{
	bool few[64] = { false };
	struct session *s = r->session;
	const struct version *v = s->version;
	struct v2_reader g = { .r = r, .session = s, .version = v, .n = b->n };
	size_t n_json;

	g.seen = v->n_ports <= 64 ? few : arena_alloc(&s->arena, v->n_ports *
	    sizeof(*g.seen));
	if (cut_body(&g, b, &n_json, e) < 0 || (n_json == 0 && g.raw ?
	    read_raw_request(&g, e) : read_json(&g, b->data, n_json, e)) < 0)
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

const struct dialect dialect_v2 = {
	.name = "v2",
	.find_id = v2_find_id,
	.read = v2_read,
	.write = v2_write,
	.refuse = v2_refuse,
	.describe = v2_describe,
};
