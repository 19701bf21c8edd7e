/* Cells kept beyond their block. */
#include "feature/held.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CELL_MAX ((uint32_t)1 << 28)

int
held_set(struct held *h, const struct raw_cell *c, struct err *e)
{
	char *far = NULL;

	if (c->s != NULL && c->n > CELL_MAX)
		return err_set(e, ERR_TOOBIG, "a cell is longer than 256 MiB");
	if (c->s != NULL && c->n > HELD_INLINE) {
		if ((far = mem_array(c->n, 1)) == NULL)
			return err_set(e, ERR_NOMEM, "no memory for a cell of "
			    "%u bytes", c->n);
		memcpy(far, c->s, c->n);
	}
	if (h->n > HELD_INLINE)
		free(h->far);
	h->present = c->s != NULL;
	h->n = c->s != NULL ? c->n : 0;
	h->quoted = c->quoted;
	h->json = c->json;
	if (far != NULL)
		h->far = far;
	else if (h->n > 0)
		memcpy(h->in, c->s, h->n);
	return 0;
}

struct raw_cell
held_cell(const struct held *h)
{
	return (struct raw_cell){ !h->present ? NULL :
	    h->n > HELD_INLINE ? h->far : h->in, h->n, h->quoted, h->json };
}

void
held_release(struct held *h, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (h[i].n > HELD_INLINE)
			free(h[i].far);
}
