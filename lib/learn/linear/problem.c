/* A linear model's problem at given weights: value, gradient, slopes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/linear/internal.h"
#include "learn/linear/lanes.h"
#include "learn/linear/pass.h"

/* What a piece of the rows adds up to. */
struct slopes {
	double loss;
	double *g;			/* (k q) */
};

struct slope_pass {
	struct linear_pass rows;
	const double *w;
	struct slopes *part;		/* (rows.pieces) */
};

/* An output's part of the gradient (q), from what r (LINEAR_BLOCK) its
 * answers are off. */
static void
add_slopes(double *g, const struct linear_block *b, const double *r)
{
	const struct design_rows *rows = &b->rows;
	double *of = g + b->d->n_numbers;

	for (size_t j = 0; j < b->d->n_numbers; j++)
		g[j] += lanes_dot(r, b->x + j * LINEAR_BLOCK);
	for (size_t c = 0; c < b->f->n_features; c++) {
		const struct feature *x = &b->f->feature[c];

		for (size_t i = 0; x->category && i < rows->n; i++) {
			uint32_t level = x->level[rows->from + i];

			if (level != LEVEL_MISSING)
				of[level] += r[i];
		}
		of += x->category ? x->n_levels : 0;
	}
	for (size_t i = 0; i < rows->n; i++)
		g[b->d->p] += r[i];
}

/* The loss of a block and, in `off` (k, LINEAR_BLOCK), what its answers are
 * off, times the rows' weights. */
static double
block_loss(double *off, struct linear_block *b, const struct linear_problem *m)
{
	double loss = 0;

	memset(off, 0, m->k * LINEAR_BLOCK * sizeof(*off));
	for (size_t i = 0; i < b->rows.n; i++) {
		size_t row = b->rows.from + i;
		double *s = b->score + i * m->k;
		double weight = linear_row_weight(m, row);

		loss += weight * m->ob->score_loss(s, m->k, m->f, row);
		m->ob->link(s, m->k);
		for (size_t a = 0; a < m->k; a++)
			off[a * LINEAR_BLOCK + i] = weight * (s[a] -
			    m->ob->target(m->f, row, a));
	}
	return loss;
}

static void
piece_slopes(void *ctx, size_t piece, int worker)
{
	struct slope_pass *pass = ctx;
	const struct linear_problem *m = pass->rows.m;
	struct slopes *s = &pass->part[piece];
	double *off = xalloc(m->k * LINEAR_BLOCK, sizeof(*off));
	struct linear_block b;

	(void)worker;
	linear_block_init(&b, m->d, m->f, m->k);
	for (struct design_rows r = linear_first(&pass->rows, piece); r.n;
	    r = linear_next(&pass->rows, piece, &r)) {
		linear_block_read(&b, &r);
		linear_block_score(&b, pass->w);
		s->loss += block_loss(off, &b, m);
		for (size_t a = 0; a < m->k; a++)
			add_slopes(s->g + a * m->q, &b, off + a * LINEAR_BLOCK);
	}
	linear_done(&pass->rows, piece);
	linear_block_release(&b);
	free(off);
}

/* What the penalty is at w; its slopes are added to g. */
static double
add_penalty(double *g, const struct linear_problem *m, const double *w)
{
	double sum = 0;

	for (size_t k = 0; k < m->k; k++)
		for (size_t j = 0; j < m->d->p; j++) {
			double b = w[k * m->q + j];

			sum += m->l2 * b * b / 2 + m->l1 * fabs(b);
			g[k * m->q + j] += m->l2 * b;
		}
	return sum;
}

double
linear_gradient(double *g, const struct linear_problem *m, const double *w)
{
	struct slope_pass pass = { .w = w };
	size_t all = m->k * m->q;
	double loss = 0;

	linear_pass_init(&pass.rows, m, all);
	pass.part = xalloc(pass.rows.pieces, sizeof(*pass.part));
	for (size_t i = 0; i < pass.rows.pieces; i++)
		pass.part[i].g = xalloc(all, sizeof(double));
	pool_run(m->pool, pass.rows.pieces, piece_slopes, &pass);
	memset(g, 0, all * sizeof(*g));
	for (size_t i = 0; i < pass.rows.pieces; i++) {
		loss += pass.part[i].loss;
		for (size_t j = 0; j < all; j++)
			g[j] += pass.part[i].g[j];
		free(pass.part[i].g);
	}
	free(pass.part);
	return loss + add_penalty(g, m, w);
}

double
linear_slope(const struct linear_problem *m, const double *w, const double *g)
{
	double most = 0;

	for (size_t k = 0; k < m->k; k++)
		for (size_t j = 0; j < m->q; j++) {
			double v = g[k * m->q + j], b = w[k * m->q + j];

			if (j < m->d->p && m->l1 > 0)
				v = b > 0 ? v + m->l1 : b < 0 ? v - m->l1 :
				    soft_threshold(v, m->l1);
			most = fabs(v) > most ? fabs(v) : most;
		}
	return most;
}
