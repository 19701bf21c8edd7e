/* The names of the variants. */
#include "deploy/variant.h"

const char *
variant_text(enum variant v)
{
	static const char *const text[] = {
		[VARIANT_STABLE] = "stable", [VARIANT_CANARY] = "canary",
		[VARIANT_SHADOW] = "shadow",
		[VARIANT_LABELLED] = "labelled",
	};

	return text[v];
}
