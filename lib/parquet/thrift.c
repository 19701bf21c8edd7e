/* Thrift's compact protocol: varints, field headers, what is passed over. */
#include "parquet/thrift.h"

#define DEPTH_MAX 32

static uint8_t
next_byte(struct thrift *t)
{
	if (t->bad || t->p == t->end) {
		t->bad = true;
		return 0;
	}
	return *t->p++;
}

static uint64_t
next_varint(struct thrift *t)
{
	uint64_t v = 0;

	for (int shift = 0; shift < 64; shift += 7) {
		uint8_t b = next_byte(t);

		v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return t->bad ? 0 : v;
	}
	t->bad = true;
	return 0;
}

static int64_t
next_zigzag(struct thrift *t)
{
	uint64_t v = next_varint(t);

	return (int64_t)(v >> 1 ^ (0 - (v & 1)));
}

bool
thrift_field(struct thrift *t, struct thrift_struct *s)
{
	uint8_t b = next_byte(t);

	if (t->bad || b == 0)
		return false;
	s->type = b & 15;
	if (b >> 4)
		s->id = (int16_t)(s->id + (b >> 4));
	else
		s->id = (int16_t)next_zigzag(t);
	if (s->type > THRIFT_STRUCT)
		t->bad = true;
	return !t->bad;
}

int64_t
thrift_int(struct thrift *t, const struct thrift_struct *s)
{
	if (s->type == THRIFT_BYTE)
		return (int8_t)next_byte(t);
	if (s->type < THRIFT_I16 || s->type > THRIFT_I64) {
		t->bad = true;
		return 0;
	}
	return next_zigzag(t);
}

bool
thrift_bool(struct thrift *t, const struct thrift_struct *s)
{
	if (s->type != THRIFT_TRUE && s->type != THRIFT_FALSE)
		t->bad = true;
	return s->type == THRIFT_TRUE;
}

const char *
thrift_bytes(struct thrift *t, const struct thrift_struct *s, size_t *n)
{
	uint64_t len = s->type == THRIFT_BINARY ? next_varint(t) : 0;
	const char *at;

	*n = 0;
	if (s->type != THRIFT_BINARY || len > (size_t)(t->end - t->p))
		t->bad = true;
	if (t->bad)
		return "";
	at = (const char *)t->p;
	t->p += len;
	*n = (size_t)len;
	return at;
}

/* Each element takes a byte or more, so a count beyond the rest is a lie. */
static size_t
list_header(struct thrift *t, uint8_t *of)
{
	uint8_t b = next_byte(t);
	uint64_t n = b >> 4;

	*of = b & 15;
	if (n == 15)
		n = next_varint(t);
	if (n > (size_t)(t->end - t->p))
		t->bad = true;
	return t->bad ? 0 : (size_t)n;
}

size_t
thrift_list(struct thrift *t, const struct thrift_struct *s,
    enum thrift_type of)
{
	uint8_t type = 0;
	size_t n;

	if (s->type != THRIFT_LIST) {
		t->bad = true;
		return 0;
	}
	n = list_header(t, &type);
	if (n > 0 && type != of)
		t->bad = true;
	return t->bad ? 0 : n;
}

bool
thrift_enter(struct thrift *t, const struct thrift_struct *s)
{
	if (s->type != THRIFT_STRUCT || ++t->depth > DEPTH_MAX)
		t->bad = true;
	return !t->bad;
}

void
thrift_leave(struct thrift *t)
{
	t->depth--;
}

static void skip_value(struct thrift *t, uint8_t type, bool element);

static void
skip_list(struct thrift *t)
{
	uint8_t of = 0;
	size_t n = list_header(t, &of);

	while (n-- > 0 && !t->bad)
		skip_value(t, of, true);
}

static void
skip_map(struct thrift *t)
{
	uint64_t n = next_varint(t);
	uint8_t types;

	if (n == 0)
		return;
	types = next_byte(t);
	if (n > (size_t)(t->end - t->p))
		t->bad = true;
	for (; n > 0 && !t->bad; n--) {
		skip_value(t, types >> 4, true);
		skip_value(t, types & 15, true);
	}
}

static void
skip_value(struct thrift *t, uint8_t type, bool element)
{
	struct thrift_struct s = { 0, type };
	size_t n;

	if (t->bad || ++t->depth > DEPTH_MAX) {
		t->bad = true;
		return;
	}
	switch (type) {
	case THRIFT_TRUE:
	case THRIFT_FALSE:
		if (element)
			next_byte(t);
		break;
	case THRIFT_BYTE:
	case THRIFT_I16:
	case THRIFT_I32:
	case THRIFT_I64:
		thrift_int(t, &s);
		break;
	case THRIFT_DOUBLE:
		if (t->end - t->p < 8)
			t->bad = true;
		else
			t->p += 8;
		break;
	case THRIFT_BINARY:
		thrift_bytes(t, &s, &n);
		break;
	case THRIFT_LIST:
	case THRIFT_SET:
		skip_list(t);
		break;
	case THRIFT_MAP:
		skip_map(t);
		break;
	case THRIFT_STRUCT:
		s = (struct thrift_struct)THRIFT_STRUCT_INIT;
		while (thrift_field(t, &s))
			skip_value(t, s.type, false);
		break;
	default:
		t->bad = true;
	}
	t->depth--;
}

void
thrift_skip(struct thrift *t, const struct thrift_struct *s)
{
	skip_value(t, s->type, false);
}
