/*
 * base/hash.h - SHA-256 for names, XXH3 for speed.
 *
 * SHA-256 (libcrypto) names every object and links the audit log.  XXH3 is
 * for keys that never leave the machine: the stat cache, dictionaries,
 * sticky assignment, table fingerprints.  It resists accidents, not people.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32
#define SHA256_HEX 64

struct sha256;			/* one hash in progress */

struct sha256 *sha256_new(void);
void sha256_add(struct sha256 *h, const void *p, size_t n);
/* Writes the digest and starts anew; sha256_free ends it. */
void sha256_done(struct sha256 *h, uint8_t out[SHA256_BYTES]);
/* Writes the digest of what was added so far, and goes on. */
void sha256_peek(const struct sha256 *h, uint8_t out[SHA256_BYTES]);
void sha256_free(struct sha256 *h);
void sha256_of(const void *p, size_t n, uint8_t out[SHA256_BYTES]);

/* HMAC-SHA-256 (RFC 2104). */
void hmac_sha256(uint8_t out[SHA256_BYTES], const void *key, size_t n_key,
    const void *p, size_t n);
/* MD5, for the files of tools that name them so; NULL where libcrypto has
 * none. */
#define MD5_BYTES 16
struct md5;
struct md5 *md5_new(void);
void md5_add(struct md5 *h, const void *p, size_t n);
void md5_done(struct md5 *h, uint8_t out[MD5_BYTES]);	/* frees it */

/* 0 to 15, or -1: c is no digit, of either case. */
int hex_digit(char c);
void hex_encode(char *out, const uint8_t *p, size_t n);	/* 2n digits + NUL */
/* 0, or -1 unless s is exactly 2n lower-case hex digits. */
int hex_decode(uint8_t *out, size_t n, const char *s, size_t len);

struct hash128 {
	uint64_t lo, hi;
};

uint64_t hash64(const void *p, size_t n, uint64_t seed);
/* hash64 with seed 0 of bytes that come in pieces. */
struct hash64;
struct hash64 *hash64_new(void);
void hash64_add(struct hash64 *h, const void *p, size_t n);
uint64_t hash64_done(const struct hash64 *h);
void hash64_free(struct hash64 *h);
struct hash128 hash128(const void *p, size_t n);

#endif
