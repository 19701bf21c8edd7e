/* Boosted trees: trees small enough to work out by hand, what is missing,
 * categories, stopping, draws, and the same bytes on any number of threads. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "math/elem.h"
#include "read/whole.h"
#include "../../tap.h"
#include "learn/gbdt/predict.h"

struct data {
	struct table *t;
	struct frame f;
};

static bool
make(struct data *d, const char *csv, const struct frame_opts *o)
{
	struct table_type type = { "c", COL_CATEGORY };
	struct table_read_opts ro = { .delimiter = ',' };
	struct frame_opts plain = { .target = "y" };
	struct err e = ERR_INIT;

	if (strncmp(csv, "c,", 2) == 0) {
		ro.types = &type;
		ro.n_types = 1;
	}
	d->t = NULL;
	if (table_read(&d->t, csv, strlen(csv), &ro, &e) == 0) {
		if (!col_type_is_text(table_find(d->t, "y")->type))
			plain.task = TASK_REGRESSION;
		if (frame_init(&d->f, d->t, o ? o : &plain, &e) == 0)
			return true;
	}
	ok(false, "a frame: %s", e.msg);
	return false;
}

static void
drop(struct data *d)
{
	frame_release(&d->f);
	table_free(d->t);
}

/* One unshrunk tree of single rows, unless changed. */
static struct gbdt_params
small(int64_t leaves)
{
	struct gbdt_params p;

	gbdt_defaults(&p);
	p.num_iterations = 1;
	p.learning_rate = 1;
	p.num_leaves = leaves;
	p.min_data_in_leaf = p.min_data_in_bin = 1;
	p.cat_smooth = p.cat_l2 = 0;
	p.min_data_per_group = 1;
	return p;
}

static struct gbdt_model
train(const struct data *d, const struct gbdt_params *p)
{
	struct gbdt_model m;
	struct err e = ERR_INIT;

	ok(gbdt_train(&m, &(struct gbdt_rows){ .train = &d->f }, p, 1,
	    NULL, &e) == 0, "trained%s%s",
	    e.msg[0] ? ": " : "", e.msg);
	return m;
}

/* A row's score by the numbers themselves, as a server reckons it. */
static double
score(const struct gbdt_model *m, const struct frame *f, size_t row,
    uint32_t output)
{
	double sum = m->start[output];

	for (size_t t = 0; t < m->n_trees; t++) {
		const struct gbdt_tree *tree = &m->tree[t];
		bool leaf = tree->n_nodes == 0;
		uint32_t at = 0;

		if (tree->target != output)
			continue;
		while (!leaf) {
			const struct gbdt_node *n = &tree->node[at];
			const struct feature *x = &f->feature[n->feature];
			bool left = n->default_left;

			if (n->category) {
				left = false;
				for (uint32_t k = 0; k < n->n_set; k++)
					left |= x->level[row] ==
					    m->set[n->set + k];
			} else if (!isnan(x->number[row])) {
				left = x->number[row] <= n->threshold;
			}
			leaf = left ? n->left_leaf : n->right_leaf;
			at = left ? n->left : n->right;
		}
		sum += tree->value[at];
	}
	return sum;
}

/* Mean loss by score(). */
static double
loss(const struct gbdt_model *m, const struct frame *f)
{
	double sum = 0, all = 0;

	for (size_t i = 0; i < f->rows; i++) {
		double w = f->weight ? f->weight[i] : 1, e = 0, s;

		s = score(m, f, i, 0);
		all += w;
		if (f->task == TASK_REGRESSION) {
			sum += w * (s - f->y[i]) * (s - f->y[i]);
		} else if (f->task == TASK_BINARY) {
			s = f->y_class[i] == f->positive ? -s : s;
			sum += w * log1p(exp(s));
		} else {
			for (uint32_t c = 0; c < f->n_classes; c++)
				e += exp(score(m, f, i, c));
			sum += w * (log(e) - score(m, f, i, f->y_class[i]));
		}
	}
	return sum / all;
}

/* --- by hand -------------------------------------------------------------- */

