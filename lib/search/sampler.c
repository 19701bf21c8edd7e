/* The table of samplers. */
#include "search/sampler.h"

#include <string.h>

#define S(name) &sampler_##name,
static const struct sampler *const samplers[] = { SAMPLERS(S) };
#undef S
#define N_SAMPLERS (sizeof(samplers) / sizeof(*samplers))

const struct sampler *
sampler_find(const char *name)
{
	for (size_t i = 0; i < N_SAMPLERS; i++)
		if (strcmp(samplers[i]->name, name) == 0)
			return samplers[i];
	return NULL;
}

void
sampler_names(struct buf *b)
{
	for (size_t i = 0; i < N_SAMPLERS; i++)
		buf_addf(b, "%s%s", i ? " " : "", samplers[i]->name);
}
