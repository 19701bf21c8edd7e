/* The table of pruners. */
#include "search/pruner.h"

#include <string.h>

#define P(name) &pruner_##name,
static const struct pruner *const pruners[] = { PRUNERS(P) };
#undef P
#define N_PRUNERS (sizeof(pruners) / sizeof(*pruners))

const struct pruner *
pruner_find(const char *name)
{
	for (size_t i = 0; i < N_PRUNERS; i++)
		if (strcmp(pruners[i]->name, name) == 0)
			return pruners[i];
	return NULL;
}

void
pruner_names(struct buf *b)
{
	for (size_t i = 0; i < N_PRUNERS; i++)
		buf_addf(b, "%s%s", i ? " " : "", pruners[i]->name);
}
