/* Thresholds from windows drawn from the reference. */
#include "drift/thresholds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/names.h"
#include "base/rng.h"
#include "drift/pair.h"

/* The reference's rows as places, and one size's draws. */
struct drawing {
	const struct binned *b;
	uint8_t *place;			/* (rows, columns) */
	uint32_t *order;		/* (rows), shuffled again and again */
	uint64_t *in, *out;		/* (bins of all) of a draw */
	double *score;			/* (columns, draws) */
	size_t draws;
};

static void
place_rows(struct drawing *d, const struct table *t)
{
	for (size_t i = 0; i < d->b->n; i++) {
		const struct column *from = table_find(t, d->b->col[i].name);

		for (size_t row = 0; row < t->rows; row++)
			d->place[row * d->b->n + i] = (uint8_t)
			    binned_place_cell(&d->b->col[i], from, row);
	}
}

/* One window of n rows, and the distance of each column from the rest. */
static void
draw_window(struct drawing *d, size_t n, size_t draw, struct rng *r)
{
	const struct binned *b = d->b;

	memset(d->in, 0, b->total * sizeof(*d->in));
	for (size_t k = 0; k < n; k++) {
		size_t j = k + rng_below(r, b->rows - k);
		uint32_t row = d->order[j];

		d->order[j] = d->order[k];
		d->order[k] = row;
		for (size_t i = 0; i < b->n; i++)
			d->in[b->col[i].at + d->place[row * b->n + i]]++;
	}
	for (size_t i = 0; i < b->total; i++)
		d->out[i] = b->count[i] - d->in[i];
	for (size_t i = 0; i < b->n; i++) {
		const struct binned_column *c = &b->col[i];

		d->score[i * d->draws + draw] = binned_distance(c, d->out +
		    c->at, d->in + c->at);
	}
}

