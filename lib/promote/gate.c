/* A policy's rules judged one by one by what is recorded for a version. */
#include "promote/gate.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "catalog/name.h"
#include "promote/internal.h"

/* A policy under judgment. */
struct judging {
	struct gate *g;
	struct fact_finder facts;
	const char *no_champion;	/* why a rule is skipped */
	/* of the rule at hand */
	const struct expr *expr;
	struct expr_value *value;	/* of its names */
	struct buf values;		/* "test.auc=0.84 ..." */
};

static void
note_value(struct judging *j, const char *name, const struct expr_value *v)
{
	char text[NUM_TEXT_MAX];

	buf_addf(&j->values, "%s%s=", j->values.len ? " " : "", name);
	switch (v->type) {
	case EXPR_NUM:
		if (v->num.whole)
			num_print_i64(text, v->num.i);
		else
			num_print_f64(text, v->num.d);
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

/* Every name's value, whether the rule gets to it or not, and its record. */
static int
find_values(struct judging *j, struct err *e)
{
	size_t n = expr_names(j->expr);

	j->value = arena_alloc(&j->g->arena, (n + 1) * sizeof(*j->value));
	for (size_t i = 0; i < n; i++) {
		const char *name = expr_name(j->expr, i);

		if (facts_value(&j->value[i], &j->facts, name, e) < 0)
			return -1;
		note_value(j, name, &j->value[i]);
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

/* A rule is skipped only when a champion is all it lacks.  One that fails
 * with any champion, or that lacks evidence on the candidate, counts. */
static enum verdict
verdict_of(const struct judging *j, bool holds, bool decided)
{
	if (holds)
		return VERDICT_PASS;
	if (j->facts.missing)
		return VERDICT_MISSING;
	return j->facts.asked_champion && !decided ? VERDICT_SKIPPED :
	    VERDICT_FAIL;
}

static int
judge_rule(struct gate_result *out, struct judging *j,
    const struct policy_rule *rule, struct err *e)
{
	struct expr_env env = { .name = value_of, .ctx = j };
	struct expr_value v;
	bool holds;

	j->expr = rule->expr;
	facts_next_rule(&j->facts);
	buf_clear(&j->values);
	out->rule = rule;
	if (find_values(j, e) < 0 ||
	    expr_holds(&holds, rule->expr, &env, e) < 0 ||
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
	    arena_strdup(&j->g->arena, j->facts.why.data);
	return 0;
}

static int
find_champion(struct judging *j, const struct catalog_item *item,
    const struct policy *p, struct err *e)
{
	const struct name name = { .kind = NAME_MODEL, .base = item->base,
	    .alias = p->champion };
	struct err mine = ERR_INIT;
	struct catalog_item champion;
	char *label;
	int r;

	if (catalog_resolve_name(&champion, j->facts.c, &name, &mine) == 0) {
		j->facts.has_champion = true;
		j->g->champion = champion.version;
		r = facts_read(&j->facts.champion, &j->facts, &champion.id, e);
		catalog_item_free(&champion);
		return r;
	}
	if (mine.code != ERR_NOENT) {
		*e = mine;
		return -1;
	}
	label = name_label(&name);
	j->no_champion = arena_printf(&j->g->arena, "there is no %s yet",
	    label);
	free(label);
	return 0;
}

int
gate_judge(struct gate *g, struct catalog *c,
    const struct catalog_item *item, const struct policy *p, struct err *e)
{
	struct judging j = { .g = g };
	int r = -1;

	memset(g, 0, sizeof(*g));
	if (item->kind != NAME_MODEL)
		return err_set(e, ERR_USAGE, "%s is not a model: a gate judges "
		    "model:NAME@VERSION", item->label);
	buf_init(&j.values, BUF_CAP_SMALL);
	facts_init(&j.facts, c, &g->arena, &p->wanted);
	if (facts_read(&j.facts.candidate, &j.facts, &item->id, e) < 0 ||
	    find_champion(&j, item, p, e) < 0)
		goto done;
	g->result = arena_alloc(&g->arena, p->n * sizeof(*g->result));
	for (; g->n < p->n; g->n++)
		if (judge_rule(&g->result[g->n], &j, &p->rule[g->n], e) < 0)
			goto done;
	r = facts_basis(&g->basis, &g->n_basis, &j.facts, e);
done:
	facts_release(&j.facts);
	buf_free(&j.values);
	if (r < 0)
		gate_release(g);
	return r;
}

void
gate_release(struct gate *g)
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
