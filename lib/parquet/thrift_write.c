/* Thrift's compact protocol, written. */
#include "parquet/thrift_write.h"

#include "parquet/thrift.h"

static void
put_varint(struct buf *out, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_addc(out, (char)(v | 0x80));
	buf_addc(out, (char)v);
}

void
thrift_add_int(struct thrift_out *t, int64_t v)
{
	put_varint(t->out, (uint64_t)v << 1 ^ (uint64_t)(v >> 63));
}

void
thrift_add_bytes(struct thrift_out *t, const void *s, size_t n)
{
	put_varint(t->out, n);
	buf_add(t->out, s, n);
}

static void
put_field(struct thrift_out *t, int16_t id, int type)
{
	buf_addc(t->out, (char)((id - t->last[t->depth]) << 4 | type));
	t->last[t->depth] = id;
}

void
thrift_put_i32(struct thrift_out *t, int16_t id, int32_t v)
{
	put_field(t, id, THRIFT_I32);
	thrift_add_int(t, v);
}

void
thrift_put_i64(struct thrift_out *t, int16_t id, int64_t v)
{
	put_field(t, id, THRIFT_I64);
	thrift_add_int(t, v);
}

void
thrift_put_bool(struct thrift_out *t, int16_t id, bool v)
{
	put_field(t, id, v ? THRIFT_TRUE : THRIFT_FALSE);
}

void
thrift_put_bytes(struct thrift_out *t, int16_t id, const void *s, size_t n)
{
	put_field(t, id, THRIFT_BINARY);
	thrift_add_bytes(t, s, n);
}

void
thrift_begin(struct thrift_out *t, int16_t id)
{
	if (id > 0)
		put_field(t, id, THRIFT_STRUCT);
	if (++t->depth == THRIFT_NEST)
		BUG("nested too deep");
	t->last[t->depth] = 0;
}

void
thrift_end(struct thrift_out *t)
{
	buf_addc(t->out, 0);
	t->depth--;
}

void
thrift_put_list(struct thrift_out *t, int16_t id, int type, size_t n)
{
	put_field(t, id, THRIFT_LIST);
	if (n < 15) {
		buf_addc(t->out, (char)(n << 4 | (size_t)type));
		return;
	}
	buf_addc(t->out, (char)(0xf0 | type));
	put_varint(t->out, n);
}
