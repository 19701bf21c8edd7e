/*
 * The Hessian of a linear model's problem.
 *
 * Between numbers it is a product of matrices (math/gram.h).  A level's
 * column is one where a row has it and else zero, so of its products there
 * are only sums over its rows: one addition for each pair of a row's
 * categories, and one of as many terms as there are numbers for each
 * category.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/linear/internal.h"
#include "learn/linear/lanes.h"
#include "learn/linear/pass.h"
#include "math/gram.h"

/*
 * What a piece of the rows adds up to for outputs a >= b.  "Dense" are the
 * numbers and, after them, the intercept; n_dense of them.
 */
struct curvature {
	double *dense;			/* (n_dense, n_dense), lower triangle */
	double *cross;			/* (n_levels, n_dense) */
	double *levels;			/* (n_levels, n_levels): of a later
					 * category with an earlier one */
};

struct curvature_pass {
	struct linear_pass rows;
	const double *w;
	size_t n_dense, n_levels;	/* of all categories together */
	size_t n_pairs;			/* of outputs */
	struct curvature *part;		/* (pieces, n_pairs) */
};

/* A worker's room for a block. */
struct room {
	double v[LINEAR_BLOCK];		/* second derivatives by the scores */
	double root[LINEAR_BLOCK];
	double *by_column;		/* (n_dense, LINEAR_BLOCK): root x */
	double *by_row;			/* (LINEAR_BLOCK, n_dense): v x */
};

/* The size of the loss's second derivative by outputs a and b, row by row;
 * between two outputs it is negative. */
static void
second_derivatives(struct room *r, const struct linear_block *b,
    const struct linear_problem *m, size_t a, size_t other)
{
	memset(r->v, 0, sizeof(r->v));
	for (size_t i = 0; i < b->rows.n; i++)
		r->v[i] = m->ob->curvature(b->score + i * m->k, a, other) *
		    linear_row_weight(m, b->rows.from + i);
	for (size_t i = 0; i < LINEAR_BLOCK; i++)
		r->root[i] = sqrt(r->v[i]);
}

static void
add_dense(struct curvature *c, struct room *r, const struct linear_block *b)
{
	size_t n = b->d->n_numbers;

	for (size_t j = 0; j < n; j++)
		lanes_scale(r->by_column + j * LINEAR_BLOCK, r->root, b->x +
		    j * LINEAR_BLOCK);
	memcpy(r->by_column + n * LINEAR_BLOCK, r->root, sizeof(r->root));
	gram_f64(c->dense, r->by_column, n + 1, LINEAR_BLOCK);
}

/* Each level with the numbers and the intercept, whose sum is also that of
 * the level with itself. */
static void
add_cross(struct curvature *c, struct room *r, const struct linear_block *b,
    size_t n_dense)
{
	const struct design_rows *rows = &b->rows;
	double *to = c->cross;

	for (size_t i = 0; i < rows->n; i++) {
		double *x = r->by_row + i * n_dense;

		for (size_t j = 0; j + 1 < n_dense; j++)
			x[j] = r->v[i] * (double)b->x[j * LINEAR_BLOCK + i];
		x[n_dense - 1] = r->v[i];
	}
	for (size_t k = 0; k < b->f->n_features; k++) {
		const struct feature *f = &b->f->feature[k];

		for (size_t i = 0; f->category && i < rows->n; i++) {
			uint32_t level = f->level[rows->from + i];
			const double *x = r->by_row + i * n_dense;

			for (size_t j = 0; level != LEVEL_MISSING &&
			    j < n_dense; j++)
				to[level * n_dense + j] += x[j];
		}
		to += f->category ? f->n_levels * n_dense : 0;
	}
}

/* Each level with those of the categories before. */
static void
add_levels(struct curvature *c, const struct room *r,
    const struct linear_block *b, size_t n_levels)
{
	const struct feature *f = b->f->feature;
	const struct design_rows *rows = &b->rows;
	size_t at = 0, before;

	for (size_t k = 0; k < b->f->n_features; at += f[k].category ?
	    f[k].n_levels : 0, k++) {
		before = 0;
		for (size_t l = 0; f[k].category && l < k; l++) {
			double *to = c->levels + at * n_levels + before;

			for (size_t i = 0; f[l].category && i < rows->n; i++) {
				size_t row = rows->from + i;
				uint32_t x = f[k].level[row];
				uint32_t y = f[l].level[row];

				if (x != LEVEL_MISSING && y != LEVEL_MISSING)
					to[x * n_levels + y] += r->v[i];
			}
			before += f[l].category ? f[l].n_levels : 0;
		}
	}
}

