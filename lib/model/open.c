/* The way from the bytes of a model file to a binding that can be asked. */
#include "model/open.h"

#include "engine/probe.h"
#include "model/golden.h"
#include "model/internal.h"

int
binding_open(struct binding **out, const void *bytes, size_t n,
    const struct bind_opts *o, struct err *e)
{
	struct binding *b;
	struct model *m;

	if (model_load(&m, bytes, n, e) < 0)
		return -1;
	if (binding_new(&b, m, o, e) < 0) {
		model_free(m);
		return -1;
	}
	if (model_probe_rows(m, b->width, e) < 0 ||
	    (!(o && o->skip_golden) && golden_check(b, e) < 0)) {
		binding_free(b);
		return -1;
	}
	*out = b;
	return 0;
}
