/* A rollout taken further. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "catalog/resolve.h"
#include "flow/rollout/internal.h"
#include "promote/alias.h"

/* --- what is kept --------------------------------------------------------- */

static void
note_verdict(struct rollout_view *v)
{
	v->state.verdict = rollout_word_text(v->verdict.word);
	v->state.why = v->verdict.why;
}

int
rollout_keep(struct rollout_view *v, struct catalog *c, struct err *e)
{
	const char *word = rollout_word_text(v->verdict.word);
	struct rollout_state now;
	int fd, r;

	if (!rollout_is_open(v->state.phase) ||
	    strcmp(v->state.verdict, word) == 0)
		return 0;
	if (rollout_lock(&fd, catalog_repo(c), v->state.name, e) < 0)
		return -1;
	/* unless it went on meanwhile */
	r = rollout_state_read(&now, catalog_repo(c), v->state.name, e);
	if (r == 0 && now.phase == v->state.phase && now.number ==
	    v->state.number && now.step == v->state.step && now.share ==
	    v->state.share) {
		note_verdict(v);
		r = record_and_write(&v->state, c, "verdict", v, e);
	}
	rollout_state_release(&now);
	close(fd);
	return r;
}

/* --- steps ---------------------------------------------------------------- */

/* An end without promotion: units first, words afterwards. */
static int
end_rollout(struct rollout_state *s, enum rollout_phase phase,
    const char *event, const struct rollout_view *v, struct catalog *c,
    struct err *e)
{
	s->phase = phase;
	s->share = 0;
	if (rollout_state_write(s, catalog_repo(c), e) < 0 &&
	    e->code != ERR_UNPROVEN)
		return -1;
	if (record_event(s, c, event, v, e) < 0)
		return err_set(e, ERR_UNPROVEN, "rollout %s has ended, but "
		    "that is not in the audit log: %.500s", s->id, e->msg);
	return rollout_state_write(s, catalog_repo(c), e);
}

static int
next_share(struct rollout_view *v, bool *changed, struct catalog *c,
    struct err *e)
{
	struct rollout_state *s = &v->state;
	const struct rollout_policy *p = &v->policy;

	*changed = true;
	if (s->kind == ROLLOUT_BANDIT) {
		s->share = bandit_share(&tally_goal(&v->tally)->difference,
		    p->floor);
	} else {
		s->step++;
		s->share = p->step[s->step];
	}
	s->stepped_us = clock_wall_us();
	return record_and_write(s, c, "step", v, e);
}

static int
move_alias(struct rollout_state *s, const struct policy *gate,
    struct catalog *c, struct err *e)
{
	const struct name alias = { .kind = NAME_MODEL, .base = s->name,
	    .alias = s->alias };
	char *note = xprintf("rollout %s, %s", s->id, s->report);
	const struct alias_move m = { .name = &alias, .version = s->candidate,
	    .expect = s->champion, .policy = gate, .note = note };
	struct alias_moved moved;
	int r = alias_move(&moved, c, &m, e);

	gate_release(&moved.gate);
	free(note);
	return r;
}

/* The state before it, then the alias.  ERR_UNPROVEN: it has moved. */
static int
move_with_state(struct rollout_view *v, const struct policy *gate,
    struct catalog *c, struct err *e)
{
	struct err late = ERR_INIT;

	note_verdict(v);
	v->state.phase = ROLLOUT_PROMOTING;
	if (record_and_write(&v->state, c, "promote", v, &late) < 0 &&
	    late.code != ERR_UNPROVEN) {
		*e = late;
		return -1;
	}
	if (move_alias(&v->state, gate, c, e) < 0)
		return -1;
	if (late.code == ERR_NONE)
		return 0;
	*e = late;
	return -1;
}

/* The alias moves between two states; a kill in between leaves the first, and
 * the next step sees what the alias means. */
static int
promote(struct rollout_view *v, bool *changed, struct catalog *c,
    struct err *e)
{
	struct rollout_state *s = &v->state;
	struct policy gate;
	uint32_t now;
	int r = 0;

	if (rollout_alias_version(&now, c, s, e) < 0)
		return -1;
	if (now != s->candidate) {
		if (s->gate && policy_parse(&gate, s->gate, strlen(s->gate),
		    e) < 0)
			return -1;
		r = move_with_state(v, s->gate ? &gate : NULL, c, e);
		if (s->gate)
			policy_release(&gate);
	}
	if (r < 0 && e->code != ERR_UNPROVEN) {
		struct err ignored = ERR_INIT;

		/* it goes on as it was */
		s->phase = ROLLOUT_RUNNING;
		(void)rollout_state_write(s, catalog_repo(c), &ignored);
		return -1;
	}
	*changed = true;
	s->phase = ROLLOUT_PROMOTED;
	s->share = 0;
	return rollout_state_write(s, catalog_repo(c), e) < 0 ? -1 : r;
}

static int
take_step(struct rollout_view *v, bool *changed, struct catalog *c,
    struct err *e)
{
	uint32_t now;

	if (rollout_alias_version(&now, c, &v->state, e) < 0)
		return -1;
	if (v->state.phase == ROLLOUT_PROMOTING && now == v->state.candidate)
		return promote(v, changed, c, e);
	switch (v->verdict.next) {
	case NEXT_STEP:
		return next_share(v, changed, c, e);
	case NEXT_PROMOTE:
		return promote(v, changed, c, e);
	case NEXT_ROLLBACK:
		note_verdict(v);
		*changed = true;
		return end_rollout(&v->state, ROLLOUT_ROLLED_BACK, "rollback",
		    v, c, e);
	case NEXT_WAIT:
		break;
	}
	return 0;
}

int
rollout_step(struct rollout_view *v, bool *changed, struct catalog *c,
    const struct rollout_look *look, struct err *e)
{
	const char *name = look->name;
	int fd, r;

	*changed = false;
	memset(v, 0, sizeof(*v));
	if (!name_base_ok(name))
		return err_set(e, ERR_USAGE, "'%s' is no name of a rollout",
		    name);
	if (rollout_lock(&fd, catalog_repo(c), name, e) < 0)
		return -1;
	r = rollout_view(v, c, look, e);
	if (r == 0 && rollout_is_open(v->state.phase))
		r = take_step(v, changed, c, e);
	close(fd);
	return r;
}

int
rollout_abort(struct rollout_state *s, struct catalog *c, const char *name,
    const char *why, struct err *e)
{
	int fd, r;

	memset(s, 0, sizeof(*s));
	if (!name_base_ok(name))
		return err_set(e, ERR_USAGE, "'%s' is no name of a rollout",
		    name);
	if (rollout_lock(&fd, catalog_repo(c), name, e) < 0)
		return -1;
	r = rollout_state_read(s, catalog_repo(c), name, e);
	if (r == 0 && !rollout_is_open(s->phase)) {
		r = err_set(e, ERR_NO, "rollout %s has ended: it is %s", s->id,
		    rollout_phase_text(s->phase));
	} else if (r == 0) {
		if (why)
			s->why = arena_strdup(&s->arena, why);
		r = end_rollout(s, ROLLOUT_ABORTED, "abort", NULL, c, e);
	}
	close(fd);
	return r;
}