static void
one_cut(void)
{
	struct gbdt_params p = small(2);
	struct gbdt_model m;
	struct data d;

	if (!make(&d, "x,y\n0,0\n1,0\n2,0\n3,0\n4,0\n5,10\n6,10\n7,10\n8,10\n"
	    "9,10\n", NULL))
		return;
	m = train(&d, &p);
	is_near(m.start[0], 5, 0, "the mean to begin with");
	ok(m.n_trees == 1 && m.tree[0].n_nodes == 1 && m.tree[0].n_leaves == 2,
	    "one cut");
	is_near(m.tree[0].node[0].threshold, 4.5, 0, "half-way");
	is_near(m.tree[0].node[0].gain, 250, 1e-9, "the gain by hand");
	is_near(score(&m, &d.f, 0, 0), 0, 1e-6, "left");
	is_near(score(&m, &d.f, 9, 0), 10, 1e-6, "right");
	is_near(m.train_loss[0], 0, 1e-9, "nothing left to learn");
	is_int(m.tree[0].node[0].count, 10, "all rows at the root");
	is_int(m.tree[0].count[0], 5, "half of them in a leaf");
	gbdt_release(&m);
	p.lambda_l2 = 5;
	p.learning_rate = 0.5;
	m = train(&d, &p);
	is_near(score(&m, &d.f, 0, 0), 5 - 0.5 * 2.5, 1e-6, "lambda_l2 and "
	    "the learning rate");
	gbdt_release(&m);
	p = small(2);
	p.lambda_l1 = 5;
	m = train(&d, &p);
	is_near(score(&m, &d.f, 0, 0), 1, 1e-6, "lambda_l1");
	gbdt_release(&m);
	p = small(2);
	p.min_gain_to_split = 251;
	m = train(&d, &p);
	ok(m.n_trees == 1 && m.tree[0].n_nodes == 0 && m.best_iteration == 0,
	    "not worth a cut");
	gbdt_release(&m);
	p = small(31);
	p.min_data_in_leaf = 6;
	m = train(&d, &p);
	is_int(m.best_iteration, 0, "too few rows for two leaves");
	gbdt_release(&m);
	drop(&d);
}

static void
two_classes(void)
{
	struct gbdt_params p = small(2);
	struct frame_opts o = { .target = "y", .positive = "a" };
	const char *csv = "x,y\n0,a\n1,a\n2,a\n3,a\n4,b\n5,b\n6,b\n7,b\n";
	struct gbdt_model m;
	struct data d;

	if (!make(&d, csv, NULL))
		return;
	p.learning_rate = 0.1;
	m = train(&d, &p);
	is_near(m.start[0], 0, 0, "as many of either");
	is_near(score(&m, &d.f, 0, 0), -0.2, 1e-7, "g/h is two");
	is_near(score(&m, &d.f, 7, 0), 0.2, 1e-7, "and on the other side");
	is_near(m.train_loss[0], log1p(exp(-0.2)), 1e-8, "the loss");
	gbdt_release(&m);
	drop(&d);
	if (!make(&d, csv, &o))
		return;
	m = train(&d, &p);
	is_near(score(&m, &d.f, 0, 0), 0.2, 1e-7, "the positive class is the "
	    "one asked for");
	gbdt_release(&m);
	p.scale_pos_weight = 3;
	m = train(&d, &p);
	/* p = 1/2; left g = 4 * 3 * -.5, h = 4 * 3 * .25; right 4 * .5 */
	is_near(m.start[0], 0, 0, "scale_pos_weight leaves the start alone");
	is_near(score(&m, &d.f, 0, 0), 0.2, 1e-7, "a heavy leaf of one kind");
	gbdt_release(&m);
	drop(&d);
}

static void
deeper(void)
{
	struct gbdt_params p = small(4);
	struct gbdt_model m;
	struct data d;

	/* first by a (more to gain), then each side by b */
	if (!make(&d, "a,b,y\n0,0,0\n0,1,2\n1,0,20\n1,1,26\n", NULL))
		return;
	m = train(&d, &p);
	ok(m.tree[0].n_nodes == 3 && m.tree[0].node[0].feature == 0 &&
	    m.tree[0].node[1].feature == 1, "three cuts, a first");
	is_near(m.tree[0].node[1].gain, 18, 1e-9, "the larger gain next");
	is_near(m.tree[0].node[2].gain, 2, 1e-9, "then the other");
	is_near(score(&m, &d.f, 0, 0), 0, 1e-5, "a=0 b=0");
	is_near(score(&m, &d.f, 1, 0), 2, 1e-5, "a=0 b=1");
	is_near(score(&m, &d.f, 2, 0), 20, 1e-5, "a=1 b=0");
	is_near(score(&m, &d.f, 3, 0), 26, 1e-5, "a=1 b=1");
	gbdt_release(&m);
	p.max_depth = 1;
	m = train(&d, &p);
	is_int(m.tree[0].n_nodes, 1, "max_depth");
	gbdt_release(&m);
	drop(&d);
}

