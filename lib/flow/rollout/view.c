/* A rollout looked at: its state, what the log says, the verdict. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "catalog/resolve.h"
#include "flow/rollout/internal.h"

/* Lines of other versions are of no rollout. */
struct wanted {
	struct tally *tally;
	char champion[NUM_TEXT_MAX], candidate[NUM_TEXT_MAX];
};

static int
take_entry(void *ctx, const struct reqlog_entry *entry, struct err *e)
{
	struct wanted *w = ctx;
	bool stable = strcmp(entry->variant, "stable") == 0;

	if (strcmp(entry->version, stable ? w->champion : w->candidate) != 0)
		return 0;
	return tally_entry(w->tally, entry, e);
}

/* `places` NULL: all of it. */
static int
read_log(struct tally *t, const struct rollout_state *s,
    struct reqlog_places *places, struct err *e)
{
	const struct reqlog_filter f = { .since_us = s->started_us };
	struct wanted w = { .tally = t };
	struct err why = ERR_INIT;
	int r;

	num_print_u64(w.champion, s->champion);
	num_print_u64(w.candidate, s->candidate);
	r = places ? reqlog_more_entries(places, s->log, s->id, &f,
	    take_entry, &w, &why) : reqlog_each_entry(s->log, s->id, &f,
	    take_entry, &w, &why);
	if (r == 0 || why.code == ERR_NOENT)
		return 0;	/* nobody has logged anything yet */
	*e = why;
	return -1;
}

/* --- what is remembered --------------------------------------------------- */

struct rollout_memory {
	char *id;			/* of the rollout; NULL: nothing yet */
	struct rollout_policy policy;
	struct tally tally;
	struct reqlog_places *places;
};

struct rollout_memory *
rollout_memory_new(void)
{
	return xalloc(1, sizeof(struct rollout_memory));
}

static void
forget(struct rollout_memory *m)
{
	if (m->tally.policy)
		tally_release(&m->tally);
	rollout_policy_release(&m->policy);
	reqlog_places_free(m->places);
	free(m->id);
	memset(m, 0, sizeof(*m));
}

void
rollout_memory_free(struct rollout_memory *m)
{
	if (m == NULL)
		return;
	forget(m);
	free(m);
}

static int
begin_memory(struct rollout_memory *m, const struct rollout_state *s,
    struct err *e)
{
	forget(m);
	if (rollout_policy_parse(&m->policy, s->policy, strlen(s->policy),
	    e) < 0)
		return -1;
	tally_init(&m->tally, &m->policy, NULL);
	m->places = reqlog_places_new();
	m->id = xstrdup(s->id);
	return 0;
}

/* Where what was read is gone or other, all is read again. */
static int
remember(struct rollout_memory *m, const struct rollout_state *s,
    struct err *e)
{
	struct err why = ERR_INIT;

	if ((m->id == NULL || strcmp(m->id, s->id) != 0) &&
	    begin_memory(m, s, e) < 0)
		return -1;
	if (read_log(&m->tally, s, m->places, &why) == 0)
		return 0;
	if (why.code == ERR_MOVED)
		return begin_memory(m, s, e) < 0 ? -1 : read_log(&m->tally, s,
		    m->places, e);
	forget(m);
	*e = why;
	return -1;
}

/* --- the view ------------------------------------------------------------- */

int
rollout_alias_version(uint32_t *version, struct catalog *c,
    const struct rollout_state *s, struct err *e)
{
	const struct name n = { .kind = NAME_MODEL, .base = s->name,
	    .alias = s->alias };
	struct err why = ERR_INIT;
	struct catalog_item item;

	*version = 0;
	if (catalog_resolve_name(&item, c, &n, &why) == 0) {
		*version = item.version;
		catalog_item_free(&item);
		return 0;
	}
	if (why.code == ERR_NOENT)
		return 0;
	*e = why;
	return -1;
}

static int
check_labels(struct rollout_view *v, struct err *e)
{
	for (size_t i = 0; i <= v->policy.n_guards; i++) {
		const struct rollout_measure *m = i < v->policy.n_guards ?
		    &v->policy.guard[i].measure : &v->policy.goal;

		if (m->metric == METRIC_MISTAKES &&
		    labels_check(v->labels, m->column, e) < 0)
			return -1;
	}
	return 0;
}

/* What there is to be judged by. */
static int
count(struct rollout_view *v, struct catalog *c,
    const struct rollout_look *look, struct err *e)
{
	const struct rollout_state *s = &v->state;
	struct tally_labels use;

	if (look->labels.path) {
		if (labels_open(&v->labels, c, &look->labels, e) < 0 ||
		    check_labels(v, e) < 0)
			return -1;
		labels_use(&use, v->labels);
	} else if (look->memory) {
		if (remember(look->memory, s, e) < 0)
			return -1;
		v->remembered = true;
		v->tally = look->memory->tally;
		return 0;
	}
	tally_init(&v->tally, &v->policy, v->labels ? &use : NULL);
	return read_log(&v->tally, s, NULL, e);
}

static int
judge(struct rollout_view *v, struct catalog *c,
    const struct rollout_look *look, struct err *e)
{
	const struct rollout_state *s = &v->state;
	const char *broken = NULL;
	uint32_t now;

	if (rollout_policy_parse(&v->policy, s->policy, strlen(s->policy),
	    e) < 0)
		return err_wrap(e, "the policy of rollout %s", s->id);
	if (count(v, c, look, e) < 0)
		return -1;
	/* how it ended was said when it did */
	if (!rollout_is_open(s->phase))
		return 0;
	if (rollout_alias_version(&now, c, s, e) < 0)
		return -1;
	if (now != s->champion && !(s->phase == ROLLOUT_PROMOTING && now == s->candidate))
		broken = arena_printf(&v->state.arena, "model:%s@%s does not "
		    "mean version %u any more, which the candidate is compared "
		    "with", s->name, s->alias, s->champion);
	rollout_judge(&v->verdict, s, &v->tally, clock_wall_us(), broken);
	return 0;
}

int
rollout_view(struct rollout_view *v, struct catalog *c,
    const struct rollout_look *look, struct err *e)
{
	memset(v, 0, sizeof(*v));
	if (!name_base_ok(look->name))
		return err_set(e, ERR_USAGE, "'%s' is no name of a rollout",
		    look->name);
	if (rollout_state_read(&v->state, catalog_repo(c), look->name, e) < 0)
		return -1;
	return judge(v, c, look, e);
}

void
rollout_view_release(struct rollout_view *v)
{
	rollout_verdict_release(&v->verdict);
	if (v->tally.policy && !v->remembered)
		tally_release(&v->tally);
	labels_close(v->labels);
	rollout_policy_release(&v->policy);
	rollout_state_release(&v->state);
}
