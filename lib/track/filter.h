/*
 * track/filter.h - the filter strings of MLflow:
 *
 *	metrics.auc > 0.8 AND params."learning rate" = '0.1' AND
 *	tags.team LIKE '%a%' AND attributes.status = 'FINISHED'
 *
 * Clauses joined by AND, no other words between them.  A key without an
 * entity is an attribute; keys may stand in double quotes or backticks.  What
 * a thing does not have holds in no clause.
 */
#ifndef TRACK_FILTER_H
#define TRACK_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

enum filter_entity {
	FILTER_ATTRIBUTE, FILTER_METRIC, FILTER_PARAM, FILTER_TAG,
	FILTER_DATASET
};

enum filter_op {
	FILTER_EQ, FILTER_NE, FILTER_LT, FILTER_LE, FILTER_GT, FILTER_GE,
	FILTER_LIKE, FILTER_ILIKE, FILTER_IN, FILTER_NOT_IN
};

struct filter_clause {
	enum filter_entity entity;
	const char *key;
	enum filter_op op;
	bool number;			/* else it is text */
	double num;
	const char *text;		/* as it stood, without its quotes */
	const char **list;		/* (n) of IN */
	size_t n;
};

struct filter {
	struct filter_clause *clause;
	size_t n, room;
};

struct filter_order {
	enum filter_entity entity;
	const char *key;
	bool down;
};

/* ERR_USAGE says where it is wrong.  Everything is the arena's. */
int filter_parse(struct filter *f, struct arena *a, const char *s,
    struct err *e);
/* "metrics.auc DESC"; ascending without a word. */
int filter_parse_order(struct filter_order *o, struct arena *a, const char *s,
    struct err *e);

/* Does the clause hold of a value? */
bool filter_holds_text(const struct filter_clause *c, const char *value);
bool filter_holds_num(const struct filter_clause *c, double value);

#endif
