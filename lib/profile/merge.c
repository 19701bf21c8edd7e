/*
 * Two profiles merged: column by column, then their samples of rows.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "profile/summary.h"

static bool
is_plain_number(enum col_type t)
{
	return t == COL_INT64 || t == COL_FLOAT64;
}

static int
join_types(enum col_type *type, const struct summary *a,
    const struct summary *b, struct err *e)
{
	if (a->type == b->type)
		*type = a->type;
	else if (is_plain_number(a->type) && is_plain_number(b->type))
		*type = COL_FLOAT64;
	else if (col_type_is_text(a->type) && col_type_is_text(b->type))
		*type = COL_TEXT;
	else
		return err_set(e, ERR_FORMAT, "column '%s' is %s in one and "
		    "%s in the other", a->name, col_type_name(a->type),
		    col_type_name(b->type));
	return 0;
}

static void
merge_bottomk(struct bottomk *to, const struct bottomk *from)
{
	bool fresh;

	to->complete = to->complete && from->complete;
	for (size_t i = 0; i <= from->mask; i++) {
		const struct bottomk_entry *f = &from->slot[i];
		struct bottomk_entry *t;

		if (!f->used || f->hash > to->limit)
			continue;
		t = bottomk_add(to, f->hash, f->n, &fresh);
		if (t == NULL || !fresh)
			continue;
		if (to->text)
			bottomk_set_text(t, f->s, f->len);
		else
			t->v = f->v;
	}
	bottomk_trim(to);
	if (from->limit < to->limit)
		bottomk_limit(to, from->limit);
}

static void
merge_histogram(struct histogram *to, const struct histogram *from)
{
	struct histogram_place p;

	for (size_t at = 0; histogram_next(&p, from, &at);)
		histogram_add(to, p.key, p.n);
}

static void
merge_summary(struct summary *to, const struct summary *from,
    enum col_type type)
{
	bool any = to->finite > 0;

	to->type = type;
	to->missing += from->missing;
	hll_merge(to->hll, from->hll);
	if (from->finite > 0) {
		to->whole = (!any || to->whole) && from->whole &&
		    type == COL_INT64;
		if (!any || from->least < to->least)
			to->least = from->least;
		if (!any || from->most > to->most)
			to->most = from->most;
		if (!any || from->min < to->min)
			to->min = from->min;
		if (!any || from->max > to->max)
			to->max = from->max;
		if (!any || from->min_length < to->min_length)
			to->min_length = from->min_length;
		if (from->max_length > to->max_length)
			to->max_length = from->max_length;
	}
	to->length += from->length;
	to->finite += from->finite;
	to->infinite += from->infinite;
	to->zeros += from->zeros;
	to->negatives += from->negatives;
	if (to->number) {
		exact_merge(&to->sum, &from->sum);
		exact_merge(&to->squares, &from->squares);
		merge_histogram(&to->histogram, &from->histogram);
	}
	if (to->words && type == COL_TEXT) {
		bottomk_release(&to->values);
		bottomk_init(&to->values, PROFILE_VALUES, true);
		to->words = false;
	}
	if (to->number || to->words)
		merge_bottomk(&to->values, &from->values);
}

static void
merge_samples(struct profile *to, const struct profile *from,
    const size_t *place)
{
	bottomk_trim(&to->sample);
	for (size_t i = 0; i <= from->sample.mask; i++) {
		const struct bottomk_entry *f = &from->sample.slot[i];
		double *v;

		if (!f->used || (v = sample_add(to, f->hash, f->n)) == NULL)
			continue;
		for (size_t k = 0; k < to->cols; k++)
			v[k] = from->value[f->row * from->cols + place[k]];
	}
	bottomk_trim(&to->sample);
	if (from->sample.limit < to->sample.limit)
		bottomk_limit(&to->sample, from->sample.limit);
}

/* Which column has that name, `near` first; p->cols: none. */
static size_t
find_place(const struct profile *p, const char *name, size_t near)
{
	size_t i = 0;

	if (near < p->cols && strcmp(p->col[near].name, name) == 0)
		return near;
	while (i < p->cols && strcmp(p->col[i].name, name) != 0)
		i++;
	return i;
}

int
profile_merge(struct profile *to, const struct profile *from, struct err *e)
{
	size_t *place = xalloc(to->cols + 1, sizeof(*place));
	enum col_type *type = xalloc(to->cols + 1, sizeof(*type));
	int r = -1;

	for (size_t i = 0; i < to->cols; i++) {
		size_t k = find_place(from, to->col[i].name, i);

		if (k == from->cols) {
			err_set(e, ERR_FORMAT, "only one of the profiles has "
			    "a column '%s'", to->col[i].name);
			goto done;
		}
		place[i] = k;
		if (join_types(&type[i], &to->col[i], &from->col[k], e) != 0)
			goto done;
	}
	if (to->cols != from->cols) {
		err_set(e, ERR_FORMAT, "one profile has %zu columns, the "
		    "other %zu", to->cols, from->cols);
		goto done;
	}
	profile_unseal(to);
	for (size_t i = 0; i < to->cols; i++)
		merge_summary(&to->col[i], &from->col[place[i]], type[i]);
	merge_samples(to, from, place);
	to->rows += from->rows;
	r = 0;
done:
	free(place);
	free(type);
	return r;
}
