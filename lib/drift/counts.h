/*
 * drift/counts.h - the distinct values of a column of numbers, counted.
 * Private to lib/drift.
 */
#ifndef DRIFT_COUNTS_H
#define DRIFT_COUNTS_H

#include "table/column.h"

struct counts {			/* distinct finite values, rising */
	uint64_t *key, *n;		/* (k): key_of_number, how often */
	size_t k;
	uint64_t total;
};

/* An order-keeping map from doubles to integers, and back; -0 is 0. */
uint64_t key_of_number(double v);
double number_of_key(uint64_t key);

/* Room for n values, none there.  ERR_NOMEM.  Released in any case. */
int counts_init(struct counts *r, size_t n, struct err *e);
int counts_of_column(struct counts *r, const struct column *c,
    struct err *e);
void counts_release(struct counts *r);

#endif
