/* A bottom-k sample: what stays, with what counts, until when all is there. */
#include "profile/bottomk.h"

#include <stdlib.h>

#include "../tap.h"

static int
by_hash(const void *a, const void *b)
{
	uint64_t x = (*(const struct bottomk_entry *const *)a)->hash;
	uint64_t y = (*(const struct bottomk_entry *const *)b)->hash;

	return (x > y) - (x < y);
}

static void
smallest_stay(void)
{
	const struct bottomk_entry **v;
	struct bottomk s;
	bool fresh;

	bottomk_init(&s, 10, false);
	for (uint64_t i = 0; i < 10; i++)
		bottomk_add(&s, 1000 - i, 1, &fresh);
	ok(s.complete && s.n == 10, "ten of ten are all");
	for (uint64_t i = 0; i < 90; i++)
		bottomk_add(&s, 500 - i, 2, &fresh);
	bottomk_trim(&s);
	ok(!s.complete && s.n == 10, "the smallest ten of a hundred");
	ok(bottomk_add(&s, 900, 1, &fresh) == NULL, "a larger one is out");
	bottomk_add(&s, 411, 5, &fresh);
	ok(!fresh, "one that is in is counted on");
	v = bottomk_sorted(&s, by_hash);
	ok(v[0]->hash == 411 && v[9]->hash == 420, "their hashes");
	ok(v[0]->n == 7 && v[9]->n == 2, "their counts");
	free(v);
	bottomk_limit(&s, 415);
	is_int(s.n, 5, "a lower limit forgets the rest");
	bottomk_release(&s);
}

int
main(void)
{
	smallest_stay();
	return tap_done();
}
