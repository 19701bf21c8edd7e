/* TensorProto from bytes: its shape, and its numbers from whichever fields
 * hold them. */
#include <string.h>

#include "onnx/internal.h"

#define EMPTY_MAX ((size_t)1 << 26)	/* what may lie beside a dimension of 0 */

static float
half_to_float(uint16_t h)
{
	uint32_t sign = (uint32_t)(h >> 15) << 31, e = h >> 10 & 31,
	    m = h & 1023, u;
	float f;

	if (e == 0) {
		f = (float)m * 0x1p-24f;
		return sign ? -f : f;
	}
	u = sign | (e == 31 ? 0xffu : e + 112) << 23 | m << 13;
	memcpy(&f, &u, sizeof(f));
	return f;
}

/* One number from any of the typed fields, as bits of that field. */
static void
store_number(struct onnx_tensor *t, size_t i, uint64_t v)
{
	uint32_t u = (uint32_t)v << 16;

	switch (t->elem) {
	case ONNX_INT64:
	case ONNX_UINT64:
	case ONNX_DOUBLE:
		memcpy((char *)t->data + i * 8, &v, 8);
		break;
	case ONNX_FLOAT:
	case ONNX_INT32:
	case ONNX_UINT32:
		u = (uint32_t)v;
		memcpy((char *)t->data + i * 4, &u, 4);
		break;
	case ONNX_FLOAT16:
		((float *)t->data)[i] = half_to_float((uint16_t)v);
		break;
	case ONNX_BFLOAT16:
		memcpy((char *)t->data + i * 4, &u, 4);
		break;
	case ONNX_INT16:
	case ONNX_UINT16:
		((uint16_t *)t->data)[i] = (uint16_t)v;
		break;
	default:
		((uint8_t *)t->data)[i] = (uint8_t)v;
	}
}

/* Bytes of one element in raw_data. */
static size_t
raw_size(enum onnx_elem e)
{
	return e == ONNX_FLOAT16 || e == ONNX_BFLOAT16 ? 2 : onnx_elem_size(e);
}

struct tensor_parts {
	size_t given;			/* elements seen so far */
	bool raw;
};

static int
tensor_shape(struct reader *r, struct onnx_tensor *t, struct pb from)
{
	struct pb_field f;
	struct pb packed;
	size_t reach = 1;
	uint64_t v;

	t->n = 1;
	while (pb_next(&from, &f)) {
		if (f.number == 2)
			t->elem = (enum onnx_elem)f.v;
		if (f.number == 8)
			t->name = name_of(r, &f);
		if (f.number == 13 || (f.number == 14 && f.v == 1))
			return err_set(r->e, ERR_UNSUPPORTED, "tensor data in "
			    "another file is not read: save the model as one "
			    "file");
		if (f.number != 1)
			continue;
		packed = f.wire == PB_BYTES ? pb_over(f.s, f.n) :
		    pb_over(NULL, 0);
		v = f.v;
		while (f.wire == PB_VARINT || pb_varint(&packed, &v)) {
			if (t->rank == ONNX_RANK_MAX)
				return err_set(r->e, ERR_UNSUPPORTED,
				    "a tensor of more than %d dimensions",
				    ONNX_RANK_MAX);
			t->dim[t->rank++] = (int64_t)v;
			if (v > COUNT_MAX || reach > COUNT_MAX / (v ? v : 1))
				return err_set(r->e, ERR_TOOBIG,
				    "a tensor is too large");
			t->n *= (size_t)v;
			reach *= v ? (size_t)v : 1;
			if (f.wire == PB_VARINT)
				break;
		}
	}
	if (t->n == 0 && reach > EMPTY_MAX)
		return err_set(r->e, ERR_TOOBIG, "a tensor is too large");
	return from.bad ? refuse_broken(r, "tensor") : 0;
}

