/* Judging a model version by the evidence recorded for it. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "catalog/put.h"
#include "catalog/resolve.h"
#include "promote/gate.h"

static const char champion_word[] = "champion.";

/* One model version and what is known of it, read when asked for. */
struct evidence {
	const struct json *manifest;
	struct oid content;
	struct found {
		const char *label;
		const struct json *report;	/* NULL: there is none */
	} *found;
	size_t n, room;
};

struct judging {
	struct gate *g;
	struct catalog *c;
	struct evidence candidate, champion;
	bool has_champion;
	const char *no_champion;	/* why a rule is skipped */
	/* of the rule at hand */
	const struct expr *expr;
	struct expr_value *value;	/* of its names */
	struct buf values, why;
	bool asked_champion;	/* and there is none */
	bool missing;
};

static int
read_evidence(struct evidence *v, struct judging *j, const struct oid *id,
    struct err *e)
{
	struct link l;

	if (catalog_manifest(&v->manifest, &j->g->arena, j->c, id, e) < 0)
		return -1;
	if (!manifest_find(&l, v->manifest, "content", NULL))
		return err_set(e, ERR_FORMAT, "a model without content");
	v->content = l.id;
	return 0;
}

static int
find_report(const struct json **report, struct evidence *v,
    struct judging *j, const char *label, struct err *e)
{
	struct found *f;

	for (size_t i = 0; i < v->n; i++) {
		if (strcmp(v->found[i].label, label) == 0) {
			*report = v->found[i].report;
			return 0;
		}
	}
	if (catalog_find_evaluation(report, NULL, &j->g->arena, j->c,
	    &v->content, label, e) < 0)
		return -1;
	if (v->n == v->room) {
		v->room = v->room ? v->room * 2 : 4;
		v->found = xresize(v->found, v->room, sizeof(*v->found));
	}
	f = &v->found[v->n++];
	f->label = arena_strdup(&j->g->arena, label);
	f->report = *report;
	return 0;
}

/* {metric: number} or {metric: {value, low, high}}; "auc" or "auc.low". */
static bool
metric_of(double *out, const struct json *metrics, const char *name)
{
	const struct json *m = json_get(metrics, name);
	const char *dot = strrchr(name, '.');
	char *base;

	if (m == NULL && dot != NULL) {
		base = xstrndup(name, (size_t)(dot - name));
		m = json_get(metrics, base);
		free(base);
		m = m && m->type == JSON_MAP ? json_get(m, dot + 1) : NULL;
	} else if (m != NULL && m->type == JSON_MAP) {
		m = json_get(m, "value");
	}
	if (m == NULL || (m->type != JSON_INT && m->type != JSON_REAL))
		return false;
	*out = m->d;
	return true;
}

static bool
same_data(const struct json *a, const struct json *b)
{
	struct link x, y;
	bool has = catalog_evaluation_data(&x, a);

	if (has != catalog_evaluation_data(&y, b))
		return false;
	return !has || oid_eq(&x.id, &y.id);
}

static struct expr_value
text_value(const char *s, size_t n)
{
	return (struct expr_value){ .type = EXPR_TEXT, .s = s, .n = n };
}

static struct expr_value
num_value(double d)
{
	return (struct expr_value){ .type = EXPR_NUM, .d = d };
}

/* The bytes a report's data link leads to: of a dataset its content. */
static int
data_id(struct expr_value *out, struct judging *j, const struct link *data,
    struct err *e)
{
	char *text = arena_alloc(&j->g->arena, OID_TEXT);
	const struct json *m;
	struct link content = *data;

	if (strcmp(data->type, TYPE_DATASET) == 0) {
		if (catalog_manifest(&m, &j->g->arena, j->c, &data->id, e) < 0)
			return -1;
		if (!manifest_find(&content, m, "content", NULL))
			return 0;
	}
	oid_print(text, &content.id);
	*out = text_value(text, strlen(text));
	return 1;
}

/* What a report says beside its metrics: how many rows of which data.  1
 * found, 0 not, -1. */
static int
fact_of(struct expr_value *out, struct judging *j, const struct json *report,
    const char *name, struct err *e)
{
	const struct json *rows = json_get(json_get(report, "detail"), "rows");
	struct link data;
	const char *at;

	if (strcmp(name, "rows") == 0 && rows && rows->type == JSON_INT) {
		*out = num_value(rows->d);
		return 1;
	}
	if ((strcmp(name, "data") && strcmp(name, "data_id")) ||
	    !catalog_evaluation_data(&data, report))
		return 0;
	if (strcmp(name, "data_id") == 0)
		return data_id(out, j, &data, e);
	/* a dataset without its version, a path as it is */
	at = strncmp(data.name, "data:", 5) == 0 ? strchr(data.name, '@') :
	    NULL;
	*out = text_value(data.name, at ? (size_t)(at - data.name) :
	    strlen(data.name));
	return *data.name != '\0';
}

