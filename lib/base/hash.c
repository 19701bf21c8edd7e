/* SHA-256 through libcrypto, XXH3 through its header. */
#include "base/hash.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/err.h"
#include "base/mem.h"

struct sha256 {
	EVP_MD *md;
	EVP_MD_CTX *ctx;
};

struct sha256 *
sha256_new(void)
{
	struct sha256 *h = xalloc(1, sizeof(*h));

	/* fetched, not EVP_sha256(): that one looks the digest up anew at
	 * every init, which dominates small inputs */
	h->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	h->ctx = EVP_MD_CTX_new();
	if (h->md == NULL || h->ctx == NULL ||
	    EVP_DigestInit_ex2(h->ctx, h->md, NULL) != 1)
		BUG("libcrypto has no SHA-256");
	return h;
}

void
sha256_add(struct sha256 *h, const void *p, size_t n)
{
	if (n && EVP_DigestUpdate(h->ctx, p, n) != 1)
		BUG("SHA-256 update failed");
}

void
sha256_done(struct sha256 *h, uint8_t out[SHA256_BYTES])
{
	unsigned int n = SHA256_BYTES;

	if (EVP_DigestFinal_ex(h->ctx, out, &n) != 1 ||
	    EVP_DigestInit_ex2(h->ctx, h->md, NULL) != 1)
		BUG("SHA-256 final failed");
}

void
sha256_peek(const struct sha256 *h, uint8_t out[SHA256_BYTES])
{
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	unsigned int n = SHA256_BYTES;

	if (copy == NULL || EVP_MD_CTX_copy_ex(copy, h->ctx) != 1 ||
	    EVP_DigestFinal_ex(copy, out, &n) != 1)
		BUG("SHA-256 copy failed");
	EVP_MD_CTX_free(copy);
}

void
sha256_free(struct sha256 *h)
{
	if (h == NULL)
		return;
	EVP_MD_CTX_free(h->ctx);
	EVP_MD_free(h->md);
	free(h);
}

void
sha256_of(const void *p, size_t n, uint8_t out[SHA256_BYTES])
{
	struct sha256 *h = sha256_new();

	sha256_add(h, p, n);
	sha256_done(h, out);
	sha256_free(h);
}

struct md5 {
	EVP_MD_CTX *ctx;
};

struct md5 *
md5_new(void)
{
	EVP_MD *md = EVP_MD_fetch(NULL, "MD5", NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct md5 *h = NULL;

	if (md != NULL && ctx != NULL && EVP_DigestInit_ex2(ctx, md, NULL) ==
	    1) {
		h = xalloc(1, sizeof(*h));
		h->ctx = ctx;
	} else {
		EVP_MD_CTX_free(ctx);
	}
	EVP_MD_free(md);
	return h;
}

void
md5_add(struct md5 *h, const void *p, size_t n)
{
	if (n && EVP_DigestUpdate(h->ctx, p, n) != 1)
		BUG("MD5 update failed");
}

void
md5_done(struct md5 *h, uint8_t out[MD5_BYTES])
{
	unsigned int n = MD5_BYTES;

	if (EVP_DigestFinal_ex(h->ctx, out, &n) != 1)
		BUG("MD5 final failed");
	EVP_MD_CTX_free(h->ctx);
	free(h);
}

void
hmac_sha256(uint8_t out[SHA256_BYTES], const void *key, size_t n_key,
    const void *p, size_t n)
{
	uint8_t block[64] = { 0 }, pad[64];
	struct sha256 *h = sha256_new();

	if (n_key > sizeof(block))
		sha256_of(key, n_key, block);
	else if (n_key)
		memcpy(block, key, n_key);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] = block[i] ^ 0x36;
	sha256_add(h, pad, sizeof(pad));
	sha256_add(h, p, n);
	sha256_done(h, out);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] = block[i] ^ 0x5c;
	sha256_add(h, pad, sizeof(pad));
	sha256_add(h, out, SHA256_BYTES);
	sha256_done(h, out);
	sha256_free(h);
}

int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void
hex_encode(char *out, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*out++ = digits[p[i] >> 4];
		*out++ = digits[p[i] & 15];
	}
	*out = '\0';
}

/* Ours are lower case: a name has one spelling. */
static int
own_digit(char c)
{
	return c >= 'A' && c <= 'F' ? -1 : hex_digit(c);
}

int
hex_decode(uint8_t *out, size_t n, const char *s, size_t len)
{
	if (len != 2 * n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		int a = own_digit(s[2 * i]), b = own_digit(s[2 * i + 1]);

		if (a < 0 || b < 0)
			return -1;
		out[i] = (uint8_t)(a << 4 | b);
	}
	return 0;
}

uint64_t
hash64(const void *p, size_t n, uint64_t seed)
{
	return XXH3_64bits_withSeed(p, n, seed);
}

struct hash64 {
	XXH3_state_t *state;
};

struct hash64 *
hash64_new(void)
{
	struct hash64 *h = xalloc(1, sizeof(*h));

	h->state = XXH3_createState();
	if (h->state == NULL || XXH3_64bits_reset(h->state) != XXH_OK)
		BUG("no memory for XXH3");
	return h;
}

void
hash64_add(struct hash64 *h, const void *p, size_t n)
{
	if (n)
		XXH3_64bits_update(h->state, p, n);
}

uint64_t
hash64_done(const struct hash64 *h)
{
	return XXH3_64bits_digest(h->state);
}

void
hash64_free(struct hash64 *h)
{
	if (h == NULL)
		return;
	XXH3_freeState(h->state);
	free(h);
}

struct hash128
hash128(const void *p, size_t n)
{
	XXH128_hash_t h = XXH3_128bits(p, n);

	return (struct hash128){ h.low64, h.high64 };
}
