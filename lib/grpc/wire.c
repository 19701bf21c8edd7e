/* Prefixes, status and time-outs of gRPC: pure functions of their bytes. */
#include "grpc/wire.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "codec/pack/gz.h"

/* --- status --------------------------------------------------------------- */

enum grpc_status
grpc_status_of_http(int status)
{
	switch (status) {
	case 200:
		return GRPC_OK;
	case 400: case 411: case 415: case 422: case 431:
		return GRPC_INVALID_ARGUMENT;
	case 401:
		return GRPC_UNAUTHENTICATED;
	case 403:
		return GRPC_PERMISSION_DENIED;
	case 404:
		return GRPC_NOT_FOUND;
	case 405: case 501:
		return GRPC_UNIMPLEMENTED;
	case 413: case 429:
		return GRPC_RESOURCE_EXHAUSTED;
	case 408: case 502: case 503:
		return GRPC_UNAVAILABLE;
	case 504:
		return GRPC_DEADLINE_EXCEEDED;
	case 500:
		return GRPC_INTERNAL;
	default:
		return GRPC_UNKNOWN;
	}
}

enum grpc_status
grpc_status_of_err(const struct err *e)
{
	switch (e->code) {
	case ERR_TOOBIG:
	case ERR_NOMEM:
		return GRPC_RESOURCE_EXHAUSTED;
	case ERR_UNSUPPORTED:
		return GRPC_UNIMPLEMENTED;
	default:
		return GRPC_INVALID_ARGUMENT;
	}
}

void
grpc_put_text(struct buf *out, const char *s)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t from = out->len;

	for (; *s && out->len - from < GRPC_TEXT_MAX - 3; s++) {
		unsigned char c = (unsigned char)*s;

		if (c >= 0x20 && c < 0x7f && c != '%') {
			buf_addc(out, *s);
			continue;
		}
		buf_addc(out, '%');
		buf_addc(out, digits[c >> 4]);
		buf_addc(out, digits[c & 15]);
	}
}

/* --- messages ------------------------------------------------------------- */

size_t
grpc_prefix_length(const char s[GRPC_PREFIX])
{
	const unsigned char *u = (const unsigned char *)s;

	return (size_t)u[1] << 24 | (size_t)u[2] << 16 | (size_t)u[3] << 8 |
	    u[4];
}

void
grpc_put_prefix(struct buf *out, size_t n)
{
	const char s[GRPC_PREFIX] = { 0, (char)(n >> 24), (char)(n >> 16),
	    (char)(n >> 8), (char)n };

	buf_add(out, s, sizeof(s));
}

#define UNPACK_STEP 65536

static int
unpack_steps(struct gz_in *z, struct buf *room, const char *s, size_t n,
    size_t most, struct err *e)
{
	bool done = false;

	while (!done) {
		size_t made = 0, used = 0;
		char *to = buf_reserve(room, UNPACK_STEP);

		if (to == NULL)
			return buf_check(room, e);
		if (gz_in_step(z, to, UNPACK_STEP, &made, s, n, &used, &done,
		    e) < 0)
			return -1;
		buf_grew(room, made);
		s += used;
		n -= used;
		if (room->len > most)
			return err_set(e, ERR_TOOBIG, "the message is longer "
			    "than %zu bytes when unpacked", most);
		if (!done && made == 0 && used == 0)
			return err_set(e, ERR_FORMAT, "the packed message is "
			    "cut off");
	}
	return n == 0 ? 0 : err_set(e, ERR_FORMAT, "%zu bytes follow the packed "
	    "message", n);
}

static int
unpack(struct grpc_message *out, struct buf *room, size_t most,
    struct err *e)
{
	struct gz_in *z = gz_in_new();
	int r;

	if (z == NULL)
		return err_set(e, ERR_NOMEM, "no memory to unpack a message");
	buf_clear(room);
	r = unpack_steps(z, room, out->s, out->n, most, e);
	gz_in_free(z);
	if (r < 0 && e->code == ERR_CORRUPT)
		e->code = ERR_FORMAT;
	out->s = room->data;
	out->n = room->len;
	return r;
}

int
grpc_message_read(struct grpc_message *out, struct buf *room,
    const struct grpc_message *body, bool packs, size_t most, struct err *e)
{
	size_t n;

	if (body->n < GRPC_PREFIX)
		return err_set(e, ERR_FORMAT, "the call has no message");
	n = grpc_prefix_length(body->s);
	if (n > most)
		return err_set(e, ERR_TOOBIG, "the message has %zu bytes, at "
		    "most %zu are read", n, most);
	if (n != body->n - GRPC_PREFIX)
		return err_set(e, ERR_FORMAT, n > body->n - GRPC_PREFIX ?
		    "the message has %zu bytes, and %zu came" : "the message "
		    "has %zu bytes, and %zu came: this call takes one",
		    n, body->n - GRPC_PREFIX);
	out->s = body->s + GRPC_PREFIX;
	out->n = n;
	if (body->s[0] == 0)
		return 0;
	if (body->s[0] != 1)
		return err_set(e, ERR_FORMAT, "a message begins with 0 or 1");
	if (!packs)
		return err_set(e, ERR_FORMAT, "the message is compressed, and "
		    "no grpc-encoding says how");
	return unpack(out, room, most, e);
}

/* --- time-outs ------------------------------------------------------------ */

bool
grpc_timeout_read(int64_t *us, const char *s, size_t n)
{
	static const char letters[] = "HMSmun";
	static const int64_t times[] = { 3600000000, 60000000, 1000000, 1000,
	    1 };
	const char *unit = n > 1 && n <= 9 ? memchr(letters, s[n - 1],
	    sizeof(letters) - 1) : NULL;
	uint64_t v;

	if (unit == NULL || *s == '+' || !num_parse_u64(s, n - 1, &v))
		return false;
	*us = *unit == 'n' ? (int64_t)(v / 1000) : (int64_t)v *
	    times[unit - letters];
	return true;
}

void
grpc_timeout_print(char out[GRPC_TIMEOUT_MAX], int64_t us)
{
	static const struct {
		int64_t times;
		char letter;
	} unit[] = { { 1, 'u' }, { 1000, 'm' }, { 1000000, 'S' },
	    { 60000000, 'M' } };
	size_t i = 0;

	if (us < 0)
		us = 0;
	while (i < 3 && us / unit[i].times > 99999999)
		i++;
	us /= unit[i].times;
	snprintf(out, GRPC_TIMEOUT_MAX, "%d%c", us > 99999999 ? 99999999 :
	    (int)us, unit[i].letter);
}