static void
lacks(struct judging *j, const char *why, const char *what)
{
	j->missing = true;
	buf_adds(&j->why, j->why.len ? "; " : "");
	buf_adds(&j->why, why);
	if (what)
		buf_addf(&j->why, " '%s'", what);
}

/* LABEL.METRIC by an evaluation.  1 found, 0 not, -1. */
static int
from_report(struct expr_value *out, struct judging *j, struct evidence *v,
    const char *label, const char *metric, struct err *e)
{
	const struct json *report, *ours;
	double d;
	int r;

	if (find_report(&report, v, j, label, e) < 0)
		return -1;
	if (report == NULL)
		return 0;
	if (metric_of(&d, json_get(report, "metrics"), metric))
		*out = num_value(d);
	else if ((r = fact_of(out, j, report, metric, e)) != 1)
		return r;
	if (v != &j->champion)
		return 1;
	if (find_report(&ours, &j->candidate, j, label, e) < 0)
		return -1;
	if (ours != NULL && same_data(ours, report))
		return 1;
	*out = (struct expr_value){ .type = EXPR_MISSING };
	lacks(j, ours ? "the champion was evaluated on other data under the "
	    "label" : "only the champion was evaluated under the label", label);
	return 0;
}

/*
 * What the run itself recorded.  It says nothing about a champion beside a
 * candidate that was evaluated: the two were not measured alike.
 */
static int
from_run(struct expr_value *out, struct judging *j, struct evidence *v,
    const char *label, const char *metric, const char *name, struct err *e)
{
	const struct json *ours;
	double d;

	if (!metric_of(&d, json_get(v->manifest, "metrics"), name))
		return 0;
	*out = num_value(d);
	if (v != &j->champion)
		return 1;
	if (find_report(&ours, &j->candidate, j, label, e) < 0)
		return -1;
	if (ours == NULL || !metric_of(&d, json_get(ours, "metrics"), metric))
		return 1;
	*out = (struct expr_value){ .type = EXPR_MISSING };
	lacks(j, "the champion was not evaluated under the label", label);
	return 0;
}

/* LABEL.METRIC, or METRIC of the label "test". */
static int
find_metric(struct expr_value *out, struct judging *j, struct evidence *v,
    const char *name, struct err *e)
{
	const char *dot = strchr(name, '.'), *metric = dot ? dot + 1 : name;
	char *label = dot ? xstrndup(name, (size_t)(dot - name)) :
	    xstrdup("test");
	size_t told = j->why.len;
	int r = from_report(out, j, v, label, metric, e);

	if (r == 0 && told == j->why.len)
		r = from_run(out, j, v, label, metric, name, e);
	free(label);
	return r;
}

static int
lookup(struct expr_value *out, struct judging *j, struct evidence *v,
    const char *name, struct err *e)
{
	const struct json *p;
	struct link content;

	*out = (struct expr_value){ .type = EXPR_MISSING };
	if (strncmp(name, "params.", 7) == 0) {
		p = json_get(json_get(v->manifest, "params"), name + 7);
		if (p && p->type == JSON_TEXT)
			*out = text_value(p->s, p->n);
		else if (p && p->type == JSON_BOOL)
			*out = (struct expr_value){ .type = EXPR_BOOL, .b = p->b };
		else if (p && (p->type == JSON_INT || p->type == JSON_REAL))
			*out = num_value(p->d);
		return 0;
	}
	if (strcmp(name, "size") == 0 &&
	    manifest_find(&content, v->manifest, "content", NULL)) {
		*out = num_value((double)content.size);
		return 0;
	}
	return find_metric(out, j, v, name, e) < 0 ? -1 : 0;
}

static void
note_value(struct judging *j, const char *name, const struct expr_value *v)
{
	char text[NUM_TEXT_MAX];

	buf_addf(&j->values, "%s%s=", j->values.len ? " " : "", name);
	switch (v->type) {
	case EXPR_NUM:
		num_print_f64(text, v->d);
		buf_adds(&j->values, text);
		break;
	case EXPR_TEXT:
		buf_add(&j->values, v->s, v->n);
		break;
	case EXPR_BOOL:
		buf_adds(&j->values, v->b ? "true" : "false");
		break;
	case EXPR_MISSING:
		buf_adds(&j->values, "?");
		break;
	}
}

static bool
is_of_champion(const char *name)
{
	return strncmp(name, champion_word, sizeof(champion_word) - 1) == 0;
}

static int
find_value(struct expr_value *v, struct judging *j, const char *name,
    struct err *e)
{
	*v = (struct expr_value){ .type = EXPR_MISSING };
	if (!is_of_champion(name))
		return lookup(v, j, &j->candidate, name, e);
	if (j->has_champion)
		return lookup(v, j, &j->champion,
		    name + sizeof(champion_word) - 1, e);
	j->asked_champion = true;
	return 0;
}

