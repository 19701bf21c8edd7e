/*
 * Golden rows of a model: rows that nobody has, put together column by column
 * from the training profile.
 *
 * A value is drawn by how often the profile saw it, each column by itself, so
 * the rows lie where the training rows lie and none of them travels.  One
 * that comes out as a training row is drawn anew; the last row has nothing at
 * all.  The same profile gives the same rows.
 */
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "flow/fit/internal.h"

#define GOLDEN_SEED 0x6d6c762d676f6c64u		/* "mlv-gold" */
#define TRIES 64				/* for each row */

static void
set_missing(struct column *c, size_t i)
{
	if (c->type == COL_FLOAT64)
		c->f64[i] = NAN;
	else if (col_type_is_text(c->type))
		c->code[i] = INTERN_NONE;
	c->valid[i >> 6] &= ~((uint64_t)1 << (i & 63));
}

static void
set_number(struct column *c, size_t i, double v)
{
	switch (c->type) {
	case COL_FLOAT64:
		c->f64[i] = v;
		break;
	case COL_BOOL:
		c->b[i] = v >= 0.5;
		break;
	case COL_INT64:
	case COL_DATETIME:
		c->i64[i] = (int64_t)v;
		break;
	default:
		set_missing(c, i);
	}
}

/* A word by how often it was seen. */
static void
set_word(struct column *c, size_t i, const struct profile_column *p, double at)
{
	uint64_t all = 0, below = 0;
	size_t k = 0;

	for (; k < p->words; k++)
		all += p->word[k].n;
	for (k = 0; k + 1 < p->words; k++)
		if ((double)(below += p->word[k].n) > at * (double)all)
			break;
	c->code[i] = intern_add(c->dict, p->word[k].s, p->word[k].len);
}

/* Row i of column c; NULL: the profile does not know the column. */
static void
draw_cell(struct column *c, size_t i, const struct profile_column *p,
    struct rng *r)
{
	double missing = p && p->rows ? (double)p->missing / (double)p->rows :
	    1, first = rng_f64(r), at = rng_f64(r), v;

	c->valid[i >> 6] |= (uint64_t)1 << (i & 63);
	if (first < missing || (p->is_number ? p->finite == 0 :
	    p->words == 0 || !col_type_is_text(c->type))) {
		set_missing(c, i);
	} else if (p->is_number) {
		v = profile_quantile(p, at);
		set_number(c, i, p->type == COL_FLOAT64 ? v : nearbyint(v));
	} else {
		set_word(c, i, p, at);
	}
}

static bool
same_cell(const struct column *a, size_t i, const struct column *b, size_t k)
{
	size_t n_a, n_b;
	const char *x, *y;

	if (column_missing(a, i) || column_missing(b, k))
		return column_missing(a, i) && column_missing(b, k);
	if (b->type == COL_FLOAT32)
		return (float)column_number(a, i) == b->f32[k];
	if (!col_type_is_text(a->type) || !col_type_is_text(b->type))
		return column_number(a, i) == column_number(b, k);
	x = column_text(a, i, &n_a);
	y = column_text(b, k, &n_b);
	return n_a == n_b && memcmp(x, y, n_a) == 0;
}

/* Is row i of the drawn rows one of those that were learned from? */
static bool
is_real(const struct table *drawn, size_t i, const struct column *const *real)
{
	for (size_t row = 0; row < real[0]->rows; row++) {
		size_t k = 0;

		while (k < drawn->cols && same_cell(&drawn->col[k], i,
		    real[k], row))
			k++;
		if (k == drawn->cols)
			return true;
	}
	return false;
}

static int
new_rows(struct table **out, const struct frame *f, struct err *e)
{
	struct table *t = table_new(f->n_features);

	t->rows = FIT_GOLDEN;
	for (size_t k = 0; k < t->cols; k++)
		if (column_init(&t->col[k], f->feature[k].name,
		    f->feature[k].read_as, FIT_GOLDEN, e) < 0 ||
		    column_track_missing(&t->col[k], e) < 0) {
			table_free(t);
			return -1;
		}
	*out = t;
	return 0;
}

/* The columns of the features, by their place. */
static void
find_columns(const struct column **real, struct profile_column *p,
    const struct frame *f, const struct table *t,
    const struct profile *profile)
{
	struct names *names = table_names(t);

	for (size_t k = 0; k < f->n_features; k++) {
		const char *name = f->feature[k].name;

		real[k] = &t->col[names_find(names, name)];
		if (!profile_find(&p[k], profile, name))
			p[k] = (struct profile_column){ .rows = 0 };
	}
	names_free(names);
}

int
golden_rows(struct table **out, bool *met, const struct frame *f,
    const struct table *train, const struct profile *profile, struct err *e)
{
	size_t n = f->n_features, i = 0;
	struct arena a = { 0 };
	const struct column **row = arena_alloc(&a, n * sizeof(*row));
	struct profile_column *p = arena_alloc(&a, n * sizeof(*p));
	struct table *t;
	struct rng r;
	bool real;

	*met = false;
	if (new_rows(&t, f, e) < 0) {
		arena_free(&a);
		return -1;
	}
	find_columns(row, p, f, train, profile);
	rng_seed(&r, GOLDEN_SEED, 0);
	for (int tries = 0; i + 1 < FIT_GOLDEN && tries < TRIES; tries++) {
		for (size_t k = 0; k < n; k++)
			draw_cell(&t->col[k], i, &p[k], &r);
		real = is_real(t, i, row);
		*met |= real;
		i += !real;
	}
	for (size_t k = 0; k < n; k++)
		set_missing(&t->col[k], i);
	real = is_real(t, i, row);
	*met |= real;
	t->rows = i + !real;
	for (size_t k = 0; k < n; k++)
		t->col[k].rows = t->rows;
	arena_free(&a);
	*out = t;
	return 0;
}
