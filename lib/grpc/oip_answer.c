/* Answers of the Open Inference Protocol: from JSON and bytes to protobuf. */
#include "grpc/oip.h"

#include <string.h>

#include "codec/pb.h"

/* ModelInferResponse; InferOutputTensor is as an input */
enum { OUT_MODEL = 1, OUT_VERSION, OUT_ID, OUT_PARAMETERS, OUT_OUTPUTS,
	OUT_RAW };
enum { TENSOR_NAME = 1, TENSOR_DATATYPE, TENSOR_SHAPE, TENSOR_PARAMETERS,
	TENSOR_CONTENTS };

/* A text that is not there is left out, as an empty one is. */
static void
put_member(struct buf *out, uint32_t number, const struct json *of,
    const char *key)
{
	const struct json *j = json_get(of, key);

	if (j && j->type == JSON_TEXT && j->n)
		pb_put_bytes(out, number, j->s, j->n);
}

static void
put_texts(struct buf *out, uint32_t number, const struct json *list)
{
	for (const struct json *j = list ? list->child : NULL; j; j = j->next)
		if (j->type == JSON_TEXT)
			pb_put_bytes(out, number, j->s, j->n);
}

static void
put_shape(struct buf *out, const struct json *tensor)
{
	const struct json *shape = json_get(tensor, "shape");
	struct buf packed;

	buf_init(&packed, BUF_CAP_SMALL);
	for (const struct json *j = shape ? shape->child : NULL; j; j = j->next)
		pb_add_varint(&packed, (uint64_t)j->i);
	if (packed.len)
		pb_put_bytes(out, TENSOR_SHAPE, packed.data, packed.len);
	buf_free(&packed);
}

/* Name, datatype and shape are the same in metadata and in answers. */
static void
put_tensor_head(struct buf *out, const struct json *tensor)
{
	put_member(out, TENSOR_NAME, tensor, "name");
	put_member(out, TENSOR_DATATYPE, tensor, "datatype");
	put_shape(out, tensor);
}

/* --- values --------------------------------------------------------------- */

static uint64_t
whole_at(const struct oip_type *t, const char *s)
{
	uint64_t v = t->size == 8 ? get_le64(s) : t->size == 4 ? get_le32(s) :
	    t->size == 2 ? get_le16(s) : (uint8_t)*s;
	int unused = 64 - (int)(8 * t->size);

	/* negative numbers have ten bytes in a varint: the sign goes up */
	return t->contents == OIP_INT ? (uint64_t)((int64_t)(v << unused) >>
	    unused) : v;
}

static int
put_byte_values(struct buf *contents, const char *s, size_t n,
    struct err *e)
{
	while (n >= 4) {
		size_t len = get_le32(s);

		if (len > n - 4)
			break;
		pb_put_bytes(contents, OIP_BYTES, s + 4, len);
		s += len + 4;
		n -= len + 4;
	}
	return n == 0 ? 0 : err_set(e, ERR_FORMAT, "its texts are cut off");
}

/* As InferTensorContents. */
static int
put_contents(struct buf *contents, const struct oip_type *t, const char *s,
    size_t n, struct err *e)
{
	struct buf packed;

	if (t->contents == OIP_BYTES)
		return put_byte_values(contents, s, n, e);
	if (n == 0)
		return 0;
	if (t->contents == OIP_FP32 || t->contents == OIP_FP64) {
		pb_put_bytes(contents, t->contents, s, n);
		return 0;
	}
	buf_init(&packed, contents->cap);
	for (size_t at = 0; at < n; at += t->size)
		pb_add_varint(&packed, whole_at(t, s + at));
	pb_put_bytes(contents, t->contents, packed.data, packed.len);
	contents->failed |= packed.failed;
	buf_free(&packed);
	return 0;
}

/* --- an answer ------------------------------------------------------------ */

/* The bytes of a tensor, which come next. */
struct oip_bytes {
	const char *s;
	size_t left;
};

