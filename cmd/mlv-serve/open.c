/* A model by any name, for all verbs. */
#include "catalog/bytes.h"
#include "verbs.h"
#include "model/open.h"

int
open_model(struct binding **out, struct catalog *c, const char *name,
    const struct texts *columns, struct err *e)
{
	const struct bind_opts so = { .columns = columns->v,
	    .n_columns = columns->n };
	struct catalog_bytes b;
	int r;

	if (catalog_open_bytes(&b, c, name, e) < 0)
		return -1;
	r = binding_open(out, b.data, b.n, &so, e);
	catalog_bytes_close(&b);
	return r < 0 ? err_wrap(e, "%s", name) : 0;
}
