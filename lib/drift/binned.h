/*
 * drift/binned.h - the columns of a reference as bins, so that a window of a
 * stream is a few counts, whatever its rows.
 *
 * A number's bins are cut at quantiles of the reference, finer towards both
 * ends, or are one a value where it has few; what lies beyond the reference on
 * either side has a bin of its own.  A category has a bin a value, the most
 * frequent BINS_WORDS of them, and one for all others.  Text is binned by its
 * length.  What is missing or infinite has a bin everywhere.  Dates are left
 * out.
 *
 * A window's score is, of numbers, Wasserstein's distance in deviations of the
 * reference, each bin at its mean there, or twice what the share of missing
 * values moved, if that is more; of categories the Jensen-Shannon distance
 * (natural logarithm).  Both are what mlv-drift compare calls so.
 */
#ifndef DRIFT_BINNED_H
#define DRIFT_BINNED_H

#include "base/arena.h"
#include "base/intern.h"
#include "drift/law.h"
#include "table/table.h"

#define BINS_EDGES 64
#define BINS_NUMBERS 55			/* values that have a bin each */
#define BINS_WORDS 50
#define BINS_MAX (BINS_EDGES + 3)

enum binned_kind { BINS_NUMBER, BINS_CATEGORY, BINS_LENGTH };

struct binned_column {
	const char *name;
	enum binned_kind kind;
	/* rising; (edges), then infinity, so that a search takes the same
	 * steps whatever it looks for */
	double edge[BINS_EDGES];
	size_t edges;
	double most;			/* the reference's largest */
	double gap[BINS_EDGES + 2];	/* from bin 1 + i to the next, in
					 * deviations */
	struct law chance;		/* of the distance, of numbers */
	struct intern *words;
	size_t bins, at;		/* how many; the first of all bins */
	const uint64_t *count;		/* (bins) of the reference */
};

struct binned {
	struct binned_column *col;
	size_t n, total;		/* columns; bins of all */
	uint64_t *count;		/* (total) of the reference */
	uint64_t rows;
	char digest[65];		/* of names, kinds, edges and counts */
	struct arena arena;
};

struct binned_opts {
	const char *const *only, *const *exclude;
	size_t n_only, n_exclude;
};

/* ERR_NOENT: a column that alone is named is not there; ERR_UNSUPPORTED: no rows, or no
 * column is left.  Released in any case. */
int binned_of_table(struct binned *b, const struct table *t,
    const struct binned_opts *o, struct err *e);
void binned_release(struct binned *b);

/* Places among the column's own bins.  A number that is NaN is missing, and so
 * is a text NULL; a number's column that gets a text that is none says so by
 * BINS_MAX. */
size_t binned_place(const struct binned_column *c, double v);
size_t binned_place_text(const struct binned_column *c, const char *s, size_t n);

/* The place of a cell of a table like the reference. */
size_t binned_place_cell(const struct binned_column *c,
    const struct column *from, size_t row);
/* Numbers counted at their places. */
void binned_add_numbers(uint64_t *count, const struct binned_column *c,
    const double *v, size_t n);

/* ---- score.c ---- */

struct binned_score {
	double score, p;		/* NAN: no rows */
	uint64_t rows, missing;
};
/* p is the chance of such a score without a drift: of numbers about, by how
 * the distance of two draws of the reference spreads; of categories that of a
 * chi-square of homogeneity. */
void binned_score(struct binned_score *out, const struct binned_column *c,
    const uint64_t *count);
/* The score alone of two sides' counts; 0 where one is empty. */
double binned_distance(const struct binned_column *c, const uint64_t *ref,
    const uint64_t *cur);
/* What chance is to be, once the reference's counts are there. */
void binned_fit(struct binned_column *c);

/* q[i] of p[i], by Benjamini and Hochberg: the least false discovery rate at
 * which it would be found.  NaN stays NaN and does not count. */
void binned_adjust(double *q, const double *p, size_t n);

#endif
