/* Aliases moved through a gate, and back along the audit log. */
#include "promote/alias.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/history.h"
#include "catalog/resolve.h"
#include "store/ref.h"

/* The version an alias means; 0 when it is not set. */
static int
read_alias(uint32_t *version, struct catalog *c, const struct name *alias,
    struct err *e)
{
	struct err mine = ERR_INIT;
	struct catalog_item item;

	*version = 0;
	if (catalog_resolve_name(&item, c, alias, &mine) == 0) {
		*version = item.version;
		catalog_item_free(&item);
		return 0;
	}
	if (mine.code == ERR_NOENT)
		return 0;
	*e = mine;
	return -1;
}

static struct name
sibling_alias(const struct name *n, const char *alias)
{
	return (struct name){ .kind = n->kind, .base = n->base,
	    .alias = alias };
}

/* The policy's judgment on the version, and what was compared with. */
static int
pass_gate(struct gate *g, struct catalog *c, const struct alias_move *m,
    struct err *e)
{
	const struct name version = { .kind = m->name->kind,
	    .base = m->name->base, .version = m->version };
	struct catalog_item item;
	int r;

	if (catalog_resolve_name(&item, c, &version, e) < 0)
		return -1;
	r = gate_judge(g, c, &item, m->policy, e);
	if (r == 0 && g->failed)
		r = gate_refuse(g, item.label, e);
	catalog_item_free(&item);
	return r;
}

/* The champion that was compared with must still be it. */
static int
check_champion(const struct gate *g, struct catalog *c,
    const struct alias_move *m, struct err *e)
{
	const struct name champion = sibling_alias(m->name,
	    m->policy->champion);
	uint32_t now;

	if (read_alias(&now, c, &champion, e) < 0)
		return -1;
	return now == g->champion ? 0 : err_set(e, ERR_MOVED, "model:%s@%s "
	    "moved while the gate was judged; try again", m->name->base,
	    m->policy->champion);
}

static char *
passed_note(const struct gate *g, const struct alias_move *m)
{
	char id[OID_TEXT];

	return xprintf("gate %s passed%s%s%s", oid_print(id, &m->policy->id),
	    g->skipped ? ", champion rules skipped" : "", m->note ? "; " : "",
	    m->note ? m->note : "");
}

int
alias_move(struct alias_moved *out, struct catalog *c,
    const struct alias_move *m, struct err *e)
{
	const struct name alias = sibling_alias(m->name, m->name->alias);
	char *ref = name_ref(&alias), *note = NULL;
	struct ref_move move = { .alias = ref, .number = m->version,
	    .expect = m->expect, .note = m->note };
	uint32_t now;
	int r = -1;

	memset(out, 0, sizeof(*out));
	out->now = m->version;
	if (read_alias(&now, c, &alias, e) < 0)
		goto done;
	if (m->policy && m->version) {
		/* judged against what is there now: if that moves before the
		 * alias does, the judgment is void */
		if (move.expect == REF_ANY)
			move.expect = now;
		if (pass_gate(&out->gate, c, m, e) < 0 ||
		    check_champion(&out->gate, c, m, e) < 0)
			goto done;
		move.note = note = passed_note(&out->gate, m);
	}
	r = ref_move(&out->was, catalog_repo(c), &move, e);
done:
	free(note);
	free(ref);
	return r;
}

/* The versions an alias went through, moves back undone. */
struct alias_trail {
	const char *label;
	uint32_t *version;
	size_t n, room;
};

static int
follow_move(void *ctx, const struct history_entry *h, struct err *e)
{
	const struct audit_record *r = h->record;
	struct alias_trail *t = ctx;

	(void)e;
	if (strcmp(h->label, t->label) != 0)
		return 0;
	if (strcmp(r->op, "rollback") == 0) {
		if (t->n)
			t->n--;
		/* it went over a drop in between */
		while (t->n && t->version[t->n - 1] != r->number)
			t->n--;
		return 0;
	}
	if (t->n == t->room) {
		t->room = t->room ? t->room * 2 : 16;
		t->version = xresize(t->version, t->room, sizeof(*t->version));
	}
	t->version[t->n++] = r->number;
	return 0;
}

int
alias_rollback(struct alias_moved *out, struct catalog *c,
    const struct name *name, const char *note, struct err *e)
{
	const struct name alias = sibling_alias(name, name->alias);
	char *label = name_label(&alias), *ref = name_ref(&alias);
	struct ref_move move = { .alias = ref, .op = "rollback",
	    .note = note };
	struct alias_trail t = { .label = label };
	int r = -1;

	memset(out, 0, sizeof(*out));
	if (catalog_history(c, name->kind, name->base, follow_move, &t,
	    e) < 0)
		goto done;
	/* being dropped is no version to go back to */
	while (t.n > 1 && t.version[t.n - 2] == 0) {
		t.version[t.n - 2] = t.version[t.n - 1];
		t.n--;
	}
	if (t.n < 2) {
		err_set(e, t.n ? ERR_NO : ERR_NOENT, t.n ?
		    "%s meant nothing before: there is nowhere to go back" :
		    "there is no %s", label);
		goto done;
	}
	move.number = out->now = t.version[t.n - 2];
	move.expect = t.version[t.n - 1];
	r = ref_move(&out->was, catalog_repo(c), &move, e);
done:
	free(t.version);
	free(ref);
	free(label);
	return r;
}
