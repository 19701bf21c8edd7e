/* A reference as bins. */
#include "drift/binned.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/names.h"
#include "base/num.h"

/* ---- places ---- */

size_t
binned_place(const struct binned_column *c, double v)
{
	size_t below = 0;

	if (!isfinite(v))
		return 0;
	if (v > c->most)
		return c->bins - 1;
	/* edges at or below v; no branch hangs on a value */
	for (size_t step = BINS_EDGES / 2; step > 0; step /= 2)
		below += c->edge[below + step - 1] <= v ? step : 0;
	return 1 + below;
}

void
binned_add_numbers(uint64_t *count, const struct binned_column *c,
    const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		count[binned_place(c, v[i])]++;
}

size_t
binned_place_text(const struct binned_column *c, const char *s, size_t n)
{
	uint32_t at;
	double v;

	if (s == NULL)
		return 0;
	if (c->kind == BINS_LENGTH)
		return binned_place(c, (double)n);
	if (c->kind == BINS_CATEGORY) {
		at = intern_find(c->words, s, n);
		return at == INTERN_NONE ? 1 : 2 + at;
	}
	if (num_parse_f64(s, n, &v))
		return binned_place(c, v);
	if ((n == 4 && memcmp(s, "true", 4) == 0) || (n == 5 && memcmp(s,
	    "false", 5) == 0))
		return binned_place(c, n == 4);
	return BINS_MAX;
}

/* ---- the reference ---- */

