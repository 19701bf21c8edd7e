/* How good the model is: metrics with intervals, and their pictures. */
#include <math.h>
#include <string.h>

#include "catalog/bytes.h"
#include "catalog/put.h"
#include "flow/card/internal.h"
#include "doc/plot.h"
#include "doc/spark.h"

#define EVALUATIONS_MOST 4
#define INPUTS_SHOWN 20

/* One evaluation: `mlv-train eval --json` has all in one map, a recorded
 * one keeps what is not a metric under "detail". */
struct found {
	const struct json *m, *metrics, *detail;
	const char *id;			/* of the report, or NULL */
};

static struct found
found_of(const struct json *m, const char *id)
{
	const struct json *detail = json_get(m, "detail");
	struct found f = { m, json_get(m, "metrics"), detail ? detail : m,
	    id };

	if (f.metrics && f.metrics->type != JSON_MAP)
		f.metrics = NULL;
	return f;
}

static const struct json *
part(const struct found *f, const char *name, enum json_type type)
{
	const struct json *j = json_get(f->detail, name);

	return j && j->type == type ? j : NULL;
}

static double
value_of(const struct json *metric)
{
	return metric->type == JSON_MAP ? json_num(metric, "value", NAN) :
	    metric->d;
}

static bool
has_interval(const struct json *metric)
{
	return metric->type == JSON_MAP && json_get(metric, "low") &&
	    json_get(metric, "high");
}

/* --- words ------------------------------------------------------------------ */

/* As people read them: what is asked for most comes first. */
static const struct {
	const char *name, *title;
	bool share;			/* from 0 to 1: drawn on one scale */
	bool more;			/* the larger the better */
} metric_words[] = {
	{ "auc", "Area under the ROC curve", true, true },
	{ "average_precision", "Average precision", true, true },
	{ "logloss", "Log loss", false, false },
	{ "brier", "Brier score", true, false },
	{ "accuracy", "Accuracy", true, true },
	{ "precision", "Precision", true, true },
	{ "recall", "Recall", true, true },
	{ "f1", "F1", true, true },
	{ "ks", "Kolmogorov-Smirnov", true, true },
	{ "ece", "Expected calibration error", true, false },
	{ "auc_ovr", "AUC, one against the rest", true, true },
	{ "f1_macro", "F1, mean of classes", true, true },
	{ "f1_weighted", "F1, weighted by class", true, true },
	{ "rmse", "Root mean squared error", false, false },
	{ "mae", "Mean absolute error", false, false },
	{ "r2", "R squared", false, true },
	{ "median_ae", "Median absolute error", false, false },
};

#define WORDS (sizeof(metric_words) / sizeof(*metric_words))

/* Its place among the words, or WORDS. */
static size_t
word_of(const char *metric)
{
	size_t i = 0;

	while (i < WORDS && strcmp(metric_words[i].name, metric) != 0)
		i++;
	return i;
}

/* The metrics in the order above, others after them; how many. */
static size_t
in_order(const struct json **out, size_t room, const struct json *metrics)
{
	const struct json *j;
	size_t n = 0;

	for (size_t i = 0; i < WORDS && n < room; i++)
		if ((j = json_get(metrics, metric_words[i].name)) != NULL)
			out[n++] = j;
	for (j = metrics->child; j && n < room; j = j->next)
		if (word_of(j->key) == WORDS)
			out[n++] = j;
	return n;
}

static const char *
title_of(const char *metric)
{
	size_t i = word_of(metric);

	return i < WORDS ? metric_words[i].title : metric;
}

/* Three decimals where that says something, else three digits. */
static const char *
tile_number(struct card *k, double v)
{
	return arena_printf(&k->a, fabs(v) >= 0.01 && fabs(v) < 100 ? "%.3f" :
	    "%.3g", v);
}

static const char *
range_text(struct card *k, const struct json *metric)
{
	return has_interval(metric) ? arena_printf(&k->a, "%s to %s",
	    tile_number(k, json_num(metric, "low", 0)), tile_number(k,
	    json_num(metric, "high", 0))) : "";
}

