/* Boosting: gradients, trees, scores, and when to stop. */
#include "learn/gbdt/gbdt.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "learn/gbdt/grow.h"
#include "learn/gbdt/monotone.h"
#include "learn/gbdt/predict.h"
#include "learn/gbdt/reorder.h"
#include "learn/gbdt/watch.h"
#include "learn/objective.h"
#include "learn/percentile.h"

#define PART ((size_t)8192)
#define REORDER_ROWS ((size_t)65536)	/* fewer lie in the caches as they are */
#define REORDER_EVERY 20	/* trees; they resemble the first less and less */

struct booster_rows {		/* the training or the validation rows */
	struct frame own;		/* what f is: it owns y, y_class and
					 * weight alone */
	const struct frame *f;
	struct bins b;			/* its own, or borrowed whole */
	bool b_own, rows_own;		/* the latter: but for what is known
					 * of its features */
	double *score;			/* (outputs, rows) */
};

struct booster {
	struct gbdt_model *m;
	const struct gbdt_params *p;
	const struct objective *ob;
	struct objective_settings set;
	const struct watch *watch;	/* NULL: the objective's loss */
	int8_t *monotone;		/* by feature, or NULL */
	struct pool *pool;
	struct booster_rows train, valid;
	bool has_valid;
	struct grower w;
	struct gh *gh;			/* (outputs, rows) */
	size_t k;			/* outputs */
	size_t room_trees, n_set, room_set;
	size_t bagged;			/* rows in the bag, first in `bag` */
	uint32_t *bag;			/* in the bag, then out of it */
};

/* --- scores before any tree ----------------------------------------------- */

static void
start_scores(struct booster *g)
{
	double *start = g->m->start;

	if (!g->p->boost_from_average)
		return;
	g->ob->start(start, g->train.f, &g->set);
}

/* The model's base values are float32; trees are grown from the double. */
static void
round_start(struct booster *g)
{
	for (size_t c = 0; c < g->k; c++)
		g->m->start[c] = (double)(float)g->m->start[c];
}

static void
fill_start(const struct booster *g, struct booster_rows *s)
{
	for (size_t c = 0; c < g->k; c++)
		for (size_t i = 0; i < s->f->rows; i++)
			s->score[c * s->f->rows + i] = g->m->start[c];
}

/* --- drawing rows and columns --------------------------------------------- */

static void
draw_rows(struct booster *g, int64_t iteration)
{
	size_t n = g->train.f->rows, in = 0, out = n;
	uint64_t limit;

	if (g->p->bagging_freq == 0 || g->p->bagging_fraction >= 1) {
		g->bagged = n;
		return;
	}
	if (iteration % g->p->bagging_freq != 0)
		return;
	limit = (uint64_t)(g->p->bagging_fraction * 18446744073709549568.0);
	for (size_t i = 0; i < n; i++) {
		uint64_t u = rng_mix(rng_mix((uint64_t)g->p->seed ^
		    0x6261676765640000ULL) + rng_mix((uint64_t)iteration) * 31 +
		    i);

		if (rng_mix(u) < limit)
			g->bag[in++] = (uint32_t)i;
		else
			g->bag[--out] = (uint32_t)i;
	}
	g->bagged = in ? in : n;
}

static void
draw_columns(struct booster *g, int64_t tree)
{
	size_t n = g->train.b.n_features, want, at;
	uint32_t *order = xalloc(n, sizeof(*order));
	struct rng r;

	want = (size_t)nearbyint(g->p->feature_fraction * (double)n);
	want = want < 1 ? 1 : want;
	rng_seed(&r, (uint64_t)g->p->seed ^ 0x636f6c756d6e7300ULL,
	    (uint64_t)tree);
	for (size_t k = 0; k < n; k++) {
		order[k] = (uint32_t)k;
		g->w.use[k] = want == n;
	}
	for (size_t k = 0; k < want && want < n; k++) {
		at = k + (size_t)rng_below(&r, n - k);
		g->w.use[order[at]] = true;
		order[at] = order[k];
	}
	free(order);
}