/* --- what is missing ------------------------------------------------------ */

static void
missing_goes(const char *csv, float threshold, bool left, const char *what)
{
	struct gbdt_params p = small(2);
	struct gbdt_model m;
	struct data d;

	if (!make(&d, csv, NULL))
		return;
	m = train(&d, &p);
	if (ok(m.n_trees == 1 && m.tree[0].n_nodes == 1, "%s", what)) {
		ok(m.tree[0].node[0].threshold == threshold, "threshold %g",
		    (double)m.tree[0].node[0].threshold);
		ok(m.tree[0].node[0].default_left == left, "direction");
		is_near(loss(&m, &d.f), 0, 1e-9, "rows fall as they did");
	}
	gbdt_release(&m);
	drop(&d);
}

static void
missing(void)
{
	struct gbdt_params p = small(31);
	struct gbdt_model m;
	struct data d;

	missing_goes("x,y\n1,10\n2,10\n3,0\n4,0\n,10\n,10\n", 2.5F, true,
	    "missing values like the low ones");
	missing_goes("x,y\n1,10\n2,10\n3,0\n4,0\n,0\n,0\n", 2.5F, false,
	    "missing values like the high ones");
	missing_goes("x,y\n1,0\n2,0\n3,0\n4,0\n,7\n,7\n", 1e-35F, true,
	    "missing values like none, so like zero");
	missing_goes("x,y\n-1,0\n-2,0\n0,0\n4,0\n,7\n,7\n", INFINITY, false,
	    "missing values like none");
	if (!make(&d, "x,none,same,y\n1,,3,0\n2,,3,0\n3,,3,9\n4,,3,9\n", NULL))
		return;
	m = train(&d, &p);
	ok(m.n_trees == 1 && m.tree[0].n_nodes == 1 &&
	    m.tree[0].node[0].feature == 0, "a column of nothing and one of "
	    "the same are never cut");
	gbdt_release(&m);
	drop(&d);
	if (!make(&d, "none,same,y\n,3,0\n,3,0\n,3,9\n,3,9\n", NULL))
		return;
	p.num_iterations = 5;
	m = train(&d, &p);
	ok(m.n_trees == 1 && m.tree[0].n_leaves == 1 && m.best_iteration ==
	    0 && m.n_history == 1, "with nothing else there is one leaf");
	is_near(m.start[0], 4.5, 0, "but the mean");
	gbdt_release(&m);
	drop(&d);
}

/* --- categories ----------------------------------------------------------- */

static bool
in_set(const struct gbdt_model *m, const struct gbdt_node *n, uint32_t level)
{
	for (uint32_t k = 0; k < n->n_set; k++)
		if (m->set[n->set + k] == level)
			return true;
	return false;
}

static void
categories(void)
{
	struct gbdt_params p = small(2);
	struct gbdt_model m;
	struct data d;
	const struct gbdt_node *n;

	if (!make(&d, "c,y\na,0\na,0\nb,10\nb,10\nd,0\nd,0\n", NULL))
		return;
	m = train(&d, &p);
	n = m.tree[0].node;
	ok(n->category && n->n_set == 1 && in_set(&m, n, 1),
	    "one level against the rest");
	is_near(loss(&m, &d.f), 0, 1e-9, "and its rows");
	gbdt_release(&m);
	drop(&d);
	if (!make(&d, "c,y\na,0\na,0\nb,10\nb,10\nc,0\nc,0\nd,10\nd,10\ne,0\n"
	    "e,0\nf,10\nf,10\n,0\n,0\n", NULL))
		return;
	m = train(&d, &p);
	n = m.tree[0].node;
	ok(n->category && n->n_set == 3 && in_set(&m, n, 1) &&
	    in_set(&m, n, 3) && in_set(&m, n, 5), "a set of levels, what is "
	    "missing not in it");
	is_near(loss(&m, &d.f), 0, 1e-9, "and its rows");
	gbdt_release(&m);
	p.cat_l2 = 6;
	m = train(&d, &p);
	/* start 30/7; left g = 6 (30/7 - 10), h = 6 + 6 */
	is_near(score(&m, &d.f, 2, 0), 30.0 / 7 + (10 - 30.0 / 7) / 2, 1e-5,
	    "leaves of a set are shrunk by cat_l2");
	gbdt_release(&m);
	p.min_data_per_group = 8;
	m = train(&d, &p);
	is_int(m.best_iteration, 0, "min_data_per_group");
	gbdt_release(&m);
	drop(&d);
}

