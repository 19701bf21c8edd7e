/* The body of /invocations as JSON and as CSV, and of the dialects that share
 * its rows. */
#include <stdint.h>

#include "../ask_twice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct version *named = echo_model(0), *matrix = echo_model(3);

	for (int form = FORM_JSON; form <= FORM_CSV; form++) {
		ask_twice(named, false, (enum form)form, (const char *)data, n);
		ask_twice(matrix, true, (enum form)form, (const char *)data, n);
	}
	for (int form = FORM_BARE_CSV; form <= FORM_SELDON; form++) {
		ask_twice(named, false, (enum form)form, (const char *)data, n);
		ask_twice(matrix, true, (enum form)form, (const char *)data, n);
	}
	version_release(named);
	version_release(matrix);
	return 0;
}
