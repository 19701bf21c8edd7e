/*
 * cli/when.h - a moment as people name it.
 */
#ifndef CLI_WHEN_H
#define CLI_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"

/* Microseconds since 1970: "today" and "yesterday" (their midnight, UTC),
 * "90m", "24h", "7d", "2w" before `now`, or a date as clock_parse reads it.
 * False if it is none. */
bool when_parse(int64_t *us, const char *s, int64_t now);
/* Of --NAME on the command line; NULL leaves *us as it is.  0, or the exit
 * status after a message. */
int when_option(int64_t *us, struct cli *c, const char *name, const char *s);

/* Requests of a span: these two options, and their moments, since before until
 * where both were given. */
struct when_span {
	const char *since, *until;
};

#define WHEN_SPAN_OPTIONS(s, m) \
	{ OPT_TEXT, 0, "since", offsetof(s, m.since), "TIME", \
	    "requests answered then or later: yesterday, 7d, a date" }, \
	{ OPT_TEXT, 0, "until", offsetof(s, m.until), "TIME", \
	    "and before then" }

int when_span_read(int64_t *since_us, int64_t *until_us, struct cli *c,
    const struct when_span *span);

#endif
