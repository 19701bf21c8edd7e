/* Prefixes, packed messages, status and time-outs. */
#include <string.h>

#include "../tap.h"
#include "codec/pack/gz.h"
#include "grpc/wire.h"

static struct grpc_message m;
static struct buf room;
static struct err e;

static int
take(const char *s, size_t n, bool packs, size_t most)
{
	const struct grpc_message body = { s, n };

	return grpc_message_read(&m, &room, &body, packs, most, &e);
}

static void
reads_messages(void)
{
	is_int(take("\0\0\0\0\2ab", 7, false, 10), 0, "a message");
	ok(m.n == 2 && memcmp(m.s, "ab", 2) == 0, "is what follows its prefix");
	is_int(take("\0\0\0\0\0", 5, false, 0), 0, "an empty one");
	is_int(take("\0\0\0\0", 4, false, 10), -1, "a prefix that is cut off");
	is_int(take("\0\0\0\0\3ab", 7, false, 10), -1, "a message that is");
	is_int(take("\0\0\0\0\1ab", 7, false, 10), -1, "and bytes behind it");
	is_int(take("\0\0\0\0\2ab", 7, false, 1), -1, "one that is too long");
	is_int(e.code, ERR_TOOBIG, "says so");
	is_int(take("\2\0\0\0\2ab", 7, true, 10), -1, "neither packed nor not");
	is_int(take("\1\0\0\0\2ab", 7, false, 10), -1, "packed without a word on how");
	is_int(take("\1\0\0\0\2ab", 7, true, 10), -1, "packed, and no gzip");
	is_int(e.code, ERR_FORMAT, "is the client's mistake");
}

static void
unpacks_messages(void)
{
	struct gz_out *z = gz_out_new();
	struct buf packed, body;
	static char zeros[100000];

	buf_init(&packed, BUF_CAP_SMALL);
	buf_init(&body, BUF_CAP_SMALL);
	is_int(gz_out_add(z, &packed, zeros, sizeof(zeros), true, &e), 0, "gzip");
	grpc_put_prefix(&body, packed.len);
	body.data[0] = 1;
	buf_add(&body, packed.data, packed.len);
	is_int(take(body.data, body.len, true, 100000), 0, "is unpacked");
	ok(m.n == 100000 && memcmp(m.s, zeros, m.n) == 0, "to what it was");
	is_int(take(body.data, body.len, true, 99999), -1, "to no more than may be");
	is_int(e.code, ERR_TOOBIG, "and says so");
	body.len -= 3;
	body.data[4] = (char)(packed.len - 3);
	is_int(take(body.data, body.len, true, 100000), -1, "not when it is cut off");
	gz_out_free(z);
	buf_free(&packed);
	buf_free(&body);
}

static void
tells_status(void)
{
	struct buf b;

	is_int(grpc_status_of_http(200), GRPC_OK, "200");
	is_int(grpc_status_of_http(400), GRPC_INVALID_ARGUMENT, "400");
	is_int(grpc_status_of_http(404), GRPC_NOT_FOUND, "404");
	is_int(grpc_status_of_http(503), GRPC_UNAVAILABLE, "503");
	is_int(grpc_status_of_http(504), GRPC_DEADLINE_EXCEEDED, "504");
	is_int(grpc_status_of_http(299), GRPC_UNKNOWN, "another");
	buf_init(&b, BUF_CAP_SMALL);
	grpc_put_text(&b, "a 100% \xc3\xa9\n");
	is_text(b.data, "a 100%25 %C3%A9%0A", "a text as gRPC has it");
	buf_clear(&b);
	for (int i = 0; i < 3000; i++)
		buf_adds(&room, "\n");
	grpc_put_text(&b, room.data);
	ok(b.len <= GRPC_TEXT_MAX, "is cut");
	buf_free(&b);
}

static int64_t
timeout(const char *s)
{
	int64_t us = -1;

	return grpc_timeout_read(&us, s, strlen(s)) ? us : -1;
}

static const char *
printed(int64_t us)
{
	static char text[GRPC_TIMEOUT_MAX];

	grpc_timeout_print(text, us);
	return text;
}

static void
reads_timeouts(void)
{
	is_int(timeout("1H"), 3600000000, "hours");
	is_int(timeout("2M"), 120000000, "minutes");
	is_int(timeout("3S"), 3000000, "seconds");
	is_int(timeout("100m"), 100000, "milliseconds");
	is_int(timeout("5u"), 5, "microseconds");
	is_int(timeout("99999999n"), 99999, "nanoseconds");
	is_int(timeout("123456789u"), -1, "nine digits");
	is_int(timeout("u"), -1, "none");
	is_int(timeout("1"), -1, "no unit");
	is_int(timeout("+1u"), -1, "a sign");
	is_int(timeout(""), -1, "nothing");
	is_text(printed(1500), "1500u", "printed");
	is_text(printed(-5), "0u", "what has passed");
	is_text(printed(INT64_C(3600000000)), "3600000m", "what is long");
	is_text(printed(INT64_MAX), "99999999M", "what is for ever");
}

int
main(void)
{
	buf_init(&room, BUF_CAP_SMALL);
	reads_messages();
	unpacks_messages();
	tells_status();
	reads_timeouts();
	buf_free(&room);
	return tap_done();
}
