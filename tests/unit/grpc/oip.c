/* Messages of the Open Inference Protocol to JSON and bytes, and back. */
#include <string.h>

#include "../tap.h"
#include "codec/pb.h"
#include "grpc/oip.h"

static struct buf message, json, raw, out;
static struct arena a;
static struct err e;

static void
begin(void)
{
	buf_clear(&message);
	buf_clear(&json);
	buf_clear(&raw);
	buf_clear(&out);
	pb_put_text(&message, 1, "m");
}

static int
take(struct oip_asked *asked)
{
	return oip_read_infer(asked, &json, &raw, message.data, message.len, &a, &e);
}

/* An input; contents of field `number`, n bytes: NULL for none. */
static void
put_input(const char *name, const char *type, uint32_t number, const void *p, size_t n)
{
	struct buf b, contents;

	buf_init(&b, BUF_CAP_SMALL);
	buf_init(&contents, BUF_CAP_SMALL);
	if (p) {
		pb_put_bytes(&contents, number, p, n);
		pb_put_bytes(&b, 5, contents.data, contents.len);
	}
	pb_put_text(&b, 1, name);
	pb_put_text(&b, 2, type);
	pb_put_varint(&b, 3, 1);
	pb_put_bytes(&b, 3, "\2\3", 2);
	pb_put_bytes(&message, 5, b.data, b.len);
	buf_free(&b);
	buf_free(&contents);
}

#define TAIL "\"parameters\":{\"binary_data_size\":"

static void
reads_typed(void)
{
	struct oip_asked asked;

	begin();
	pb_put_text(&message, 2, "7");
	pb_put_text(&message, 3, "i\"d");
	put_input("x", "FP32", 6, "\0\0\200\77", 4);
	put_input("y", "BYTES", 8, "ab", 2);
	is_int(take(&asked), 0, "typed contents");
	ok(asked.model.n == 1 && asked.version.n == 1 && !asked.raw, "who is asked");
	is_text(json.data, "{\"id\":\"i\\\"d\",\"parameters\":{\"binary_data_output\":true},\"inputs\":["
	    "{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,2,3]," TAIL "4}},"
	    "{\"name\":\"y\",\"datatype\":\"BYTES\",\"shape\":[1,2,3]," TAIL "6}}]}", "as JSON");
	ok(raw.len == 10 && memcmp(raw.data, "\0\0\200\77\2\0\0\0ab", 10) == 0, "and bytes");
	begin();
	put_input("x", "INT16", 2, "\1\377\377\377\377\377\377\377\377\377\1", 11);
	is_int(take(&asked), 0, "whole numbers");
	ok(raw.len == 4 && memcmp(raw.data, "\1\0\377\377", 4) == 0, "in their width");
	begin();
	put_input("x", "BOOL", 1, "\1\0\2", 3);
	is_int(take(&asked), 0, "truths");
	ok(raw.len == 3 && memcmp(raw.data, "\1\0\1", 3) == 0, "a byte each");
}

static void
refuses(const char *type, uint32_t number, const char *s, size_t n, const char *why)
{
	struct oip_asked asked;

	begin();
	put_input("x", type, number, s, n);
	is_int(take(&asked), -1, "%s, field %u", type, (unsigned)number);
	ok(strstr(e.msg, why) != NULL, "says %s: %s", why, e.msg);
}

static void
refuses_contents(void)
{
	refuses("FP32", 7, "12345678", 8, "fp32_contents");
	refuses("FP32", 6, "123", 3, "no values");
	refuses("INT8", 2, "\200\1", 2, "does not fit");
	refuses("UINT8", 4, "\200\2", 2, "does not fit");
	refuses("FP16", 6, "1234", 4, "raw_input_contents");
	refuses("TEXT", 8, "a", 1, "datatype");
}

