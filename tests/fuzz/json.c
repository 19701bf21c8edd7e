/* What parses is written and reads back to the same bytes; the pull reader
 * agrees with the tree on what is accepted, duplicate keys aside. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
pull_all(const char *s, size_t n)
{
	struct err e = ERR_INIT;
	struct json_pull p;
	enum json_token t;

	json_pull_init(&p, s, n, JSON_NAN);
	do
		t = json_pull(&p, &e);
	while (t != JSON_BAD && t != JSON_END_ALL);
	json_pull_free(&p);
	return t == JSON_END_ALL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 }, a2 = { 0 };
	struct err e = ERR_INIT;
	struct json *j, *k;
	struct buf one, two;

	buf_init(&one, BUF_CAP_DOC);
	buf_init(&two, BUF_CAP_DOC);
	if (json_parse(&j, &a, (const char *)data, size, JSON_NAN, &e) == 0) {
		if (!pull_all((const char *)data, size))
			abort();
		json_write(&one, j);
		if (json_parse(&k, &a2, one.data, one.len, 0, &e) < 0)
			abort();
		json_write(&two, k);
		if (one.len != two.len || memcmp(one.data, two.data, one.len))
			abort();
		buf_clear(&one);
		(void)json_canonical(&one, j, &e);
	}
	buf_free(&one);
	buf_free(&two);
	arena_free(&a);
	arena_free(&a2);
	return 0;
}
