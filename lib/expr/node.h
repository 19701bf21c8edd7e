/*
 * expr/node.h - the tree between the parser and the evaluator.  Private to
 * lib/expr.
 */
#ifndef EXPR_NODE_H
#define EXPR_NODE_H

#include "expr/expr.h"

#define EXPR_DEPTH_MAX 64
#define EXPR_NODES_MAX 4096

enum expr_op {
	OP_LITERAL, OP_NAME,
	OP_OR, OP_AND, OP_NOT,
	OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE,
	OP_IN, OP_BETWEEN, OP_LIKE, OP_MATCH, OP_IS_NULL,
	OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD, OP_NEG,
	OP_ABS, OP_MIN, OP_MAX, OP_LENGTH, OP_COALESCE
};

struct expr_node {
	enum expr_op op;
	struct expr_value literal;
	size_t name;			/* OP_NAME */
	struct expr_node *arg;		/* first operand; others follow by next */
	struct expr_node *next;
};

struct expr {
	struct expr_node *root;
	const char **names;
	size_t n_names, room;
	size_t nodes;
};

/* eval.c: are two texts compared as date-times? */
bool expr_both_dates(const struct expr_value *a, const struct expr_value *b);

#endif