static int
put_output(struct buf *out, const struct json *j, const char *s, size_t n,
    bool raw, struct err *e)
{
	const char *word = json_text(j, "datatype", "");
	const struct oip_type *t = oip_type_find(word, strlen(word));
	struct buf tensor, contents;
	int r = 0;

	if (t == NULL || (t->size && n % t->size) || (!raw && t->contents == 0))
		return err_set(e, ERR_FORMAT, "output '%s' is no tensor",
		    json_text(j, "name", ""));
	buf_init(&tensor, out->cap);
	buf_init(&contents, out->cap);
	put_tensor_head(&tensor, j);
	if (!raw) {
		r = put_contents(&contents, t, s, n, e);
		pb_put_bytes(&tensor, TENSOR_CONTENTS, contents.data,
		    contents.len);
	}
	pb_put_bytes(out, OUT_OUTPUTS, tensor.data, tensor.len);
	out->failed |= tensor.failed || contents.failed;
	buf_free(&tensor);
	buf_free(&contents);
	return r;
}

static int
output_size(size_t *n, const struct json *j, size_t left, struct err *e)
{
	int64_t size = json_int(json_get(j, "parameters"), "binary_data_size",
	    -1);

	if (size < 0 || (uint64_t)size > left)
		return err_set(e, ERR_FORMAT, "output '%s' has no bytes",
		    json_text(j, "name", ""));
	*n = (size_t)size;
	return 0;
}

static int
put_outputs(struct buf *out, const struct json *outputs,
    struct oip_bytes bytes, bool raw, struct err *e)
{
	const struct oip_bytes begin = bytes;
	const struct json *j;
	size_t n;

	for (j = outputs ? outputs->child : NULL; j; j = j->next) {
		if (output_size(&n, j, bytes.left, e) < 0 ||
		    put_output(out, j, bytes.s, n, raw, e) < 0)
			return -1;
		bytes.s += n;
		bytes.left -= n;
	}
	bytes = begin;
	for (j = outputs && raw ? outputs->child : NULL; j; j = j->next) {
		if (output_size(&n, j, bytes.left, e) < 0)
			return -1;
		pb_put_bytes(out, OUT_RAW, bytes.s, n);
		bytes.s += n;
		bytes.left -= n;
	}
	return 0;
}

int
oip_write_infer(struct buf *out, const char *s, size_t n, size_t n_json,
    bool raw, struct arena *a, struct err *e)
{
	struct json *j;

	if (n_json > n)
		return err_set(e, ERR_FORMAT, "the answer is cut off");
	if (json_parse(&j, a, s, n_json, 0, e) < 0)
		return -1;
	put_member(out, OUT_MODEL, j, "model_name");
	put_member(out, OUT_VERSION, j, "model_version");
	put_member(out, OUT_ID, j, "id");
	if (put_outputs(out, json_get(j, "outputs"),
	    (struct oip_bytes){ s + n_json, n - n_json }, raw, e) < 0)
		return -1;
	return buf_check(out, e);
}

/* --- metadata ------------------------------------------------------------- */

void
oip_write_server(struct buf *out, const struct json *j)
{
	put_member(out, 1, j, "name");
	put_member(out, 2, j, "version");
	put_texts(out, 3, json_get(j, "extensions"));
}

static void
put_ports(struct buf *out, uint32_t number, const struct json *list)
{
	struct buf tensor;

	buf_init(&tensor, out->cap);
	for (const struct json *j = list ? list->child : NULL; j; j = j->next) {
		buf_clear(&tensor);
		put_tensor_head(&tensor, j);
		pb_put_bytes(out, number, tensor.data, tensor.len);
	}
	out->failed |= tensor.failed;
	buf_free(&tensor);
}

void
oip_write_model(struct buf *out, const struct json *j)
{
	put_member(out, 1, j, "name");
	put_texts(out, 2, json_get(j, "versions"));
	put_member(out, 3, j, "platform");
	put_ports(out, 4, json_get(j, "inputs"));
	put_ports(out, 5, json_get(j, "outputs"));
}

void
oip_write_index(struct buf *out, const struct json *list)
{
	static const char *const keys[] = { "name", "version", "state",
	    "reason" };
	struct buf entry;

	buf_init(&entry, out->cap);
	for (const struct json *j = list ? list->child : NULL; j; j = j->next) {
		buf_clear(&entry);
		for (uint32_t i = 0; i < 4; i++)
			put_member(&entry, i + 1, j, keys[i]);
		pb_put_bytes(out, 1, entry.data, entry.len);
	}
	out->failed |= entry.failed;
	buf_free(&entry);
}
