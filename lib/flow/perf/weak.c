/* Segments in which a model is worse, searched for. */
#include "flow/perf/weak.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "drift/binned.h"
#include "stat/interval.h"
#include "stat/special.h"

#define LEVEL 0.05
#define RANGES 8			/* of a number */
#define WORDS 9				/* values of a category, and others */
#define CELLS (WORDS + 2)		/* missing is the first */
#define PAIRED 10			/* columns that are looked at by twos */
#define DEEPER 3			/* deviations from the rest of a parent */

struct sums {
	double n, sum, square;
};

struct slice {
	size_t col[2];			/* the second SIZE_MAX: of one */
	size_t cell[2];
	struct sums in;
	double z, p, q;
};

struct search {
	const struct table *t;
	const double *loss;
	struct binned b;
	uint8_t *cell;			/* (columns, rows) */
	struct sums all;
	bool shares;
	double least;			/* rows of a segment */
	struct slice *v;
	size_t n, room;
};

/* ---- columns as a few cells ---- */

static size_t
cell_of(const struct binned_column *c, size_t place)
{
	if (place == 0)
		return 0;
	if (c->kind == BINS_CATEGORY)
		return place < 2 ? CELLS - 1 : place - 2 < WORDS ? place - 1 :
		    CELLS - 1;
	if (c->edges <= RANGES)
		return place - 1;
	return 1 + (place - 2) * RANGES / c->edges;
}

/* The first of a number's bins that is in the cell. */
static size_t
first_bin(const struct binned_column *c, size_t cell)
{
	size_t i = 0;

	while (i < c->edges && cell_of(c, i + 2) < cell)
		i++;
	return i;
}

static void
put_cell(struct buf *out, const struct binned_column *c, size_t cell)
{
	char low[NUM_TEXT_MAX], high[NUM_TEXT_MAX];
	size_t from, to, n;
	const char *s;

	if (cell == 0) {
		buf_addf(out, "%s missing", c->name);
		return;
	}
	if (c->kind == BINS_CATEGORY) {
		s = cell < CELLS - 1 ? intern_text(c->words, (uint32_t)cell -
		    1, &n) : NULL;
		if (s == NULL)
			buf_addf(out, "%s rare", c->name);
		else
			buf_addf(out, "%s = %.*s", c->name, (int)utf8_cut(s, n,
			    40), s);
		return;
	}
	from = first_bin(c, cell);
	to = first_bin(c, cell + 1);
	num_print_f64(low, c->edge[from]);
	if (to < c->edges)
		num_print_f64(high, c->edge[to]);
	if (to == from + 1 && c->edges <= RANGES)
		buf_addf(out, "%s = %s", c->name, low);
	else if (from == 0)
		buf_addf(out, "%s < %s", c->name, high);
	else if (to == c->edges)
		buf_addf(out, "%s <= %s", low, c->name);
	else
		buf_addf(out, "%s <= %s < %s", low, c->name, high);
}

static void
place_rows(struct search *s)
{
	size_t rows = s->t->rows;

	s->cell = xalloc(s->b.n * rows + 1, 1);
	for (size_t i = 0; i < s->b.n; i++) {
		const struct binned_column *c = &s->b.col[i];
		const struct column *from = table_find(s->t, c->name);

		for (size_t row = 0; row < rows; row++)
			s->cell[i * rows + row] = (uint8_t)cell_of(c,
			    binned_place_cell(c, from, row));
	}
}

/* ---- slices ---- */

static void
add_loss(struct sums *s, double loss)
{
	s->n++;
	s->sum += loss;
	s->square += loss * loss;
}

/* By how many deviations the loss of a part is above that of the rest. */
static double
deviations(const struct sums *part, const struct sums *all)
{
	double n = part->n, m = all->n - n, a, b, va, vb;

	if (n < 2 || m < 2)
		return 0;
	a = part->sum / n;
	b = (all->sum - part->sum) / m;
	va = part->square / n - a * a;
	vb = (all->square - part->square) / m - b * b;
	va = va > 0 ? va : 0;
	vb = vb > 0 ? vb : 0;
	/* all right, or all wrong, is so of a sample: one more of each */
	va += 1 / (n + 2) * (a - b) * (a - b);
	return va / n + vb / m > 0 ? (a - b) / sqrt(va / n + vb / m) : 0;
}

static void
keep_slice(struct search *s, const struct slice *x)
{
	if (x->in.n < s->least || s->all.n - x->in.n < s->least)
		return;
	if (s->n == s->room) {
		s->room = s->room ? 2 * s->room : 256;
		s->v = xresize(s->v, s->room, sizeof(*s->v));
	}
	s->v[s->n] = *x;
	s->v[s->n].z = deviations(&x->in, &s->all);
	s->v[s->n].p = normal_sf(s->v[s->n].z);
	s->n++;
}

static void
add_single(struct search *s, size_t i)
{
	struct sums sums[CELLS] = { { 0 } };
	const uint8_t *cell = s->cell + i * s->t->rows;

	for (size_t row = 0; row < s->t->rows; row++)
		if (!isnan(s->loss[row]))
			add_loss(&sums[cell[row]], s->loss[row]);
	for (size_t k = 0; k < CELLS; k++)
		keep_slice(s, &(struct slice){ .col = { i, SIZE_MAX },
		    .cell = { k, 0 }, .in = sums[k] });
}

