/* Gradients rounded to whole numbers, and sums of them. */
#include "learn/gbdt/quantized.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define G_LEVELS 32767.0	/* what 16 bits hold */
#define H_LEVELS 65535.0
#define G_SUM 2147483647.0	/* and 32 */
#define H_SUM 4294967295.0
#define FEW_LEVELS 4.0		/* of the mean gradient: too coarse */
#define PIECE ((size_t)16384)	/* rows a thread takes at a time */
#define SMALL ((size_t)2048)	/* rows not worth waking a thread for */
#define AHEAD 24		/* rows fetched before they are needed */
#define COLUMNS 256		/* added at once */
#define BINS_APART 260		/* more than a column has; not a power of two, so
				 * that columns share no sets of the cache */

int
quantized_init(struct quantized *q, const struct bins *b, size_t leaves,
    struct pool *pool, struct err *e)
{
	size_t threads = (size_t)pool_threads(pool), cells, parts;

	*q = (struct quantized){ .b = b, .pool = pool };
	q->row = mem_array(b->rows, sizeof(*q->row));
	q->histogram = size_mul(&cells, leaves + 1, b->total) ?
	    mem_zeroed(cells, sizeof(*q->histogram)) : NULL;
	q->part = size_mul(&parts, threads * BINS_APART, b->n_features) ?
	    mem_array(parts, sizeof(*q->part)) : NULL;
	if (q->row && q->histogram && q->part)
		return 0;
	quantized_release(q);
	return err_set(e, ERR_NOMEM, "out of memory");
}

void
quantized_release(struct quantized *q)
{
	free(q->row);
	free(q->histogram);
	free(q->part);
	memset(q, 0, sizeof(*q));
}

/* --- rounding ------------------------------------------------------------- */

/* Of a piece of the rows. */
struct range {
	float g, h;			/* the largest sizes */
	double g_size;			/* the sum of the gradients' sizes */
};

struct round_job {
	struct quantized *q;
	const struct gh *gh;
	const uint32_t *order;
	size_t n;
	float g_levels, h_levels;	/* a unit's worth */
	struct range *range;		/* by piece */
};

static size_t
count_pieces(size_t n)
{
	return (n + PIECE - 1) / PIECE;
}

static void
find_range(void *ctx, size_t piece, int worker)
{
	struct round_job *j = ctx;
	size_t i = piece * PIECE, end = i + PIECE < j->n ? i + PIECE : j->n;
	struct range r = { 0, 0, 0 };

	(void)worker;
	for (; i < end; i++) {
		const struct gh *x = &j->gh[j->order ? j->order[i] : i];
		float g = fabsf(x->g);

		r.g = g > r.g ? g : r.g;
		r.h = x->h > r.h ? x->h : r.h;
		r.g_size += (double)g;
	}
	j->range[piece] = r;
}

/* To the nearest whole number; |v| < 2^22. */
static inline int32_t
nearest_whole(float v)
{
	int32_t bits;

	v += 0x1.8p23f;
	memcpy(&bits, &v, sizeof(bits));
	return bits - 0x4b400000;
}

static void
round_piece(void *ctx, size_t piece, int worker)
{
	struct round_job *j = ctx;
	size_t i = piece * PIECE, end = i + PIECE < j->n ? i + PIECE : j->n;

	(void)worker;
	for (; i < end; i++) {
		size_t row = j->order ? j->order[i] : i;
		int32_t g = nearest_whole(j->gh[row].g * j->g_levels);
		int32_t h = nearest_whole(j->gh[row].h * j->h_levels);

		j->q->row[row] = (uint32_t)g << 16 | (uint32_t)h;
	}
}

/* How many levels n rows may have whose sums may not pass `sum`. */
static double
levels_for(double most, double sum, size_t n)
{
	double levels = floor(sum / (double)n);

	return levels < most ? levels : most;
}

