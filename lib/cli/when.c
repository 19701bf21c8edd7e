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
