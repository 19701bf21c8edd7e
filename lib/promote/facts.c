/* What a rule's names stand for: metrics, rows, data, parameters, size. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/manifest.h"
#include "promote/internal.h"
#include "store/odb.h"

static const char champion_word[] = "champion.";

void
facts_init(struct fact_finder *f, struct catalog *c, struct arena *a,
    const struct evaluation_wanted *w)
{
	memset(f, 0, sizeof(*f));
	f->c = c;
	f->arena = a;
	f->wanted = w;
	buf_init(&f->why, BUF_CAP_SMALL);
}

static void
release_reports(struct version_facts *v)
{
	struct labelled_report *next;

	for (struct labelled_report *r = v->reports; r; r = next) {
		next = r->next;
		if (r->found)
			evaluation_release(&r->report);
		free(r);
	}
	v->reports = NULL;
}

void
facts_release(struct fact_finder *f)
{
	release_reports(&f->candidate);
	release_reports(&f->champion);
	buf_free(&f->why);
}

int
facts_read(struct version_facts *v, struct fact_finder *f,
    const struct oid *id, struct err *e)
{
	struct link l;

	if (catalog_manifest(&v->manifest, f->arena, f->c, id, e) < 0)
		return -1;
	if (!manifest_find(&l, v->manifest, "content", NULL))
		return err_set(e, ERR_FORMAT, "a model without content");
	v->id = *id;
	v->content = l.id;
	v->size = l.size;
	return 0;
}

void
facts_next_rule(struct fact_finder *f)
{
	buf_clear(&f->why);
	f->missing = f->asked_champion = false;
}

static void
add_missing(struct fact_finder *f, const char *why, const char *what)
{
	f->missing = true;
	buf_addf(&f->why, "%s%s '%s'", f->why.len ? "; " : "", why, what);
}

static int
read_report(struct labelled_report *r, const struct version_facts *v,
    struct fact_finder *f, const char *label, struct err *e)
{
	struct evaluation_wanted wanted = *f->wanted;
	struct buf why;
	int got;

	wanted.label = label;
	buf_init(&why, BUF_CAP_SMALL);
	got = evaluation_find(&r->report, &r->found, &why, f->c, &v->content,
	    &wanted, e);
	if (why.len)
		r->why = arena_strdup(f->arena, why.data);
	r->label = arena_strdup(f->arena, label);
	buf_free(&why);
	return got;
}

/* *report is NULL when nothing that counts was recorded under the label. */
static int
find_report(const struct labelled_report **report, struct version_facts *v,
    struct fact_finder *f, const char *label, struct err *e)
{
	struct labelled_report *r = v->reports;

	while (r && strcmp(r->label, label) != 0)
		r = r->next;
	if (r == NULL) {
		r = xalloc(1, sizeof(*r));
		memset(r, 0, sizeof(*r));
		if (read_report(r, v, f, label, e) < 0) {
			free(r);
			return -1;
		}
		r->next = v->reports;
		v->reports = r;
	}
	*report = r;
	return 0;
}

static struct expr_value
text_value(const char *s, size_t n)
{
	return (struct expr_value){ .type = EXPR_TEXT, .s = s, .n = n };
}

static struct expr_value
num_value(double d)
{
	return (struct expr_value){ .type = EXPR_NUM,
	    .num = num_of_f64(d) };
}

/* The bytes a report's data link leads to: of a dataset its content. */
static int
find_data_id(struct expr_value *out, struct fact_finder *f,
    const struct link *data, struct err *e)
{
	char *text = arena_alloc(f->arena, OID_TEXT);
	const struct json *m;
	struct link content = *data;

	if (strcmp(data->type, TYPE_DATASET) == 0) {
		if (catalog_manifest(&m, f->arena, f->c, &data->id, e) < 0)
			return -1;
		if (!manifest_find(&content, m, "content", NULL))
			return 0;
	}
	oid_print(text, &content.id);
	*out = text_value(text, strlen(text));
	return 1;
}

