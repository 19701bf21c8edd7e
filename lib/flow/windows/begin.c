/* The columns that both sides have, as bins; thresholds; what was seen. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/names.h"
#include "flow/windows/internal.h"

bool
windows_wants(const struct windows_run *r, const char *name)
{
	return (r->n_only == 0 || name_is_listed(name, r->only, r->n_only)) &&
	    !name_is_listed(name, r->exclude, r->n_exclude);
}

int
windows_begin(struct windows_watch *s, const char *const *name, size_t n,
    struct err *e)
{
	struct windows_run *r = s->r;
	const char **both = xalloc(r->reference->cols + r->n_only + 1,
	    sizeof(*both));
	struct binned_opts o = { .only = both, .exclude = r->exclude,
	    .n_exclude = r->n_exclude };
	int got = 0;

	/* what one side alone has is not watched, unless it was named */
	for (size_t i = 0; i < r->reference->cols; i++) {
		const char *c = r->reference->col[i].name;

		if (r->n_only > 0 ? name_is_listed(c, r->only, r->n_only) :
		    name_is_listed(c, name, n))
			both[o.n_only++] = c;
	}
	for (size_t i = 0; got == 0 && i < r->n_only; i++)
		if (!name_is_listed(r->only[i], both, o.n_only) ||
		    !name_is_listed(r->only[i], name, n))
			got = err_set(e, ERR_NOENT, "column '%s' is not on "
			    "both sides", r->only[i]);
	for (size_t i = 0; got == 0 && i < r->n_exclude; i++)
		if (table_find(r->reference, r->exclude[i]) == NULL &&
		    !name_is_listed(r->exclude[i], name, n))
			got = err_set(e, ERR_NOENT, "no column '%s' to leave "
			    "out", r->exclude[i]);
	if (got == 0 && o.n_only == 0)
		got = err_set(e, ERR_UNSUPPORTED, "the reference and the "
		    "stream have no column in common");
	if (got == 0) {
		s->binned = true;
		got = binned_of_table(&s->b, r->reference, &o, e);
	}
	free(both);
	if (got < 0 || r->begin(r->ctx, &s->b, &r->windows, e) < 0)
		return -1;
	windows_new(&s->w, &s->b, &r->windows, r->say, r->ctx);
	return windows_state_load(s, e);
}
