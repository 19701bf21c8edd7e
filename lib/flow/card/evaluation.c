/* How good the model is: which evaluations are shown, and their tables. */
#include <math.h>
#include <string.h>

#include "catalog/bytes.h"
#include "catalog/put.h"
#include "flow/card/internal.h"

/* --- which ---------------------------------------------------------------- */

static bool
is_same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/* The newest of every label, data and scored class: one that came again is
 * newer. */
static int
keep_evaluation(void *ctx, struct evaluation *v, struct err *e)
{
	struct card *k = ctx;

	(void)e;
	for (size_t i = 0; i < k->n_recorded; i++)
		if (is_same_text(k->recorded[i].label, v->label) &&
		    is_same_text(k->recorded[i].positive, v->positive) &&
		    oid_eq(&k->recorded[i].data.id, &v->data.id))
			return 0;
	evaluation_move(&k->recorded[k->n_recorded++], v);
	return k->n_recorded == CARD_EVALUATIONS;
}

int
card_find_evaluations(struct card *k, struct err *e)
{
	if (catalog_repo(k->c) && evaluation_each(k->c,
	    catalog_bytes_id(&k->bytes), keep_evaluation, k, e) < 0)
		return -1;
	if (k->r->evaluation)
		k->evaluation[k->n_evaluations++] = k->r->evaluation;
	for (size_t i = 0; i < k->n_recorded; i++)
		k->evaluation[k->n_evaluations++] = &k->recorded[i];
	return 0;
}

void
card_release_evaluations(struct card *k)
{
	for (size_t i = 0; i < k->n_recorded; i++)
		evaluation_release(&k->recorded[i]);
	k->n_recorded = k->n_evaluations = 0;
}

/* --- tables --------------------------------------------------------------- */

/* Three decimals where that says something, else three digits. */
static const char *
short_number(struct card *k, double v)
{
	return arena_printf(&k->a, fabs(v) >= 0.01 && fabs(v) < 100 ? "%.3f" :
	    "%.3g", v);
}

static void
write_metrics(struct card *k, const struct metrics *m)
{
	const char *heads[] = { "metric", "value", "95 % interval", "by", "" };
	const struct metric *list[CARD_METRICS];
	size_t n = metrics_in_order(list, CARD_METRICS, m);
	const char *cells[5];

	doc_table_open(&k->d, heads, 5, "lrrll");
	for (size_t i = 0; i < n; i++) {
		const struct metric_word *word = metric_word(list[i]->name);

		cells[0] = list[i]->name;
		cells[1] = arena_printf(&k->a, "%.6g", list[i]->value);
		cells[2] = metric_has_interval(list[i]) ? arena_printf(&k->a,
		    "%.6g to %.6g", list[i]->low, list[i]->high) : "";
		cells[3] = list[i]->interval ? list[i]->interval : "";
		cells[4] = word ? word->title : "";
		doc_row(&k->d, cells);
	}
	doc_table_close(&k->d);
}

#define CLASSES_SHOWN 14

/* Rows are the true classes, columns what the model says. */
static void
write_confusion(struct card *k, const struct evaluation *v)
{
	const char *heads[CLASSES_SHOWN + 1] = { "true class" };
	const char *cells[CLASSES_SHOWN + 1];
	size_t n = v->n_classes;

	if (v->confusion == NULL || n > CLASSES_SHOWN)
		return;
	for (size_t i = 0; i < n; i++)
		heads[i + 1] = arena_printf(&k->a, "predicted %s",
		    v->classes[i]);
	doc_table_open(&k->d, heads, n + 1, "lrrrrrrrrrrrrrr");
	for (size_t row = 0; row < n; row++) {
		cells[0] = v->classes[row];
		for (size_t i = 0; i < n; i++)
			cells[i + 1] = arena_printf(&k->a, "%llu",
			    (unsigned long long)v->confusion[row * n + i]);
		doc_row(&k->d, cells);
	}
	doc_table_close(&k->d);
}

static void
write_reliability(struct card *k, const struct metric_bin *bin, bool truth)
{
	const char *heads[] = { truth ? "mean answer" : "mean score", truth ?
	    "mean truth" : "share of positives", "rows" }, *cells[3];

	doc_paragraph(&k->d, truth ? "Reliability: the mean truth by mean "
	    "answer" : "Reliability: the share of positives by mean score");
	doc_table_open(&k->d, heads, 3, "rrr");
	for (size_t i = 0; i < METRIC_BINS; i++) {
		if (bin[i].n == 0)
			continue;
		cells[0] = short_number(k, bin[i].score);
		cells[1] = short_number(k, bin[i].share);
		cells[2] = arena_printf(&k->a, "%zu", bin[i].n);
		doc_row(&k->d, cells);
	}
	doc_table_close(&k->d);
}

#define TENTHS 10

/* Rows in each tenth of the scores, the last with what is 1; all of them. */
static double
count_tenths(double out[TENTHS], const uint64_t *rows)
{
	double all = 0;

	memset(out, 0, TENTHS * sizeof(*out));
	for (size_t i = 0; i < EVALUATE_SPREAD; i++)
		out[i * TENTHS / EVALUATE_SPREAD] += (double)rows[i];
	for (size_t i = 0; i < TENTHS; i++)
		all += out[i];
	return all;
}