/* --- scores --------------------------------------------------------------- */

struct score_job {
	struct booster *g;
	const struct gbdt_tree *t;
	struct booster_rows *side;
	double *score;
	const uint32_t *rows;		/* or NULL: all */
	size_t n;
};

static void
score_part(void *ctx, size_t part, int worker)
{
	struct score_job *j = ctx;
	size_t from = part * PART, to = from + PART < j->n ? from + PART : j->n;

	(void)worker;
	gbdt_predict_bins(j->score, j->g->m, j->t, &j->side->b, j->rows, from,
	    to);
}

/* Rows in the bag lie in their leaves already. */
static void
leaf_part(void *ctx, size_t part, int worker)
{
	struct score_job *j = ctx;
	const struct grower *w = &j->g->w;
	size_t from = part * PART, to = from + PART;

	(void)worker;
	for (size_t k = 0; k < w->n_leaves; k++) {
		const struct leaf *l = &w->leaf[k];
		size_t i = l->from > from ? l->from : from;
		size_t end = l->from + l->n < to ? l->from + l->n : to;
		const uint32_t *row = leaf_rows(w, l);
		double v = j->t->value[k];

		for (; i < end; i++)
			j->score[row[i - l->from]] += v;
	}
}

/* The grower's rows in rising order, or those of the bag. */
static void
order_part(void *ctx, size_t part, int worker)
{
	struct booster *g = ctx;
	size_t i = part * PART, end = i + PART;

	(void)worker;
	if (end > g->bagged)
		end = g->bagged;
	if (g->bagged == g->train.f->rows)
		for (; i < end; i++)
			g->w.order[i] = (uint32_t)i;
	else if (i < end)
		memcpy(g->w.order + i, g->bag + i, (end - i) *
		    sizeof(*g->bag));
}

static void
add_tree_scores(struct booster *g, const struct gbdt_tree *t, size_t output)
{
	size_t n = g->train.f->rows;
	double *score = g->train.score + output * n;
	struct score_job j = { g, t, &g->train, score, NULL, 0 };

	pool_run(g->pool, (g->bagged + PART - 1) / PART, leaf_part, &j);
	if (g->bagged < n) {
		j.rows = g->bag + g->bagged;
		j.n = n - g->bagged;
		pool_run(g->pool, (j.n + PART - 1) / PART, score_part, &j);
	}
	if (g->has_valid) {
		j = (struct score_job){ g, t, &g->valid, g->valid.score +
		    output * g->valid.f->rows, NULL, g->valid.f->rows };
		pool_run(g->pool, (j.n + PART - 1) / PART, score_part, &j);
	}
}

/* --- one round after the other -------------------------------------------- */

static struct gbdt_tree *
next_tree(struct booster *g)
{
	struct gbdt_model *m = g->m;

	if (m->n_trees == g->room_trees) {
		g->room_trees = g->room_trees ? g->room_trees * 2 : 128;
		m->tree = xresize(m->tree, g->room_trees, sizeof(*m->tree));
	}
	return &m->tree[m->n_trees++];
}

/* Leaves take a percentile of what is left of the target in their rows. */
static void
renew_leaves(struct booster *g, struct gbdt_tree *t, const double *score)
{
	const struct frame *f = g->train.f;
	double alpha = g->ob->percentile(&g->set);
	double *rest = xalloc(g->bagged + 1, sizeof(*rest));
	double *weight = xalloc(g->bagged + 1, sizeof(*weight));

	for (size_t k = 0; k < t->n_leaves; k++) {
		const struct leaf *l = &g->w.leaf[k];
		const uint32_t *order = leaf_rows(&g->w, l);

		for (size_t i = 0; i < l->n; i++) {
			uint32_t row = order[i];

			rest[i] = f->y[row] - score[row];
			weight[i] = f->weight ? f->weight[row] : 1;
		}
		t->value[k] = percentile_of(rest, f->weight ? weight : NULL,
		    l->n, alpha);
	}
	free(rest);
	free(weight);
}

