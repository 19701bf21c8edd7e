/* Requests of the Open Inference Protocol: from protobuf to JSON and bytes. */
#include "grpc/oip.h"

#include <math.h>
#include <string.h>

#include "base/num.h"
#include "base/utf8.h"
#include "codec/pb.h"

#define INPUTS_MAX 65536

/* ModelInferRequest */
enum { IN_MODEL = 1, IN_VERSION, IN_ID, IN_PARAMETERS, IN_INPUTS, IN_OUTPUTS,
	IN_RAW };
/* InferInputTensor; InferRequestedOutputTensor has the first, and parameters
 * as its second */
enum { TENSOR_NAME = 1, TENSOR_DATATYPE, TENSOR_SHAPE, TENSOR_PARAMETERS,
	TENSOR_CONTENTS };
#define WANTED_PARAMETERS 2
/* InferParameter; the last two are Triton's */
enum { PARAM_BOOL = 1, PARAM_INT64, PARAM_TEXT, PARAM_DOUBLE, PARAM_UINT64 };

const struct oip_type *
oip_type_find(const char *s, size_t n)
{
	static const struct oip_type types[] = {
		{ "FP32", 4, OIP_FP32 }, { "BYTES", 0, OIP_BYTES },
		{ "FP64", 8, OIP_FP64 }, { "INT64", 8, OIP_INT64 },
		{ "INT32", 4, OIP_INT }, { "BOOL", 1, OIP_BOOL },
		{ "INT16", 2, OIP_INT }, { "INT8", 1, OIP_INT },
		{ "UINT8", 1, OIP_UINT }, { "UINT16", 2, OIP_UINT },
		{ "UINT32", 4, OIP_UINT }, { "UINT64", 8, OIP_UINT64 },
		{ "FP16", 2, 0 }, { "BF16", 2, 0 },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strlen(types[i].word) == n &&
		    memcmp(types[i].word, s, n) == 0)
			return &types[i];
	return NULL;
}

/* --- fields --------------------------------------------------------------- */

static int
end_message(const struct pb *r, struct err *e)
{
	return r->bad ? err_set(e, ERR_FORMAT, "the message is no protobuf of "
	    "this call") : 0;
}

static int
read_text(struct oip_text *out, const struct pb_field *f, struct err *e)
{
	if (f->wire != PB_BYTES)
		return 0;
	*out = (struct oip_text){ (const char *)f->s, f->n };
	return utf8_ok(out->s, out->n) ? 0 : err_set(e, ERR_FORMAT, "a text in "
	    "the message is not UTF-8");
}

int
oip_read_text(struct oip_text *out, const char *s, size_t n, struct err *e)
{
	struct pb r = pb_over(s, n);
	struct pb_field f;

	*out = (struct oip_text){ "", 0 };
	while (pb_next(&r, &f))
		if (f.number == 1 && read_text(out, &f, e) < 0)
			return -1;
	return end_message(&r, e);
}

int
oip_read_asked(struct oip_asked *out, const char *s, size_t n, struct err *e)
{
	struct pb r = pb_over(s, n);
	struct pb_field f;

	memset(out, 0, sizeof(*out));
	while (pb_next(&r, &f)) {
		if (f.number == IN_MODEL && read_text(&out->model, &f, e) < 0)
			return -1;
		if (f.number == IN_VERSION &&
		    read_text(&out->version, &f, e) < 0)
			return -1;
	}
	return end_message(&r, e);
}

/* --- parameters ----------------------------------------------------------- */

static void
put_parameter(struct buf *json, const struct pb_field *f)
{
	char text[NUM_TEXT_MAX];
	double d;

	switch (f->number) {
	case PARAM_BOOL:
		buf_adds(json, f->v ? "true" : "false");
		break;
	case PARAM_INT64:
		buf_add(json, text, num_print_i64(text, (int64_t)f->v));
		break;
	case PARAM_UINT64:
		buf_add(json, text, num_print_u64(text, f->v));
		break;
	case PARAM_TEXT:
		json_quote(json, (const char *)f->s, f->n);
		break;
	case PARAM_DOUBLE:
		memcpy(&d, &f->v, sizeof(d));
		if (!isfinite(d))
			buf_adds(json, "null");
		else
			buf_add(json, text, num_print_f64(text, d));
		break;
	}
}

static bool
is_parameter(const struct pb_field *f)
{
	return f->number == PARAM_TEXT ? f->wire == PB_BYTES :
	    f->number == PARAM_DOUBLE ? f->wire == PB_FIXED64 :
	    f->number >= PARAM_BOOL && f->number <= PARAM_UINT64 &&
	    f->wire == PB_VARINT;
}

