/* Warnings of a library, formatted for whoever listens. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

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
