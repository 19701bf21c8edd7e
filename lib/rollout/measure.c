/* What a policy's guards and goal measure. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rollout/internal.h"

#define EDGES_MAX 30

static const char *const metrics[ROLLOUT_METRICS] = {
	[METRIC_ERRORS] = "errors", [METRIC_LATENCY] = "latency",
	[METRIC_SHIFT] = "shift", [METRIC_MISTAKES] = "mistakes",
	[METRIC_VALUE] = "value", [METRIC_FLIPS] = "flips",
};

enum member {
	M_METRIC, M_MAX, M_RATIO, M_MARGIN, M_OVER, M_OUTPUT, M_EDGES,
	M_TARGET, M_TOLERANCE, M_COLUMN, M_LOW, M_HIGH, M_BETTER, MEMBERS
};

static const char *const members[MEMBERS] = {
	[M_METRIC] = "metric", [M_MAX] = "max", [M_RATIO] = "ratio",
	[M_MARGIN] = "margin", [M_OVER] = "over", [M_OUTPUT] = "output",
	[M_EDGES] = "edges", [M_TARGET] = "target",
	[M_TOLERANCE] = "tolerance", [M_COLUMN] = "column", [M_LOW] = "low",
	[M_HIGH] = "high", [M_BETTER] = "better",
};

/* Which members a metric takes, besides its limits. */
static const unsigned taken[ROLLOUT_METRICS] = {
	[METRIC_LATENCY] = 1u << M_OVER,
	[METRIC_SHIFT] = 1u << M_OUTPUT | 1u << M_EDGES,
	[METRIC_MISTAKES] = 1u << M_OUTPUT | 1u << M_TARGET |
	    1u << M_TOLERANCE,
	[METRIC_VALUE] = 1u << M_COLUMN | 1u << M_LOW | 1u << M_HIGH |
	    1u << M_BETTER,
	[METRIC_FLIPS] = 1u << M_OUTPUT | 1u << M_TOLERANCE,
};

static int
read_edges(struct rollout_measure *m, struct arena *a, const struct json *j,
    struct err *e)
{
	double *edge;

	if (j->type != JSON_LIST || j->n == 0 || j->n > EDGES_MAX)
		return err_set(e, ERR_FORMAT, "line %u: 'edges' is a list of 1 "
		    "to %d numbers", j->line, EDGES_MAX);
	m->edge = edge = arena_alloc(a, j->n * sizeof(*edge));
	for (const struct json *v = j->child; v; v = v->next) {
		if ((v->type != JSON_INT && v->type != JSON_REAL) ||
		    (m->n_edges && v->d <= edge[m->n_edges - 1]))
			return err_set(e, ERR_FORMAT, "line %u: edges are "
			    "numbers, each above the one before", v->line);
		edge[m->n_edges++] = v->d;
	}
	return 0;
}

static int
read_name(const char **out, const struct json *j, struct err *e)
{
	if (j->type != JSON_TEXT || *j->s == '\0')
		return err_set(e, ERR_FORMAT, "line %u: '%s' is the name of a "
		    "column", j->line, j->key);
	*out = j->s;
	return 0;
}

static int
read_better(struct rollout_measure *m, const struct json *j, struct err *e)
{
	static const char *const words[] = { "high", "low" };
	size_t i;

	if (policy_word(&i, j, words, 2, e) < 0)
		return -1;
	m->high_is_worse = i == 1;
	return 0;
}

static int
read_member(struct rollout_measure *m, struct arena *a, enum member which,
    const struct json *j, struct err *e)
{
	switch (which) {
	case M_OVER:
		return policy_number(&m->over, j, 0.001, 86400000, e);
	case M_OUTPUT:
		return read_name(&m->output, j, e);
	case M_EDGES:
		return read_edges(m, a, j, e);
	case M_TARGET:
	case M_COLUMN:
		return read_name(&m->column, j, e);
	case M_TOLERANCE:
		return policy_number(&m->tolerance, j, 0, HUGE_VAL, e);
	case M_LOW:
		return policy_number(&m->low, j, -HUGE_VAL, HUGE_VAL, e);
	case M_HIGH:
		return policy_number(&m->high, j, -HUGE_VAL, HUGE_VAL, e);
	case M_BETTER:
		return read_better(m, j, e);
	default:
		return 0;	/* the metric and its limits */
	}
}

