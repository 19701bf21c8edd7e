/* An evaluation as JSON, for people and as evidence. */
#include "evidence/evaluation.h"

struct json *
evaluation_metrics(struct arena *a, const struct evaluation *v)
{
	struct json *all = json_new(a, JSON_MAP), *one;

	for (size_t i = 0; i < v->metrics.n; i++) {
		const struct metric *m = &v->metrics.m[i];

		one = json_add_map(a, all, m->name);
		json_add_num(a, one, "value", m->value);
		json_add_num(a, one, "low", m->low);
		json_add_num(a, one, "high", m->high);
		json_add_text(a, one, "interval", m->interval);
	}
	return all;
}

static void
add_curves(struct arena *a, struct json *j, const struct metrics *m)
{
	struct json *list = json_add_list(a, j, "roc"), *one;

	for (size_t i = 0; i < m->n_curve; i++) {
		one = json_add_list(a, list, NULL);
		json_add_num(a, one, NULL, m->fpr[i]);
		json_add_num(a, one, NULL, m->tpr[i]);
	}
}

/* Mean answer beside mean truth, of bins that hold something. */
static void
add_reliability(struct arena *a, struct json *j, const struct metric_bin *bin,
    const char *truth)
{
	struct json *list = json_add_list(a, j, "reliability"), *one;

	for (size_t i = 0; i < METRIC_BINS; i++) {
		if (bin[i].n == 0)
			continue;
		one = json_add_map(a, list, NULL);
		json_add_int(a, one, "rows", (int64_t)bin[i].n);
		json_add_num(a, one, "score", bin[i].score);
		json_add_num(a, one, truth, bin[i].share);
	}
}

static void
add_spread(struct arena *a, struct json *j, const struct evaluation *v)
{
	static const char *const names[] = { "negative", "positive" };
	struct json *m, *list;

	if (!v->has_spread)
		return;
	m = json_add_map(a, j, "scores");
	for (size_t k = 0; k < 2; k++) {
		list = json_add_list(a, m, names[k]);
		for (size_t i = 0; i < EVALUATE_SPREAD; i++)
			json_add_int(a, list, NULL, (int64_t)v->spread[k][i]);
	}
}

static void
add_importance(struct arena *a, struct json *j, const struct importance *im)
{
	struct json *m, *list, *one;

	if (im->n == 0)
		return;
	m = json_add_map(a, j, "importance");
	json_add_text(a, m, "metric", im->metric);
	json_add_int(a, m, "rows", (int64_t)im->rows);
	json_add_int(a, m, "repeats", IMPORTANCE_REPEATS);
	list = json_add_list(a, m, "inputs");
	for (size_t i = 0; i < im->n; i++) {
		one = json_add_map(a, list, NULL);
		json_add_text(a, one, "name", im->input[i].name);
		json_add_num(a, one, "loss", im->input[i].loss);
		json_add_num(a, one, "std", im->input[i].std);
	}
}

struct json *
evaluation_extra(struct arena *a, const struct evaluation *v)
{
	struct json *j = json_new(a, JSON_MAP), *list, *row;

	json_add_text(a, j, "task", task_name(v->task));
	json_add_text(a, j, "target", v->target);
	json_add_int(a, j, "rows", (int64_t)v->metrics.rows);
	add_importance(a, j, &v->importance);
	if (v->task == TASK_REGRESSION) {
		add_reliability(a, j, v->tenth, "truth");
		return j;
	}
	list = json_add_list(a, j, "classes");
	for (size_t k = 0; k < v->n_classes; k++)
		json_add_text(a, list, NULL, v->classes[k]);
	if (v->task == TASK_BINARY) {
		json_add_text(a, j, "positive", v->positive);
		json_add_int(a, j, "positives", (int64_t)v->metrics.positives);
		add_curves(a, j, &v->metrics);
		if (!v->metrics.no_probability)
			add_reliability(a, j, v->metrics.bin, "share");
		add_spread(a, j, v);
	}
	list = json_add_list(a, j, "confusion");
	for (size_t k = 0; k < v->n_classes; k++) {
		row = json_add_list(a, list, NULL);
		for (size_t c = 0; c < v->n_classes; c++)
			json_add_int(a, row, NULL, (int64_t)v->confusion[k *
			    v->n_classes + c]);
	}
	return j;
}
