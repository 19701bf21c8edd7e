/*
 * store/oid.h - the name of an object: the SHA-256 of its plain bytes.
 *
 * Written "sha256:" and 64 lower-case hex digits, the digits sha256sum(1)
 * prints for the same bytes.
 */
#ifndef STORE_OID_H
#define STORE_OID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define OID_BYTES 32
#define OID_HEX 64
#define OID_TEXT 72		/* "sha256:" + digits + NUL */
#define OID_PREFIX_MIN 8	/* digits of the shortest abbreviation */

struct oid {
	uint8_t b[OID_BYTES];
};

void oid_of(struct oid *id, const void *p, size_t n);
bool oid_eq(const struct oid *a, const struct oid *b);
int oid_cmp(const struct oid *a, const struct oid *b);
/* All zero: no object at all. */
bool oid_is_none(const struct oid *id);

/* "sha256:..." into out; returns out. */
char *oid_print(char out[OID_TEXT], const struct oid *id);
/* The 64 digits alone. */
char *oid_hex(char out[OID_HEX + 1], const struct oid *id);
/* Exactly "sha256:" and 64 digits, or ERR_FORMAT. */
int oid_parse(struct oid *id, const char *s, struct err *e);

#endif
