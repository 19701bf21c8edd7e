#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/history.h"
#include "catalog/resolve.h"
#include "promote/alias.h"
#include "store/ref.h"

static int
version_now(uint32_t *version, struct catalog *c, const char *name,
    const char *alias, struct err *e)
{
	char *text = xprintf("model:%s@%s", name, alias);
	struct err mine = ERR_INIT;
	struct catalog_item item;
	int r = 0;

	*version = 0;
	if (catalog_resolve(&item, c, text, &mine) == 0) {
		*version = item.version;
		catalog_item_free(&item);
	} else if (mine.code != ERR_NOENT) {
		*e = mine;
		r = -1;
	}
	free(text);
	return r;
}

/* The policy's judgment on this version, and what was compared with. */
static int
pass_gate(struct gate *g, struct catalog *c, const char *name,
    uint32_t version, const struct policy *p, struct err *e)
{
	char *text = xprintf("model:%s@%u", name, version);
	struct catalog_item item;
	int r = catalog_resolve(&item, c, text, e);

	if (r == 0) {
		r = gate_judge(g, c, &item, p, e);
		if (r == 0 && g->failed)
			r = gate_refuse(g, text, e);
		catalog_item_free(&item);
	}
	free(text);
	return r;
}

int
registry_set(uint32_t *was, struct gate *g, struct catalog *c,
    const char *name, const char *alias, uint32_t version, uint32_t expect,
    const struct policy *p, const char *note, struct err *e)
{
	char *ref = xprintf("model/%s", name), *text = NULL, id[OID_TEXT];
	struct gate mine;
	uint32_t now;
	int r = -1;

	memset(&mine, 0, sizeof(mine));
	if (g == NULL)
		g = &mine;
	memset(g, 0, sizeof(*g));
	if (version_now(&now, c, name, alias, e) < 0)
		goto done;
	if (p && version) {
		/* judged against what is there now: if that moves before the
		 * alias does, the judgment is void */
		if (expect == REF_ANY)
			expect = now;
		if (pass_gate(g, c, name, version, p, e) < 0)
			goto done;
		text = xprintf("gate %s passed%s%s%s", oid_print(id, &p->id),
		    g->skipped ? ", champion rules skipped" : "",
		    note ? "; " : "", note ? note : "");
		if (version_now(&now, c, name, p->champion, e) < 0)
			goto done;
		if (now != g->champion) {
			err_set(e, ERR_MOVED, "model:%s@%s moved while the gate "
			    "was judged; try again", name, p->champion);
			goto done;
		}
	}
	r = ref_move(was, catalog_repo(c), ref, alias, version, expect, NULL,
	    text ? text : note, e);
done:
	gate_free(&mine);
	free(text);
	free(ref);
	return r;
}

/* The versions an alias went through, moves back undone. */
struct trail {
	const char *label;
	uint32_t *version;
	size_t n, room;
};

static int
follow(void *ctx, const struct history_entry *h, struct err *e)
{
	const struct audit_record *r = h->record;
	struct trail *t = ctx;

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
registry_rollback(uint32_t *now, uint32_t *was, struct catalog *c,
    const char *name, const char *alias, const char *note, struct err *e)
{
	struct trail t = { .label = NULL };
	char *label = xprintf("model:%s@%s", name, alias);
	char *ref = xprintf("model/%s", name);
	int r = -1;

	t.label = label;
	if (catalog_history(c, NAME_MODEL, name, follow, &t, e) < 0)
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
	*now = t.version[t.n - 2];
	r = ref_move(was, catalog_repo(c), ref, alias, *now,
	    t.version[t.n - 1], "rollback", note, e);
done:
	free(t.version);
	free(ref);
	free(label);
	return r;
}
