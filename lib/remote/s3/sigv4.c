/* Requests signed by AWS Signature Version 4. */
#include "remote/s3/sigv4.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

void
sigv4_encode(struct buf *out, const char *s, bool slash)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-_.~";

	for (; *s; s++) {
		if (strchr(plain, *s) || (slash && *s == '/'))
			buf_addc(out, *s);
		else
			buf_addf(out, "%%%02X", (unsigned char)*s);
	}
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
sigv4_query(struct buf *out, const struct sigv4_pair *pair, size_t n)
{
	char **text = xalloc(n + 1, sizeof(*text));

	/* a byte below any that is in a name, so that "a=" is before "a1=" */
	for (size_t i = 0; i < n; i++) {
		struct buf b;

		buf_init(&b, BUF_CAP_SMALL);
		sigv4_encode(&b, pair[i].name, false);
		buf_addc(&b, '\1');
		sigv4_encode(&b, pair[i].value, false);
		text[i] = buf_detach(&b, NULL);
	}
	if (n)
		qsort(text, n, sizeof(*text), by_text);
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(out, '&');
		*strchr(text[i], '\1') = '=';
		buf_adds(out, text[i]);
		free(text[i]);
	}
	free(text);
}

/* Without spaces around, one where several were. */
static void
add_trimmed(struct buf *out, const char *s)
{
	s += strspn(s, " ");
	while (*s) {
		size_t n = strcspn(s, " ");

		buf_add(out, s, n);
		s += n;
		s += strspn(s, " ");
		if (*s)
			buf_addc(out, ' ');
	}
}

static void
add_names(struct buf *out, const struct sigv4_request *rq)
{
	for (size_t i = 0; i < rq->n_headers; i++)
		buf_addf(out, "%s%s", i ? ";" : "", rq->header[i].name);
}

void
sigv4_canonical(struct buf *out, const struct sigv4_request *rq)
{
	buf_addf(out, "%s\n%s\n%s\n", rq->method, rq->path, rq->query);
	for (size_t i = 0; i < rq->n_headers; i++) {
		buf_addf(out, "%s:", rq->header[i].name);
		add_trimmed(out, rq->header[i].value);
		buf_addc(out, '\n');
	}
	buf_addc(out, '\n');
	add_names(out, rq);
	buf_addf(out, "\n%s", rq->payload);
}

static void
add_scope(struct buf *out, const struct sigv4_request *rq)
{
	buf_addf(out, "%.8s/%s/%s/aws4_request", rq->time, rq->region,
	    rq->service);
}

/* The key of a day, a region and a service. */
static void
derive_key(uint8_t key[SHA256_BYTES], const struct sigv4_request *rq,
    const char *secret)
{
	char *first = xprintf("AWS4%s", secret);

	hmac_sha256(key, first, strlen(first), rq->time, 8);
	hmac_sha256(key, key, SHA256_BYTES, rq->region, strlen(rq->region));
	hmac_sha256(key, key, SHA256_BYTES, rq->service, strlen(rq->service));
	hmac_sha256(key, key, SHA256_BYTES, "aws4_request", 12);
	free(first);
}

void
sigv4_sign(char out[65], const struct sigv4_request *rq, const char *secret)
{
	uint8_t sha[SHA256_BYTES], key[SHA256_BYTES];
	char hex[SHA256_HEX + 1];
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	sigv4_canonical(&b, rq);
	sha256_of(b.data, b.len, sha);
	hex_encode(hex, sha, SHA256_BYTES);
	buf_clear(&b);
	buf_addf(&b, "AWS4-HMAC-SHA256\n%s\n", rq->time);
	add_scope(&b, rq);
	buf_addf(&b, "\n%s", hex);
	derive_key(key, rq, secret);
	hmac_sha256(sha, key, SHA256_BYTES, b.data, b.len);
	hex_encode(out, sha, SHA256_BYTES);
	buf_free(&b);
}

void
sigv4_authorization(struct buf *out, const struct sigv4_request *rq,
    const char *key_id, const char *secret)
{
	char signature[65];

	sigv4_sign(signature, rq, secret);
	buf_addf(out, "AWS4-HMAC-SHA256 Credential=%s/", key_id);
	add_scope(out, rq);
	buf_adds(out, ", SignedHeaders=");
	add_names(out, rq);
	buf_addf(out, ", Signature=%s", signature);
}
