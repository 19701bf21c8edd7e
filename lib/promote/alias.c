/* Aliases moved through a gate, and back along the audit log. */
#include "promote/alias.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/history.h"
#include "catalog/resolve.h"
#include "promote/internal.h"
#include "store/ref.h"

#define TRIES_MAX 100

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

/* The version an alias meant last, however often it was dropped; 0: none. */
static int
last_meant(uint32_t *version, struct catalog *c, const char *ref,
    struct err *e)
{
	struct err mine = ERR_INIT;
	struct ref all;

	*version = 0;
	if (ref_read(&all, catalog_repo(c), ref, &mine) < 0) {
		if (mine.code == ERR_NOENT)
			return 0;
		*e = mine;
		return -1;
	}
	for (size_t i = 0; i < all.n; i++)
		if (all.value[i].number)
			*version = all.value[i].number;
	ref_free(&all);
	return 0;
}

/* The policy's judgment on the version, kept whatever it is, and what was
 * compared with. */
static int
pass_gate(struct gate *g, struct oid *verdict, struct catalog *c,
    const struct alias_move *m, struct err *e)
{
	const struct name version = { .kind = m->name->kind,
	    .base = m->name->base, .version = m->version };
	struct catalog_item item;
	int r;

	if (catalog_resolve_name(&item, c, &version, e) < 0)
		return -1;
	r = gate_judge(g, c, &item, m->policy, e);
	if (r == 0)
		r = gate_record(verdict, c, g, m->policy, e);
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

/* The words of a record, those that there are, behind each other. */
static void
add_note(struct buf *note, const char *text)
{
	if (text && *text)
		buf_addf(note, "%s%s", note->len ? "; " : "", text);
}

static void
note_passed(struct buf *note, const struct gate *g, const struct policy *p)
{
	char id[OID_TEXT];

	buf_addf(note, "%sgate %s passed", note->len ? "; " : "",
	    oid_print(id, &p->id));
	if (g->skipped)
		buf_adds(note, ", champion rules skipped");
}

/* From one version to another: clients must not notice, or it was said that
 * they may, and then the record says so. */
static int
keep_contract(struct buf *note, struct catalog *c, const struct alias_move *m,
    uint32_t from, bool dropped, uint32_t to, struct err *e)
{
	struct buf why;
	bool kept = true;
	int r = 0;

	buf_init(&why, BUF_CAP_SMALL);
	if (from && to && from != to)
		r = check_contract(&kept, &why, c, m->name, from, to, e);
	if (r == 0 && !kept && !m->allow_contract_change)
		r = err_set(e, ERR_NO, "model:%s@%u does not keep the contract "
		    "of version %u, which %s %s: %.600s; "
		    "--allow-contract-change moves it all the same",
		    m->name->base, to, from, m->name->alias, dropped ?
		    "meant before it was dropped" : "means now", why.data);
	else if (r == 0 && !kept)
		buf_addf(note, "contract changed: %s", why.data);
	buf_free(&why);
	return r;
}

static int
try_move(struct alias_moved *out, struct catalog *c,
    const struct alias_move *m, struct err *e)
{
	const struct name alias = sibling_alias(m->name, m->name->alias);
	char *ref = name_ref(&alias);
	struct ref_move move = { .alias = ref, .number = m->version,
	    .expect = m->expect };
	struct buf note;
	uint32_t now, before;
	int r = -1;

	memset(out, 0, sizeof(*out));
	out->now = m->version;
	buf_init(&note, BUF_CAP_SMALL);
	if (read_alias(&now, c, &alias, e) < 0 ||
	    last_meant(&before, c, ref, e) < 0)
		goto done;
	/* what follows is about what is there now: if that moves before the
	 * alias does, it is void */
	if (m->version && move.expect == REF_ANY)
		move.expect = now;
	if (move.expect == now && keep_contract(&note, c, m, before, now == 0,
	    m->version, e) < 0)
		goto done;
	if (m->policy && m->version) {
		if (pass_gate(&out->gate, &move.verdict, c, m, e) < 0 ||
		    check_champion(&out->gate, c, m, e) < 0)
			goto done;
		note_passed(&note, &out->gate, m->policy);
	}
	add_note(&note, m->note);
	if (buf_check(&note, e) < 0)
		goto done;
	move.note = note.data;
	r = ref_move(&out->was, catalog_repo(c), &move, e);
done:
	buf_free(&note);
	free(ref);
	return r;
}

/* Who expects nothing is not refused because another was quicker: what holds
 * of the alias is asked again. */
int
alias_move(struct alias_moved *out, struct catalog *c,
    const struct alias_move *m, struct err *e)
{
	for (int tries = 1; ; tries++) {
		if (try_move(out, c, m, e) == 0)
			return 0;
		if (e->code != ERR_MOVED || m->expect != REF_ANY ||
		    tries == TRIES_MAX)
			return -1;
		gate_release(&out->gate);
		*e = (struct err)ERR_INIT;
	}
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
    const struct alias_move *m, struct err *e)
{
	const struct name alias = sibling_alias(m->name, m->name->alias);
	char *label = name_label(&alias), *ref = name_ref(&alias);
	struct ref_move move = { .alias = ref, .op = "rollback" };
	struct alias_trail t = { .label = label };
	struct catalog_item now = { .base = NULL };
	struct buf note;
	int r = -1;

	memset(out, 0, sizeof(*out));
	buf_init(&note, BUF_CAP_SMALL);
	if (catalog_history(c, m->name->kind, m->name->base, follow_move, &t,
	    e) < 0)
		goto done;
	/* being dropped is no version to go back to */
	while (t.n > 1 && t.version[t.n - 2] == 0) {
		t.version[t.n - 2] = t.version[t.n - 1];
		t.n--;
	}
	if (t.n == 0) {
		/* what is not there is told as it is everywhere */
		if (catalog_resolve_name(&now, c, &alias, e) < 0)
			goto done;
		catalog_item_free(&now);
	}
	if (t.n < 2) {
		err_set(e, ERR_NO, "%s meant nothing before: there is nowhere "
		    "to go back", label);
		goto done;
	}
	move.number = out->now = t.version[t.n - 2];
	move.expect = t.version[t.n - 1];
	if (keep_contract(&note, c, m, move.expect, false, move.number,
	    e) < 0)
		goto done;
	add_note(&note, m->note);
	if (buf_check(&note, e) < 0)
		goto done;
	move.note = note.data;
	r = ref_move(&out->was, catalog_repo(c), &move, e);
done:
	buf_free(&note);
	free(t.version);
	free(ref);
	free(label);
	return r;
}
