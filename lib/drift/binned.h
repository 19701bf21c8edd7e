/*
 * drift/binned.h - the columns of a reference as bins, so that a window of a
 * stream is a few counts, whatever its rows.
 *
 * A number's bins are twenty of equal count of the reference, or one a value
 * where it has at most as many; what lies beyond the reference on either side
 * has a bin of its own.  A category has a bin a value, the most frequent
 * BINS_WORDS of them, and one for all others.  Text is binned by its length.
 * What is missing has a bin everywhere.  Dates are left out.
 *
 * A window's score is the Jensen-Shannon distance (natural logarithm) of its
 * shares from the reference's, its p that of a chi-square of homogeneity.
 */
#ifndef DRIFT_BINNED_H
#define DRIFT_BINNED_H

#include "base/arena.h"
#include "base/intern.h"
#include "table/table.h"

#define BINS_NUMBERS 20
#define BINS_EDGES 32
#define BINS_WORDS 50
#define BINS_MAX (BINS_WORDS + 2)

enum binned_kind { BINS_NUMBER, BINS_CATEGORY, BINS_LENGTH };

struct binned_column {
	const char *name;
	enum binned_kind kind;
	/* rising; (edges), then infinity, so that a search takes the same
	 * steps whatever it looks for */
	double edge[BINS_EDGES];
	size_t edges;
	double most;			/* the reference's largest */
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

struct binned_score {
	double score, p;		/* NAN: no rows */
	uint64_t rows, missing;
};
void binned_score(struct binned_score *out, const struct binned_column *c,
    const uint64_t *count);
/* The distance alone of two sides' counts in n bins; 0 where one is empty. */
double binned_distance(const uint64_t *ref, const uint64_t *cur, size_t n);

/* q[i] of p[i], by Benjamini and Hochberg: the least false discovery rate at
 * which it would be found.  NaN stays NaN and does not count. */
void binned_adjust(double *q, const double *p, size_t n);

#endif
