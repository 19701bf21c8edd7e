/*
 * expr/expr.h - the one predicate language: row checks, --where, gates,
 * alerts, filters.
 *
 *	metrics.auc >= 0.83 and params.learner in ('gbdt', 'logistic')
 *	tenure >= 0 and (Contract != 'Two year' or tenure is not null)
 *	abs(candidate.auc - champion.auc) < 0.005
 *
 * Grammar, loosest first:
 *	or    and    not
 *	= == != <> < <= > >=   [not] in (a, b)   [not] like 'a%_'
 *	[not] between a and b   ~ 'regex'   !~ 'regex'   is [not] null
 *	+ -    * / %    unary -    ( )
 * Words are not case-sensitive.  Literals: 3, 0.5, 1e-3, 'text' or "text"
 * (a doubled quote is one), true, false, null.  A name is words of letters,
 * digits and '_', joined by dots; a part with other bytes in it goes between
 * back-quotes: params.`learning-rate`, `Monthly Charges`.  Functions: abs(x),
 * min(a, ...), max(a, ...), length(text), coalesce(a, ...).
 *
 * Missing values follow SQL's three-valued logic: whatever is compared or
 * computed with a missing value is missing, `false and missing` is false,
 * `true or missing` is true, and a predicate that is missing does not hold.
 * Division by zero is missing.  A number and a text that reads as a number
 * compare as numbers; otherwise they are unequal and have no order.  like and ~
 * look at a number as it is printed.  Integers
 * of 64 bits compare, add and multiply exactly; where a result is no such
 * integer it is a double.  Two texts that both are date-times (base/clock.h)
 * compare as those.
 *
 * An expression is parsed once into an arena and evaluated as often as
 * needed, by several threads if need be.  At most 4096 nodes, 64 levels.
 */
#ifndef EXPR_EXPR_H
#define EXPR_EXPR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/num.h"

enum expr_type { EXPR_MISSING, EXPR_BOOL, EXPR_NUM, EXPR_TEXT };

struct expr_value {
	enum expr_type type;
	bool b;
	struct num num;
	const char *s;		/* n bytes, borrowed */
	size_t n;
};

struct expr;

/* ERR_USAGE says what was expected and where ("at 'foo'"). */
int expr_parse(struct expr **out, struct arena *a, const char *text,
    struct err *e);

/* The distinct names in it, numbered from 0 in order of appearance. */
size_t expr_names(const struct expr *x);
const char *expr_name(const struct expr *x, size_t i);

/* What an expression is evaluated in. */
struct expr_env {
	/* The value of name i.  A name that means nothing here may be an
	 * error (-1) or EXPR_MISSING, as the caller sees fit. */
	int (*name)(void *ctx, size_t i, struct expr_value *v, struct err *e);
	/* Does the text hold a match?  NULL: `~` is an error. */
	int (*match)(void *ctx, const char *pattern, const char *s, size_t n,
	    bool *yes, struct err *e);
	void *ctx;
};

int expr_eval(struct expr_value *v, const struct expr *x,
    const struct expr_env *env, struct err *e);
/* Does it hold?  Missing does not.  ERR_USAGE when it is not a predicate. */
int expr_holds(bool *yes, const struct expr *x, const struct expr_env *env,
    struct err *e);

/* What is known of a name's values in many rows. */
struct expr_range {
	bool some_there, some_missing;	/* could be; false: none is */
	bool known;			/* they lie between two, both numbers
					 * or both texts: */
	struct expr_value min, max;
	bool dates;			/* all texts are date-times */
};
/* Could it hold in a row?  False only where it cannot. */
bool expr_may_hold(const struct expr *x,
    const struct expr_range *range /* (names) */);

/* Order of two present values as the language sees it: -1, 0, 1, or 2 when
 * they have none.  For --sort. */
int expr_order(const struct expr_value *a, const struct expr_value *b);

#endif
