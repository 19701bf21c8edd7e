#include "judge/evaluate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/rng.h"
#include "judge/importance.h"
#include "math/elem.h"

void
evaluate_read_opts(struct table_read_opts *o, struct arena *a,
    const struct score_plan *p)
{
	size_t n_wants, n = 0;
	const struct table_want *want = score_wants(p, &n_wants);
	struct table_type *types;

	if (score_by_place(p))
		return;
	types = arena_alloc(a, (n_wants + o->n_types) * sizeof(*types));
	for (size_t i = 0; i < o->n_types; i++)
		types[n++] = o->types[i];
	for (size_t i = 0; i < n_wants; i++) {
		size_t k = 0;

		while (k < o->n_types &&
		    strcmp(o->types[k].name, want[i].name) != 0)
			k++;
		if (k == o->n_types)
			types[n++] = (struct table_type){ want[i].name,
			    want[i].type };
	}
	o->types = types;
	o->n_types = n;
}

/* --- the model's inputs --------------------------------------------------- */

static bool
left_out(const struct evaluate_opts *o, const char *target, const char *name)
{
	if (strcmp(name, target) == 0)
		return true;
	for (size_t i = 0; i < o->n_drop; i++)
		if (strcmp(o->drop[i], name) == 0)
			return true;
	return false;
}

/* Places in t of the columns the model wants. */
static int
find_inputs(size_t *at, const struct score_plan *p, const struct table *t,
    const char *target, const struct evaluate_opts *o, struct err *e)
{
	size_t n, k = 0;
	const struct table_want *want = score_wants(p, &n);

	for (size_t i = 0; !score_by_place(p) && i < n; i++)
		if (table_index(&at[i], t, want[i].name, e) < 0)
			return err_wrap(e, "the model's input");
	if (!score_by_place(p))
		return 0;
	for (size_t i = 0; i < t->cols; i++)
		if (!left_out(o, target, t->col[i].name)) {
			if (k < n)
				at[k] = i;
			k++;
		}
	if (k != n)
		return err_set(e, ERR_FORMAT, "the model takes %zu columns, "
		    "beside the target there are %zu: leave some out with "
		    "--drop, or name them with --inputs", n, k);
	return 0;
}

/* Rows row[0..rows) of t as the block the scorer takes. */
static int
make_block(struct table **out, const struct score_plan *p,
    const struct table *t, const size_t *at, const size_t *row, size_t rows,
    struct err *e)
{
	size_t n;
	const struct table_want *want = score_wants(p, &n);
	struct table picked = { t->rows, n, NULL };
	int r;

	picked.col = xalloc(n + 1, sizeof(*picked.col));
	for (size_t i = 0; i < n; i++)
		picked.col[i] = t->col[at[i]];
	r = table_gather(out, &picked, row, rows, e);
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = column_convert(&(*out)->col[i], want[i].type, e);
		if (r < 0)
			table_free(*out);
	}
	free(picked.col);
	return r;
}

/* --- what is judged ------------------------------------------------------- */

/* The judged output: columns first .. first + width of the answers. */
struct judged {
	size_t first, width;
	bool named;
};

static bool
is_float(enum col_type t)
{
	return t == COL_FLOAT32 || t == COL_FLOAT64;
}

static size_t
width_at(const struct score_column *c, size_t n, size_t i)
{
	size_t w = 1;

	while (i + w < n && c[i + w].output == c[i].output)
		w++;
	return w;
}

static int
find_output(struct judged *j, const struct score_plan *p, const char *wanted,
    struct err *e)
{
	size_t n, w;
	const struct score_column *c = score_columns(p, &n);
	int best = -1;

