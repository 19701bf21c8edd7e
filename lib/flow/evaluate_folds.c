/* A model judged fold by fold. */
#include "flow/evaluate_folds.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* All rows once, which says whether the target is of classes. */
static int
settle_folds(struct folds_opts *o, struct arena *a, const struct binding *p,
    const struct table *t, const struct evaluate_opts *eo, struct err *e)
{
	struct evaluation v;

	if (o->by || o->time || o->stratify)
		return 0;
	if (evaluate_table(&v, p, t, eo, e) < 0)
		return -1;
	if (v.task != TASK_REGRESSION)
		o->stratify = arena_strdup(a, v.target);
	evaluation_release(&v);
	return 0;
}

int
evaluate_folds(struct fold_metrics *out, struct arena *a,
    const struct binding *p, const struct table *t,
    const struct evaluate_opts *eo, struct folds_opts *o, struct err *e)
{
	size_t *row = xalloc(t->rows + 1, sizeof(*row));
	struct evaluate_opts one = *eo;
	struct folds f = { 0 };
	int r;

	one.importance = false;
	memset(out, 0, sizeof(*out));
	out->folds = (size_t)o->folds;
	r = settle_folds(o, a, p, t, &one, e);
	if (r == 0)
		r = folds_deal(&f, t, o, e);
	for (size_t k = 0; r == 0 && k < f.n; k++) {
		size_t n = folds_judged(row, &f, k);
		struct table *part = NULL;
		struct evaluation v;

		r = table_gather(&part, t, row, n, e);
		if (r == 0)
			r = evaluate_table(&v, p, part, &one, e);
		if (r == 0) {
			fold_metrics_add(out, a, &v);
			evaluation_release(&v);
		} else {
			err_wrap(e, "fold %zu", k + 1);
		}
		table_free(part);
	}
	folds_release(&f);
	free(row);
	return r;
}