/* --- larger tables -------------------------------------------------------- */

/* Numbers with gaps, a category, and a target of the wanted kind. */
static char *
table_text(size_t rows, int classes, uint64_t seed, bool noise)
{
	struct buf b;
	struct rng r;

	rng_seed(&r, seed, 0);
	buf_init(&b, BUF_CAP_DOC);
	buf_adds(&b, "c,u,v,w,q,y,k\n");
	for (size_t i = 0; i < rows; i++) {
		double u = rng_f64(&r), v = rng_f64(&r), w = rng_f64(&r), s;
		uint64_t c = rng_below(&r, 12), q = rng_below(&r, 5);

		s = noise ? rng_f64(&r) : u * v + (c % 3 == 0 ? 0.5 : 0) -
		    (w < 0.2 ? 0.4 : 0) + rng_f64(&r) * 0.3;
		buf_addf(&b, "L%d,%.4f,%.4f,", (int)c, u, v);
		if (w >= 0.2)
			buf_addf(&b, "%.3f", w);
		if (classes > 0)
			buf_addf(&b, ",%d,k%d", (int)q, (int)(s < 0 ? 0 :
			    s * classes) % classes);
		else
			buf_addf(&b, ",%d,%.5f", (int)q, s);
		buf_addf(&b, ",%d\n", (int)rng_below(&r, 3) + 1);
	}
	return buf_detach(&b, NULL);
}

static void
add_model(struct buf *b, const struct gbdt_model *m)
{
	buf_clear(b);
	buf_add(b, m->start, m->n_outputs * sizeof(*m->start));
	buf_add(b, m->train_loss, m->n_history * sizeof(double));
	if (m->valid_metric)
		buf_add(b, m->valid_metric, m->n_history * sizeof(double));
	buf_add(b, m->set, m->n_set * sizeof(*m->set));
	for (size_t t = 0; t < m->n_trees; t++) {
		const struct gbdt_tree *x = &m->tree[t];

		buf_add(b, x->value, x->n_leaves * sizeof(double));
		buf_add(b, x->count, x->n_leaves * sizeof(double));
		for (size_t i = 0; i < x->n_nodes; i++) {
			const struct gbdt_node *n = &x->node[i];

			buf_addf(b, "%u %a %d %d %u %u %u %u %d %d %a %a\n",
			    n->feature, (double)n->threshold, n->default_left,
			    n->category, n->set, n->n_set, n->left, n->right,
			    n->left_leaf, n->right_leaf, n->gain, n->count);
		}
	}
}

static bool
same(const struct data *d, const struct frame *valid,
    const struct gbdt_params *p, int threads, struct buf *first)
{
	struct gbdt_model m;
	struct err e = ERR_INIT;
	struct buf b;
	bool r;

	if (gbdt_train(&m, &(struct gbdt_rows){ .train = &d->f,
	    .valid = valid }, p, threads, NULL, &e) < 0)
		return false;
	buf_init(&b, BUF_CAP_DOC);
	add_model(&b, &m);
	if (first->len == 0)
		buf_add(first, b.data, b.len);
	r = b.len > 0 && b.len == first->len &&
	    memcmp(b.data, first->data, b.len) == 0;
	buf_free(&b);
	gbdt_release(&m);
	return r;
}

static bool
predicts_as_walked(const struct gbdt_model *m, const struct frame *f)
{
	double s[8] = { 0 };
	bool equal = m->n_outputs <= 8;

	for (size_t i = 0; equal && i < f->rows; i++) {
		gbdt_predict(s, m, f, i);
		for (uint32_t c = 0; c < m->n_outputs; c++)
			equal &= s[c] == score(m, f, i, c);
	}
	return equal;
}

