/* Names to places: the first of equal ones, none for others, many. */
#include "base/names.h"

#include <stdio.h>

#include "../tap.h"

int
main(void)
{
	struct names *n = names_new();
	char name[32];
	size_t wrong = 0;

	is_int((long long)names_find(n, "a"), (long long)NAMES_NONE, "empty");
	names_add(n, "a");
	names_add(n, "");
	names_add(n, "a");
	names_add(n, "b");
	is_int((long long)names_find(n, "a"), 0, "the first of two");
	is_int((long long)names_find(n, ""), 1, "an empty name");
	is_int((long long)names_find(n, "b"), 3, "places count them all");
	is_int((long long)names_find(n, "c"), (long long)NAMES_NONE, "unknown");
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "column %d", i);
		names_add(n, name);
	}
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "column %d", i);
		wrong += names_find(n, name) != (size_t)(4 + i);
	}
	is_int((long long)wrong, 0, "thousands of them");
	names_free(n);
	names_free(NULL);
	return tap_done();
}
