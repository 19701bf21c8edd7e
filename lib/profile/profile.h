/*
 * profile/profile.h - a statistical summary that merges exactly
 * (mlv-profile(5), "mlv.profile/1").
 *
 * Counts are integers, sums are exact (no rounding until they are read),
 * histograms have fixed buckets, sets are kept by hash.  So the profile of
 * a table is the same bytes however the table was cut, ordered or shared
 * among threads, and merging the profiles of two parts gives the profile of
 * the whole, provided their columns have the same types.
 *
 * A column is one of three kinds: number (int64, float64, boolean as 0 and
 * 1, date-time as microseconds), category, or text.  No value of a text
 * column is kept: it may be a name or a key.
 *
 *	histogram	bucket = sign, exponent and top 6 bits of the fraction
 *			of a double: 64 buckets an octave, exact edges
 *	values		the PROFILE_VALUES distinct values with the smallest
 *			hash, with exact counts; `complete` when those are
 *			all there are.  Numbers and categories
 *	sample		values of the PROFILE_SAMPLE distinct rows with the
 *			smallest hash of the whole row; numbers only
 *	distinct	HyperLogLog, 4096 registers: standard error 1.6 %;
 *			exact when `complete`
 */
#ifndef PROFILE_PROFILE_H
#define PROFILE_PROFILE_H

#include "base/arena.h"
#include "base/buf.h"
#include "codec/json.h"
#include "table/table.h"

#define PROFILE_SCHEMA "mlv.profile/1"
#define PROFILE_VALUES 1000
#define PROFILE_SAMPLE 1000

struct profile;

/* From a table; threads as in pool_new. */
int profile_of_table(struct profile **out, const struct table *t, int threads,
    struct err *e);
/* The same without the sample of rows: for columns compared one by one. */
int profile_of_columns(struct profile **out, const struct table *t,
    int threads, struct err *e);
/* Empty, with the columns of t; then blocks of the same shape. */
int profile_new(struct profile **out, const struct table *t, struct err *e);
int profile_add(struct profile *p, const struct table *block, int threads,
    struct err *e);
/* Into `to`; by column name, same set of names.  int64 and float64 become
 * float64, category and text text; other mixtures are ERR_FORMAT. */
int profile_merge(struct profile *to, const struct profile *from,
    struct err *e);
void profile_free(struct profile *p);

/* Canonical JSON (RFC 8785) with a newline. */
int profile_write(struct buf *out, const struct profile *p, struct err *e);
int profile_json(struct json **out, struct arena *a, const struct profile *p,
    struct err *e);
int profile_parse(struct profile **out, const char *s, size_t n,
    struct err *e);
int profile_from_json(struct profile **out, const struct json *j,
    struct err *e);

/* Reading one.  Arrays are borrowed until the profile changes. */
struct profile_bucket {
	int32_t key;
	uint64_t n;
};
struct profile_number {		/* a distinct value, or a sampled one */
	double v;
	uint64_t n;		/* how often */
};
struct profile_word {
	const char *s;
	size_t len;
	uint64_t n;
};
struct profile_column {
	const char *name;
	enum col_type type;
	bool is_number;		/* else category or text */
	uint64_t rows;
	uint64_t missing;
	uint64_t distinct;	/* see above */
	bool complete;		/* `number` or `word` holds every value */
	/* numbers: over finite values */
	uint64_t finite;
	uint64_t infinite;
	uint64_t zeros, negatives;
	double min, max;	/* NaN when there is none */
	int64_t least, most;	/* the same exactly, if `whole` */
	bool whole;
	double sum, mean;	/* the exact sum, rounded; that over finite */
	double std;		/* population; from the exact moments */
	const struct profile_bucket *bucket;	/* by rising value */
	size_t buckets;
	const struct profile_number *number;	/* by rising value */
	size_t numbers;
	const struct profile_number *sample;	/* by rising value */
	size_t samples;
	/* category: by the bytes of the word */
	const struct profile_word *word;
	size_t words;
	/* category and text: lengths in bytes */
	uint64_t min_length, max_length;
	double mean_length;
};

uint64_t profile_rows(const struct profile *p);
size_t profile_cols(const struct profile *p);
void profile_column(struct profile_column *out, const struct profile *p,
    size_t i);
/* False when there is no such column. */
const char *profile_column_name(const struct profile *p, size_t i);
bool profile_find(struct profile_column *out, const struct profile *p,
    const char *name);

/* Values x of a bucket have low <= |x| < high on the side of its sign:
 * [*low, *high) as numbers, or (*low, *high] for negative ones. */
void profile_bucket_edges(int32_t key, double *low, double *high);
int32_t profile_bucket_key(double v);		/* v finite */

/* Share of finite values <= x: between *low and *high, equal when the
 * profile knows it exactly (complete, or x on a bucket's edge). */
void profile_cdf(const struct profile_column *c, double x, double *low,
    double *high);
/* The q-quantile (0..1) of the finite values, exact when complete, else
 * interpolated inside a bucket: relative error below 1/64. */
double profile_quantile(const struct profile_column *c, double q);

#endif