/* What it cannot do without. */
static int
check_measure(struct rollout_measure *m, struct arena *a,
    enum rollout_kind kind, const struct json *j, struct err *e)
{
	m->name = metrics[m->metric];
	if (m->metric == METRIC_LATENCY && m->over == 0)
		return err_set(e, ERR_FORMAT, "line %u: latency needs 'over': "
		    "milliseconds beyond which a request is slow", j->line);
	if (m->metric == METRIC_LATENCY)
		m->name = arena_printf(a, "latency>%gms", m->over);
	if (m->metric == METRIC_VALUE && (m->column == NULL ||
	    json_get(j, "low") == NULL || json_get(j, "high") == NULL))
		return err_set(e, ERR_FORMAT, "line %u: value needs 'column', "
		    "'low' and 'high': what it is at least and at most",
		    j->line);
	if (m->metric == METRIC_VALUE && !(isfinite(m->high - m->low) &&
	    m->low < m->high))
		return err_set(e, ERR_FORMAT, "line %u: 'low' is below 'high'",
		    j->line);
	if (m->metric == METRIC_VALUE)
		m->name = arena_printf(a, "value:%s", m->column);
	if (m->metric == METRIC_FLIPS && kind != ROLLOUT_SHADOW)
		return err_set(e, ERR_FORMAT, "line %u: flips are of a shadow: "
		    "elsewhere no row gets two answers", j->line);
	if (kind == ROLLOUT_SHADOW && (m->metric == METRIC_SHIFT ||
	    m->metric == METRIC_VALUE))
		return err_set(e, ERR_FORMAT, "line %u: a shadow has no %s: "
		    "nobody gets its answers", j->line, metrics[m->metric]);
	return 0;
}

static int
read_measure(struct rollout_measure *m, struct arena *a,
    enum rollout_kind kind, const struct json *j, struct err *e)
{
	const struct json *metric;
	size_t word;

	if (j->type != JSON_MAP || (metric = json_get(j, "metric")) == NULL)
		return err_set(e, ERR_FORMAT, "line %u: it is a map with a "
		    "'metric'", j->line);
	if (policy_word(&word, metric, metrics, ROLLOUT_METRICS, e) < 0)
		return -1;
	m->metric = (enum rollout_metric)word;
	for (const struct json *v = j->child; v; v = v->next) {
		int i = 0;

		while (i < MEMBERS && strcmp(v->key, members[i]) != 0)
			i++;
		if (i == MEMBERS)
			return policy_refuse_member(v, members, MEMBERS, e);
		if (i > M_MARGIN && !(taken[word] >> i & 1))
			return err_set(e, ERR_FORMAT, "line %u: '%s' is not of "
			    "%s", v->line, v->key, metrics[word]);
		if (read_member(m, a, (enum member)i, v, e) < 0)
			return -1;
	}
	return check_measure(m, a, kind, j, e);
}

/* --- guards --------------------------------------------------------------- */

/* Which limit there is, one of three; by the metric where there is none. */
static int
read_limit(struct rollout_guard *g, const struct json *j,
    enum rollout_kind kind, struct err *e)
{
	const struct json *limit[] = { json_get(j, "max"),
	    json_get(j, "ratio"), json_get(j, "margin") };
	enum rollout_metric metric = g->measure.metric;
	bool alone = kind == ROLLOUT_SHADOW;
	int n = 0;

