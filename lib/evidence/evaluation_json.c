/* An evaluation as JSON: both forms written, both read (mlv-evaluation(5)). */
#include "catalog/manifest.h"
#include "evidence/evaluation.h"

#include <math.h>
#include <string.h>

static const char *const spread_names[] = { "negative", "positive" };

/* --- writing --------------------------------------------------------------- */

struct json *
evaluation_metrics(struct arena *a, const struct evaluation *v)
{
	struct json *all = json_new(a, JSON_MAP), *one;

	for (size_t i = 0; i < v->metrics.n; i++) {
		const struct metric *m = &v->metrics.m[i];

		one = json_add_map(a, all, m->name);
		json_add_num(a, one, "value", m->value);
		if (isnan(m->low) || isnan(m->high))
			continue;
		json_add_num(a, one, "low", m->low);
		json_add_num(a, one, "high", m->high);
		if (m->interval)
			json_add_text(a, one, "interval", m->interval);
	}
	return all;
}

static void
write_roc(struct arena *a, struct json *j, const struct metrics *m)
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
write_reliability(struct arena *a, struct json *j,
    const struct metric_bin *bin, const char *truth)
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
write_spread(struct arena *a, struct json *j, const struct evaluation *v)
{
	struct json *m, *list;

	if (!v->has_spread)
		return;
	m = json_add_map(a, j, "scores");
	for (size_t k = 0; k < 2; k++) {
		list = json_add_list(a, m, spread_names[k]);
		for (size_t i = 0; i < EVALUATE_SPREAD; i++)
			json_add_int(a, list, NULL, (int64_t)v->spread[k][i]);
	}
}

static void
write_importance(struct arena *a, struct json *j, const struct importance *im)
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

static void
write_classes(struct arena *a, struct json *j, const struct evaluation *v)
{
	struct json *list = json_add_list(a, j, "classes"), *row;
	size_t n = v->n_classes;

	for (size_t k = 0; k < n; k++)
		json_add_text(a, list, NULL, v->classes[k]);
	if (v->task == TASK_BINARY) {
		if (v->positive)
			json_add_text(a, j, "positive", v->positive);
		if (v->own_positive)
			json_add_text(a, j, "own_positive", v->own_positive);
		if (v->has_threshold)
			json_add_num(a, j, "threshold", v->threshold);
		json_add_int(a, j, "positives", (int64_t)v->metrics.positives);
		write_roc(a, j, &v->metrics);
		if (!v->metrics.no_probability)
			write_reliability(a, j, v->metrics.bin, "share");
		write_spread(a, j, v);
	}
	if (v->confusion)
		list = json_add_list(a, j, "confusion");
	for (size_t k = 0; v->confusion && k < n; k++) {
		row = json_add_list(a, list, NULL);
		for (size_t c = 0; c < n; c++)
			json_add_int(a, row, NULL,
			    (int64_t)v->confusion[k * n + c]);
	}
}

/* What is not a metric: members of the record, "detail" of the report. */
static void
write_detail(struct arena *a, struct json *j, const struct evaluation *v)
{
	if (v->task != TASK_AUTO)
		json_add_text(a, j, "task", task_name(v->task));
	if (v->target)
		json_add_text(a, j, "target", v->target);
	if (v->metrics.rows)
		json_add_int(a, j, "rows", (int64_t)v->metrics.rows);
	if (v->unknown_rows)
		json_add_int(a, j, "unknown_rows", (int64_t)v->unknown_rows);
	write_importance(a, j, &v->importance);
	if (v->task == TASK_REGRESSION)
		write_reliability(a, j, v->tenth, "truth");
	else if (v->n_classes)
		write_classes(a, j, v);
	if (v->alpha > 0)
		json_add_num(a, j, "alpha", v->alpha);
	if (v->own_target)
		json_add_text(a, j, "own_target", v->own_target);
	if (v->score)
		json_add_text(a, j, "score", v->score);
	if (v->weight)
		json_add_text(a, j, "weight", v->weight);
	if (v->seen)
		json_add_text(a, j, "seen", v->seen);
}

static void
write_named(struct arena *a, struct json *j, const char *key, const char *name,
    const char *id_key, const struct oid *id)
{
	char text[OID_TEXT];

	if (name)
		json_add_text(a, j, key, name);
	if (!oid_is_none(id))
		json_add_text(a, j, id_key, oid_print(text, id));
}

struct json *
evaluation_write(struct arena *a, const struct evaluation *v)
{
	struct json *j = json_new(a, JSON_MAP);

	if (v->name)
		json_add_text(a, j, "name", v->name);
	write_named(a, j, "model", v->model.name, "model_id", &v->model.id);
	write_named(a, j, "data", v->data.name, "data_id",
	    &v->data_content);
	if (v->label)
		json_add_text(a, j, "label", v->label);
	json_add(a, j, "metrics", evaluation_metrics(a, v));
	write_detail(a, j, v);
	return j;
}