static void
same_bytes(int classes, const char *what)
{
	struct frame_opts o = { .target = "y", .weight = classes == 2 ? "k" :
	    NULL };
	char *text = table_text(20000, classes, 1, false);
	char *other = table_text(3000, classes, 2, false);
	struct table *t = NULL;
	struct gbdt_params p;
	struct gbdt_model m;
	struct frame valid;
	struct data d;
	struct buf b;
	struct err e = ERR_INIT;

	gbdt_defaults(&p);
	p.num_iterations = 6;
	p.bagging_fraction = 0.7;
	p.bagging_freq = 2;
	p.feature_fraction = 0.7;
	buf_init(&b, BUF_CAP_DOC);
	ok(make(&d, text, &o) && table_read(&t, other, strlen(other), NULL,
	    &e) == 0 && frame_init_like(&valid, &d.f, t, &e) == 0, "%s: two tables",
	    what);
	ok(same(&d, &valid, &p, 1, &b), "%s: one thread", what);
	ok(same(&d, &valid, &p, 1, &b), "%s: again", what);
	ok(same(&d, &valid, &p, 2, &b), "%s: two threads, the same", what);
	ok(same(&d, &valid, &p, 5, &b), "%s: five threads, the same", what);
	ok(gbdt_train(&m, &(struct gbdt_rows){ .train = &d.f,
	    .valid = &valid }, &p, 2, NULL, &e) == 0, "trained");
	is_int(m.n_trees, 6 * m.n_outputs, "%s: trees", what);
	ok(predicts_as_walked(&m, &valid), "%s: gbdt_predict goes down the "
	    "trees as this test does", what);
	is_near(m.train_loss[5], loss(&m, &d.f), 1e-9, "%s: the history is "
	    "what the trees say of the rows themselves", what);
	is_near(m.valid_metric[5], loss(&m, &valid), 1e-9, "%s: and of the "
	    "validation rows", what);
	ok(m.train_loss[5] < m.train_loss[0], "%s: it learns", what);
	gbdt_release(&m);
	buf_free(&b);
	frame_release(&valid);
	table_free(t);
	drop(&d);
	free(text);
	free(other);
}

/* From 65,536 rows on sums of whole numbers move the rows now and then; what
 * is known of a row goes with it. */
static void
rows_move(int classes, const char *what)
{
	struct frame_opts o = { .target = "y", .weight = "k" };
	char *text = table_text(70000, classes, 1, false);
	struct err e = ERR_INIT;
	struct gbdt_params p;
	struct gbdt_model m;
	struct bin_params bp;
	struct bins bins;
	struct data d;
	struct buf b, lent;
	struct pool *pool = pool_new(2);
	uint8_t *was;

	gbdt_defaults(&p);
	p.num_iterations = 23;
	p.use_quantized_grad = true;
	buf_init(&b, BUF_CAP_DOC);
	buf_init(&lent, BUF_CAP_DOC);
	ok(make(&d, text, &o), "%s: a table", what);
	ok(same(&d, NULL, &p, 1, &b), "%s: one thread", what);
	ok(same(&d, NULL, &p, 3, &b), "%s: three threads, the same", what);
	gbdt_bin_params(&bp, &p);
	ok(bins_init(&bins, &d.f, &bp, pool, &e) == 0, "%s: bins", what);
	was = xalloc(bins.rows, bins.stride);
	memcpy(was, bins.row, bins.rows * bins.stride);
	ok(gbdt_train(&m, &(struct gbdt_rows){ .train = &d.f,
	    .train_bins = &bins }, &p, 2, NULL, &e) == 0, "trained");
	add_model(&lent, &m);
	ok(lent.len == b.len && memcmp(lent.data, b.data, b.len) == 0,
	    "%s: the same of bins that were lent", what);
	ok(memcmp(was, bins.row, bins.rows * bins.stride) == 0,
	    "%s: which stay as they are", what);
	is_near(m.train_loss[22], loss(&m, &d.f), 1e-9, "%s: the history is "
	    "what the trees say of the rows in their own order", what);
	bins_release(&bins);
	pool_free(pool);
	free(was);
	buf_free(&lent);
	gbdt_release(&m);
	buf_free(&b);
	free(text);
	drop(&d);
}

