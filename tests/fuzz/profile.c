/* A profile that can be read is written, read and merged with itself. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "profile/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct profile *p, *q;
	struct profile_column c;
	struct err e = ERR_INIT;
	struct buf one, two;
	double low, high;

	if (profile_parse(&p, (const char *)data, n, &e) != 0)
		return 0;
	buf_init(&one, BUF_CAP_DOC);
	buf_init(&two, BUF_CAP_DOC);
	if (profile_write(&one, p, &e) == 0) {
		if (profile_parse(&q, one.data, one.len, &e) != 0)
			abort();
		if (profile_write(&two, q, &e) != 0 || one.len != two.len ||
		    memcmp(one.data, two.data, one.len) != 0)
			abort();
		profile_merge(q, p, &e);
		for (size_t i = 0; i < profile_cols(q); i++) {
			profile_column(&c, q, i);
			profile_cdf(&c, 1, &low, &high);
			profile_quantile(&c, 0.5);
		}
		profile_free(q);
	}
	profile_free(p);
	buf_free(&one);
	buf_free(&two);
	return 0;
}