/* What a threshold does, by tenths: ROC, precision and recall as numbers. */
static void
write_thresholds(struct card *k, const struct evaluation *v)
{
	const char *heads[] = { "score from", "negative rows", "positive rows",
	    "true positive rate", "false positive rate", "precision" };
	double no[TENTHS], yes[TENTHS];
	double all_no = count_tenths(no, v->spread[0]);
	double all_yes = count_tenths(yes, v->spread[1]);
	const char *cells[6];

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

/* --- one evaluation, all of them ------------------------------------------ */

static void
keep_as_data(struct card *k, const struct evaluation *v)
{
	struct json *j = json_add_map(&k->a, k->evaluations, NULL);
	struct json *copy = json_new(&k->a, v->source->type);
	char id[OID_TEXT];

	if (!oid_is_none(&v->id))
		json_add_text(&k->a, j, "id", oid_print(id, &v->id));
	/* its members are shared: they are only read */
	*copy = *v->source;
	json_add(&k->a, j, "evaluation", copy);
}

static int
write_data(struct card *k, const struct evaluation *v, struct err *e)
{
	const char *name = v->data.name;
	struct oid content = v->data_content;
	char id[OID_TEXT];

	if (!oid_is_none(&v->data.id) && card_content(&content, k, &v->data,
	    e) < 0)
		return -1;
	if (!oid_is_none(&content))
		name = arena_printf(&k->a, "%s%s%s", name ? name : "", name &&
		    *name ? ", " : "", oid_print(id, &content));
	card_fact(k, "Data", name);
	if (v->metrics.rows)
		card_fact(k, "Rows", arena_printf(&k->a, "%zu",
		    v->metrics.rows));
	card_fact(k, "Scored class", v->positive);
	if (v->has_threshold)
		card_fact(k, "Threshold", short_number(k, v->threshold));
	card_fact(k, "Weights", v->weight);
	if (v->task == TASK_BINARY)
		card_fact(k, "Positive rows", arena_printf(&k->a, "%zu",
		    v->metrics.positives));
	if (v->own_target)
		card_fact(k, "Target", arena_printf(&k->a, "%s, not what the "
		    "model answers: %s", v->target, v->own_target));
	if (v->score)
		card_fact(k, "Output", arena_printf(&k->a, "%s, not the usual "
		    "one", v->score));
	if (!oid_is_none(&v->id))
		card_fact(k, "Evidence", oid_print(id, &v->id));
	return 0;
}

static bool
has_rows(const struct metric_bin *bin)
{
	for (size_t i = 0; i < METRIC_BINS; i++)
		if (bin[i].n)
			return true;
	return false;
}

static int
write_evaluation(struct card *k, const struct evaluation *v, struct err *e)
{
	bool text = k->d.form == DOC_MARKDOWN, truth = has_rows(v->tenth);
	const struct metric_bin *bin = truth ? v->tenth : v->metrics.bin;

	keep_as_data(k, v);
	doc_heading(&k->d, 3, arena_printf(&k->a, "On %s", v->label ?
	    v->label : "data"));
	if (write_data(k, v, e) < 0)
		return -1;
	write_metrics(k, &v->metrics);
	write_confusion(k, v);
	plot_metric_ranges(k, &v->metrics);
	/* text has the table of thresholds instead */
	if (!text && (v->task == TASK_BINARY || v->metrics.n_curve))
		plot_roc(k, &v->metrics);
	if (has_rows(bin) && text)
		write_reliability(k, bin, truth);
	else if (has_rows(bin))
		plot_reliability(k, bin, truth);
	if (v->has_spread && text)
		write_thresholds(k, v);
	else if (v->has_spread)
		plot_score_spread(k, v);
	plot_importance(k, &v->importance);
	return 0;
}

int
card_evaluations(struct card *k, struct err *e)
{
	card_heading(k, "Evaluation");
	for (size_t i = 0; i < k->n_evaluations; i++)
		if (write_evaluation(k, k->evaluation[i], e) < 0)
			return -1;
	if (k->n_evaluations == 0) {
		doc_notice(&k->d, "No evaluation is recorded for this model: "
		    "mlv-train eval makes one.");
		card_lacks(k, "Evaluation on held-out data");
	}
	return 0;
}

#define TILES 4

/* The first of the class that the model looks for, of what it answers; else
 * the first. */
static const struct evaluation *
main_evaluation(const struct card *k)
{
	for (size_t i = 0; i < k->n_evaluations; i++)
		if (is_same_text(k->evaluation[i]->positive,
		    k->evaluation[i]->own_positive) &&
		    k->evaluation[i]->own_target == NULL &&
		    k->evaluation[i]->score == NULL)
			return k->evaluation[i];
	return k->n_evaluations ? k->evaluation[0] : NULL;
}

void
card_headline(struct card *k)
{
	const struct evaluation *v = main_evaluation(k);
	const struct metric *list[TILES];
	size_t n = v ? metrics_in_order(list, TILES, &v->metrics) : 0;

	if (n && v->positive)
		doc_paragraph(&k->d, arena_printf(&k->a, "Scored for the class "
		    "%s, on %s:", v->positive, v->label ? v->label : "data"));
	for (size_t i = 0; i < n; i++) {
		const struct metric_word *word = metric_word(list[i]->name);

		doc_tile(&k->d, word ? word->title : list[i]->name,
		    short_number(k, list[i]->value),
		    metric_has_interval(list[i]) ? arena_printf(&k->a,
		    "%s to %s", short_number(k, list[i]->low),
		    short_number(k, list[i]->high)) : "");
	}
}