/* Were two measured on the same bytes, whatever they were called?  -1 too. */
static int
is_same_data(struct fact_finder *f, const struct link *a,
    const struct link *b, struct err *e)
{
	struct expr_value x, y;
	int r;

	if (oid_eq(&a->id, &b->id))
		return 1;
	if (oid_is_none(&a->id) || oid_is_none(&b->id))
		return 0;
	if ((r = find_data_id(&x, f, a, e)) != 1 ||
	    (r = find_data_id(&y, f, b, e)) != 1)
		return r;
	return x.n == y.n && memcmp(x.s, y.s, x.n) == 0;
}

/* What a report says beside its metrics: how many rows of which data, scored
 * for which class.  1 found, 0 not, -1. */
static int
find_fact(struct expr_value *out, struct fact_finder *f,
    const struct evaluation *report, const char *name, struct err *e)
{
	const struct link *data = &report->data;
	const char *text = data->name, *at;

	if (strcmp(name, "rows") == 0 && report->metrics.rows) {
		*out = num_value((double)report->metrics.rows);
		return 1;
	}
	if (strcmp(name, "threshold") == 0 && report->has_threshold) {
		*out = num_value(report->threshold);
		return 1;
	}
	if (strcmp(name, "positive") == 0 && report->positive) {
		*out = text_value(report->positive, strlen(report->positive));
		return 1;
	}
	if (oid_is_none(&data->id))
		return 0;
	if (strcmp(name, "data_id") == 0)
		return find_data_id(out, f, data, e);
	if (strcmp(name, "data") != 0 || text == NULL || *text == '\0')
		return 0;
	/* a dataset without its version, a path as it is */
	at = strncmp(text, "data:", 5) == 0 ? strchr(text, '@') : NULL;
	*out = text_value(text, at ? (size_t)(at - text) : strlen(text));
	return 1;
}

/* There are evaluations under the label, but none of what the policy means. */
static int
add_refused(struct fact_finder *f, const struct version_facts *v,
    const struct labelled_report *r)
{
	f->missing = true;
	buf_addf(&f->why, "%sthe %s under the label '%s' does not count: %s",
	    f->why.len ? "; " : "", v == &f->champion ?
	    "champion's evaluation" : "evaluation", r->label, r->why);
	return 0;
}

/* LABEL.METRIC by an evaluation.  1 found, 0 not, -1. */
static int
find_in_report(struct expr_value *out, struct fact_finder *f,
    struct version_facts *v, const char *label, const char *metric,
    struct err *e)
{
	const struct labelled_report *report, *ours;
	double d;
	int r;

	if (find_report(&report, v, f, label, e) < 0)
		return -1;
	if (!report->found)
		return report->why ? add_refused(f, v, report) : 0;
	if (evaluation_number(&d, &report->report, metric))
		*out = num_value(d);
	else if ((r = find_fact(out, f, &report->report, metric, e)) != 1)
		return r;
	if (v != &f->champion)
		return 1;
	if (find_report(&ours, &f->candidate, f, label, e) < 0)
		return -1;
	if (ours->found && (r = is_same_data(f, &ours->report.data,
	    &report->report.data, e)) != 0)
		return r;
	*out = (struct expr_value){ .type = EXPR_MISSING };
	add_missing(f, ours->found ? "the champion was evaluated on other "
	    "data under the label" : "only the champion was evaluated under "
	    "the label", label);
	return 0;
}

static bool
run_metric(double *out, const struct version_facts *v, const char *name)
{
	const struct json *m = json_get(json_get(v->manifest, "metrics"),
	    name);

	if (m == NULL || (m->type != JSON_INT && m->type != JSON_REAL))
		return false;
	*out = m->d;
	return true;
}

/*
 * What the run itself recorded.  It says nothing about a champion beside a
 * candidate that was evaluated: the two were not measured alike.
 */
static int
find_in_run(struct expr_value *out, struct fact_finder *f,
    struct version_facts *v, const char *label, const char *metric,
    const char *name, struct err *e)
{
	const struct labelled_report *ours;
	double d;

	if (!run_metric(&d, v, name))
		return 0;
	*out = num_value(d);
	if (v != &f->champion)
		return 1;
	if (find_report(&ours, &f->candidate, f, label, e) < 0)
		return -1;
	if (!ours->found || !evaluation_number(&d, &ours->report, metric))
		return 1;
	*out = (struct expr_value){ .type = EXPR_MISSING };
	add_missing(f, "the champion was not evaluated under the label", label);
	return 0;
}

