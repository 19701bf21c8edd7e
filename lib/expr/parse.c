/* Recursive descent over the grammar in expr.h, depth counted. */
#include <string.h>

#include "base/num.h"
#include "expr/node.h"

enum token {
	T_END, T_NUM, T_TEXT, T_NAME, T_OP
};

struct parser {
	struct expr *x;
	struct arena *a;
	const char *at;
	int depth;
	/* the current token */
	enum token token;
	const char *s;			/* where it begins in the input */
	size_t n;			/* its length there */
	struct expr_value value;	/* T_NUM, T_TEXT */
	const char *name;		/* T_NAME, parts joined by dots */
	bool quoted;			/* the name had back-quotes */
};

static int parse_or(struct parser *p, struct expr_node **out, struct err *e);

static bool
is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
	    c == '_' || (unsigned char)c >= 0x80;
}

static int
refuse_text(struct parser *p, const char *what, struct err *e)
{
	if (p->token == T_END)
		return err_set(e, ERR_USAGE, "expected %s at the end", what);
	return err_set(e, ERR_USAGE, "expected %s at '%.40s'", what, p->s);
}

/* 'text' or "text", a doubled quote inside is one. */
static int
lex_text(struct parser *p, struct err *e)
{
	const char *s = p->at + 1;
	char quote = *p->at, *out;
	size_t n = 0;

	for (;; s++) {
		if (*s == '\0')
			return err_set(e, ERR_USAGE,
			    "text is not closed at '%.40s'", p->at);
		if (*s == quote && *++s != quote)
			break;
	}
	out = arena_alloc(p->a, (size_t)(s - p->at));
	for (const char *q = p->at + 1; q < s - 1; q++) {
		out[n++] = *q;
		q += *q == quote;
	}
	p->token = T_TEXT;
	p->value = (struct expr_value){ .type = EXPR_TEXT, .s = out, .n = n };
	p->at = s;
	return 0;
}

static int
lex_name(struct parser *p, struct err *e)
{
	const char *s = p->at, *end;
	size_t n = 0;
	char *out;

	p->quoted = false;
	for (;; s++) {
		if (*s == '`') {
			end = strchr(s + 1, '`');
			if (end == NULL || end == s + 1)
				return err_set(e, ERR_USAGE,
				    "name is not closed at '%.40s'", s);
			s = end + 1;
			p->quoted = true;
		} else {
			while (is_word_byte(*s))
				s++;
		}
		if (*s != '.' || (!is_word_byte(s[1]) && s[1] != '`'))
			break;
	}
	out = arena_alloc(p->a, (size_t)(s - p->at) + 1);
	for (const char *q = p->at; q < s; q++)
		if (*q != '`')
			out[n++] = *q;
	p->token = T_NAME;
	p->name = out;
	p->at = s;
	return 0;
}

static int
lex_number(struct parser *p, struct err *e)
{
	const char *s = p->at;

	while (is_word_byte(*s) || *s == '.' || ((*s == '-' || *s == '+') &&
	    (s[-1] | 32) == 'e'))
		s++;
	p->value = (struct expr_value){ .type = EXPR_NUM };
	if (!num_parse(p->at, (size_t)(s - p->at), &p->value.num))
		return err_set(e, ERR_USAGE, "'%.*s' is not a number",
		    (int)(s - p->at), p->at);
	p->token = T_NUM;
	p->at = s;
	return 0;
}

static int
advance_token(struct parser *p, struct err *e)
{
	static const char *const two[] = { "==", "!=", "<>", "<=", ">=", "!~" };
	int r = 0;

	/* every operator passes here: the tree stays shallow enough to walk */
	if (p->x->nodes > EXPR_NODES_MAX)
		return err_set(e, ERR_TOOBIG, "the expression is too large");
	while (*p->at && strchr(" \t\r\n", *p->at))
		p->at++;
	p->s = p->at;
	if (*p->at == '\0') {
		p->token = T_END;
	} else if (*p->at == '\'' || *p->at == '"') {
		r = lex_text(p, e);
	} else if ((*p->at >= '0' && *p->at <= '9') || (*p->at == '.' &&
	    p->at[1] >= '0' && p->at[1] <= '9')) {
		r = lex_number(p, e);
	} else if (*p->at == '`' || is_word_byte(*p->at)) {
		r = lex_name(p, e);
	} else {
		p->token = T_OP;
		p->at++;
		for (size_t i = 0; i < 6; i++)
			if (strncmp(p->s, two[i], 2) == 0)
				p->at = p->s + 2;
	}
	p->n = (size_t)(p->at - p->s);
	return r;
}

