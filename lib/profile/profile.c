#include "profile/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/rng.h"
#include "profile/summary.h"

#define CHUNK_ROWS 16384

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

/* ---- building ---- */

struct profile *
profile_empty(size_t cols)
{
	struct profile *p = xalloc(1, sizeof(*p));

	p->cols = cols;
	p->col = xalloc(cols + 1, sizeof(*p->col));
	few_init(&p->sample, PROFILE_SAMPLE, false);
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
	few_init(&s->few, PROFILE_VALUES, !s->number);
	if (s->number)
		s->histogram = xalloc(HISTOGRAM_SIZE, sizeof(*s->histogram));
}

static void
summary_free(struct summary *s)
{
	free(s->name);
	free(s->histogram);
	few_free(&s->few);
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
		summary_free(&p->col[i]);
	free(p->col);
	few_free(&p->sample);
	free(p->value);
	free(p);
}

void
summary_number(struct summary *s, double v, uint64_t n)
{
	struct few_entry *f;
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
	if ((f = few_add(&s->few, hash, n, &fresh)) != NULL && fresh)
		f->v = v;
}

void
summary_word(struct summary *s, const char *w, size_t len, uint64_t n)
{
	uint64_t hash = hash64(w, len, TEXT_SEED);
	struct few_entry *f;
	bool fresh;

	if (s->finite == 0 || len < s->min_length)
		s->min_length = len;
	if (len > s->max_length)
		s->max_length = len;
	s->length += len * n;
	s->finite += n;
	hll_add(s->hll, hash);
	if (s->words && (f = few_add(&s->few, hash, n, &fresh)) != NULL &&
	    fresh)
		few_set_text(f, w, len);
}