bool
quantized_round(struct quantized *q, const struct gh *gh,
    const uint32_t *order, size_t n)
{
	struct round_job j = { .q = q, .gh = gh, .order = order, .n = n };
	double g_levels = levels_for(G_LEVELS, G_SUM, n);
	double h_levels = levels_for(H_LEVELS, H_SUM, n);
	size_t pieces = count_pieces(n);
	struct range all = { 0, 0, 0 };
	bool fine;

	j.range = xalloc(pieces + 1, sizeof(*j.range));
	pool_run(q->pool, pieces, find_range, &j);
	for (size_t k = 0; k < pieces; k++) {
		all.g = fmaxf(all.g, j.range[k].g);
		all.h = fmaxf(all.h, j.range[k].h);
		all.g_size += j.range[k].g_size;
	}
	q->g_unit = (double)all.g / g_levels;
	q->h_unit = (double)all.h / h_levels;
	j.g_levels = (float)(1 / q->g_unit);
	j.h_levels = (float)(1 / q->h_unit);
	/* a product may be rounded up to one level more than there are */
	fine = all.g_size / (double)n >= FEW_LEVELS * q->g_unit &&
	    isfinite(j.g_levels) && isfinite(j.h_levels) && all.g *
	    j.g_levels < (float)g_levels + 0.5f && all.h * j.h_levels <
	    (float)h_levels + 0.5f;
	if (fine)
		pool_run(q->pool, pieces, round_piece, &j);
	q->scale = 1;
	free(j.range);
	return fine;
}

/* --- adding --------------------------------------------------------------- */

struct add_job {
	struct quantized *q;
	const uint32_t *order;		/* or NULL */
	size_t n, piece;		/* rows; of one piece */
	size_t first, width;		/* columns */
	bool all;			/* every one of them is used */
	size_t n_used;
	uint8_t used[COLUMNS];		/* else which are, from `first` on */
};

/* Both sums of a row, as a cell has them. */
static inline uint64_t
widen(uint32_t row)
{
	return (uint64_t)((int64_t)(int32_t)row >> 16) << 32 | (row & 0xffff);
}

/* Columns stand BINS_APART of each other, so that no table of places is read. */
static inline __attribute__((always_inline)) void
add_row(uint64_t *to, const uint8_t *r, const struct add_job *j, bool all,
    uint64_t v)
{
	size_t k = 0, width = j->width;

	if (!all) {
		for (; k < j->n_used; k++)
			to[j->used[k] * BINS_APART + r[j->used[k]]] += v;
		return;
	}
	for (; k + 4 <= width; k += 4, to += 4 * BINS_APART) {
		to[r[k]] += v;
		to[BINS_APART + r[k + 1]] += v;
		to[2 * BINS_APART + r[k + 2]] += v;
		to[3 * BINS_APART + r[k + 3]] += v;
	}
	for (; k < width; k++, to += BINS_APART)
		to[r[k]] += v;
}

static inline __attribute__((always_inline)) void
add_places(const struct add_job *j, uint64_t *to, bool all, size_t i,
    size_t end)
{
	size_t stride = j->q->b->stride;
	const uint8_t *from = j->q->b->row + j->first;
	const uint32_t *order = j->order, *row = j->q->row;
	size_t ahead = end - i > AHEAD ? end - AHEAD : i;

	if (order == NULL) {
		for (; i < end; i++)
			add_row(to, from + i * stride, j, all, widen(row[i]));
		return;
	}
	for (; i < ahead; i++) {
		__builtin_prefetch(from + order[i + AHEAD] * stride);
		__builtin_prefetch(row + order[i + AHEAD]);
		add_row(to, from + order[i] * stride, j, all,
		    widen(row[order[i]]));
	}
	for (; i < end; i++)
		add_row(to, from + order[i] * stride, j, all,
		    widen(row[order[i]]));
}

