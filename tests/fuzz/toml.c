/* What is read of TOML is a tree that can be written as JSON and read again. */
#include <stdint.h>
#include <stdlib.h>

#include "codec/toml/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	struct json *j, *again;
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	if (toml_parse(&j, &a, (const char *)data, size, &e) == 0) {
		json_write(&b, j);
		if (json_parse(&again, &a, b.data, b.len, 0, &e) < 0)
			abort();
	}
	buf_free(&b);
	arena_free(&a);
	return 0;
}