	for (size_t i = 0; i < n; i += w) {
		const char *name = model_output(score_model(p),
		    c[i].output)->name;
		int merit;

		w = width_at(c, n, i);
		if (wanted) {
			merit = strcmp(name, wanted) == 0 ? 9 : -1;
			for (size_t k = 0; merit < 0 && k < w; k++)
				if (strcmp(c[i + k].name, wanted) == 0) {
					*j = (struct judged){ i + k, 1, false };
					return 0;
				}
		} else {
			merit = !is_float(c[i].type) ? 0 : c[i].class_name ? 4 :
			    w > 1 ? 3 : strcmp(name, "label") != 0 ? 2 : 1;
		}
		if (merit > best) {
			best = merit;
			*j = (struct judged){ i, w, c[i].class_name != NULL };
		}
	}
	if (best < 0)
		return err_set(e, ERR_NOENT, "the model has no output '%s'",
		    wanted ? wanted : "");
	if (col_type_is_text(c[j->first].type))
		return err_set(e, ERR_FORMAT, "output '%s' holds names, not "
		    "scores", c[j->first].name);
	return 0;
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
cell(struct buf *b, const struct column *c, size_t i, const char *what,
    struct err *e)
{
	char room[COLUMN_PRINT_MAX];
	size_t n;
	const char *s = column_print(c, i, room, &n);

	buf_clear(b);
	if (s == NULL)
		return err_set(e, ERR_FORMAT, "row %zu has no value of the %s "
		    "'%s'", i + 1, what, c->name);
	buf_add(b, s, n);
	return 0;
}

/* Distinct values of the target, sorted by bytes. */
static int
target_values(struct evaluation *v, const struct column *c, struct err *e)
{
	struct intern *seen = intern_new();
	const char **list;
	struct buf b;
	int r = 0;
	size_t n;

	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; r == 0 && i < c->rows; i++) {
		r = cell(&b, c, i, "target", e);
		if (r == 0)
			intern_add(seen, b.data, b.len);
		if (r == 0 && intern_count(seen) > TASK_CLASSES_MAX)
			r = err_set(e, ERR_TOOBIG, "the target '%s' has more "
			    "than %d values; is it a number? --task "
			    "regression", c->name, TASK_CLASSES_MAX);
	}
	n = intern_count(seen);
	list = arena_alloc(&v->arena, (n + 1) * sizeof(*list));
	for (size_t i = 0; i < n; i++)
		list[i] = arena_strdup(&v->arena, intern_text(seen,
		    (uint32_t)i, NULL));
	qsort(list, n, sizeof(*list), by_bytes);
	v->classes = list;
	v->n_classes = n;
	buf_free(&b);
	intern_free(seen);
	return r;
}

static bool
counts_up(const struct column *c, size_t k)
{
	if (c->type != COL_INT64)
		return false;
	for (size_t i = 0; i < c->rows; i++)
		if (c->i64[i] < 0 || (uint64_t)c->i64[i] >= k)
			return false;
	return true;
}

/* Names of the classes in the order of the judged columns. */
static int
find_classes(struct evaluation *v, const struct score_plan *p,
    const struct judged *j, const struct column *y, struct err *e)
{
	size_t n, width = j->width < 2 ? 2 : j->width;
	const struct score_column *c = score_columns(p, &n);
	const char *const *known = model_classes(score_model(p), &n);
	const char **list = arena_alloc(&v->arena, width * sizeof(*list));
	char text[NUM_TEXT_MAX];

	v->n_classes = width;
	v->classes = list;
	for (size_t i = 0; i < width; i++) {
		if (j->named) {
			list[i] = c[j->first + i].class_name;
		} else if (n == width) {
			list[i] = known[i];
		} else if (counts_up(y, width)) {
			num_print_u64(text, i);
			list[i] = arena_strdup(&v->arena, text);
		} else {
			if (target_values(v, y, e) < 0)
				return -1;
			return v->n_classes == width ? 0 : err_set(e,
			    ERR_FORMAT, "the model tells %zu classes apart, "
			    "the target '%s' has %zu values", width, y->name,
			    v->n_classes);
		}
	}
	return 0;
}

