/* Tensors from bytes and to bytes. */
#include "dialect/raw_tensor.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "table/column_set.h"

static const struct {
	const char *word;
	size_t size;
} types[RAW_TYPES] = {
	[RAW_BOOL] = { "BOOL", 1 }, [RAW_INT8] = { "INT8", 1 },
	[RAW_INT16] = { "INT16", 2 }, [RAW_INT32] = { "INT32", 4 },
	[RAW_INT64] = { "INT64", 8 }, [RAW_UINT8] = { "UINT8", 1 },
	[RAW_UINT16] = { "UINT16", 2 }, [RAW_UINT32] = { "UINT32", 4 },
	[RAW_UINT64] = { "UINT64", 8 }, [RAW_FP16] = { "FP16", 2 },
	[RAW_BF16] = { "BF16", 2 }, [RAW_FP32] = { "FP32", 4 },
	[RAW_FP64] = { "FP64", 8 }, [RAW_BYTES] = { "BYTES", 0 },
};

const char *
raw_type_word(enum raw_type t)
{
	return types[t].word;
}

size_t
raw_type_size(enum raw_type t)
{
	return types[t].size;
}

enum raw_type
raw_type_of(enum onnx_elem elem)
{
	switch (elem) {
	case ONNX_FLOAT:
		return RAW_FP32;
	case ONNX_DOUBLE:
		return RAW_FP64;
	case ONNX_INT32:
		return RAW_INT32;
	case ONNX_BOOL:
		return RAW_BOOL;
	case ONNX_TEXT:
		return RAW_BYTES;
	default:
		return RAW_INT64;
	}
}

/* --- reading -------------------------------------------------------------- */

static double
float_from(uint32_t bits)
{
	float f;

	memcpy(&f, &bits, sizeof(f));
	return (double)f;
}

static double
half_from(uint16_t h)
{
	int exponent = h >> 10 & 31, fraction = h & 1023;
	double v = exponent == 31 ? (fraction ? NAN : INFINITY) :
	    exponent == 0 ? ldexp(fraction, -24) :
	    ldexp(1024 + fraction, exponent - 25);

	return h & 0x8000 ? -v : v;
}

/* A whole number of one of the signed or unsigned types. */
static bool
whole_at(int64_t *v, enum raw_type t, const unsigned char *s)
{
	switch (t) {
	case RAW_INT8:
		*v = (int8_t)s[0];
		return true;
	case RAW_UINT8:
		*v = s[0];
		return true;
	case RAW_INT16:
		*v = (int16_t)get_le16(s);
		return true;
	case RAW_UINT16:
		*v = get_le16(s);
		return true;
	case RAW_INT32:
		*v = (int32_t)get_le32(s);
		return true;
	case RAW_UINT32:
		*v = get_le32(s);
		return true;
	case RAW_INT64:
	case RAW_UINT64:
		*v = (int64_t)get_le64(s);
		return t == RAW_INT64 || *v >= 0;
	default:
		return false;
	}
}

static double
number_at(enum raw_type t, const unsigned char *s)
{
	uint64_t bits;
	double d;

	switch (t) {
	case RAW_FP16:
		return half_from(get_le16(s));
	case RAW_BF16:
		return float_from((uint32_t)get_le16(s) << 16);
	case RAW_FP32:
		return float_from(get_le32(s));
	case RAW_FP64:
		bits = get_le64(s);
		memcpy(&d, &bits, sizeof(d));
		return d;
	default:
		return (double)get_le64(s);
	}
}

static int
set_element(struct column *c, size_t row, enum raw_type t,
    const unsigned char *s, struct err *e)
{
	int64_t whole;

	if (t == RAW_BOOL && s[0] > 1)
		return err_set(e, ERR_FORMAT, "a BOOL is a byte of 0 or 1, not "
		    "%d", s[0]);
	if (t == RAW_BOOL)
		return column_set_text(c, row, s[0] ? "true" : "false",
		    s[0] ? 4 : 5, e);
	if (whole_at(&whole, t, s))
		return column_set_whole(c, row, whole, e);
	return column_set_number(c, row, number_at(t, s), e);
}

/* Bytes of a text behind its length; SIZE_MAX: they are not all there. */
static size_t
text_at(const char *s, size_t left)
{
	size_t n;

	if (left < 4)
		return SIZE_MAX;
	n = get_le32(s);
	return n <= left - 4 ? n : SIZE_MAX;
}

static int
set_text(struct column *c, size_t row, const char *s, size_t n,
    struct err *e)
{
	if (n == 0) {
		column_set_missing(c, row);
		return 0;
	}
	if (!utf8_ok(s, n))
		return err_set(e, ERR_FORMAT, "a text is not UTF-8");
	return column_set_text(c, row, s, n, e);
}

int
raw_tensor_read(struct column *col, size_t width, size_t rows,
    enum raw_type t, const char *s, size_t n, struct err *e)
{
	size_t size = raw_type_size(t), at = 0;

	if (size && (n % size || n / size != rows * width))
		return err_set(e, ERR_FORMAT, "%zu bytes came, the shape says "
		    "%zu of %zu", n, rows * width, size);
	for (size_t row = 0; row < rows; row++)
		for (size_t k = 0; k < width; k++) {
			size_t len = size ? size : text_at(s + at, n - at);

			if (len == SIZE_MAX)
				return err_set(e, ERR_FORMAT, "the texts are cut "
				    "off at byte %zu of %zu", at, n);
			if ((size ? set_element(&col[k], row, t,
			    (const unsigned char *)s + at, e) :
			    set_text(&col[k], row, s + at + 4, len, e)) < 0)
				return -1;
			at += size ? size : len + 4;
		}
	return at == n ? 0 : err_set(e, ERR_FORMAT, "%zu bytes came, the texts "
	    "take %zu", n, at);
}

/* --- writing -------------------------------------------------------------- */

static void
put_text(struct buf *out, const struct column *c, size_t row)
{
	char room[COLUMN_PRINT_MAX];
	size_t n = 0;
	const char *s = column_print(c, row, room, &n);

	buf_le32(out, s ? (uint32_t)n : 0);
	if (s)
		buf_add(out, s, n);
}

static int64_t
whole_of(const struct column *c, size_t row)
{
	return c->type == COL_INT64 || c->type == COL_DATETIME ? c->i64[row] :
	    (int64_t)column_number(c, row);
}

static void
put_element(struct buf *out, const struct column *c, size_t row,
    enum raw_type t)
{
	double d;
	float f;
	uint64_t bits;
	uint32_t few;

	switch (t) {
	case RAW_BYTES:
		put_text(out, c, row);
		break;
	case RAW_BOOL:
		buf_addc(out, column_number(c, row) == 1);
		break;
	case RAW_FP32:
		f = (float)column_number(c, row);
		memcpy(&few, &f, sizeof(few));
		buf_le32(out, few);
		break;
	case RAW_FP64:
		d = column_number(c, row);
		memcpy(&bits, &d, sizeof(bits));
		buf_le64(out, bits);
		break;
	case RAW_INT32:
		buf_le32(out, (uint32_t)whole_of(c, row));
		break;
	default:
		buf_le64(out, (uint64_t)whole_of(c, row));
	}
}

void
raw_tensor_write(struct buf *out, const struct column *col, size_t width,
    size_t rows, enum raw_type t)
{
	for (size_t row = 0; row < rows && !out->failed; row++)
		for (size_t k = 0; k < width; k++)
			put_element(out, &col[k], row, t);
}
