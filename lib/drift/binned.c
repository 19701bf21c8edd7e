/* A reference as bins, and windows beside it. */
#include "drift/binned.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "math/elem.h"
#include "stat/special.h"

static bool
is_named(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

/* ---- places ---- */

size_t
binned_place(const struct binned_column *c, double v)
{
	size_t below = 0;

	if (isnan(v))
		return 0;
	if (v > c->most)
		return c->bins - 1;
	/* edges at or below v; no branch hangs on a value */
	for (size_t step = BINS_EDGES / 2; step > 0; step /= 2)
		below += c->edge[below + step - 1] <= v ? step : 0;
	return 1 + below;
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

/* Each value where there are few, else twentieths. */
static void
find_edges(struct binned_column *c, double *v, size_t n)
{
	size_t distinct = 0;

	qsort(v, n, sizeof(*v), rising);
	for (size_t i = 0; i < n; i++)
		distinct += i == 0 || v[i] != v[i - 1];
	c->most = n > 0 ? v[n - 1] : 0;
	if (distinct <= BINS_NUMBERS) {
		for (size_t i = 0; i < n; i++)
			if (i == 0 || v[i] != v[i - 1])
				c->edge[c->edges++] = v[i];
	} else {
		for (size_t k = 0; k < BINS_NUMBERS; k++) {
			double edge = v[k * n / BINS_NUMBERS];

			if (c->edges == 0 || edge > c->edge[c->edges - 1])
				c->edge[c->edges++] = edge;
		}
	}
	for (size_t k = c->edges; k < BINS_EDGES; k++)
		c->edge[k] = INFINITY;
	/* missing, below, a bin from each edge on, above */
	c->bins = c->edges + 3;
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
	find_edges(c, v, n);
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

	if (c->kind != BINS_CATEGORY) {
		double v = cell_value(c, from, i);

		return binned_place(c, isfinite(v) ? v : NAN);
	}
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
	    (o->n_only == 0 || is_named(c->name, o->only, o->n_only)) &&
	    !is_named(c->name, o->exclude, o->n_exclude);
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

/* ---- a window ---- */

static double
sum_of(const uint64_t *v, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)v[i];
	return sum;
}

double
binned_distance(const uint64_t *ref, const uint64_t *cur, size_t n)
{
	double m = sum_of(ref, n), k = sum_of(cur, n), js = 0;

	if (m == 0 || k == 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		double p = (double)ref[i] / m, q = (double)cur[i] / k;
		double half = (p + q) / 2;

		js += (p > 0 ? p * m_log(p / half) : 0) + (q > 0 ? q *
		    m_log(q / half) : 0);
	}
	return js > 0 ? sqrt(js / 2) : 0;
}

void
binned_score(struct binned_score *out, const struct binned_column *c,
    const uint64_t *count)
{
	double n = sum_of(count, c->bins), m = sum_of(c->count, c->bins);
	double chi = 0;
	size_t used = 0;

	*out = (struct binned_score){ NAN, NAN, (uint64_t)n, count[0] };
	if (n == 0 || m == 0)
		return;
	for (size_t i = 0; i < c->bins; i++) {
		double a = (double)c->count[i], b = (double)count[i];
		double ea = (a + b) * m / (n + m), eb = (a + b) * n / (n + m);

		if (a + b == 0)
			continue;
		used++;
		chi += (a - ea) * (a - ea) / ea + (b - eb) * (b - eb) / eb;
	}
	out->score = binned_distance(c->count, count, c->bins);
	out->p = used > 1 ? chi2_sf(chi, (double)used - 1) : 1;
}

struct ranked_p {
	double p;
	size_t at;
};

static int
by_p(const void *a, const void *b)
{
	const struct ranked_p *x = a, *y = b;

	if (x->p != y->p)
		return x->p > y->p ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

void
binned_adjust(double *q, const double *p, size_t n)
{
	struct ranked_p *r = xalloc(n + 1, sizeof(*r));
	double least = 1;
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		q[i] = NAN;
		if (!isnan(p[i]))
			r[m++] = (struct ranked_p){ p[i], i };
	}
	qsort(r, m, sizeof(*r), by_p);
	for (size_t i = m; i-- > 0;) {
		double v = r[i].p * (double)m / (double)(i + 1);

		least = v < least ? v : least;
		q[r[i].at] = least;
	}
	free(r);
}
