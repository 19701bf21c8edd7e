/* Any bytes as a request: names and values of a head that is accepted are
 * tokens and lines, and a chunked body is the same in one piece and in many. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/http/head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_head(const struct http_head *h)
{
	if (h->method == NULL || h->path == NULL || (*h->path != '/' && *h->path != '*') ||
	    (h->chunked && h->length))
		abort();
	for (int i = 0; i < h->lines; i++)
		if (*h->line[i].name == '\0' || strpbrk(h->line[i].name, " \t\r\n:") ||
		    strpbrk(h->line[i].value, "\r\n"))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_chunks whole = { 0 }, pieces = { 0 };
	static struct http_head head;
	struct buf one, two;
	const char *body;
	char *copy;
	size_t n, left;
	int a, b = 0;

	if (size > HTTP_HEAD_MAX || (copy = malloc(size + 1)) == NULL)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	n = http_head_end(copy, size);
	body = (const char *)data + n;
	left = size - n;
	if (n && http_head_parse(&head, copy, n) == 0)
		check_head(&head);
	buf_init(&one, BUF_CAP_SMALL);
	buf_init(&two, BUF_CAP_SMALL);
	a = http_chunks_add(&whole, &one, body, left);
	for (size_t i = 0; i < left && b == 0; i++)
		b = http_chunks_add(&pieces, &two, body + i, 1);
	if (a != b || (a >= 0 && (one.len != two.len || memcmp(one.data, two.data, one.len) != 0)))
		abort();
	buf_free(&one);
	buf_free(&two);
	free(copy);
	return 0;
}