static void
piece_curvature(void *ctx, size_t piece, int worker)
{
	struct curvature_pass *pass = ctx;
	const struct linear_problem *m = pass->rows.m;
	struct room *room = xalloc(1, sizeof(*room));
	struct linear_block b;

	(void)worker;
	room->by_column = xalloc(pass->n_dense * LINEAR_BLOCK, sizeof(double));
	room->by_row = xalloc(pass->n_dense * LINEAR_BLOCK, sizeof(double));
	linear_block_init(&b, m->d, m->f, m->k);
	for (struct design_rows r = linear_first(&pass->rows, piece); r.n;
	    r = linear_next(&pass->rows, piece, &r)) {
		struct curvature *c = pass->part + piece * pass->n_pairs;

		linear_block_read(&b, &r);
		linear_block_score(&b, pass->w);
		for (size_t i = 0; i < r.n; i++)
			m->ob->link(b.score + i * m->k, m->k);
		for (size_t a = 0; a < m->k; a++)
			for (size_t o = 0; o <= a; o++, c++) {
				second_derivatives(room, &b, m, a, o);
				add_dense(c, room, &b);
				if (pass->n_levels == 0)
					continue;
				add_cross(c, room, &b, pass->n_dense);
				add_levels(c, room, &b, pass->n_levels);
			}
	}
	linear_done(&pass->rows, piece);
	linear_block_release(&b);
	free(room->by_column);
	free(room->by_row);
	free(room);
}

/* The numbers a pair of outputs adds up to, in one piece of memory. */
static size_t
numbers_of_pair(const struct curvature_pass *p)
{
	return p->n_dense * p->n_dense + p->n_levels * p->n_dense +
	    p->n_levels * p->n_levels;
}

/* Later pieces onto the first, in order. */
static void
add_pieces(struct curvature_pass *p)
{
	size_t n = numbers_of_pair(p);

	for (size_t i = p->n_pairs; i < p->rows.pieces * p->n_pairs; i++) {
		double *to = p->part[i % p->n_pairs].dense;

		for (size_t j = 0; j < n; j++)
			to[j] += p->part[i].dense[j];
	}
}

/* Entry (i, j), i >= j, of a pair's block in the order of the weights. */
static double
entry_of(const struct curvature *c, const struct curvature_pass *p, size_t i,
    size_t j)
{
	size_t numbers = p->n_dense - 1, last = numbers + p->n_levels, t;

	if (i < numbers)
		return c->dense[i * p->n_dense + j];
	if (i == last && (j < numbers || j == last))
		return c->dense[numbers * p->n_dense + (j < numbers ? j :
		    numbers)];
	if (i == last || i == j) {
		t = i == last ? j : i;
		return c->cross[(t - numbers) * p->n_dense + numbers];
	}
	if (j < numbers)
		return c->cross[(i - numbers) * p->n_dense + j];
	return c->levels[(i - numbers) * p->n_levels + j - numbers];
}

static void
fill_hessian(double *h, const struct curvature_pass *p)
{
	const struct linear_problem *m = p->rows.m;
	const struct curvature *c = p->part;
	size_t q = m->q, all = m->k * q;

	for (size_t a = 0; a < m->k; a++)
		for (size_t b = 0; b <= a; b++, c++)
			for (size_t i = 0; i < q; i++)
				for (size_t j = 0; j <= i; j++) {
					double v = entry_of(c, p, i, j);
					size_t x = a * q, y = b * q;

					v = a == b ? v : -v;
					h[(x + i) * all + y + j] = v;
					h[(x + j) * all + y + i] = v;
					h[(y + j) * all + x + i] = v;
					h[(y + i) * all + x + j] = v;
				}
	for (size_t a = 0; a < m->k; a++)
		for (size_t j = 0; j < m->d->p; j++)
			h[(a * q + j) * all + a * q + j] += m->l2;
}

void
linear_curvature(double *h, const struct linear_problem *m, const double *w)
{
	struct curvature_pass p = { .w = w, .n_dense = m->d->n_numbers + 1,
	    .n_levels = m->d->p - m->d->n_numbers,
	    .n_pairs = m->k * (m->k + 1) / 2 };
	size_t each = numbers_of_pair(&p), n;
	double *numbers;

	linear_pass_init(&p.rows, m, p.n_pairs * each);
	n = p.rows.pieces * p.n_pairs;
	numbers = xalloc(n * each, sizeof(*numbers));
	p.part = xalloc(n, sizeof(*p.part));
	for (size_t i = 0; i < n; i++) {
		double *at = numbers + i * each;

		p.part[i] = (struct curvature){ at, at + p.n_dense * p.n_dense,
		    at + p.n_dense * (p.n_dense + p.n_levels) };
	}
	pool_run(m->pool, p.rows.pieces, piece_curvature, &p);
	add_pieces(&p);
	fill_hessian(h, &p);
	free(numbers);
	free(p.part);
}