/* The class of each row. */
static int
true_classes(uint32_t *out, const struct evaluation *v,
    const struct column *y, struct err *e)
{
	struct intern *known = intern_new();
	struct buf b;
	uint32_t code;
	int r = 0;
	/* elsewhere booleans are learned as 0 and 1 */
	bool count = y->type == COL_BOOL && v->n_classes == 2 &&
	    strcmp(v->classes[0], "0") == 0 && strcmp(v->classes[1], "1") == 0;

	buf_init(&b, BUF_CAP_SMALL);
	for (size_t k = 0; k < v->n_classes; k++)
		if (intern_add(known, v->classes[k], strlen(v->classes[k])) !=
		    k)
			r = err_set(e, ERR_FORMAT, "the model names the class "
			    "'%s' twice", v->classes[k]);
	for (size_t i = 0; r == 0 && i < y->rows; i++) {
		r = cell(&b, y, i, "target", e);
		code = r < 0 ? 0 : count ? column_number(y, i) > 0 :
		    intern_find(known, b.data, b.len);
		if (r == 0 && code == INTERN_NONE)
			r = err_set(e, ERR_FORMAT, "row %zu: the target '%s' is "
			    "'%.100s', none of the model's classes ('%s', "
			    "'%s'%s)", i + 1, y->name, b.data, v->classes[0],
			    v->classes[1], v->n_classes > 2 ? " ..." : "");
		out[i] = code;
	}
	buf_free(&b);
	intern_free(known);
	return r;
}

/* --- scoring and judging -------------------------------------------------- */

#define PART 16384

/* Scores (rows, width), row-major. */
static int
score_rows(double *out, const struct score_plan *p, const struct table *t,
    const size_t *at, const struct judged *j, struct err *e)
{
	struct scorer *s = scorer_new(p);
	size_t *row = xalloc(PART, sizeof(*row));
	int r = 0;

	for (size_t from = 0; r == 0 && from < t->rows; from += PART) {
		size_t to = t->rows - from < PART ? t->rows : from + PART;
		struct table *block, *got;

		for (size_t i = from; i < to; i++)
			row[i - from] = i;
		if (make_block(&block, p, t, at, row, to - from, e) < 0) {
			r = -1;
			break;
		}
		r = scorer_run(&got, s, block, e);
		for (size_t i = 0; r == 0 && i < to - from; i++)
			for (size_t k = 0; k < j->width; k++)
				out[(from + i) * j->width + k] = column_number(
				    &got->col[j->first + k], i);
		table_free(block);
	}
	free(row);
	scorer_free(s);
	return r;
}

/* The positive class's share of the two scores of row i; one score alone
 * is the last class's. */
static double
positive_score(const double *score, size_t i, size_t width, size_t at)
{
	return width == 2 ? score[2 * i + at] : at == 1 ? score[i] :
	    1 - score[i];
}

static void
spread_scores(struct evaluation *v, const double *p, const uint8_t *yes,
    size_t n)
{
	v->has_spread = true;
	for (size_t i = 0; i < n; i++) {
		size_t bin;

		if (!(p[i] >= 0 && p[i] <= 1)) {
			v->has_spread = false;
			return;
		}
		bin = (size_t)(p[i] * EVALUATE_SPREAD);
		v->spread[yes[i]][bin < EVALUATE_SPREAD ? bin :
		    EVALUATE_SPREAD - 1]++;
	}
}

struct answer {
	double said, truth;
};

static int
by_answer(const void *a, const void *b)
{
	const struct answer *x = a, *y = b;

	if (x->said != y->said)
		return x->said < y->said ? -1 : 1;
	return (x->truth > y->truth) - (x->truth < y->truth);
}

static int
tenths(struct evaluation *v, const double *score, const double *y, size_t n,
    struct err *e)
{
	struct answer *a = mem_array(n + 1, sizeof(*a));

	if (a == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++)
		a[i] = (struct answer){ score[i], y[i] };
	qsort(a, n, sizeof(*a), by_answer);
	for (size_t b = 0; b < METRIC_BINS; b++) {
		size_t from = b * n / METRIC_BINS, to = (b + 1) * n /
		    METRIC_BINS;
		struct metric_bin *bin = &v->tenth[b];

		bin->n = to - from;
		for (size_t i = from; i < to; i++) {
			bin->score += a[i].said / (double)bin->n;
			bin->share += a[i].truth / (double)bin->n;
		}
	}
	free(a);
	return 0;
}

