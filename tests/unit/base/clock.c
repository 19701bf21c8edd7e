/* Dates read and printed. */
#include "base/clock.h"

#include "base/rng.h"
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

/* Nineteen bytes are read in another way than with a "Z" behind them. */
static void
test_usual(void)
{
	static const char byte[] = "0123456789012345678901234567899:-TZ t/.\x80";
	long wrong = 0, good = 0;
	struct rng rng;

	rng_seed(&rng, 1, 0);
	for (int i = 0; i < 200000; i++) {
		char s[21] = "2026-01-02T03:04:05Z";
		int64_t one = 0, two = 0;
		bool yes;

		for (uint64_t k = rng_below(&rng, 12); k > 0; k--)
			s[rng_below(&rng, 19)] = byte[rng_below(&rng,
			    sizeof(byte) - 1)];
		if (s[16] != ':')	/* a zone, or a fraction */
			continue;
		yes = clock_parse(s, 19, &one);
		good += yes;
		wrong += yes != clock_parse(s, 20, &two) || one != two;
	}
	ok(good > 10000, "many are times");
	is_int(wrong, 0, "a time reads the same with and without a Z");
}

int
main(void)
{
	test_dates();
	test_usual();
	return tap_done();
}
