/* The online store for several requests at once: a reader each, kept. */
#include <stdlib.h>

#include "base/mem.h"
#include "flow/online/server.h"

int
feature_reader_begin(struct feature_reader **out, struct feature_server *f,
    struct err *e)
{
	struct feature_reader *r;

	mutex_lock(&f->lock);
	if ((r = f->idle) != NULL)
		f->idle = r->next;
	mutex_unlock(&f->lock);
	if (r == NULL) {
		r = xalloc(1, sizeof(*r));
		if (feature_store_share(&r->from, &f->from, &f->at, e) < 0) {
			free(r);
			return -1;
		}
	}
	if (feature_store_begin(&r->from, e) < 0) {
		feature_reader_end(r, f);
		return -1;
	}
	*out = r;
	return 0;
}

void
feature_reader_end(struct feature_reader *r, struct feature_server *f)
{
	feature_store_end(&r->from);
	mutex_lock(&f->lock);
	r->next = f->idle;
	f->idle = r;
	mutex_unlock(&f->lock);
}
