/* Evaluating an expression, and naming what it looks at. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/utf8.h"
#include "expr/node.h"

static const struct expr_value missing;

size_t
expr_names(const struct expr *x)
{
	return x->n_names;
}

const char *
expr_name(const struct expr *x, size_t i)
{
	return x->names[i];
}

static struct expr_value
truth_value(bool b)
{
	return (struct expr_value){ .type = EXPR_BOOL, .b = b };
}

static struct expr_value
number_value(double d)
{
	/* not a number is what SQL calls null */
	return isnan(d) ? missing : (struct expr_value){ .type = EXPR_NUM,
	    .num = num_of_f64(d) };
}

static struct expr_value
whole_value(int64_t i)
{
	return (struct expr_value){ .type = EXPR_NUM, .num = num_of_i64(i) };
}

/* Numbers as they are, text that reads as one; false otherwise. */
static bool
as_number(struct num *out, const struct expr_value *v)
{
	if (v->type == EXPR_NUM)
		*out = v->num;
	else if (v->type != EXPR_TEXT || !num_parse(v->s, v->n, out))
		return false;
	return !isnan(out->d);
}

/* Two texts that both are date-times, whatever their zones. */
static bool
both_dates(int64_t *x, int64_t *y, const struct expr_value *a,
    const struct expr_value *b)
{
	return a->n >= 10 && b->n >= 10 && a->s[4] == '-' && b->s[4] == '-' &&
	    clock_parse(a->s, a->n, x) && clock_parse(b->s, b->n, y);
}

bool
expr_both_dates(const struct expr_value *a, const struct expr_value *b)
{
	int64_t x, y;

	return both_dates(&x, &y, a, b);
}

int
expr_order(const struct expr_value *a, const struct expr_value *b)
{
	int64_t at, bt;
	size_t n;
	struct num x, y;
	int c;

	if (a->type == EXPR_MISSING || b->type == EXPR_MISSING)
		return 2;
	if (a->type == EXPR_TEXT && b->type == EXPR_TEXT) {
		if (both_dates(&at, &bt, a, b))
			return at < bt ? -1 : at > bt;
		n = a->n < b->n ? a->n : b->n;
		c = n ? memcmp(a->s, b->s, n) : 0;
		if (c == 0)
			c = a->n < b->n ? -1 : a->n > b->n;
		return c < 0 ? -1 : c > 0;
	}
	if (a->type == EXPR_BOOL || b->type == EXPR_BOOL)
		return a->type != b->type ? 2 : (int)a->b - (int)b->b;
	if (!as_number(&x, a) || !as_number(&y, b))
		return 2;
	return num_order(&x, &y);
}

static struct expr_value
compare_values(enum expr_op op, const struct expr_value *a,
    const struct expr_value *b)
{
	int c = expr_order(a, b);

	if (a->type == EXPR_MISSING || b->type == EXPR_MISSING)
		return missing;
	if (op == OP_EQ || op == OP_NE)
		return truth_value((c == 0) == (op == OP_EQ));
	if (c == 2)
		return missing;
	return truth_value(op == OP_LT ? c < 0 : op == OP_LE ? c <= 0 :
	    op == OP_GT ? c > 0 : c >= 0);
}

/* Of two integers; false where the result is none of 64 bits. */
static bool
whole_arithmetic(int64_t *out, enum expr_op op, int64_t x, int64_t y)
{
	switch (op) {
	case OP_ADD:
		return !__builtin_add_overflow(x, y, out);
	case OP_SUB:
		return !__builtin_sub_overflow(x, y, out);
	case OP_MUL:
		return !__builtin_mul_overflow(x, y, out);
	case OP_MOD:
		if (y == 0 || y == -1)
			return false;
		*out = x % y;
		return true;
	default:
		return false;
	}
}

static struct expr_value
apply_arithmetic(enum expr_op op, const struct expr_value *a,
    const struct expr_value *b)
{
	struct num p, q;
	int64_t exact;
	double x, y;

	if (!as_number(&p, a) || !as_number(&q, b))
		return missing;
	if (p.whole && q.whole && whole_arithmetic(&exact, op, p.i, q.i))
		return whole_value(exact);
	x = p.d;
	y = q.d;
	switch (op) {
	case OP_ADD:
		return number_value(x + y);
	case OP_SUB:
		return number_value(x - y);
	case OP_MUL:
		return number_value(x * y);
	case OP_DIV:
		return y == 0 ? missing : number_value(x / y);
	default:
		return y == 0 ? missing : number_value(fmod(x, y));
	}
}

