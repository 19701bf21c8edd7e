/*
 * quality/split.h - the rows of a file dealt out to parts, as the bytes they
 * are.
 *
 * By hash: a row goes where the hash of its key says (XXH3-64 of the key's
 * text under the seed, its top 53 bits as a number in [0, 1), cut at the
 * cumulated shares).  The key is the text of the `by` columns, or the whole
 * line.  So rows with one key stay together, and rows added later move no
 * row from where it was.
 *
 * Stratified: the rows of each value of a column are ranked by the hash of
 * their line and cut at the shares (quality/deal.h), so that every part has
 * its share of each value; rows added later may move others.
 *
 * By time: the first part has the smallest values of a column (dates or
 * numbers), the last the largest; equal values keep the file's order.
 */
#ifndef QUALITY_SPLIT_H
#define QUALITY_SPLIT_H

#include "base/buf.h"
#include "read/whole.h"

struct split_part {
	const char *name;
	double weight;		/* > 0; shares are weight / total */
	uint64_t rows;		/* out */
	struct buf bytes;	/* out: header and rows; the caller frees */
};

struct split_opts {
	const char *const *by;
	size_t n_by;
	const char *stratify;	/* or NULL; not with `by` */
	const char *time;	/* NULL: by hash */
	uint64_t seed;
};

/* Sets read->format to what the bytes are.  ERR_FORMAT, before anything is
 * dealt, when a row is not whole. */
int split_rows(struct split_part *part, size_t parts, const char *bytes,
    size_t n, struct table_read_opts *read, const struct split_opts *o,
    struct err *e);

/* The part furthest from its share, when that is further than chance would
 * have it were every row dealt by itself; else NULL.  Then there are few
 * keys, or the rows are a part of a split by the same key and seed.
 * *expected: its share of all rows. */
const struct split_part *split_lopsided(const struct split_part *part,
    size_t parts, double *expected);

#endif
