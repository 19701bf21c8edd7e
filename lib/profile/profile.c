/*
 * A profile built from tables, the columns side by side.
 */
#include "profile/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/rng.h"
#include "profile/summary.h"

#define CHUNK_ROWS EXACT_LANE
#define THREADS_FROM 16384	/* rows */

/* Rows [from, from + n) of a column of whole numbers, before they are counted;
 * ends that were not exact once stay so. */
static void
add_whole(struct summary *s, const struct column *c, size_t from, size_t n)
{
	if (!s->whole && s->finite > 0)
		return;
	for (size_t i = from; i < from + n; i++) {
		int64_t v = c->i64[i];

		if (column_missing(c, i))
			continue;
		s->least = !s->whole || v < s->least ? v : s->least;
		s->most = !s->whole || v > s->most ? v : s->most;
		s->whole = true;
	}
}

static void
add_numbers(struct summary *s, const struct column *c)
{
	double v[EXACT_LANE];

	for (size_t from = 0; from < c->rows; from += EXACT_LANE) {
		size_t n = c->rows - from < EXACT_LANE ? c->rows - from :
		    EXACT_LANE, known = 0;

		column_numbers(v, c, from, n);
		for (size_t i = 0; i < n; i++) {
			double one = v[i];

			v[known] = one;
			known += !isnan(one);
		}
		s->missing += n - known;
		if (c->type == COL_INT64)
			add_whole(s, c, from, n);
		summary_numbers(s, v, known);
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

struct table_adding {
	struct profile *p;
	const struct table *t;
	uint64_t **code_hash;		/* a column: by code */
	uint64_t *row;			/* hashes of rows */
	bool failed;
};

static void
add_column(void *ctx, size_t i, int worker)
{
	struct table_adding *j = ctx;
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

/* Of rows [from, to), which are no more than EXACT_LANE. */
static void
hash_numbers(uint64_t *row, const struct column *c, uint64_t name, size_t from,
    size_t to)
{
	double v[EXACT_LANE];

	column_numbers(v, c, from, to - from);
	for (size_t r = from; r < to; r++) {
		uint64_t h = column_missing(c, r) ? name + 1 :
		    name ^ number_hash(v[r - from] + 0.0);

		row[r] += rng_mix(h);
	}
}

static void
hash_words(uint64_t *row, const struct column *c, const uint64_t *of_code,
    uint64_t name, size_t from, size_t to)
{
	for (size_t r = from; r < to; r++) {
		uint64_t h = column_missing(c, r) ? name + 1 :
		    name ^ of_code[c->code[r]];

		row[r] += rng_mix(h);
	}
}

/* A row's hash is a sum over its columns, so their order does not matter;
 * the column's name is mixed in, so that swapped values do. */
static void
hash_rows(void *ctx, size_t part, int worker)
{
	struct table_adding *j = ctx;
	size_t from = part * CHUNK_ROWS, to = from + CHUNK_ROWS;

	(void)worker;
	if (to > j->t->rows)
		to = j->t->rows;
	for (size_t i = 0; i < j->t->cols; i++) {
		const struct column *c = &j->t->col[i];
		uint64_t name = hash64(c->name, strlen(c->name), TEXT_SEED);

		if (j->p->col[i].number)
			hash_numbers(j->row, c, name, from, to);
		else
			hash_words(j->row, c, j->code_hash[i], name, from, to);
	}
}

static void
add_samples(struct table_adding *j)
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
add_table(struct profile *p, const struct table *t, bool sample, int threads,
    struct err *e)
{
	struct table_adding j = { .p = p, .t = t };
	struct pool *pool = pool_new(t->rows < THREADS_FROM ? 1 : threads);
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
	if (sample) {
		pool_run(pool, (t->rows + CHUNK_ROWS - 1) / CHUNK_ROWS,
		    hash_rows, &j);
		add_samples(&j);
	}
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
profile_add(struct profile *p, const struct table *block, int threads,
    struct err *e)
{
	if (block->cols != p->cols)
		return err_set(e, ERR_FORMAT, "%zu columns, not %zu",
		    block->cols, p->cols);
	for (size_t i = 0; i < p->cols; i++)
		if (p->col[i].number != type_is_number(block->col[i].type) ||
		    strcmp(p->col[i].name, block->col[i].name) != 0)
			return err_set(e, ERR_FORMAT, "column '%s' is not "
			    "what it was", block->col[i].name);
	return add_table(p, block, true, threads, e);
}

static int
profile_all(struct profile **out, const struct table *t, bool sample,
    int threads, struct err *e)
{
	if (profile_new(out, t, e) != 0)
		return -1;
	if (add_table(*out, t, sample, threads, e) != 0) {
		profile_free(*out);
		*out = NULL;
		return -1;
	}
	return 0;
}

int
profile_of_table(struct profile **out, const struct table *t, int threads,
    struct err *e)
{
	return profile_all(out, t, true, threads, e);
}

int
profile_of_columns(struct profile **out, const struct table *t, int threads,
    struct err *e)
{
	return profile_all(out, t, false, threads, e);
}
