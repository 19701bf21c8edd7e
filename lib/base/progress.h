/*
 * base/progress.h - how far a library is with its work: functions that
 * lib/cli fills in.  A NULL pointer means nobody listens.
 */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdint.h>

struct progress {
	/* what: a short verb phrase ("reading churn.csv"); total 0: unknown.
	 * Called as often as convenient; the listener thins it out. */
	void (*tick)(void *ctx, const char *what, uint64_t done, uint64_t total);
	void *ctx;
};

void progress_tick(const struct progress *p, const char *what, uint64_t done,
    uint64_t total);

#endif
