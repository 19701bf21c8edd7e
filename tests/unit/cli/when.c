/* Moments as people name them. */
#include "../tap.h"
#include "base/clock.h"
#include "cli/when.h"

int
main(void)
{
	int64_t now, us;

	ok(clock_parse("2026-11-28 02:05:00", 19, &now), "a moment");
	static const struct {
		const char *said, *meant;
	} good[] = {
		{ "today", "2026-11-28T00:00:00Z" },
		{ "yesterday", "2026-11-27T00:00:00Z" },
		{ "90m", "2026-11-28T00:35:00Z" },
		{ "24h", "2026-11-27T02:05:00Z" },
		{ "7d", "2026-11-21T02:05:00Z" },
		{ "2w", "2026-11-14T02:05:00Z" },
		{ "2026-01-02", "2026-01-02T00:00:00Z" },
		{ "2026-01-02 03:04+01:00", "2026-01-02T02:04:00Z" },
	};
	static const char *const bad[] = {
		"", "d", "tomorrow", "-1d", "+1d", "1.5d", "1y",
		"99999999999999999d", "20000d0", "999999d",
	};
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		char text[CLOCK_TEXT_MAX] = "";

		if (ok(when_parse(&us, good[i].said, now), "%s is a moment",
		    good[i].said))
			clock_print(text, us);
		is_text(text, good[i].meant, "which is %s", good[i].meant);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(!when_parse(&us, bad[i], now), "'%s' is none", bad[i]);
	return tap_done();
}