/* Data that is not in the repository is named, not linked to. */
static void
write_outside_data(struct arena *a, struct json *m, const struct link *l)
{
	struct json *data = json_add_map(a, m, "data");
	char text[OID_TEXT];

	json_add_text(a, data, "id", oid_print(text, &l->id));
	json_add_int(a, data, "size", (int64_t)l->size);
	if (l->name)
		json_add_text(a, data, "name", l->name);
}

struct json *
evaluation_manifest(struct arena *a, const struct evaluation *v,
    bool data_stored)
{
	struct json *m = manifest_new(a, "mlv.report/1"), *detail;

	json_add_text(a, m, "about", "evaluation");
	json_add_text(a, m, "label", v->label ? v->label : "test");
	manifest_link(a, m, "model", TYPE_ONNX, NULL, &v->model.id,
	    v->model.size);
	if (!oid_is_none(&v->data.id) && data_stored)
		manifest_link(a, m, "data", v->data.type ? v->data.type :
		    TYPE_BYTES, v->data.name, &v->data.id, v->data.size);
	else if (!oid_is_none(&v->data.id))
		write_outside_data(a, m, &v->data);
	/* copied, as canonical JSON has no word for a number beyond all */
	manifest_copy(a, m, "metrics", evaluation_metrics(a, v));
	detail = json_new(a, JSON_MAP);
	write_detail(a, detail, v);
	manifest_copy(a, m, "detail", detail);
	return m;
}

/* --- reading --------------------------------------------------------------- */

static int
refuse_member(const char *key, const char *what, struct err *e)
{
	return err_set(e, ERR_FORMAT, "'%s' of the evaluation is not %s", key,
	    what);
}

/* A member, or NULL when it is not there or null. */
static int
find_member(const struct json **out, const struct json *j, const char *key,
    enum json_type type, const char *what, struct err *e)
{
	*out = json_get(j, key);
	if (*out && (*out)->type == JSON_NULL)
		*out = NULL;
	return *out == NULL || (*out)->type == type ? 0 :
	    refuse_member(key, what, e);
}

/* Left alone when it is not there. */
static int
read_text(const char **out, const struct json *j, const char *key,
    struct err *e)
{
	const struct json *m;

	if (find_member(&m, j, key, JSON_TEXT, "text", e) < 0)
		return -1;
	if (m)
		*out = m->s;
	return 0;
}

static int
read_count(size_t *out, const struct json *j, const char *key, struct err *e)
{
	const struct json *m;

	if (find_member(&m, j, key, JSON_INT, "a count", e) < 0)
		return -1;
	if (m && m->i < 0)
		return refuse_member(key, "a count", e);
	*out = m ? (size_t)m->i : 0;
	return 0;
}

static bool
is_number(const struct json *j)
{
	return j->type == JSON_INT || j->type == JSON_REAL;
}

/* NAN for null, which is how a number that is not finite is written. */
static bool
number_of(double *out, const struct json *j)
{
	*out = is_number(j) ? j->d : NAN;
	return is_number(j) || j->type == JSON_NULL;
}

/* NAN when it is not there. */
static int
read_number(double *out, const struct json *j, const char *key, struct err *e)
{
	const struct json *m = json_get(j, key);

	*out = NAN;
	return m == NULL || number_of(out, m) ? 0 :
	    refuse_member(key, "a number", e);
}

static int
read_oid(struct oid *out, const struct json *j, const char *key, struct err *e)
{
	const char *text = NULL;

	if (read_text(&text, j, key, e) < 0)
		return -1;
	if (text && oid_parse(out, text, e) < 0)
		return refuse_member(key, "an object's id", e);
	return 0;
}

/* A metric is a number, or a map with its interval. */
static int
read_metric(struct metric *m, const struct json *j, struct err *e)
{
	*m = (struct metric){ .name = j->key, .low = NAN, .high = NAN,
	    .value = is_number(j) ? j->d : NAN };
	if (is_number(j) || j->type == JSON_NULL)
		return 0;
	if (j->type != JSON_MAP)
		return refuse_member(j->key, "a number or a map with "
		    "'value'", e);
	return read_number(&m->value, j, "value", e) < 0 ||
	    read_number(&m->low, j, "low", e) < 0 ||
	    read_number(&m->high, j, "high", e) < 0 ||
	    read_text(&m->interval, j, "interval", e) < 0 ? -1 : 0;
}