static void
add_piece(void *ctx, size_t piece, int worker)
{
	const struct add_job *j = ctx;
	size_t i = piece * j->piece, end = i + j->piece;
	uint64_t *to = j->q->part + ((size_t)worker * j->q->b->n_features +
	    j->first) * BINS_APART;

	end = end < j->n ? end : j->n;
	/* spelled twice, so that each is compiled for its way */
	if (j->all)
		add_places(j, to, true, i, end);
	else
		add_places(j, to, false, i, end);
}

/* The columns from `first` on. */
static void
choose_columns(struct add_job *j, const bool *use, size_t first)
{
	size_t left = j->q->b->n_features - first;

	j->first = first;
	j->width = left < COLUMNS ? left : COLUMNS;
	j->n_used = 0;
	for (size_t k = 0; k < j->width; k++)
		if (use[first + k])
			j->used[j->n_used++] = (uint8_t)k;
	j->all = j->n_used == j->width;
}

/* What the workers have summed, as a leaf's histogram. */
static void
join_parts(uint64_t *to, const struct quantized *q, const bool *use,
    size_t workers)
{
	for (size_t k = 0; k < q->b->n_features; k++) {
		const struct bin_feature *f = &q->b->feature[k];
		size_t n = f->n_bins + f->missing;

		memset(to + f->offset, 0, n * sizeof(*to));
		for (size_t w = 0; use[k] && w < workers; w++) {
			const uint64_t *from = q->part + (w *
			    q->b->n_features + k) * BINS_APART;

			for (size_t i = 0; i < n; i++)
				to[f->offset + i] += from[i];
		}
	}
}

void
quantized_add(struct quantized *q, size_t at, const bool *use,
    const uint32_t *order, size_t n)
{
	struct add_job j = { .q = q, .order = order, .n = n };
	size_t workers = n < SMALL ? 1 : (size_t)pool_threads(q->pool), pieces;

	j.piece = workers == 1 ? n : PIECE;
	pieces = (n + j.piece - 1) / j.piece;
	memset(q->part, 0, workers * q->b->n_features * BINS_APART *
	    sizeof(*q->part));
	for (size_t first = 0; first < q->b->n_features; first += COLUMNS) {
		choose_columns(&j, use, first);
		if (workers == 1)
			add_piece(&j, 0, 0);
		else
			pool_run(q->pool, pieces, add_piece, &j);
	}
	join_parts(q->histogram + at * q->b->total, q, use, workers);
}

void
quantized_subtract(struct quantized *q, size_t larger, size_t smaller)
{
	size_t total = q->b->total;
	uint64_t *to = q->histogram + larger * total;
	const uint64_t *less = q->histogram + smaller * total;

	for (size_t k = 0; k < total; k++)
		to[k] -= less[k];
}

void
quantized_sums(struct cell *to, const struct quantized *q, size_t at)
{
	size_t total = q->b->total;
	const uint64_t *from = q->histogram + at * total;
	double g_unit = q->g_unit * q->scale, h_unit = q->h_unit * q->scale;

	for (size_t k = 0; k < total; k++) {
		to[k].g = (double)(int32_t)(from[k] >> 32) * g_unit;
		to[k].h = (double)(uint32_t)from[k] * h_unit;
	}
}

/* Every row is in one bin of any column. */
struct cell
quantized_total(const struct quantized *q, size_t at, const bool *use)
{
	const struct bin_feature *f = q->b->feature;
	uint64_t sum = 0;

	while (!*use++)
		f++;
	for (size_t i = 0; i < f->n_bins + f->missing; i++)
		sum += q->histogram[at * q->b->total + f->offset + i];
	return (struct cell){ (double)(int32_t)(sum >> 32) * q->g_unit *
	    q->scale, (double)(uint32_t)sum * q->h_unit * q->scale };
}

struct cell
quantized_sum_rows(const struct quantized *q, const uint32_t *order, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += widen(q->row[order[i]]);
	return (struct cell){ (double)(int32_t)(sum >> 32) * q->g_unit,
	    (double)(uint32_t)sum * q->h_unit };
}