static void
reads_raw(void)
{
	struct oip_asked asked;

	begin();
	pb_put_bytes(&message, 7, "1234", 4);
	put_input("x", "FP32", 0, NULL, 0);
	is_int(take(&asked), 0, "raw contents, before their input");
	ok(asked.raw && raw.len == 4 && memcmp(raw.data, "1234", 4) == 0, "are taken as they are");
	pb_put_bytes(&message, 7, "1234", 4);
	is_int(take(&asked), -1, "more than inputs");
	begin();
	put_input("x", "FP32", 6, "1234", 4);
	pb_put_bytes(&message, 7, "1234", 4);
	is_int(take(&asked), -1, "both kinds");
	begin();
	pb_put_bytes(&message, 3, "\377", 1);
	is_int(take(&asked), -1, "an id that is no UTF-8");
	begin();
	buf_add(&message, "\52\177", 2);
	is_int(take(&asked), -1, "a message that is cut off");
}

static void
put_parameter(const char *key, uint32_t number, const char *text, uint64_t v)
{
	struct buf entry, value;

	buf_init(&entry, BUF_CAP_SMALL);
	buf_init(&value, BUF_CAP_SMALL);
	if (text)
		pb_put_text(&value, number, text);
	else
		pb_put_varint(&value, number, v);
	pb_put_text(&entry, 1, key);
	pb_put_bytes(&entry, 2, value.data, value.len);
	pb_put_bytes(&message, 4, entry.data, entry.len);
	buf_free(&entry);
	buf_free(&value);
}

static void
reads_parameters(void)
{
	struct oip_asked asked;

	begin();
	put_parameter("t", 2, NULL, (uint64_t)-5);
	put_parameter("b", 1, NULL, 1);
	put_parameter("s", 3, "a\"", 0);
	put_parameter("binary_data_output", 1, NULL, 0);
	is_int(take(&asked), 0, "parameters");
	is_text(json.data, "{\"parameters\":{\"t\":-5,\"b\":true,\"s\":\"a\\\"\",\"binary_data_output\":true},"
	    "\"inputs\":[]}", "but for how tensors go");
}

#define ANSWER "{\"model_name\":\"m\",\"model_version\":\"1\",\"id\":\"i\",\"outputs\":[" \
    "{\"name\":\"o\",\"datatype\":\"INT8\",\"shape\":[2]," TAIL "2}}," \
    "{\"name\":\"p\",\"datatype\":\"BYTES\",\"shape\":[1]," TAIL "5}}]}"

static int
answer(const char *text, size_t n_bytes, bool as_raw)
{
	begin();
	return oip_write_infer(&out, text, strlen(text) + n_bytes, strlen(text), as_raw, &a, &e);
}

static void
writes_answers(void)
{
	static const char text[] = ANSWER;
	char whole[sizeof(text) + 7];

	memcpy(whole, text, sizeof(text) - 1);
	memcpy(whole + sizeof(text) - 1, "\1\377\1\0\0\0z", 7);
	begin();
	is_int(oip_write_infer(&out, whole, sizeof(text) + 6, sizeof(text) - 1, true, &a, &e), 0, "raw");
	ok(memcmp(out.data + out.len - 11, "\62\2\1\377\62\5\1\0\0\0z", 11) == 0, "in field 6");
	begin();
	is_int(oip_write_infer(&out, whole, sizeof(text) + 6, sizeof(text) - 1, false, &a, &e), 0, "typed");
	ok(memcmp(out.data, "\12\1m\22\1" "1\32\1i\52\33\12\1o\22\4INT8\32\1\2\52\15\22\13\1"
	    "\377\377\377\377\377\377\377\377\377\1", 38) == 0, "in field 5, negative numbers in ten bytes");
	is_int(answer("{\"outputs\":[{\"name\":\"o\",\"datatype\":\"FP32\",\"shape\":[1]," TAIL "4}}]}", 0, true),
	    -1, "bytes that are not there");
	is_int(answer("{\"outputs\":[{\"name\":\"o\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}]}", 0, true),
	    -1, "no bytes");
	is_int(answer("not JSON", 0, true), -1, "what is no answer");
}

int
main(void)
{
	buf_init(&message, BUF_CAP_SMALL);
	buf_init(&json, BUF_CAP_SMALL);
	buf_init(&raw, BUF_CAP_SMALL);
	buf_init(&out, BUF_CAP_SMALL);
	reads_typed();
	refuses_contents();
	reads_raw();
	reads_parameters();
	writes_answers();
	buf_free(&message);
	buf_free(&json);
	buf_free(&raw);
	buf_free(&out);
	arena_free(&a);
	return tap_done();
}
