/* The body of a v2 request, as JSON and with tensors as bytes behind it. */
#include <stdint.h>

#include "../ask_twice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct version *named = echo_model(0), *matrix = echo_model(3);

	ask_twice(named, false, FORM_V2, (const char *)data, n);
	ask_twice(matrix, true, FORM_V2, (const char *)data, n);
	ask_twice(named, false, FORM_BYTES, (const char *)data, n);
	ask_twice(matrix, true, FORM_BYTES, (const char *)data, n);
	version_release(named);
	version_release(matrix);
	return 0;
}