#define METRICS_MOST 32

static void
write_metrics(struct card *k, const struct json *metrics)
{
	const char *heads[] = { "metric", "value", "95 % interval", "by", "" };
	const struct json *list[METRICS_MOST];
	size_t n = in_order(list, METRICS_MOST, metrics);
	const char *cells[5];

	doc_table_open(&k->d, heads, 5, "lrrll");
	for (size_t i = 0; i < n; i++) {
		const struct json *j = list[i];

		cells[0] = j->key;
		cells[1] = arena_printf(&k->a, "%.6g", value_of(j));
		cells[2] = has_interval(j) ? arena_printf(&k->a,
		    "%.6g to %.6g", json_num(j, "low", 0), json_num(j, "high",
		    0)) : "";
		cells[3] = json_text(j, "interval", "");
		cells[4] = strcmp(title_of(j->key), j->key) == 0 ? "" :
		    title_of(j->key);
		doc_row(&k->d, cells);
	}
	doc_table_close(&k->d);
}

/* Rows are the true classes, columns what the model says. */
static void
write_confusion(struct card *k, const struct json *confusion,
    const struct json *classes)
{
	const char *heads[16] = { "true class" }, *cells[16];
	const struct json *c = classes ? classes->child : NULL;
	size_t n = 1;

	if (confusion->n > 14)
		return;
	for (const struct json *j = c; j && n < 15; j = j->next)
		heads[n++] = arena_printf(&k->a, "predicted %s",
		    j->type == JSON_TEXT ? j->s : "");
	doc_table_open(&k->d, heads, n, "lrrrrrrrrrrrrrr");
	for (const struct json *row = confusion->child; row; row = row->next) {
		size_t i = 1;

		cells[0] = c && c->type == JSON_TEXT ? c->s : "";
		for (const struct json *v = row->child; v && i < n;
		    v = v->next)
			cells[i++] = arena_printf(&k->a, "%.0f", v->d);
		while (i < n)
			cells[i++] = "";
		doc_row(&k->d, cells);
		c = c ? c->next : NULL;
	}
	doc_table_close(&k->d);
}

/* --- pictures --------------------------------------------------------------- */

static void
plot_metrics(struct card *k, const struct json *metrics)
{
	const struct json *list[METRICS_MOST];
	const char *labels[METRICS_MOST];
	double y[METRICS_MOST], low[METRICS_MOST], high[METRICS_MOST];
	struct plot_series s = { .y = y, .low = low, .high = high };
	struct plot p = { .kind = PLOT_RANGES,
	    .title = "Metrics with their 95 % intervals", .series = &s,
	    .n_series = 1, .labels = labels };
	size_t n = in_order(list, METRICS_MOST, metrics);

	for (size_t i = 0; i < n; i++) {
		double v = value_of(list[i]);
		size_t word = word_of(list[i]->key);

		if (word == WORDS || !metric_words[word].share ||
		    !has_interval(list[i]) || !(v >= 0 && v <= 1))
			continue;
		labels[s.n] = list[i]->key;
		low[s.n] = json_num(list[i], "low", v);
		high[s.n] = json_num(list[i], "high", v);
		y[s.n++] = v;
	}
	if (s.n > 1)
		doc_plot(&k->d, &p);
}

static double
item(const struct json *list, size_t i)
{
	const struct json *j = list ? list->child : NULL;

	while (j && i--)
		j = j->next;
	return j ? j->d : 0;
}

#define CURVE_MOST 256

/* And precision against recall, which follows from the same points.  Text
 * has the table of thresholds instead. */
