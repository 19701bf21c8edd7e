/* Verdicts on rollouts. */
#include "rollout/verdict.h"

#include <math.h>
#include <string.h>

#include "math/elem.h"

const char *
rollout_word_text(enum rollout_word w)
{
	static const char *const text[] = {
		[WORD_PROMOTE] = "promote", [WORD_ROLLBACK] = "rollback",
		[WORD_INCONCLUSIVE] = "inconclusive",
	};

	return text[w];
}

const char *
rollout_next_text(enum rollout_next n)
{
	static const char *const text[] = {
		[NEXT_WAIT] = "wait", [NEXT_STEP] = "step",
		[NEXT_PROMOTE] = "promote", [NEXT_ROLLBACK] = "rollback",
	};

	return text[n];
}

const char *
finding_role_text(enum finding_role r)
{
	static const char *const text[] = {
		[ROLE_GUARD] = "guard", [ROLE_LOSS] = "loss",
		[ROLE_SPLIT] = "split", [ROLE_GOAL] = "goal",
	};

	return text[r];
}

/* --- findings ------------------------------------------------------------- */

/* What a judgment is made of. */
struct judging {
	struct rollout_verdict *v;
	const struct rollout_state *state;
	const struct tally *t;
	const struct rollout_policy *p;
	double needed;			/* of an alarm */
};

static double
part(double sum, uint64_t n)
{
	return n ? sum / (double)n : NAN;
}

static struct rollout_finding *
add_finding(struct judging *g, enum finding_role role, const char *measure)
{
	struct rollout_finding *f = &g->v->finding[g->v->n++];

	*f = (struct rollout_finding){ .role = role, .measure = measure,
	    .champion = NAN, .candidate = NAN, .needed = g->needed };
	return f;
}

/* The rate of what is bad; a value's own mean. */
static void
fill_rates(struct rollout_finding *f, const struct measure_tally *m)
{
	const struct rollout_measure *q = m->measure;
	double rate[SIDES];

	for (int side = 0; side < SIDES; side++) {
		rate[side] = part((double)m->events[side], m->units[side]);
		if (q->metric != METRIC_VALUE)
			continue;
		rate[side] = part(m->difference.sum[side],
		    m->difference.n[side]);
		if (!q->high_is_worse)
			rate[side] = 1 - rate[side];
		rate[side] = q->low + rate[side] * (q->high - q->low);
	}
	f->champion = rate[SIDE_CHAMPION];
	f->candidate = rate[SIDE_CANDIDATE];
	f->n_champion = m->units[SIDE_CHAMPION];
	f->n_candidate = m->units[SIDE_CANDIDATE];
}

/* Of a shift: the mean of what the classes say is evidence, too, and those
 * that never came say nothing.  The rates are of the class with most of
 * it. */
static double
judge_shift(struct rollout_finding *f, struct judging *g,
    const struct measure_tally *m, double ratio)
{
	double most = -INFINITY, sum = TALLY_CLASSES - (double)m->n_classes;

	for (size_t k = 0; k < m->n_classes; k++) {
		const struct share_count *c = m->class_event[k];
		double above = seq_ratio_above(c, g->t->n_shares, ratio);
		double below = seq_ratio_below(c, g->t->n_shares, 1 / ratio);
		double x = fmax(above, below);

		sum += (m_exp(above) + m_exp(below)) / 2;
		if (x <= most)
			continue;
		most = x;
		f->measure = arena_printf(&g->v->arena, "shift:%s",
		    m->name[k]);
		f->champion = part((double)m->of_class[k][SIDE_CHAMPION],
		    m->units[SIDE_CHAMPION]);
		f->candidate = part((double)m->of_class[k][SIDE_CANDIDATE],
		    m->units[SIDE_CANDIDATE]);
	}
	/* beyond what a double holds the greatest alone decides */
	return isfinite(sum) ? m_log(sum / TALLY_CLASSES) : most -
	    m_log(2 * TALLY_CLASSES);
}