/* How tensors go between the two servers is not the client's to say. */
static bool
is_ours(const struct oip_text *key)
{
	static const char ours[] = "binary_data";

	return key->n >= sizeof(ours) - 1 &&
	    memcmp(key->s, ours, sizeof(ours) - 1) == 0;
}

/* An entry of a map<string, InferParameter>: appended with a comma behind. */
static int
put_entry(struct buf *json, const struct pb_field *entry, struct err *e)
{
	struct pb r = pb_over(entry->s, entry->n), inner = pb_over("", 0);
	struct oip_text key = { "", 0 };
	struct pb_field f, value = { 0 };

	while (pb_next(&r, &f)) {
		if (f.number == 1 && read_text(&key, &f, e) < 0)
			return -1;
		if (f.number == 2 && f.wire == PB_BYTES)
			inner = pb_over(f.s, f.n);
	}
	while (pb_next(&inner, &f))
		if (is_parameter(&f))
			value = f;
	if (end_message(&r, e) < 0 || end_message(&inner, e) < 0)
		return -1;
	if (is_ours(&key))
		return 0;
	json_quote(json, key.s, key.n);
	buf_addc(json, ':');
	if (value.number)
		put_parameter(json, &value);
	else
		buf_adds(json, "null");
	buf_addc(json, ',');
	return 0;
}

/* All entries that are in field `number` of a message. */
static int
put_entries(struct buf *json, const char *s, size_t n, uint32_t number,
    struct err *e)
{
	struct pb r = pb_over(s, n);
	struct pb_field f;

	while (pb_next(&r, &f))
		if (f.number == number && put_entry(json, &f, e) < 0)
			return -1;
	return end_message(&r, e);
}

/* --- tensors -------------------------------------------------------------- */

static int
put_whole(struct buf *raw, const struct oip_type *t, uint64_t v,
    struct err *e)
{
	int64_t i = (int32_t)v;
	uint32_t u = (uint32_t)v;
	int bits = (int)(8 * t->size);

	if (t->contents == OIP_INT64 || t->contents == OIP_UINT64) {
		buf_le64(raw, v);
		return 0;
	}
	if (t->contents == OIP_BOOL) {
		buf_addc(raw, v != 0);
		return 0;
	}
	if (t->contents == OIP_INT ? i < -(INT64_C(1) << (bits - 1)) ||
	    i >= INT64_C(1) << (bits - 1) : (uint64_t)u >= UINT64_C(1) << bits)
		return err_set(e, ERR_FORMAT, "a value does not fit %s",
		    t->word);
	for (size_t k = 0; k < t->size; k++)
		buf_addc(raw, (char)(u >> 8 * k));
	return 0;
}

/* Values packed, or one. */
static int
put_values(struct buf *raw, const struct oip_type *t,
    const struct pb_field *f, struct err *e)
{
	struct pb packed = pb_over(f->s, f->n);
	bool fixed = t->contents == OIP_FP32 || t->contents == OIP_FP64;
	uint64_t v;

	if (t->contents == OIP_BYTES) {
		buf_le32(raw, (uint32_t)f->n);
		buf_add(raw, f->s, f->n);
		return 0;
	}
	if (fixed && f->n % t->size == 0 && f->wire != PB_VARINT) {
		buf_add(raw, f->s, f->n);	/* the order is the same */
		return 0;
	}
	if (fixed || (f->wire != PB_BYTES && f->wire != PB_VARINT))
		return err_set(e, ERR_FORMAT, "the contents are no values of "
		    "%s", t->word);
	if (f->wire == PB_VARINT)
		return put_whole(raw, t, f->v, e);
	while (pb_varint(&packed, &v))
		if (put_whole(raw, t, v, e) < 0)
			return -1;
	return end_message(&packed, e);
}

/* One of an input's InferTensorContents: several are as one. */
static int
put_contents(struct buf *raw, const struct oip_type *t,
    const struct pb_field *contents, struct err *e)
{
	static const char *const words[] = { "", "bool", "int", "int64",
	    "uint", "uint64", "fp32", "fp64", "bytes" };
	struct pb r = pb_over(contents->s, contents->n);
	struct pb_field f;

	while (pb_next(&r, &f)) {
		if (f.number < OIP_BOOL || f.number > OIP_BYTES)
			continue;
		if (t->contents == 0)
			return err_set(e, ERR_FORMAT, "%s comes as "
			    "raw_input_contents alone", t->word);
		if (f.number != (uint32_t)t->contents)
			return err_set(e, ERR_FORMAT, "%s comes as "
			    "%s_contents, not as %s_contents", t->word,
			    words[t->contents], words[f.number]);
		if (put_values(raw, t, &f, e) < 0)
			return -1;
	}
	return end_message(&r, e);
}

