/* Regression trees grown from drawn rows; their leaves as boxes. */
#include "search/importance/forest.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

struct growing {
	const struct forest_rows *rows;
	struct forest_leaves *out;
	size_t room;
	size_t *row;			/* the drawn rows, cut in place */
	size_t *kept;			/* (n) scratch */
	struct value_at *sorted;	/* (n) scratch */
	double *low, *high;		/* (columns): the box of this node */
	struct rng rng;
};

struct value_at {
	double x, y;
};

static int
by_x(const void *a, const void *b)
{
	const struct value_at *p = a, *q = b;

	return p->x < q->x ? -1 : p->x > q->x;
}

static void
add_leaf(struct growing *g, const size_t *row, size_t n)
{
	struct forest_leaves *l = g->out;
	size_t d = l->columns;
	double sum = 0;

	if (l->n == g->room) {
		g->room = g->room ? 2 * g->room : 64;
		l->low = xresize(l->low, g->room * d, sizeof(*l->low));
		l->high = xresize(l->high, g->room * d, sizeof(*l->high));
		l->value = xresize(l->value, g->room, sizeof(*l->value));
	}
	for (size_t i = 0; i < n; i++)
		sum += g->rows->y[row[i]];
	memcpy(l->low + l->n * d, g->low, d * sizeof(*l->low));
	memcpy(l->high + l->n * d, g->high, d * sizeof(*l->high));
	l->value[l->n++] = sum / (double)n;
}

struct cut {
	size_t column;
	double at, gain;		/* gain 0: none is worth making */
};

/* The best cut of one column: what the squared error falls by, but for what
 * all cuts of the node have in common. */
static void
try_column(struct cut *best, struct growing *g, size_t column,
    const size_t *row, size_t n)
{
	const struct forest_rows *r = g->rows;
	double all = 0, left = 0;

	for (size_t i = 0; i < n; i++) {
		g->sorted[i] = (struct value_at){ r->x[row[i] * r->columns +
		    column], r->y[row[i]] };
		all += g->sorted[i].y;
	}
	qsort(g->sorted, n, sizeof(*g->sorted), by_x);
	for (size_t i = 0; i + 1 < n; i++) {
		double a = (double)(i + 1), b = (double)(n - i - 1), d;
		double x = g->sorted[i].x, next = g->sorted[i + 1].x;

		left += g->sorted[i].y;
		if (!(x < next))
			continue;
		d = left / a - (all - left) / b;
		if (a * b * d * d > best->gain) {
			*best = (struct cut){ column, x / 2 + next / 2, a * b *
			    d * d };
			if (!(best->at < next))
				best->at = x;
		}
	}
}

static bool
is_pure(const struct growing *g, const size_t *row, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (g->rows->y[row[i]] != g->rows->y[row[0]])
			return false;
	return true;
}

/* Columns in an order drawn anew, so that equals are no one's. */
static struct cut
find_cut(struct growing *g, const size_t *row, size_t n)
{
	size_t d = g->rows->columns;
	size_t *order = xalloc(d, sizeof(*order));
	struct cut best = { 0, 0, 0 };

	for (size_t k = 0; k < d; k++)
		order[k] = k;
	for (size_t k = 0; k < d; k++) {
		size_t at = k + (size_t)rng_below(&g->rng, d - k);
		size_t column = order[at];

		order[at] = order[k];
		try_column(&best, g, column, row, n);
	}
	free(order);
	return best;
}

/* Those on the left first; how many. */
static size_t
divide(struct growing *g, size_t *row, size_t n, const struct cut *cut)
{
	const struct forest_rows *r = g->rows;
	size_t left = 0, right = 0;

	for (size_t i = 0; i < n; i++) {
		if (r->x[row[i] * r->columns + cut->column] <= cut->at)
			row[left++] = row[i];
		else
			g->kept[right++] = row[i];
	}
	memcpy(row + left, g->kept, right * sizeof(*row));
	return left;
}

static void
grow(struct growing *g, size_t *row, size_t n, int depth)
{
	struct cut cut = { 0, 0, 0 };
	double edge;
	size_t left;

	if (n > 1 && depth < FOREST_DEPTH && !is_pure(g, row, n))
		cut = find_cut(g, row, n);
	if (!(cut.gain > 0)) {
		add_leaf(g, row, n);
		return;
	}
	left = divide(g, row, n, &cut);
	edge = g->high[cut.column];
	g->high[cut.column] = cut.at;
	grow(g, row, left, depth + 1);
	g->high[cut.column] = edge;
	edge = g->low[cut.column];
	g->low[cut.column] = cut.at;
	grow(g, row + left, n - left, depth + 1);
	g->low[cut.column] = edge;
}

void
forest_tree(struct forest_leaves *out, const struct forest_rows *rows,
    uint64_t seed, uint64_t tree)
{
	size_t n = rows->n, d = rows->columns;
	struct growing g = { .rows = rows, .out = out,
	    .row = xalloc(n, sizeof(size_t)), .kept = xalloc(n,
	    sizeof(size_t)), .sorted = xalloc(n, sizeof(struct value_at)),
	    .low = xalloc(d, sizeof(double)), .high = xalloc(d,
	    sizeof(double)) };

	*out = (struct forest_leaves){ .columns = d };
	rng_seed(&g.rng, seed, tree);
	for (size_t i = 0; i < n; i++)
		g.row[i] = (size_t)rng_below(&g.rng, n);
	for (size_t k = 0; k < d; k++)
		g.high[k] = 1;
	grow(&g, g.row, n, 0);
	free(g.row);
	free(g.kept);
	free(g.sorted);
	free(g.low);
	free(g.high);
}

void
forest_leaves_release(struct forest_leaves *l)
{
	free(l->low);
	free(l->high);
	free(l->value);
	memset(l, 0, sizeof(*l));
}
