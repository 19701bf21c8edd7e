/*
 * base/clock.h - time.  Only runs, journals, the audit log, request logs
 * and server metrics may look at a clock; nothing that becomes an id does.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int64_t clock_wall_us(void);		/* microseconds since 1970, UTC */
int64_t clock_mono_us(void);		/* for durations and time-outs */
int64_t clock_mono_ns(void);
int64_t clock_cpu_us(void);		/* user + system of this process */
int64_t clock_thread_cpu_ns(void);	/* of this thread; takes its time */

#define CLOCK_TEXT_MAX 40
/* "2026-01-02T03:04:05.678901Z"; fraction dropped when zero. */
size_t clock_print(char out[CLOCK_TEXT_MAX], int64_t us);
/* RFC 3339 and what people write: "2026-01-02", "2026-01-02 03:04[:05[.6]]",
 * "T" or space, "Z" or +hh:mm; no zone means UTC.  False if not a date. */
bool clock_parse(const char *s, size_t n, int64_t *us);

#endif