static bool
is_op(const struct parser *p, const char *op)
{
	return p->token == T_OP && strlen(op) == p->n &&
	    memcmp(p->s, op, p->n) == 0;
}

/* A word of the language, in any case; never one in back-quotes. */
static bool
is_word(const struct parser *p, const char *word)
{
	if (p->token != T_NAME || p->quoted || strlen(word) != p->n)
		return false;
	for (size_t i = 0; i < p->n; i++)
		if ((p->s[i] | 32) != word[i])
			return false;
	return true;
}

/* 1 and past it when the operator or word is there, 0 when not. */
static int
take_op(struct parser *p, const char *op, struct err *e)
{
	return !is_op(p, op) ? 0 : advance_token(p, e) < 0 ? -1 : 1;
}

static int
take_word(struct parser *p, const char *word, struct err *e)
{
	return !is_word(p, word) ? 0 : advance_token(p, e) < 0 ? -1 : 1;
}

static struct expr_node *
new_node(struct parser *p, enum expr_op op, struct expr_node *arg,
    struct expr_node *second)
{
	struct expr_node *n = arena_alloc(p->a, sizeof(*n));

	p->x->nodes++;
	n->op = op;
	n->arg = arg;
	if (arg)
		arg->next = second;
	return n;
}

/* (a, b, ...) after its opening parenthesis; appended behind `first`. */
static int
parse_list(struct parser *p, struct expr_node **first, struct err *e)
{
	struct expr_node **tail = first;
	int more;

	while (*tail)
		tail = &(*tail)->next;
	do {
		if (parse_or(p, tail, e) < 0)
			return -1;
		tail = &(*tail)->next;
		if ((more = take_op(p, ",", e)) < 0)
			return -1;
	} while (more);
	more = take_op(p, ")", e);
	return more == 1 ? 0 : more < 0 ? -1 : refuse_text(p, "',' or ')'", e);
}

static size_t
name_number(struct parser *p, const char *name)
{
	struct expr *x = p->x;

	for (size_t i = 0; i < x->n_names; i++)
		if (strcmp(x->names[i], name) == 0)
			return i;
	if (x->n_names == x->room) {
		const char **more;

		x->room = x->room ? x->room * 2 : 8;
		more = arena_alloc(p->a, x->room * sizeof(*more));
		if (x->n_names)
			memcpy(more, x->names, x->n_names * sizeof(*more));
		x->names = more;
	}
	x->names[x->n_names] = name;
	return x->n_names++;
}

static int
parse_call(struct parser *p, struct expr_node **out, struct err *e)
{
	static const struct {
		const char *name;
		enum expr_op op;
		int most;		/* arguments; 0: any number */
	} functions[] = {
		{ "abs", OP_ABS, 1 }, { "min", OP_MIN, 0 },
		{ "max", OP_MAX, 0 }, { "length", OP_LENGTH, 1 },
		{ "coalesce", OP_COALESCE, 0 },
	};
	size_t i;

	for (i = 0; i < 5 && strcmp(functions[i].name, p->name) != 0; i++)
		;
	if (i == 5)
		return err_set(e, ERR_USAGE, "no function '%s'", p->name);
	*out = new_node(p, functions[i].op, NULL, NULL);
	if (advance_token(p, e) < 0 || advance_token(p, e) < 0 ||
	    parse_list(p, &(*out)->arg, e) < 0)
		return -1;
	if (functions[i].most && (*out)->arg->next)
		return err_set(e, ERR_USAGE, "'%s' takes one argument",
		    functions[i].name);
	return 0;
}