static void
plot_roc(struct card *k, const struct found *f, const struct json *roc)
{
	double x[CURVE_MOST], y[CURVE_MOST], recall[CURVE_MOST];
	double precision[CURVE_MOST], yes, no;
	struct plot_series s = { .x = x, .y = y };
	struct plot_series pr = { .x = recall, .y = precision };
	struct plot p = { .kind = PLOT_LINES, .title = "ROC curve",
	    .x_label = "false positive rate", .y_label = "true positive rate",
	    .series = &s, .n_series = 1, .diagonal = true,
	    .unit_square = true };

	yes = json_num(f->detail, "positives", 0);
	no = json_num(f->detail, "rows", 0) - yes;
	for (const struct json *j = roc->child; j && s.n < CURVE_MOST;
	    j = j->next) {
		double fpr = item(j, 0), tpr = item(j, 1);

		x[s.n] = fpr;
		y[s.n++] = tpr;
		if (tpr * yes + fpr * no > 0) {
			recall[pr.n] = tpr;
			precision[pr.n++] = tpr * yes / (tpr * yes + fpr * no);
		}
	}
	doc_plot(&k->d, &p);
	if (!(yes > 0 && no > 0))
		return;
	p.title = "Precision and recall";
	p.x_label = "recall";
	p.y_label = "precision";
	p.series = &pr;
	p.diagonal = false;
	doc_plot(&k->d, &p);
}

static void
table_reliability(struct card *k, const struct json *bins)
{
	bool truth = json_get(bins->child, "truth") != NULL;
	const char *heads[] = { truth ? "mean answer" : "mean score", truth ?
	    "mean truth" : "share of positives", "rows" }, *cells[3];

	doc_paragraph(&k->d, truth ? "Reliability: the mean truth by mean "
	    "answer" : "Reliability: the share of positives by mean score");
	doc_table_open(&k->d, heads, 3, "rrr");
	for (const struct json *j = bins->child; j; j = j->next) {
		if (json_num(j, "rows", 0) <= 0)
			continue;
		cells[0] = tile_number(k, json_num(j, "score", 0));
		cells[1] = tile_number(k, json_num(j, truth ? "truth" :
		    "share", 0));
		cells[2] = arena_printf(&k->a, "%.0f", json_num(j, "rows", 0));
		doc_row(&k->d, cells);
	}
	doc_table_close(&k->d);
}

static void
plot_reliability(struct card *k, const struct json *bins)
{
	double x[64], y[64];
	struct plot_series s = { .x = x, .y = y };
	struct plot p = { .kind = PLOT_POINTS,
	    .title = "Reliability: the share of positives by mean score",
	    .x_label = "mean score", .y_label = "share of positives",
	    .series = &s, .n_series = 1, .diagonal = true,
	    .unit_square = true };

	if (json_get(bins->child, "truth")) {
		p.title = "Reliability: the mean truth by mean answer";
		p.x_label = "mean answer";
		p.y_label = "mean truth";
		p.unit_square = false;
	}
	for (const struct json *j = bins->child; j && s.n < 64; j = j->next) {
		if (json_num(j, "rows", 0) <= 0)
			continue;
		x[s.n] = json_num(j, "score", 0);
		y[s.n++] = json_num(j, json_get(j, "truth") ? "truth" :
		    "share", 0);
	}
	doc_plot(&k->d, &p);
}

#define BINS_MOST 64

static size_t
shares_of(double *y, const struct json *counts)
{
	double sum = 0;
	size_t n = 0;

	if (counts == NULL)
		return 0;
	for (const struct json *j = counts->child; j; j = j->next)
		sum += j->d;
	for (const struct json *j = counts->child; j && n < BINS_MOST &&
	    sum > 0; j = j->next)
		y[n++] = j->d / sum;
	return n;
}

#define TENTHS 10

/* Rows of a class in each tenth of the scores, the last with what is 1. */
static bool
tenths_of(double *out, const struct json *counts)
{
	size_t i = 0;

	memset(out, 0, TENTHS * sizeof(*out));
	if (counts == NULL || counts->n == 0 || counts->n % TENTHS)
		return false;
	for (const struct json *j = counts->child; j; j = j->next)
		out[i++ * TENTHS / counts->n] += j->d;
	return true;
}

