#include "base/progress.h"

#include <stdarg.h>
#include <stdio.h>

void
progress_tick(const struct progress *p, const char *what, uint64_t done,
    uint64_t total)
{
	if (p && p->tick)
		p->tick(p->ctx, what, done, total);
}

void
log_warn(const struct log *l, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	if (l == NULL || l->warn == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	l->warn(l->ctx, line);
}