static int
read_metrics(struct metrics *out, const struct json *j, struct err *e)
{
	const struct json *map = json_get(j, "metrics");

	if (map == NULL)
		return err_set(e, ERR_FORMAT, "the evaluation has no metrics");
	if (map->type != JSON_MAP || map->n > METRIC_MAX)
		return err_set(e, ERR_FORMAT, "'metrics' of the evaluation is "
		    "not a map of at most %d", METRIC_MAX);
	for (const struct json *m = map->child; m; m = m->next)
		if (read_metric(&out->m[out->n++], m, e) < 0)
			return -1;
	return 0;
}

static int
read_roc(struct metrics *out, const struct json *j, struct err *e)
{
	const struct json *list;

	if (find_member(&list, j, "roc", JSON_LIST, "a list", e) < 0)
		return -1;
	for (const struct json *p = list ? list->child : NULL; p;
	    p = p->next) {
		size_t i = out->n_curve;

		if (i == METRIC_CURVE || p->type != JSON_LIST || p->n != 2 ||
		    !number_of(&out->fpr[i], p->child) ||
		    !number_of(&out->tpr[i], p->child->next))
			return refuse_member("roc", "a list of at most 101 "
			    "pairs of numbers", e);
		out->n_curve++;
	}
	return 0;
}

/* Empty bins are not written: those that are come first, in order. */
static int
read_reliability(struct evaluation *v, const struct json *j, struct err *e)
{
	const struct json *list;
	struct metric_bin *bin = v->metrics.bin;
	const char *truth = "share";
	size_t n = 0;

	if (find_member(&list, j, "reliability", JSON_LIST, "a list", e) < 0)
		return -1;
	v->metrics.no_probability = list == NULL && v->task == TASK_BINARY;
	if (list && list->child && json_get(list->child, "truth")) {
		bin = v->tenth;
		truth = "truth";
	}
	for (const struct json *b = list ? list->child : NULL; b;
	    b = b->next) {
		if (n == METRIC_BINS || b->type != JSON_MAP)
			return refuse_member("reliability", "a list of at "
			    "most 10 maps", e);
		if (read_count(&bin[n].n, b, "rows", e) < 0 ||
		    read_number(&bin[n].score, b, "score", e) < 0 ||
		    read_number(&bin[n].share, b, truth, e) < 0)
			return -1;
		n += bin[n].n > 0;
	}
	return 0;
}

/* `n` counts of a list into a row; they must be just as many. */
static int
read_counts(uint64_t *out, size_t n, const struct json *list, const char *key,
    struct err *e)
{
	size_t i = 0;

	if (list == NULL || list->type != JSON_LIST || list->n != n)
		return err_set(e, ERR_FORMAT, "'%s' of the evaluation is not "
		    "a list of %zu counts", key, n);
	for (const struct json *c = list->child; c; c = c->next) {
		if (c->type != JSON_INT || c->i < 0)
			return refuse_member(key, "a list of counts", e);
		out[i++] = (uint64_t)c->i;
	}
	return 0;
}

static int
read_spread(struct evaluation *v, const struct json *j, struct err *e)
{
	const struct json *m;

	if (find_member(&m, j, "scores", JSON_MAP, "a map", e) < 0)
		return -1;
	for (size_t k = 0; m && k < 2; k++)
		if (read_counts(v->spread[k], EVALUATE_SPREAD, json_get(m,
		    spread_names[k]), spread_names[k], e) < 0)
			return -1;
	v->has_spread = m != NULL;
	return 0;
}

static int
read_classes(struct evaluation *v, const struct json *j, struct err *e)
{
	const struct json *list;
	const char **classes;

	if (find_member(&list, j, "classes", JSON_LIST, "a list", e) < 0)
		return -1;
	if (list == NULL)
		return 0;
	if (list->n > TASK_CLASSES_MAX)
		return err_set(e, ERR_FORMAT, "the evaluation has more than "
		    "%d classes", TASK_CLASSES_MAX);
	classes = arena_alloc(&v->arena, (list->n + 1) * sizeof(*classes));
	v->classes = classes;
	for (const struct json *c = list->child; c; c = c->next) {
		if (c->type != JSON_TEXT)
			return refuse_member("classes", "a list of texts", e);
		classes[v->n_classes++] = c->s;
	}
	return 0;
}

static int
read_confusion(struct evaluation *v, const struct json *j, struct err *e)
{
	size_t n = v->n_classes, k = 0;
	const struct json *list;

	if (find_member(&list, j, "confusion", JSON_LIST, "a list", e) < 0)
		return -1;
	if (list == NULL || n == 0)
		return 0;
	if (list->n != n)
		return refuse_member("confusion", "a row for every class", e);
	v->confusion = arena_alloc(&v->arena, n * n * sizeof(*v->confusion));
	for (const struct json *row = list->child; row; row = row->next)
		if (read_counts(&v->confusion[k++ * n], n, row, "confusion",
		    e) < 0)
			return -1;
	return 0;
}