static int
parse_name(struct parser *p, struct expr_node **out, struct err *e)
{
	const char *s = p->at;

	while (*s == ' ')
		s++;
	if (!p->quoted && *s == '(')
		return parse_call(p, out, e);
	*out = new_node(p, OP_LITERAL, NULL, NULL);
	if (is_word(p, "true") || is_word(p, "false")) {
		(*out)->literal.type = EXPR_BOOL;
		(*out)->literal.b = is_word(p, "true");
	} else if (!is_word(p, "null")) {
		(*out)->op = OP_NAME;
		(*out)->name = name_number(p, p->name);
	}
	return advance_token(p, e);
}

static int
parse_primary(struct parser *p, struct expr_node **out, struct err *e)
{
	static const char *const reserved[] = { "and", "or", "not", "in",
	    "like", "between", "is" };
	int r;

	for (size_t i = 0; i < 7; i++)
		if (is_word(p, reserved[i]))
			return refuse_text(p, "a value", e);
	if (p->token == T_NUM || p->token == T_TEXT) {
		*out = new_node(p, OP_LITERAL, NULL, NULL);
		(*out)->literal = p->value;
		return advance_token(p, e);
	}
	if (p->token == T_NAME)
		return parse_name(p, out, e);
	if ((r = take_op(p, "(", e)) != 1)
		return r < 0 ? -1 : refuse_text(p, "a value", e);
	if (parse_or(p, out, e) < 0)
		return -1;
	r = take_op(p, ")", e);
	return r == 1 ? 0 : r < 0 ? -1 : refuse_text(p, "')'", e);
}

static int
enter_depth(struct parser *p, struct err *e)
{
	if (++p->depth > EXPR_DEPTH_MAX)
		return err_set(e, ERR_TOOBIG, "the expression is too large");
	return 0;
}

static int
parse_unary(struct parser *p, struct expr_node **out, struct err *e)
{
	int minus = take_op(p, "-", e), r;

	if (minus < 0)
		return -1;
	if (!minus)
		return parse_primary(p, out, e);
	if (enter_depth(p, e) < 0)
		return -1;
	r = parse_unary(p, out, e);
	p->depth--;
	if (r == 0)
		*out = new_node(p, OP_NEG, *out, NULL);
	return r;
}

struct binary {
	const char *text;
	enum expr_op op;
};

/* Left-associative chains of the given operators over `lower`. */
static int
parse_chain(struct parser *p, struct expr_node **out,
    const struct binary *ops, size_t n,
    int (*lower)(struct parser *, struct expr_node **, struct err *),
    struct err *e)
{
	struct expr_node *right;
	size_t i;

	if (lower(p, out, e) < 0)
		return -1;
	for (;;) {
		for (i = 0; i < n && !is_op(p, ops[i].text); i++)
			;
		if (i == n)
			return 0;
		right = NULL;
		if (advance_token(p, e) < 0 || lower(p, &right, e) < 0)
			return -1;
		*out = new_node(p, ops[i].op, *out, right);
	}
}

static int
parse_product(struct parser *p, struct expr_node **out, struct err *e)
{
	static const struct binary ops[] = { { "*", OP_MUL }, { "/", OP_DIV },
	    { "%", OP_MOD } };

	return parse_chain(p, out, ops, 3, parse_unary, e);
}

static int
parse_sum(struct parser *p, struct expr_node **out, struct err *e)
{
	static const struct binary ops[] = { { "+", OP_ADD }, { "-", OP_SUB } };

	return parse_chain(p, out, ops, 2, parse_product, e);
}

/* What may follow a left side after `not`: in, like, between. */
static int
parse_worded(struct parser *p, struct expr_node **out, struct err *e)
{
	struct expr_node *left = *out, *low = NULL, *high = NULL;
	int r;

	left->next = NULL;
	if ((r = take_word(p, "in", e)) != 0) {
		if (r < 0 || (r = take_op(p, "(", e)) != 1)
			return r < 0 ? -1 : refuse_text(p, "'('", e);
		*out = new_node(p, OP_IN, left, NULL);
		return parse_list(p, &(*out)->arg, e) < 0 ? -1 : 1;
	}
	if ((r = take_word(p, "like", e)) != 0) {
		if (r < 0 || parse_sum(p, &low, e) < 0)
			return -1;
		*out = new_node(p, OP_LIKE, left, low);
		return 1;
	}
	if ((r = take_word(p, "between", e)) != 0) {
		if (r < 0 || parse_sum(p, &low, e) < 0 ||
		    (r = take_word(p, "and", e)) < 0)
			return -1;
		if (r == 0)
			return refuse_text(p, "'and'", e);
		if (parse_sum(p, &high, e) < 0)
			return -1;
		*out = new_node(p, OP_BETWEEN, left, low);
		low->next = high;
		return 1;
	}
	return 0;
}