	g->limit = metric == METRIC_VALUE ? LIMIT_MARGIN : LIMIT_RATIO;
	g->bound = metric == METRIC_VALUE ? 0 : metric == METRIC_SHIFT ?
	    1.25 : 1;
	for (int i = 0; i < 3; i++) {
		if (limit[i] == NULL)
			continue;
		g->limit = (enum rollout_limit)i;
		n++;
	}
	if (n > 1)
		return err_set(e, ERR_FORMAT, "line %u: a guard has one of "
		    "'max', 'ratio' and 'margin': write two guards", j->line);
	if ((g->limit == LIMIT_MARGIN) != (metric == METRIC_VALUE) ||
	    (g->limit == LIMIT_MAX && metric == METRIC_SHIFT))
		return err_set(e, ERR_FORMAT, "line %u: %s is limited by "
		    "'%s'", j->line, metrics[metric], metric == METRIC_VALUE ?
		    "margin" : metric == METRIC_SHIFT ? "ratio" :
		    "max' or 'ratio");
	if (alone && g->limit != LIMIT_MAX)
		return err_set(e, ERR_FORMAT, "line %u: of a shadow %s is "
		    "limited by 'max'", j->line, metrics[metric]);
	if (n == 0)
		return 0;
	if (g->limit == LIMIT_MAX)
		return policy_number(&g->bound, limit[0], 0, 0.999999, e);
	if (g->limit == LIMIT_RATIO)
		return policy_number(&g->bound, limit[1], 1, 1000, e);
	return policy_number(&g->bound, limit[2], 0, (g->measure.high -
	    g->measure.low) * 0.999, e);
}

int
policy_guards(struct rollout_policy *p, const struct json *j, struct err *e)
{
	if (j == NULL)
		return 0;
	if (j->type != JSON_LIST || j->n > ROLLOUT_GUARDS_MAX)
		return err_set(e, ERR_FORMAT, "line %u: 'guards' is a list of "
		    "at most %d", j->line, ROLLOUT_GUARDS_MAX);
	p->guard = arena_alloc(&p->arena, (j->n + 1) * sizeof(*p->guard));
	memset(p->guard, 0, (j->n + 1) * sizeof(*p->guard));
	for (const struct json *v = j->child; v; v = v->next) {
		struct rollout_guard *g = &p->guard[p->n_guards++];

		if (read_measure(&g->measure, &p->arena, p->kind, v, e) < 0 ||
		    read_limit(g, v, p->kind, e) < 0)
			return -1;
	}
	return 0;
}

/* --- the goal ------------------------------------------------------------- */

int
policy_goal(struct rollout_policy *p, const struct json *j, struct err *e)
{
	struct rollout_measure *m = &p->goal;
	const struct json *margin = json_get(j, "margin");
	double range;

	if (j == NULL) {
		m->metric = p->kind == ROLLOUT_SHADOW ? METRIC_FLIPS :
		    METRIC_ERRORS;
		m->name = metrics[m->metric];
	} else if (read_measure(m, &p->arena, p->kind, j, e) < 0) {
		return -1;
	}
	if (m->metric == METRIC_SHIFT)
		return err_set(e, ERR_FORMAT, "line %u: shift is a guard: it "
		    "is neither better nor worse", j->line);
	if (j && (json_get(j, "max") || json_get(j, "ratio")))
		return err_set(e, ERR_FORMAT, "line %u: a goal has a 'margin'",
		    j->line);
	range = m->metric == METRIC_VALUE ? m->high - m->low : 1;
	p->margin = p->kind == ROLLOUT_AB ? 0 : p->kind == ROLLOUT_SHADOW &&
	    m->metric == METRIC_FLIPS ? 0.05 : 0.01 * range;
	if (margin && policy_number(&p->margin, margin, 0, 0.999 * range,
	    e) < 0)
		return -1;
	if (p->margin == 0 && m->metric == METRIC_FLIPS)
		return err_set(e, ERR_FORMAT, "line %u: that no row flips "
		    "cannot be shown: give a margin", j->line);
	return 0;
}
