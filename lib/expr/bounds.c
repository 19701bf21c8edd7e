/*
 * Whether a predicate can hold in any of many rows, by what is known of the
 * values in them.
 */
#include <string.h>

#include "expr/node.h"

/* Which of both it can be; neither: missing in every row. */
struct may {
	bool be_true, be_false;
};

static const struct may anything = { true, true };

/* Is the literal one that the range's ends can be compared with, so that what
 * holds of them holds of what lies between? */
static bool
comparable(const struct expr_range *r, const struct expr_value *v)
{
	if (r->min.type == EXPR_NUM)
		return v->type == EXPR_NUM;
	return r->dates && v->type == EXPR_TEXT &&
	    expr_both_dates(&r->min, v) && expr_both_dates(&r->max, v);
}

/* A text that equals others by its bytes alone, and lies beyond both ends. */
static bool
is_other_text(const struct expr_range *r, const struct expr_value *v)
{
	return r->min.type == EXPR_TEXT && !r->dates &&
	    v->type == EXPR_TEXT && !expr_both_dates(v, v) &&
	    (expr_order(v, &r->min) < 0 || expr_order(v, &r->max) > 0);
}

static struct may
compare(enum expr_op op, const struct expr_range *r,
    const struct expr_value *v)
{
	struct may m = anything;
	int low, high;

	if (!r->some_there)
		return (struct may){ false, false };
	if (!r->known)
		return m;
	if (op == OP_EQ && is_other_text(r, v))
		m.be_true = false;
	if (!comparable(r, v))
		return m;
	low = expr_order(&r->min, v);
	high = expr_order(&r->max, v);
	switch (op) {
	case OP_LT: return (struct may){ low < 0, high >= 0 };
	case OP_LE: return (struct may){ low <= 0, high > 0 };
	case OP_GT: return (struct may){ high > 0, low <= 0 };
	case OP_GE: return (struct may){ high >= 0, low < 0 };
	case OP_EQ: return (struct may){ low <= 0 && high >= 0, true };
	case OP_NE: return (struct may){ low != 0 || high != 0,
	    low <= 0 && high >= 0 };
	default: return anything;
	}
}

static enum expr_op
mirrored(enum expr_op op)
{
	return op == OP_LT ? OP_GT : op == OP_LE ? OP_GE : op == OP_GT ? OP_LT :
	    op == OP_GE ? OP_LE : op;
}

static struct may
look_at_compared(const struct expr_node *n, const struct expr_range *range)
{
	const struct expr_node *a = n->arg, *b = a->next;

	if (a->op == OP_NAME && b->op == OP_LITERAL)
		return compare(n->op, &range[a->name], &b->literal);
	if (a->op == OP_LITERAL && b->op == OP_NAME)
		return compare(mirrored(n->op), &range[b->name], &a->literal);
	return anything;
}

/* x in (a, b), x between a and b. */
static struct may
look_at_list(const struct expr_node *n, const struct expr_range *range)
{
	const struct expr_node *x = n->arg;
	struct may m = { n->op == OP_BETWEEN, true }, one;
	bool first = true;

	if (x->op != OP_NAME)
		return anything;
	for (const struct expr_node *v = x->next; v != NULL; v = v->next) {
		if (v->op != OP_LITERAL)
			return anything;
		one = compare(n->op == OP_IN ? OP_EQ : first ? OP_GE : OP_LE,
		    &range[x->name], &v->literal);
		m.be_true = n->op == OP_IN ? m.be_true || one.be_true :
		    m.be_true && one.be_true;
		first = false;
	}
	return m;
}

static struct may
look_at(const struct expr_node *n, const struct expr_range *range)
{
	struct may a, b;

	switch (n->op) {
	case OP_AND:
	case OP_OR:
		a = look_at(n->arg, range);
		b = look_at(n->arg->next, range);
		if (n->op == OP_AND)
			return (struct may){ a.be_true && b.be_true,
			    a.be_false || b.be_false };
		return (struct may){ a.be_true || b.be_true,
		    a.be_false && b.be_false };
	case OP_NOT:
		a = look_at(n->arg, range);
		return (struct may){ a.be_false, a.be_true };
	case OP_IS_NULL:
		if (n->arg->op != OP_NAME)
			return anything;
		return (struct may){ range[n->arg->name].some_missing,
		    range[n->arg->name].some_there };
	case OP_EQ: case OP_NE: case OP_LT: case OP_LE: case OP_GT: case OP_GE:
		return look_at_compared(n, range);
	case OP_IN:
	case OP_BETWEEN:
		return look_at_list(n, range);
	default:
		return anything;
	}
}

bool
expr_may_hold(const struct expr *x, const struct expr_range *range)
{
	return look_at(x->root, range).be_true;
}