static int
parse_is_null(struct parser *p, struct expr_node **out, struct err *e)
{
	int negated = take_word(p, "not", e), r;

	if (negated < 0 || (r = take_word(p, "null", e)) < 0)
		return -1;
	if (r == 0)
		return refuse_text(p, "'null' or 'not null'", e);
	*out = new_node(p, OP_IS_NULL, *out, NULL);
	if (negated)
		*out = new_node(p, OP_NOT, *out, NULL);
	return 0;
}

static int
parse_comparison(struct parser *p, struct expr_node **out, struct err *e)
{
	static const struct binary ops[] = { { "=", OP_EQ }, { "==", OP_EQ },
	    { "!=", OP_NE }, { "<>", OP_NE }, { "<", OP_LT }, { "<=", OP_LE },
	    { ">", OP_GT }, { ">=", OP_GE }, { "~", OP_MATCH },
	    { "!~", OP_MATCH } };
	struct expr_node *right = NULL;
	bool negated;
	int r;

	if (parse_sum(p, out, e) < 0)
		return -1;
	for (size_t i = 0; i < 10; i++) {
		if (!is_op(p, ops[i].text))
			continue;
		if (advance_token(p, e) < 0 || parse_sum(p, &right, e) < 0)
			return -1;
		*out = new_node(p, ops[i].op, *out, right);
		if (i == 9)
			*out = new_node(p, OP_NOT, *out, NULL);
		return 0;
	}
	if ((r = take_word(p, "is", e)) != 0)
		return r < 0 ? -1 : parse_is_null(p, out, e);
	if ((r = take_word(p, "not", e)) < 0)
		return -1;
	negated = r == 1;
	r = parse_worded(p, out, e);
	if (r < 0)
		return -1;
	if (r == 0 && negated)
		return refuse_text(p, "'in', 'like' or 'between'", e);
	if (negated)
		*out = new_node(p, OP_NOT, *out, NULL);
	return 0;
}

static int
parse_not(struct parser *p, struct expr_node **out, struct err *e)
{
	int r = take_word(p, "not", e);

	if (r < 0)
		return -1;
	if (r == 0)
		return parse_comparison(p, out, e);
	if (enter_depth(p, e) < 0)
		return -1;
	r = parse_not(p, out, e);
	p->depth--;
	if (r == 0)
		*out = new_node(p, OP_NOT, *out, NULL);
	return r;
}

static int
parse_and(struct parser *p, struct expr_node **out, struct err *e)
{
	struct expr_node *right;
	int r;

	if (parse_not(p, out, e) < 0)
		return -1;
	while ((r = take_word(p, "and", e)) == 1) {
		right = NULL;
		if (parse_not(p, &right, e) < 0)
			return -1;
		*out = new_node(p, OP_AND, *out, right);
	}
	return r;
}

static int
parse_or(struct parser *p, struct expr_node **out, struct err *e)
{
	struct expr_node *right;
	int r;

	if (enter_depth(p, e) < 0 || parse_and(p, out, e) < 0)
		return -1;
	while ((r = take_word(p, "or", e)) == 1) {
		right = NULL;
		if (parse_and(p, &right, e) < 0)
			return -1;
		*out = new_node(p, OP_OR, *out, right);
	}
	p->depth--;
	return r;
}

int
expr_parse(struct expr **out, struct arena *a, const char *text,
    struct err *e)
{
	struct parser p = { .a = a, .at = text };

	p.x = arena_alloc(a, sizeof(*p.x));
	if (strlen(text) > 65536)
		return err_set(e, ERR_TOOBIG, "the expression is too large");
	if (advance_token(&p, e) < 0 || parse_or(&p, &p.x->root, e) < 0)
		return -1;
	if (p.token != T_END)
		return refuse_text(&p, "an operator", e);
	*out = p.x;
	return 0;
}
