/*
 * Any bytes as a segment of a request log: every line is skipped or becomes
 * one flat JSON object, and nothing is lost count of.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "reqlog/reqlog.h"
#include "codec/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each line a flat object; how many. */
static uint64_t
flat_lines(const char *s, size_t n)
{
	uint64_t lines = 0;

	for (size_t at = 0; at < n; lines++) {
		const char *end = memchr(s + at, '\n', n - at);
		struct arena a = { 0 };
		struct err e = ERR_INIT;
		struct json *j;

		if (end == NULL || json_parse(&j, &a, s + at, (size_t)(end -
		    (s + at)), 0, &e) < 0 || j->type != JSON_MAP)
			abort();
		for (const struct json *c = j->child; c; c = c->next)
			if (c->type == JSON_MAP || c->type == JSON_LIST)
				abort();
		arena_free(&a);
		at = (size_t)(end - s) + 1;
	}
	return lines;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct reqlog_filter all = { 0 }, some = { .since_us = 1,
	    .until_us = INT64_C(4000000000000000), .model = "churn",
	    .with_meta = 1 };
	char top[] = "/tmp/mlv-fuzz.XXXXXX", *path;
	struct err e = ERR_INIT;
	uint64_t rows, skipped;
	struct buf b;

	if (mkdtemp(top) == NULL)
		return 0;
	path = xprintf("%s/20260102T030405.678901Z-1.jsonl", top);
	buf_init(&b, BUF_CAP_DATA);
	if (file_replace(os_real(), path, data, size, 0644, &e) == 0) {
		(void)reqlog_is(path);
		(void)reqlog_is(top);
		rows = 0;
		if (reqlog_read(&b, &rows, &skipped, path, &all, &e) == 0 &&
		    flat_lines(b.data, b.len) != rows)
			abort();
		buf_clear(&b);
		rows = 0;
		if (reqlog_read(&b, &rows, &skipped, top, &some, &e) == 0 &&
		    flat_lines(b.data, b.len) != rows)
			abort();
	}
	buf_free(&b);
	(void)unlink(path);
	(void)rmdir(top);
	free(path);
	return 0;
}