static int
judge_binary(struct evaluation *v, const double *score, const uint32_t *y,
    size_t n, size_t width, const struct evaluate_opts *o, struct err *e)
{
	double *p = mem_array(n + 1, sizeof(*p));
	uint8_t *yes = mem_array(n + 1, 1);
	size_t at = 0;
	int r;

	while (at < 2 && strcmp(v->classes[at], v->positive) != 0)
		at++;
	if (at == 2 || p == NULL || yes == NULL) {
		r = at == 2 ? err_set(e, ERR_USAGE, "the model has no class "
		    "'%s', but '%s' and '%s'", v->positive, v->classes[0],
		    v->classes[1]) : err_set(e, ERR_NOMEM, "out of memory");
		free(p);
		free(yes);
		return r;
	}
	for (size_t i = 0; i < n; i++) {
		p[i] = positive_score(score, i, width, at);
		yes[i] = y[i] == at;
	}
	r = metrics_binary(&v->metrics, p, yes, n, o->threshold, o->seed,
	    o->threads, e);
	if (r == 0)
		spread_scores(v, p, yes, n);
	v->confusion = arena_alloc(&v->arena, 4 * sizeof(*v->confusion));
	v->confusion[at * 2 + at] = v->metrics.tp;
	v->confusion[at * 2 + !at] = v->metrics.fn;
	v->confusion[!at * 2 + at] = v->metrics.fp;
	v->confusion[!at * 2 + !at] = v->metrics.tn;
	free(p);
	free(yes);
	return r;
}

static size_t
first_largest(const double *score, size_t k)
{
	size_t best = 0;

	for (size_t c = 1; c < k; c++)
		if (score[c] > score[best])
			best = c;
	return best;
}

static int
judge_classes(struct evaluation *v, const double *score, const uint32_t *y,
    size_t n, const struct evaluate_opts *o, struct err *e)
{
	size_t k = v->n_classes;

	v->confusion = arena_alloc(&v->arena, k * k * sizeof(*v->confusion));
	for (size_t i = 0; i < n; i++)
		v->confusion[y[i] * k + first_largest(score + i * k, k)]++;
	return metrics_multiclass(&v->metrics, score, y, n, k, o->seed,
	    o->threads, e);
}

static int
judge(struct evaluation *v, const struct score_plan *p, const double *score,
    const struct judged *j, const struct column *y,
    const struct evaluate_opts *o, struct err *e)
{
	size_t n = y->rows;
	uint32_t *truth;
	double *number;
	int r = 0;

	if (v->task == TASK_REGRESSION && o->positive)
		return err_set(e, ERR_USAGE, "--positive is for two classes, "
		    "but '%s' is judged as numbers", y->name);
	if (v->task == TASK_REGRESSION) {
		number = mem_array(n + 1, sizeof(*number));
		if (number == NULL)
			return err_set(e, ERR_NOMEM, "out of memory");
		for (size_t i = 0; r == 0 && i < n; i++) {
			number[i] = column_number(y, i);
			if (!isfinite(number[i]))
				r = err_set(e, ERR_FORMAT, "row %zu has no "
				    "number in the target '%s'", i + 1,
				    y->name);
		}
		if (r == 0)
			r = metrics_regression(&v->metrics, score, number, n,
			    o->seed, o->threads, e);
		if (r == 0)
			r = tenths(v, score, number, n, e);
		free(number);
		return r;
	}
	if (find_classes(v, p, j, y, e) < 0)
		return -1;
	truth = mem_array(n + 1, sizeof(*truth));
	r = truth == NULL ? err_set(e, ERR_NOMEM, "out of memory") :
	    true_classes(truth, v, y, e);
	if (r == 0 && v->n_classes == 2) {
		v->task = TASK_BINARY;
		v->positive = o->positive ? o->positive :
		    model_meta(score_model(p), "mlv.positive");
		if (v->positive == NULL)
			v->positive = v->classes[1];
		v->positive = arena_strdup(&v->arena, v->positive);
		r = judge_binary(v, score, truth, n, j->width, o, e);
	} else if (r == 0 && o->positive) {
		r = err_set(e, ERR_USAGE, "--positive is for two classes, the "
		    "model has %zu", v->n_classes);
	} else if (r == 0) {
		v->task = TASK_MULTICLASS;
		r = judge_classes(v, score, truth, n, o, e);
	}
	free(truth);
	/* names may belong to the model */
	if (r == 0) {
		const char **own = arena_alloc(&v->arena, v->n_classes *
		    sizeof(*own));

		for (size_t k = 0; k < v->n_classes; k++)
			own[k] = arena_strdup(&v->arena, v->classes[k]);
		v->classes = own;
	}
	return r;
}