/* True when some tree could still be split. */
static bool
boost_round(struct booster *g, int64_t iteration)
{
	size_t n = g->train.f->rows;
	bool grew = false;

	draw_rows(g, iteration);
	for (size_t c = 0; c < g->k; c++) {
		struct gbdt_tree *t = next_tree(g);

		pool_run(g->pool, (g->bagged + PART - 1) / PART, order_part, g);
		draw_columns(g, iteration * (int64_t)g->k + (int64_t)c);
		grower_run(&g->w, t, g->gh + c * n, g->bagged, (uint64_t)
		    iteration * g->k + c);
		t->target = (uint32_t)c;
		if (g->ob->percentile && t->n_nodes > 0)
			renew_leaves(g, t, g->train.score + c * n);
		for (size_t k = 0; k < t->n_leaves; k++)
			t->value[k] = t->n_nodes == 0 ? 0 :
			    t->value[k] * g->p->learning_rate;
		grew |= t->n_nodes > 0;
		add_tree_scores(g, t, c);
	}
	return grew;
}

/* Bins of others are not moved: their copies are. */
static bool
own_rows(struct booster_rows *s)
{
	size_t by_row, by_column;
	uint8_t *row, *column;

	if (s->b_own || s->rows_own)
		return true;
	row = mem_array(s->b.rows, s->b.stride);
	column = mem_array(s->b.rows, s->b.n_features);
	if (row == NULL || column == NULL) {
		free(row);
		free(column);
		return false;
	}
	by_row = s->b.rows * s->b.stride;
	by_column = s->b.rows * s->b.n_features;
	s->b.row = memcpy(row, s->b.row, by_row);
	s->b.column = memcpy(column, s->b.column, by_column);
	s->rows_own = true;
	return true;
}

/* With whole numbers no sum depends on the order of rows. */
static void
reorder_rows(struct booster *g, int64_t iteration)
{
	struct booster_rows *t = &g->train;
	struct reorder o;

	if (!g->w.whole_numbers || iteration % REORDER_EVERY != 0 ||
	    g->bagged < t->f->rows || g->k > 1 || t->f->rows < REORDER_ROWS ||
	    !reorder_init(&o, &g->w))
		return;
	if (!own_rows(t)) {
		reorder_release(&o);
		return;
	}
	reorder_bins(&o, &t->b);
	reorder_items(&o, t->score, sizeof(*t->score));
	reorder_items(&o, (void *)(uintptr_t)t->own.y, sizeof(*t->own.y));
	reorder_items(&o, (void *)(uintptr_t)t->own.y_class,
	    sizeof(*t->own.y_class));
	reorder_items(&o, (void *)(uintptr_t)t->own.weight,
	    sizeof(*t->own.weight));
	reorder_release(&o);
}

static void
drop_trees(struct gbdt_model *m, size_t keep)
{
	for (size_t t = keep; t < m->n_trees; t++) {
		free(m->tree[t].node);
		free(m->tree[t].value);
		free(m->tree[t].count);
	}
	if (keep < m->n_trees)
		m->n_trees = keep;
}

