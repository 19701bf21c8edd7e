/* Moments on the command line. */
#include "cli/when.h"

#include <string.h>

#include "base/clock.h"
#include "base/num.h"

#define MINUTE INT64_C(60000000)
#define DAY (1440 * MINUTE)

static int64_t
unit_of(char letter)
{
	switch (letter) {
	case 'm':
		return MINUTE;
	case 'h':
		return 60 * MINUTE;
	case 'd':
		return DAY;
	case 'w':
		return 7 * DAY;
	default:
		return 0;
	}
}

bool
when_parse(int64_t *us, const char *s, int64_t now)
{
	size_t n = strlen(s);
	int64_t unit;
	uint64_t count;

	if (strcmp(s, "today") == 0 || strcmp(s, "yesterday") == 0) {
		*us = now - now % DAY - (*s == 'y' ? DAY : 0);
		return true;
	}
	unit = n > 1 ? unit_of(s[n - 1]) : 0;
	if (unit > 0 && num_parse_u64(s, n - 1, &count) && *s != '+') {
		if (count > (uint64_t)(now / unit))
			return false;
		*us = now - (int64_t)count * unit;
		return true;
	}
	return clock_parse(s, n, us);
}

static int
read_option(int64_t *us, struct cli *c, const char *name, const char *s,
    int64_t now)
{
	if (s == NULL || when_parse(us, s, now))
		return 0;
	return cli_usage(c, "--%s takes a date, yesterday, today, or a time "
	    "ago as 24h or 7d, not '%s'", name, s);
}

int
when_option(int64_t *us, struct cli *c, const char *name, const char *s)
{
	return read_option(us, c, name, s, clock_wall_us());
}

int
when_span_read(int64_t *since_us, int64_t *until_us, struct cli *c,
    const struct when_span *span)
{
	int64_t now = clock_wall_us();
	int status;

	if ((status = read_option(since_us, c, "since", span->since, now)) ||
	    (status = read_option(until_us, c, "until", span->until, now)))
		return status;
	if (span->since && span->until && *since_us >= *until_us)
		return cli_usage(c, "--since %s is not before --until %s",
		    span->since, span->until);
	return 0;
}
