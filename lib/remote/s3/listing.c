/* What a bucket answers to ListObjectsV2. */
#include "remote/s3/listing.h"

#include <string.h>

#include "base/num.h"

#define TOKEN_MAX ((size_t)1 << 14)

void
listing_init(struct listing *l, const char *prefix, transport_listed_fn *fn,
    void *ctx)
{
	*l = (struct listing){ .prefix = prefix, .fn = fn, .ctx = ctx };
	buf_init(&l->next, TOKEN_MAX);
}

void
listing_release(struct listing *l)
{
	buf_free(&l->next);
}

bool
listing_is_whole(const char *page)
{
	return strstr(page, "<ListBucketResult") &&
	    strstr(page, "</ListBucketResult>");
}

/* Text of XML as it is meant. */
static void
add_plain(struct buf *out, const char *s, size_t n)
{
	static const struct {
		const char *word;
		char c;
	} known[] = {
		{ "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' },
		{ "&quot;", '"' }, { "&apos;", '\'' }, { "&#34;", '"' },
		{ "&#39;", '\'' }, { "&#43;", '+' },
	};

	for (size_t i = 0; i < n;) {
		size_t k = 0;

		while (k < sizeof(known) / sizeof(*known) && strncmp(s + i,
		    known[k].word, strlen(known[k].word)) != 0)
			k++;
		if (k < sizeof(known) / sizeof(*known)) {
			buf_addc(out, known[k].c);
			i += strlen(known[k].word);
		} else {
			buf_addc(out, s[i++]);
		}
	}
}

/* The text of the first <NAME>text</NAME> before `end`. */
static bool
find_text(struct buf *out, const char *from, const char *end, const char *open)
{
	const char *at = strstr(from, open);

	buf_clear(out);
	if (at == NULL || at >= end)
		return false;
	at += strlen(open);
	add_plain(out, at, strcspn(at, "<"));
	return true;
}

static void
take_one(struct listing *l, const char *from, const char *end, struct buf *key,
    struct buf *size)
{
	size_t n = strlen(l->prefix);
	uint64_t bytes;

	if (find_text(key, from, end, "<Key>") &&
	    find_text(size, from, end, "<Size>") &&
	    strncmp(key->data, l->prefix, n) == 0 &&
	    num_parse_u64(size->data, size->len, &bytes))
		l->fn(l->ctx, key->data + n, bytes);
}

int
listing_take(struct listing *l, const char *page, struct err *e)
{
	const char *end = page + strlen(page), *close;
	struct buf a, b;
	int r = 0;

	buf_init(&a, TOKEN_MAX);
	buf_init(&b, TOKEN_MAX);
	for (const char *at = page; (at = strstr(at, "<Contents>")) &&
	    (close = strstr(at, "</Contents>")); at = close)
		take_one(l, at, close, &a, &b);
	if (find_text(&a, page, end, "<IsTruncated>") &&
	    strcmp(a.data, "true") == 0) {
		if (!find_text(&b, page, end, "<NextContinuationToken>") ||
		    buf_check(&b, e) < 0 || b.len == 0 ||
		    strcmp(b.data, l->next.data) == 0)
			r = err_set(e, ERR_IO, "a list of the bucket does not "
			    "go on where it says");
		buf_clear(&l->next);
		buf_add(&l->next, b.data, b.len);
	} else {
		buf_clear(&l->next);
	}
	buf_free(&b);
	buf_free(&a);
	return r;
}
