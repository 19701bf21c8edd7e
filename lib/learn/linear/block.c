/* Rows of a linear learner's columns, a block at a time. */
#include "learn/linear/block.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/linear/lanes.h"

void
linear_block_init(struct linear_block *b, const struct design *d,
    const struct frame *f, size_t k)
{
	*b = (struct linear_block){ .d = d, .f = f, .k = k };
	b->x = xalloc(d->n_numbers * LINEAR_BLOCK + 1, sizeof(*b->x));
	b->score = xalloc(k * LINEAR_BLOCK, sizeof(*b->score));
}

void
linear_block_release(struct linear_block *b)
{
	free(b->x);
	free(b->score);
}

void
linear_block_read(struct linear_block *b, const struct design_rows *rows)
{
	b->rows = *rows;
	for (size_t j = 0; rows->n < LINEAR_BLOCK && j < b->d->n_numbers; j++)
		memset(b->x + j * LINEAR_BLOCK + rows->n, 0,
		    (LINEAR_BLOCK - rows->n) * sizeof(*b->x));
	design_numbers(b->x, LINEAR_BLOCK, b->d, b->f, rows);
}

/* s[i] += the coefficient of row i's level. */
static void
add_levels(double *s, const struct linear_block *b, const double *w)
{
	const struct design_rows *r = &b->rows;
	const double *of = w + b->d->n_numbers;

	for (size_t c = 0; c < b->f->n_features; c++) {
		const struct feature *x = &b->f->feature[c];

		for (size_t i = 0; x->category && i < r->n; i++) {
			uint32_t level = x->level[r->from + i];

			if (level != LEVEL_MISSING)
				s[i] += of[level];
		}
		of += x->category ? x->n_levels : 0;
	}
}

void
linear_block_score(struct linear_block *b, const double *w)
{
	size_t p = b->d->p;

	for (size_t a = 0; a < b->k; a++, w += p + 1) {
		double s[LINEAR_BLOCK] = { 0 };

		for (size_t j = 0; j < b->d->n_numbers; j++)
			lanes_add(s, b->x + j * LINEAR_BLOCK, w[j]);
		add_levels(s, b, w);
		for (size_t i = 0; i < LINEAR_BLOCK; i++)
			b->score[i * b->k + a] = s[i] + w[p];
	}
}
