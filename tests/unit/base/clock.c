/* Dates read and printed. */
#include "base/clock.h"
#include "../tap.h"

static void
test_dates(void)
{
	char out[CLOCK_TEXT_MAX];
	int64_t us;

	ok(clock_parse("2024-02-29", 10, &us), "leap day");
	ok(!clock_parse("2023-02-29", 10, &us), "no leap day");
	ok(clock_parse("2026-01-02 03:04:05.25+01:00", 28, &us), "offset");
	clock_print(out, us);
	is_text(out, "2026-01-02T02:04:05.250000Z", "printed in UTC");
	ok(clock_parse("1969-12-31T23:59:59Z", 20, &us) && us == -1000000,
	    "before 1970");
	clock_print(out, us);
	is_text(out, "1969-12-31T23:59:59Z", "printed before 1970");
	ok(!clock_parse("2026-01-02x", 11, &us), "rest is refused");
}

int
main(void)
{
	test_dates();
	return tap_done();
}
