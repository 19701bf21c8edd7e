/* Two versions of a model loaded, and their contracts compared. */
#include <stdlib.h>

#include "catalog/bytes.h"
#include "model/contract.h"
#include "model/open.h"
#include "promote/internal.h"

struct side {
	struct catalog_bytes bytes;
	struct binding *binding;	/* NULL: the engine does not load it */
	struct err why;
};

static int
open_side(struct side *s, struct catalog *c, const struct name *model,
    uint32_t version, struct err *e)
{
	const struct name name = { .kind = model->kind, .base = model->base,
	    .version = version };
	char *label = name_label(&name);
	int r = catalog_open_bytes(&s->bytes, c, label, e);

	free(label);
	return r;
}

static void
load_side(struct side *s)
{
	/* that its answers are as they were is not what is asked here */
	const struct bind_opts o = { .skip_golden = true };

	if (binding_open(&s->binding, s->bytes.data, s->bytes.n, &o,
	    &s->why) < 0)
		s->binding = NULL;
}

static void
close_side(struct side *s)
{
	binding_free(s->binding);
	catalog_bytes_close(&s->bytes);
}

int
check_contract(bool *kept, struct buf *why, struct catalog *c,
    const struct name *model, uint32_t from, uint32_t to, struct err *e)
{
	struct side was = { .binding = NULL }, now = { .binding = NULL };

	if (open_side(&was, c, model, from, e) < 0)
		return -1;
	if (open_side(&now, c, model, to, e) < 0) {
		catalog_bytes_close(&was.bytes);
		return -1;
	}
	*kept = oid_eq(catalog_bytes_id(&was.bytes),
	    catalog_bytes_id(&now.bytes));
	if (!*kept) {
		load_side(&was);
		load_side(&now);
		*kept = was.binding == NULL || (now.binding &&
		    contract_kept(why, was.binding, now.binding));
		if (was.binding && now.binding == NULL)
			buf_addf(why, "mlv-serve will not load it: %s",
			    now.why.msg);
	}
	close_side(&was);
	close_side(&now);
	return 0;
}
