/* Reading a profile: sorted arrays, distribution, quantiles. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "profile/summary.h"

static int
by_value(const void *a, const void *b)
{
	double x = (*(const struct bottomk_entry *const *)a)->v;
	double y = (*(const struct bottomk_entry *const *)b)->v;

	return (x > y) - (x < y);
}

static int
by_word(const void *a, const void *b)
{
	const struct bottomk_entry *x = *(const struct bottomk_entry *const *)a;
	const struct bottomk_entry *y = *(const struct bottomk_entry *const *)b;
	size_t n = x->len < y->len ? x->len : y->len;
	int d = memcmp(x->s, y->s, n);

	return d != 0 ? d : (x->len > y->len) - (x->len < y->len);
}

static int
by_number(const void *a, const void *b)
{
	double x = ((const struct profile_number *)a)->v;
	double y = ((const struct profile_number *)b)->v;

	return (x > y) - (x < y);
}

/* The buckets that hold something into `to`, unless it is NULL; how many. */
static size_t
copy_buckets(struct profile_bucket *to, const struct summary *s)
{
	struct histogram_place p;
	size_t n = 0;

	for (size_t at = 0; histogram_next(&p, &s->histogram, &at); n++)
		if (to)
			to[n] = (struct profile_bucket){ p.key, p.n };
	return n;
}

static void
seal_histogram(struct summary *s)
{
	s->n_bucket = copy_buckets(NULL, s);
	s->bucket = xalloc(s->n_bucket + 1, sizeof(*s->bucket));
	copy_buckets(s->bucket, s);
}

static void
seal_values(struct summary *s)
{
	const struct bottomk_entry **v;

	bottomk_trim(&s->values);
	v = bottomk_sorted(&s->values, s->number ? by_value : by_word);
	if (s->number) {
		s->n_number = s->values.n;
		s->numbers = xalloc(s->n_number + 1, sizeof(*s->numbers));
		for (size_t i = 0; i < s->n_number; i++)
			s->numbers[i] = (struct profile_number){ v[i]->v,
			    v[i]->n };
	} else {
		s->n_word = s->values.n;
		s->word = xalloc(s->n_word + 1, sizeof(*s->word));
		for (size_t i = 0; i < s->n_word; i++)
			s->word[i] = (struct profile_word){ v[i]->s,
			    v[i]->len, v[i]->n };
	}
	free(v);
}

static void
seal_sample(struct profile *p, size_t col)
{
	struct summary *s = &p->col[col];
	size_t n = 0;

	s->samples = xalloc(p->sample.n + 1, sizeof(*s->samples));
	for (size_t i = 0; i <= p->sample.mask; i++) {
		const struct bottomk_entry *f = &p->sample.slot[i];
		double v;

		if (!f->used)
			continue;
		v = p->value[f->row * p->cols + col];
		if (!isnan(v))
			s->samples[n++] = (struct profile_number){ v, f->n };
	}
	qsort(s->samples, n, sizeof(*s->samples), by_number);
	s->n_sample = 0;
	for (size_t i = 0; i < n; i++) {
		if (s->n_sample > 0 && s->samples[s->n_sample - 1].v ==
		    s->samples[i].v)
			s->samples[s->n_sample - 1].n += s->samples[i].n;
		else
			s->samples[s->n_sample++] = s->samples[i];
	}
}

void
profile_seal(struct profile *p)
{
	if (p->sealed)
		return;
	bottomk_trim(&p->sample);
	if (p->names == NULL) {
		p->names = names_new();
		for (size_t i = 0; i < p->cols; i++)
			names_add(p->names, p->col[i].name);
	}
	for (size_t i = 0; i < p->cols; i++) {
		struct summary *s = &p->col[i];

		if (s->number) {
			seal_histogram(s);
			seal_sample(p, i);
		}
		if (s->number || s->words)
			seal_values(s);
	}
	p->sealed = true;
}

uint64_t
summary_distinct(const struct summary *s)
{
	if ((s->number || s->words) && s->values.complete)
		return s->values.n;
	return (uint64_t)(hll_count(s->hll) + 0.5);
}

uint64_t
profile_rows(const struct profile *p)
{
	return p->rows;
}

