/* A dictionary numbers its words as they come. */
#include "base/intern.h"
#include "../tap.h"

static void
test_numbers(void)
{
	struct intern *t = intern_new();
	char text[16];
	int good = 1;

	for (int i = 0; i < 10000; i++) {
		int n = snprintf(text, sizeof(text), "k%d", i);

		good &= intern_add(t, text, (size_t)n) == (uint32_t)i;
	}
	ok(good && intern_count(t) == 10000, "numbers by first appearance");
	is_int(intern_find(t, "k77", 3), 77, "found");
	is_int(intern_find(t, "k10000", 6), INTERN_NONE, "not found");
	is_text(intern_text(t, 9999, NULL), "k9999", "text back");
	intern_free(t);
}

int
main(void)
{
	test_numbers();
	return tap_done();
}