/* What a threshold does, by tenths: ROC, precision and recall as numbers. */
static void
table_scores(struct card *k, const struct json *scores)
{
	const char *heads[] = { "score from", "negative rows", "positive rows",
	    "true positive rate", "false positive rate", "precision" };
	double no[TENTHS], yes[TENTHS], all_no = 0, all_yes = 0;
	const char *cells[6];

	if (!tenths_of(no, json_get(scores, "negative")) ||
	    !tenths_of(yes, json_get(scores, "positive")))
		return;
	for (size_t i = 0; i < TENTHS; i++) {
		all_no += no[i];
		all_yes += yes[i];
	}
	if (!(all_no > 0 && all_yes > 0))
		return;
	doc_paragraph(&k->d, "How scores spread, and what that score as the "
	    "threshold gives (the ROC curve, precision and recall)");
	doc_table_open(&k->d, heads, 6, "rrrrrr");
	for (size_t i = 0; i < TENTHS; i++) {
		double tp = 0, fp = 0;

		for (size_t t = i; t < TENTHS; t++) {
			tp += yes[t];
			fp += no[t];
		}
		cells[0] = arena_printf(&k->a, "%.1f", (double)i / TENTHS);
		cells[1] = arena_printf(&k->a, "%.0f", no[i]);
		cells[2] = arena_printf(&k->a, "%.0f", yes[i]);
		cells[3] = arena_printf(&k->a, "%.3f", tp / all_yes);
		cells[4] = arena_printf(&k->a, "%.3f", fp / all_no);
		cells[5] = tp + fp > 0 ? arena_printf(&k->a, "%.3f", tp /
		    (tp + fp)) : "";
		doc_row(&k->d, cells);
	}
	doc_table_close(&k->d);
}

static void
plot_scores(struct card *k, const struct found *f, const struct json *scores)
{
	double x[BINS_MOST + 1], y[2][BINS_MOST + 1];
	const char *yes = json_text(f->detail, "positive", "positive");
	struct plot_series s[2] = { { .name = "negative", .area = true },
	    { .name = yes, .area = true } };
	struct plot p = { .kind = PLOT_LINES,
	    .title = "How scores spread, by the true class",
	    .x_label = "score", .y_label = "share of the class's rows",
	    .series = s, .n_series = 2, .from_zero = true };
	const struct json *classes = part(f, "classes", JSON_LIST);
	size_t n = shares_of(y[0], json_get(scores, "negative"));

	if (n == 0 || shares_of(y[1], json_get(scores, "positive")) != n)
		return;
	for (const struct json *c = classes ? classes->child : NULL; c;
	    c = c->next)
		if (c->type == JSON_TEXT && strcmp(c->s, yes) != 0)
			s[0].name = c->s;
	for (size_t i = 0; i <= n; i++)
		x[i] = (double)i / (double)n;
	y[0][n] = y[1][n] = 0;
	for (size_t i = 0; i < 2; i++) {
		s[i].x = x;
		s[i].y = y[i];
		s[i].n = n + 1;
	}
	doc_plot(&k->d, &p);
}

static void
plot_importance(struct card *k, const struct json *importance)
{
	const struct json *inputs = json_get(importance, "inputs");
	const char *labels[INPUTS_SHOWN];
	double y[INPUTS_SHOWN], low[INPUTS_SHOWN], high[INPUTS_SHOWN];
	struct plot_series s = { .y = y, .low = low, .high = high };
	struct plot p = { .kind = PLOT_BARS, .series = &s, .n_series = 1,
	    .labels = labels };

	for (const struct json *j = inputs ? inputs->child : NULL; j &&
	    s.n < INPUTS_SHOWN; j = j->next) {
		double loss = json_num(j, "loss", 0), std = json_num(j, "std",
		    0);

		labels[s.n] = json_text(j, "name", "");
		low[s.n] = loss - std > 0 ? loss - std : 0;
		high[s.n] = loss + std > 0 ? loss + std : 0;
		y[s.n++] = loss > 0 ? loss : 0;
	}
	if (s.n == 0)
		return;
	p.title = arena_printf(&k->a, "Importance of the inputs: how much "
	    "worse %s gets when their values are shuffled%s",
	    json_text(importance, "metric", "the answer"), inputs->n > s.n ? arena_printf(&k->a,
	    " (first %zu of %zu)", s.n, inputs->n) : "");
	doc_plot(&k->d, &p);
}

