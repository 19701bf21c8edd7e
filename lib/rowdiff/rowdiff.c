/* Two tables compared: columns paired, both sides read, parts matched. */
#include "rowdiff/rowdiff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/pool.h"
#include "rowdiff/internal.h"

/* ---- columns ---- */

static size_t
find_column(const struct side *s, const char *name)
{
	for (size_t i = 0; i < s->cols; i++)
		if (strcmp(s->names[i], name) == 0)
			return i;
	return SIZE_MAX;
}

static void
pair_columns(struct rowdiff *d)
{
	struct side *a = &d->side[0], *b = &d->side[1];
	struct intern *names = intern_new();
	size_t n = 0;
	uint32_t k;

	a->shared = xalloc(a->cols + 1, sizeof(*a->shared));
	b->shared = xalloc(a->cols + 1, sizeof(*b->shared));
	for (size_t i = 0; i < b->cols; i++)
		intern_add(names, b->names[i], strlen(b->names[i]));
	for (size_t i = 0; i < a->cols; i++) {
		k = intern_find(names, a->names[i], strlen(a->names[i]));
		if (k == INTERN_NONE)
			continue;
		a->col[i].partner = k;
		b->col[k].partner = i;
		a->col[i].shared = b->col[k].shared = n;
		if (n > 0 && b->shared[n - 1] > k)
			d->total.columns_moved = true;
		a->shared[n] = i;
		b->shared[n++] = k;
	}
	intern_free(names);
	a->n_shared = b->n_shared = n;
	a->plain = n == a->cols;
	b->plain = n == b->cols && !d->total.columns_moved;
	d->loose = xalloc(n + 1, sizeof(*d->loose));
	d->changed = xalloc(n + 1, sizeof(*d->changed));
	a->loose = b->loose = d->loose;
}

static int
find_key(struct side *s, const struct rowdiff_opts *o, struct err *e)
{
	const char *near;

	s->key = xalloc(o->n_key + 1, sizeof(*s->key));
	for (size_t i = 0; i < o->n_key; i++) {
		s->key[i] = find_column(s, o->key[i]);
		if (s->key[i] != SIZE_MAX)
			continue;
		near = nearest_word(o->key[i], s->names, s->cols);
		return err_set(e, ERR_NOENT, "%s: no column '%s' for --key"
		    "%s%s%s", s->in->read->name ? s->in->read->name :
		    "input", o->key[i], near ? " (did you mean " : "",
		    near ? near : "", near ? "?)" : "");
	}
	s->n_key = o->n_key;
	return 0;
}

static const char *
type_word_of(const struct side_column *c)
{
	enum col_type t = kinds_type(c->kinds);

	return c->kinds == 0 ? NULL : col_type_is_text(t) ? "string" :
	    col_type_name(t);
}

static bool
is_number(unsigned kinds)
{
	return (kinds & ~(unsigned)(VALUE_INT | VALUE_FLOAT)) == 0;
}

/* ---- how far a column's values moved ---- */

static double
mean_of(const struct side_column *c)
{
	return c->finite ? c->pivot + c->sum / (double)c->finite : NAN;
}

static double
deviation_of(const struct side_column *c)
{
	double n = (double)c->finite, mean = c->sum / n;
	double v = c->squares / n - mean * mean;

	return c->finite && v > 0 ? sqrt(v) : NAN;
}

static double
share_distance(const struct side_column *a, const struct side_column *b)
{
	double n = (double)(a->words + a->numbers);
	double m = (double)(b->words + b->numbers), sum;

	if (n == 0 || m == 0)
		return NAN;
	sum = fabs((double)a->numbers / n - (double)b->numbers / m);
	for (size_t i = 0; i < SHARES; i++)
		sum += fabs((a->share ? a->share[i] : 0) / n -
		    (b->share ? b->share[i] : 0) / m);
	return sum / 2;
}

static void
measure_shift(struct rowdiff_column *out, const struct side_column *a,
    const struct side_column *b)
{
	double by;

	if (!is_number(a->kinds | b->kinds)) {
		out->shift = share_distance(a, b);
		return;
	}
	out->mean_old = mean_of(a);
	out->mean_new = mean_of(b);
	by = deviation_of(a);
	out->shift = out->mean_old == out->mean_new ? 0 :
	    (out->mean_new - out->mean_old) / by;
}