struct oip_tensor {
	struct oip_text name, datatype;
	const struct oip_type *type;
	bool contents;			/* it has some */
};

/* All but shape and contents. */
static int
read_tensor(struct oip_tensor *t, const char *s, size_t n, struct err *e)
{
	struct pb r = pb_over(s, n);
	struct pb_field f;

	memset(t, 0, sizeof(*t));
	t->name = t->datatype = (struct oip_text){ "", 0 };
	while (pb_next(&r, &f)) {
		if (f.number == TENSOR_NAME && read_text(&t->name, &f, e) < 0)
			return -1;
		if (f.number == TENSOR_DATATYPE &&
		    read_text(&t->datatype, &f, e) < 0)
			return -1;
		if (f.number == TENSOR_CONTENTS)
			t->contents = true;
	}
	t->type = oip_type_find(t->datatype.s, t->datatype.n);
	return end_message(&r, e);
}

static int
put_shape(struct buf *json, const char *s, size_t n, struct err *e)
{
	struct pb r = pb_over(s, n);
	char text[NUM_TEXT_MAX];
	struct pb_field f;
	size_t from = json->len;

	while (pb_next(&r, &f)) {
		struct pb packed = pb_over(f.s, f.n);
		bool one = f.wire == PB_VARINT;

		if (f.number != TENSOR_SHAPE)
			continue;
		while (one || pb_varint(&packed, &f.v)) {
			if (json->len > from)
				buf_addc(json, ',');
			buf_add(json, text, num_print_i64(text, (int64_t)f.v));
			if (one)
				break;
		}
		if (end_message(&packed, e) < 0)
			return -1;
	}
	return end_message(&r, e);
}

/* The values of an input behind those before it. */
static int
put_input_values(struct buf *raw, const struct oip_tensor *t,
    const struct pb_field *input, struct err *e)
{
	struct pb r = pb_over(input->s, input->n);
	struct pb_field f;

	while (pb_next(&r, &f))
		if (f.number == TENSOR_CONTENTS &&
		    put_contents(raw, t->type, &f, e) < 0)
			return err_wrap(e, "input '%.*s'", t->name.n > 200 ?
			    200 : (int)t->name.n, t->name.s);
	return 0;
}

/* `bytes` NULL: it has contents of its own. */
static int
put_input(struct buf *json, struct buf *raw, const struct pb_field *input,
    const struct pb_field *bytes, struct err *e)
{
	const char *s = (const char *)input->s;
	size_t from = raw->len;
	struct oip_tensor t;

	if (read_tensor(&t, s, input->n, e) < 0)
		return -1;
	if (t.type == NULL)
		return err_set(e, ERR_FORMAT, "input '%.*s': a datatype is "
		    "BOOL, INT8 to INT64, UINT8 to UINT64, FP16, FP32, FP64 or "
		    "BYTES", t.name.n > 200 ? 200 : (int)t.name.n, t.name.s);
	if (bytes && t.contents)
		return err_set(e, ERR_FORMAT, "input '%.*s' has contents, and "
		    "there are raw_input_contents: one or the other",
		    t.name.n > 200 ? 200 : (int)t.name.n, t.name.s);
	if (bytes)
		buf_add(raw, bytes->s, bytes->n);
	else if (put_input_values(raw, &t, input, e) < 0)
		return -1;
	buf_adds(json, "{\"name\":");
	json_quote(json, t.name.s, t.name.n);
	buf_addf(json, ",\"datatype\":\"%s\",\"shape\":[", t.type->word);
	if (put_shape(json, s, input->n, e) < 0)
		return -1;
	buf_adds(json, "],\"parameters\":{");
	if (put_entries(json, s, input->n, TENSOR_PARAMETERS, e) < 0)
		return -1;
	buf_addf(json, "\"binary_data_size\":%zu}}", raw->len - from);
	return 0;
}