static void
draws(void)
{
	char *text = table_text(10000, 2, 3, false);
	struct gbdt_params p;
	struct gbdt_model m;
	struct data d;
	struct buf b;
	bool share = true, one = true;

	gbdt_defaults(&p);
	p.num_iterations = 4;
	p.bagging_fraction = 0.25;
	p.bagging_freq = 1;
	buf_init(&b, BUF_CAP_DOC);
	if (!make(&d, text, NULL))
		return;
	ok(same(&d, NULL, &p, 1, &b), "a bag");
	p.seed = 1;
	ok(!same(&d, NULL, &p, 1, &b), "another seed, other rows");
	m = train(&d, &p);
	for (size_t i = 0; i < m.n_trees; i++)
		share &= fabs(m.tree[i].node[0].count - 2500) < 200;
	ok(share, "a quarter of the rows");
	ok(m.tree[0].node[0].count != m.tree[1].node[0].count,
	    "drawn anew each time");
	gbdt_release(&m);
	p.bagging_freq = 2;
	m = train(&d, &p);
	ok(m.tree[0].node[0].count == m.tree[1].node[0].count &&
	    m.tree[1].node[0].count != m.tree[2].node[0].count,
	    "or every second time");
	gbdt_release(&m);
	gbdt_defaults(&p);
	p.num_iterations = 4;
	p.feature_fraction = 0.1;
	buf_clear(&b);
	ok(same(&d, NULL, &p, 1, &b), "columns");
	p.seed = 5;
	ok(!same(&d, NULL, &p, 1, &b), "another seed, other columns");
	m = train(&d, &p);
	for (size_t i = 0; i < m.n_trees; i++)
		for (size_t k = 0; k < m.tree[i].n_nodes; k++)
			one &= m.tree[i].node[k].feature ==
			    m.tree[i].node[0].feature;
	ok(one, "one column a tree");
	gbdt_release(&m);
	buf_free(&b);
	drop(&d);
	free(text);
}

static void
stops_early(void)
{
	char *text = table_text(800, 2, 7, true);
	char *other = table_text(800, 2, 8, true);
	struct table *t = NULL;
	struct gbdt_params p;
	struct gbdt_model m;
	struct frame valid;
	struct data d;
	struct err e = ERR_INIT;
	size_t best = 0;

	gbdt_defaults(&p);
	p.num_iterations = 200;
	p.early_stopping_round = 5;
	if (!make(&d, text, NULL) || table_read(&t, other, strlen(other), NULL,
	    &e) < 0 || frame_init_like(&valid, &d.f, t, &e) < 0 ||
	    gbdt_train(&m, &(struct gbdt_rows){ .train = &d.f,
	    .valid = &valid }, &p, 1, NULL, &e) < 0) {
		ok(false, "trained on noise: %s", e.msg);
		return;
	}
	for (size_t i = 1; i < m.n_history; i++)
		if (m.valid_metric[i] < m.valid_metric[best])
			best = i;
	ok(m.n_history < 200, "noise is soon given up");
	is_int(m.n_history, (int64_t)best + 1 + 5, "five rounds after the "
	    "best");
	is_int(m.best_iteration, (int64_t)best + 1, "which is remembered");
	is_int(m.n_trees, (int64_t)best + 1, "and kept");
	is_near(loss(&m, &valid), m.valid_metric[best], 1e-9, "as it was");
	gbdt_release(&m);
	frame_release(&valid);
	table_free(t);
	drop(&d);
	free(text);
	free(other);
}

/* A row of weight two is that row twice. */
static void
weights(void)
{
	struct frame_opts o = { .target = "y", .weight = "w",
	    .task = TASK_REGRESSION };
	struct gbdt_params p = small(3);
	struct gbdt_model m, n;
	struct data d, twice;

	if (!make(&d, "x,w,y\n1,2,1\n2,1,5\n3,2,7\n4,1,30\n", &o) ||
	    !make(&twice, "x,y\n1,1\n1,1\n2,5\n3,7\n3,7\n4,30\n", NULL))
		return;
	m = train(&d, &p);
	n = train(&twice, &p);
	is_near(m.start[0], n.start[0], 0, "the same mean");
	is_int(m.tree[0].n_nodes, n.tree[0].n_nodes, "as many cuts");
	for (size_t k = 0; k < n.tree[0].n_nodes; k++)
		ok(m.tree[0].node[k].threshold == n.tree[0].node[k].threshold,
		    "at the same place");
	is_near(score(&m, &d.f, 1, 0), score(&n, &twice.f, 2, 0), 1e-6,
	    "the same leaves");
	gbdt_release(&m);
	gbdt_release(&n);
	drop(&d);
	drop(&twice);
}

