/* HyperLogLog: estimates within the error, and merging. */
#include "profile/hll.h"

#include "base/rng.h"
#include "../tap.h"

static void
estimates(void)
{
	static uint8_t a[HLL_REGISTERS], b[HLL_REGISTERS];
	double d;

	is_near(hll_count(a), 0, 0, "nothing was added");
	for (uint64_t i = 0; i < 100000; i++) {
		hll_add(i % 2 ? a : b, rng_mix(i));
		hll_add(a, rng_mix(i / 2));
	}
	d = hll_count(a);
	ok(fabs(d / 75000 - 1) < 0.05, "three quarters are in one: %.0f", d);
	hll_merge(a, b);
	d = hll_count(a);
	ok(fabs(d / 100000 - 1) < 0.05, "all in both: %.0f", d);
}

int
main(void)
{
	estimates();
	return tap_done();
}
