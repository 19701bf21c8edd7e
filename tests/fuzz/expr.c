/* Any text either parses and evaluates or is refused. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "expr/expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
name(void *ctx, size_t i, struct expr_value *v, struct err *e)
{
	(void)ctx;
	(void)e;
	if (i % 3 == 0)
		*v = (struct expr_value){ .type = EXPR_NUM,
		    .num = num_of_f64((double)i) };
	else if (i % 3 == 1)
		*v = (struct expr_value){ .type = EXPR_TEXT, .s = "ab", .n = 2 };
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	struct expr_env env = { name, NULL, NULL };
	char *text = malloc(size + 1);
	struct expr *x;
	bool yes;

	memcpy(text, data, size);
	text[size] = '\0';
	if (expr_parse(&x, &a, text, &e) == 0)
		(void)expr_holds(&yes, x, &env, &e);
	arena_free(&a);
	free(text);
	return 0;
}
