/* Lines of a rollout counted by unit, share and measure. */
#include "rollout/tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "rollout/internal.h"

/* Bits of a unit's flags: for each measure whether it was looked at and
 * whether it had an event, at all and by either side; at last whether the unit
 * was seen. */
enum mark { LOOKED, HAD_EVENT, LOOKED_BY, HAD_EVENT_BY = LOOKED_BY + SIDES,
	MARKS = HAD_EVENT_BY + SIDES };
#define SEEN_BIT 63
_Static_assert(MARKS * (ROLLOUT_GUARDS_MAX + 1) <= SEEN_BIT,
    "all marks fit a word");

void
tally_init(struct tally *t, const struct rollout_policy *p,
    const struct tally_labels *labels)
{
	size_t n = p->n_guards + 1;

	memset(t, 0, sizeof(*t));
	t->policy = p;
	if (labels)
		t->labels = *labels;
	t->known = unit_set_new();
	t->measure = xalloc(n, sizeof(*t->measure));
	for (size_t i = 0; i < n; i++) {
		const struct rollout_guard *g = i + 1 < n ? &p->guard[i] :
		    NULL;
		const struct rollout_measure *m = g ? &g->measure : &p->goal;
		double margin = g ? g->bound : p->margin;

		t->measure[i].measure = m;
		if (m->metric == METRIC_VALUE)
			margin /= m->high - m->low;
		seq_difference_init(&t->measure[i].difference, g &&
		    g->limit != LIMIT_MARGIN ? 0 : margin);
	}
}

void
tally_release(struct tally *t)
{
	for (size_t i = 0; t->measure && i <= t->policy->n_guards; i++) {
		struct measure_tally *m = &t->measure[i];

		for (size_t k = 0; k < m->n_classes; k++) {
			free(m->name[k]);
			free(m->class_event[k]);
		}
		free(m->event);
	}
	free(t->measure);
	free(t->share);
	free(t->unit);
	unit_set_free(t->known);
	memset(t, 0, sizeof(*t));
}

const struct measure_tally *
tally_goal(const struct tally *t)
{
	return &t->measure[t->policy->n_guards];
}

uint64_t
tally_step_units(const struct tally *t, enum side side, double share)
{
	if (t->policy->kind == ROLLOUT_SHADOW)
		return t->units[side];
	for (size_t i = 0; i < t->n_shares; i++)
		if (t->share[i] == share / 100)
			return side == SIDE_CANDIDATE ? t->unit[i].arm :
			    t->unit[i].all - t->unit[i].arm;
	return 0;
}

/* --- shares --------------------------------------------------------------- */

static struct share_count *
more_shares(struct share_count *c, size_t n, size_t room)
{
	c = xresize(c, room, sizeof(*c));
	memset(c + n, 0, (room - n) * sizeof(*c));
	return c;
}

/* The place of a share, 0 to 1, among those seen. */
static size_t
share_place(struct tally *t, double share)
{
	size_t n = t->n_shares;

	for (size_t i = n; i > 0; i--)
		if (t->share[i - 1] == share)
			return i - 1;
	if (n == t->room) {
		size_t room = n ? n * 2 : 8;

		t->share = xresize(t->share, room, sizeof(*t->share));
		t->unit = more_shares(t->unit, n, room);
		for (size_t i = 0; i <= t->policy->n_guards; i++) {
			struct measure_tally *m = &t->measure[i];

			m->event = more_shares(m->event, n, room);
			for (size_t k = 0; k < m->n_classes; k++)
				m->class_event[k] = more_shares(
				    m->class_event[k], n, room);
		}
		t->room = room;
	}
	t->share[n] = share;
	t->unit[n].share = share;
	for (size_t i = 0; i <= t->policy->n_guards; i++) {
		struct measure_tally *m = &t->measure[i];

		m->event[n].share = share;
		for (size_t k = 0; k < m->n_classes; k++)
			m->class_event[k][n].share = share;
	}
	t->n_shares++;
	return n;
}

static void
count_event(struct share_count *c, enum side side)
{
	c->all++;
	c->arm += side == SIDE_CANDIDATE;
}

/* --- what a unit did ------------------------------------------------------ */

/* One line as it is looked at. */
struct look {
	const struct reqlog_entry *entry;
	enum side side;
	size_t share;			/* its place */
	double rate;			/* the share, 0 to 1 */
	uint64_t *flags;		/* of the unit */
};

/* Is it the first time for the unit, of measure `i`?  Marks it. */
static bool
is_first(const struct look *l, size_t i, int mark)
{
	uint64_t bit = UINT64_C(1) << (MARKS * i + (size_t)mark);
	bool first = !(*l->flags & bit);

	*l->flags |= bit;
	return first;
}

/* Yes or no. */
static void
look_at_event(struct tally *t, size_t i, const struct look *l, bool event)
{
	struct measure_tally *m = &t->measure[i];

	m->units[l->side] += is_first(l, i, LOOKED_BY + (int)l->side);
	if (is_first(l, i, LOOKED))
		seq_difference_add(&m->difference, l->rate, l->side ==
		    SIDE_CANDIDATE, event);
	if (!event)
		return;
	m->events[l->side] += is_first(l, i, HAD_EVENT_BY + (int)l->side);
	if (is_first(l, i, HAD_EVENT))
		count_event(&m->event[l->share], l->side);
}