/* --- what an answer hangs on ---------------------------------------------- */

struct truth {				/* of the rows looked at */
	const struct evaluation *v;
	bool labels;			/* classes by their largest score */
	size_t n, width, positive;
	uint32_t *y;			/* classes, or */
	double *number, *p;
	uint8_t *yes;
};

/* How wrong the answer to row i is. */
static double
row_loss(const struct truth *t, const double *score, size_t i)
{
	const double *s = score + i * t->width;
	double d;

	if (t->v->task == TASK_REGRESSION) {
		d = s[0] - t->number[i];
		return d * d;
	}
	if (t->labels)
		return first_largest(s, t->width) != t->y[i];
	d = s[t->y[i]];
	return -m_log(d > 1e-15 ? d : 1e-15);
}

static double
loss_of(void *ctx, const double *score)
{
	const struct truth *t = ctx;
	size_t k = t->width;
	double sum = 0;

	/* rows that nobody has seen may be beyond the model */
	for (size_t i = 0; i < t->n * k; i++)
		if (!isfinite(score[i]))
			return NAN;
	for (size_t i = 0; i < t->n; i++) {
		if (t->v->task == TASK_BINARY)
			t->p[i] = positive_score(score, i, k, t->positive);
		else
			sum += row_loss(t, score, i);
	}
	if (t->v->task == TASK_BINARY)
		return -metric_auc(t->p, t->yes, t->n);
	sum /= (double)t->n;
	return t->v->task == TASK_REGRESSION ? sqrt(sum) : sum;
}

static const char *
loss_name(const struct truth *t)
{
	return t->v->task == TASK_BINARY ? "auc" : t->v->task ==
	    TASK_REGRESSION ? "rmse" : t->labels ? "accuracy" : "logloss";
}

/* The same rows whatever the file's order would suggest: by a seeded draw
 * without replacement (Knuth's algorithm S), in their order. */
static void
draw_rows(size_t *row, size_t want, size_t rows, uint64_t seed)
{
	struct rng r;

	rng_seed(&r, seed, UINT64_MAX);
	for (size_t i = 0, n = 0; n < want; i++)
		if (rng_below(&r, rows - i) < want - n)
			row[n++] = i;
}

static int
read_truth(struct truth *t, const struct column *y, struct err *e)
{
	const struct evaluation *v = t->v;

	t->y = xalloc(t->n, sizeof(*t->y));
	t->number = xalloc(t->n, sizeof(*t->number));
	t->p = xalloc(t->n, sizeof(*t->p));
	t->yes = xalloc(t->n, sizeof(*t->yes));
	if (v->task == TASK_REGRESSION) {
		for (size_t i = 0; i < t->n; i++)
			t->number[i] = column_number(y, i);
		return 0;
	}
	if (true_classes(t->y, v, y, e) < 0)
		return -1;
	for (size_t i = 0; v->task == TASK_BINARY && i < t->n; i++) {
		t->positive = strcmp(v->classes[1], v->positive) == 0;
		t->yes[i] = t->y[i] == t->positive;
	}
	return 0;
}