static void
judge_guard(struct judging *g, size_t i)
{
	const struct rollout_guard *guard = &g->p->guard[i];
	const struct measure_tally *m = &g->t->measure[i];
	struct rollout_finding *f = add_finding(g, ROLE_GUARD,
	    guard->measure.name);
	static const char *const words[] = {
		[LIMIT_MAX] = "max", [LIMIT_RATIO] = "ratio",
		[LIMIT_MARGIN] = "margin",
	};

	fill_rates(f, m);
	f->limit = arena_printf(&g->v->arena, "%s %.10g", words[guard->limit],
	    guard->bound);
	if (guard->measure.metric == METRIC_SHIFT)
		f->evidence = judge_shift(f, g, m, guard->bound);
	else if (guard->limit == LIMIT_MAX)
		f->evidence = seq_rate_above(m->events[SIDE_CANDIDATE],
		    m->units[SIDE_CANDIDATE], guard->bound);
	else if (guard->limit == LIMIT_RATIO)
		f->evidence = seq_ratio_above(m->event, g->t->n_shares,
		    guard->bound);
	else
		f->evidence = seq_difference_above(&m->difference);
	f->holds = f->evidence >= f->needed;
}

static void
judge_goal(struct judging *g)
{
	const struct measure_tally *m = tally_goal(g->t);
	struct rollout_finding *loss = add_finding(g, ROLE_LOSS,
	    m->measure->name);
	struct rollout_finding *goal = add_finding(g, ROLE_GOAL,
	    m->measure->name);
	bool alone = g->p->kind == ROLLOUT_SHADOW &&
	    m->measure->metric != METRIC_MISTAKES;

	fill_rates(loss, m);
	fill_rates(goal, m);
	loss->limit = goal->limit = arena_printf(&g->v->arena, "%s %.10g",
	    alone ? "max" : "margin", g->p->margin);
	goal->needed = -m_log(g->p->alpha);
	if (alone) {
		uint64_t hits = m->events[SIDE_CANDIDATE];
		uint64_t all = m->units[SIDE_CANDIDATE];

		loss->evidence = seq_rate_above(hits, all, g->p->margin);
		goal->evidence = g->p->margin > 0 ? seq_rate_below(hits, all,
		    g->p->margin) : 0;
	} else {
		loss->evidence = seq_difference_above(&m->difference);
		goal->evidence = seq_difference_below(&m->difference);
	}
	loss->holds = loss->evidence >= loss->needed;
	goal->holds = goal->evidence >= goal->needed;
}

static void
judge_split(struct judging *g)
{
	const struct tally *t = g->t;
	struct rollout_finding *f = add_finding(g, ROLE_SPLIT, "units");
	double wanted = 0;
	uint64_t all = t->units[SIDE_CHAMPION] + t->units[SIDE_CANDIDATE];

	for (size_t i = 0; i < t->n_shares; i++)
		wanted += t->share[i] * (double)t->unit[i].all;
	f->n_champion = t->units[SIDE_CHAMPION];
	f->n_candidate = t->units[SIDE_CANDIDATE];
	f->candidate = part((double)f->n_candidate, all);
	f->champion = part((double)f->n_champion, all);
	f->limit = all ? arena_printf(&g->v->arena, "share %.4g",
	    wanted / (double)all) : "share";
	f->evidence = seq_ratio_other(t->unit, t->n_shares);
	f->holds = f->evidence >= f->needed;
}

/* --- the word ------------------------------------------------------------- */

static void
say(struct judging *g, enum rollout_word word, enum rollout_next next,
    const char *why)
{
	g->v->word = word;
	g->v->next = next;
	g->v->why = why;
}

static const char *
alarm_text(struct judging *g, const struct rollout_finding *f)
{
	struct arena *a = &g->v->arena;

	if (f->role == ROLE_SPLIT)
		return arena_printf(a, "the candidate answered %.4g of %llu "
		    "units, and its %s: the split, or what is logged of it, "
		    "is broken", f->candidate, (unsigned long long)
		    (f->n_champion + f->n_candidate), f->limit);
	if (isnan(f->champion))
		return arena_printf(a, "%s of the candidate is %.4g (%llu "
		    "units), beyond %s", f->measure, f->candidate,
		    (unsigned long long)f->n_candidate, f->limit);
	return arena_printf(a, "%s of the candidate is %.4g (%llu units), of "
	    "the champion %.4g (%llu), beyond %s", f->measure, f->candidate,
	    (unsigned long long)f->n_candidate, f->champion,
	    (unsigned long long)f->n_champion, f->limit);
}

