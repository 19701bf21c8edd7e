/* Object ids: 32 bytes, and their text "sha256:" with 64 digits. */
#include "store/oid.h"

#include <string.h>

#include "base/hash.h"

static const char scheme[] = "sha256:";

void
oid_of(struct oid *id, const void *p, size_t n)
{
	sha256_of(p, n, id->b);
}

bool
oid_eq(const struct oid *a, const struct oid *b)
{
	return memcmp(a->b, b->b, OID_BYTES) == 0;
}

int
oid_cmp(const struct oid *a, const struct oid *b)
{
	return memcmp(a->b, b->b, OID_BYTES);
}

bool
oid_is_none(const struct oid *id)
{
	static const struct oid none;

	return oid_eq(id, &none);
}

char *
oid_hex(char out[OID_HEX + 1], const struct oid *id)
{
	hex_encode(out, id->b, OID_BYTES);
	return out;
}

char *
oid_print(char out[OID_TEXT], const struct oid *id)
{
	memcpy(out, scheme, sizeof(scheme) - 1);
	oid_hex(out + sizeof(scheme) - 1, id);
	return out;
}

int
oid_parse(struct oid *id, const char *s, struct err *e)
{
	size_t n = sizeof(scheme) - 1;

	if (strncmp(s, scheme, n) != 0 ||
	    hex_decode(id->b, OID_BYTES, s + n, strlen(s + n)) < 0)
		return err_set(e, ERR_FORMAT, "'%.80s' is not an object id", s);
	return 0;
}