/* SQL's LIKE: % any bytes, _ one character (a UTF-8 sequence). */
static bool
match_like(const char *s, const char *end, const char *p, const char *pend)
{
	const char *back_s = NULL, *back_p = NULL;

	while (s < end || p < pend) {
		if (p < pend && *p == '%') {
			back_p = ++p;
			back_s = s;
			continue;
		}
		if (p < pend && s < end && (*p == '_' || *p == *s)) {
			bool any = *p++ == '_';

			s++;
			while (any && s < end && ((unsigned char)*s & 0xc0) == 0x80)
				s++;
			continue;
		}
		if (back_p == NULL || back_s == end)
			return false;
		p = back_p;
		s = ++back_s;
	}
	return true;
}

struct frame {
	const struct expr_env *env;
	struct err *e;
};

static int eval(struct expr_value *v, const struct expr_node *n,
    const struct frame *f);

static int
eval_logic(struct expr_value *v, const struct expr_node *n,
    const struct frame *f)
{
	bool stop = n->op == OP_OR;	/* the value that decides */
	struct expr_value a, b;

	if (eval(&a, n->arg, f) < 0)
		return -1;
	if ((a.type == EXPR_BOOL && a.b == stop) || n->op == OP_NOT) {
		*v = n->op != OP_NOT ? a : a.type == EXPR_BOOL ? truth_value(!a.b) :
		    missing;
		if (a.type != EXPR_BOOL && a.type != EXPR_MISSING)
			goto bad;
		return 0;
	}
	if (eval(&b, n->arg->next, f) < 0)
		return -1;
	if ((a.type != EXPR_BOOL && a.type != EXPR_MISSING) ||
	    (b.type != EXPR_BOOL && b.type != EXPR_MISSING))
		goto bad;
	if (b.type == EXPR_BOOL && b.b == stop)
		*v = b;
	else
		*v = a.type == EXPR_MISSING || b.type == EXPR_MISSING ?
		    missing : truth_value(!stop);
	return 0;
bad:
	return err_set(f->e, ERR_USAGE,
	    "'and', 'or' and 'not' take predicates, not values");
}

static int
eval_in(struct expr_value *v, const struct expr_node *n,
    const struct frame *f)
{
	struct expr_value left, one;
	bool unknown = false;

	if (eval(&left, n->arg, f) < 0)
		return -1;
	*v = left.type == EXPR_MISSING ? missing : truth_value(false);
	if (left.type == EXPR_MISSING)
		return 0;
	for (const struct expr_node *k = n->arg->next; k; k = k->next) {
		if (eval(&one, k, f) < 0)
			return -1;
		unknown |= one.type == EXPR_MISSING;
		if (one.type != EXPR_MISSING && expr_order(&left, &one) == 0) {
			*v = truth_value(true);
			return 0;
		}
	}
	if (unknown)
		*v = missing;
	return 0;
}

static int
eval_text(struct expr_value *v, const struct expr_node *n,
    const struct frame *f)
{
	struct expr_value s, p;
	char text[NUM_TEXT_MAX];
	bool yes = false;

	if (eval(&s, n->arg, f) < 0 || eval(&p, n->arg->next, f) < 0)
		return -1;
	*v = missing;
	if (s.type == EXPR_NUM)
		s = (struct expr_value){ .type = EXPR_TEXT, .s = text,
		    .n = s.num.whole ? num_print_i64(text, s.num.i) :
		    num_print_f64(text, s.num.d) };
	if (s.type != EXPR_TEXT || p.type != EXPR_TEXT)
		return 0;
	if (n->op == OP_LIKE) {
		*v = truth_value(match_like(s.s, s.s + s.n, p.s, p.s + p.n));
		return 0;
	}
	if (f->env->match == NULL)
		return err_set(f->e, ERR_UNSUPPORTED,
		    "'~' cannot be used here");
	if (n->arg->next->op != OP_LITERAL)
		return err_set(f->e, ERR_USAGE,
		    "the pattern of '~' must be written out");
	if (f->env->match(f->env->ctx, p.s, s.s, s.n, &yes, f->e) < 0)
		return -1;
	*v = truth_value(yes);
	return 0;
}