static int
tensor_raw(struct reader *r, struct onnx_tensor *t, const struct pb_field *f)
{
	size_t size = raw_size(t->elem);

	if (t->elem == ONNX_TEXT || f->n != t->n * size)
		return refuse_broken(r, "raw tensor");
	if (size == onnx_elem_size(t->elem)) {
		/* the file is little-endian, and so are we */
		if (f->n)
			memcpy(t->data, f->s, f->n);
		return 0;
	}
	for (size_t i = 0; i < t->n; i++)
		store_number(t, i, get_le16(f->s + 2 * i));
	return 0;
}

/* float_data 4, double_data 10: fixed-width, packed or one by one. */
static bool
tensor_fixed(struct onnx_tensor *t, struct tensor_parts *p,
    const struct pb_field *f)
{
	size_t size = f->number == 4 ? 4 : 8;

	if ((f->number == 4) != (t->elem == ONNX_FLOAT))
		return false;
	if (f->wire != PB_BYTES) {
		if (p->given == t->n)
			return false;
		store_number(t, p->given++, f->v);
		return true;
	}
	if (f->n % size || f->n / size > t->n - p->given)
		return false;
	for (size_t i = 0; i < f->n; i += size)
		store_number(t, p->given++, size == 4 ? get_le32(f->s + i) :
		    get_le64(f->s + i));
	return true;
}

/* int32_data 5, int64_data 7, uint64_data 11 */
static bool
tensor_varints(struct onnx_tensor *t, struct tensor_parts *p,
    const struct pb_field *f)
{
	struct pb packed;
	uint64_t v = f->v;

	if (f->wire != PB_BYTES) {
		if (p->given == t->n)
			return false;
		store_number(t, p->given++, v);
		return true;
	}
	packed = pb_over(f->s, f->n);
	while (pb_varint(&packed, &v)) {
		if (p->given == t->n)
			return false;
		store_number(t, p->given++, v);
	}
	return !packed.bad;
}

int
read_tensor(struct reader *r, struct onnx_tensor *t, const uint8_t *s,
    size_t n)
{
	struct tensor_parts p = { 0, false };
	struct pb from = pb_over(s, n);
	struct pb_field f;
	bool good = true;

	memset(t, 0, sizeof(*t));
	t->name = "";
	if (tensor_shape(r, t, from) < 0)
		return -1;
	if (onnx_elem_size(t->elem) == 0)
		return err_set(r->e, ERR_UNSUPPORTED,
		    "tensor '%s' is of type %s, which is not supported",
		    t->name, onnx_elem_name(t->elem));
	/* what is not in the file needs no room: a shape alone cannot ask
	 * for more than a few times the bytes that came */
	if (t->n > n)
		return refuse_broken(r, "tensor size");
	t->data = arena_alloc(r->a, t->n * onnx_elem_size(t->elem));
	while (good && pb_next(&from, &f)) {
		if (f.number == 9 && f.wire == PB_BYTES) {
			if (tensor_raw(r, t, &f) < 0)
				return -1;
			p.raw = true;
		} else if (f.number == 4 || f.number == 10) {
			good = tensor_fixed(t, &p, &f);
		} else if (f.number == 5 || f.number == 7 || f.number == 11) {
			good = tensor_varints(t, &p, &f);
		} else if (f.number == 6 && f.wire == PB_BYTES) {
			good = t->elem == ONNX_TEXT && p.given < t->n;
			if (good)
				((struct text *)t->data)[p.given++] =
				    (struct text){ name_of(r, &f), f.n };
		}
	}
	if (!good || from.bad || (!p.raw && p.given != t->n))
		return refuse_broken(r, "tensor data");
	if (t->elem == ONNX_FLOAT16 || t->elem == ONNX_BFLOAT16)
		t->elem = ONNX_FLOAT;
	return 0;
}

int
onnx_read_tensor(struct onnx_tensor *out, struct arena *a, const void *bytes,
    size_t n, struct err *e)
{
	struct reader r = { a, e, a->used + READ_BYTES_MAX(n) };

	return read_tensor(&r, out, bytes, n);
}
