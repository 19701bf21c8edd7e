/* Any text as a name: refused, or cut into parts that are all well formed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "catalog/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	char *text = xstrndup((const char *)data, size), *stem;
	struct name n;

	if (name_parse(&n, text, &e) == 0) {
		if (name_is_ref(&n) && (!name_base_ok(n.base) ||
		    strstr(n.base, "..") || strchr(n.base, '/')))
			abort();
		if (n.path && !path_is_below(n.path))
			abort();
		if (n.alias && (n.version || !name_alias_ok(n.alias)))
			abort();
		name_free(&n);
	} else if (e.code != ERR_USAGE) {
		abort();
	}
	stem = name_from_path(text);
	if (*stem && !name_base_ok(stem))
		abort();
	free(stem);
	free(text);
	return 0;
}