static void
many_classes(void)
{
	struct gbdt_params p = small(4);
	struct gbdt_model m;
	struct data d;
	bool right = true;

	if (!make(&d, "x,y\n0,a\n1,a\n2,b\n3,b\n4,c\n5,c\n6,c\n7,c\n", NULL))
		return;
	p.num_iterations = 10;
	p.learning_rate = 0.3;
	m = train(&d, &p);
	ok(m.n_outputs == 3 && m.n_trees == 30 && m.tree[4].target == 1,
	    "a tree a class a round");
	is_near(m.start[2], log(0.5), 1e-7, "shares to begin with");
	for (size_t i = 0; i < d.f.rows; i++)
		for (uint32_t c = 0; c < 3; c++)
			right &= c == d.f.y_class[i] || score(&m, &d.f, i, c) <
			    score(&m, &d.f, i, d.f.y_class[i]);
	ok(right, "every row told apart");
	is_near(m.train_loss[9], loss(&m, &d.f), 1e-9, "the loss");
	gbdt_release(&m);
	drop(&d);
}

static int
set_one(struct gbdt_params *p, const char *name, const char *value,
    struct err *e)
{
	const struct hyperparams t = { gbdt_hyperparams, GBDT_HYPERPARAMS };

	return hyperparams_set(p, &t, name, value, e);
}

static void
parameters(void)
{
	struct gbdt_params p;
	struct err e = ERR_INIT;

	gbdt_defaults(&p);
	ok(set_one(&p, "num_leafs", "7", &e) < 0 && e.code == ERR_USAGE,
	    "unknown");
	ok(strstr(e.msg, "did you mean 'num_leaves'?: num_iterations, "),
	    "and what it may be");
	ok(set_one(&p, "eta", "0.25", &e) == 0 && p.learning_rate == 0.25,
	    "another name");
	ok(set_one(&p, "num_leaves", "63", &e) == 0 && p.num_leaves == 63,
	    "a whole number");
	ok(set_one(&p, "boost_from_average", "false", &e) == 0 &&
	    !p.boost_from_average, "a truth");
	ok(set_one(&p, "num_leaves", "6.5", &e) < 0 && p.num_leaves == 63,
	    "not whole");
	ok(set_one(&p, "max_bin", "256", &e) < 0 && p.max_bin == 255,
	    "too many bins");
	ok(set_one(&p, "boost_from_average", "maybe", &e) < 0 &&
	    !p.boost_from_average, "neither true nor false");
	ok(set_one(&p, "learning_rate", "nan", &e) < 0, "no number");
}

/* Half-way in double is what LightGBM compares floats with: a threshold
 * that is rounded up to float would take along what lies between. */
static void
half_way(void)
{
	struct gbdt_params p = small(2);
	bool below = true, near = true;

	for (int i = 1; i < 40; i++) {
		double a = i * 0.0137, b = a + 0.0002, t, half;
		struct gbdt_model m;
		struct err e = ERR_INIT;
		struct data d;
		char csv[128];

		snprintf(csv, sizeof(csv), "x,y\n%.4f,1\n%.4f,2\n%.4f,5\n", a,
		    a, b);
		if (!make(&d, csv, NULL) ||
		    gbdt_train(&m, &(struct gbdt_rows){ .train = &d.f }, &p,
		    1, NULL, &e) < 0)
			break;
		half = ((double)d.f.feature[0].number[0] +
		    (double)d.f.feature[0].number[2]) / 2;
		t = m.n_trees && m.tree[0].n_nodes ?
		    (double)m.tree[0].node[0].threshold : NAN;
		below &= t <= half;
		near &= half - t < 1e-7;
		gbdt_release(&m);
		drop(&d);
	}
	ok(below && near, "a threshold is the last float up to half-way");
}

int
main(void)
{
	one_cut();
	half_way();
	two_classes();
	deeper();
	missing();
	categories();
	weights();
	many_classes();
	same_bytes(2, "two classes");
	same_bytes(3, "three classes");
	same_bytes(0, "a number");
	rows_move(2, "two classes, rows moved");
	rows_move(0, "a number, rows moved");
	draws();
	stops_early();
	parameters();
	return tap_done();
}
