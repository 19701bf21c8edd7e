/* A depfile's paths are as many bytes as the file has, at most. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/depfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	const char **path;
	size_t n, bytes = 0;

	if (depfile_parse(&path, &n, &a, (const char *)data, size, &e) == 0)
		for (size_t i = 0; i < n; i++)
			bytes += strlen(path[i]);
	if (bytes > size)
		abort();
	arena_free(&a);
	return 0;
}
