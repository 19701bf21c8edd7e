/*
 * base/progress.h, with log: how libraries speak upward.
 *
 * Small structs of functions that lib/cli fills in; a NULL pointer means
 * nobody listens, and the calls below accept it.
 */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdint.h>

#include "base/err.h"

struct progress {
	/* what: a short verb phrase ("reading churn.csv"); total 0: unknown.
	 * Called as often as convenient; the listener thins it out. */
	void (*tick)(void *ctx, const char *what, uint64_t done, uint64_t total);
	void *ctx;
};

struct log {
	/* One line for a person, without newline. */
	void (*warn)(void *ctx, const char *line);
	void *ctx;
};

void progress_tick(const struct progress *p, const char *what, uint64_t done,
    uint64_t total);
void log_warn(const struct log *l, const char *fmt, ...) MLV_PRINTF(2, 3);

#endif
