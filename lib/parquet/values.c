/* The values of a page, in each encoding that Parquet has for them. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "parquet/chunk.h"
#include "parquet/delta.h"
#include "parquet/levels.h"

static int
too_few(struct err *e)
{
	return err_set(e, ERR_CORRUPT, "a page with fewer values than it "
	    "says");
}

static size_t
value_size(const struct parquet_column *c)
{
	switch (c->physical) {
	case PARQUET_BOOLEAN: return 1;
	case PARQUET_INT32:
	case PARQUET_FLOAT: return 4;
	case PARQUET_INT64:
	case PARQUET_DOUBLE: return 8;
	default: return sizeof(struct parquet_bytes);
	}
}

static void *
value_array(struct value_room *room, size_t n, size_t size, struct err *e)
{
	size_t need;

	if (!size_mul(&need, n + 1, size)) {
		err_set(e, ERR_TOOBIG, "a page with too many values");
		return NULL;
	}
	if (need > room->bytes) {
		void *to = mem_resize(room->data, need, 1);

		if (to == NULL) {
			err_set(e, ERR_NOMEM, "no memory for a page");
			return NULL;
		}
		room->data = to;
		room->bytes = need;
	}
	return room->data;
}

/* Arrays of fixed length, one after the other. */
static int
plain_fixed(struct parquet_bytes *out, size_t n, uint32_t length,
    const uint8_t *p, const uint8_t *end, struct err *e)
{
	if (n > (size_t)(end - p) / length)
		return too_few(e);
	for (size_t i = 0; i < n; i++)
		out[i] = (struct parquet_bytes){ (const char *)p + i * length,
		    length };
	return 0;
}

static int
plain_bytes(struct parquet_bytes *out, size_t n, const uint8_t *p,
    const uint8_t *end, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t len;

		if (end - p < 4 || (len = get_le32(p)) > (size_t)(end - p) - 4)
			return too_few(e);
		out[i] = (struct parquet_bytes){ (const char *)p + 4, len };
		p += 4 + (size_t)len;
	}
	return 0;
}

static int
read_plain(void *out, const struct parquet_column *c, size_t n,
    const uint8_t *p, const uint8_t *end, struct err *e)
{
	size_t size = value_size(c);

	switch (c->physical) {
	case PARQUET_BOOLEAN:
		if (n > (size_t)(end - p) * 8)
			return too_few(e);
		for (size_t i = 0; i < n; i++)
			((uint8_t *)out)[i] = p[i >> 3] >> (i & 7) & 1;
		return 0;
	case PARQUET_BYTES:
		return plain_bytes(out, n, p, end, e);
	case PARQUET_INT96:
	case PARQUET_FIXED:
		return plain_fixed(out, n, c->length, p, end, e);
	default:
		if (n > (size_t)(end - p) / size)
			return too_few(e);
		memcpy(out, p, n * size);
		return 0;
	}
}

/* Byte k of every value stands in the k-th part of the page. */
static int
read_byte_split(void *out, struct value_room *room,
    const struct parquet_column *c, size_t n, const uint8_t *p,
    const uint8_t *end, struct err *e)
{
	bool fixed = c->physical == PARQUET_FIXED;
	size_t size = fixed ? c->length : value_size(c), bytes;
	uint8_t *to = out;

	if (c->physical == PARQUET_BYTES || c->physical == PARQUET_BOOLEAN ||
	    c->physical == PARQUET_INT96)
		return err_set(e, ERR_CORRUPT, "an encoding that is not for "
		    "values of this type");
	if (n > (size_t)(end - p) / size)
		return too_few(e);
	bytes = n * size;
	if (fixed) {
		buf_clear(&room->text);
		to = (uint8_t *)buf_reserve(&room->text, bytes + 1);
		if (to == NULL)
			return buf_check(&room->text, e);
	}
	for (size_t k = 0; k < size; k++)
		for (size_t i = 0; i < n; i++)
			to[i * size + k] = p[k * n + i];
	return fixed ? plain_fixed(out, n, c->length, to, to + bytes, e) : 0;
}