/* Every name's value, whether the rule gets to it or not, and its record. */
static int
find_values(struct judging *j, struct err *e)
{
	size_t n = expr_names(j->expr);

	j->value = arena_alloc(&j->g->arena, (n + 1) * sizeof(*j->value));
	for (size_t i = 0; i < n; i++) {
		const char *name = expr_name(j->expr, i);
		size_t told = j->why.len;

		if (find_value(&j->value[i], j, name, e) < 0)
			return -1;
		note_value(j, name, &j->value[i]);
		if (j->value[i].type == EXPR_MISSING && told == j->why.len &&
		    (j->has_champion || !is_of_champion(name)))
			lacks(j, "no record of", name);
	}
	return 0;
}

static int
value_of(void *ctx, size_t i, struct expr_value *v, struct err *e)
{
	const struct judging *j = ctx;

	(void)e;
	*v = j->value[i];
	return 0;
}

/* Only a rule that nothing but the champion is missing for is skipped: one
 * that does not hold whatever a champion were, or lacks what the candidate
 * should have, counts. */
static enum verdict
verdict_of(const struct judging *j, bool holds, bool decided)
{
	if (holds)
		return VERDICT_PASS;
	if (j->missing)
		return VERDICT_MISSING;
	return j->asked_champion && !decided ? VERDICT_SKIPPED : VERDICT_FAIL;
}

static int
judge_rule(struct gate_result *out, struct judging *j,
    const struct policy_rule *rule, struct err *e)
{
	struct expr_env env = { .name = value_of, .ctx = j };
	struct expr_value v;
	bool holds;

	j->expr = rule->expr;
	j->asked_champion = j->missing = false;
	buf_clear(&j->values);
	buf_clear(&j->why);
	out->rule = rule;
	if (find_values(j, e) < 0 || expr_holds(&holds, rule->expr, &env, e) < 0 ||
	    expr_eval(&v, rule->expr, &env, e) < 0)
		return err_wrap(e, "rule '%s'", rule->name);
	out->verdict = verdict_of(j, holds, v.type != EXPR_MISSING);
	if (out->verdict == VERDICT_FAIL || out->verdict == VERDICT_MISSING)
		j->g->failed++;
	else if (out->verdict == VERDICT_SKIPPED)
		j->g->skipped++;
	out->values = arena_strdup(&j->g->arena, j->values.data);
	out->why = out->verdict == VERDICT_PASS ? "" :
	    out->verdict == VERDICT_SKIPPED ? j->no_champion :
	    arena_strdup(&j->g->arena, j->why.data);
	return 0;
}

static int
find_champion(struct judging *j, const struct catalog_item *item,
    const struct policy *p, struct err *e)
{
	char *name = xprintf("model:%s@%s", item->base, p->champion);
	struct err mine = ERR_INIT;
	struct catalog_item champion;
	int r = 0;

	if (catalog_resolve(&champion, j->c, name, &mine) == 0) {
		j->has_champion = true;
		j->g->champion = champion.version;
		r = read_evidence(&j->champion, j, &champion.id, e);
		catalog_item_free(&champion);
	} else if (mine.code != ERR_NOENT) {
		*e = mine;
		r = -1;
	}
	if (r == 0 && !j->has_champion)
		j->no_champion = arena_printf(&j->g->arena, "there is no %s yet",
		    name);
	free(name);
	return r;
}

int
gate_judge(struct gate *g, struct catalog *c,
    const struct catalog_item *item, const struct policy *p, struct err *e)
{
	struct judging j = { .g = g, .c = c };
	int r = -1;

	memset(g, 0, sizeof(*g));
	if (item->kind != NAME_MODEL)
		return err_set(e, ERR_USAGE, "%s is not a model: a gate judges "
		    "model:NAME@VERSION", item->label);
	buf_init(&j.values, BUF_CAP_SMALL);
	buf_init(&j.why, BUF_CAP_SMALL);
	if (read_evidence(&j.candidate, &j, &item->id, e) < 0 ||
	    find_champion(&j, item, p, e) < 0)
		goto done;
	g->result = arena_alloc(&g->arena, p->n * sizeof(*g->result));
	for (; g->n < p->n; g->n++)
		if (judge_rule(&g->result[g->n], &j, &p->rule[g->n], e) < 0)
			goto done;
	r = 0;
done:
	free(j.candidate.found);
	free(j.champion.found);
	buf_free(&j.values);
	buf_free(&j.why);
	if (r < 0)
		gate_free(g);
	return r;
}

void
gate_free(struct gate *g)
{
	arena_free(&g->arena);
	memset(g, 0, sizeof(*g));
}

const char *
verdict_text(enum verdict v)
{
	static const char *const words[] = { "pass", "fail", "missing",
	    "skipped" };

	return words[v];
}

int
gate_refuse(const struct gate *g, const char *label, struct err *e)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct gate_result *r = &g->result[i];

		if (r->verdict == VERDICT_FAIL)
			return err_set(e, ERR_NO, "%s does not pass: rule '%s' "
			    "fails (%s)", label, r->rule->name, r->values);
		if (r->verdict == VERDICT_MISSING)
			return err_set(e, ERR_NO, "%s does not pass: rule '%s' "
			    "has no evidence: %s; record it with 'mlv-train "
			    "eval'", label, r->rule->name, r->why);
	}
	return 0;
}