/* min, max and coalesce over their arguments. */
static int
eval_fold(struct expr_value *v, const struct expr_node *n,
    const struct frame *f)
{
	struct expr_value one;
	int c;

	*v = missing;
	for (const struct expr_node *k = n->arg; k; k = k->next) {
		if (eval(&one, k, f) < 0)
			return -1;
		if (n->op == OP_COALESCE) {
			*v = one;
			if (one.type != EXPR_MISSING)
				return 0;
			continue;
		}
		if (one.type == EXPR_MISSING) {
			*v = missing;
			return 0;
		}
		c = expr_order(&one, v);
		if (v->type == EXPR_MISSING || c == (n->op == OP_MIN ? -1 : 1))
			*v = one;
	}
	return 0;
}

static int
eval_between(struct expr_value *v, const struct expr_node *n,
    const struct frame *f)
{
	struct expr_value x, low, high, a, b;

	if (eval(&x, n->arg, f) < 0 || eval(&low, n->arg->next, f) < 0 ||
	    eval(&high, n->arg->next->next, f) < 0)
		return -1;
	a = compare_values(OP_GE, &x, &low);
	b = compare_values(OP_LE, &x, &high);
	if ((a.type == EXPR_BOOL && !a.b) || (b.type == EXPR_BOOL && !b.b))
		*v = truth_value(false);
	else
		*v = a.type == EXPR_MISSING || b.type == EXPR_MISSING ?
		    missing : truth_value(true);
	return 0;
}

static struct expr_value
negative(const struct num *x)
{
	return x->whole && x->i != INT64_MIN ? whole_value(-x->i) :
	    number_value(-x->d);
}

static struct expr_value
absolute(const struct num *x)
{
	return x->d < 0 ? negative(x) : (struct expr_value){
	    .type = EXPR_NUM, .num = *x };
}

static int
eval_unary(struct expr_value *v, const struct expr_node *n,
    const struct frame *f)
{
	struct expr_value a;
	struct num x;

	if (eval(&a, n->arg, f) < 0)
		return -1;
	*v = missing;
	if (n->op == OP_IS_NULL)
		*v = truth_value(a.type == EXPR_MISSING);
	else if (n->op == OP_LENGTH && a.type == EXPR_TEXT)
		*v = whole_value((int64_t)utf8_count(a.s, a.n));
	else if (n->op != OP_LENGTH && as_number(&x, &a))
		*v = n->op == OP_ABS ? absolute(&x) : negative(&x);
	return 0;
}

static int
eval(struct expr_value *v, const struct expr_node *n, const struct frame *f)
{
	struct expr_value a, b;

	switch (n->op) {
	case OP_LITERAL:
		*v = n->literal;
		return 0;
	case OP_NAME:
		*v = missing;
		return f->env->name(f->env->ctx, n->name, v, f->e);
	case OP_OR:
	case OP_AND:
	case OP_NOT:
		return eval_logic(v, n, f);
	case OP_IN:
		return eval_in(v, n, f);
	case OP_BETWEEN:
		return eval_between(v, n, f);
	case OP_LIKE:
	case OP_MATCH:
		return eval_text(v, n, f);
	case OP_MIN:
	case OP_MAX:
	case OP_COALESCE:
		return eval_fold(v, n, f);
	case OP_IS_NULL:
	case OP_NEG:
	case OP_ABS:
	case OP_LENGTH:
		return eval_unary(v, n, f);
	default:
		if (eval(&a, n->arg, f) < 0 || eval(&b, n->arg->next, f) < 0)
			return -1;
		*v = n->op >= OP_ADD ? apply_arithmetic(n->op, &a, &b) :
		    compare_values(n->op, &a, &b);
		return 0;
	}
}

int
expr_eval(struct expr_value *v, const struct expr *x,
    const struct expr_env *env, struct err *e)
{
	const struct frame f = { env, e };

	return eval(v, x->root, &f);
}

int
expr_holds(bool *yes, const struct expr *x, const struct expr_env *env,
    struct err *e)
{
	struct expr_value v;

	if (expr_eval(&v, x, env, e) < 0)
		return -1;
	if (v.type != EXPR_BOOL && v.type != EXPR_MISSING)
		return err_set(e, ERR_USAGE, "the expression is a value; it "
		    "must say what holds, as in 'x > 0'");
	*yes = v.type == EXPR_BOOL && v.b;
	return 0;
}
