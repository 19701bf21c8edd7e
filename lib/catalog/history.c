/* What happened to a name, from the audit log. */
#include "catalog/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/internal.h"
#include "catalog/name.h"

struct history_walk {
	const char *kind, *base;
	size_t kind_len, n;
	int (*fn)(void *ctx, const struct history_entry *h, struct err *e);
	void *ctx;
};

static int
visit_record(void *ctx, const struct audit_record *r, struct err *e)
{
	struct history_walk *t = ctx;
	struct history_entry h;
	const char *base, *label;
	size_t len;
	char *text;
	int result;

	if (!r->confirmed || strncmp(r->ref, t->kind, t->kind_len) != 0 ||
	    r->ref[t->kind_len] != '/')
		return 0;
	base = r->ref + t->kind_len + 1;
	len = strcspn(base, "@");
	if (t->base && (strlen(t->base) != len ||
	    memcmp(base, t->base, len) != 0))
		return 0;
	label = base[len] ? base + len + 1 : NULL;
	text = label ? xprintf("%s:%.*s@%s", t->kind, (int)len, base, label) :
	    xprintf("%s:%.*s@%u", t->kind, (int)len, base, r->number);
	h = (struct history_entry){ text, r };
	t->n++;
	result = t->fn(t->ctx, &h, e);
	free(text);
	return result;
}

int
catalog_history(struct catalog *c, enum name_kind kind, const char *base,
    int (*fn)(void *ctx, const struct history_entry *h, struct err *e),
    void *ctx, struct err *e)
{
	struct history_walk t = { .kind = name_kind_text(kind), .base = base,
	    .fn = fn, .ctx = ctx };

	if (catalog_need_repo(c, base ? base : t.kind, e) < 0)
		return -1;
	t.kind_len = strlen(t.kind);
	if (audit_each(c->repo, NULL, NULL, visit_record, &t, e) < 0)
		return -1;
	if (base && t.n == 0)
		return err_set(e, ERR_NOENT, "there is no %s:%s", t.kind, base);
	return 0;
}
