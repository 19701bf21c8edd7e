/* Any bytes as a pipeline: refused with a message, or stages in an order in
 * which they can be done, written in every form. */
#include <stdint.h>
#include <stdlib.h>

#include "pipeline/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_all(const struct pipeline *p)
{
	bool *want = calloc(p->n + 1, sizeof(*want));
	struct err e = ERR_INIT;
	struct buf b;

	for (size_t i = 0; i < p->n; i++)
		want[i] = true;
	for (int form = PIPELINE_MAKE; form <= PIPELINE_GITHUB; form++) {
		buf_init(&b, BUF_CAP_DOC);
		if (pipeline_write(&b, p, want, (enum pipeline_form)form, &e) < 0 &&
		    e.msg[0] == '\0')
			abort();
		buf_free(&b);
	}
	free(want);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct pipeline p;

	if (pipeline_parse(&p, "none/dvc.yaml", (const char *)data, size,
	    &e) < 0) {
		if (e.msg[0] == '\0')
			abort();
		pipeline_release(&p);
		return 0;
	}
	for (size_t i = 0; i < p.n; i++)
		for (size_t k = 0; k < p.stage[i].n_after; k++)
			if (p.stage[i].after[k] >= i)
				abort();
	if (p.n < 100)
		write_all(&p);
	pipeline_release(&p);
	return 0;
}
