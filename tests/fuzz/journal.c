/* Any bytes as a run's journal: refused, or a run that can be printed; and
 * with half a line behind it the same run. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "track/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
print(struct buf *out, const struct run *r)
{
	struct arena a = { NULL, 0 };

	json_write(out, run_to_json(&a, r));
	arena_free(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct buf torn, one, two;
	struct run r;

	memset(&r, 0, sizeof(r));
	buf_init(&torn, BUF_CAP_DOC);
	buf_init(&one, BUF_CAP_DOC);
	buf_init(&two, BUF_CAP_DOC);
	if (run_parse(&r, (const char *)data, size, &e) == 0) {
		for (size_t i = 0; i < r.n_metrics; i++)
			if (r.metric[i].n == 0)
				abort();
		print(&one, &r);
		run_free(&r);
		buf_add(&torn, data, size);
		buf_adds(&torn, "\n{\"event\":\"met");
		memset(&r, 0, sizeof(r));
		if (run_parse(&r, torn.data, torn.len, &e) < 0)
			abort();
		print(&two, &r);
		/* unless the data itself ended in a torn line */
		if (size && data[size - 1] == '\n' && (one.len != two.len ||
		    memcmp(one.data, two.data, one.len) != 0))
			abort();
	}
	run_free(&r);
	buf_free(&torn);
	buf_free(&one);
	buf_free(&two);
	return 0;
}