/* The bin of a number, or the place of a text, among the classes. */
static size_t
class_place(struct tally *t, struct measure_tally *m, const char *name)
{
	size_t k = 0;

	while (k < m->n_classes && strcmp(m->name[k], name) != 0)
		k++;
	if (k < m->n_classes || k == TALLY_CLASSES)
		return k < m->n_classes ? k : TALLY_CLASSES - 1;
	m->name[k] = xstrdup(name);
	m->class_event[k] = more_shares(NULL, 0, t->room);
	for (size_t i = 0; i < t->n_shares; i++)
		m->class_event[k][i].share = t->share[i];
	m->n_classes++;
	return k;
}

/* An answer as a class of its own; NULL: there is none. */
static char *
class_name(const struct rollout_measure *m, const struct json *v)
{
	struct buf b;
	char *name;
	size_t i = 0;

	if (v == NULL)
		return NULL;
	if (v->type == JSON_TEXT)
		return xstrdup(v->s);
	if (m->n_edges == 0 || (v->type != JSON_INT && v->type !=
	    JSON_REAL)) {
		buf_init(&b, BUF_CAP_SMALL);
		json_write(&b, v);
		name = xstrdup(b.data);
		buf_free(&b);
		return name;
	}
	while (i < m->n_edges && v->d >= m->edge[i])
		i++;
	return i == m->n_edges ? xprintf(">=%g", m->edge[i - 1]) :
	    xprintf("<%g", m->edge[i]);
}

static const struct json *
answer_of(const struct rollout_measure *m, const struct json *outputs)
{
	const char *output = m->output ? m->output : outputs ?
	    answer_output(outputs) : NULL;

	return output ? reqlog_value(json_get(outputs, output), 0) : NULL;
}

static void
look_at_class(struct tally *t, size_t i, const struct look *l)
{
	struct measure_tally *m = &t->measure[i];
	char *name = class_name(m->measure, answer_of(m->measure,
	    l->entry->outputs));
	size_t k;

	if (name && is_first(l, i, LOOKED)) {
		k = class_place(t, m, name);
		m->units[l->side]++;
		m->of_class[k][l->side]++;
		count_event(&m->class_event[k][l->share], l->side);
	}
	free(name);
}

/* --- what came later ------------------------------------------------------ */

static const char *
label_of(const struct tally *t, const struct look *l, const char *column)
{
	const char *key = t->labels.key;
	const struct json *v;
	const char *s = NULL;
	size_t n = 0;
	struct buf b;

	if (t->labels.find == NULL)
		return NULL;
	if (strcmp(key, "id") == 0 || strcmp(key, "unit") == 0) {
		s = *key == 'i' ? l->entry->id : l->entry->unit;
		n = strlen(s);
		return n ? t->labels.find(t->labels.ctx, s, n, column) : NULL;
	}
	if ((v = reqlog_value(json_get(l->entry->inputs, key), 0)) == NULL)
		return NULL;
	if (v->type == JSON_TEXT)
		return t->labels.find(t->labels.ctx, v->s, v->n, column);
	buf_init(&b, BUF_CAP_SMALL);
	json_write(&b, v);
	s = t->labels.find(t->labels.ctx, b.data, b.len, column);
	buf_free(&b);
	return s;
}

/* Does an answer say what came true?  1 and 1.0 are the same. */
static bool
says(const struct json *answer, const char *label, double tolerance)
{
	double v;

	if (answer->type == JSON_TEXT)
		return strcmp(answer->s, label) == 0;
	if (answer->type == JSON_BOOL)
		return strcmp(answer->b ? "true" : "false", label) == 0;
	return num_parse_f64(label, strlen(label), &v) &&
	    fabs(v - answer->d) <= tolerance;
}

static void
look_at_mistake(struct tally *t, size_t i, const struct look *l)
{
	const struct rollout_measure *m = t->measure[i].measure;
	const struct json *answer = answer_of(m, l->entry->outputs);
	const char *label = answer ? label_of(t, l, m->column) : NULL;

	if (label)
		look_at_event(t, i, l, !says(answer, label, m->tolerance));
}

static void
look_at_value(struct tally *t, size_t i, const struct look *l)
{
	struct measure_tally *m = &t->measure[i];
	const struct rollout_measure *q = m->measure;
	const char *text = label_of(t, l, q->column);
	const struct json *in = reqlog_value(json_get(l->entry->inputs,
	    q->column), 0);
	double v;

	if (text) {
		if (!num_parse_f64(text, strlen(text), &v))
			return;
	} else if (in && (in->type == JSON_INT || in->type == JSON_REAL)) {
		v = in->d;
	} else {
		return;
	}
	if (!is_first(l, i, LOOKED))
		return;
	m->unplaced |= v < q->low || v > q->high;
	v = (v - q->low) / (q->high - q->low);
	m->units[l->side]++;
	seq_difference_add(&m->difference, l->rate, l->side ==
	    SIDE_CANDIDATE, q->high_is_worse ? v : 1 - v);
}