/* --- one evaluation, all of them -------------------------------------------- */

static void
keep_evaluation(struct card *k, const struct found *f)
{
	struct json *j = json_add_map(&k->a, k->evaluations, NULL);
	struct json *copy = json_new(&k->a, f->m->type);

	if (f->id)
		json_add_text(&k->a, j, "id", f->id);
	*copy = *f->m;		/* what it holds is shared, it is only read */
	json_add(&k->a, j, "evaluation", copy);
}

static void
write_data(struct card *k, const struct found *f)
{
	const char *name = json_text(f->m, "data", NULL);
	char id[OID_TEXT];
	struct link l;

	if (name == NULL && catalog_evaluation_data(&l, f->m))
		name = arena_printf(&k->a, "%s%s%s", l.name, *l.name ? ", " :
		    "", oid_print(id, &l.id));
	card_fact(k, "Data", name);
	if (json_get(f->detail, "rows"))
		card_fact(k, "Rows", arena_printf(&k->a, "%lld",
		    (long long)json_int(f->detail, "rows", 0)));
	if (json_get(f->detail, "positives"))
		card_fact(k, "Positive rows", arena_printf(&k->a, "%lld",
		    (long long)json_int(f->detail, "positives", 0)));
	card_fact(k, "Evidence", f->id);
}

static void
write_evaluation(struct card *k, const struct found *f)
{
	bool text = k->d.form == DOC_MARKDOWN;
	const struct json *p;

	k->n_evaluations++;
	keep_evaluation(k, f);
	doc_heading(&k->d, 3, arena_printf(&k->a, "On %s", json_text(f->m,
	    "label", "data")));
	write_data(k, f);
	if (f->metrics)
		write_metrics(k, f->metrics);
	if ((p = part(f, "confusion", JSON_LIST)) != NULL)
		write_confusion(k, p, part(f, "classes", JSON_LIST));
	if (f->metrics)
		plot_metrics(k, f->metrics);
	if (!text && (p = part(f, "roc", JSON_LIST)) != NULL)
		plot_roc(k, f, p);
	if ((p = part(f, "reliability", JSON_LIST)) != NULL && p->n)
		text ? table_reliability(k, p) : plot_reliability(k, p);
	if ((p = part(f, "scores", JSON_MAP)) != NULL)
		text ? table_scores(k, p) : plot_scores(k, f, p);
	if ((p = part(f, "importance", JSON_MAP)) != NULL)
		plot_importance(k, p);
}

struct shown {			/* newest first: what came again is older */
	struct card *k;
	const struct json *m[EVALUATIONS_MOST];
	size_t n;
};

/* Under one label on one set of data? */
static bool
same_question(const struct json *a, const struct json *b)
{
	struct link x = { 0 }, y = { 0 };

	return strcmp(json_text(a, "label", ""), json_text(b, "label",
	    "")) == 0 && catalog_evaluation_data(&x, a) ==
	    catalog_evaluation_data(&y, b) && oid_eq(&x.id, &y.id);
}

static int
one_evaluation(void *ctx, const struct json *m, const struct oid *id,
    struct err *e)
{
	struct shown *s = ctx;
	char text[OID_TEXT];
	struct found f = found_of(m, oid_print(text, id));

	(void)e;
	for (size_t i = 0; i < s->n; i++)
		if (same_question(s->m[i], m))
			return 0;
	s->m[s->n++] = m;
	write_evaluation(s->k, &f);
	return s->n == EVALUATIONS_MOST;
}

int
card_evaluations(struct card *k, struct err *e)
{
	struct shown shown = { .k = k };

	card_heading(k, "Evaluation");
	if (k->r->evaluation) {
		struct found f = found_of(k->r->evaluation, NULL);

		write_evaluation(k, &f);
	}
	if (catalog_repo(k->c) && catalog_each_evaluation(&k->a, k->c,
	    catalog_bytes_id(&k->bytes), one_evaluation, &shown, e) < 0)
		return -1;
	if (k->n_evaluations == 0) {
		doc_notice(&k->d, "No evaluation is recorded for this model: "
		    "mlv-train eval makes one.");
		card_lacks(k, "Evaluation on held-out data");
	}
	return 0;
}

