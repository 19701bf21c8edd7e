/* Counts by bucket: parts come when they are touched, and in order of keys. */
#include "profile/histogram.h"

#include <string.h>

#include "../tap.h"

int
main(void)
{
	static struct histogram h;
	static const int32_t key[] = { HISTOGRAM_HALF - 1, -HISTOGRAM_HALF, 0,
	    255, 256, -1, 0 };
	struct histogram_place p;
	int32_t last = INT32_MIN;
	uint64_t all = 0;
	size_t at = 0, n = 0, falling = 0;

	ok(!histogram_next(&p, &h, &at), "empty");
	for (size_t i = 0; i < sizeof(key) / sizeof(*key); i++)
		histogram_add(&h, key[i], i + 1);
	for (at = 0; histogram_next(&p, &h, &at); n++) {
		falling += p.key <= last;
		last = p.key;
		all += p.n;
		if (p.key == 0)
			is_int((long long)p.n, 10, "one key added to twice");
	}
	is_int((long long)n, 6, "each key once");
	is_int((long long)falling, 0, "in rising order");
	is_int((long long)all, 28, "nothing is lost");
	histogram_release(&h);
	return tap_done();
}
