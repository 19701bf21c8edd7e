/*
 * drift/pair.h - one column of both sides as distinct values with counts.
 * Private to lib/drift.
 */
#ifndef DRIFT_PAIR_H
#define DRIFT_PAIR_H

#include "drift/compare.h"

/* One side of one column. */
struct view {
	const struct column *c;		/* of a table, or NULL */
	struct profile_column p;	/* else of a profile */
	enum col_type type;
	uint64_t rows, missing;
};

enum pair_kind { PAIR_NUMBER, PAIR_CATEGORY, PAIR_TEXT, PAIR_TIME };

size_t side_cols(const struct drift_side *s);
const char *side_name(const struct drift_side *s, size_t i);
bool side_view(struct view *v, const struct drift_side *s, const char *name);
/* Rows, but every one of them missing. */
bool view_empty(const struct view *v);
enum pair_kind view_kind(const struct view *v);
/* Does it hold every value (a table always does)? */
bool view_complete(const struct view *v);

/* Storage behind a struct twosample. */
struct pair {
	struct twosample s;
	double *value;
	uint64_t *count;
	struct pair_word *word;		/* of categories, borrowed; or NULL */
};
struct pair_word {
	const char *s;
	size_t len;
};

/* ERR_UNSUPPORTED when one side is numbers and the other words. */
int pair_init(struct pair *p, const struct view *ref, const struct view *cur,
    bool numeric, struct err *e);
void pair_release(struct pair *p);
/* The i-th value as a column of that type shows it, to be freed. */
char *pair_text(const struct pair *p, size_t i, enum col_type type);

#endif