static int
rising(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/*
 * Each draw is as unlikely as its most unlikely column, by what all draws say
 * of that column.  Of draws and one window more, that is like them, the most
 * unlikely k are as likely to have the window among them as k by draws + 1:
 * so the k-th is where every column is cut.
 */
static void
cut(double *value, const struct drawing *d, double rate)
{
	size_t n = d->b->n, draws = d->draws, k;
	struct law *by = xalloc(n, sizeof(*by));
	double *least = xalloc(draws, sizeof(*least));

	for (size_t i = 0; i < n; i++)
		by[i] = law_fit(d->score + i * draws, draws);
	for (size_t s = 0; s < draws; s++) {
		least[s] = 1;
		for (size_t i = 0; i < n; i++) {
			double p = by[i].scale > 0 ? law_sf(&by[i],
			    d->score[i * draws + s]) : 1;

			least[s] = p < least[s] ? p : least[s];
		}
	}
	qsort(least, draws, sizeof(*least), rising);
	k = (size_t)(rate * ((double)draws + 1));
	for (size_t i = 0; i < n; i++) {
		value[i] = law_quantile(&by[i], least[k > 0 ? k - 1 :
		    0]);
		value[i] = nextafter(value[i] > THRESHOLDS_LEAST ? value[i] :
		    THRESHOLDS_LEAST, INFINITY);
	}
	free(by);
	free(least);
}

static int
choose_sizes(struct thresholds *t, uint64_t most, const uint64_t *rows,
    size_t sizes, struct err *e)
{
	static const uint64_t usual[] = { 100, 300, 1000, 3000, 10000, 30000,
	    100000 };

	if (most < 50)
		return err_set(e, ERR_UNSUPPORTED, "a reference of %llu rows "
		    "is too small to be drawn from: 100 are needed",
		    (unsigned long long)(2 * most));
	for (size_t i = 0; sizes == 0 && i < 7; i++)
		if (usual[i] <= most)
			t->rows[t->sizes++] = usual[i];
	if (sizes == 0 && t->sizes == 0)
		t->rows[t->sizes++] = most;
	for (size_t i = 0; i < sizes; i++) {
		if (rows[i] < 2 || rows[i] > most || (i > 0 && rows[i] <=
		    rows[i - 1]))
			return err_set(e, ERR_USAGE, "windows of 2 to %llu "
			    "rows, rising, can be drawn from this reference",
			    (unsigned long long)most);
		t->rows[t->sizes++] = rows[i];
	}
	return 0;
}

int
thresholds_draw(struct thresholds *t, const struct binned *b,
    const struct table *reference, double rate, const uint64_t *rows,
    size_t sizes, uint64_t seed, struct err *e)
{
	struct drawing d = { .b = b, .draws = THRESHOLDS_DRAWS };

	memset(t, 0, sizeof(*t));
	t->rate = rate;
	t->n = b->n;
	if (choose_sizes(t, b->rows / 2, rows, sizes, e) < 0)
		return -1;
	t->column = arena_alloc(&t->arena, b->n * sizeof(*t->column));
	for (size_t i = 0; i < b->n; i++)
		t->column[i] = arena_strdup(&t->arena, b->col[i].name);
	t->value = arena_alloc(&t->arena, t->sizes * b->n *
	    sizeof(*t->value));
	d.place = xalloc(b->rows, b->n);
	d.order = xalloc(b->rows, sizeof(*d.order));
	d.in = xalloc(b->total, sizeof(*d.in));
	d.out = xalloc(b->total, sizeof(*d.out));
	d.score = xalloc(b->n * d.draws, sizeof(*d.score));
	place_rows(&d, reference);
	for (uint32_t i = 0; i < b->rows; i++)
		d.order[i] = i;
	for (size_t s = 0; s < t->sizes; s++) {
		struct rng r;

		rng_seed(&r, seed, s);
		for (size_t k = 0; k < d.draws; k++)
			draw_window(&d, t->rows[s], k, &r);
		cut(t->value + s * b->n, &d, rate);
	}
	free(d.place);
	free(d.order);
	free(d.in);
	free(d.out);
	free(d.score);
	return 0;
}

void
thresholds_release(struct thresholds *t)
{
	arena_free(&t->arena);
}

/*
 * A distance by chance goes with the root of one over the rows of the window
 * and one over those of the reference: a window of any size is that far away.
 */
static double
chance_of(double rows, uint64_t reference)
{
	return sqrt(1 / rows + (reference > 0 ? 1 / (double)reference : 0));
}

double
thresholds_at(const struct thresholds *t, const char *column, uint64_t rows,
    uint64_t reference, double other)
{
	size_t at = 0, i = 0;
	double n = rows > 0 ? (double)rows : 1, a, b, share;
	double chance = chance_of(n, reference);

	while (at < t->n && strcmp(t->column[at], column) != 0)
		at++;
	if (at == t->n)
		return other;
	while (i + 1 < t->sizes && t->rows[i + 1] <= rows)
		i++;
	a = t->value[i * t->n + at] * chance / chance_of((double)t->rows[i],
	    reference);
	if (i + 1 == t->sizes || rows <= t->rows[i])
		return a;
	b = t->value[(i + 1) * t->n + at] * chance / chance_of((double)
	    t->rows[i + 1], reference);
	share = (n - (double)t->rows[i]) / (double)(t->rows[i + 1] -
	    t->rows[i]);
	return a + (b - a) * share;
}

size_t
thresholds_settings(struct drift_setting *method,
    struct drift_setting *threshold, const struct thresholds *t,
    const struct drift_side *ref, const struct drift_side *cur)
{
	struct drift_side side = *cur, against = *ref;
	size_t n = 0;

	side.names = side.t != NULL ? table_names(side.t) : NULL;
	against.names = against.t != NULL ? table_names(against.t) : NULL;
	for (size_t i = 0; i < t->n; i++) {
		struct view v, from;
		uint64_t reference;
		enum pair_kind kind;

		if (!side_view(&v, &side, t->column[i]))
			continue;
		kind = view_kind(&v);
		/* whole numbers of few values are categories there, and were
		 * numbers here: their distances are not the same */
		if (kind == PAIR_TEXT || kind == PAIR_TIME || (kind ==
		    PAIR_CATEGORY && !col_type_is_text(v.type)))
			continue;
		reference = side_view(&from, &against, t->column[i]) ?
		    from.rows : 0;
		method[n] = (struct drift_setting){ .column = t->column[i],
		    .method = kind == PAIR_NUMBER ? TS_WASSERSTEIN :
		    TS_JENSENSHANNON };
		threshold[n] = method[n];
		threshold[n++].threshold = thresholds_at(t, t->column[i],
		    v.rows, reference, 0);
	}
	names_free(side.names);
	names_free(against.names);
	return n;
}

/* ---- as JSON ---- */

void
thresholds_write(struct buf *out, const struct thresholds *t)
{
	struct arena a = { NULL, 0 };
	struct json *j = json_new(&a, JSON_MAP), *list;

	json_add_text(&a, j, "schema", THRESHOLDS_SCHEMA);
	json_add_num(&a, j, "rate", t->rate);
	list = json_add_list(&a, j, "windows");
	for (size_t s = 0; s < t->sizes; s++) {
		struct json *m = json_add_map(&a, list, NULL), *c;

		json_add_int(&a, m, "rows", (int64_t)t->rows[s]);
		c = json_add_map(&a, m, "columns");
		for (size_t i = 0; i < t->n; i++)
			json_add_num(&a, c, t->column[i], t->value[s * t->n +
			    i]);
	}
	json_write_pretty(out, j);
	buf_addc(out, '\n');
	arena_free(&a);
}

static int
parse_size(struct thresholds *t, const struct json *m, struct err *e)
{
	const struct json *c = json_get(m, "columns"), *v;
	int64_t rows = json_int(m, "rows", 0);
	size_t i = 0;

	if (c == NULL || c->type != JSON_MAP || rows < 1 || (t->sizes > 0 &&
	    (c->n != t->n || (uint64_t)rows <= t->rows[t->sizes - 1])))
		return err_set(e, ERR_FORMAT, "a window in it has no rows or "
		    "not the columns of the others");
	if (t->sizes == 0) {
		t->n = c->n;
		t->column = arena_alloc(&t->arena, (c->n + 1) *
		    sizeof(*t->column));
		t->value = arena_alloc(&t->arena, (c->n + 1) *
		    THRESHOLDS_SIZES * sizeof(*t->value));
	}
	for (v = c->child; v != NULL; v = v->next, i++) {
		if ((v->type != JSON_INT && v->type != JSON_REAL) || !(v->d >=
		    0) || (t->sizes > 0 && strcmp(v->key, t->column[i]) != 0))
			return err_set(e, ERR_FORMAT, "the threshold of '%s' "
			    "in it is none", v->key);
		t->column[i] = v->key;
		t->value[t->sizes * t->n + i] = v->d;
	}
	t->rows[t->sizes++] = (uint64_t)rows;
	return 0;
}

int
thresholds_parse(struct thresholds *t, const char *s, size_t n,
    struct err *e)
{
	const struct json *list, *m;
	struct json *j;

	memset(t, 0, sizeof(*t));
	if (json_parse(&j, &t->arena, s, n, 0, e) < 0)
		return -1;
	list = json_get(j, "windows");
	if (strcmp(json_text(j, "schema", ""), THRESHOLDS_SCHEMA) != 0 ||
	    list == NULL || list->type != JSON_LIST || list->n == 0 ||
	    list->n > THRESHOLDS_SIZES)
		return err_set(e, ERR_FORMAT, "it holds no thresholds of "
		    "mlv-drift calibrate");
	t->rate = json_num(j, "rate", 0);
	for (m = list->child; m != NULL; m = m->next)
		if (parse_size(t, m, e) < 0)
			return -1;
	return 0;
}
