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

static void
test_two_steps(int threads)
{
	struct pool *p = pool_new(threads);
	struct counted c = { { 0 } };
	int good = 1;

	pool_finish(p);
	for (int round = 1; round <= 200; round++) {
		pool_start(p, 1000, touch_part, &c);
		pool_finish(p);
		for (int i = 0; i < 1000; i++)
			good &= c.seen[i] == round;
	}
	pool_start(p, 0, touch_part, &c);
	pool_finish(p);
	pool_finish(p);
	ok(good, "what was started is done when it is finished, with %d threads", threads);
	pool_free(p);
}

int
main(void)
{
	test_parts();
	test_two_steps(1);
	test_two_steps(4);
	return tap_done();
}