/* --- what a request did --------------------------------------------------- */

static void
look_at(struct tally *t, const struct look *l)
{
	for (size_t i = 0; i <= t->policy->n_guards; i++) {
		const struct rollout_measure *m = t->measure[i].measure;

		if (m->metric == METRIC_ERRORS)
			look_at_event(t, i, l, l->entry->status != 200);
		else if (m->metric == METRIC_LATENCY)
			look_at_event(t, i, l, (double)l->entry->micros >
			    m->over * 1000);
		else if (l->entry->status != 200)
			continue;
		else if (m->metric == METRIC_SHIFT)
			look_at_class(t, i, l);
		else if (m->metric == METRIC_MISTAKES)
			look_at_mistake(t, i, l);
		else if (m->metric == METRIC_VALUE)
			look_at_value(t, i, l);
	}
}

/* Finds the unit of a line; was it never seen?  Its place is 64 bits of hash,
 * so two units share one as good as never. */
static bool
find_unit(struct tally *t, struct look *l)
{
	l->flags = unit_set_add(t->known, l->entry->place);
	if (*l->flags >> SEEN_BIT & 1)
		return false;
	*l->flags |= UINT64_C(1) << SEEN_BIT;
	return true;
}

static void
count_unit(struct tally *t, const struct look *l)
{
	t->units[l->side]++;
	count_event(&t->unit[l->share], l->side);
}

/* --- a shadow ------------------------------------------------------------- */

/* Yes or no of the candidate alone. */
static void
look_alone(struct measure_tally *m, bool event)
{
	m->units[SIDE_CANDIDATE]++;
	m->events[SIDE_CANDIDATE] += event;
}

/* Both answers to one row, and what came true. */
static void
look_at_pair(struct tally *t, size_t i, const struct look *l)
{
	struct measure_tally *m = &t->measure[i];
	const struct rollout_measure *q = m->measure;
	const struct json *was = answer_of(q, l->entry->answered);
	const struct json *would = answer_of(q, l->entry->shadow);
	const char *label = was && would ? label_of(t, l, q->column) : NULL;
	bool wrong[SIDES];

	if (label == NULL)
		return;
	wrong[SIDE_CHAMPION] = !says(was, label, q->tolerance);
	wrong[SIDE_CANDIDATE] = !says(would, label, q->tolerance);
	for (int side = 0; side < SIDES; side++) {
		m->units[side]++;
		m->events[side] += wrong[side];
	}
	seq_difference_add_pair(&m->difference, wrong[SIDE_CANDIDATE] -
	    wrong[SIDE_CHAMPION]);
}

static void
look_at_shadow(struct tally *t, const struct look *l)
{
	const struct reqlog_entry *entry = l->entry;
	struct row_difference d;

	for (size_t i = 0; i <= t->policy->n_guards; i++) {
		const struct rollout_measure *m = t->measure[i].measure;

		if (m->metric == METRIC_ERRORS) {
			look_alone(&t->measure[i], entry->shadow == NULL);
		} else if (m->metric == METRIC_LATENCY) {
			look_alone(&t->measure[i], (double)entry->micros >
			    m->over * 1000);
		} else if (entry->shadow && m->metric == METRIC_MISTAKES) {
			look_at_pair(t, i, l);
		} else if (entry->shadow) {
			compare_rows(&d, entry->answered, 0, entry->shadow, 0,
			    m->output, m->tolerance);
			look_alone(&t->measure[i], d.flip);
		}
	}
}

static void
compare_all(struct tally *t, const struct reqlog_entry *entry)
{
	struct row_difference d;

	t->shadow_failed += entry->shadow == NULL;
	for (size_t k = 0; entry->shadow && k < entry->rows; k++) {
		compare_rows(&d, entry->answered, k, entry->shadow, k, NULL,
		    0);
		compared_add(&t->compared, &d);
	}
}

/* --- lines ---------------------------------------------------------------- */

int
tally_entry(void *tally, const struct reqlog_entry *entry, struct err *e)
{
	bool shadow = strcmp(entry->variant, "shadow") == 0;
	struct tally *t = tally;
	struct look l = { .entry = entry, .rate = entry->share / 100 };

	(void)e;
	if (shadow != (t->policy->kind == ROLLOUT_SHADOW))
		return 0;
	l.side = shadow || strcmp(entry->variant, "canary") == 0 ?
	    SIDE_CANDIDATE : SIDE_CHAMPION;
	t->requests[l.side] += entry->micros > 0;
	if (shadow) {
		compare_all(t, entry);
		if (find_unit(t, &l)) {
			t->units[SIDE_CANDIDATE]++;
			look_at_shadow(t, &l);
		}
		return 0;
	}
	/* there is nothing to compare where one side gets all */
	if (!(entry->share > 0 && entry->share < 100))
		return 0;
	l.share = share_place(t, l.rate);
	if (find_unit(t, &l))
		count_unit(t, &l);
	look_at(t, &l);
	return 0;
}
