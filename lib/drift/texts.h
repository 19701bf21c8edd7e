/*
 * drift/texts.h - columns of text as numbers that tests know: how long a text
 * is, and how much of it the reference has never said.
 *
 *	NAME.length	its characters
 *	NAME.unknown	the share of its words that no other text of the
 *			reference has; 0 of a text without words
 *
 * A reference's own text is held against the others, so that without a drift
 * both sides have the same share.  A word is letters and digits of ASCII, in
 * lower case, and bytes beyond it; the first 64 bytes count.
 */
#ifndef DRIFT_TEXTS_H
#define DRIFT_TEXTS_H

#include <stdbool.h>

#include "base/arena.h"
#include "drift/compare.h"
#include "table/table.h"

#define TEXTS_WORD_MAX 64
#define TEXTS_WORDS_MAX ((size_t)1 << 20)	/* of the reference; later
						 * ones are unknown */

/* The next word of a text from *at on, and its bytes; 0: there is none. */
size_t texts_word(char word[TEXTS_WORD_MAX], const char *s, size_t n,
    size_t *at);

/* Columns that are text on both sides, but for `except`, become their
 * numbers on both; *names (n, in a) are what they were.  ERR_EXISTS: a column
 * of such a name is there. */
int texts_measure(const char ***names, size_t *n, struct arena *a,
    struct table *ref, struct table *cur, const char *const *except,
    size_t n_except, struct err *e);
/* A list of columns in which these stand for their numbers. */
const char **texts_expand(size_t *n, struct arena *a,
    const char *const *list, size_t n_list, const char *const *names,
    size_t n_names);
/* Weights of columns, of which each number of these has half of the text's. */
void texts_weigh(struct drift_opts *o, struct arena *a,
    const char *const *names, size_t n_names);

#endif
