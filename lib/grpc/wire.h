/*
 * grpc/wire.h - what gRPC puts around a message: its prefix, the status of a
 * call, the text of a status, time-outs.
 *
 * A message is preceded by five bytes: 1 where it is compressed, else 0, and
 * its length, the highest byte first.  The calls answered here have one
 * message each way.
 */
#ifndef GRPC_WIRE_H
#define GRPC_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define GRPC_PREFIX 5

enum grpc_status {
	GRPC_OK = 0, GRPC_CANCELLED = 1, GRPC_UNKNOWN = 2,
	GRPC_INVALID_ARGUMENT = 3, GRPC_DEADLINE_EXCEEDED = 4,
	GRPC_NOT_FOUND = 5, GRPC_PERMISSION_DENIED = 7,
	GRPC_RESOURCE_EXHAUSTED = 8, GRPC_UNIMPLEMENTED = 12,
	GRPC_INTERNAL = 13, GRPC_UNAVAILABLE = 14, GRPC_UNAUTHENTICATED = 16
};

enum grpc_status grpc_status_of_http(int status);
/* The same for what a reader of messages refuses. */
enum grpc_status grpc_status_of_err(const struct err *e);

/* How long the message is that a prefix announces. */
size_t grpc_prefix_length(const char s[GRPC_PREFIX]);
void grpc_put_prefix(struct buf *out, size_t n);

/*
 * The one message of a call whose whole body is there: *out is it, n bytes
 * that lie in the body, or in `room` where they came packed.  A message
 * beyond `most` bytes, before or after it is unpacked, is ERR_TOOBIG;
 * `packs` says that the call announced gzip.
 */
struct grpc_message {
	const char *s;
	size_t n;
};
int grpc_message_read(struct grpc_message *out, struct buf *room,
    const struct grpc_message *body, bool packs, size_t most, struct err *e);

/* The value of grpc-message: what is not printable ASCII, and '%', as %XX;
 * cut to what fits a header. */
#define GRPC_TEXT_MAX 1024
void grpc_put_text(struct buf *out, const char *s);

/* The value of grpc-timeout in microseconds: 1 to 8 digits and a unit. */
bool grpc_timeout_read(int64_t *us, const char *s, size_t n);
/* The largest of these that is not longer than so many microseconds; a NUL
 * behind it. */
#define GRPC_TIMEOUT_MAX 16
void grpc_timeout_print(char out[GRPC_TIMEOUT_MAX], int64_t us);

#endif