static void
describe_columns(struct rowdiff *d)
{
	const struct side *a = &d->side[0], *b = &d->side[1];
	struct rowdiff_column *out;
	size_t shared = 0;

	d->column = xalloc(a->cols + b->cols + 1, sizeof(*d->column));
	for (size_t i = 0; i < a->cols; i++) {
		const struct side_column *c = &a->col[i], *other;

		out = &d->column[d->columns++];
		*out = (struct rowdiff_column){ .name = c->name,
		    .state = COLUMN_DROPPED, .type_old = type_word_of(c),
		    .missing_old = c->missing, .mean_old = NAN,
		    .mean_new = NAN, .shift = NAN };
		if (c->partner == SIZE_MAX)
			continue;
		other = &b->col[c->partner];
		out->type_new = type_word_of(other);
		out->missing_new = other->missing;
		out->changed = d->changed[shared++];
		out->state = out->type_old && out->type_new && strcmp(
		    out->type_old, out->type_new) != 0 ? COLUMN_RETYPED :
		    COLUMN_SAME;
		measure_shift(out, c, other);
	}
	for (size_t i = 0; i < b->cols; i++)
		if (b->col[i].partner == SIZE_MAX)
			d->column[d->columns++] = (struct rowdiff_column){
			    .name = b->names[i], .state = COLUMN_ADDED,
			    .type_new = type_word_of(&b->col[i]),
			    .missing_new = b->col[i].missing,
			    .mean_old = NAN, .mean_new = NAN, .shift = NAN };
}

/* ---- the whole ---- */

static void
read_side(void *ctx, size_t part, int worker)
{
	struct side *s = &((struct rowdiff *)ctx)->side[part];

	(void)worker;
	s->failed = side_read(s, &s->e) < 0;
}

static void
match_one(void *ctx, size_t part, int worker)
{
	(void)worker;
	match_part(ctx, part);
}

/* Where canonical texts decide: numbers, or booleans, on both sides. */
static void
find_loose(struct rowdiff *d)
{
	const struct side *a = &d->side[0], *b = &d->side[1];
	uint32_t strict = 0;
	unsigned kinds;

	for (size_t i = 0; i < a->n_shared; i++) {
		kinds = a->col[a->shared[i]].kinds |
		    b->col[b->shared[i]].kinds;
		d->loose[i] = is_number(kinds) || kinds == VALUE_BOOL;
		if (!d->loose[i])
			strict |= ODD_BIT(i);
	}
	d->side[0].strict = d->side[1].strict = strict;
}

static int
compare_rows(struct rowdiff *d, int threads, struct err *e)
{
	struct pool *p = pool_new(threads);
	int r = -1;

	pool_run(p, 2, read_side, d);
	for (int i = 0; i < 2; i++)
		if (d->side[i].failed) {
			*e = d->side[i].e;
			goto done;
		}
	find_loose(d);
	pool_run(p, PARTS, match_one, d);
	if (d->failed) {
		*e = d->e;
		goto done;
	}
	r = 0;
done:
	pool_free(p);
	return r;
}

int
rowdiff_compare(struct rowdiff **out, const struct rowdiff_input *before,
    const struct rowdiff_input *after, const struct rowdiff_opts *o,
    struct err *e)
{
	struct rowdiff *d = xalloc(1, sizeof(*d));

	d->memory = o->memory < ROWDIFF_MEMORY_MIN ? ROWDIFF_MEMORY_MIN :
	    o->memory;
	d->folder = o->folder;
	mutex_init(&d->lock);
	for (int i = 0; i < 2; i++)
		spill_init(&d->side[i].part, PARTS, d->memory / 8 * 3,
		    o->folder);
	spill_init(&d->run, 0, d->memory / 8, o->folder);
	if (side_open(&d->side[0], before, e) < 0 ||
	    side_open(&d->side[1], after, e) < 0)
		goto fail;
	pair_columns(d);
	if (find_key(&d->side[0], o, e) < 0 ||
	    find_key(&d->side[1], o, e) < 0 ||
	    compare_rows(d, o->threads, e) < 0)
		goto fail;
	d->total.rows_old = d->side[0].rows;
	d->total.rows_new = d->side[1].rows;
	/* with others before them rows stand elsewhere anyway */
	if (d->total.added || d->total.removed)
		d->total.rows_moved = false;
	describe_columns(d);
	*out = d;
	return 0;
fail:
	rowdiff_free(d);
	return -1;
}

void
rowdiff_free(struct rowdiff *d)
{
	if (d == NULL)
		return;
	for (int i = 0; i < 2; i++)
		side_release(&d->side[i]);
	spill_release(&d->run);
	mutex_release(&d->lock);
	free(d->loose);
	free(d->changed);
	free(d->column);
	free(d);
}

const struct rowdiff_total *
rowdiff_total(const struct rowdiff *d)
{
	return &d->total;
}

bool
rowdiff_differs(const struct rowdiff *d)
{
	if (d->total.added || d->total.removed || d->total.changed)
		return true;
	for (size_t i = 0; i < d->columns; i++)
		if (d->column[i].state != COLUMN_SAME)
			return true;
	return false;
}

const struct rowdiff_column *
rowdiff_columns(const struct rowdiff *d, size_t *n)
{
	*n = d->columns;
	return d->column;
}

const char *const *
rowdiff_names(const struct rowdiff *d, int side, size_t *n)
{
	*n = d->side[side].cols;
	return d->side[side].names;
}

size_t
rowdiff_partner(const struct rowdiff *d, size_t old)
{
	return d->side[0].col[old].partner;
}