#define TILES 4

static int
headline_of(void *ctx, const struct json *m, const struct oid *id,
    struct err *e)
{
	struct card *k = ctx;
	struct found f = found_of(m, NULL);
	const struct json *list[TILES];
	size_t n = f.metrics ? in_order(list, TILES, f.metrics) : 0;

	(void)id;
	(void)e;
	for (size_t i = 0; i < n; i++)
		doc_tile(&k->d, title_of(list[i]->key), tile_number(k,
		    value_of(list[i])), range_text(k, list[i]));
	return 1;
}

int
card_headline(struct card *k, struct err *e)
{
	if (k->r->evaluation)
		return headline_of(k, k->r->evaluation, NULL, e) < 0 ? -1 : 0;
	if (catalog_repo(k->c) == NULL)
		return 0;
	return catalog_each_evaluation(&k->a, k->c,
	    catalog_bytes_id(&k->bytes), headline_of, k, e) < 0 ? -1 : 0;
}

/* --- while it learned ------------------------------------------------------- */

#define CURVES_MOST 4		/* what one plot holds */
#define SPARK_MOST 40		/* marks that a line of text has room for */

/* The step of a curve's best value; -1 when nobody knows which that is. */
static long
best_of(const struct run_metric *m)
{
	const char *dot = strrchr(m->name, '.');
	size_t word = word_of(dot ? dot + 1 : m->name);
	long best = -1;

	for (size_t i = 0; word < WORDS && i < m->n; i++) {
		double v = m->value[i];

		if (isfinite(v) && (best < 0 || (metric_words[word].more ?
		    v > m->value[best] : v < m->value[best])))
			best = (long)i;
	}
	return best;
}

static void
table_curves(struct card *k)
{
	const char *heads[] = { "while it learned", "steps", "first", "best",
	    "at step", "last", "course" }, *cells[7];

	doc_table_open(&k->d, heads, 7, "lrrrrrl");
	for (size_t i = 0; i < k->run.n_metrics; i++) {
		const struct run_metric *m = &k->run.metric[i];
		long best = best_of(m);
		struct buf b;

		if (m->n < 3)
			continue;
		buf_init(&b, BUF_CAP_SMALL);
		plot_spark(&b, m->value, m->n, SPARK_MOST);
		cells[0] = m->name;
		cells[1] = arena_printf(&k->a, "%zu", m->n);
		cells[2] = arena_printf(&k->a, "%.6g", m->value[0]);
		cells[3] = best < 0 ? "" : arena_printf(&k->a, "%.6g",
		    m->value[best]);
		cells[4] = best < 0 ? "" : arena_printf(&k->a, "%lld",
		    (long long)m->step[best]);
		cells[5] = arena_printf(&k->a, "%.6g", m->value[m->n - 1]);
		cells[6] = b.data;
		doc_row(&k->d, cells);
		buf_free(&b);
	}
	doc_table_close(&k->d);
}

void
card_curves(struct card *k)
{
	struct plot_series s[CURVES_MOST] = { { .n = 0 } };
	struct plot p = { .kind = PLOT_LINES, .title = "While it learned",
	    .x_label = "step", .series = s };

	for (size_t i = 0; k->has_run && i < k->run.n_metrics &&
	    p.n_series < CURVES_MOST; i++) {
		const struct run_metric *m = &k->run.metric[i];
		double *x;

		if (m->n < 3)
			continue;
		x = arena_alloc(&k->a, m->n * sizeof(*x));
		for (size_t t = 0; t < m->n; t++)
			x[t] = (double)m->step[t];
		s[p.n_series++] = (struct plot_series){ .name = m->name,
		    .x = x, .y = m->value, .n = m->n };
	}
	if (p.n_series == 0)
		return;
	if (k->d.form == DOC_MARKDOWN)
		table_curves(k);
	else
		doc_plot(&k->d, &p);
}