/* What is missing before a step may be judged; NULL: nothing. */
static const char *
waits_for(struct judging *g, int64_t now_us)
{
	const struct tally *t = g->t;
	int64_t least = g->p->min_rows;
	int64_t left = g->state->stepped_us + g->p->wait_s * 1000000 - now_us;
	bool shadow = g->p->kind == ROLLOUT_SHADOW;
	double share = g->state->share;
	uint64_t units = tally_step_units(t, SIDE_CANDIDATE, share);
	uint64_t others = tally_step_units(t, SIDE_CHAMPION, share);

	if (!shadow && others < units)
		units = others;
	if (t->units[SIDE_CHAMPION] + t->units[SIDE_CANDIDATE] == 0)
		return arena_printf(&g->v->arena, "nothing is logged of it "
		    "yet in '%s': a server with that --log answers and has "
		    "loaded version %u?", g->state->log, g->state->candidate);
	if (units < (uint64_t)least)
		return arena_printf(&g->v->arena, "%llu of %lld units of "
		    "%s at this share", (unsigned long long)units,
		    (long long)least, shadow ? "the shadow" : "either");
	if (left > 0)
		return arena_printf(&g->v->arena, "%lld of %lld seconds at "
		    "this share", (long long)(g->p->wait_s - (left + 999999) /
		    1000000), (long long)g->p->wait_s);
	return NULL;
}

static void
choose_word(struct judging *g, int64_t now_us)
{
	const struct rollout_finding *f = g->v->finding;
	const struct rollout_finding *goal = NULL;
	const struct rollout_policy *p = g->p;
	uint64_t few = g->t->units[SIDE_CANDIDATE];
	const char *why;

	for (size_t i = 0; i < g->v->n; i++) {
		if (f[i].role == ROLE_GOAL) {
			goal = &f[i];
		} else if (f[i].holds) {
			say(g, WORD_ROLLBACK, NEXT_ROLLBACK, alarm_text(g,
			    &f[i]));
			return;
		}
	}
	if (p->kind != ROLLOUT_SHADOW && g->t->units[SIDE_CHAMPION] < few)
		few = g->t->units[SIDE_CHAMPION];
	if ((why = waits_for(g, now_us)) != NULL)
		say(g, WORD_INCONCLUSIVE, NEXT_WAIT, why);
	else if (p->kind == ROLLOUT_CANARY && g->state->step + 1 < p->n_steps)
		say(g, WORD_INCONCLUSIVE, NEXT_STEP, arena_printf(
		    &g->v->arena, "no guard has fired: %g %% is next",
		    p->step[g->state->step + 1]));
	else if (goal->holds)
		say(g, WORD_PROMOTE, NEXT_PROMOTE, arena_printf(&g->v->arena,
		    "%s of the candidate is %s by %s", goal->measure,
		    p->kind == ROLLOUT_AB || p->margin == 0 ? "better" :
		    "no worse", goal->limit));
	else if (few >= (uint64_t)p->max_rows)
		say(g, WORD_INCONCLUSIVE, NEXT_ROLLBACK, arena_printf(
		    &g->v->arena, "neither is shown in %lld units: given up",
		    (long long)p->max_rows));
	else
		say(g, WORD_INCONCLUSIVE, p->kind == ROLLOUT_BANDIT ?
		    NEXT_STEP : NEXT_WAIT, arena_printf(&g->v->arena,
		    "%s: e = %.3g of the %.3g that is wanted", goal->measure,
		    m_exp(goal->evidence), m_exp(goal->needed)));
}

void
rollout_judge(struct rollout_verdict *v, const struct rollout_state *s,
    const struct tally *t, int64_t now_us, const char *broken)
{
	const struct rollout_policy *p = t->policy;
	bool split = p->kind != ROLLOUT_SHADOW;
	double alarms = (double)p->n_guards + 1 + split;
	struct judging g = { v, s, t, p, m_log(alarms / p->alpha) };

	memset(v, 0, sizeof(*v));
	v->finding = arena_alloc(&v->arena, (p->n_guards + 3) *
	    sizeof(*v->finding));
	for (size_t i = 0; i < p->n_guards; i++)
		judge_guard(&g, i);
	judge_goal(&g);
	if (split)
		judge_split(&g);
	if (broken)
		say(&g, WORD_ROLLBACK, NEXT_ROLLBACK, arena_strdup(&v->arena,
		    broken));
	else
		choose_word(&g, now_us);
}

void
rollout_verdict_release(struct rollout_verdict *v)
{
	arena_free(&v->arena);
	memset(v, 0, sizeof(*v));
}
