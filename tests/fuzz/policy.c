/* Any bytes as a policy: refused with a message, or rules that parse. */
#include <stdint.h>
#include <stdlib.h>

#include "promote/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct policy p;

	if (policy_parse(&p, (const char *)data, size, &e) < 0) {
		if (e.msg[0] == '\0')
			abort();
		return 0;
	}
	for (size_t i = 0; i < p.n; i++)
		if (p.rule[i].expr == NULL || p.rule[i].name == NULL)
			abort();
	policy_release(&p);
	return 0;
}
