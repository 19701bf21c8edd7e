/* What is read can be written and reads back the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	struct json *j, *k;
	struct buf y, one, two;

	buf_init(&y, BUF_CAP_DOC);
	buf_init(&one, BUF_CAP_DOC);
	buf_init(&two, BUF_CAP_DOC);
	if (yaml_parse(&j, &a, (const char *)data, size, &e) == 0 &&
	    yaml_write(&y, j, &e) == 0 && y.len < 1 << 20) {
		if (yaml_parse(&k, &a, y.data, y.len, &e) < 0)
			abort();
		json_write(&one, j);
		json_write(&two, k);
		if (one.len != two.len || memcmp(one.data, two.data, one.len))
			abort();
	}
	buf_free(&y);
	buf_free(&one);
	buf_free(&two);
	arena_free(&a);
	return 0;
}