static int
read_importance(struct evaluation *v, const struct json *j, struct err *e)
{
	struct importance *im = &v->importance;
	const struct json *m, *list;

	if (find_member(&m, j, "importance", JSON_MAP, "a map", e) < 0)
		return -1;
	if (m == NULL)
		return 0;
	if (read_text(&im->metric, m, "metric", e) < 0 ||
	    read_count(&im->rows, m, "rows", e) < 0 ||
	    find_member(&list, m, "inputs", JSON_LIST, "a list", e) < 0)
		return -1;
	if (list == NULL)
		return 0;
	im->input = arena_alloc(&v->arena, (list->n + 1) *
	    sizeof(*im->input));
	for (const struct json *i = list->child; i; i = i->next) {
		struct importance_input *in = &im->input[im->n++];

		*in = (struct importance_input){ .name = "" };
		if (i->type != JSON_MAP)
			return refuse_member("inputs", "a list of maps", e);
		if (read_text(&in->name, i, "name", e) < 0 ||
		    read_number(&in->loss, i, "loss", e) < 0 ||
		    read_number(&in->std, i, "std", e) < 0)
			return -1;
	}
	return 0;
}

static int
read_threshold(struct evaluation *v, const struct json *j, struct err *e)
{
	if (read_number(&v->threshold, j, "threshold", e) < 0)
		return -1;
	v->has_threshold = !isnan(v->threshold);
	return 0;
}

static int
read_detail(struct evaluation *v, const struct json *j, struct err *e)
{
	const char *task = NULL;

	if (read_text(&task, j, "task", e) < 0)
		return -1;
	if (task && !task_parse(&v->task, task))
		return refuse_member("task", "binary, multiclass or "
		    "regression", e);
	return read_text(&v->target, j, "target", e) < 0 ||
	    read_text(&v->positive, j, "positive", e) < 0 ||
	    read_text(&v->own_positive, j, "own_positive", e) < 0 ||
	    read_text(&v->own_target, j, "own_target", e) < 0 ||
	    read_text(&v->score, j, "score", e) < 0 ||
	    read_text(&v->weight, j, "weight", e) < 0 ||
	    read_threshold(v, j, e) < 0 ||
	    read_number(&v->alpha, j, "alpha", e) < 0 ||
	    read_text(&v->seen, j, "seen", e) < 0 ||
	    read_count(&v->metrics.rows, j, "rows", e) < 0 ||
	    read_count(&v->unknown_rows, j, "unknown_rows", e) < 0 ||
	    read_count(&v->metrics.positives, j, "positives", e) < 0 ||
	    read_roc(&v->metrics, j, e) < 0 ||
	    read_reliability(v, j, e) < 0 || read_spread(v, j, e) < 0 ||
	    read_classes(v, j, e) < 0 || read_confusion(v, j, e) < 0 ||
	    read_importance(v, j, e) < 0 ? -1 : 0;
}

/* The report links to its data or, when it is outside, names it in a map;
 * the record has its name as text. */
static int
read_data(struct evaluation *v, const struct json *j, struct err *e)
{
	const struct json *m = json_get(j, "data");
	size_t size;

	if (manifest_find(&v->data, j, "data", NULL))
		return 0;
	if (m == NULL || m->type != JSON_MAP)
		return read_text(&v->data.name, j, "data", e) < 0 ||
		    read_oid(&v->data_content, j, "data_id", e) < 0 ? -1 : 0;
	if (read_oid(&v->data.id, m, "id", e) < 0 ||
	    read_text(&v->data.name, m, "name", e) < 0 ||
	    read_count(&size, m, "size", e) < 0)
		return -1;
	v->data.type = TYPE_BYTES;
	v->data.size = size;
	v->data_content = v->data.id;
	return 0;
}

static int
read_members(struct evaluation *v, const struct json *j, struct err *e)
{
	const struct json *detail;

	if (read_metrics(&v->metrics, j, e) < 0 ||
	    find_member(&detail, j, "detail", JSON_MAP, "a map", e) < 0 ||
	    read_text(&v->name, j, "name", e) < 0 ||
	    read_text(&v->label, j, "label", e) < 0 || read_data(v, j, e) < 0)
		return -1;
	if (!manifest_find(&v->model, j, "model", NULL) &&
	    (read_text(&v->model.name, j, "model", e) < 0 ||
	    read_oid(&v->model.id, j, "model_id", e) < 0))
		return -1;
	return read_detail(v, detail ? detail : j, e);
}

int
evaluation_read(struct evaluation *v, const struct json *j, struct err *e)
{
	struct arena arena = v->arena;

	memset(v, 0, sizeof(*v));
	v->arena = arena;
	v->source = j;
	if (j->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "the evaluation has no metrics");
	return read_members(v, j, e);
}
