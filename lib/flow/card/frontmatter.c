/*
 * Hugging Face's front matter: YAML at the head of a README.md, by which the
 * Hub finds and shows a model.  Only what somebody said or what is evidence.
 */
#include <math.h>
#include <string.h>

#include "catalog/put.h"
#include "flow/card/internal.h"
#include "codec/yaml.h"
#include "model/meta.h"

const char *const card_frontmatter_fields[FRONTMATTER_FIELDS] = {
	"license_name", "license_link", "language", "tags", "datasets",
	"metrics", "base_model", "pipeline_tag", "library_name", "model_name",
	"thumbnail"
};

/* An identifier of the Hub's list is one lower-case word; other words are
 * "other", by name. */
static void
add_license(struct card *k, struct json *m, const char *s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-+";
	char *id = arena_strdup(&k->a, s);
	size_t n = strlen(id);

	while (n && strchr(" \t\r\n", id[n - 1]))
		id[--n] = '\0';
	if (n == 0)
		return;
	if (strspn(id, letters) != n) {
		json_add_text(&k->a, m, "license", "other");
		if (json_text(k->r->notes, "license_name", NULL) == NULL)
			json_add_text(&k->a, m, "license_name", id);
		return;
	}
	for (char *c = id; *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
	json_add_text(&k->a, m, "license", id);
}

static bool
is_given(const struct json *j)
{
	return j && (j->type == JSON_LIST ? j->n > 0 : j->type == JSON_TEXT &&
	    j->n > 0);
}

static bool
add_notes(struct card *k, struct json *m)
{
	const struct json *notes = k->r->notes, *j;
	bool any = false;

	if (notes == NULL)
		return false;
	if (is_given(j = json_get(notes, "license"))) {
		add_license(k, m, j->s);
		any = true;
	}
	for (size_t i = 0; i < FRONTMATTER_FIELDS; i++) {
		struct json *copy;

		if (!is_given(j = json_get(notes, card_frontmatter_fields[i])))
			continue;
		copy = json_new(&k->a, j->type);
		*copy = *j;
		copy->next = NULL;
		json_add(&k->a, m, card_frontmatter_fields[i], copy);
		any = true;
	}
	return any;
}

/* The Hub's own word for a metric. */
static const char *
hub_metric(const char *name)
{
	static const struct {
		const char *ours, *hub;
	} words[] = { { "auc", "roc_auc" }, { "auc_ovr", "roc_auc" },
	    { "brier", "brier_score" }, { "f1_macro", "f1" },
	    { "f1_weighted", "f1" } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(words[i].ours, name) == 0)
			return words[i].hub;
	return name;
}

static void
add_result(struct card *k, struct json *results, const struct evaluation *v,
    const char *task)
{
	const char *split = v->label ? v->label : "test";
	const char *data = v->data.name && *v->data.name ? v->data.name :
	    split;
	struct json *r = json_add_map(&k->a, results, NULL), *m;

	m = json_add_map(&k->a, r, "task");
	json_add_text(&k->a, m, "type", task);
	m = json_add_map(&k->a, r, "dataset");
	json_add_text(&k->a, m, "type", data);
	json_add_text(&k->a, m, "name", data);
	json_add_text(&k->a, m, "split", split);
	r = json_add_list(&k->a, r, "metrics");
	for (size_t i = 0; i < v->metrics.n; i++) {
		const struct metric *metric = &v->metrics.m[i];

		if (!isfinite(metric->value))
			continue;
		m = json_add_map(&k->a, r, NULL);
		json_add_text(&k->a, m, "type", hub_metric(metric->name));
		json_add_text(&k->a, m, "name", metric->name);
		json_add_num(&k->a, m, "value", metric->value);
	}
}

static void
add_index(struct card *k, struct json *m, const char *task)
{
	struct json *results = json_new(&k->a, JSON_LIST), *one;

	for (size_t i = 0; i < k->n_evaluations; i++)
		if (k->evaluation[i]->metrics.n)
			add_result(k, results, k->evaluation[i], task);
	if (results->n == 0)
		return;
	one = json_add_map(&k->a, json_add_list(&k->a, m, "model-index"),
	    NULL);
	json_add_text(&k->a, one, "name", json_text(m, "model_name",
	    k->bytes.item.label));
	json_add(&k->a, one, "results", results);
}

int
card_frontmatter(struct card *k, struct buf *out, struct err *e)
{
	const char *word = card_meta(k, META_TASK), *task;
	struct json *m = json_new(&k->a, JSON_MAP);
	struct buf all;
	int r;

	if (!add_notes(k, m))
		return 0;
	task = word && strcmp(word, "regression") == 0 ?
	    "tabular-regression" : "tabular-classification";
	if (json_get(m, "library_name") == NULL)
		json_add_text(&k->a, m, "library_name", "onnx");
	if (word && json_get(m, "pipeline_tag") == NULL)
		json_add_text(&k->a, m, "pipeline_tag", task);
	add_index(k, m, json_text(m, "pipeline_tag", task));
	buf_init(&all, BUF_CAP_DOC);
	buf_adds(&all, "---\n");
	r = yaml_write(&all, m, e);
	buf_adds(&all, "---\n\n");
	buf_add(&all, out->data, out->len);
	if (r == 0)
		r = buf_check(&all, e);
	if (r == 0) {
		buf_clear(out);
		buf_add(out, all.data, all.len);
	}
	buf_free(&all);
	return r;
}
