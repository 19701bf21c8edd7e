/* SHA-256 and hexadecimal digits. */
#include "base/hash.h"
#include "../tap.h"

static void
test_sha256(void)
{
	uint8_t d[SHA256_BYTES];
	char hex[SHA256_HEX + 1];

	sha256_of("abc", 3, d);
	hex_encode(hex, d, sizeof(d));
	is_text(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f"
	    "20015ad", "SHA-256 of abc");
	ok(hex_decode(d, sizeof(d), hex, 64) == 0, "hex reads back");
	ok(hex_decode(d, sizeof(d), "BA", 2) < 0, "upper case or short is not");
}

static void
test_peek(void)
{
	uint8_t peeked[SHA256_BYTES], want[SHA256_BYTES];
	struct sha256 *h = sha256_new();

	sha256_add(h, "ab", 2);
	sha256_peek(h, peeked);
	sha256_of("ab", 2, want);
	ok(memcmp(peeked, want, sizeof(want)) == 0, "SHA-256 so far");
	sha256_add(h, "c", 1);
	sha256_done(h, peeked);
	sha256_of("abc", 3, want);
	ok(memcmp(peeked, want, sizeof(want)) == 0, "and it goes on");
	sha256_free(h);
}

int
main(void)
{
	test_sha256();
	test_peek();
	return tap_done();
}
