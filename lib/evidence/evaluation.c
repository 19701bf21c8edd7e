/* Evaluations in a repository: recorded for a model's bytes, found by them. */
#include "evidence/evaluation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "catalog/put.h"
#include "store/odb.h"
#include "store/ref.h"
#include "store/repo.h"

void
evaluation_release(struct evaluation *v)
{
	arena_free(&v->arena);
	memset(v, 0, sizeof(*v));
}

void
evaluation_move(struct evaluation *to, struct evaluation *from)
{
	*to = *from;
	memset(from, 0, sizeof(*from));
}

size_t
evaluation_gaps(const char *out[EVALUATION_GAPS], const struct evaluation *v)
{
	size_t n = 0;

	if (v->metrics.one_class)
		out[n++] = v->task == TASK_BINARY ? "only one class is there, "
		    "so there is no auc, ks and average_precision" :
		    "not every class is there, so there is no auc_ovr";
	if (v->unknown)
		out[n++] = v->unknown;
	if (v->metrics.no_probability)
		out[n++] = "scores beyond 0 to 1 are no probabilities, so "
		    "there is no logloss, brier and ece";
	if (v->labels)
		out[n++] = v->labels;
	if (v->unjudged)
		out[n++] = v->unjudged;
	return n;
}

bool
evaluation_number(double *out, const struct evaluation *v, const char *name)
{
	const struct metric *m = metrics_find(&v->metrics, name);
	const char *dot = strrchr(name, '.'), *end = "value";
	char *base;

	if (m == NULL && dot != NULL) {
		base = xstrndup(name, (size_t)(dot - name));
		m = metrics_find(&v->metrics, base);
		free(base);
		end = dot + 1;
	}
	if (m == NULL)
		return false;
	*out = strcmp(end, "value") == 0 ? m->value :
	    strcmp(end, "low") == 0 ? m->low :
	    strcmp(end, "high") == 0 ? m->high : NAN;
	return !isnan(*out);
}

static void
report_name(char name[32], const struct oid *model)
{
	char hex[OID_HEX + 1];

	snprintf(name, 32, "eval-%.16s", oid_hex(hex, model));
}

int
evaluation_put(struct catalog_put *put, struct catalog *c,
    const struct evaluation *v, struct err *e)
{
	bool stored = catalog_repo(c) && !oid_is_none(&v->data.id) &&
	    odb_has(repo_odb(catalog_repo(c)), &v->data.id);
	struct arena a = { NULL, 0 };
	char name[32];
	int r;

	report_name(name, &v->model.id);
	r = catalog_put_manifest(put, c, NAME_REPORT, name,
	    evaluation_manifest(&a, v, stored), NULL, e);
	arena_free(&a);
	return r;
}

/* 1: an evaluation of this model, 0: another report, -1. */
static int
read_report(struct evaluation *v, struct catalog *c, const struct oid *id,
    const struct oid *model, struct err *e)
{
	const struct json *m;
	struct link l;

	memset(v, 0, sizeof(*v));
	if (catalog_manifest(&m, &v->arena, c, id, e) < 0)
		return -1;
	if (!manifest_find(&l, m, "model", NULL) || !oid_eq(&l.id, model) ||
	    strcmp(json_text(m, "about", ""), "evaluation") != 0)
		return 0;
	if (evaluation_read(v, m, e) < 0) {
		char text[OID_TEXT];

		return err_wrap(e, "%s", oid_print(text, id));
	}
	v->id = *id;
	return 1;
}

int
evaluation_each(struct catalog *c, const struct oid *model,
    int (*fn)(void *ctx, struct evaluation *v, struct err *e), void *ctx,
    struct err *e)
{
	struct err mine = ERR_INIT;
	struct evaluation v;
	char name[32], *ref;
	struct ref r;
	int result;

	if (catalog_need_repo(c, "an evaluation", e) < 0)
		return -1;
	report_name(name, model);
	ref = xprintf("report/%s", name);
	result = ref_read(&r, catalog_repo(c), ref, &mine);
	free(ref);
	if (result < 0) {
		if (mine.code == ERR_NOENT)
			return 0;
		*e = mine;
		return -1;
	}
	for (size_t i = r.n; result == 0 && i-- > 0;) {
		result = read_report(&v, c, &r.value[i].id, model, e);
		if (result == 1)
			result = fn(ctx, &v, e);
		evaluation_release(&v);
	}
	ref_free(&r);
	return result;
}

struct evidence_search {
	const struct evaluation_wanted *wanted;
	struct evaluation *found;
	bool *is_found;
	struct buf *why;
	bool refused;		/* the newest one was: *why is filled */
};

/* The newest that is asked for ends the walk. */
static int
match_wanted(void *ctx, struct evaluation *v, struct err *e)
{
	struct evidence_search *s = ctx;

	(void)e;
	if (v->label == NULL || strcmp(v->label, s->wanted->label) != 0)
		return 0;
	if (!evaluation_counts(s->refused ? NULL : s->why, v, s->wanted)) {
		s->refused = true;
		return 0;
	}
	evaluation_move(s->found, v);
	*s->is_found = true;
	return 1;
}

int
evaluation_find(struct evaluation *v, bool *found, struct buf *why,
    struct catalog *c, const struct oid *model,
    const struct evaluation_wanted *w, struct err *e)
{
	struct evidence_search s = { .wanted = w, .found = v,
	    .is_found = found, .why = why };

	*found = false;
	return evaluation_each(c, model, match_wanted, &s, e) < 0 ? -1 : 0;
}