size_t
profile_cols(const struct profile *p)
{
	return p->cols;
}

void
profile_column(struct profile_column *out, const struct profile *p, size_t i)
{
	const struct summary *s = &p->col[i];

	/* The arrays are a cache of what the profile holds. */
	profile_seal((struct profile *)(uintptr_t)p);
	memset(out, 0, sizeof(*out));
	out->name = s->name;
	out->type = s->type;
	out->is_number = s->number;
	out->rows = p->rows;
	out->missing = s->missing;
	out->distinct = summary_distinct(s);
	out->complete = (s->number || s->words) && s->values.complete;
	out->finite = s->finite;
	out->infinite = s->infinite;
	out->zeros = s->zeros;
	out->negatives = s->negatives;
	out->min = s->number && s->finite ? s->min : NAN;
	out->max = s->number && s->finite ? s->max : NAN;
	out->whole = s->whole && s->finite > 0 && s->type == COL_INT64;
	out->least = s->least;
	out->most = s->most;
	out->sum = s->number ? exact_value(&s->sum) : NAN;
	out->mean = s->number && s->finite ? exact_mean(&s->sum,
	    s->finite) : NAN;
	out->std = s->number && s->finite ? exact_std(&s->sum, &s->squares,
	    s->finite) : NAN;
	out->bucket = s->bucket;
	out->buckets = s->n_bucket;
	out->number = s->numbers;
	out->numbers = s->n_number;
	out->sample = s->samples;
	out->samples = s->n_sample;
	out->word = s->word;
	out->words = s->n_word;
	out->min_length = s->min_length;
	out->max_length = s->max_length;
	out->mean_length = !s->number && s->finite ?
	    (double)s->length / (double)s->finite : NAN;
}

const char *
profile_column_name(const struct profile *p, size_t i)
{
	return p->col[i].name;
}

bool
profile_find(struct profile_column *out, const struct profile *p,
    const char *name)
{
	size_t i;

	profile_seal((struct profile *)(uintptr_t)p);
	i = names_find(p->names, name);
	if (i == NAMES_NONE)
		return false;
	profile_column(out, p, i);
	return true;
}

void
profile_cdf(const struct profile_column *c, double x, double *low,
    double *high)
{
	uint64_t below = 0, maybe = 0;
	double a, b;

	if (c->complete) {
		for (size_t i = 0; i < c->numbers && c->number[i].v <= x; i++)
			below += c->number[i].n;
	} else {
		for (size_t i = 0; i < c->buckets; i++) {
			profile_bucket_edges(c->bucket[i].key, &a, &b);
			a = a < c->min ? c->min : a;
			b = b > c->max ? c->max : b;
			if (b <= x && (c->bucket[i].key <= 0 || b < x ||
			    x >= c->max))
				below += c->bucket[i].n;
			else if (a <= x)
				maybe += c->bucket[i].n;
			/* [a, b): nothing in it reaches its upper edge */
			if (b == x && c->bucket[i].key > 0 && x < c->max) {
				below += c->bucket[i].n;
				maybe -= c->bucket[i].n;
			}
		}
	}
	*low = c->finite ? (double)below / (double)c->finite : 0;
	*high = c->finite ? (double)(below + maybe) / (double)c->finite : 0;
}

double
profile_quantile(const struct profile_column *c, double q)
{
	double want = q * (double)c->finite, a, b;
	uint64_t seen = 0;

	if (c->finite == 0)
		return NAN;
	if (q <= 0)
		return c->min;
	if (c->complete) {
		for (size_t i = 0; i < c->numbers; i++) {
			seen += c->number[i].n;
			if ((double)seen >= want)
				return c->number[i].v;
		}
		return c->max;
	}
	for (size_t i = 0; i < c->buckets; i++) {
		double n = (double)c->bucket[i].n;

		if ((double)seen + n >= want) {
			profile_bucket_edges(c->bucket[i].key, &a, &b);
			a = a < c->min ? c->min : a;
			b = b > c->max ? c->max : b;
			return a + (b - a) * ((want - (double)seen) / n);
		}
		seen += c->bucket[i].n;
	}
	return c->max;
}