static void
add_pair(struct search *s, size_t i, size_t j)
{
	static const struct sums none;
	struct sums sums[CELLS][CELLS], of[2][CELLS];
	const uint8_t *a = s->cell + i * s->t->rows;
	const uint8_t *b = s->cell + j * s->t->rows;

	for (size_t k = 0; k < CELLS; k++) {
		of[0][k] = of[1][k] = none;
		for (size_t l = 0; l < CELLS; l++)
			sums[k][l] = none;
	}
	for (size_t row = 0; row < s->t->rows; row++) {
		if (isnan(s->loss[row]))
			continue;
		add_loss(&sums[a[row]][b[row]], s->loss[row]);
		add_loss(&of[0][a[row]], s->loss[row]);
		add_loss(&of[1][b[row]], s->loss[row]);
	}
	for (size_t k = 0; k < CELLS; k++)
		for (size_t l = 0; l < CELLS; l++)
			if (deviations(&sums[k][l], &of[0][k]) > DEEPER &&
			    deviations(&sums[k][l], &of[1][l]) > DEEPER)
				keep_slice(s, &(struct slice){ .col = { i, j },
				    .cell = { k, l }, .in = sums[k][l] });
}

static int
surest_first(const void *a, const void *b)
{
	const struct slice *x = a, *y = b;

	if (x->z != y->z)
		return x->z > y->z ? -1 : 1;
	for (size_t i = 0; i < 2; i++) {
		if (x->col[i] != y->col[i])
			return x->col[i] < y->col[i] ? -1 : 1;
		if (x->cell[i] != y->cell[i])
			return x->cell[i] < y->cell[i] ? -1 : 1;
	}
	return 0;
}

/* The columns of the surest slices, by twos. */
static void
add_pairs(struct search *s)
{
	size_t col[PAIRED], n = 0;

	if (s->n > 0)
		qsort(s->v, s->n, sizeof(*s->v), surest_first);
	for (size_t i = 0; i < s->n && n < PAIRED; i++) {
		size_t k = 0;

		while (k < n && col[k] != s->v[i].col[0])
			k++;
		if (k == n)
			col[n++] = s->v[i].col[0];
	}
	/* what no slice tells alone two may tell together */
	for (size_t i = 0; i < s->b.n && n < PAIRED; i++) {
		size_t k = 0;

		while (k < n && col[k] != i)
			k++;
		if (k == n)
			col[n++] = i;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			add_pair(s, col[k], col[i]);
}

static struct interval
loss_interval(const struct sums *s, bool shares)
{
	double mean = s->sum / s->n, spread, half;

	if (shares)
		return interval_wilson(mean, s->n);
	spread = s->n > 1 ? (s->square - s->sum * mean) / (s->n - 1) : 0;
	half = Z95 * sqrt((spread > 0 ? spread : 0) / s->n);
	return (struct interval){ mean - half > 0 ? mean - half : 0, mean +
	    half };
}

static void
tell(struct weak_found *out, struct search *s)
{
	double *p = xalloc(s->n + 1, sizeof(*p));
	double *q = xalloc(s->n + 1, sizeof(*q));
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	if (s->n > 0)
		qsort(s->v, s->n, sizeof(*s->v), surest_first);
	for (size_t i = 0; i < s->n; i++)
		p[i] = s->v[i].p;
	binned_adjust(q, p, s->n);
	out->tried = s->n;
	for (size_t i = 0; i < s->n && out->n < WEAK_TOLD && q[i] <= LEVEL;
	    i++) {
		const struct slice *x = &s->v[i];
		struct weak_segment *w = &out->segment[out->n++];
		struct interval in = loss_interval(&x->in, s->shares);

		buf_clear(&b);
		put_cell(&b, &s->b.col[x->col[0]], x->cell[0]);
		if (x->col[1] != SIZE_MAX) {
			buf_adds(&b, ", ");
			put_cell(&b, &s->b.col[x->col[1]], x->cell[1]);
		}
		*w = (struct weak_segment){ arena_strndup(&out->arena, b.data,
		    b.len), (uint64_t)x->in.n, x->in.sum / x->in.n,
		    (s->all.sum - x->in.sum) / (s->all.n - x->in.n), in.low,
		    in.high, q[i] };
	}
	buf_free(&b);
	free(p);
	free(q);
}

int
weak_find(struct weak_found *out, const struct table *t, const double *loss,
    bool shares, uint64_t rows, struct err *e)
{
	struct search s = { .t = t, .loss = loss, .shares = shares,
	    .least = (double)rows };
	struct binned_opts o = { 0 };
	int r;

	memset(out, 0, sizeof(*out));
	r = binned_of_table(&s.b, t, &o, e);
	for (size_t i = 0; i < t->rows; i++)
		if (!isnan(loss[i]))
			add_loss(&s.all, loss[i]);
	if (r == 0) {
		place_rows(&s);
		for (size_t i = 0; i < s.b.n; i++)
			add_single(&s, i);
		add_pairs(&s);
		tell(out, &s);
	}
	binned_release(&s.b);
	free(s.cell);
	free(s.v);
	return r;
}

void
weak_release(struct weak_found *f)
{
	arena_free(&f->arena);
}