static int
rising(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* In four-hundredths: finer where a little moves a mean. */
static size_t
cut_of(size_t k)
{
	static const size_t low[] = { 0, 1, 2, 4 }, high[] = { 396, 398, 399 };

	return k < 4 ? low[k] : k < BINS_NUMBERS - 3 ? 8 * (k - 3) :
	    high[k - (BINS_NUMBERS - 3)];
}

/* Each value where there are few, else quantiles. */
static void
find_edges(struct binned_column *c, const double *v, size_t n)
{
	size_t distinct = 0;

	for (size_t i = 0; i < n; i++)
		distinct += i == 0 || v[i] != v[i - 1];
	c->most = n > 0 ? v[n - 1] : 0;
	for (size_t i = 0; distinct <= BINS_NUMBERS && i < n; i++)
		if (i == 0 || v[i] != v[i - 1])
			c->edge[c->edges++] = v[i];
	for (size_t k = 0; distinct > BINS_NUMBERS && k < BINS_NUMBERS; k++) {
		double edge = v[cut_of(k) * n / 400];

		if (c->edges == 0 || edge > c->edge[c->edges - 1])
			c->edge[c->edges++] = edge;
	}
	for (size_t k = c->edges; k < BINS_EDGES; k++)
		c->edge[k] = INFINITY;
	/* missing, below, a bin from each edge on, above */
	c->bins = c->edges + 3;
}

/* Each bin lies at the mean of its values; those beyond the reference a
 * deviation away from it. */
static void
find_gaps(struct binned_column *c, const double *v, size_t n)
{
	double at[BINS_EDGES + 2], mean = 0, square = 0, unit;
	size_t from = 0;

	for (size_t i = 0; i < n; i++)
		mean += v[i] / (double)n;
	for (size_t i = 0; i < n; i++)
		square += (v[i] - mean) * (v[i] - mean) / (double)n;
	unit = sqrt(square);
	unit = unit > 0.001 ? unit : 0.001;
	for (size_t k = 0; k < c->edges; k++) {
		double sum = 0;
		size_t to = from;

		while (to < n && (k + 1 == c->edges || v[to] <
		    c->edge[k + 1]))
			sum += v[to++] - c->edge[k];
		at[k] = c->edge[k] + sum / (double)(to - from);
		from = to;
	}
	c->gap[0] = 1;
	for (size_t k = 1; k < c->edges; k++)
		c->gap[k] = (at[k] - at[k - 1]) / unit;
	c->gap[c->edges] = 1;
}

static double
cell_value(const struct binned_column *c, const struct column *from, size_t i)
{
	size_t n;

	if (c->kind != BINS_LENGTH)
		return column_number(from, i);
	return column_text(from, i, &n) == NULL ? NAN : (double)n;
}

static void
bin_numbers(struct binned_column *c, const struct column *from)
{
	double *v = xalloc(from->rows + 1, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < from->rows; i++) {
		double x = cell_value(c, from, i);

		if (isfinite(x))
			v[n++] = x;
	}
	qsort(v, n, sizeof(*v), rising);
	find_edges(c, v, n);
	find_gaps(c, v, n);
	free(v);
}

struct word {
	uint64_t n;
	uint32_t code;
};

static int
by_count(const void *a, const void *b)
{
	const struct word *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return (x->code > y->code) - (x->code < y->code);
}

static void
bin_words(struct binned_column *c, const struct column *from)
{
	size_t n = intern_count(from->dict);
	struct word *w = xalloc(n + 1, sizeof(*w));

	for (uint32_t i = 0; i < n; i++)
		w[i].code = i;
	for (size_t i = 0; i < from->rows; i++)
		if (from->code[i] != INTERN_NONE)
			w[from->code[i]].n++;
	qsort(w, n, sizeof(*w), by_count);
	c->words = intern_new();
	for (size_t i = 0; i < n && i < BINS_WORDS && w[i].n > 0; i++) {
		size_t len;
		const char *s = intern_text(from->dict, w[i].code, &len);

		intern_add(c->words, s, len);
	}
	c->bins = intern_count(c->words) + 2;
	free(w);
}

size_t
binned_place_cell(const struct binned_column *c, const struct column *from,
    size_t i)
{
	size_t n;
	const char *s;

	if (c->kind != BINS_CATEGORY)
		return binned_place(c, cell_value(c, from, i));
	s = column_text(from, i, &n);
	return binned_place_text(c, s, n);
}

static void
take_digest(struct binned *b)
{
	struct sha256 *h = sha256_new();
	uint8_t digest[SHA256_BYTES];

	for (size_t i = 0; i < b->n; i++) {
		const struct binned_column *c = &b->col[i];

		sha256_add(h, c->name, strlen(c->name) + 1);
		sha256_add(h, &(uint8_t){ (uint8_t)c->kind }, 1);
		sha256_add(h, c->edge, c->edges * sizeof(*c->edge));
		for (uint32_t k = 0; c->words != NULL && k <
		    intern_count(c->words); k++) {
			size_t n;
			const char *s = intern_text(c->words, k, &n);

			sha256_add(h, s, n + 1);
		}
	}
	sha256_add(h, b->count, b->total * sizeof(*b->count));
	sha256_done(h, digest);
	sha256_free(h);
	hex_encode(b->digest, digest, sizeof(digest));
}

static bool
takes(const struct column *c, const struct binned_opts *o)
{
	return c->type != COL_DATETIME && c->type != COL_RAW &&
	    (o->n_only == 0 || name_is_listed(c->name, o->only, o->n_only)) &&
	    !name_is_listed(c->name, o->exclude, o->n_exclude);
}

static int
check_names(const struct table *t, const char *const *name, size_t n,
    struct err *e)
{
	size_t at;

	for (size_t i = 0; i < n; i++)
		if (table_index(&at, t, name[i], e) < 0)
			return -1;
	return 0;
}

int
binned_of_table(struct binned *b, const struct table *t,
    const struct binned_opts *o, struct err *e)
{
	memset(b, 0, sizeof(*b));
	if (check_names(t, o->only, o->n_only, e) < 0)
		return -1;
	b->col = arena_alloc(&b->arena, (t->cols + 1) * sizeof(*b->col));
	b->rows = t->rows;
	for (size_t i = 0; i < t->cols; i++) {
		struct binned_column *c = &b->col[b->n];

		if (!takes(&t->col[i], o))
			continue;
		c->name = arena_strdup(&b->arena, t->col[i].name);
		c->kind = t->col[i].type == COL_TEXT ? BINS_LENGTH :
		    t->col[i].type == COL_CATEGORY ? BINS_CATEGORY :
		    BINS_NUMBER;
		if (c->kind == BINS_CATEGORY)
			bin_words(c, &t->col[i]);
		else
			bin_numbers(c, &t->col[i]);
		c->at = b->total;
		b->total += c->bins;
		b->n++;
	}
	if (b->rows == 0 || b->n == 0)
		return err_set(e, ERR_UNSUPPORTED, b->rows == 0 ? "the "
		    "reference has no rows" : "no column is left to watch");
	b->count = arena_alloc(&b->arena, b->total * sizeof(*b->count));
	for (size_t i = 0; i < b->n; i++) {
		struct binned_column *c = &b->col[i];
		const struct column *from = table_find(t, c->name);

		c->count = b->count + c->at;
		for (size_t row = 0; row < t->rows; row++)
			b->count[c->at + binned_place_cell(c, from,
			    row)]++;
		binned_fit(c);
	}
	take_digest(b);
	return 0;
}

void
binned_release(struct binned *b)
{
	for (size_t i = 0; i < b->n; i++)
		intern_free(b->col[i].words);
	arena_free(&b->arena);
}
