/*
 * base/log.h - warnings of a library for a person: functions that lib/cli
 * fills in.  A NULL pointer means nobody listens.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"

struct log {
	/* One line for a person, without newline. */
	void (*warn)(void *ctx, const char *line);
	void *ctx;
};

void log_warn(const struct log *l, const char *fmt, ...) MLV_PRINTF(2, 3);

#endif