static int
read_deltas(void *out, struct value_room *room,
    const struct parquet_column *c, size_t n, const uint8_t *p,
    const uint8_t *end, struct err *e)
{
	if (c->physical == PARQUET_INT64)
		return delta_read(out, n, 64, &p, end, e);
	if (c->physical != PARQUET_INT32)
		return err_set(e, ERR_CORRUPT, "an encoding that is not for "
		    "values of this type");
	if (n > room->wides) {
		free(room->wide);
		room->wides = 0;
		room->wide = mem_array(n + 1, sizeof(*room->wide));
		if (room->wide == NULL)
			return err_set(e, ERR_NOMEM, "no memory for a page");
		room->wides = n;
	}
	if (delta_read(room->wide, n, 32, &p, end, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		((int32_t *)out)[i] = (int32_t)room->wide[i];
	return 0;
}

static int
read_delta_bytes(struct parquet_bytes *out, struct value_room *room,
    const struct parquet_column *c, int encoding, size_t n, const uint8_t *p,
    const uint8_t *end, struct err *e)
{
	if (c->physical != PARQUET_BYTES && (c->physical != PARQUET_FIXED ||
	    encoding != ENC_DELTA_BYTES))
		return err_set(e, ERR_CORRUPT, "an encoding that is not for "
		    "values of this type");
	if ((encoding == ENC_DELTA_LENGTH ? delta_lengths(out, n, p, end, e) :
	    delta_strings(out, &room->text, n, p, end, e)) != 0)
		return -1;
	for (size_t i = 0; c->physical == PARQUET_FIXED && i < n; i++)
		if (out[i].n != c->length)
			return err_set(e, ERR_CORRUPT, "a value of another "
			    "length");
	return 0;
}

/* Booleans as runs, with their size before them. */
static int
read_runs(uint8_t *out, const struct parquet_column *c, size_t n,
    const uint8_t *p, const uint8_t *end, struct err *e)
{
	if (c->physical != PARQUET_BOOLEAN)
		return err_set(e, ERR_CORRUPT, "an encoding that is not for "
		    "values of this type");
	if (n == 0)
		return 0;
	if (end - p < 4 || get_le32(p) > (size_t)(end - p) - 4 ||
	    !levels_read8(out, n, 1, 1, p + 4, p + 4 + get_le32(p)))
		return too_few(e);
	return 0;
}

int
values_read(struct parquet_values *v, struct value_room *room,
    const struct parquet_column *col, int encoding, size_t n,
    const uint8_t *p, const uint8_t *end, struct err *e)
{
	void *out = value_array(room, n, value_size(col), e);

	if (out == NULL)
		return -1;
	if (!room->has_text) {
		buf_init(&room->text, PARQUET_PAGE_BYTES + 1);
		room->has_text = true;
	}
	v->n = n;
	v->data = out;
	if (n == 0)
		return 0;
	switch (encoding) {
	case ENC_PLAIN:
		return read_plain(out, col, n, p, end, e);
	case ENC_RLE:
		return read_runs(out, col, n, p, end, e);
	case ENC_DELTA:
		return read_deltas(out, room, col, n, p, end, e);
	case ENC_DELTA_LENGTH:
	case ENC_DELTA_BYTES:
		return read_delta_bytes(out, room, col, encoding, n, p, end,
		    e);
	case ENC_BYTE_SPLIT:
		return read_byte_split(out, room, col, n, p, end, e);
	default:
		return err_set(e, ERR_UNSUPPORTED, "an encoding that is not "
		    "known (%d)", encoding);
	}
}

void
values_release(struct value_room *room)
{
	free(room->data);
	free(room->wide);
	if (room->has_text)
		buf_free(&room->text);
}
