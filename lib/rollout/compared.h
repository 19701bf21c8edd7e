/*
 * rollout/compared.h - two answers to the same row: do they say the same,
 * and how far apart are the numbers?
 */
#ifndef ROLLOUT_COMPARED_H
#define ROLLOUT_COMPARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/json.h"

/* Sizes of differences: 0, then up to 1e-6, 1e-4, 0.001, 0.01, 0.1, 1, more. */
#define COMPARED_SIZES 8

struct compared {
	uint64_t rows;
	uint64_t same;			/* every answer the same */
	uint64_t flips;			/* another class, or its place */
	uint64_t size[COMPARED_SIZES];	/* of the greatest difference a row */
	double greatest;
};

/* What one row came to. */
struct row_difference {
	bool same, flip;
	double size;			/* greatest of any number */
};

/* The output that says a model's answer, of a map of outputs: its label, else
 * one in words, else its only number; NULL: none of several scores. */
const char *answer_output(const struct json *outputs);
/* Of row i of a and row k of b, maps of outputs.  The flip is of `output` (NULL:
 * answer_output), a number by more than `tolerance`; without one, of which
 * score is the greatest. */
void compare_rows(struct row_difference *d, const struct json *a, size_t i,
    const struct json *b, size_t k, const char *output, double tolerance);
void compared_add(struct compared *c, const struct row_difference *d);
/* "0", "1e-06" ... "more": what size[i] counts up to. */
const char *compared_size_text(size_t i);

#endif
