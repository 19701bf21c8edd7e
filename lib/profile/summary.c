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

uint64_t
number_hash(double v)
{
	uint64_t u;

	memcpy(&u, &v, sizeof(u));
	return rng_mix(u);
}

int32_t
profile_bucket_key(double v)
{
	double a = fabs(v);
	uint64_t u;

	if (v == 0)
		return 0;
	memcpy(&u, &a, sizeof(u));
	u = (u >> 46) + 1;
	return v < 0 ? -(int32_t)u : (int32_t)u;
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
	if (s->number)
		s->histogram = xalloc(HISTOGRAM_SIZE, sizeof(*s->histogram));
}

static void
summary_release(struct summary *s)
{
	free(s->name);
	free(s->histogram);
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
	bottomk_release(&p->sample);
	free(p->value);
	free(p);
}

void
summary_number(struct summary *s, double v, uint64_t n)
{
	struct bottomk_entry *f;
	uint64_t hash;
	bool fresh;

	if (!isfinite(v)) {
		s->infinite += n;
		return;
	}
	v += 0.0;			/* -0 is 0 */
	hash = number_hash(v);
	if (s->finite == 0) {
		s->min = s->max = v;
	} else {
		s->min = v < s->min ? v : s->min;
		s->max = v > s->max ? v : s->max;
	}
	s->finite += n;
	s->zeros += v == 0 ? n : 0;
	s->negatives += v < 0 ? n : 0;
	histogram_add(s, profile_bucket_key(v), n);
	hll_add(s->hll, hash);
	if ((f = bottomk_add(&s->values, hash, n, &fresh)) != NULL && fresh)
		f->v = v;
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
