/* A rollout's policy from YAML, its defaults, and what could never be met. */
#include "rollout/policy.h"

#include <string.h>

#include "catalog/name.h"
#include "codec/yaml.h"
#include "rollout/internal.h"

#define WAIT_MAX_S ((int64_t)90 * 86400)
#define ROWS_MAX ((int64_t)1000000000)

static const char *const kinds[ROLLOUT_KINDS] = {
	[ROLLOUT_CANARY] = "canary", [ROLLOUT_AB] = "ab",
	[ROLLOUT_SHADOW] = "shadow", [ROLLOUT_BANDIT] = "bandit",
};

static const double canary_steps[] = { 5, 25, 50 };
static const double half[] = { 50 };

const char *
rollout_kind_text(enum rollout_kind k)
{
	return kinds[k];
}

static int
read_count(int64_t *out, const struct json *j, int64_t low, int64_t high,
    struct err *e)
{
	if (j->type == JSON_INT && j->i >= low && j->i <= high) {
		*out = j->i;
		return 0;
	}
	return err_set(e, ERR_FORMAT, "line %u: '%s' is a whole number from "
	    "%lld to %lld", j->line, j->key, (long long)low, (long long)high);
}

/* --- steps ---------------------------------------------------------------- */

static int
read_steps(struct rollout_policy *p, const struct json *j, struct err *e)
{
	const struct json *v;
	double before = 0;

	if (j->type != JSON_LIST || j->n == 0 || j->n > ROLLOUT_STEPS_MAX)
		return err_set(e, ERR_FORMAT, "line %u: 'steps' is a list of "
		    "1 to %d percentages", j->line, ROLLOUT_STEPS_MAX);
	p->step = arena_alloc(&p->arena, j->n * sizeof(*p->step));
	for (v = j->child; v; v = v->next) {
		if ((v->type != JSON_INT && v->type != JSON_REAL) ||
		    !(v->d >= 0.01) || v->d > 99.99)
			return err_set(e, ERR_FORMAT, "line %u: a step is a "
			    "percentage from 0.01 to 99.99: all units come "
			    "with the alias", v->line);
		if (v->d <= before)
			return err_set(e, ERR_FORMAT, "line %u: steps only "
			    "increase: %g is not above %g", v->line, v->d,
			    before);
		p->step[p->n_steps++] = before = v->d;
	}
	return 0;
}

/* --- the whole ------------------------------------------------------------ */

enum member {
	M_KIND, M_STEPS, M_GUARDS, M_GOAL, M_ALPHA, M_MIN_ROWS, M_MAX_ROWS,
	M_WAIT, M_FLOOR, M_ALIAS, M_GATE, MEMBERS
};

static const char *const members[MEMBERS] = {
	[M_KIND] = "kind", [M_STEPS] = "steps", [M_GUARDS] = "guards",
	[M_GOAL] = "goal", [M_ALPHA] = "alpha", [M_MIN_ROWS] = "min_rows",
	[M_MAX_ROWS] = "max_rows", [M_WAIT] = "wait", [M_FLOOR] = "floor",
	[M_ALIAS] = "alias", [M_GATE] = "gate",
};

static int
read_member(struct rollout_policy *p, enum member which, const struct json *m,
    struct err *e)
{
	size_t word;

	switch (which) {
	case M_KIND:
		if (policy_word(&word, m, kinds, ROLLOUT_KINDS, e) < 0)
			return -1;
		p->kind = (enum rollout_kind)word;
		return 0;
	case M_STEPS:
		return read_steps(p, m, e);
	case M_ALPHA:
		return policy_number(&p->alpha, m, 1e-6, 0.5, e);
	case M_MIN_ROWS:
		return read_count(&p->min_rows, m, 1, ROWS_MAX, e);
	case M_MAX_ROWS:
		return read_count(&p->max_rows, m, 1, ROWS_MAX, e);
	case M_WAIT:
		return read_count(&p->wait_s, m, 0, WAIT_MAX_S, e);
	case M_FLOOR:
		return policy_number(&p->floor, m, 0.01, 49, e);
	case M_ALIAS:
		if (m->type != JSON_TEXT || !name_alias_ok(m->s))
			return err_set(e, ERR_FORMAT, "line %u: 'alias' is no "
			    "alias", m->line);
		p->alias = m->s;
		return 0;
	case M_GATE:
		if (m->type != JSON_TEXT || *m->s == '\0')
			return err_set(e, ERR_FORMAT, "line %u: 'gate' is the "
			    "path of a policy", m->line);
		p->gate = m->s;
		return 0;
	default:
		return 0;	/* guards and the goal, once the kind is known */
	}
}

