/*
 * base/source.h - bytes that come, and bytes that go, whatever is behind.
 *
 * A source is read until it says 0; a sink is written.  Files, descriptors,
 * memory, a compressed object, an archive entry all look the same to a
 * parser.  Whoever made one closes it.
 */
#ifndef BASE_SOURCE_H
#define BASE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct source {
	/* Up to n bytes into p: how many, 0 at the end, -1 with *e set. */
	int64_t (*read)(void *ctx, void *p, size_t n, struct err *e);
	void (*close)(void *ctx);		/* may be NULL */
	void *ctx;
	const char *name;			/* for messages, borrowed */
};

struct sink {
	int (*write)(void *ctx, const void *p, size_t n, struct err *e);
	void *ctx;
};

/* All that is written is appended to it. */
struct sink sink_buf(struct buf *b);

int64_t source_read(struct source *s, void *p, size_t n, struct err *e);
/* Reads until n bytes or the end; the count. */
int64_t source_read_full(struct source *s, void *p, size_t n, struct err *e);
void source_close(struct source *s);

/* Over an open descriptor, not closed by source_close; retries EINTR. */
struct source source_fd(int fd, const char *name);
/* Open a path; "-" is standard input. */
int source_open(struct source *s, const char *path, struct err *e);
/* Over bytes that stay where they are until source_close. */
struct source source_memory(const void *p, size_t n, const char *name);

#endif
