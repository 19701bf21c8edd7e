/*
 * quality/foreign/expectation.h - one expectation of a suite, and what many of
 * them have.  Private to lib/quality/foreign.
 */
#ifndef QUALITY_FOREIGN_EXPECTATION_H
#define QUALITY_FOREIGN_EXPECTATION_H

#include "quality/foreign/internal.h"

struct expectation {
	struct foreign *f;
	const char *type;
	const struct json *in;		/* its kwargs */
	const struct json *meta, *whole;
	size_t number;
	const char *column;		/* or NULL */
	const char *when;		/* or NULL */
};

/* It is left out; returns 0. */
int cannot(const struct expectation *x, const char *why);
double mostly_of(const struct expectation *x);
/* When it counts, and how much. */
void put_hold(const struct expectation *x, struct json *m, bool mostly);
/* A further rule about its column. */
struct json *add_rule(const struct expectation *x, const char *type,
    bool mostly);
void add_condition(const struct expectation *x, const char *expr);
/* A member that is not null. */
const struct json *member(const struct expectation *x, const char *key);
bool is_number(const struct json *j);
bool is_date(const struct json *j);
/* A literal of lib/expr. */
void add_literal(struct buf *b, const struct json *v);

/* 0: carried or left out; 1: there is none by that name. */
int carry_column(const struct expectation *x, const char *name);
int carry_table(const struct expectation *x, const char *name);

#endif