static int
read_members(struct rollout_policy *p, const struct json *j, struct err *e)
{
	for (const struct json *m = j->child; m; m = m->next) {
		int i = 0;

		while (i < MEMBERS && strcmp(m->key, members[i]) != 0)
			i++;
		if (i == MEMBERS)
			return policy_refuse_member(m, members, MEMBERS, e);
		if (read_member(p, (enum member)i, m, e) < 0)
			return -1;
	}
	return 0;
}

/* What follows from the kind, and what contradicts it. */
static int
settle_kind(struct rollout_policy *p, const struct json *j, struct err *e)
{
	if (json_get(j, "kind") == NULL)
		return err_set(e, ERR_FORMAT, "a rollout's policy says its "
		    "'kind': canary, ab, shadow or bandit");
	if (p->kind == ROLLOUT_SHADOW && p->n_steps)
		return err_set(e, ERR_FORMAT, "line %u: a shadow has no steps: "
		    "nobody gets its answers", json_get(j, "steps")->line);
	if (p->kind != ROLLOUT_CANARY && p->n_steps > 1)
		return err_set(e, ERR_FORMAT, "line %u: the kind %s has one "
		    "step", json_get(j, "steps")->line, kinds[p->kind]);
	if (p->kind != ROLLOUT_BANDIT && json_get(j, "floor"))
		return err_set(e, ERR_FORMAT, "line %u: 'floor' is for a "
		    "bandit", json_get(j, "floor")->line);
	if (p->kind != ROLLOUT_SHADOW && p->n_steps == 0) {
		bool many = p->kind == ROLLOUT_CANARY;
		const double *from = many ? canary_steps : half;

		p->n_steps = many ? sizeof(canary_steps) / sizeof(*from) : 1;
		p->step = arena_alloc(&p->arena, p->n_steps *
		    sizeof(*p->step));
		memcpy(p->step, from, p->n_steps * sizeof(*p->step));
	}
	if (p->max_rows < p->min_rows)
		return err_set(e, ERR_FORMAT, "'max_rows' (%lld) is less than "
		    "'min_rows' (%lld): it would be given up before it is "
		    "judged", (long long)p->max_rows, (long long)p->min_rows);
	return 0;
}

int
rollout_policy_parse(struct rollout_policy *p, const char *s, size_t n,
    struct err *e)
{
	struct json *j;

	memset(p, 0, sizeof(*p));
	p->alpha = 0.05;
	p->min_rows = 100;
	p->max_rows = 1000000;
	p->wait_s = 60;
	p->floor = 5;
	p->alias = "champion";
	p->source = arena_strndup(&p->arena, s, n);
	p->n_source = n;
	if (yaml_parse(&j, &p->arena, s, n, e) < 0)
		goto fail;
	if (j->type != JSON_MAP) {
		err_set(e, ERR_FORMAT, "a rollout's policy is a map with a "
		    "'kind'");
		goto fail;
	}
	if (read_members(p, j, e) < 0 || settle_kind(p, j, e) < 0 ||
	    policy_guards(p, json_get(j, "guards"), e) < 0 ||
	    policy_goal(p, json_get(j, "goal"), e) < 0)
		goto fail;
	return 0;
fail:
	rollout_policy_release(p);
	return -1;
}

void
rollout_policy_release(struct rollout_policy *p)
{
	arena_free(&p->arena);
	memset(p, 0, sizeof(*p));
}

static bool
needs_labels(const struct rollout_measure *m)
{
	return m->metric == METRIC_MISTAKES || m->metric == METRIC_VALUE;
}

bool
rollout_policy_needs_labels(const struct rollout_policy *p)
{
	for (size_t i = 0; i < p->n_guards; i++)
		if (needs_labels(&p->guard[i].measure))
			return true;
	return needs_labels(&p->goal);
}
