/* How far a library is, told to whoever listens. */
#include "base/progress.h"

void
progress_tick(const struct progress *p, const char *what, uint64_t done,
    uint64_t total)
{
	if (p && p->tick)
		p->tick(p->ctx, what, done, total);
}
