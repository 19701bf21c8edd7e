/*
 * codec/http/head.h - the head of an HTTP/1.1 request or answer, and the chunks
 * of a body, read strictly.
 *
 * What could be read in two ways is refused: anything but method, target and
 * version with one space between them; lines that a LF ends alone; header
 * names that are no tokens or stand apart from their colon; folded lines,
 * controls in values; more than one Host or Content-Length, a length that is
 * no plain number, a length beside an encoding, any encoding but "chunked".
 */
#ifndef CODEC_HTTP_HEAD_H
#define CODEC_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define HTTP_HEAD_MAX 16384
#define HTTP_LINES_MAX 128

struct http_head {
	const char *method;		/* all of it lies in the bytes read */
	char *path;			/* unescaped, without query */
	const char *query;		/* as it came, without '?'; or "" */
	bool old;			/* HTTP/1.0 */
	struct http_line {
		const char *name, *value;
	} line[HTTP_LINES_MAX];
	int lines;
	uint64_t length;		/* of the body; 0 where it is chunked */
	bool chunked, close, expects;	/* ... 100-continue */
};

/* Bytes of the head that begins at `s`, with the empty line that ends it; 0:
 * that has not come yet. */
size_t http_head_end(const char *s, size_t n);
/* Read these bytes, in which names and values are ended by NULs.  0, or the
 * status that refuses them. */
int http_head_parse(struct http_head *h, char *s, size_t n);
/* The same of an answer, whose method and path are NULL: its status, or -1
 * when it is malformed or has neither a length nor chunks. */
int http_head_parse_answer(struct http_head *h, char *s, size_t n);
/* The first line of that name, in any case; or NULL. */
const char *http_head_line(const struct http_head *h, const char *name);

/* A chunked body on its way; begins zeroed. */
struct http_chunks {
	int state;
	uint64_t left;			/* of the chunk */
	int digits, line;		/* read of this line */
};

/* Append what n more bytes hold.  1: it has ended, 0: more must come, -1: it
 * is malformed.  Trailers are passed over. */
int http_chunks_add(struct http_chunks *c, struct buf *body, const char *s,
    size_t n);

/* Is it that word, in any case? */
bool http_is_word(const char *s, const char *word);
/* Does a list such as the value of Connection hold a word, in any case? */
bool http_list_has(const char *value, const char *word);

#endif
