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

int
main(void)
{
	test_sha256();
	return tap_done();
}
