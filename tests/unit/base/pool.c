/* Threads that share a loop do each part once. */
#include "base/pool.h"
#include "../tap.h"

struct counted {
	unsigned char seen[1000];
};

static void
touch_part(void *ctx, size_t i, int worker)
{
	(void)worker;
	((struct counted *)ctx)->seen[i]++;
}

static void
test_parts(void)
{
	struct pool *p = pool_new(4);
	int good = 1;

	for (int round = 0; round < 200; round++) {
		struct counted c = { { 0 } };

		pool_run(p, 1000, touch_part, &c);
		for (int i = 0; i < 1000; i++)
			good &= c.seen[i] == 1;
	}
	ok(good, "every part is done once");
	pool_free(p);
}

int
main(void)
{
	test_parts();
	return tap_done();
}
