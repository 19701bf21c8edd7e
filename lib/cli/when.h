/*
 * cli/when.h - a moment as people name it.
 */
#ifndef CLI_WHEN_H
#define CLI_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/* Microseconds since 1970: "today" and "yesterday" (their midnight, UTC),
 * "90m", "24h", "7d", "2w" before `now`, or a date as clock_parse reads it.
 * False if it is none. */
bool when_parse(int64_t *us, const char *s, int64_t now);

#endif