static int
boost_rounds(struct booster *g, const struct gbdt_rows *rows,
    const struct progress *progress, struct err *e)
{
	struct gbdt_model *m = g->m;
	const struct objective_pass learn = { g->gh, g->train.f,
	    g->train.score, g->k, g->set };
	struct objective_pass watch = { NULL, g->valid.f, g->valid.score,
	    g->k, g->set };
	int64_t rounds = g->p->num_iterations, best = 0;
	double best_value = INFINITY;
	bool stopping = g->has_valid && g->p->early_stopping_round > 0;

	watch.set.scale_pos_weight = 1;
	m->train_loss = xalloc((size_t)rounds, sizeof(double));
	if (g->has_valid)
		m->valid_metric = xalloc((size_t)rounds, sizeof(double));
	(void)objective_run(g->ob, &learn, g->pool);
	for (int64_t i = 0; i < rounds; i++) {
		bool grew = boost_round(g, i);

		reorder_rows(g, i);
		progress_tick(progress, "boosting", (uint64_t)i + 1,
		    (uint64_t)rounds);
		/* with the gradients of the next round */
		m->train_loss[i] = objective_run(g->ob, &learn, g->pool);
		m->n_history = (size_t)i + 1;
		m->best_iteration = i + 1;
		if (g->has_valid) {
			double v = watch_value(g->watch, g->ob, &watch,
			    g->pool);

			m->valid_metric[i] = v;
			if (rows->round && rows->round(rows->round_ctx, i + 1,
			    v))
				return err_set(e, ERR_STOPPED, "stopped after "
				    "%lld rounds", (long long)i + 1);
			v = g->watch && g->watch->more ? -v : v;
			if (v < best_value) {
				best_value = v;
				best = i + 1;
			} else if (stopping && i + 1 - best >=
			    g->p->early_stopping_round) {
				break;
			}
		}
		if (!grew) {
			/* no tree could be split; where none ever could, one
			 * tree of one leaf for each output stays */
			drop_trees(m, (size_t)(i > 0 ? i : 1) * g->k);
			m->best_iteration = i;
			break;
		}
	}
	if (stopping && best > 0 && best < m->best_iteration) {
		m->best_iteration = best;
		drop_trees(m, (size_t)best * g->k);
	}
	return 0;
}

static double *
rounded(const double *v, size_t n)
{
	double *out = v ? xalloc(n + 1, sizeof(*out)) : NULL;

	for (size_t i = 0; v && i < n; i++)
		out[i] = (double)(float)v[i];
	return out;
}

/* The rows with targets and weights as floats, which LightGBM's are. */
static void
take_rows(struct booster_rows *s, const struct frame *f)
{
	uint32_t *y_class = f->y_class ? xalloc(f->rows + 1,
	    sizeof(*y_class)) : NULL;

	if (y_class)
		memcpy(y_class, f->y_class, f->rows * sizeof(*y_class));
	s->own = *f;
	s->own.y_class = y_class;
	s->own.y = rounded(f->y, f->rows);
	s->own.weight = rounded(f->weight, f->rows);
	s->f = &s->own;
}

static void
release_rows(struct booster_rows *s)
{
	free((void *)(uintptr_t)s->own.y);
	free((void *)(uintptr_t)s->own.y_class);
	free((void *)(uintptr_t)s->own.weight);
	if (s->rows_own) {
		free(s->b.row);
		free(s->b.column);
	}
	if (s->b_own)
		bins_release(&s->b);
	free(s->score);
}

void
gbdt_bin_params(struct bin_params *out, const struct gbdt_params *p)
{
	*out = (struct bin_params){ p->max_bin, p->min_data_in_bin,
	    p->bin_construct_sample_cnt };
}

/* Those that are given, or made: as the training rows' where there are. */
static int
take_bins(struct booster *g, struct booster_rows *s, const struct bins *given,
    const struct bins *like, struct err *e)
{
	struct bin_params bp;

	if (given) {
		s->b = *given;
		return 0;
	}
	s->b_own = true;
	gbdt_bin_params(&bp, g->p);
	return like ? bins_init_like(&s->b, like, &s->own, g->pool, e) :
	    bins_init(&s->b, &s->own, &bp, g->pool, e);
}