/* LABEL.METRIC, or METRIC of the label "test". */
static int
find_metric(struct expr_value *out, struct fact_finder *f,
    struct version_facts *v, const char *name, struct err *e)
{
	const char *dot = strchr(name, '.'), *metric = dot ? dot + 1 : name;
	char *label = dot ? xstrndup(name, (size_t)(dot - name)) :
	    xstrdup("test");
	size_t before = f->why.len;
	int r = find_in_report(out, f, v, label, metric, e);

	/* a reason given stands: the run's own word does not replace it */
	if (r == 0 && before == f->why.len)
		r = find_in_run(out, f, v, label, metric, name, e);
	free(label);
	return r < 0 ? -1 : 0;
}

static void
find_param(struct expr_value *out, const struct version_facts *v,
    const char *name)
{
	const struct json *p = json_get(json_get(v->manifest, "params"), name);

	if (p && p->type == JSON_TEXT)
		*out = text_value(p->s, p->n);
	else if (p && p->type == JSON_BOOL)
		*out = (struct expr_value){ .type = EXPR_BOOL, .b = p->b };
	else if (p && (p->type == JSON_INT || p->type == JSON_REAL))
		*out = num_value(p->d);
}

static int
find_value(struct expr_value *out, struct fact_finder *f,
    struct version_facts *v, const char *name, struct err *e)
{
	*out = (struct expr_value){ .type = EXPR_MISSING };
	if (strncmp(name, "params.", 7) == 0) {
		find_param(out, v, name + 7);
		return 0;
	}
	if (strcmp(name, "size") == 0) {
		*out = num_value((double)v->size);
		return 0;
	}
	return find_metric(out, f, v, name, e);
}

int
facts_value(struct expr_value *out, struct fact_finder *f, const char *name,
    struct err *e)
{
	size_t n = sizeof(champion_word) - 1, before = f->why.len;
	bool of_champion = strncmp(name, champion_word, n) == 0;

	*out = (struct expr_value){ .type = EXPR_MISSING };
	if (of_champion && !f->has_champion) {
		f->asked_champion = true;
		return 0;
	}
	if ((of_champion ? find_value(out, f, &f->champion, name + n, e) :
	    find_value(out, f, &f->candidate, name, e)) < 0)
		return -1;
	if (out->type == EXPR_MISSING && before == f->why.len)
		add_missing(f, "no record of", name);
	return 0;
}

static size_t
count_reports(const struct version_facts *v)
{
	size_t n = 0;

	for (const struct labelled_report *r = v->reports; r; r = r->next)
		n += r->found;
	return n;
}

static int
add_basis(struct link *out, struct fact_finder *f, const char *rel,
    const char *type, const char *name, const struct oid *id, struct err *e)
{
	*out = (struct link){ .rel = rel, .type = type, .name = name,
	    .id = *id };
	return odb_size(&out->size, catalog_odb(f->c), id, e);
}

static int
add_reports(struct link *out, size_t *n, struct fact_finder *f,
    const struct version_facts *v, struct err *e)
{
	for (const struct labelled_report *r = v->reports; r; r = r->next)
		if (r->found && add_basis(&out[(*n)++], f, "evidence",
		    TYPE_REPORT, r->label, &r->report.id, e) < 0)
			return -1;
	return 0;
}

int
facts_basis(struct link **out, size_t *n, struct fact_finder *f,
    struct err *e)
{
	struct link *l = arena_alloc(f->arena, (2 + count_reports(
	    &f->candidate) + count_reports(&f->champion)) * sizeof(*l));

	*out = l;
	*n = 0;
	if (add_basis(&l[(*n)++], f, "candidate", TYPE_MODEL, "",
	    &f->candidate.id, e) < 0 || (f->has_champion &&
	    add_basis(&l[(*n)++], f, "champion", TYPE_MODEL, "",
	    &f->champion.id, e) < 0))
		return -1;
	return add_reports(l, n, f, &f->candidate, e) < 0 ? -1 :
	    add_reports(l, n, f, &f->champion, e);
}