static int
weigh_inputs(struct evaluation *v, const struct score_plan *p,
    const struct table *t, const size_t *at, size_t target,
    const struct judged *j, uint64_t seed, struct err *e)
{
	struct importance *im = &v->importance;
	struct truth truth = { .v = v, .width = j->width,
	    .labels = v->metrics.no_probability };
	const struct importance_judge judge = { loss_of, &truth, j->first,
	    j->width };
	struct table picked = { t->rows, 1, &t->col[target] };
	struct table *block = NULL, *answers = NULL;
	size_t inputs, *row;
	int r = -1;

	score_wants(p, &inputs);
	truth.n = importance_rows(t->rows, inputs,
	    model_effort(score_model(p)));
	if (truth.n == 0)
		return 0;
	im->metric = loss_name(&truth);
	im->input = arena_alloc(&v->arena, inputs * sizeof(*im->input));
	for (size_t i = 0; i < inputs; i++)
		im->input[i].name = arena_strdup(&v->arena,
		    t->col[at[i]].name);
	row = xalloc(truth.n, sizeof(*row));
	draw_rows(row, truth.n, t->rows, seed);
	if (make_block(&block, p, t, at, row, truth.n, e) == 0 &&
	    table_gather(&answers, &picked, row, truth.n, e) == 0 &&
	    read_truth(&truth, &answers->col[0], e) == 0)
		r = importance_measure(im, p, block, &judge, seed, e);
	table_free(block);
	table_free(answers);
	free(row);
	free(truth.y);
	free(truth.number);
	free(truth.p);
	free(truth.yes);
	return r;
}

/* What is being judged, when neither user nor model says. */
static enum task
guess(const struct score_plan *p, const struct judged *j,
    const struct column *y)
{
	size_t n;

	if (j->named || j->width > 1 || model_classes(score_model(p), &n) ||
	    y->type == COL_BOOL || col_type_is_text(y->type) || counts_up(y,
	    2))
		return TASK_BINARY;
	return TASK_REGRESSION;
}

int
evaluate_table(struct evaluation *v, const struct score_plan *p,
    const struct table *t, const struct evaluate_opts *o, struct err *e)
{
	const char *said = model_meta(score_model(p), "mlv.task");
	size_t n_wants, target, *at, cells;
	struct judged j = { 0 };
	double *score = NULL;
	int r = -1;

	memset(v, 0, sizeof(*v));
	score_wants(p, &n_wants);
	v->target = o->target ? o->target : model_meta(score_model(p),
	    "mlv.target");
	if (v->target == NULL)
		return err_set(e, ERR_USAGE, "the model does not say what it "
		    "answers: name the column with --target");
	v->target = arena_strdup(&v->arena, v->target);
	at = xalloc(n_wants + 1, sizeof(*at));
	if (table_index(&target, t, v->target, e) < 0 ||
	    find_inputs(at, p, t, v->target, o, e) < 0 ||
	    find_output(&j, p, o->score, e) < 0)
		goto done;
	if (t->rows == 0) {
		err_set(e, ERR_FORMAT, "there are no rows to judge by");
		goto done;
	}
	v->task = o->task;
	if (v->task == TASK_AUTO && (said == NULL || !task_parse(&v->task,
	    said)))
		v->task = guess(p, &j, &t->col[target]);
	if (v->task == TASK_REGRESSION && j.width > 1) {
		err_set(e, ERR_FORMAT, "the model answers with %zu numbers a "
		    "row: pick one with --score", j.width);
		goto done;
	}
	if (!size_mul(&cells, t->rows, j.width) ||
	    (score = mem_array(cells, sizeof(*score))) == NULL) {
		err_set(e, ERR_NOMEM, "out of memory");
		goto done;
	}
	if (score_rows(score, p, t, at, &j, e) == 0 &&
	    judge(v, p, score, &j, &t->col[target], o, e) == 0 &&
	    (!o->importance || weigh_inputs(v, p, t, at, target, &j, o->seed,
	    e) == 0))
		r = 0;
done:
	free(score);
	free(at);
	if (r < 0)
		evaluation_release(v);
	return r;
}
