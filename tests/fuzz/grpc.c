/* Any bytes as a message of the Open Inference Protocol, and as an answer of
 * the server behind: what is accepted has JSON, and tensors as long as the
 * JSON says together. */
#include <stdint.h>
#include <stdlib.h>

#include "codec/json.h"
#include "grpc/oip.h"
#include "grpc/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_request(const struct buf *json, const struct buf *raw, struct arena *a)
{
	struct err e = ERR_INIT;
	const struct json *inputs;
	size_t bytes = 0;
	struct json *j;

	if (json_parse(&j, a, json->data, json->len, 0, &e) < 0)
		return;			/* a parameter twice: it is refused behind */
	inputs = json_get(j, "inputs");
	if (inputs == NULL)
		abort();
	for (const struct json *k = inputs->child; k; k = k->next)
		bytes += (size_t)json_int(json_get(k, "parameters"), "binary_data_size", 0);
	if (bytes != raw->len)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct grpc_message body = { (const char *)data, size };
	struct buf room, json, raw, out;
	struct grpc_message m;
	struct oip_asked asked;
	struct oip_text text;
	struct arena a = { 0 };
	struct err e = ERR_INIT;

	buf_init(&room, BUF_CAP_SMALL);
	buf_init(&json, BUF_CAP_DOC);
	buf_init(&raw, BUF_CAP_DOC);
	buf_init(&out, BUF_CAP_DOC);
	if (grpc_message_read(&m, &room, &body, true, 65536, &e) == 0) {
		if (oip_read_infer(&asked, &json, &raw, m.s, m.n, &a, &e) == 0)
			check_request(&json, &raw, &a);
		(void)oip_read_asked(&asked, m.s, m.n, &e);
		(void)oip_read_text(&text, m.s, m.n, &e);
	}
	for (int typed = 0; size > 1 && typed < 2; typed++)
		(void)oip_write_infer(&out, (const char *)data + 1, size - 1,
		    data[0] < size ? data[0] : size - 1, typed == 0, &a, &e);
	buf_free(&room);
	buf_free(&json);
	buf_free(&raw);
	buf_free(&out);
	arena_free(&a);
	return 0;
}