static int
put_wanted(struct buf *json, const struct pb_field *output, struct err *e)
{
	const char *s = (const char *)output->s;
	struct oip_text name;

	if (oip_read_text(&name, s, output->n, e) < 0)
		return -1;
	buf_adds(json, "{\"name\":");
	json_quote(json, name.s, name.n);
	buf_adds(json, ",\"parameters\":{");
	if (put_entries(json, s, output->n, WANTED_PARAMETERS, e) < 0)
		return -1;
	buf_adds(json, "\"binary_data\":true}}");
	return 0;
}

/* --- a request ------------------------------------------------------------ */

/* What of it lies where. */
struct oip_parts {
	struct pb_field *raw;		/* (n_raw) of raw_input_contents */
	size_t n_raw, n_inputs, n_outputs;
};

static int
count_parts(struct oip_asked *out, struct oip_text *id, struct oip_parts *p,
    const char *s, size_t n, struct err *e)
{
	struct pb r = pb_over(s, n);
	struct pb_field f;
	int bad = 0;

	while (bad == 0 && pb_next(&r, &f)) {
		p->n_inputs += f.number == IN_INPUTS && f.wire == PB_BYTES;
		p->n_outputs += f.number == IN_OUTPUTS && f.wire == PB_BYTES;
		p->n_raw += f.number == IN_RAW && f.wire == PB_BYTES;
		if (f.number == IN_MODEL)
			bad = read_text(&out->model, &f, e);
		else if (f.number == IN_VERSION)
			bad = read_text(&out->version, &f, e);
		else if (f.number == IN_ID)
			bad = read_text(id, &f, e);
	}
	if (bad < 0 || end_message(&r, e) < 0)
		return -1;
	if (p->n_inputs > INPUTS_MAX || p->n_outputs > INPUTS_MAX)
		return err_set(e, ERR_TOOBIG, "more than %d tensors came",
		    INPUTS_MAX);
	if (p->n_raw && p->n_raw != p->n_inputs)
		return err_set(e, ERR_FORMAT, "there are %zu inputs and %zu "
		    "raw_input_contents", p->n_inputs, p->n_raw);
	out->raw = p->n_raw > 0;
	return 0;
}

static void
find_raw(struct oip_parts *p, const char *s, size_t n, struct arena *a)
{
	struct pb r = pb_over(s, n);
	struct pb_field f;
	size_t k = 0;

	p->raw = arena_alloc(a, (p->n_raw + 1) * sizeof(*p->raw));
	while (pb_next(&r, &f))
		if (f.number == IN_RAW && f.wire == PB_BYTES)
			p->raw[k++] = f;
}

static int
put_tensors(struct buf *json, struct buf *raw, const struct oip_parts *p,
    const char *s, size_t n, struct err *e)
{
	struct pb r = pb_over(s, n);
	struct pb_field f;
	size_t k = 0;

	buf_adds(json, "\"inputs\":[");
	while (pb_next(&r, &f)) {
		if (f.number != IN_INPUTS || f.wire != PB_BYTES)
			continue;
		if (k)
			buf_addc(json, ',');
		if (put_input(json, raw, &f, p->n_raw ? &p->raw[k] : NULL,
		    e) < 0)
			return -1;
		k++;
	}
	buf_addc(json, ']');
	if (p->n_outputs == 0)
		return 0;
	buf_adds(json, ",\"outputs\":[");
	r = pb_over(s, n);
	for (k = 0; pb_next(&r, &f);) {
		if (f.number != IN_OUTPUTS || f.wire != PB_BYTES)
			continue;
		if (k++)
			buf_addc(json, ',');
		if (put_wanted(json, &f, e) < 0)
			return -1;
	}
	buf_addc(json, ']');
	return 0;
}

int
oip_read_infer(struct oip_asked *out, struct buf *json, struct buf *raw,
    const char *s, size_t n, struct arena *a, struct err *e)
{
	struct oip_text id = { "", 0 };
	struct oip_parts p = { 0 };

	memset(out, 0, sizeof(*out));
	if (count_parts(out, &id, &p, s, n, e) < 0)
		return -1;
	find_raw(&p, s, n, a);
	buf_addc(json, '{');
	if (id.n) {
		buf_adds(json, "\"id\":");
		json_quote(json, id.s, id.n);
		buf_addc(json, ',');
	}
	buf_adds(json, "\"parameters\":{");
	if (put_entries(json, s, n, IN_PARAMETERS, e) < 0)
		return -1;
	buf_adds(json, "\"binary_data_output\":true},");
	if (put_tensors(json, raw, &p, s, n, e) < 0)
		return -1;
	buf_addc(json, '}');
	return buf_check(json, e) < 0 || buf_check(raw, e) < 0 ? -1 : 0;
}