static int
prepare_booster(struct booster *g, const struct gbdt_rows *rows, struct err *e)
{
	const struct frame *valid = rows->valid;
	size_t n = rows->train->rows;

	take_rows(&g->train, rows->train);
	if (take_bins(g, &g->train, rows->train_bins, NULL, e) < 0)
		return -1;
	g->train.score = mem_zeroed(n * g->k, sizeof(double));
	g->gh = mem_array(n * g->k, sizeof(*g->gh));
	g->bag = mem_array(n, sizeof(*g->bag));
	if (!g->train.score || !g->gh || !g->bag)
		return err_set(e, ERR_NOMEM, "out of memory");
	if (grower_init(&g->w, &g->train.b, g->p, g->pool, e) < 0)
		return -1;
	g->w.monotone = g->monotone;
	g->w.set = &g->m->set;
	g->w.n_set = &g->n_set;
	g->w.room_set = &g->room_set;
	if (valid == NULL)
		return 0;
	g->has_valid = true;
	take_rows(&g->valid, valid);
	if (take_bins(g, &g->valid, rows->valid_bins, &g->train.b, e) < 0)
		return -1;
	g->valid.score = xalloc(valid->rows * g->k, sizeof(double));
	return 0;
}

/* What the parameters mean for these rows. */
static int
settle_request(struct booster *g, const struct frame *f, struct err *e)
{
	const struct gbdt_params *p = g->p;
	const char *metric = gbdt_metrics[p->metric];

	g->ob = p->objective == 0 ? objective_of(f->task) :
	    objective_named(gbdt_objectives[p->objective]);
	g->watch = watch_find(metric);
	g->set = (struct objective_settings){ p->scale_pos_weight, p->alpha,
	    p->tweedie_variance_power, p->poisson_max_delta_step };
	if (g->ob->task != f->task)
		return err_set(e, ERR_USAGE, "the objective %s is for a %s "
		    "target, but '%s' is learned as %s", g->ob->name,
		    task_name(g->ob->task), f->target, task_name(f->task));
	if (g->watch && !g->watch->for_task(f->task))
		return err_set(e, ERR_USAGE, "the metric %s is not for a %s "
		    "target, as '%s' is", metric, task_name(f->task),
		    f->target);
	if (g->ob->check && g->ob->check(f, e) < 0)
		return -1;
	if (p->monotone_constraints == NULL)
		return 0;
	if (g->ob->percentile)
		return err_set(e, ERR_USAGE, "the objective %s sets its leaves "
		    "anew, which monotone_constraints do not hold",
		    g->ob->name);
	g->monotone = xalloc(f->n_features + 1, sizeof(*g->monotone));
	return monotone_read(g->monotone, f, p->monotone_constraints, e);
}

int
gbdt_train(struct gbdt_model *out, const struct gbdt_rows *rows,
    const struct gbdt_params *p, int threads,
    const struct progress *progress, struct err *e)
{
	const struct frame *train = rows->train;
	struct booster g = { .m = out, .p = p };
	int r;

	memset(out, 0, sizeof(*out));
	if (train->rows > UINT32_MAX)
		return err_set(e, ERR_TOOBIG, "more than 2^32 rows");
	if (settle_request(&g, train, e) < 0) {
		free(g.monotone);
		return -1;
	}
	out->objective = g.ob;
	out->alpha = g.set.alpha;
	out->metric = g.watch ? g.watch->name : g.ob->metric;
	g.k = out->n_outputs = objective_scores(g.ob, train);
	out->start = xalloc(g.k, sizeof(double));
	g.pool = pool_new(threads);
	r = prepare_booster(&g, rows, e);
	if (r == 0) {
		start_scores(&g);
		fill_start(&g, &g.train);
		if (g.has_valid)
			fill_start(&g, &g.valid);
		round_start(&g);
		r = boost_rounds(&g, rows, progress, e);
	}
	out->n_set = g.n_set;
	grower_release(&g.w);
	release_rows(&g.train);
	release_rows(&g.valid);
	free(g.gh);
	free(g.bag);
	free(g.monotone);
	pool_free(g.pool);
	if (r < 0)
		gbdt_release(out);
	return r;
}

void
gbdt_release(struct gbdt_model *m)
{
	drop_trees(m, 0);
	free(m->tree);
	free(m->start);
	free(m->set);
	free(m->train_loss);
	free(m->valid_metric);
	memset(m, 0, sizeof(*m));
}
