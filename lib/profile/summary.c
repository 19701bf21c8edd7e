/*
 * What a profile is made of: the summary of a column, one value added to it,
 * the buckets of its histogram, and the sample of rows.
 */
#include "profile/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"

bool
type_is_number(enum col_type type)
{
	return col_type_is_number(type) || type == COL_DATETIME;
}

/* Without a branch on the sign, which for many columns is a coin's toss. */
int32_t
profile_bucket_key(double v)
{
	int32_t key, negative;
	uint64_t u;

	memcpy(&u, &v, sizeof(u));
	negative = -(int32_t)(u >> 63);
	key = (int32_t)((u << 1 >> 47) + 1);
	return v == 0 ? 0 : (key ^ negative) - negative;
}

void
profile_bucket_edges(int32_t key, double *low, double *high)
{
	uint64_t u = (uint64_t)(key < 0 ? -(int64_t)key : key), a, b;
	double x, y;

	if (key == 0) {
		*low = *high = 0;
		return;
	}
	a = (u - 1) << 46;
	b = u << 46;
	memcpy(&x, &a, sizeof(x));
	memcpy(&y, &b, sizeof(y));
	*low = key < 0 ? -y : x;
	*high = key < 0 ? -x : y;
}

struct profile *
profile_empty(size_t cols)
{
	struct profile *p = xalloc(1, sizeof(*p));

	p->cols = cols;
	p->col = xalloc(cols + 1, sizeof(*p->col));
	bottomk_init(&p->sample, PROFILE_SAMPLE, false);
	return p;
}

void
summary_init(struct summary *s, const char *name, enum col_type type)
{
	memset(s, 0, sizeof(*s));
	s->name = xstrdup(name);
	s->type = type;
	s->number = type_is_number(type);
	s->words = type == COL_CATEGORY;
	s->min = s->max = NAN;
	bottomk_init(&s->values, PROFILE_VALUES, !s->number);
}

static void
summary_release(struct summary *s)
{
	free(s->name);
	histogram_release(&s->histogram);
	bottomk_release(&s->values);
	free(s->bucket);
	free(s->numbers);
	free(s->samples);
	free(s->word);
}

void
profile_unseal(struct profile *p)
{
	if (!p->sealed)
		return;
	for (size_t i = 0; i < p->cols; i++) {
		struct summary *s = &p->col[i];

		free(s->bucket);
		free(s->numbers);
		free(s->samples);
		free(s->word);
		s->bucket = NULL;
		s->numbers = s->samples = NULL;
		s->word = NULL;
	}
	p->sealed = false;
}

void
profile_free(struct profile *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->cols; i++)
		summary_release(&p->col[i]);
	free(p->col);
	names_free(p->names);
	bottomk_release(&p->sample);
	free(p->value);
	free(p);
}

/* The finite ones moved to the front of v, -0 as 0; how many. */
static size_t
keep_finite(double *v, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		double one = v[i] + 0.0;

		v[k] = one;
		k += isfinite(one) != 0;
	}
	return k;
}

static void
count_range(struct summary *s, const double *v, size_t n)
{
	double min = s->finite ? s->min : v[0], max = s->finite ? s->max : v[0];
	uint64_t zeros = 0, negatives = 0;

	for (size_t i = 0; i < n; i++) {
		min = v[i] < min ? v[i] : min;
		max = v[i] > max ? v[i] : max;
		zeros += v[i] == 0;
		negatives += v[i] < 0;
	}
	s->min = min;
	s->max = max;
	s->zeros += zeros;
	s->negatives += negatives;
	s->finite += n;
}

static void
count_values(struct summary *s, const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t hash = number_hash(v[i]);
		struct bottomk_entry *f;
		bool fresh;

		hll_add(s->hll, hash);
		if (hash > s->values.limit)
			continue;
		f = bottomk_add(&s->values, hash, 1, &fresh);
		if (f != NULL && fresh)
			f->v = v[i];
	}
}

/* One loop for each thing that is counted: each is short enough for the
 * processor to have many values under way. */
void
summary_numbers(struct summary *s, double *v, size_t n)
{
	size_t finite = keep_finite(v, n);

	s->infinite += n - finite;
	if (finite == 0)
		return;
	count_range(s, v, finite);
	for (size_t i = 0; i < finite; i++)
		histogram_add(&s->histogram, profile_bucket_key(v[i]), 1);
	count_values(s, v, finite);
	exact_add(&s->sum, &s->squares, v, finite);
}

void
summary_word(struct summary *s, const char *w, size_t len, uint64_t n)
{
	uint64_t hash = hash64(w, len, TEXT_SEED);
	struct bottomk_entry *f;
	bool fresh;

	if (s->finite == 0 || len < s->min_length)
		s->min_length = len;
	if (len > s->max_length)
		s->max_length = len;
	s->length += len * n;
	s->finite += n;
	hll_add(s->hll, hash);
	if (s->words && (f = bottomk_add(&s->values, hash, n,
	    &fresh)) != NULL && fresh)
		bottomk_set_text(f, w, len);
}

double *
sample_add(struct profile *p, uint64_t hash, uint64_t n)
{
	bool fresh;
	struct bottomk_entry *f = bottomk_add(&p->sample, hash, n, &fresh);

	if (f == NULL || !fresh)
		return NULL;
	if (p->sampled == p->room) {
		p->room = p->room ? p->room * 2 : 256;
		p->value = xresize(p->value, p->room * (p->cols + 1),
		    sizeof(*p->value));
	}
	f->row = p->sampled++;
	return p->value + f->row * p->cols;
}