double *
sample_add(struct profile *p, uint64_t hash, uint64_t n)
{
	bool fresh;
	struct few_entry *f = few_add(&p->sample, hash, n, &fresh);

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

static void
add_numbers(struct summary *s, const struct column *c)
{
	for (size_t i = 0; i < c->rows; i++) {
		double v = column_number(c, i);

		if (isnan(v))
			s->missing++;
		else {
			summary_number(s, v, 1);
			if (isfinite(v)) {
				exact_add(&s->sum, v);
				exact_add_square(&s->squares, v);
			}
		}
	}
}

/* Strings are counted by code first, so each is hashed once. */
static int
add_words(struct summary *s, const struct column *c)
{
	size_t codes = intern_count(c->dict), len;
	uint64_t *n = mem_zeroed(codes + 1, sizeof(*n));

	if (n == NULL)
		return -1;
	for (size_t i = 0; i < c->rows; i++) {
		if (c->code[i] == INTERN_NONE)
			s->missing++;
		else
			n[c->code[i]]++;
	}
	for (size_t i = 0; i < codes; i++) {
		const char *w = intern_text(c->dict, (uint32_t)i, &len);

		if (n[i] > 0)
			summary_word(s, w, len, n[i]);
	}
	free(n);
	return 0;
}

struct job {
	struct profile *p;
	const struct table *t;
	uint64_t **code_hash;		/* a column: by code */
	uint64_t *row;			/* hashes of rows */
	bool failed;
};

static void
add_column(void *ctx, size_t i, int worker)
{
	struct job *j = ctx;
	const struct column *c = &j->t->col[i];
	size_t len;

	(void)worker;
	if (j->p->col[i].number) {
		add_numbers(&j->p->col[i], c);
		return;
	}
	j->code_hash[i] = mem_array(intern_count(c->dict) + 1,
	    sizeof(uint64_t));
	if (j->code_hash[i] == NULL || add_words(&j->p->col[i], c) != 0) {
		j->failed = true;
		return;
	}
	for (size_t k = 0; k < intern_count(c->dict); k++) {
		const char *w = intern_text(c->dict, (uint32_t)k, &len);

		j->code_hash[i][k] = hash64(w, len, TEXT_SEED);
	}
}

/* A row's hash is a sum over its columns, so their order does not matter;
 * the column's name is mixed in, so that swapped values do. */
static void
hash_rows(void *ctx, size_t part, int worker)
{
	struct job *j = ctx;
	size_t from = part * CHUNK_ROWS, to = from + CHUNK_ROWS;

	(void)worker;
	if (to > j->t->rows)
		to = j->t->rows;
	for (size_t i = 0; i < j->t->cols; i++) {
		const struct column *c = &j->t->col[i];
		uint64_t name = hash64(c->name, strlen(c->name), TEXT_SEED);
		bool number = j->p->col[i].number;

		for (size_t r = from; r < to; r++) {
			uint64_t h = name;

			if (column_missing(c, r))
				h += 1;
			else if (number)
				h ^= number_hash(column_number(c, r) + 0.0);
			else
				h ^= j->code_hash[i][c->code[r]];
			j->row[r] += rng_mix(h);
		}
	}
}

static void
add_samples(struct job *j)
{
	for (size_t r = 0; r < j->t->rows; r++) {
		double *v = sample_add(j->p, rng_mix(j->row[r]), 1);

		for (size_t i = 0; v != NULL && i < j->t->cols; i++) {
			double x = j->p->col[i].number ?
			    column_number(&j->t->col[i], r) : NAN;

			v[i] = isfinite(x) ? x + 0.0 : NAN;
		}
	}
}

static int
add_table(struct profile *p, const struct table *t, int threads,
    struct err *e)
{
	struct job j = { .p = p, .t = t };
	struct pool *pool = pool_new(t->rows < CHUNK_ROWS ? 1 : threads);
	int r = -1;

	profile_unseal(p);
	j.code_hash = xalloc(t->cols + 1, sizeof(*j.code_hash));
	if ((j.row = mem_zeroed(t->rows + 1, sizeof(*j.row))) == NULL) {
		err_set(e, ERR_NOMEM, "no memory");
		goto done;
	}
	pool_run(pool, t->cols, add_column, &j);
	if (j.failed) {
		err_set(e, ERR_NOMEM, "no memory");
		goto done;
	}
	pool_run(pool, (t->rows + CHUNK_ROWS - 1) / CHUNK_ROWS, hash_rows, &j);
	add_samples(&j);
	p->rows += t->rows;
	r = 0;
done:
	for (size_t i = 0; i < t->cols; i++)
		free(j.code_hash[i]);
	free(j.code_hash);
	free(j.row);
	pool_free(pool);
	return r;
}

int
profile_new(struct profile **out, const struct table *t, struct err *e)
{
	struct profile *p;

	for (size_t i = 0; i < t->cols; i++)
		if (t->col[i].type == COL_RAW)
			return err_set(e, ERR_UNSUPPORTED, "column '%s' has "
			    "no type", t->col[i].name);
	p = profile_empty(t->cols);
	for (size_t i = 0; i < t->cols; i++)
		summary_init(&p->col[i], t->col[i].name,
		    t->col[i].type == COL_FLOAT32 ? COL_FLOAT64 :
		    t->col[i].type);
	*out = p;
	return 0;
}

int
profile_add(struct profile *p, const struct table *block, struct err *e)
{
	if (block->cols != p->cols)
		return err_set(e, ERR_FORMAT, "%zu columns, not %zu",
		    block->cols, p->cols);
	for (size_t i = 0; i < p->cols; i++)
		if (p->col[i].number != type_is_number(block->col[i].type) ||
		    strcmp(p->col[i].name, block->col[i].name) != 0)
			return err_set(e, ERR_FORMAT, "column '%s' is not "
			    "what it was", block->col[i].name);
	return add_table(p, block, 1, e);
}

int
profile_of_table(struct profile **out, const struct table *t, int threads,
    struct err *e)
{
	if (profile_new(out, t, e) != 0)
		return -1;
	if (add_table(*out, t, threads, e) != 0) {
		profile_free(*out);
		*out = NULL;
		return -1;
	}
	return 0;
}

/* ---- merging ---- */

static bool
numeric(enum col_type t)
{
	return t == COL_INT64 || t == COL_FLOAT64;
}

static int
join_types(enum col_type *type, const struct summary *a,
    const struct summary *b, struct err *e)
{
	if (a->type == b->type)
		*type = a->type;
	else if (numeric(a->type) && numeric(b->type))
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
merge_few(struct few *to, const struct few *from)
{
	bool fresh;

	to->complete = to->complete && from->complete;
	for (size_t i = 0; i <= from->mask; i++) {
		const struct few_entry *f = &from->slot[i];
		struct few_entry *t;

		if (!f->used || f->hash > to->limit)
			continue;
		t = few_add(to, f->hash, f->n, &fresh);
		if (t == NULL || !fresh)
			continue;
		if (to->text)
			few_set_text(t, f->s, f->len);
		else
			t->v = f->v;
	}
	few_trim(to);
	if (from->limit < to->limit)
		few_limit(to, from->limit);
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
		for (size_t i = 0; i < HISTOGRAM_SIZE; i++) {
			if (!from->marked[i / HISTOGRAM_PART])
				i |= HISTOGRAM_PART - 1;
			else if (from->histogram[i] > 0)
				histogram_add(to, (int32_t)i - HISTOGRAM_HALF,
				    from->histogram[i]);
		}
	}
	if (to->words && type == COL_TEXT) {
		few_free(&to->few);
		few_init(&to->few, PROFILE_VALUES, true);
		to->words = false;
	}
	if (to->number || to->words)
		merge_few(&to->few, &from->few);
}

static void
merge_samples(struct profile *to, const struct profile *from,
    const size_t *place)
{
	few_trim(&to->sample);
	for (size_t i = 0; i <= from->sample.mask; i++) {
		const struct few_entry *f = &from->sample.slot[i];
		double *v;

		if (!f->used || (v = sample_add(to, f->hash, f->n)) == NULL)
			continue;
		for (size_t k = 0; k < to->cols; k++)
			v[k] = from->value[f->row * from->cols + place[k]];
	}
	few_trim(&to->sample);
	if (from->sample.limit < to->sample.limit)
		few_limit(&to->sample, from->sample.limit);
}

/* Which column has that name, `near` first; p->cols: none. */
static size_t
place_of(const struct profile *p, const char *name, size_t near)
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
		size_t k = place_of(from, to->col[i].name, i);

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
