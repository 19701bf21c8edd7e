/* Random numbers that are the same everywhere. */
#include "base/rng.h"
#include "../tap.h"

static void
test_streams(void)
{
	struct rng a, b;
	int good = 1;

	rng_seed(&a, 1, 0);
	rng_seed(&b, 1, 1);
	ok(rng_u64(&a) != rng_u64(&b), "streams differ");
	rng_seed(&a, 42, 0);
	for (int i = 0; i < 1000; i++)
		good &= rng_below(&a, 7) < 7;
	ok(good, "rng_below in range");
}

int
main(void)
{
	test_streams();
	return tap_done();
}
