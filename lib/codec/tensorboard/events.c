/* Records of event files checked, and the messages in them. */
#include "codec/tensorboard/events.h"

#include <string.h>

void
tb_init(struct tb *t)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int k = 0; k < 8; k++)
			c = (c >> 1) ^ (c & 1 ? 0x82f63b78u : 0);
		t->table[i] = c;
	}
}

static bool
checksum_ok(const struct tb *t, const uint8_t *p, size_t n, uint32_t want)
{
	uint32_t c = 0xffffffff;

	while (n--)
		c = (c >> 8) ^ t->table[(c ^ *p++) & 0xff];
	c = ~c;
	return ((c >> 15 | c << 17) + 0xa282ead8u) == want;
}

bool
tb_begins(const struct tb *t, const uint8_t *p)
{
	return get_le64(p) <= TB_RECORD_MAX && checksum_ok(t, p, 8,
	    get_le32(p + 8));
}

int64_t
tb_record(const struct tb *t, const uint8_t **message, size_t *n,
    const uint8_t *p, size_t left)
{
	uint64_t length;

	if (left < 16)
		return 0;
	if (!tb_begins(t, p))
		return -1;
	length = get_le64(p);
	/* whoever writes it was killed, or writes still */
	if (length > left - 16)
		return 0;
	*message = p + 12;
	*n = (size_t)length;
	return checksum_ok(t, p + 12, *n, get_le32(p + 12 + *n)) ?
	    (int64_t)length + 16 : -1;
}

/* ---- messages ---- */

static double
double_of(const struct pb_field *f)
{
	double d;

	memcpy(&d, &f->v, sizeof(d));
	return d;
}

/* The one number of a TensorProto; false when it is not one. */
static bool
tensor_scalar(double *out, const struct pb_field *tensor)
{
	struct pb r = pb_over(tensor->s, tensor->n);
	struct pb_field f;
	uint64_t dtype = 0;
	bool found = false;

	while (pb_next(&r, &f)) {
		if (f.number == 1) {
			dtype = f.v;
		} else if (f.number == 4 && f.n == 8 && dtype == 1) {
			float v;

			memcpy(&v, f.s, 4);
			*out = v;
			found = true;
		} else if (f.number == 4 && f.n == 4 && dtype == 1) {
			float v;

			memcpy(&v, f.s, 4);
			*out = v;
			found = true;
		} else if (f.number == 4 && f.n == 8 && dtype == 2) {
			memcpy(out, f.s, 8);
			found = true;
		} else if (f.number == 5 && f.wire == PB_FIXED32) {
			*out = pb_float(&f);
			found = true;
		} else if (f.number == 5 && f.n == 4) {
			float v;

			memcpy(&v, f.s, 4);
			*out = v;
			found = true;
		} else if (f.number == 6 && f.n == 8) {
			memcpy(out, f.s, 8);
			found = true;
		} else if (f.number == 6 && f.wire == PB_FIXED64) {
			*out = double_of(&f);
			found = true;
		}
	}
	return found && !r.bad;
}

bool
tb_event(struct tb_event *event, const uint8_t *message, size_t n)
{
	struct pb r = pb_over(message, n);
	struct pb_field f, summary = { 0 };
	double seconds = 0;

	event->step = 0;
	while (pb_next(&r, &f)) {
		if (f.number == 1 && f.wire == PB_FIXED64)
			seconds = double_of(&f);
		else if (f.number == 2 && f.wire == PB_VARINT)
			event->step = (int64_t)f.v;
		else if (f.number == 5 && f.wire == PB_BYTES)
			summary = f;
	}
	if (r.bad || !(seconds >= 0 && seconds < 1e11))
		return false;
	event->us = (int64_t)(seconds * 1e6);
	event->summary = pb_over(summary.s, summary.n);
	return true;
}

static bool
read_value(struct tb_value *v, const struct pb_field *message)
{
	struct pb r = pb_over(message->s, message->n);
	struct pb_field f;

	memset(v, 0, sizeof(*v));
	while (pb_next(&r, &f)) {
		if (f.number == 1 && f.wire == PB_BYTES) {
			v->tag = f.s;
			v->n = f.n;
		} else if (f.number == 2 && f.wire == PB_FIXED32) {
			v->value = pb_float(&f);
			v->scalar = true;
		} else if (f.number == 8 && f.wire == PB_BYTES) {
			v->scalar = tensor_scalar(&v->value, &f);
		} else if (f.number == 9 && f.wire == PB_BYTES) {
			v->metadata = f;
		}
	}
	return v->tag && !r.bad;
}

bool
tb_value(struct tb_value *value, struct pb *summary)
{
	struct pb_field f;

	while (pb_next(summary, &f))
		if (f.number == 1 && f.wire == PB_BYTES && read_value(value,
		    &f))
			return true;
	return false;
}
