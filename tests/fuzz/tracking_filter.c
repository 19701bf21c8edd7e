/* Any text is a filter string or an order of MLflow, or is refused; what is
 * one is asked of values. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "track/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ask(const struct filter_clause *c)
{
	static const char *const texts[] = { "", "a", "%", "a_b%c", "FINISHED",
	    "\xc3\xa4" };
	static const double numbers[] = { 0, -1.5, 1e300, INFINITY, NAN };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (!c->number)
			(void)filter_holds_text(c, texts[i]);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (c->number)
			(void)filter_holds_num(c, numbers[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { NULL, 0 };
	char *text = malloc(size + 1);
	struct filter_order o;
	struct filter f;
	struct err e = ERR_INIT;

	memcpy(text, data, size);
	text[size] = '\0';
	if (filter_parse(&f, &a, text, &e) == 0)
		for (size_t i = 0; i < f.n; i++)
			ask(&f.clause[i]);
	(void)filter_parse_order(&o, &a, text, &e);
	arena_free(&a);
	free(text);
	return 0;
}
